"""What the exit code of a scan says: whether a finding is severe enough, whether the scan is whole, and what was passed over for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.findings.model import Finding, Scan

SEVERITIES = ("critical", "high", "medium", "low")
FOUND, INCOMPLETE = 1, 3


def exit_code(scan: Scan, fail_on: str) -> int:
    """1 where an open finding is severe enough and counts, else 3 where something could not be read or asked, else 0."""
    if any(not is_unproven(finding) for finding in _above(scan, fail_on)):
        return FOUND
    return INCOMPLETE if scan.errors else 0


def notes(scan: Scan, fail_on: str) -> Iterator[str]:
    """What was severe enough and did not count, where nothing else did."""
    from pipeline.reports.wording import plural

    if exit_code(scan, fail_on) == FOUND or fail_on not in SEVERITIES:
        return
    if passed := passed_over(scan, fail_on):
        what = "finding that a model alone saw" if passed == 1 else "findings that a model alone saw"
        yield f"{passed} {what}, with low confidence, did not count for --fail-on {fail_on}"
    severe = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    unknown = sum(finding.status == "unknown" and finding.severity in severe for finding in scan.findings)
    if unknown:
        they = "is" if unknown == 1 else "are"
        yield f"{plural(unknown, 'earlier finding')} of this severity {they} unknown: nobody looked this time, so that they do not count"


def passed_over(scan: Scan, fail_on: str) -> int:
    """Open findings that are severe enough and do not count."""
    return sum(is_unproven(finding) for finding in _above(scan, fail_on))


def is_unproven(finding: Finding) -> bool:
    """Whether a model alone saw it, with low confidence.

    A bar that stops others' work must be one that can be answered. No rule bears such a finding out, a second reading of its lines could
    not, and a model asked again may not say it again: it is shown, and stops nobody. Rules' own findings of low confidence count, for they
    are there as long as the lines are.
    """
    return finding.source == "llm" and finding.confidence == "low"


def counts(finding: Finding, fail_on: str) -> bool:
    """Whether a finding is open, severe enough and proven."""
    return _is_above(finding, fail_on) and not is_unproven(finding)


def _above(scan: Scan, fail_on: str) -> Iterator[Finding]:
    from pipeline.reports.wording import listed_findings

    return (finding for finding in listed_findings(scan) if _is_above(finding, fail_on))


def _is_above(finding: Finding, fail_on: str) -> bool:
    from pipeline.findings.lifecycle import OPEN

    return fail_on in SEVERITIES and finding.severity in SEVERITIES[: SEVERITIES.index(fail_on) + 1] and finding.status in OPEN
