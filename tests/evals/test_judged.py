"""Judged findings of real packages: files that say all, drafts to fill in, and what a new scan does to a judgement."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from evals.judged.__main__ import main
from evals.judged.comparing import compare
from evals.judged.model import FOLDER, JudgedPackage, UnusableJudgement, read_package, read_packages
from evals.precision.page import page
from evals.precision.present import present
from evals.precision.systems import SystemsTable
from pipeline.threats.catalog import load_catalog
from tests import factories as make

RIGHT, HALF = "a" * 16, "b" * 16
WHY = "The value is checked one line above."


def judged(fingerprint: str = RIGHT, verdict: str = "right", place: str = "app.py:1", **more: Any) -> dict[str, Any]:
    said = {"threat": "unsafe-model-load", "severity": "high", "reason": WHY}
    return {"fingerprint": fingerprint, "verdict": verdict, "place": place, **said, **more}


def package(*findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    said = {"package": "shell-gpt", "source": "pypi:shell-gpt==1.4.3", "language": "python", "lines": 900, "judged_at": "abc1234"}
    return {**said, "findings": list(findings), **more}


def written(folder: Path, content: dict[str, Any]) -> Path:
    file = folder / "shell-gpt.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def scanned(folder: Path, *findings: Any) -> Path:
    file = folder / "shell-gpt.json"
    file.write_text(make.scan(findings).model_dump_json(), encoding="utf-8")
    return file


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_judged_package_of_the_tree_can_be_read(file: Path) -> None:
    assert read_package(file).lines > 0


def test_no_package_is_judged_twice() -> None:
    sources = [one.source for one in read_packages().values()]
    assert len(set(sources)) == len(sources)


def test_a_finding_without_a_verdict_is_refused_by_its_fingerprint(tmp_path: Path) -> None:
    file = written(tmp_path, package(judged(), judged(HALF, verdict=None)))  # type: ignore[arg-type]
    with pytest.raises(UnusableJudgement, match=f"finding {HALF}, verdict"):
        read_package(file)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"source": "from somewhere"}, "source"),
        ({"source": "github:owner/name"}, "source"),
        ({"package": ""}, "package"),
        ({"findings": [judged(), judged()]}, f"judged more than once: {RIGHT}"),
        ({"findings": [judged(place="/home/someone/app.py:1")]}, "place"),
        ({"findings": [judged(place="app.py")]}, "place"),
        ({"findings": [judged(quote="import os")]}, "quote"),
        ({"missed": [{"threat": "No Slug", "severity": "high", "place": "a.py:1", "reason": WHY}]}, "missed"),
    ],
)
def test_what_does_not_say_all_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(UnusableJudgement, match=said):
        read_package(written(tmp_path, {**package(judged()), **change}))


def test_a_commit_of_digits_alone_is_a_commit(tmp_path: Path) -> None:
    assert read_package(written(tmp_path, package(judged_at=1234567))).judged_at == "1234567"


def test_what_is_no_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"a: [\xff")
    with pytest.raises(UnusableJudgement, match=r"x\.yaml"):
        read_packages(tmp_path)


def test_a_new_scan_tells_mended_from_lost_and_unjudged() -> None:
    before = JudgedPackage.model_validate(
        package(judged(), judged(HALF, "half", "app.py:9"), judged("c" * 16, "wrong", "app.py:20"), judged("d" * 16, "right", "b.py:3"))
    )
    scan = make.scan((make.finding(id=RIGHT), make.finding(id=HALF), make.finding(id="e" * 16)))
    after = compare(before, scan)
    assert [one.fingerprint for one in after.still] == [RIGHT, HALF]
    assert [one.place for one in after.gone] == ["app.py:20", "b.py:3"]
    assert [one.place for one in after.lost] == ["b.py:3"]
    assert [one.id for one in after.unjudged] == ["e" * 16]


def test_a_finding_whose_identity_changed_is_known_by_threat_and_place() -> None:
    before = JudgedPackage.model_validate(package(judged(place="serve.py:41"), judged(HALF, place="serve.py:41")))
    same = make.finding(
        "unsafe-model-load", id="f" * 16, evidence=(make.evidence("serve.py:38", role="source"), make.evidence("serve.py:41"))
    )
    after = compare(before, make.scan((same,)))
    assert [one.fingerprint for one in after.still] == [RIGHT]
    assert [one.fingerprint for one in after.gone] == [HALF], "one finding serves one judgement"
    assert not after.unjudged


def test_the_same_place_under_another_threat_is_another_finding() -> None:
    before = JudgedPackage.model_validate(package(judged()))
    after = compare(before, make.scan((make.finding("system-prompt-leakage", id="f" * 16),)))
    assert len(after.lost) == len(after.unjudged) == 1


def test_the_command_fails_when_something_right_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, package(judged(), judged(HALF, "wrong", "b.py:7")))
    scanned(tmp_path, make.finding(id=HALF))
    assert main(["compare", str(file), str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert f"LOST, judged right: {RIGHT} high unsafe-model-load app.py:1" in out
    assert f"still reported, judged wrong: {HALF}" in out
    scanned(tmp_path, make.finding(id=RIGHT))
    assert main(["compare", str(tmp_path), str(tmp_path)]) == 0
    assert "1 still reported: 1 right (100% right); 1 mended; 0 LOST; 0 not judged" in capsys.readouterr().out


def test_a_package_without_a_scan_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, package(judged()))
    assert main(["compare", str(tmp_path), str(tmp_path)]) == 0
    assert "shell-gpt: no scan (shell-gpt.json is not in the folder)" in capsys.readouterr().out


def test_what_is_no_scan_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, package(judged()))
    (tmp_path / "shell-gpt.json").write_text("[]")
    assert main(["compare", str(tmp_path), str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_draft_is_read_once_its_verdicts_are_filled_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    low = make.finding(id=HALF, severity="low", evidence=(make.evidence("src/a b.py:7", quote="SECRET_OF_THEIRS = 1", role="missing"),))
    file = scanned(tmp_path, low, make.finding(id=RIGHT, severity="critical"))
    assert main(["draft", str(file), "--source", "npm:@scope/name@1.2.3", "--package", "@scope/name", "--at", "abc1234"]) == 0
    text = capsys.readouterr().out
    assert "SECRET_OF_THEIRS" not in text
    draft = tmp_path / "draft.yaml"
    draft.write_text(text)
    with pytest.raises(UnusableJudgement, match=f"finding {RIGHT}, verdict"):
        read_package(draft)
    draft.write_text(text.replace("verdict:", "verdict: right").replace("reason:", f"reason: {WHY}"))
    read = read_package(draft)
    assert (read.package, read.language, read.judged_at) == ("@scope/name", "python", "abc1234")
    assert [(one.fingerprint, one.severity, one.place) for one in read.findings] == [
        (RIGHT, "critical", "app.py:1"),
        (HALF, "low", "src/a b.py:7"),
    ]


def test_a_draft_of_a_silent_scan_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draft", str(scanned(tmp_path)), "--source", "pypi:x==1", "--at", "abc1234"]) == 0
    (tmp_path / "x.yaml").write_text(capsys.readouterr().out)
    assert read_package(tmp_path / "x.yaml").findings == ()


def test_what_is_told_today_is_counted_by_the_verdicts_that_stand(tmp_path: Path) -> None:
    new, still, gone = make.finding(id="c" * 16), make.finding(id=RIGHT), judged(HALF, verdict="half", place="gone.py:3")
    known = JudgedPackage.model_validate(package(judged(), gone))
    told = present("abc1234", [compare(known, make.scan((still, new)))])
    assert (told.still.right, told.still.read, told.gone.wrong, told.unjudged) == (1, 1, 1, 1)
    assert told.grave.right == 1


def test_a_finding_that_came_up_later_in_an_unmet_package_was_read_in_sight() -> None:
    one = JudgedPackage.model_validate(package(judged(), judged(HALF, read="in sight"), read="unmet"))
    text = page(load_catalog(), SystemsTable(commit="abc", systems=(), threats={}), {"shell-gpt": one})
    assert "| unmet | 1 | 1 |" in text
    assert "| in sight | 1 | 1 |" in text
