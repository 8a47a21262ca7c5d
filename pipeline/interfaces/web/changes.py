"""Two scans of a system side by side: what is new, worse, fixed, or was not looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from pipeline.findings.comparing import CHANGE_KINDS, Change, compare
from pipeline.findings.model import Scan
from pipeline.findings.story import Story, story_of
from pipeline.interfaces.web.desk import At, Desk, Entry

if TYPE_CHECKING:
    from pipeline.record import ScanEntry, SystemEntry

router = APIRouter(include_in_schema=False)
MOST_SCANS, MOST_TOLD = 100, 25
HEADINGS = {
    "new": "New", "severity": "Severity changed", "fixed": "Fixed", "unknown": "Not looked for this time", "unchanged": "Unchanged",
}  # fmt: skip


@router.get("/systems/{system}/changes")
def changes(request: Request, desk: At, entry: Entry, old: int | None = None, new: int | None = None) -> Response:
    scans = tuple(one for one in desk.record.scans(entry.key, limit=MOST_SCANS) if not one.late)
    if len(scans) < 2:
        return desk.page(request, "changes", entry=entry, tab="changes", scans=scans, groups=(), newer=None, older=None)
    newer = _chosen(scans, new, scans[0])
    older = _chosen(scans, old, next((one for one in scans if one.at < newer.at and one.whole), scans[-1]))
    whole = older.whole and newer.whole
    groups = grouped(compared(desk, entry, older.id, newer.id)) if whole else ()
    return desk.page(
        request, "changes", entry=entry, tab="changes", scans=scans, groups=groups, newer=newer, older=older,
        story=told(desk, entry, older.id, newer.id) if whole else None,
        by_threat=_by_threat(desk.scan(entry, newer.id)) if whole else None,
    )  # fmt: skip


def compared(desk: Desk, entry: SystemEntry, old: int, new: int) -> tuple[Change, ...]:
    return desk.kept(("changes", old, new), lambda: compare(seen(desk.scan(entry, old)), seen(desk.scan(entry, new))))


def told(desk: Desk, entry: SystemEntry, old: int, new: int) -> Story:
    """What became of the system, in sentences."""
    return desk.kept(
        ("story", old, new),
        lambda: story_of(seen(desk.scan(entry, old)), seen(desk.scan(entry, new)), changes=compared(desk, entry, old, new), most=MOST_TOLD),
    )


def seen(scan: Scan) -> Scan:
    """A kept scan with what it saw itself: the record keeps with it what it found fixed, or did not look for."""
    return scan.model_copy(update={"findings": tuple(one for one in scan.findings if one.status not in ("fixed", "unknown"))})


def grouped(told: tuple[Change, ...]) -> tuple[tuple[str, str, tuple[Change, ...]], ...]:
    """Kind, heading and changes, those first that somebody has to look at."""
    groups = ((kind, HEADINGS[kind], tuple(one for one in told if one.kind == kind)) for kind in CHANGE_KINDS)
    return tuple(group for group in groups if group[2])


def _by_threat(scan: Scan) -> Callable[[Iterable[str]], tuple[tuple[str, str], ...]]:
    """What names findings by their threats, each threat once."""
    threats = {finding.id: finding.threat for finding in scan.findings}

    def named(ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
        return tuple({threats[one]: one for one in ids if one in threats}.items())

    return named


def _chosen(scans: tuple[ScanEntry, ...], wanted: int | None, default: ScanEntry) -> ScanEntry:
    if wanted is None:
        return default
    found = next((one for one in scans if one.id == wanted), None)
    if found is None:
        raise HTTPException(404, "this system has no such scan")
    return found
