"""The systems of the record, and each by itself: what its last scan says, what changed, what to look at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.findings.model import SEVERITIES, STRIDE, Scan, Status
from pipeline.interfaces.web.desk import At, Desk, Entry, is_open
from pipeline.reports.asked import FIRST_PAGE_NOTE, account, first_page
from pipeline.reports.paths import open_paths
from pipeline.reports.wording import STATES, coverage_counts, skipped_by_reason, skipped_count, verdict

if TYPE_CHECKING:
    from pipeline.record import Event, ScanEntry, SystemEntry

router = APIRouter(include_in_schema=False)
MOST_SCANS, TREND, LOOK_AT_FIRST = 30, 20, 6
STALE_DAYS = 30
WIDE, HIGH = 120, 28  # of a sparkline


@dataclass(frozen=True, slots=True)
class Spark:
    """Open findings over the last scans, as the points of a line and of the severe ones below it."""

    all: str
    severe: str
    last: tuple[float, float]
    said: str


@dataclass(frozen=True, slots=True)
class Row:
    """One system in the list."""

    entry: SystemEntry
    worst: str
    counts: tuple[tuple[str, int], ...]
    spark: Spark | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What became of findings, under one heading."""

    name: str
    events: tuple[Event, ...]


@router.get("/")
def systems(request: Request, desk: At, q: str = "", owner: str = "", tag: str = "") -> Response:
    """All systems, those with the worst open findings first."""
    entries = desk.record.systems()
    rows = [_row(desk, entry) for entry in entries if _fits(entry, q[:100], owner, tag)]
    rows.sort(key=lambda row: _rank(row.entry))
    return desk.page(
        request, "systems", rows=rows, all=len(entries), q=q[:100], owner=owner, tag=tag,
        owners=sorted({e.owner for e in entries if e.owner}), tags=sorted({tag for e in entries for tag in e.tags}),
        totals=_totals(entries),
    )  # fmt: skip


@router.get("/systems/{system}")
def overview(request: Request, desk: At, entry: Entry) -> Response:
    """One system: the verdict, what changed, what to look at first, what was not looked at."""
    scan = desk.latest(entry)
    scans = tuple(one for one in desk.record.scans(entry.key, limit=MOST_SCANS) if not one.late)
    if scan is None or entry.last is None:
        return desk.page(request, "unscanned", entry=entry, tab="overview")
    found = [finding for finding in scan.findings if is_open(finding)]
    return desk.page(
        request, "system", entry=entry, tab="overview", scan=scan, scans=scans, verdict=verdict(scan), first=found[:LOOK_AT_FIRST],
        found=found, severities=_counted(finding.severity for finding in found), steps=changed(desk, entry, scans),
        previous=scans[1] if len(scans) > 1 else None, paths=open_paths(scan)[:3], path_count=len(open_paths(scan)),
        page=first_page(scan), page_note=FIRST_PAGE_NOTE, account=account(scan), states=coverage_counts(scan), state_names=STATES,
        classes=_by_class(scan), spark=spark_of(scans), skipped=skipped_by_reason(scan)[:6], skipped_files=skipped_count(scan),
        statuses_counted=Counter(finding.status for finding in scan.findings),
    )  # fmt: skip


def changed(desk: Desk, entry: SystemEntry, scans: Sequence[ScanEntry]) -> tuple[Step, ...]:
    """What the last scan changed, against the one before; nothing of the first scan, which all findings are new in."""
    if len(scans) < 2:
        return ()
    events = [event for event in desk.record.events(entry.key, since=scans[1].at) if event.scan_id == scans[0].id]
    became: dict[str, tuple[Status, ...]] = {
        "New": ("new",),
        "Reopened": ("reopened",),
        "Fixed": ("fixed",),
        "Not looked for": ("unknown",),
    }
    steps = [
        Step(name, tuple(event for event in events if event.became in those and event.was != event.became))
        for name, those in became.items()
    ]
    steps.append(Step("Severity changed", tuple(event for event in events if event.was == event.became)))
    return tuple(step for step in steps if step.events)


def spark_of(scans: Sequence[ScanEntry]) -> Spark | None:
    """The trend over scans that are given newest first; None where there is none to draw."""
    told = list(reversed(scans[:TREND]))
    if len(told) < 2:
        return None
    totals = [sum(one.by_severity.values()) for one in told]
    severe = [one.by_severity.get("critical", 0) + one.by_severity.get("high", 0) for one in told]
    top = max(max(totals), 1)

    def at(index: int, count: int) -> tuple[float, float]:
        return round(3 + index * (WIDE - 6) / (len(told) - 1), 1), round(HIGH - 3 - count * (HIGH - 6) / top, 1)

    def line(counts: Sequence[int]) -> str:
        return " ".join(f"{x},{y}" for x, y in (at(index, count) for index, count in enumerate(counts)))

    said = f"open findings over {len(told)} scans: from {totals[0]} to {totals[-1]}"
    said += f", of these critical or high from {severe[0]} to {severe[-1]}"
    return Spark(line(totals), line(severe), at(len(told) - 1, totals[-1]), said)


def _row(desk: Desk, entry: SystemEntry) -> Row:
    last = entry.last
    by = last.by_severity if last is not None else {}
    counts = tuple((severity, by[severity]) for severity in SEVERITIES if by.get(severity))
    stale = last is not None and (desk.now() - last.at).days >= STALE_DAYS
    return Row(entry, counts[0][0] if counts else "", counts, _spark(desk, entry), stale)


def _spark(desk: Desk, entry: SystemEntry) -> Spark | None:
    """The trend of a system, drawn anew only after another scan."""
    known = desk.sparks.get(entry.key)
    if known is None or known[0] != entry.scans:
        known = desk.sparks[entry.key] = (entry.scans, spark_of(desk.record.scans(entry.key, limit=TREND)))
    return known[1]


def _rank(entry: SystemEntry) -> tuple[tuple[int, ...], str, str]:
    by = entry.last.by_severity if entry.last is not None else {}
    return tuple(-by.get(severity, 0) for severity in SEVERITIES), entry.name, entry.key


def _fits(entry: SystemEntry, q: str, owner: str, tag: str) -> bool:
    return (
        q.lower() in " ".join((entry.name, entry.owner, *entry.tags)).lower()
        and (not owner or entry.owner == owner)
        and (not tag or tag in entry.tags)
    )


def _totals(entries: Iterable[SystemEntry]) -> tuple[tuple[str, int], ...]:
    counted: Counter[str] = Counter()
    for entry in entries:
        counted.update(entry.last.by_severity if entry.last is not None else {})
    return tuple((severity, counted[severity]) for severity in SEVERITIES if counted[severity])


def _counted(severities: Iterable[str]) -> tuple[tuple[str, int], ...]:
    counted = Counter(severities)
    return tuple((severity, counted[severity]) for severity in SEVERITIES if counted[severity])


def _by_class(scan: Scan) -> tuple[tuple[str, dict[str, int]], ...]:
    counted = {name: Counter[str]() for name in STRIDE}
    for cell in scan.coverage:
        counted[cell.stride][cell.state] += 1
    return tuple((name, dict(counts)) for name, counts in counted.items())
