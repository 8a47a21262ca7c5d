"""The life of a finding from scan to scan: new, open, fixed, reopened, unknown, accepted, dismissed.

One rule for all who remember scans. A finding that a scan had no chance to see again is unknown, never fixed.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pipeline.findings.model import Decision, DecisionKind, Status

Sight = Literal["seen", "gone", "unseen"]
"""What a scan says of a finding: it is there, it was looked for and is not, or nobody looked."""
OPEN: frozenset[Status] = frozenset({"new", "open", "reopened"})
"""Somebody has to look at it, and it was there when last looked for. An `unknown` one may be there still."""
CLOSED: frozenset[Status] = frozenset({"fixed", "accepted", "dismissed"})


def next_status(before: Status | None, sight: Sight, decided: DecisionKind | None = None) -> Status:
    """What becomes of a finding; `before` is None for one never seen, `decided` a decision that holds today."""
    match sight:
        case "seen" if decided is not None:
            return decided
        case "seen" if before is None:
            return "new"
        case "seen":
            return "reopened" if before in CLOSED else "open"
        case "gone":
            return "fixed"
        case "unseen" if before == "fixed":
            return "fixed"
        case "unseen":
            return decided if decided is not None else "unknown"


def holds(decision: Decision, today: date) -> bool:
    """Whether a decision still counts: its last day is included."""
    return not decision.until or today <= date.fromisoformat(decision.until)
