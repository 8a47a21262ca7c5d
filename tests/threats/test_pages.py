"""Every threat's page: what it says is reported is reported on that line, what it says is silent is silent."""

from __future__ import annotations

import pytest

from pipeline.threats.catalog import load_catalog
from tests.threats.pages import Case, read_cases, run

CASES = [case for threat in load_catalog().threats for case in read_cases(threat.slug, load_catalog().page(threat.slug))]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.slug}-{case.section}-{case.title}".replace(" ", "_")[:100] for case in CASES])
def test_page_says_what_the_scan_does(case: Case) -> None:
    ran = run(case)
    assert ran.state == "as_written", f"{case.slug}, {case.title}: {ran.differs}; found {sorted(ran.hits)}"


@pytest.mark.parametrize("threat", load_catalog().threats, ids=lambda threat: threat.slug)
def test_every_threat_has_reported_and_silent_cases(threat: object) -> None:
    slug = getattr(threat, "slug")  # noqa: B009 - parametrised as object to keep ids readable
    expectations = {mark.expectation for case in CASES if case.slug == slug for mark in case.marks if mark.slug == slug}
    assert {"threat", "ok"} <= expectations
