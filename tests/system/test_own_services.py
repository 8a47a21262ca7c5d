"""Services and agents as teams write them, without a framework for the whole: what is told of each, and of its hardened sibling.

The pages of `own_services/` are read as those of threats are: fences are files, `threat` and `ok` mark lines.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.threats.pages import Case, read_cases, run

PAGES = sorted((Path(__file__).parent / "own_services").glob("*.md"))
CASES = [case for page in PAGES for case in read_cases(page.stem, page.read_text("utf-8"))]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.slug}-{case.title}".replace(" ", "_")[:90] for case in CASES])
def test_a_service_is_understood(case: Case) -> None:
    assert case.marks, "a case that expects nothing shows nothing"
    ran = run(case)
    assert ran.state == "as_written", f"{case.title}: {ran.differs}; found {sorted(ran.hits)}"
