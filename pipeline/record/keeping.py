"""Keeping a scan: what becomes of every finding of its system, told once, in one transaction of the caller.

A finding that the scan does not have is looked at through the scan that last saw it, not through the last scan: what was unknown because
another version of the knowledge did not report it, stays unknown when that version looks again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pipeline.findings.lifecycle import CLOSED, OPEN, Sight, next_status
from pipeline.findings.listing import in_order
from pipeline.findings.model import SEVERITIES, STRIDE, Baseline, CoverageState, Decision, Finding, Scan, Status
from pipeline.findings.sight import Seen, Sights, Tree
from pipeline.record.deciding import end_passed, in_force, live, stamp
from pipeline.record.entries import Kept
from pipeline.record.matching import MOST_AT_ONCE, Known, known_of, last_whole
from pipeline.record.packing import pack
from pipeline.record.tables import AliasRow, CoverageRow, DecisionRow, EventRow, FindingRow, ScanBody, ScanRow, SightingRow, SystemRow

WHOLE_SCANS: Final = 50  # of each system, the newest; figures and events of all are kept
STATES: tuple[CoverageState, ...] = ("finding", "mitigated", "not_applicable", "not_examined")
_SETTLED = {("new", "open"), ("reopened", "open")}  # no news: the finding is still there


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and as what a scan is kept, and what is known of the tree."""

    at: datetime
    run: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    tree: Tree | None = None


def keep(session: Session, system: SystemRow, scan: Scan, occasion: Occasion) -> Kept:
    """Keeps a scan of a system whose row is locked."""
    if occasion.run is not None and (kept := _kept_before(session, system.id, occasion.run)) is not None:
        return kept
    newest = session.scalars(
        select(ScanRow)
        .where(ScanRow.system_id == system.id, ScanRow.late.is_(False))
        .order_by(ScanRow.at.desc(), ScanRow.id.desc())
        .limit(1)
    ).first()
    present = {finding.id: finding for finding in scan.findings if finding.status not in ("fixed", "unknown")}
    fresh = scan.model_copy(update={"findings": tuple(present.values())})
    if newest is not None and occasion.at < newest.at:
        return _keep_late(session, system, fresh, occasion, newest)
    return _Keeping(session, system, fresh, occasion, newest).kept()


def _kept_before(session: Session, system_id: int, run: str) -> Kept | None:
    row = session.scalars(select(ScanRow).where(ScanRow.system_id == system_id, ScanRow.run == run)).first()
    if row is None:
        return None
    became: dict[Status, list[str]] = {}
    told = select(EventRow.became, FindingRow.finding).join(FindingRow, FindingRow.id == EventRow.finding_id)
    for status, finding in session.execute(
        told.where(EventRow.scan_id == row.id, EventRow.was.is_distinct_from(EventRow.became)).order_by(EventRow.id)
    ):
        became.setdefault(status, []).append(finding)
    return _told(row, became, doubled=True)


def _told(row: ScanRow, became: Mapping[Status, Sequence[str]], *, doubled: bool = False) -> Kept:
    new, fixed, reopened, unknown = (tuple(became.get(status, ())) for status in ("new", "fixed", "reopened", "unknown"))
    return Kept(row.id, row.previous_id, new=new, fixed=fixed, reopened=reopened, unknown=unknown, doubled=doubled, late=row.late)


def _keep_late(session: Session, system: SystemRow, fresh: Scan, occasion: Occasion, newest: ScanRow) -> Kept:
    """A scan that is older than one that is kept tells nothing of now: it joins the history, and findings may turn out to be older."""
    row = _scan_row(session, system, fresh, occasion, None, late=True)
    partners = known_of(session, system.id, lambda: last_whole(session, system.id), fresh, occasion.renames).partners
    for key in partners.values():
        session.execute(
            update(FindingRow).where(FindingRow.id == key, FindingRow.first_seen > occasion.at).values(first_seen=occasion.at)
        )  # fmt: skip
    _keep_whole(session, row, fresh)
    return _told(row, {})


class _Keeping:
    """One scan on its way into the record."""

    def __init__(self, session: Session, system: SystemRow, fresh: Scan, occasion: Occasion, newest: ScanRow | None) -> None:
        self._session, self._system, self._fresh, self._at = session, system, fresh, occasion.at
        self._occasion, self._newest = occasion, newest
        end_passed(session, system.id, occasion.at)
        self._today = occasion.at.astimezone(UTC).date()
        self._decisions = live(session, system.id)
        self._told: list[Finding] = []
        self._sightings: list[tuple[FindingRow, Sight]] = []
        self._events: list[tuple[FindingRow, EventRow]] = []
        self._new_ids: list[str] = []

    def kept(self) -> Kept:
        session, newest = self._session, self._newest
        old = last_whole(session, self._system.id)
        known = known_of(session, self._system.id, lambda: old, self._fresh, self._occasion.renames)
        last_saw = self._scans_that_saw(known)
        row = _scan_row(session, self._system, self._fresh, self._occasion, newest)
        self._row = row
        for finding in self._fresh.findings:
            key = known.partners.get(finding.id)
            self._see(finding, known.rows[key] if key is not None else None)
        seen = set(known.partners.values())
        for key, tracked in sorted(known.rows.items()):
            if key not in seen:
                self._miss(tracked, known.bodies.get(key), old, last_saw)
        for start in range(0, len(self._new_ids), MOST_AT_ONCE):
            ids = self._new_ids[start : start + MOST_AT_ONCE]
            session.execute(delete(AliasRow).where(AliasRow.system_id == self._system.id, AliasRow.alias.in_(ids)))
        session.flush()
        for tracked, event in self._events:
            event.finding_id = tracked.id
            session.add(event)
        session.add_all(
            SightingRow(scan_id=row.id, finding_id=one.id, sight=sight, status=one.status, severity=one.severity)
            for one, sight in self._sightings
        )
        scan = self._whole(newest)
        row.by_severity, row.counts = _figures(scan.findings)
        _keep_whole(session, row, scan)
        became: dict[Status, list[str]] = {}
        for tracked, event in self._events:
            if event.was != event.became:
                became.setdefault(event.became, []).append(tracked.finding)
        return _told(row, became)

    def _see(self, finding: Finding, row: FindingRow | None) -> None:
        before = row.status if row is not None else None
        decision = in_force(self._decisions.get(row.id) if row is not None else None, finding, self._today)
        status = next_status(before, "seen", decision.kind if decision is not None else None)
        reason = _why_open_again(before, row, self._decided_before(row)) if status == "reopened" else ""
        packed = pack(finding.model_copy(update={"status": "new", "status_reason": "", "decision": _beside(finding)}))
        if row is None:
            row = FindingRow(
                system_id=self._system.id, finding=finding.id, threat=finding.threat, title=finding.title, severity=finding.severity,
                first_seen=self._at, status="new", status_reason="", closed_at=None,
                form=packed.form, digest=packed.digest, packed=packed.data,
            )  # fmt: skip
            self._session.add(row)
            self._new_ids.append(finding.id)
        elif row.finding != finding.id:
            self._rename(row, finding.id)
        harm = row.severity
        row.threat, row.title, row.severity = finding.threat, finding.title, finding.severity
        if (row.form, row.digest) != (packed.form, packed.digest):
            row.form, row.digest, row.packed = packed
        row.last_seen, row.last_scan_id, row.sight = self._at, self._row.id, "seen"
        self._become(row, before, status, reason, "seen", harm, decision)
        shown = decision if status in ("accepted", "dismissed") else None
        self._told.append(finding.model_copy(update={"status": status, "status_reason": reason, "decision": shown}))

    def _miss(self, row: FindingRow, finding: Finding | None, old: Scan | None, last_saw: Mapping[int, ScanRow]) -> None:
        """A finding of before that the scan does not have."""
        before = row.status
        seen = Seen("unseen", "it was kept in a form that this version does not read")
        if finding is not None:
            saw = last_saw.get(row.last_scan_id or 0)
            seen = Sights(_as_seen(old or self._fresh, saw), self._fresh, self._occasion.tree).of(finding)
        decision = in_force(self._decisions.get(row.id), finding, self._today)
        status = next_status(before, seen.sight, decision.kind if decision is not None else None)
        row.sight = seen.sight
        reason = seen.reason if status in ("fixed", "unknown") else ""
        self._become(row, before, status, reason, seen.sight, row.severity, decision)
        if finding is not None:
            shown = decision if status in ("accepted", "dismissed") else None
            self._told.append(finding.model_copy(update={"id": row.finding, "status": status, "status_reason": reason, "decision": shown}))

    def _become(
        self, row: FindingRow, before: Status | None, status: Status, reason: str, sight: Sight, harm: str, decision: Decision | None
    ) -> None:  # fmt: skip
        row.status, row.status_reason = status, reason
        if status not in CLOSED:
            row.closed_at = None
        elif status != before or row.closed_at is None:
            row.closed_at = self._at
        self._sightings.append((row, sight))
        became = status != before and (before, status) not in _SETTLED
        worse = before is not None and harm != row.severity
        if not (became or worse):
            return
        why = reason or (decision.reason if became and decision is not None else "")
        if worse:
            why = "; ".join(filter(None, (why, f"severity was {harm}")))
        was = before if became else status
        event = EventRow(
            system_id=self._system.id, scan_id=self._row.id, at=self._at, title=row.title, severity=row.severity,
            was=was, became=status, why=why,
        )  # fmt: skip
        self._events.append((row, event))

    def _rename(self, row: FindingRow, name: str) -> None:
        session, earlier = self._session, row.finding
        session.execute(delete(AliasRow).where(AliasRow.system_id == self._system.id, AliasRow.alias.in_((name, earlier))))
        row.finding = name
        session.flush()
        session.add(AliasRow(system_id=self._system.id, finding_id=row.id, alias=earlier))

    def _decided_before(self, row: FindingRow | None) -> DecisionRow | None:
        if row is None:
            return None
        return self._session.scalars(
            select(DecisionRow)
            .where(DecisionRow.finding_id == row.id, DecisionRow.kind != "reopened")
            .order_by(DecisionRow.id.desc())
            .limit(1)
        ).first()

    def _scans_that_saw(self, known: Known) -> dict[int, ScanRow]:
        ids = {row.last_scan_id for row in known.rows.values() if row.last_scan_id is not None}
        return {key: found for key in ids if (found := self._session.get(ScanRow, key)) is not None}

    def _whole(self, newest: ScanRow | None) -> Scan:
        """The scan with what became of every finding, against the last one that was kept."""
        fixed = sum(one.status == "fixed" for one in self._told)
        new = sum(one.status in ("new", "reopened") for one in self._told)
        update: dict[str, object] = {
            "findings": in_order(self._told), "summary": self._fresh.summary.model_copy(update={"new": new, "fixed": fixed}),
        }  # fmt: skip
        if newest is not None:
            update["baseline"] = Baseline(
                given="record", name=f"record:{newest.id}", revision=newest.revision, started_at=stamp(newest.at),
                version=newest.version, knowledge=newest.knowledge,
            )  # fmt: skip
        return self._fresh.model_copy(update=update)


def _why_open_again(before: Status | None, row: FindingRow | None, decided: DecisionRow | None) -> str:
    if before == "fixed":
        return "it was fixed, and is there again"
    if row is None:
        return ""
    if decided is not None and decided.until is not None and decided.ended_why.startswith("its last day"):
        return f"{decided.kind} until {decided.until}, which has passed"
    return f"it is not {before} any more"


def _beside(finding: Finding) -> Decision | None:
    return finding.decision if finding.decision is not None and finding.decision.where else None


def _as_seen(old: Scan, saw: ScanRow | None) -> Scan:
    """The scan that last saw a finding, as far as `Sights` asks for it."""
    if saw is None:
        return old
    tool = old.tool.model_copy(update={"knowledge": saw.knowledge, "version": saw.version})
    return old.model_copy(update={"tool": tool, "given_documents": tuple(saw.given_documents)})


def _scan_row(
    session: Session, system: SystemRow, scan: Scan, occasion: Occasion, newest: ScanRow | None, *, late: bool = False
) -> ScanRow:  # fmt: skip
    by_severity, counts = _figures(scan.findings)
    row = ScanRow(
        system_id=system.id, run=occasion.run, at=occasion.at, late=late, previous_id=newest.id if newest is not None else None,
        revision=scan.target.revision, dirty=scan.target.dirty, version=scan.tool.version, knowledge=scan.tool.knowledge,
        given_documents=list(scan.given_documents), by_severity=by_severity, counts=counts, errors=len(scan.errors),
        duration_s=scan.duration_s, model=scan.llm.model if scan.llm is not None else "",
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all(_coverage(row.id, scan))
    return row


def _figures(findings: Iterable[Finding]) -> tuple[dict[str, int], dict[str, int]]:
    findings = tuple(findings)
    severities = Counter(finding.severity for finding in findings if finding.status in OPEN)
    return {severity: severities[severity] for severity in SEVERITIES}, dict(sorted(Counter(one.status for one in findings).items()))


def _coverage(scan_id: int, scan: Scan) -> list[CoverageRow]:
    kinds = {element.id: element.kind for element in scan.system.elements}
    counted = Counter((kinds.get(cell.element, cell.element.partition(":")[0]), cell.stride, cell.state) for cell in scan.coverage)
    cells = sorted({(kind, stride) for kind, stride, _ in counted})
    return [
        CoverageRow(
            scan_id=scan_id, kind=kind, stride=stride, finding=counted[kind, stride, "finding"],
            mitigated=counted[kind, stride, "mitigated"], not_applicable=counted[kind, stride, "not_applicable"],
            not_examined=counted[kind, stride, "not_examined"],
        )
        for kind, stride in cells
    ]  # fmt: skip


def _keep_whole(session: Session, row: ScanRow, scan: Scan) -> None:
    """Keeps the whole scan, and drops the oldest beyond the bound with what it saw."""
    packed = pack(scan)
    session.add(ScanBody(scan_id=row.id, form=packed.form, digest=packed.digest, packed=packed.data))
    session.flush()
    kept = session.scalars(
        select(ScanBody.scan_id).join(ScanRow, ScanRow.id == ScanBody.scan_id).where(ScanRow.system_id == row.system_id)
        .order_by(ScanRow.at.desc(), ScanRow.id.desc())
    ).all()  # fmt: skip
    for old in kept[WHOLE_SCANS:]:
        session.execute(delete(SightingRow).where(SightingRow.scan_id == old))
        session.execute(delete(ScanBody).where(ScanBody.scan_id == old))
        _fold_coverage(session, old)


def _fold_coverage(session: Session, scan_id: int) -> None:
    """Of the coverage of a scan, only what all kinds of elements have together."""
    rows = session.scalars(select(CoverageRow).where(CoverageRow.scan_id == scan_id)).all()
    counted = Counter({(row.stride, state): 0 for row in rows for state in STATES})
    for row in rows:
        counted.update({(row.stride, state): getattr(row, state) for state in STATES})
    strides = [stride for stride in STRIDE if (stride, "finding") in counted]
    session.execute(delete(CoverageRow).where(CoverageRow.scan_id == scan_id))
    session.add_all(
        CoverageRow(scan_id=scan_id, kind="", stride=stride, **{state: counted[stride, state] for state in STATES}) for stride in strides
    )
