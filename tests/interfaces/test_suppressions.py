"""The list `suppress` of a settings file: what it may say, and the line of what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import UnusableInput
from pipeline.interfaces.settings import load_settings


def loaded(folder: Path, text: str, name: str = ".threatloom.yaml") -> list[tuple[str, str, str, str, str, str, str, str]]:
    (folder / name).write_text(text, "utf-8")
    return [
        (one.threat, one.finding, one.path, one.decision.kind, one.decision.reason, one.decision.until, one.decision.by, one.decision.where)
        for one in load_settings(folder, {}, {}).suppress
    ]


def test_yaml_gives_each_entry_with_its_place(tmp_path: Path) -> None:
    text = (
        "fail_on: high\nsuppress:\n  - threat: no-limit\n    path: legacy/**\n    reason: it is shut down in May\n    until: 2026-05-31\n    by: ann\n"
        "  - {finding: 0123456789abcdef, kind: dismiss, reason: 'no: it is a test'}\n"
    )
    assert loaded(tmp_path, text) == [
        ("no-limit", "", "legacy/**", "accepted", "it is shut down in May", "2026-05-31", "ann", ".threatloom.yaml:3"),
        ("", "0123456789abcdef", "", "dismissed", "no: it is a test", "", "", ".threatloom.yaml:8"),
    ]


def test_pyproject_gives_the_same(tmp_path: Path) -> None:
    text = (
        '[tool.threatloom]\nfail-on = "high"\n\n[[tool.threatloom.suppress]]\nthreat = "no-limit"\nreason = "known"\nuntil = 2026-05-31\n'
    )
    assert loaded(tmp_path, text, "pyproject.toml") == [("no-limit", "", "", "accepted", "known", "2026-05-31", "", "pyproject.toml:4")]
    text = '[tool.threatloom]\nsuppress = [{threat = "no-limit", reason = "known"}]\n'
    assert loaded(tmp_path, text, "pyproject.toml")[0][-1] == "pyproject.toml:2"


@pytest.mark.parametrize(
    ("entry", "line", "what"),
    [
        ("- {path: src/**, reason: all fine}", 2, "names neither a threat nor a finding"),
        ("- threat: a-b", 2, "gives no reason"),
        ("- threat: a-b\n    reason: ''", 3, "reason of a suppression is empty"),
        ("- threat: a-b\n    reason: x\n    until: tomorrow", 4, "until is tomorrow"),
        ("- threat: a-b\n    reason: x\n    kind: ignore", 4, "kind is ignore"),
        ("- threat: A B\n    reason: x", 2, "A B is no slug"),
        ("- finding: 1234\n    reason: x", 2, "1234 is no id"),
        ("- threat: a-b\n    reason: x\n    line: 3", 4, "line is nothing a suppression has"),
        ("- threat: a-b\n    reason: x\n    path: '*a*b*c*d*'", 4, "path of a suppression is too complex"),
        ("- threat: a-b\n    reason: [x]", 3, "a value of a suppression is no text"),
        ("- threat: a-b\n    threat: c-d\n    reason: x", 3, "says threat twice"),
        ("- a-b", 2, "an entry of suppress is no mapping"),
        ("a-b: x", 2, "suppress is no list"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(tmp_path: Path, entry: str, line: int, what: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        loaded(tmp_path, f"suppress:\n  {entry}\n")
    assert what in refused.value.what
    assert refused.value.where == f"{tmp_path}/.threatloom.yaml:{line}"


def test_the_environment_decides_no_finding(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}, {"THREATLOOM_SUPPRESS": "no-limit"}).suppress == ()
