"""The record on the command line: scans are kept, decisions count, history tells them; all in a file of the test's own."""

from __future__ import annotations

import io
import json
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import threatloom
from pipeline.record import open_record, system_key
from tests.factories import evidence, finding, scan
from tests.interfaces.conftest import Stub

Run = Callable[..., tuple[int, str, str]]
A = finding("unbounded-consumption", id="aaaa111122223333", severity="critical", evidence=(evidence("app.py:3"),))
B = finding("model-output-executed", id="bbbb111122223333", title="Odd \x1b[31m title\nof two lines", evidence=(evidence("app.py:9"),))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("THREATLOOM_RECORD", str(tmp_path / "data" / "record.sqlite"))
    return tmp_path / "data" / "record.sqlite"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "shop" / "inner").mkdir(parents=True)
    return tmp_path / "shop"


def shows(stub: Stub, *findings: object) -> None:
    stub.result = scan(tuple(findings), examined=("app.py",))  # type: ignore[arg-type]


def test_a_scan_is_kept_and_says_what_is_new_since_the_last_one(run: Run, stub: Stub, file: Path, tree: Path) -> None:
    shows(stub, A)
    code, out, err = run("scan", tree)
    assert code == 0 and "kept as scan 1, the first of this folder" in err and "kept" not in out
    shows(stub, A, B)
    assert run("scan", tree, "--format", "json")[2] == "threatloom: kept as scan 2; since scan 1: 1 new\n"
    shows(stub, B)
    assert run("scan", tree, "--format", "json")[2] == "threatloom: kept as scan 3; since scan 2: 1 fixed\n"
    assert run("scan", tree, "--format", "json")[2] == "threatloom: kept as scan 4; since scan 3: nothing changed\n"
    assert run("scan", tree, "--format", "json", "--quiet")[2] == ""
    with open_record(str(file)) as record:
        assert len(record.scans(system_key(tree))) == 5


def test_a_scan_that_seems_older_than_the_last_one_is_said_to_be(run: Run, stub: Stub, file: Path, tree: Path) -> None:
    with open_record(str(file)) as record:
        record.keep(system_key(tree), scan((B,)), at=datetime.now(UTC) + timedelta(days=400))
    shows(stub, A)
    assert "kept as scan 2; one of a later time was kept before" in run("scan", tree)[2]


def test_what_a_scan_says_does_not_depend_on_earlier_scans(run: Run, stub: Stub, file: Path, tree: Path) -> None:
    shows(stub, A, B)
    first = run("scan", tree, "--format", "json")[1]
    shows(stub, B)
    run("scan", tree)
    shows(stub, A, B)
    assert run("scan", tree, "--format", "json")[1] == first == run("scan", tree, "--format", "json", "--no-record")[1]


def test_an_accepted_finding_is_shown_so_and_does_not_count(
    run: Run, stub: Stub, file: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows(stub, A, B)
    assert run("scan", tree, "--fail-on", "critical")[0] == 1
    monkeypatch.chdir(tree / "inner")
    until = (datetime.now(UTC) + timedelta(days=30)).date()
    code, out, _ = run("accept", "aaaa1", "--reason", "behind the gateway", "--by", "ann", "--until", until)
    assert code == 0 and out.splitlines()[0] == "accepted: critical[unbounded-consumption] Unbounded consumption"
    assert f"until {until}, that day included, says ann" in out
    code, out, _ = run("scan", tree, "--fail-on", "critical", "--format", "json")
    told = {one["id"]: (one["status"], one["decision"]) for one in json.loads(out)["findings"]}
    assert code == 0 and told[A.id][0] == "accepted" and told[A.id][1]["reason"] == "behind the gateway" and told[B.id][0] == "new"
    assert run("scan", tree, "--fail-on", "critical", "--no-record")[0] == 1
    assert run("reopen", A.id, "--reason", "the gateway is gone")[0] == 0
    assert run("scan", tree, "--fail-on", "critical")[0] == 1


def test_a_finding_is_decided_from_elsewhere_by_its_system_or_where_only_one_has_it(
    run: Run, stub: Stub, file: Path, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows(stub, A, B)
    run("scan", tree)
    monkeypatch.chdir(tmp_path)
    assert run("dismiss", A.id, "--reason", "a test", "--system", tree)[0] == 0
    assert run("reopen", A.id, "--reason", "no test", "--system", "sample")[0] == 0
    assert run("accept", A.id, "--reason", "we live with it")[0] == 0
    (tmp_path / "copy").mkdir()
    run("scan", tmp_path / "copy")
    code, _, err = run("accept", B.id, "--reason", "we live with it")
    assert code == 2 and "findings of several systems begin with" in err
    assert run("accept", B.id, "--reason", "x", "--system", "elsewhere")[2].startswith(
        "threatloom: error: the record has no such system: elsewhere"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("accept", "aaaa1"), "Missing option '--reason'"),
        (("accept", "aaaa1", "--reason", " "), "a decision needs a reason"),
        (("accept", "aaaa1", "--reason", "x", "--until", "2020-01-01"), "2020-01-01 has passed"),
        (("accept", "aaaa1", "--reason", "x", "--until", "soon"), "does not match the format"),
        (("accept", "zzzz", "--reason", "x"), "no finding begins with zzzz"),
        (("accept", "aa", "--reason", "x"), "too short"),
        (("reopen", "aaaa1", "--reason", "x"), "nothing was decided about finding aaaa111122223333"),
        (("history", "--finding", "aaaa1", "--systems"), "different questions"),
        (("history", ".", "--system", "shop"), "both name a system"),
        (("history", "--record", "off"), "the record is switched off"),
        (("history", "--record", "mysql://ann:s3cret@host/db"), "cannot be kept in mysql"),
    ],
)
def test_what_cannot_be_is_one_line(
    run: Run, stub: Stub, file: Path, tree: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    shows(stub, A)
    run("scan", tree)
    monkeypatch.chdir(tree)
    code, out, err = run(*arguments)
    assert code == 2 and out == "" and said in err and len(err.splitlines()) == 1 and "s3cret" not in err


def test_a_folder_without_scans_says_so(run: Run, stub: Stub, file: Path, tree: Path) -> None:
    code, _, err = run("history", tree)
    assert code == 2 and "no scan of this folder is kept" in err and err.endswith("(scan it first)\n")
    shows(stub, A)
    run("scan", tree)
    assert run("history", tree.parent)[2].endswith("(scan it first, or name one with --system: sample)\n")


def test_history_tells_what_changed_newest_first_and_no_text_acts(run: Run, stub: Stub, file: Path, tree: Path) -> None:
    for findings in ((A,), (A, B), (B,)):
        shows(stub, *findings)
        run("scan", tree)
    run("dismiss", B.id, "--reason", "odd \x1b[31m reason", "--by", "ann", "--system", tree)
    code, out, _ = run("history", tree)
    said = [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d", "", line).strip() for line in out.splitlines()]
    kept = [line for line in said if line.startswith(("scan", "new", "fixed", "dismissed", "1 finding"))]
    assert code == 0 and "\x1b" not in out and said[1] == "3 kept scans"
    assert [line.split()[0] for line in kept] == ["dismissed", "scan", "fixed", "scan", "new", "scan", "1"]
    assert kept[2] == "fixed     critical[unbounded-consumption] Unbounded consumption  app.py:3  aaaa111122223333"
    assert "reason (ann)" in out and said[-1] == "1 finding, the first scan"
    assert run("history", tree, "--limit", "1")[1].splitlines()[1] == "3 kept scans, the newest 1 of them"
    told = json.loads(run("history", tree, "--format", "json")[1])
    assert [(one["id"], [change["became"] for change in one["changes"]]) for one in told["scans"]] == [
        (3, ["fixed"]),
        (2, ["new"]),
        (1, ["new"]),
    ]
    assert told["decisions"][0]["why"] == "odd \x1b[31m reason (ann)"


def test_history_tells_the_life_of_one_finding_and_lists_all(run: Run, stub: Stub, file: Path, tree: Path) -> None:
    for findings in ((A, B), (B,), (A, B)):
        shows(stub, *findings)
        run("scan", tree)
    run("accept", B.id, "--reason", "we live with it", "--by", "ann", "--system", tree)
    lines = run("history", tree, "--finding", "aaaa")[1].splitlines()
    assert lines[0] == "reopened: critical[unbounded-consumption] Unbounded consumption"
    assert [line.split()[4].rstrip(":") for line in lines[3:]] == ["new", "fixed", "reopened"]
    out = run("history", tree, "--findings")[1]
    assert out.index("reopened (1)") < out.index("accepted (1)") and "(accepted by ann: we live with it)" in out and "\x1b" not in out
    told = json.loads(run("history", tree, "--findings", "--format", "json")[1])
    assert [one["finding"]["status"] for one in told["findings"]] == ["reopened", "accepted"]
    told = json.loads(run("history", tree, "--finding", "aaaa", "--format", "json")[1])
    assert [event["became"] for event in told["events"]] == ["new", "fixed", "reopened"]


def test_history_lists_systems_and_forgets_one_when_it_is_sure(
    run: Run, stub: Stub, file: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows(stub, A)
    run("scan", tree)
    out = run("history", "--systems")[1]
    assert "sample     1 scan" in out and str(tree) in out and out.endswith(f"1 system in {file}\n")
    monkeypatch.setattr("sys.stdin", io.StringIO())  # nobody is there to answer
    assert run("history", tree, "--forget")[0] == 130
    assert json.loads(run("history", "--systems", "--format", "json")[1])["systems"][0]["scans"] == 1
    assert run("history", tree, "--forget", "--yes")[1].startswith(f"deleted 1 scan of sample ({tree})")
    assert run("history", "--systems")[1].startswith("0 systems")


def test_a_record_that_cannot_be_used_costs_a_warning_and_not_the_scan(run: Run, stub: Stub, file: Path, tree: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"no database" * 1000)
    shows(stub, A)
    code, out, err = run("scan", tree, "--fail-on", "critical", "--quiet", "--format", "json")
    assert code == 1 and json.loads(out)["findings"]
    assert (
        err.startswith("threatloom: warning: this scan is not kept, and decisions of the record are not known: ")
        and len(err.splitlines()) == 1
    )


@pytest.mark.parametrize("off", [("--no-record",), ("--record", "off")])
def test_nothing_is_kept_where_that_is_wanted(run: Run, stub: Stub, file: Path, tree: Path, off: tuple[str, ...]) -> None:
    shows(stub, A)
    code, _, err = run("scan", tree, *off)
    assert code == 0 and err == "" and not file.parent.exists()


def test_the_scanned_tree_cannot_name_the_record(run: Run, stub: Stub, file: Path, tree: Path) -> None:
    (tree / ".threatloom.yaml").write_text("record: postgresql://collector.example/db\n")
    code, _, err = run("scan", tree)
    assert code == 2 and "record can only be set on the command line or in the environment" in err


def test_decisions_follow_a_renamed_file_and_python_keeps_where_it_is_told_to(tmp_path: Path) -> None:
    tree, file = tmp_path / "shop", tmp_path / "record.sqlite"
    (tree / "api").mkdir(parents=True)
    (tree / "api" / "ask.py").write_text(
        "from flask import Flask, request\nfrom openai import OpenAI\n\napp = Flask(__name__)\nclient = OpenAI()\n\n\n"
        '@app.post("/ask")\ndef ask():\n    question = request.json["question"]\n'
        '    reply = client.chat.completions.create(model="gpt-5.5", messages=[{"role": "user", "content": question}])\n'
        "    return str(eval(reply.choices[0].message.content))\n"
    )
    commit(tree, "one")
    before = threatloom.scan(tree, record=file, jobs=1)
    known = next(one for one in before.findings if one.threat == "model-output-executed")
    with open_record(str(file)) as record:
        record.decide(system_key(tree), known.id, "accepted", reason="a demo", by="ann", at=datetime.now(UTC))
    (tree / "api").rename(tree / "service")
    commit(tree, "two")
    after = threatloom.scan(tree, record=file, jobs=1)
    assert [(one.threat, one.decision.reason) for one in after.findings if one.decision] == [(known.threat, "a demo")]
    with open_record(str(file)) as record:
        tracked = record.tracked(system_key(tree))
        assert len(tracked) == len(before.findings) and not record.tracked(system_key(tree), ("fixed", "unknown"))
        assert record.find(known.id).finding.status == "accepted"


def commit(tree: Path, message: str) -> None:
    who = ("-c", "user.name=ann", "-c", "user.email=ann@example.org")
    for command in (("init", "-q"), ("add", "-A"), (*who, "commit", "-qm", message)):
        subprocess.run(["git", *command], cwd=tree, check=True)
