"""What the record is asked: systems, scans, findings as of now, decisions, events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from ingest.errors import UnusableInput
from pipeline.findings.listing import in_order
from pipeline.findings.model import Scan, Status
from pipeline.record.deciding import as_of, live
from pipeline.record.entries import CoverageCount, Event, RecordedDecision, ScanEntry, SystemEntry, TrackedFinding, stride_rank
from pipeline.record.matching import body_of
from pipeline.record.tables import AliasRow, CoverageRow, DecisionRow, EventRow, FindingRow, ScanBody, ScanRow, SystemRow, storable

SHORTEST_BEGINNING = 4  # of an id


def system_row(session: Session, key: str) -> SystemRow | None:
    return session.scalars(select(SystemRow).where(SystemRow.key == storable(key))).first()


def systems(session: Session) -> tuple[SystemEntry, ...]:
    rows = session.scalars(select(SystemRow).order_by(SystemRow.name, SystemRow.key)).all()
    return tuple(_system_entry(session, row) for row in rows)


def system(session: Session, name_or_key: str) -> SystemEntry:
    wanted = storable(name_or_key)
    row = system_row(session, wanted)
    found = [row] if row is not None else session.scalars(select(SystemRow).where(SystemRow.name == wanted).order_by(SystemRow.key)).all()
    if not found:
        raise UnusableInput(
            "the record has no such system", name_or_key, "scan it first, or name one that `threatloom history --systems` lists"
        )
    if len(found) > 1:
        keys = ", ".join(one.key for one in found[:5])
        raise UnusableInput(f"{len(found)} systems have this name", name_or_key, f"give the key of one: {keys}")
    return _system_entry(session, found[0])


def _system_entry(session: Session, row: SystemRow) -> SystemEntry:
    count = session.scalar(select(func.count()).select_from(ScanRow).where(ScanRow.system_id == row.id)) or 0
    last = session.scalars(_newest(row.id).limit(1)).first()
    return SystemEntry(
        key=row.key, name=row.name, root=row.root, owner=row.owner, tags=tuple(row.tags), criticality=row.criticality, scans=count,
        last=_scan_entry(row, last, _whole(session, [last.id])) if last is not None else None,
    )  # fmt: skip


def _newest(system_id: int, *, late: bool = False) -> Select[ScanRow]:
    asked = select(ScanRow).where(ScanRow.system_id == system_id).order_by(ScanRow.at.desc(), ScanRow.id.desc())
    return asked if late else asked.where(ScanRow.late.is_(False))


def scans(session: Session, key: str, limit: int) -> tuple[ScanEntry, ...]:
    row = system_row(session, key)
    if row is None:
        return ()
    found = session.scalars(_newest(row.id, late=True).limit(limit)).all()
    whole = _whole(session, [one.id for one in found])
    return tuple(_scan_entry(row, one, whole) for one in found)


def _whole(session: Session, scans: Sequence[int]) -> Collection[int]:
    """Those of some scans that are kept whole."""
    return set(session.scalars(select(ScanBody.scan_id).where(ScanBody.scan_id.in_(scans))))


def _scan_entry(system: SystemRow, row: ScanRow, whole: Collection[int]) -> ScanEntry:
    return ScanEntry(
        id=row.id, system=system.key, at=row.at, previous=row.previous_id,
        revision=row.revision, dirty=row.dirty, version=row.version, knowledge=row.knowledge,
        by_severity={severity: int(count) for severity, count in row.by_severity.items()},  # type: ignore[misc]  # JSON has no literals
        counts={status: int(count) for status, count in row.counts.items()},  # type: ignore[misc]
        errors=row.errors, duration_s=row.duration_s, model=row.model, run=row.run, whole=row.id in whole, late=row.late,
    )  # fmt: skip


def scan(session: Session, scan_id: int) -> Scan:
    body = session.get(ScanBody, scan_id)
    if body is not None:
        return body_of(body)
    if session.get(ScanRow, scan_id) is None:
        raise UnusableInput(f"there is no scan {scan_id}", "the record", "`threatloom history` lists them")
    raise UnusableInput(
        f"of scan {scan_id} only figures are kept", "the record", "name a newer one: the last 50 of a system are kept whole"
    )


def latest(session: Session, key: str, today: date) -> Scan | None:
    row = system_row(session, key)
    newest = session.scalars(_newest(row.id).limit(1)).first() if row is not None else None
    if row is None or newest is None:
        return None
    found = scan(session, newest.id)
    findings = in_order(one.finding for one in tracked(session, key, (), today) if one.finding.status != "fixed")
    new = sum(one.status in ("new", "reopened") for one in findings)
    return found.model_copy(update={"findings": findings, "summary": found.summary.model_copy(update={"new": new, "fixed": 0})})


def tracked(session: Session, key: str, statuses: Collection[Status], today: date) -> tuple[TrackedFinding, ...]:
    row = system_row(session, key)
    if row is None:
        return ()
    found = _tracked(session, row, session.scalars(select(FindingRow).where(FindingRow.system_id == row.id)).all(), today)
    chosen = {one.finding.id: one for one in found if not statuses or one.finding.status in statuses}
    return tuple(chosen[finding.id] for finding in in_order(one.finding for one in chosen.values()))


def _tracked(session: Session, system: SystemRow, rows: Collection[FindingRow], today: date) -> list[TrackedFinding]:
    standing = live(session, system.id)
    earlier: dict[int, list[str]] = {}
    for alias in session.scalars(select(AliasRow).where(AliasRow.system_id == system.id).order_by(AliasRow.id)):
        earlier.setdefault(alias.finding_id, []).append(alias.alias)
    told: list[TrackedFinding] = []
    for row in rows:
        finding = as_of(row, standing.get(row.id), today)
        if finding is not None:
            closed_at = row.closed_at if finding.status == row.status else None
            told.append(
                TrackedFinding(
                    finding=finding, system=system.key, first_seen=row.first_seen, last_seen=row.last_seen, closed_at=closed_at,
                    aliases=tuple(earlier.get(row.id, ())),
                )
            )  # fmt: skip
    return told


def finding_row(session: Session, beginning: str, key: str | None) -> FindingRow:
    """The one finding whose id, or an earlier id of which, is or begins so."""
    where, named = key or "the record", storable(beginning)

    def rows(*holds: ColumnElement[bool]) -> Sequence[FindingRow]:
        asked = select(FindingRow).outerjoin(AliasRow, AliasRow.finding_id == FindingRow.id).where(or_(*holds)).order_by(FindingRow.id)
        if key is not None:
            asked = asked.join(SystemRow, SystemRow.id == FindingRow.system_id).where(SystemRow.key == storable(key))
        return tuple(dict.fromkeys(session.scalars(asked)))

    found = rows(FindingRow.finding == named) or rows(AliasRow.alias == named)
    if not found and len(named) < SHORTEST_BEGINNING:
        raise UnusableInput(
            f"{beginning} is too short for the id of a finding", where, f"give {SHORTEST_BEGINNING} characters or more of it"
        )
    if not found:
        found = rows(*(func.substr(column, 1, len(named)) == named for column in (FindingRow.finding, AliasRow.alias)))
    if len(found) == 1:
        return found[0]
    if not found:
        raise UnusableInput(f"no finding begins with {beginning}", where, "`threatloom history --findings` and the reports show their ids")
    if len({row.system_id for row in found}) > 1:
        raise UnusableInput(f"findings of several systems begin with {beginning}", where, "say which system")
    raise UnusableInput(f"{len(found)} findings begin with {beginning}", where, "give more of the id")


def find(session: Session, beginning: str, key: str | None, today: date) -> TrackedFinding:
    row = finding_row(session, beginning, key)
    system = session.get_one(SystemRow, row.system_id)
    found = _tracked(session, system, [row], today)
    if not found:
        raise UnusableInput(
            f"finding {row.finding} was kept in a form that this version does not read", "the record", "scan the system again"
        )
    return found[0]


def decisions(session: Session, key: str) -> tuple[RecordedDecision, ...]:
    row = system_row(session, key)
    if row is None:
        return ()
    asked = select(DecisionRow, FindingRow.finding, FindingRow.title).join(FindingRow, FindingRow.id == DecisionRow.finding_id)
    found = session.execute(asked.where(DecisionRow.system_id == row.id).order_by(DecisionRow.at.desc(), DecisionRow.id.desc()))
    return tuple(
        RecordedDecision(
            finding=finding, title=title, kind=one.kind, reason=one.reason, by=one.by, at=one.at, until=one.until, ended_at=one.ended_at,
            ended_why=one.ended_why,
        )
        for one, finding, title in found
    )  # fmt: skip


def events(session: Session, key: str, since: datetime | None) -> tuple[Event, ...]:
    row = system_row(session, key)
    if row is None:
        return ()
    asked = select(EventRow, FindingRow.finding, FindingRow.threat).join(FindingRow, FindingRow.id == EventRow.finding_id)
    asked = asked.where(EventRow.system_id == row.id).order_by(EventRow.at, EventRow.id)
    if since is not None:
        asked = asked.where(EventRow.at >= since)
    return tuple(
        Event(
            at=one.at, scan_id=one.scan_id, finding=finding, threat=threat, title=one.title, severity=one.severity, was=one.was,
            became=one.became, why=one.why,
        )
        for one, finding, threat in session.execute(asked)
    )  # fmt: skip


def coverage(session: Session, scan_id: int) -> tuple[CoverageCount, ...]:
    rows = session.scalars(select(CoverageRow).where(CoverageRow.scan_id == scan_id)).all()
    return tuple(
        CoverageCount(
            row.kind, row.stride,
            {"finding": row.finding, "mitigated": row.mitigated, "not_applicable": row.not_applicable, "not_examined": row.not_examined},
        )
        for row in sorted(rows, key=lambda row: (row.kind, stride_rank(row.stride)))
    )  # fmt: skip
