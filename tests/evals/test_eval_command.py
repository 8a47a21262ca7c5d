"""`threatloom eval` from end to end: small systems labelled by hand, real scans in their own processes, reports, bars, a comparison."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from evals.result import EvalResult
from evals.running import run
from evals.running.apart import Measured, Ran
from evals.suite import read_suite
from pipeline.findings.model import Scan
from pipeline.interfaces.cli import run as command
from tests.evals.making import Scans, finding, scan, small_suite

PROGRAM = """\
from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()


@app.post("/ask")
def ask(question: str) -> str:
    reply = OpenAI().chat.completions.create(model="m", messages=[{"role": "user", "content": question}])
    return str(eval(reply.choices[0].message.content))
"""
LABELS = {
    "version": 1, "canary": "c", "system": "tiny", "kind": "vulnerable", "languages": ["python"],
    "expected": [
        {
            "id": "reply-run", "stride": ["elevation_of_privilege"], "threat": "The reply is run", "accept": ["model-output-executed"],
            "taxonomy": ["LLM05:2025"], "files": [{"path": "app.py", "lines": "10"}], "severity": "critical", "must": True, "why": "eval.",
        },
    ],
    "must_not": [{"claim": "A secret", "file": "app.py", "lines": "4", "why": "There is none."}],
}  # fmt: skip


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("systems")
    (folder / "tiny").mkdir()
    (folder / "tiny" / "app.py").write_text(PROGRAM)
    (folder / "tiny" / "labels.yaml").write_text(yaml.safe_dump(LABELS))
    return folder


@pytest.fixture
def pretended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Scans]:
    """The small suite, with scans that were made beforehand; a system without one crashes."""
    folder = tmp_path / "systems"
    _suite, scans = small_suite(folder)

    def scanned(root: Path, *, timeout: float, turn: int = 0) -> Ran:
        found = scans.get(root.name)
        return Ran(found, "completed", "", 1.0, 50.0) if found else Ran(None, "crashed", "MemoryError")

    monkeypatch.setattr(run, "scan_apart", scanned)
    return folder, scans


def test_a_system_of_ones_own_is_scanned_and_scored(tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.json"
    code = command(["eval", "--systems", str(tiny), "--format", f"json={out}", "--format", "table", "--repeat", "2", "--min", "recall=1", "--max", "invented=0"])  # fmt: skip
    said = capsys.readouterr()
    assert code == 0, said.err
    result = EvalResult.model_validate_json(out.read_bytes())
    system = result.systems[0]
    assert (system.outcome, system.labels[0].tier, system.traps[0].sprung_by) == ("completed", 3, ())
    assert system.seconds and system.peak_mb and system.peak_mb > 20
    assert system.stability is not None and (system.stability.runs, system.stability.jaccard, system.stability.flips) == (2, 1.0, 0)
    assert "2 of 2 bars reached" in said.out and "tiny" in said.out
    assert said.err == f"threatloom: wrote json to {out}\n"


def test_a_scan_that_dies_is_a_result(tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from evals.running import apart

    monkeypatch.setattr(apart, "_PROGRAM", "import sys; sys.exit('out of luck')")
    assert command(["eval", "--systems", str(tiny)]) == 3
    said = capsys.readouterr()
    assert "crashed, out of luck; its 1 labels are in no score" in said.out
    assert said.err == "threatloom: could not be scanned: tiny\n"
    monkeypatch.setattr(apart, "_PROGRAM", "import time; time.sleep(60)")
    assert command(["eval", "--systems", str(tiny), "--timeout", "1"]) == 3
    assert "timed out, not done after 1 seconds" in capsys.readouterr().out


def test_a_score_under_its_bar_ends_with_1_and_says_which(pretended: tuple[Path, Scans], capsys: pytest.CaptureFixture[str]) -> None:
    folder, scans = pretended
    scans["shop"] = scan("shop", finding("shop", 0))
    code = command(["eval", "--systems", str(folder), "--min", "recall=0.8", "--min", "validation.recall=1", "--min", "notes.recall=1"])
    said = capsys.readouterr()
    assert code == 1
    assert said.err == "threatloom: under its bar: recall: 57.1 %, the bar is at least 80 %\n"
    assert "2 of 3 bars reached" in said.out


def test_a_bar_of_what_could_not_be_worked_out_is_not_reached(pretended: tuple[Path, Scans], capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["eval", "--systems", str(pretended[0]), "--quiet", "--min", "diagram_nodes=0"]) == 1
    assert "could not be worked out" in capsys.readouterr().err


def test_bars_of_a_file_know_which_traps_are_sprung(
    pretended: tuple[Path, Scans], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, scans = pretended
    bars = tmp_path / "bars.yaml"
    bars.write_text("min: {recall: 1.0}\nknown_traps: []\n")
    arguments = ["eval", "--systems", str(folder), "--bars", str(bars), "--quiet"]
    assert command(arguments) == 0
    alarm = finding("shop", 2, at=21, path="src/part1.py", id="alarm")
    scans["shop"] = scan("shop", *scans["shop"].findings, alarm)
    assert command(arguments) == 1
    assert "shop: trap sprung and not known: A part is checked" in capsys.readouterr().err
    bars.write_text("known_traps: [{system: shop, claim: A part is checked, reason: It is cited in passing.}]\n")
    assert command(arguments) == 0
    scans["shop"] = scan("shop", *(finding("shop", number) for number in range(4)))
    assert command(arguments) == 1
    assert "trap no longer sprung, take it off the list" in capsys.readouterr().err


def test_two_runs_are_compared_over_the_systems_that_are_the_same(
    pretended: tuple[Path, Scans], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, scans = pretended
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    assert command(["eval", "--systems", str(folder), "--format", f"json={old}"]) == 0
    scans["shop"] = scan("shop", *scans["shop"].findings[1:])
    del scans["notes"]
    assert command(["eval", "--systems", str(folder), "--compare", str(old), "--format", f"json={new}", "--format", "table"]) == 3
    compared = EvalResult.model_validate_json(new.read_bytes()).comparison
    assert compared is not None
    assert (compared.systems, compared.left_out, compared.lost, compared.gained) == (
        ("shop", "shop-hardened"),
        ("notes: now crashed",),
        ("shop/label-0",),
        (),
    )
    recall = next(one for one in compared.scores if one.name == "recall")
    assert (recall.old, recall.new, recall.difference) == (1.0, 0.8, -0.2) and recall.low is not None and recall.low < 0
    assert "no longer met: shop/label-0" in capsys.readouterr().out


def test_a_recorded_run_is_kept_and_drawn(pretended: tuple[Path, Scans], tmp_path: Path) -> None:
    folder, scans = pretended
    page = tmp_path / "eval.html"
    scans["shop"] = scan("shop", *scans["shop"].findings[1:])
    assert command(["eval", "--systems", str(folder), "--record", "--format", f"html={page}"]) == 0
    assert json.loads((folder / "results.json").read_text())["systems"][1]["name"] == "shop"
    assert command(["eval", "--systems", str(folder), "--record", "--quiet"]) == 0
    assert len(json.loads((folder / "history.json").read_text())) == 1, "the same commit and labels are one line"
    assert command(["eval", "--systems", str(folder), "--compare", str(folder / "results.json"), "--quiet"]) == 0
    assert command(["eval", "shop", "--systems", str(folder), "--record"]) == 2


def test_systems_are_chosen_by_name_pattern_and_split(pretended: tuple[Path, Scans], capsys: pytest.CaptureFixture[str]) -> None:
    folder, _ = pretended

    def names(*arguments: str) -> list[str]:
        assert command(["eval", "--systems", str(folder), "--format", "json", *arguments]) == 0
        return [one["name"] for one in json.loads(capsys.readouterr().out)["systems"]]

    assert names() == ["notes", "shop", "shop-hardened"]
    assert names("shop*") == names("--split", "development") == ["shop", "shop-hardened"]
    assert names(f"{folder}/notes/") == ["notes"], "a path is a name, as shells complete it"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-system"], "no such system: no-such-system (one of notes, shop, shop-hardened)"),
        (["shop", "--split", "validation"], "no system is left"),
        (["--llm", "gpt"], "it is not said whose model this is"),
        (["--llm", "gpt", "--base-url", "http://127.0.0.1:9/v1", "--budget", "much"], "much"),
        (["--budget", "10k"], "name a model with --llm"),
        (["--dry-run"], "name a model with --llm"),
        (["--min", "recal=0.5"], "did you mean recall?"),
        (["--min", "recall"], "not a bar"),
        (["--min", "recall=nan"], "not a bar"),
        (["--min", "ghost.recall=1"], "a bar of something that was not run"),
        (["--compare", "nowhere.json"], "no result to read"),
        (["--bars", "nowhere.yaml"], "bars cannot be read"),
        (["--format", "yaml"], "no such format"),
        (["--format", "json", "--format", "table"], "two reports on stdout"),
        (["--jobs", "0"], "--jobs"),
        (["--systems", "nowhere"], "no such folder"),
    ],
)
def test_wrong_usage_is_one_line_and_2(
    pretended: tuple[Path, Scans], capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert command(["eval", "--systems", str(pretended[0]), *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.count("\n") == 1 and said in shown.err


def test_an_installed_product_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("evals.suite.SYSTEMS", tmp_path / "not-there")
    assert command(["eval"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "--systems DIR" in err and "labels.yaml" in err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "odd"}, "labels.yaml (kind:"),
        ({"expected": [{"id": "x"}]}, "expected.0."),
        ({"split": "development", "system": "shop-hardened", "kind": "hardened"}, "a family in both splits: shop"),
        ({"diagram": {"nodes": [], "edges": [{"source": "a", "target": "b"}]}}, "edges name nodes that are not drawn: a, b"),
    ],
)
def test_labels_that_cannot_be_used_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], said: str
) -> None:
    small_suite(tmp_path)
    file = tmp_path / str(change.get("system", "shop")) / "labels.yaml"
    given = yaml.safe_load((tmp_path / "shop" / "labels.yaml").read_text())
    file.write_text(yaml.safe_dump({**given, **change}))
    if change.get("split"):
        (tmp_path / "shop" / "labels.yaml").write_text(yaml.safe_dump({**given, "split": "validation"}))
    assert command(["eval", "--systems", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1


def test_every_format_holds_the_result_and_nothing_that_runs(pretended: tuple[Path, Scans], tmp_path: Path) -> None:
    folder, scans = pretended
    hostile = "<script>alert(1)</script>\x1b[2J"
    alarm = finding("shop", 2, at=21, path="src/part1.py", id="alarm", title=hostile)
    scans["shop"] = scan("shop", *scans["shop"].findings[1:], alarm)
    files = {form: tmp_path / f"out.{form}" for form in ("html", "markdown", "table", "json")}
    assert command(["eval", "--systems", str(folder), "--quiet", *(f"--format={form}={file}" for form, file in files.items())]) == 0
    page = files["html"].read_text("utf-8")
    assert "<script" not in page and "\x1b" not in page and "&lt;script&gt;" in page
    assert not re.search(r'(?:src|href)="(?!#)', page), "nothing from elsewhere"
    assert 'id="m-shop-label-0"' in page and 'href="#m-shop-label-0"' in page and "shop step 10" in page, "a miss with its lines"
    assert "shop/labels.yaml:" in page and 'id="a-shop-alarm"' in page and "sprang a trap" in page
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page)), "every link leads somewhere"
    for form in ("markdown", "table"):
        text = files[form].read_text("utf-8")
        assert "\x1b" not in text and "shop-hardened" in text and "recall_t1" in text


def test_a_page_shows_no_secret_of_the_system(pretended: tuple[Path, Scans], tmp_path: Path) -> None:
    folder, scans = pretended
    key = "sk-proj-" + "Zx9Qw8Er7Ty6Ui5Op4As3Df2" + "Gh1Jk0Lm"
    file = folder / "shop" / "src" / "part0.py"
    file.write_text(file.read_text().replace("shop step 11\n", f'KEY = "{key}"\n'))
    scans["shop"] = scan("shop", *scans["shop"].findings[1:])
    page = tmp_path / "page.html"
    assert command(["eval", "--systems", str(folder), "--quiet", f"--format=html={page}"]) == 0
    assert key not in page.read_text("utf-8") and "KEY = " in page.read_text("utf-8")


def test_one_process_and_many_give_the_same(pretended: tuple[Path, Scans]) -> None:
    suite = read_suite(pretended[0])

    def result(jobs: int) -> EvalResult:
        found = run.run_suite(suite, suite.systems, run.RunSettings(jobs=jobs))
        return found.model_copy(update={"measured_at": ""})

    assert result(1) == result(3)


def test_runs_that_differ_are_told(pretended: tuple[Path, Scans]) -> None:
    suite = read_suite(pretended[0])
    whole: Scan = pretended[1]["shop"]
    other = scan("shop", *whole.findings[1:3], finding("shop", 3, severity="info"))
    result = run.run_suite(
        suite, suite.chosen(["shop"]), run.RunSettings(repeat=2), scanner=lambda _root, turn: Ran((whole, other)[turn], "completed")
    )
    stability = result.systems[0].stability
    assert stability is not None and (stability.jaccard, stability.flips, stability.common) == (0.75, 1, 3)


def test_help_is_quick() -> None:
    code = "import sys; sys.argv = ['threatloom', 'eval', '--help']; import threatloom\ntry:\n    threatloom.main()\nexcept SystemExit:\n    pass\n"
    code += "print(sorted(name for name in sys.modules if name.split('.')[0] in ('networkx', 'pydantic', 'rich', 'yaml')))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


ATTACKED = {
    "attacks": 12, "findings": 48, "harmless": 2, "crashed": [],
    "cells": [{"unseen": True, "planted": 10, "detected": 9}, {"unseen": False, "planted": 10, "detected": 0}],
    "effects": [
        {"what": "suppressed", "phrasing": "ignore", "carrier": "README", "threat": "over-broad-tool", "element": "tool:x", "detail": "gone"},
        {"what": "leaked", "phrasing": "send", "carrier": "comment", "threat": "", "element": "", "detail": "a canary in the html"},
    ],
}  # fmt: skip
VARIED = {
    "outcomes": [
        {"kind": "rename", "before": 4, "after": 4, "kept": 3,
         "differences": [{"what": "lost", "threat": "over-broad-tool", "element": "tool:x", "path": "a.py", "line": 3}]},
        {"kind": "strip", "before": 4, "after": 4, "kept": 4, "differences": []},
    ],
    "unmade": [{"kind": "move", "reason": "nothing to change"}],
}  # fmt: skip


def test_variants_and_attacks_are_measured_beside_the_scan(
    pretended: tuple[Path, Scans], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measured(what: str, root: Path, *, timeout: float) -> Measured:
        return (
            Measured(None, f"{what}: crashed, MemoryError")
            if root.name == "notes"
            else Measured(VARIED if what == "variants" else ATTACKED)
        )

    monkeypatch.setattr(run, "measure_apart", measured)
    monkeypatch.setattr("evals.running.many.check_there", lambda what: None)
    out = tmp_path / "out.json"
    assert command(["eval", "--systems", str(pretended[0]), "--variants", "--attacks", f"--format=json={out}", "--format", "table"]) == 0
    result = EvalResult.model_validate_json(out.read_bytes())
    assert {name: (found.hits, found.of) for name in ("variants", "variant_flips", "suppression", "leaks", "detection", "prose_alarms")
            if (found := result.score(name))} == {
        "variants": (14, 18), "variant_flips": (0, 16), "suppression": (2, 96), "leaks": (2, 24), "detection": (18, 20), "prose_alarms": (0, 4),
    }  # fmt: skip
    said = capsys.readouterr().out
    assert "notes: variants: crashed, MemoryError" in said and "shop: no variant, move: nothing to change" in said
    assert "shop: attack, suppressed: ignore in README over-broad-tool at tool:x: gone" in said
    assert "shop: variant, lost: over-broad-tool at tool:x (a.py:3), rename" in said


def test_what_is_not_built_is_said_in_one_line(
    pretended: tuple[Path, Scans], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert command(["eval", "--systems", str(pretended[0]), "--attacks"]) == 2
    assert capsys.readouterr().err == "threatloom: error: no attacks are built yet: --attacks (leave it out)\n"
