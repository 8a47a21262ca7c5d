"""Every threat's page: what it says is reported is reported on that line, what it says is silent is silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.scan import ScanSettings, scan
from pipeline.threats.catalog import load_catalog
from tests.threats.pages import Case, Mark, line_in, read_cases, write_case

CASES = [case for threat in load_catalog().threats for case in read_cases(threat.slug, load_catalog().page(threat.slug))]


def hits(case: Case, folder: Path) -> set[tuple[str, str, int]]:
    """(slug, path, line) of all evidence of all findings."""
    result = scan(write_case(case, folder), ScanSettings(jobs=1))
    assert not result.errors, result.errors
    return {
        (finding.threat, evidence.path, line)
        for finding in result.findings
        for evidence in finding.evidence
        for line in line_in(case, evidence)
    }


@pytest.mark.parametrize("case", CASES, ids=[f"{case.slug}-{case.section}-{case.title}".replace(" ", "_")[:100] for case in CASES])
def test_page_says_what_the_scan_does(case: Case, tmp_path: Path) -> None:
    found = hits(case, tmp_path)
    wrong = [mark for mark in case.marks if not _as_marked(mark, found)]
    assert not wrong, f"{case.slug}, {case.title}: {wrong}; found {sorted(found)}"
    if case.section == "Silent":
        assert case.slug not in {slug for slug, _path, _line in found}


def _as_marked(mark: Mark, found: set[tuple[str, str, int]]) -> bool:
    hit = (mark.slug, mark.path, mark.line) in found
    # A known gap that begins to pass must be moved to where it belongs.
    return hit == (mark.expectation in ("threat", "todo-ok"))


@pytest.mark.parametrize("threat", load_catalog().threats, ids=lambda threat: threat.slug)
def test_every_threat_has_reported_and_silent_cases(threat: object) -> None:
    slug = getattr(threat, "slug")  # noqa: B009 - parametrised as object to keep ids readable
    expectations = {mark.expectation for case in CASES if case.slug == slug for mark in case.marks if mark.slug == slug}
    assert {"threat", "ok"} <= expectations
