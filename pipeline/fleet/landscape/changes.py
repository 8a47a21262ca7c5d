"""What got better and worse in a system since it was last looked at, and why: told apart by what changed beside the findings.

The net of all events counts: what came and went again between the two moments is no news. A finding that nobody looked for is held to be
there still, so that a system never gets better by not being looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.findings.lifecycle import CLOSED
from pipeline.findings.model import SEVERITIES
from pipeline.fleet.landscape.facts import Known, Step, SystemFacts
from pipeline.fleet.landscape.model import Cause, CauseKind, Direction, Figures, Moved
from pipeline.record import Event
from pipeline.reports.wording import plural
from pipeline.system.model import Severity

MOST_FILES = 12
MOST_MOVED = 40
_WAS = re.compile(r"severity was (critical|high|medium|low|info)")
_ENDED = re.compile(r"^(?:accepted|dismissed) until \S+, which has passed")
_OTHER_VERSION = "another version of threatloom"
KINDS: tuple[CauseKind, ...] = ("code", "either", "ended", "decision", "analysis", "knowledge", "unseen")
_COUNTING = frozenset({"code", "either", "ended"})  # what makes a system better or worse; the rest is said beside it


@dataclass(slots=True)
class _Group:
    """Findings that moved by one kind of cause, while they are collected."""

    came: list[Moved] = field(default_factory=list)
    went: list[Moved] = field(default_factory=list)
    heavier: list[Moved] = field(default_factory=list)
    lighter: list[Moved] = field(default_factory=list)
    unseen: list[Moved] = field(default_factory=list)
    by: set[str] = field(default_factory=set)  # who decided
    files: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Changes:
    direction: Direction
    because: str
    causes: tuple[Cause, ...]
    before: Figures | None
    came: Figures
    went: Figures


def figures(severities: Iterable[Severity] = ()) -> Figures:
    listed = list(severities)
    return {severity: listed.count(severity) for severity in SEVERITIES}


def changes_of(facts: SystemFacts) -> Changes:
    """What became of a system since its base."""
    now = figures(known.finding.severity for known in facts.known if known.is_open)
    if facts.last is None:
        return Changes("unknown", _not_scanned(facts) or "it has never been scanned", (), None, figures(), figures())
    if not facts.fresh:
        return Changes("unknown", _not_scanned(facts) or "it was not scanned this night", (), now, figures(), figures())
    if facts.base is None:
        return Changes("first", f"its first scan: {count_words(now) or 'nothing found'}", (), None, figures(), figures())
    groups: dict[CauseKind, _Group] = {}
    known = {one.finding.id: one for one in facts.known}
    before = dict(now)
    came, went = figures(), figures()
    for events in _by_finding(facts.events):
        last = events[-1]
        finding = known.get(last.finding)
        was, became = events[0].was, last.became
        was_there, is_there = was is not None and was not in CLOSED, became not in CLOSED
        old = _severity_before(events)
        moved = _moved(last, finding)
        if not was_there and is_there:
            kind, event = _cause(_turning(events, there=True), facts, finding)
            _put(groups, kind, "came", moved, finding, event)
            came[last.severity] += 1
            before[last.severity] -= 1
        elif was_there and not is_there:
            kind, event = _cause(_turning(events, there=False), facts, finding)
            moved = moved.model_copy(update={"severity": old})
            _put(groups, kind, "went", moved, finding, event)
            went[old] += 1
            before[old] += 1
        elif was_there and is_there:
            if became == "unknown" and was != "unknown":
                unlooked: CauseKind = "knowledge" if last.why.startswith(_OTHER_VERSION) else "unseen"
                _put(groups, unlooked, "unseen", moved, finding, last)
            if old != last.severity:
                kind, event = _cause(last, facts, finding)
                heavier = SEVERITIES.index(last.severity) < SEVERITIES.index(old)
                _put(groups, kind, "heavier" if heavier else "lighter", moved, finding, event)
                before[last.severity] -= 1
                before[old] += 1
    causes = tuple(_told(kind, groups[kind]) for kind in KINDS if kind in groups)
    direction = _direction(groups)
    return Changes(direction, _because(direction, causes), causes, {one: max(before[one], 0) for one in SEVERITIES}, came, went)


def _not_scanned(facts: SystemFacts) -> str:
    return facts.outcome.reason if facts.outcome is not None and not facts.outcome.is_good else ""


def _by_finding(events: Iterable[Event]) -> Iterable[list[Event]]:
    """The events of each finding, in their order."""
    grouped: dict[str, list[Event]] = {}
    for event in events:
        grouped.setdefault(event.finding, []).append(event)
    return [grouped[finding] for finding in sorted(grouped)]


def _severity_before(events: list[Event]) -> Severity:
    """What it was before the first change of it."""
    for event in events:
        if said := _WAS.search(event.why):
            return next(severity for severity in SEVERITIES if severity == said[1])
    return events[0].severity


def _turning(events: list[Event], *, there: bool) -> Event:
    """The event since which a finding is there, or is not."""
    for event in reversed(events):
        before = event.was is not None and event.was not in CLOSED
        if before != there and (event.became not in CLOSED) == there:
            return event
    return events[-1]


def _moved(event: Event, known: Known | None) -> Moved:
    return Moved(
        finding=event.finding, threat=event.threat, title=event.title, severity=event.severity, place=known.place if known else "",
        why=event.why,
    )  # fmt: skip


def _cause(event: Event, facts: SystemFacts, known: Known | None) -> tuple[CauseKind, Event]:
    if _ENDED.match(event.why):
        return "ended", event
    if event.scan_id is None or event.became in ("accepted", "dismissed"):
        return "decision", event
    step = facts.steps.get(event.scan_id)
    return (_of_step(step, known) if step is not None else "code"), event


def _of_step(step: Step, known: Known | None) -> CauseKind:
    """Why a scan says something else than the one before it."""
    of_model = known is not None and known.finding.source == "llm"
    if step.model and of_model:
        return "analysis"
    if step.code is False:
        return "knowledge" if step.knowledge else "analysis"
    if not step.knowledge:
        return "code"
    if step.stood is None or known is None or known.finding.status == "fixed":
        return "either"
    # The lines it rests on stood there before, and the older scan cited them for something else or not at all.
    cited = {(evidence.path, evidence.quote) for evidence in known.finding.evidence}
    return "knowledge" if cited <= step.stood else "either" if cited & step.stood else "code"


def _put(groups: dict[CauseKind, _Group], kind: CauseKind, list_name: str, moved: Moved, known: Known | None, event: Event) -> None:
    group = groups.setdefault(kind, _Group())
    getattr(group, list_name).append(moved)
    if known is not None:
        group.files |= {evidence.path for evidence in known.finding.evidence}
        if kind == "decision" and known.finding.decision is not None and known.finding.decision.by:
            group.by.add(known.finding.decision.by)


def _told(kind: CauseKind, group: _Group) -> Cause:
    def ordered(listed: list[Moved]) -> tuple[Moved, ...]:
        return tuple(sorted(listed, key=lambda one: (SEVERITIES.index(one.severity), one.threat, one.place, one.finding))[:MOST_MOVED])

    return Cause(
        kind=kind, said=_said(kind, group), came=ordered(group.came), went=ordered(group.went), heavier=ordered(group.heavier),
        lighter=ordered(group.lighter), unseen=ordered(group.unseen), files=tuple(sorted(group.files)[:MOST_FILES]),
    )  # fmt: skip


_BEGINNINGS: dict[CauseKind, str] = {
    "code": "The code changed",
    "either": "The code and threatloom's knowledge both changed",
    "ended": "Decisions ended",
    "decision": "Somebody decided",
    "analysis": "It was scanned otherwise",
    "knowledge": "threatloom's knowledge changed, the code did not",
    "unseen": "Not everything was looked at",
}


def _said(kind: CauseKind, group: _Group) -> str:
    beginning = _BEGINNINGS[kind]
    if kind == "decision" and group.by:
        beginning = f"{', '.join(sorted(group.by))} decided"
    counted = {
        "came": group.came, "went": group.went, "more severe": group.heavier, "less severe": group.lighter,
        "not looked for, held to be there": group.unseen,
    }  # fmt: skip
    words = {"came": "came back" if kind == "ended" else "reopened" if kind == "decision" else "came",
             "went": "accepted or dismissed" if kind == "decision" else "went"}  # fmt: skip
    parts = [f"{len(listed)} {words.get(name, name)}" for name, listed in counted.items() if listed]
    return f"{beginning}: {', '.join(parts)}"


def _direction(groups: dict[CauseKind, _Group]) -> Direction:
    up: set[Severity] = set()
    down: set[Severity] = set()
    net = dict.fromkeys(SEVERITIES, 0)
    for kind in [kind for kind in groups if kind in _COUNTING]:
        group = groups[kind]
        for moved in group.came:
            net[moved.severity] += 1
        for moved in group.went:
            net[moved.severity] -= 1
        up |= {moved.severity for moved in group.heavier}
        down |= {moved.severity for moved in group.lighter}
    up |= {severity for severity, count in net.items() if count > 0}
    down |= {severity for severity, count in net.items() if count < 0}
    if up and down:
        return "mixed"
    if up or down:
        return "worse" if up else "better"
    if any(kind in _COUNTING for kind in groups):
        return "mixed"  # as many came as went
    if "unseen" in groups:
        return "unknown"
    return "reassessed" if {"knowledge", "analysis"} & groups.keys() else "same"


def _because(direction: Direction, causes: tuple[Cause, ...]) -> str:
    if direction == "same":
        return next((cause.said for cause in causes if cause.kind == "decision"), "nothing changed")
    counting = [cause for cause in causes if cause.kind in _COUNTING] or list(causes)
    came = [moved for cause in counting for moved in cause.came]
    went = [moved for cause in counting for moved in cause.went]
    heavier = [moved for cause in counting for moved in cause.heavier]
    lighter = [moved for cause in counting for moved in cause.lighter]
    parts = [
        _list_words(came, "new", "new"), _list_words(heavier, "more severe", "now"), _list_words(went, "gone", "gone"),
        _list_words(lighter, "less severe", "now only"),
    ]  # fmt: skip
    unseen = [moved for cause in causes for moved in cause.unseen]
    parts += [f"{plural(len(unseen), 'finding')} not looked for, held to be there"] if unseen else []
    parts.append(_WHY.get(counting[0].kind, ""))
    return "; ".join(part for part in parts if part)


_WHY: dict[CauseKind, str] = {
    "knowledge": "by new knowledge, not by its code", "either": "by its code or new knowledge", "analysis": "it was scanned otherwise",
    "ended": "a decision ended",
}  # fmt: skip


def _list_words(listed: list[Moved], many: str, one: str) -> str:
    """`new critical: TITLE, in FILE`, or `4 new, the worst critical: TITLE, in FILE`; the worst is named."""
    if not listed:
        return ""
    worst = min(listed, key=lambda moved: (SEVERITIES.index(moved.severity), moved.threat, moved.place))
    counted = f"{len(listed)} {many}, the worst" if len(listed) > 1 else one
    return f"{counted} {worst.severity}: {worst.title}" + (f", in {worst.place.rpartition(':')[0]}" if worst.place else "")


def count_words(counted: Figures) -> str:
    """`1 critical, 3 high`; empty where there is nothing."""
    return ", ".join(f"{counted[severity]} {severity}" for severity in SEVERITIES if counted.get(severity))
