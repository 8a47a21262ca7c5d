"""Other tools beside ours: their reports become findings, and what cannot be read is said."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals.labels import SYSTEMS, read_labels
from evals.peers import __main__ as command
from evals.peers.__main__ import FILE, PAGE, main
from evals.peers.model import Peer, read_peers
from evals.peers.page import page
from evals.peers.reading import UnreadableReport, findings_in
from evals.peers.running import Run, run
from evals.peers.scoring import PeersTable, SystemScore, failed, system_score, total
from evals.suite import Reference, read_suite

SYSTEM = SYSTEMS / "support-assistant"
REFERENCE = Reference(SYSTEM.name, SYSTEM, read_labels(SYSTEM), ())


def _sarif(*places: tuple[str, int, int, str], **more: object) -> str:
    results = [
        {
            "ruleId": rule,
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": first, "endLine": last}}}],
            **more,
        }
        for uri, first, last, rule in places
    ]
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "other"}}, "results": results}]})


@pytest.mark.parametrize(
    "uri",
    [
        "README.md",
        "./README.md",
        f"file://{SYSTEM.resolve()}/README.md",
        f"{SYSTEM.resolve()}/README.md",
        f"{SYSTEM.resolve()}/README.md"[1:],
    ],
)
def test_a_place_is_known_however_the_tool_writes_it(uri: str) -> None:
    (found,) = findings_in(_sarif((uri, 3, 4, "R1")), "sarif", SYSTEM, "other")
    assert (found.evidence[0].path, found.evidence[0].start_line, found.evidence[0].end_line) == ("README.md", 3, 4)


@pytest.mark.parametrize("uri", ["/etc/passwd", "../llm-gateway-infra/README.md", "gone.py", "", "https://example.org/README.md"])
def test_a_place_outside_the_system_is_no_finding(uri: str) -> None:
    assert findings_in(_sarif((uri, 1, 1, "R1")), "sarif", SYSTEM, "other") == ()


def test_what_the_tool_suppresses_or_says_twice_counts_once_or_not() -> None:
    twice = _sarif(("README.md", 1, 1, "R1"), ("README.md", 1, 1, "R1"), ("README.md", 1, 1, "R2"))
    assert len(findings_in(twice, "sarif", SYSTEM, "other")) == 2
    assert findings_in(_sarif(("README.md", 1, 1, "R1"), suppressions=[{"kind": "inSource"}]), "sarif", SYSTEM, "other") == ()


@pytest.mark.parametrize("text", ["", "[]", '{"runs": 3}', "not json", '{"runs": [{"results": [3]}]}'])
def test_a_report_that_is_none_is_said_in_one_line(text: str) -> None:
    with pytest.raises(UnreadableReport, match=r"^other: its sarif report cannot be read: [^\n]+$"):
        findings_in(text, "sarif", SYSTEM, "other")


def test_secrets_and_model_files_have_readers() -> None:
    secrets = json.dumps({"results": {"README.md": [{"type": "Secret Keyword", "line_number": 7}]}})
    assert findings_in(secrets, "detect-secrets", SYSTEM, "other")[0].evidence[0].start_line == 7
    models = json.dumps({"issues": [{"source": f"{SYSTEM}/README.md:data.pkl", "operator": "system"}]})
    assert findings_in(models, "modelscan", SYSTEM, "other")[0].title == "system"


def test_any_finding_at_its_place_serves_a_label_of_any_class() -> None:
    labels = REFERENCE.labels
    label = next(one for one in labels.expected if one.accept and one.files[0].range() is not None)
    first, last = label.files[0].range() or (0, 0)
    at = findings_in(_sarif((label.files[0].path, first, last, "R1")), "sarif", SYSTEM, "other")
    assert system_score(REFERENCE, at, 1.0).precise == 1
    other_file = next(
        path for path in ("README.md", "Dockerfile") if all(file.path != path for one in labels.expected for file in one.files)
    )
    elsewhere = findings_in(_sarif((other_file, 1, 1, "R1")), "sarif", SYSTEM, "other")
    assert system_score(REFERENCE, elsewhere, 1.0).met == 0


def test_a_run_without_an_answer_is_counted_nowhere() -> None:
    labels = REFERENCE.labels
    both = [failed(REFERENCE, 600.0, "took too long"), system_score(REFERENCE, (), 2.0)]
    assert (total(both).labels, total(both).seconds) == (len(labels.expected), 2.0)


def _program(folder: Path, text: str) -> Path:
    folder.mkdir()
    program = folder / "tool"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    return folder


def test_an_answer_counts_whatever_the_exit_code_and_its_absence_is_told(tmp_path: Path) -> None:
    peer = Peer(name="x", packages=(), about="", command=("{bin}/tool", "{output}"), format="sarif")
    speaks = _program(tmp_path / "speaks", 'echo \'{"runs": []}\' > "$1"; exit 3')
    assert run(peer, speaks, SYSTEM, tmp_path / "work").text == '{"runs": []}\n'
    silent = _program(tmp_path / "silent", "echo first; echo broken >&2; exit 4")
    assert run(peer, silent, SYSTEM, tmp_path / "work").failure == "exit code 4: broken"
    idle = run(peer.model_copy(update={"nothing": "first"}), silent, SYSTEM, tmp_path / "work")
    assert (idle.failure, findings_in(idle.text or "", "sarif", SYSTEM, "x")) == ("", ())


def test_the_list_of_peers_pins_every_package() -> None:
    peers = read_peers()
    assert len(peers) >= 6
    pinned = re.compile(r"[\w.-]+==[\w.]+|npm:(?:@[\w.-]+/)?[\w.-]+@[\d.]+")
    assert all(peer.packages and all(pinned.fullmatch(package) for package in peer.packages) for peer in peers)


def test_one_run_over_several_systems_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systems = [one for one in read_suite().systems if one.name in ("support-assistant", "wiki-rag")]
    asked: list[Path] = []

    def ran(_peer: Peer, _programs: Path, system: Path, _work: Path, count: int) -> Run:
        asked.append(system)
        assert count == 2 and not (system / "wiki-rag" / "labels.yaml").exists()
        return Run(4.0, _sarif(("wiki-rag/README.md", 1, 1, "R1"), (f"{system}/support-assistant/README.md", 2, 2, "R2")))

    monkeypatch.setattr(command, "run", ran)
    peer = Peer(name="x", packages=("x==1",), about="", command=(), format="sarif", together=True)
    scores = command._peer_on(peer, tmp_path, systems, tmp_path)
    assert [(one.system, one.findings, one.seconds) for one in scores] == [("support-assistant", 1, 2.0), ("wiki-rag", 1, 2.0)]
    assert len(asked) == 1


def test_what_was_measured_with_the_same_packages_files_and_labels_is_not_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systems = [one for one in read_suite().systems if one.name in ("support-assistant", "wiki-rag")]
    ran: list[str] = []
    failing = True

    def run_one(_peer: Peer, _programs: Path, some: Sequence[Reference], _work: Path) -> Iterator[SystemScore]:
        for one in some:
            ran.append(one.name)
            yield system_score(one, (), 1.0, "out of time" if failing and one.name == "wiki-rag" else "")

    monkeypatch.setattr(command, "environment", lambda *_: tmp_path)
    monkeypatch.setattr(command, "_peer_on", run_one)
    peer = Peer(name="x", packages=("x==1",), about="", command=(), format="sarif")
    assert [one.failure for one in command._scored(peer, tmp_path, systems, anew=False).systems] == ["", "out of time"]
    failing = False
    again = command._scored(peer.model_copy(update={"about": "new words"}), tmp_path, systems, anew=False)
    assert (again.about, [(one.system, one.failure) for one in again.systems]) == (
        "new words",
        [("support-assistant", ""), ("wiki-rag", "")],
    )
    assert ran == ["support-assistant", "wiki-rag", "wiki-rag"]  # a run without an answer is tried again

    changed = shutil.copytree(systems[0].path, tmp_path / "changed")
    (changed / "README.md").write_text("another text", encoding="utf-8")
    command._scored(peer, tmp_path, [replace(systems[0], path=changed), systems[1]], anew=False)
    command._scored(peer.model_copy(update={"packages": ("x==2",)}), tmp_path, systems, anew=False)
    command._scored(peer, tmp_path, systems, anew=True)
    assert ran[3:] == ["support-assistant", *(["support-assistant", "wiki-rag"] * 2)]


def test_the_page_is_what_was_measured() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(PeersTable.model_validate_json(FILE.read_bytes()))


def test_a_report_of_any_tool_is_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "other.sarif"
    report.write_text(_sarif(("README.md", 1, 1, "R1")))
    assert main(["score", "support-assistant", str(report)]) == 0
    assert capsys.readouterr().out.startswith("1 findings; ")
    assert main(["score", "no-such-system", str(report)]) == 2
    assert main(["score", "support-assistant", str(tmp_path / "gone")]) == 2
    assert capsys.readouterr().err.count("\n") == 2
