"""Which row of the record a finding of a fresh scan is: by its id, by what identity says of renamed files and symbols, by an earlier id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from ingest.errors import UnusableInput
from pipeline.findings.identity import matched
from pipeline.findings.model import Finding, Scan
from pipeline.record.packing import Packed, unpack
from pipeline.record.tables import AliasRow, FindingRow, ScanBody, ScanRow
from pipeline.system.model import System

MOST_AT_ONCE = 500  # values in one question to a database


def finding_of(row: FindingRow) -> Finding | None:
    """The finding as last seen, without the record's status; None where it was kept in a form that this version does not read."""
    try:
        return unpack(Finding, Packed(row.form, row.digest, row.packed), f"finding {row.finding}")
    except UnusableInput:
        return None


def last_whole(session: Session, system_id: int) -> Scan | None:
    """The newest scan of a system as it was kept; None where there is none, or it is damaged or of another version."""
    newest = select(ScanBody).join(ScanRow, ScanRow.id == ScanBody.scan_id).where(ScanRow.system_id == system_id, ScanRow.late.is_(False))
    body = session.scalars(newest.order_by(ScanRow.at.desc(), ScanRow.id.desc()).limit(1)).first()
    try:
        return body_of(body) if body is not None else None
    except UnusableInput:
        return None  # findings carry what is needed


def body_of(body: ScanBody) -> Scan:
    """A whole scan as it was kept; UnusableInput where it cannot be read."""
    return unpack(Scan, Packed(body.form, body.digest, body.packed), f"scan {body.scan_id}")


@dataclass(slots=True)
class Known:
    """The findings of a system that the record has, as far as they can matter to a scan."""

    rows: dict[int, FindingRow]  # unfixed ones, and fixed ones that the scan has again
    bodies: dict[int, Finding | None]
    partners: dict[str, int] = field(default_factory=dict)  # id of a fresh finding -> row


def known_of(session: Session, system_id: int, last: Callable[[], Scan | None], fresh: Scan, renames: Mapping[str, str]) -> Known:
    """All unfixed findings of a system and those the fresh scan has again, with who is who.

    `last` gives the last whole scan, and is only asked where ids alone do not say it all.
    """
    present = [finding.id for finding in fresh.findings]
    unfixed = session.scalars(
        select(FindingRow).where(FindingRow.system_id == system_id, FindingRow.status != "fixed").order_by(FindingRow.id)
    ).all()
    rows = {row.id: row for row in unfixed}
    aliases = dict(session.execute(select(AliasRow.alias, AliasRow.finding_id).where(AliasRow.system_id == system_id)).all())
    by_id = {row.finding: row.id for row in unfixed}
    missing = [one for one in present if one not in by_id]
    again = [*_rows(session, system_id, missing), *_by_key(session, {aliases[one] for one in missing if one in aliases} - set(rows))]
    for row in again:
        rows.setdefault(row.id, row)
        by_id[row.finding] = row.id
    known = Known(rows, {row.id: finding_of(row) for row in unfixed})
    partners = {one: by_id[one] for one in present if one in by_id}
    taken = set(partners.values())
    renamed = len(partners) < len(present) and any(row.id not in taken for row in unfixed)
    pairs = _pairs(known, unfixed, last(), fresh, renames) if renamed else {}
    for earlier, later in sorted(pairs.items(), key=lambda pair: by_id[pair[0]]):
        if later not in partners and by_id[earlier] not in taken:
            partners[later] = by_id[earlier]
            taken.add(by_id[earlier])
    for one in present:
        if one not in partners and one in aliases and aliases[one] not in taken:
            partners[one] = aliases[one]
            taken.add(aliases[one])
    known.partners = partners
    return known


def _pairs(known: Known, unfixed: Sequence[FindingRow], old: Scan | None, fresh: Scan, renames: Mapping[str, str]) -> dict[str, str]:
    """What identity says of findings that have another id now."""
    earlier = tuple(
        finding.model_copy(update={"id": row.finding, "status": "open"}) for row in unfixed if (finding := known.bodies[row.id]) is not None
    )
    before = (old or fresh.model_copy(update={"system": System(), "coverage": ()})).model_copy(update={"findings": earlier})
    return {one: other for one, other in matched(before, fresh, renames).items() if one != other}


def _rows(session: Session, system_id: int, ids: Sequence[str]) -> list[FindingRow]:
    found: list[FindingRow] = []
    for start in range(0, len(ids), MOST_AT_ONCE):
        some = ids[start : start + MOST_AT_ONCE]
        found += session.scalars(select(FindingRow).where(FindingRow.system_id == system_id, FindingRow.finding.in_(some))).all()
    return found


def _by_key(session: Session, keys: Iterable[int]) -> list[FindingRow]:
    wanted = sorted(keys)
    found: list[FindingRow] = []
    for start in range(0, len(wanted), MOST_AT_ONCE):
        found += session.scalars(select(FindingRow).where(FindingRow.id.in_(wanted[start : start + MOST_AT_ONCE]))).all()
    return found
