"""The scan as SARIF for GitHub's code scanning: open findings alone, as GitHub reads no suppressions and no baseline.

There, every result is an alert, and an alert whose result is missing is closed. What is fixed, accepted or dismissed is therefore left
out, which the file says with the numbers; what was not looked for this time stays, so that its alert does.
"""

from __future__ import annotations

from pipeline.findings.model import Scan
from pipeline.reports.decided import decided, decision_words
from pipeline.reports.sarif import log_of, written
from pipeline.reports.wording import closed_counts, open_findings, plural


def render(scan: Scan) -> str:
    left = [f"{plural(group.count, 'finding')} {group.reason}" for group in closed_counts(scan)]
    left += [
        f"{one.finding.threat} ({one.finding.status}): {one.decision.reason} ({decision_words(one.decision)})" for one in decided(scan)
    ]
    return written(log_of(scan, open_findings(scan), tuple(left)))
