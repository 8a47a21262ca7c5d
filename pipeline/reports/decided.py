"""What the reports say of decisions that stand in the scanned tree: what they close, and which close nothing and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.findings.model import Decision, Finding, Scan, Suppression
from pipeline.reports.escape import shorten, visible

_VERBS = {"accepted": "accept", "dismissed": "dismiss"}


class Closed(NamedTuple):
    """A finding that somebody accepted or dismissed."""

    finding: Finding
    decision: Decision


def decided(scan: Scan) -> tuple[Closed, ...]:
    """Findings that are closed by a decision, in the order of findings."""
    return tuple(
        Closed(finding, finding.decision)
        for finding in scan.findings
        if finding.decision is not None and finding.status in ("accepted", "dismissed")
    )


def decision_words(decision: Decision) -> str:
    """Who, until when and where, in one line behind the reason."""
    parts = [
        f"by {decision.by}" if decision.by else "",
        f"until {decision.until}" if decision.until else "",
        decision.where or "in the record",
    ]
    return ", ".join(part for part in parts if part)


def about(said: Suppression) -> str:
    """What a suppression says, in its own words."""
    named = " ".join(part for part in (said.threat, f"finding {said.finding}" if said.finding else "") if part) or "(nothing)"
    within = f" in {said.path}" if said.path and said.lines is None else ""
    return f"{_VERBS[said.decision.kind]} {named}{within}"


def stale(scan: Scan) -> tuple[Suppression, ...]:
    """Those that close nothing."""
    return tuple(said for said in scan.suppressions if said.stale)


def added(scan: Scan) -> tuple[Suppression, ...]:
    """Those that a baseline does not have."""
    return tuple(said for said in scan.suppressions if said.added)


def stale_lines(scan: Scan, most: int) -> Iterator[str]:
    """A line for each suppression that closes nothing."""
    found = stale(scan)
    for said in found[:most]:
        yield shorten(visible(f"{said.decision.where}: `{about(said)}` closes nothing: {said.stale}"), 400)
    if len(found) > most:
        yield f"{len(found) - most} more suppressions close nothing"
