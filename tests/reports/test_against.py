"""Reports of a scan that is told against a baseline: statuses are shown, and nothing that is gone is led to."""

from __future__ import annotations

import re

import pytest

from pipeline.findings.model import Baseline, Scan
from pipeline.reports import FORMATS
from pipeline.reports.html import render as render_html
from pipeline.reports.markdown import render as render_markdown
from pipeline.reports.table import render as render_table
from pipeline.reports.wording import listed_findings, open_findings
from tests import factories as make

HOSTILE = "ma\x1b[31min\u202e<script>|`"


def told(*, new_only: bool, name: str = "main") -> Scan:
    found = (
        make.finding("fresh-threat", status="new"),
        make.finding("back-again", status="reopened", severity="medium"),
        make.finding("old-threat", status="open", severity="critical"),
        make.finding("unseen-threat", status="unknown", status_reason="app.py: left out"),
        make.finding(
            "gone-threat", status="fixed", status_reason="gone.py is gone", element="tool:that is gone", attack_path=("tool:x", "agent:y")
        ),
    )
    named = Baseline(given="revision", name=name, revision="a" * 40, started_at="", version="1", knowledge="k", new_only=new_only)
    return make.scan(found, baseline=named)


def test_only_new_ones_are_listed_where_that_was_asked_for() -> None:
    whole, part = told(new_only=False), told(new_only=True)
    assert [finding.threat for finding in listed_findings(part)] == ["fresh-threat", "back-again"]
    assert listed_findings(whole) == open_findings(whole) == open_findings(part)
    for render in (render_table, render_markdown):
        assert "2 findings that were there before are not listed" in render(part)
        assert "not listed" not in render(whole) and "old-threat" in render(whole).replace("Old threat", "old-threat")
        assert "Old threat" not in render(part) and "old-threat" not in render(part)
    assert "2 findings that were there before" in render_html(part)


@pytest.mark.parametrize("new_only", [False, True])
def test_every_report_can_tell_of_what_is_gone_and_leads_nowhere(new_only: bool) -> None:
    scan = told(new_only=new_only, name=HOSTILE)
    for form in FORMATS:
        said = form.render(scan)
        assert "\x1b" not in said and "\u202e" not in said
    page = render_html(scan)
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
    assert "gone.py is gone" in page and "<script>|" not in page
    assert page.count("<details") == page.count("</details>")


def test_the_statuses_are_counted_in_one_line() -> None:
    said = "against main (aaaaaaaaaa): 1 new, 1 reopened, 1 fixed, 1 there before, 1 unknown"
    assert said in render_table(told(new_only=False))
    assert said in render_html(told(new_only=False))
    assert "against" not in render_table(make.scan((make.finding(),))).split("\n")[2]
