"""Findings as statements: the first of a list one by one, the others in one line, none left unsaid."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.chat.answers.case import MOST_LISTED, Case, Draft
from pipeline.chat.citing import distinct, of_element, of_finding, of_finding_whole
from pipeline.chat.wording import finding_line, holds_for, listed
from pipeline.findings.model import Finding
from pipeline.reports.wording import plural, severity_counts


def say_findings(draft: Draft, findings: Sequence[Finding], most: int = MOST_LISTED, case: Case | None = None) -> None:
    """Each of the first with its places; the rest by threat and id. Of a case it is said where a finding holds for its elements too."""
    for finding in findings[:most]:
        also = holds_for(case.view, finding, case.elements) if case is not None else ""
        cited = [of_element(case.view.elements[one]) for one in case.elements[:2]] if case is not None and also else []
        draft.say(finding_line(finding, also), of_finding_whole(finding, 2), cited)
    rest = findings[most:]
    if rest:
        names = [f"{finding.threat} ({finding.severity}, {finding.id[:8]})" for finding in rest]
        draft.say(f"And {plural(len(rest), 'more finding')}: {listed(names, 10, 'others')}.", distinct(map(of_finding, rest), 8))
    draft.list_findings(findings)


def counts(findings: Sequence[Finding]) -> str:
    """`3 findings: 1 critical, 2 high`."""
    by = ", ".join(f"{count} {severity}" for severity, count in severity_counts(findings))
    return f"{plural(len(findings), 'finding')}: {by}" if findings else "no finding"
