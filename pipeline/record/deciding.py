"""What people decided about findings: written down, ended, and laid on the findings of a scan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ingest.errors import UnusableInput
from pipeline.findings.lifecycle import CLOSED, Sight, holds, next_status
from pipeline.findings.model import Decision, DecisionKind, Finding, Scan
from pipeline.record.entries import RecordedKind
from pipeline.record.matching import finding_of, known_of, last_whole
from pipeline.record.tables import DecisionRow, EventRow, FindingRow

LONGEST_REASON = 4000


def live(session: Session, system_id: int) -> dict[int, DecisionRow]:
    """Decisions that nobody ended, by row of their finding; the day of some may have passed."""
    found = session.scalars(select(DecisionRow).where(DecisionRow.system_id == system_id, DecisionRow.ended_at.is_(None)))
    return {row.finding_id: row for row in found}


def as_decision(row: DecisionRow) -> Decision:
    kind: DecisionKind = "dismissed" if row.kind == "dismissed" else "accepted"
    return Decision(kind=kind, reason=row.reason, by=row.by, at=stamp(row.at), until=row.until.isoformat() if row.until else "")


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def passed(decision: Decision) -> str:
    return f"{decision.kind} until {decision.until}, which has passed"


def in_force(row: DecisionRow | None, finding: Finding | None, today: date) -> Decision | None:
    """What counts of a finding today: a decision of the record, else one that stands in the tree, as last seen."""
    beside = finding.decision if finding is not None and finding.decision is not None and finding.decision.where else None
    recorded = as_decision(row) if row is not None else None
    return next((one for one in (recorded, beside) if one is not None and holds(one, today)), None)


def end_passed(session: Session, system_id: int, at: datetime) -> None:
    """Ends decisions whose last day is over."""
    for row in live(session, system_id).values():
        if row.until is not None and row.until < at.astimezone(UTC).date():
            row.ended_at, row.ended_why = at, f"its last day, {row.until}, has passed"
    session.flush()


def decide(
    session: Session, row: FindingRow, kind: RecordedKind, *, reason: str, by: str, at: datetime, until: date | None
) -> None:  # fmt: skip
    """Writes a decision about a finding down, and what becomes of the finding."""
    today = at.astimezone(UTC).date()
    check(kind, reason, until, today)
    end_passed(session, row.system_id, at)
    before, standing = row.status, live(session, row.system_id).get(row.id)
    if before == "fixed":
        raise UnusableInput(f"finding {row.finding} is fixed", "the record", "there is nothing to decide unless a scan sees it again")
    beside = in_force(None, finding_of(row), today)
    if kind == "reopened" and standing is None and before not in ("accepted", "dismissed"):
        raise UnusableInput(f"nothing was decided about finding {row.finding}", "the record", "accept or dismiss it first")
    if kind == "reopened" and standing is None and beside is not None:
        raise UnusableInput(f"finding {row.finding} is {beside.kind} by the tree itself", beside.where, "remove it there, and scan again")
    if standing is not None:
        standing.ended_at, standing.ended_why = at, "reopened" if kind == "reopened" else "decided anew"
    ended = at if kind == "reopened" else None
    session.add(
        DecisionRow(
            system_id=row.system_id, finding_id=row.id, kind=kind, reason=reason, by=by, at=at, until=until, ended_at=ended, ended_why="",
        )
    )  # fmt: skip
    decided = (beside.kind if beside else None) if kind == "reopened" else kind
    sight: Sight = "unseen" if row.sight == "unseen" else "seen"
    became = next_status(before, sight, decided)
    row.status, row.status_reason = became, reason if kind == "reopened" else ""
    row.closed_at = at if became in CLOSED else None
    why = f"{reason} ({by})" if by else reason
    session.add(
        EventRow(
            system_id=row.system_id, scan_id=None, finding_id=row.id, at=at, title=row.title, severity=row.severity,
            was=before, became=became, why=why,
        )
    )  # fmt: skip


def check(kind: RecordedKind, reason: str, until: date | None, today: date) -> None:
    if not reason.strip():
        raise UnusableInput("a decision needs a reason", "--reason", "say why, for those who read it later")
    if len(reason) > LONGEST_REASON:
        raise UnusableInput(f"a reason of {len(reason)} characters is too long", "--reason", f"say it in {LONGEST_REASON}")
    if until is not None and kind == "reopened":
        raise UnusableInput("what is reopened has no last day", "--until", "leave it out")
    if until is not None and until < today:
        raise UnusableInput(f"{until} has passed", "--until", "give the last day the decision holds, as YYYY-MM-DD")


def decided(session: Session, system_id: int, scan: Scan, today: date, renames: Mapping[str, str]) -> Scan:
    """A fresh scan with the decisions of the record that hold; they win over those that stand in the tree."""
    standing = {key: row for key, row in live(session, system_id).items() if holds(as_decision(row), today)}
    if not standing:
        return scan
    partners = known_of(session, system_id, lambda: last_whole(session, system_id), scan, renames).partners

    def told(finding: Finding) -> Finding:
        row = standing.get(partners.get(finding.id, 0))
        if row is None or finding.status == "fixed":
            return finding
        decision = as_decision(row)
        return finding.model_copy(update={"status": decision.kind, "decision": decision})

    return scan.model_copy(update={"findings": tuple(map(told, scan.findings))})


def as_of(row: FindingRow, standing: DecisionRow | None, today: date) -> Finding | None:
    """A finding as last seen, with the status and the decision of today; None where it cannot be read."""
    finding = finding_of(row)
    if finding is None:
        return None
    decision = in_force(standing, finding, today)
    status, reason = row.status, row.status_reason
    if status in ("accepted", "dismissed") and decision is None:
        ended = (standing is not None and as_decision(standing)) or finding.decision
        status = next_status(status, "unseen" if row.sight == "unseen" else "seen")
        reason = passed(ended) if ended is not None else reason
    kept = decision if status in ("accepted", "dismissed") else None
    return finding.model_copy(update={"id": row.finding, "status": status, "status_reason": reason, "decision": kept})
