"""What `threatloom history` shows, for people and for programs. Text of scanned files is made visible, and cannot act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from pipeline.findings.lifecycle import OPEN
from pipeline.findings.model import SEVERITIES, Status
from pipeline.record import Event, RecordedDecision, ScanEntry, SystemEntry, TrackedFinding
from pipeline.reports.escape import json_text, shorten, visible
from pipeline.reports.wording import headline, place, plural

if TYPE_CHECKING:
    from pipeline.findings.model import Finding
    from pipeline.record import Record

STATUSES: tuple[Status, ...] = ("new", "reopened", "open", "unknown", "accepted", "dismissed", "fixed")
MOST_EVENTS = 20  # of one scan
_COLOURS = {"new": "red", "reopened": "red", "fixed": "green", "unknown": "yellow", "accepted": "cyan", "dismissed": "cyan"}


@dataclass(frozen=True, slots=True)
class History:
    """Scans of a system, newest first, and what became of its findings since the oldest of them."""

    system: SystemEntry
    scans: tuple[ScanEntry, ...]
    events: tuple[Event, ...]
    places: dict[str, str]  # where each finding is, as last seen


@dataclass(frozen=True, slots=True)
class Life:
    """One finding over all scans."""

    system: SystemEntry
    tracked: TrackedFinding
    events: tuple[Event, ...]
    decisions: tuple[RecordedDecision, ...]


def history_of(record: Record, entry: SystemEntry, limit: int) -> History:
    scans = record.scans(entry.key, limit)
    events = record.events(entry.key, scans[-1].at) if scans else ()
    places = {one.finding.id: place(headline(one.finding)) for one in record.tracked(entry.key)}
    return History(entry, scans, events, places)


def life_of(record: Record, entry: SystemEntry, finding: str) -> Life:
    tracked = record.find(finding, entry.key)
    name = tracked.finding.id
    events = tuple(event for event in record.events(entry.key) if event.finding == name)
    return Life(entry, tracked, events, tuple(one for one in record.decisions(entry.key) if one.finding == name))


def show_history(told: History, *, as_json: bool) -> None:
    if as_json:
        _json({"system": _plain(told.system), "scans": [_scan_json(told, scan) for scan in told.scans], "decisions": _decided_json(told)})
        return
    entry = told.system
    click.echo(f"{click.style(visible(entry.name), bold=True)}  {visible(entry.key)}")
    shown = f", the newest {len(told.scans)} of them" if len(told.scans) < entry.scans else ""
    click.echo(f"{plural(entry.scans, 'kept scan')}{shown}")
    decided = [event for event in told.events if event.scan_id is None]
    for number, scan in enumerate(told.scans):
        after = told.scans[number - 1].at if number else None
        for event in reversed([one for one in decided if one.at >= scan.at and (after is None or one.at < after)]):
            click.echo(f"\n{_moment(event.at)}  {_event(told, event)}")
        click.echo(f"\n{_moment(scan.at)}  {click.style(f'scan {scan.id}', bold=True)}  {_scan_line(scan)}")
        for line in _changes(told, scan):
            click.echo(f"  {line}")


def show_findings(entry: SystemEntry, tracked: Sequence[TrackedFinding], *, as_json: bool) -> None:
    if as_json:
        _json({"system": _plain(entry), "findings": [_tracked_json(one) for one in tracked]})
        return
    for status in STATUSES:
        group = [one for one in tracked if one.finding.status == status]
        if group:
            click.secho(f"{status} ({len(group)})", bold=True, fg=_COLOURS.get(status))
        for one in group:
            finding = one.finding
            click.echo(f"  {visible(finding.id)}  since {_day(one.first_seen)}  {_named(finding.severity, finding.threat, finding.title)}")
            click.echo(visible(f"      {place(headline(finding))}{_because(finding)}"))
    click.echo(f"{plural(len(tracked), 'finding')} of {visible(entry.name)}; `threatloom history --finding ID` shows the life of one")


def show_systems(systems: Sequence[SystemEntry], where: str, *, as_json: bool) -> None:
    if as_json:
        _json({"record": where, "systems": [_plain(entry) for entry in systems]})
        return
    width = max((len(visible(entry.name)) for entry in systems), default=0)
    for entry in systems:
        last = f"{_moment(entry.last.at)}  {_open(entry.last)}" if entry.last is not None else "never scanned"
        click.echo(f"{visible(entry.name):<{width}}  {plural(entry.scans, 'scan'):>9}  {last}")
        click.echo(f"{'':<{width}}  {visible(entry.key)}")
    click.echo(f"{plural(len(systems), 'system')} in {visible(where)}")


def show_life(told: Life, *, as_json: bool) -> None:
    tracked, finding = told.tracked, told.tracked.finding
    if as_json:
        _json({"system": _plain(told.system), **_tracked_json(tracked), "events": [_plain(event) for event in told.events],
               "decisions": [_plain(one) for one in told.decisions]})  # fmt: skip
        return
    status = click.style(finding.status, bold=True, fg=_COLOURS.get(finding.status))
    click.echo(f"{status}: {_named(finding.severity, finding.threat, finding.title)}")
    click.echo(visible(f"  --> {place(headline(finding))}   ({told.system.name}, finding {finding.id})"))
    click.echo(f"  first seen {_moment(tracked.first_seen)}, last seen {_moment(tracked.last_seen)}{visible(_because(finding))}")
    if tracked.aliases:
        click.echo(visible(f"  earlier ids: {', '.join(tracked.aliases)}"))
    for event in told.events:
        where = f"scan {event.scan_id}" if event.scan_id is not None else "decided"
        click.echo(f"{_moment(event.at)}  {where:<9}  {_became(event)}{visible(f': {event.why}') if event.why else ''}")


def _scan_line(scan: ScanEntry) -> str:
    parts = [visible(scan.revision[:10]) + (" with changes" if scan.dirty else "")] if scan.revision else []
    parts.append(_open(scan))
    if scan.errors:
        parts.append(plural(scan.errors, "error"))
    if scan.model:
        parts.append(f"with {visible(scan.model)}")
    return "  ".join(parts)


def _open(scan: ScanEntry) -> str:
    """How many findings were open, by severity; and those that were not looked for or that somebody decided about."""
    count = sum(scan.counts.get(status, 0) for status in OPEN)
    severities = ", ".join(f"{scan.by_severity[name]} {name}" for name in SEVERITIES if scan.by_severity.get(name))
    others: tuple[Status, ...] = ("unknown", "accepted", "dismissed")
    beside = "".join(f", {scan.counts[status]} {status}" for status in others if scan.counts.get(status))
    return f"{count} open{f' ({severities})' if severities else ''}{beside}"


def _changes(told: History, scan: ScanEntry) -> Iterator[str]:
    events = [event for event in told.events if event.scan_id == scan.id]
    if scan.previous is None and not scan.late:
        yield f"{plural(len(events), 'finding')}, the first scan"
        return
    if not events:
        yield "nothing changed" if not scan.late else "a newer one was kept before: this one changes nothing"
    for event in sorted(events, key=lambda event: (STATUSES.index(event.became), SEVERITIES.index(event.severity)))[:MOST_EVENTS]:
        yield _event(told, event)
    if len(events) > MOST_EVENTS:
        yield f"and {len(events) - MOST_EVENTS} more (--format json has all)"


def _event(told: History, event: Event) -> str:
    name = click.style(f"{_became(event):<9}", fg=_COLOURS.get(_became(event)))
    where = f"{told.places.get(event.finding, '')}  {event.finding}"
    why = f"\n{'':12}{shorten(visible(' '.join(event.why.split())), 200)}" if event.why else ""
    return f"{name} {_named(event.severity, event.threat, event.title)}  {visible(where)}{why}"


def _became(event: Event) -> str:
    return event.became if event.was != event.became else "severity"


def _named(severity: str, threat: str, title: str) -> str:
    return visible(f"{severity}[{threat}] {' '.join(title.split())}")


def _because(finding: Finding) -> str:
    if finding.decision is not None:
        until = f" until {finding.decision.until}" if finding.decision.until else ""
        by = f" by {finding.decision.by}" if finding.decision.by else ""
        return f"  ({finding.decision.kind}{by}{until}: {finding.decision.reason})"
    return f"  ({finding.status_reason})" if finding.status_reason else ""


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def _day(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d")


def _scan_json(told: History, scan: ScanEntry) -> dict[str, object]:
    return {**_plain(scan), "changes": [_plain(event) for event in told.events if event.scan_id == scan.id]}


def _decided_json(told: History) -> list[dict[str, object]]:
    return [_plain(event) for event in told.events if event.scan_id is None]


def _tracked_json(one: TrackedFinding) -> dict[str, object]:
    dates = {"first_seen": one.first_seen, "last_seen": one.last_seen, "closed_at": one.closed_at}
    return {
        "finding": one.finding.model_dump(mode="json"), "aliases": list(one.aliases),
        **{name: None if at is None else _stamp(at) for name, at in dates.items()},
    }  # fmt: skip


def _plain(entry: ScanEntry | SystemEntry | Event | RecordedDecision) -> dict[str, object]:
    def plain(value: object) -> object:
        if isinstance(value, datetime):
            return _stamp(value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list | tuple) else value

    return {name: plain(value) for name, value in asdict(entry).items()}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _json(value: dict[str, object]) -> None:
    click.echo(json_text(value), nl=False)  # type: ignore[arg-type]
