"""The set of real findings is whole, and what is said of it comes from the right finding of the right scan."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.findings.risk import severity_of
from tests.severity.real import RealCase, agreement, compared, levels_in, read_real, told

CASE = RealCase(1, "development", "github:owner/name@0123abc", "sponge-input", "app.py:3", (4, 3), "high", (4, 2), "right", "So it is.")


def found(threat: str, *places: str, levels: tuple[int, int] = (4, 3)) -> dict[str, object]:
    cited = [{"path": place.split(":")[0], "start_line": int(place.split(":")[1])} for place in places]
    return {"threat": threat, "likelihood": levels[0], "impact": levels[1], "evidence": cited}


def test_each_severity_of_the_set_is_what_the_matrix_says_of_its_levels() -> None:
    assert [case.case for case in read_real() if severity_of(*case.judged) != case.severity] == []


def test_each_case_is_there_once_and_names_its_source_with_a_commit() -> None:
    cases = read_real()
    assert len({case.case for case in cases}) == len(cases) >= 50
    assert [case.case for case in cases if not (case.source.startswith("github:") and "@" in case.source and "/" in case.source)] == []
    assert {case.half for case in cases} <= {"development", "held_out", "third"}
    assert {case.verdict for case in cases} <= {"right", "half", "generic", "wrong", "duplicate"}


@pytest.mark.parametrize(
    ("findings", "levels"),
    [
        ([found("sponge-input", "app.py:3", levels=(4, 3))], (4, 3)),
        ([found("sponge-input", "app.py:4")], None),  # another place
        ([found("system-prompt-leak", "app.py:3")], None),  # another threat
        ([found("sponge-input", "a.py:1", "app.py:3", levels=(2, 2)), found("sponge-input", "app.py:3", "b.py:1", levels=(5, 3))], (5, 3)),
    ],
)
def test_the_finding_that_begins_at_the_judged_place_is_the_one_compared(
    findings: list[dict[str, object]], levels: tuple[int, int] | None
) -> None:
    assert levels_in({"findings": findings}, CASE) == levels


def test_a_scan_is_named_by_its_repository_and_the_folder_that_was_scanned() -> None:
    assert CASE.scan_name == "owner+name.json"
    assert replace(CASE, source="github:owner/name@0123abc:src/app").scan_name == "owner+name+src+app.json"


def test_a_case_without_its_scan_is_counted_and_left_out(tmp_path: Path) -> None:
    other, third = (
        replace(CASE, case=2, source="github:owner/other@0123abc"),
        replace(CASE, case=3, threat="system-prompt-leak", judged=(3, 2)),
    )
    findings = [found("sponge-input", "app.py:3", levels=(4, 3)), found("system-prompt-leak", "app.py:3", levels=(3, 2))]
    (tmp_path / "owner+name.json").write_text(json.dumps({"findings": findings}), "utf-8")
    assert compared(tmp_path, (CASE, other, third)) == ((CASE, (4, 3)), (third, (3, 2)))
    lines = told(tmp_path, (CASE, other, third))
    assert "development, all: 1 not in the scans" in lines
    assert (
        "development, all, by the scans: 2 cases: severity 1.00, likelihood 1.00, impact 1.00; 2 equal, 0 one step apart, 0 more" in lines
    )


def test_severities_that_differ_are_counted_by_their_distance() -> None:
    assert agreement([((5, 4), (5, 4)), ((1, 1), (3, 3)), ((1, 2), (5, 5))]).endswith("1 equal, 1 one step apart, 1 more")
