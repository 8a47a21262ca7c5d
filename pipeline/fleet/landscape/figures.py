"""The landscape in figures: heat map, ages, what was examined, trend over nights, decisions about to end, systems that failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import median_low

from pipeline.findings.model import SEVERITIES, STRIDE
from pipeline.fleet.fleet_file import Deadlines
from pipeline.fleet.landscape.changes import figures
from pipeline.fleet.landscape.facts import SystemFacts
from pipeline.fleet.landscape.model import AgeRow, EndingDecision, Examined, FailedSystem, HeatCell, HeatRow, Night, NotLookedAt
from pipeline.fleet.landscape.risks import Place
from pipeline.record import ScanEntry
from pipeline.system.model import Severity, Stride

MOST_NIGHTS = 30
MOST_HISTORY = 20
MOST_REASONS = 12
SOON_DAYS = 14


def moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def heat_of(facts: SystemFacts) -> HeatRow:
    """Six cells, or none where nothing is known."""
    if facts.last is None:
        return HeatRow(system=facts.member.name, cells=())
    return HeatRow(system=facts.member.name, cells=tuple(_cell(facts, stride) for stride in STRIDE))


def _cell(facts: SystemFacts, stride: Stride) -> HeatCell:
    found = [known.finding.severity for known in facts.known if known.is_open and stride in known.finding.stride]
    cells = facts.cells
    return HeatCell(
        stride=stride, worst=min(found, key=SEVERITIES.index) if found else None, findings=len(found),
        examined=cells.examined[stride] if cells else 0, not_examined=cells.not_examined[stride] if cells else 0,
    )  # fmt: skip


def ages_of(places: Sequence[Place], deadlines: Deadlines) -> tuple[AgeRow, ...]:
    """How long open findings have been open, by severity."""
    rows = []
    for severity in SEVERITIES:
        group = [place for place in places if place.known.finding.severity == severity]
        if not group:
            continue
        oldest = min(group, key=lambda place: (-place.age_days, place.member.name, place.known.finding.id))
        rows.append(
            AgeRow(
                severity=severity, open=len(group), median_days=median_low(place.age_days for place in group), oldest_days=oldest.age_days,
                oldest_system=oldest.member.name, deadline_days=deadlines.of(severity), overdue=sum(place.overdue for place in group),
            )
        )  # fmt: skip
    return tuple(rows)


def examined_of(all_facts: Sequence[SystemFacts]) -> Examined:
    cells: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    reason_systems: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    skip_systems: Counter[str] = Counter()
    for facts in all_facts:
        if facts.cells is not None:
            cells.update(facts.cells.by_state)
            reasons.update(facts.cells.reasons)
            reason_systems.update(facts.cells.reasons.keys())
        skipped.update(facts.skipped)
        skip_systems.update(facts.skipped.keys())
    no_threat = sum(facts.cells.no_threat for facts in all_facts if facts.cells is not None)
    return Examined(
        files=sum(facts.files for facts in all_facts), lines=sum(facts.lines for facts in all_facts),
        cells=dict(sorted(cells.items())), no_threat_known=no_threat,
        never=tuple(sorted(facts.member.name for facts in all_facts if facts.last is None)),
        incomplete=tuple(sorted(facts.member.name for facts in all_facts if facts.last is not None and facts.last.errors)),
        not_examined=_most(reasons, reason_systems), skipped=_most(skipped, skip_systems),
    )  # fmt: skip


def _most(counted: Counter[str], systems: Counter[str]) -> tuple[NotLookedAt, ...]:
    ranked = sorted(counted, key=lambda reason: (-systems[reason], -counted[reason], reason))[:MOST_REASONS]
    return tuple(NotLookedAt(reason=reason, systems=systems[reason], count=counted[reason]) for reason in ranked)


def trend_of(all_facts: Sequence[SystemFacts]) -> tuple[Night, ...]:
    """The last days on which something was scanned; a system counts as it was last known on that day."""
    told = [[entry for entry in facts.entries if not entry.late] for facts in all_facts]
    days = sorted({_day(entry) for entries in told for entry in entries})[-MOST_NIGHTS:]
    nights = []
    for day in days:
        known = [entry for entries in told if (entry := next((one for one in entries if _day(one) <= day), None)) is not None]
        total: Counter[Severity] = Counter()
        for entry in known:
            total.update(entry.by_severity)
        counted = figures()
        counted.update({severity: total[severity] for severity in SEVERITIES})
        nights.append(Night(day=day.isoformat(), open=counted, systems=len(known), scanned=sum(_day(entry) == day for entry in known)))
    return tuple(nights)


def _day(entry: ScanEntry) -> date:
    return entry.at.date()


def history_of(facts: SystemFacts) -> tuple[int, ...]:
    entries = [entry for entry in facts.entries if not entry.late][:MOST_HISTORY]
    return tuple(entry.by_severity.get("critical", 0) + entry.by_severity.get("high", 0) for entry in reversed(entries))


def ending_of(all_facts: Sequence[SystemFacts], today: date) -> tuple[EndingDecision, ...]:
    """Decisions that hold and soon will not, the next one first."""
    found = []
    for facts in all_facts:
        severity = {known.finding.id: known.finding.severity for known in facts.known}
        for decision in facts.decisions:
            if decision.kind == "reopened" or decision.until is None or not today <= decision.until <= today + timedelta(days=SOON_DAYS):
                continue
            found.append(
                EndingDecision(
                    system=facts.member.name, finding=decision.finding, title=decision.title, severity=severity.get(decision.finding),
                    kind=decision.kind, reason=decision.reason, by=decision.by, until=decision.until.isoformat(),
                    days=(decision.until - today).days,
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.until, one.system, one.finding)))


def failed_of(all_facts: Sequence[SystemFacts]) -> tuple[FailedSystem, ...]:
    """Systems of which this night has no scan, and why."""
    found = []
    for facts in all_facts:
        if facts.fresh:
            continue
        outcome = facts.outcome
        bad = outcome is not None and not outcome.is_good
        found.append(
            FailedSystem(
                system=facts.member.name, kind=outcome.kind if outcome is not None and bad else "missing",
                reason=outcome.reason if outcome is not None and bad else "it was not scanned this night",
                last_scanned=moment(facts.last.at) if facts.last is not None else "",
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.system))
