"""What the landscape needs of one system, read from the record and cut down: the whole scan is let go before the next system is read.

Takes a member of the fleet, the record, the run and what came of its order; gives frozen facts. It judges nothing.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from ingest.errors import UnusableInput
from pipeline.findings.lifecycle import OPEN
from pipeline.findings.model import STRIDE, Finding, Scan
from pipeline.findings.risk import FACTOR_WORDS
from pipeline.fleet.fleet_file import Member
from pipeline.fleet.landscape.model import ThingKind
from pipeline.fleet.landscape.names import (
    Name,
    actions_in,
    images_in,
    model_name,
    package_name,
    plain_name,
    provider_name,
)  # fmt: skip
from pipeline.fleet.order import Outcome
from pipeline.record import Event, Record, RecordedDecision, ScanEntry, TrackedFinding
from pipeline.reports.inventory import Item, inventory
from pipeline.system.model import Evidence, Severity, Stride

MOST_SCANS = 400  # of one system that are looked back at
MOST_THINGS = 2000  # of one system
_OUTSIDE = frozenset({"internet", "user"})
_REACHED = frozenset(FACTOR_WORDS[factor] for factor in ("reached_from_internet", "unauthenticated", "source_is_public", "published"))
_NO_THREAT = re.compile(r"the catalog has no threat of this class about an? ")


@dataclass(frozen=True, slots=True)
class ThingName:
    kind: ThingKind
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """A finding as the record tracks it, and what of the system lies around it."""

    finding: Finding
    first_seen: datetime
    closed_at: datetime | None
    element: str  # its name
    exposed: bool
    paths: tuple[str, ...]  # ids of the attack paths that rest on it
    path_severity: Severity | None
    depth: int  # how late on such a path it comes: the last one is where harm is done
    things: tuple[ThingName, ...]

    @property
    def is_open(self) -> bool:
        """Held to be there: seen, or not looked for since it was."""
        return self.finding.status in OPEN or self.finding.status == "unknown"

    @property
    def place(self) -> str:
        return place_of(self.finding)


@dataclass(frozen=True, slots=True)
class OwnThing:
    """A thing of one system."""

    name: ThingName
    versions: tuple[str, ...]
    ai: bool


@dataclass(frozen=True, slots=True)
class Cells:
    """The matrix of a system in figures."""

    examined: Mapping[Stride, int]
    not_examined: Mapping[Stride, int]
    by_state: Mapping[str, int]
    reasons: Mapping[str, int]  # why cells are not examined
    no_threat: int


@dataclass(frozen=True, slots=True)
class Step:
    """What changed from one scan to the next, beside findings."""

    knowledge: bool
    code: bool | None  # None: not known
    model: bool
    stood: frozenset[tuple[str, str]] | None  # path and text of all that the older scan cites; None: not kept


@dataclass(frozen=True, slots=True)
class SystemFacts:
    member: Member
    outcome: Outcome | None
    last: ScanEntry | None
    base: ScanEntry | None  # what it is compared with
    fresh: bool  # whether the last scan is of this night
    entries: tuple[ScanEntry, ...]  # newest first
    known: tuple[Known, ...]
    events: tuple[Event, ...]  # since the base
    steps: Mapping[int, Step]  # by the scan that ends it
    decisions: tuple[RecordedDecision, ...]  # those that hold
    things: tuple[OwnThing, ...] = ()
    cells: Cells | None = None
    files: int = 0
    lines: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Before:
    """Which scan of a system the morning is compared with."""

    asked: str
    moment: datetime | None  # None: the night before

    def entry(self, entries: tuple[ScanEntry, ...], run: str, last: ScanEntry | None) -> ScanEntry | None:
        """Of the scans of a system; None where this is its first."""
        earlier = [entry for entry in entries if not entry.late and last is not None and (entry.at, entry.id) < (last.at, last.id)]
        if self.moment is None:
            nights = [entry for entry in earlier if entry.run is not None and entry.run != run]
            return next(iter(nights or earlier), None)
        moment = self.moment
        return next((entry for entry in earlier if entry.at <= moment), earlier[-1] if earlier else None)


def place_of(finding: Finding) -> str:
    from pipeline.reports.wording import headline

    shown = headline(finding)
    return f"{shown.path}:{shown.start_line}"


def read_facts(record: Record, member: Member, run: str, before: Before, outcome: Outcome | None, night: datetime) -> SystemFacts:
    """The facts of one system."""
    entries = record.scans(member.key, MOST_SCANS)
    last = next((entry for entry in entries if not entry.late), None)
    fresh = last is not None and (last.run == run or last.at >= night) and (outcome is None or outcome.is_good)
    base = before.entry(entries, run, last)
    latest = record.latest(member.key) if last is not None and last.whole else None
    since = base.at if base is not None else None
    tracked = [one for one in record.tracked(member.key) if _matters(one, since)] if last is not None else []
    events = tuple(event for event in record.events(member.key, since) if base is None or _after(event, base)) if last is not None else ()
    decisions = tuple(one for one in record.decisions(member.key) if one.ended_at is None) if last is not None else ()
    around = _Around(latest)
    return SystemFacts(
        member=member, outcome=outcome, last=last, base=base, fresh=fresh, entries=entries,
        known=tuple(around.known(one) for one in tracked), events=events, steps=_steps(record, entries, events), decisions=decisions,
        things=around.things(), cells=_cells(latest), files=latest.summary.files if latest else 0,
        lines=latest.summary.lines if latest else 0, skipped=_skips(latest),
    )  # fmt: skip


def _matters(one: TrackedFinding, since: datetime | None) -> bool:
    return one.finding.status != "fixed" or (since is not None and one.closed_at is not None and one.closed_at >= since)


def _after(event: Event, base: ScanEntry) -> bool:
    return event.at > base.at or (event.scan_id is not None and event.scan_id > base.id)


def _steps(record: Record, entries: tuple[ScanEntry, ...], events: Iterable[Event]) -> Mapping[int, Step]:
    """What else changed with each scan that something came or went in."""
    asked = {event.scan_id for event in events if event.scan_id is not None}
    told = [entry for entry in entries if not entry.late]
    return {new.id: _step(record, old, new) for new, old in pairwise(told) if new.id in asked}


def _step(record: Record, old: ScanEntry, new: ScanEntry) -> Step:
    knowledge = (old.knowledge, old.version) != (new.knowledge, new.version)
    code: bool | None = None
    if old.revision and new.revision and not old.dirty and not new.dirty:
        code = old.revision != new.revision
    stood: frozenset[tuple[str, str]] | None = None
    if old.whole and new.whole and (knowledge or code is None) and code is not False:
        with contextlib.suppress(UnusableInput):  # kept by another version, in a form that this one does not read
            before = record.scan(old.id)
            stood = frozenset((evidence.path, evidence.quote) for evidence in _cited(before))
            if code is None:
                after = record.scan(new.id)
                code = _size(before) != _size(after) or stood != frozenset((one.path, one.quote) for one in _cited(after))
    return Step(knowledge, code, old.model != new.model, stood)


def _size(scan: Scan) -> tuple[int, int]:
    return scan.summary.files, scan.summary.lines


def _cited(scan: Scan) -> Iterator[Evidence]:
    for element in scan.system.elements:
        yield from element.evidence
    for flow in scan.system.flows:
        yield from flow.steps
    for finding in scan.findings:
        if finding.status in OPEN:
            yield from finding.evidence


class _Around:
    """The system that findings stand in."""

    def __init__(self, scan: Scan | None) -> None:
        self._scan = scan
        self._elements = {element.id: element for element in scan.system.elements} if scan is not None else {}
        self._by_element: dict[str, list[ThingName]] = {}
        self._packages: dict[tuple[str, int], list[ThingName]] = {}
        self._own: dict[ThingName, OwnThing] = {}
        if scan is not None:
            self._take(scan)
        self._paths: dict[str, list[str]] = {}
        self._path_severity: dict[str, Severity] = {}
        self._from_outside: set[str] = set()
        self._depth: Counter[str] = Counter()
        for path in scan.attack_paths if scan is not None else ():  # the most dangerous come first
            for finding in sorted({found for route in path.routes for found in route.findings}):
                self._paths.setdefault(finding, []).append(path.id)
                self._path_severity.setdefault(finding, path.severity)
            for route in path.routes:
                for at, finding in enumerate(route.findings, 1):
                    self._depth[finding] = max(self._depth[finding], at)
                entry = self._elements.get(route.entry)
                if (entry is not None and entry.zone in _OUTSIDE) or "internet" in route.attacker:
                    self._from_outside |= set(route.findings)

    def known(self, one: TrackedFinding) -> Known:
        finding = one.finding
        element = self._elements.get(finding.element)
        passed = [found for name in (finding.element, *finding.attack_path) if (found := self._elements.get(name)) is not None]
        exposed = (
            finding.id in self._from_outside
            or any(found.zone in _OUTSIDE or found.attributes.get("exposed") is True for found in passed)
            or any(row.asked in _REACHED and row.answer == "yes" for row in finding.risk_table)
        )
        ids = (finding.id, *one.aliases)
        return Known(
            finding=_light(finding), first_seen=one.first_seen, closed_at=one.closed_at,
            element=element.name if element else finding.element, exposed=exposed,
            paths=tuple(dict.fromkeys(path for name in ids for path in self._paths.get(name, ()))),
            path_severity=next((self._path_severity[name] for name in ids if name in self._path_severity), None),
            depth=max(self._depth[name] for name in ids), things=self._things_of(finding),
        )  # fmt: skip

    def _things_of(self, finding: Finding) -> tuple[ThingName, ...]:
        found = list(self._by_element.get(finding.element, ()))
        for evidence in finding.evidence:
            found += [ThingName("image", name.name) for name in images_in(evidence.quote)]
            found += [ThingName("action", name.name) for name in actions_in(evidence.quote)]
            if finding.element.startswith("package:"):
                for line in range(evidence.start_line, min(evidence.end_line, evidence.start_line + 200) + 1):
                    found += self._packages.get((evidence.path, line), ())
        return tuple(dict.fromkeys(found))

    def things(self) -> tuple[OwnThing, ...]:
        return tuple(sorted(self._own.values(), key=lambda own: (own.name.kind, own.name.name)))[:MOST_THINGS]

    def _take(self, scan: Scan) -> None:
        for item in inventory(scan):
            named = _named(item)
            if named is None:
                continue
            kind, name = named
            thing = ThingName(kind, name.name)
            self._add(thing, name.version, ai=kind != "package" or item.said.get("ai") is True)
            for element_id in item.elements:
                self._by_element.setdefault(element_id, []).append(thing)
            if kind == "package":
                for evidence in item.evidence:
                    for line in range(evidence.start_line, min(evidence.end_line, evidence.start_line + 5) + 1):
                        self._packages.setdefault((evidence.path, line), []).append(thing)
        for element in scan.system.elements:
            if element.kind not in ("container", "ci_job", "inference_server", "vector_store", "data_store"):
                continue
            given = element.attributes.get("image")
            text = "\n".join(evidence.quote for evidence in element.evidence)
            for name in (*images_in(text), *(images_in(f"image: {given}") if isinstance(given, str) else ())):
                self._add(ThingName("image", name.name), name.version)
            for name in actions_in(text):
                self._add(ThingName("action", name.name), name.version)

    def _add(self, thing: ThingName, version: str, *, ai: bool = True) -> None:
        known = self._own.get(thing)
        versions = {version} if version else set()
        if known is not None:
            versions |= set(known.versions)
            ai = ai or known.ai
        self._own[thing] = OwnThing(thing, tuple(sorted(versions)), ai)


def _named(item: Item) -> tuple[ThingKind, Name] | None:
    """What an item of a system's inventory is in all systems; None where it has no name that others could have."""
    match item.kind:
        case "model":
            if item.name.startswith(("model chosen at run time", "local model chosen at run time")) or item.said.get("use") == "model file":
                return None
            return "model", model_name(item.name)
        case "service":
            use = str(item.said.get("use") or "")
            return ("provider", provider_name(item.name)) if use == "runs models" else ("service", plain_name(item.name))
        case "mcp_server":
            package = item.said.get("package")
            return "mcp_server", plain_name(str(package)) if isinstance(package, str) and package else plain_name(item.name)
        case "package":
            return "package", package_name(item.name, str(item.said.get("ecosystem") or ""), item.version)
        case "prompt":
            # One text is one prompt, whatever it is called; a name alone tells nothing of the text.
            return ("prompt", Name(f"text {item.sha256[0][:10]}", item.name)) if item.sha256 else None
        case "dataset":
            return None if item.name.startswith("dataset chosen at run time") else ("dataset", plain_name(item.name))
        case "tool" | "agent":
            return item.kind, plain_name(item.name)


def _light(finding: Finding) -> Finding:
    """What is shown of it; the rest is in the record."""
    return finding.model_copy(update={
        "risk_table": (), "scores": (), "arguments": (), "risk_reasons": (), "would_change_it": (), "description": "",
        "mitigations": finding.mitigations[:1],
        "evidence": tuple(one.model_copy(update={"quote": one.quote[:400]}) for one in finding.evidence[:12]),
    })  # fmt: skip


def _cells(scan: Scan | None) -> Cells | None:
    if scan is None:
        return None
    examined, left, states, reasons = Counter[Stride](), Counter[Stride](), Counter[str](), Counter[str]()
    no_threat = 0
    for cell in scan.coverage:
        states[cell.state] += 1
        if cell.state != "not_examined":
            examined[cell.stride] += 1
        elif _NO_THREAT.match(cell.reason):
            no_threat += 1  # nothing is known that could go wrong with such a thing in this class: there is nothing to look for
        else:
            left[cell.stride] += 1
            reasons[cell.reason] += 1
    return Cells(
        examined={stride: examined[stride] for stride in STRIDE}, not_examined={stride: left[stride] for stride in STRIDE},
        by_state=dict(sorted(states.items())), reasons=dict(reasons), no_threat=no_threat,
    )  # fmt: skip


def _skips(scan: Scan | None) -> Mapping[str, int]:
    counted: Counter[str] = Counter()
    for skip in scan.skipped if scan is not None else ():
        counted[skip.reason] += skip.count
    return dict(counted)


def since(text: str, now: datetime) -> Before:
    """`last` (the night before), `7d`, `24h`, `4w`, or a date: the morning of that day, UTC.

    Raises:
        ValueError: it is none of these.
    """
    if text == "last":
        return Before(text, None)
    if match := re.fullmatch(r"(\d{1,4})([hdw])", text):
        return Before(text, now - timedelta(hours=int(match[1]) * {"h": 1, "d": 24, "w": 168}[match[2]]))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return Before(text, datetime.combine(date.fromisoformat(text), datetime.min.time(), now.tzinfo))
    raise ValueError(text)
