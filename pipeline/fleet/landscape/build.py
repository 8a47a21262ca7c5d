"""The landscape, from facts of all systems: puts the parts together, and computes none of them itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pipeline.findings.model import SEVERITIES
from pipeline.fleet.fleet_file import Fleet
from pipeline.fleet.landscape.changes import Changes, changes_of, figures
from pipeline.fleet.landscape.facts import Before, SystemFacts, read_facts
from pipeline.fleet.landscape.figures import ages_of, ending_of, examined_of, failed_of, heat_of, history_of, moment, trend_of
from pipeline.fleet.landscape.model import DIRECTIONS, Figures, Landscape, Since, Summary, SystemView
from pipeline.fleet.landscape.risks import Place, places_of, risks_of, weight_of
from pipeline.fleet.landscape.shared import inventory_of, shared_of, through
from pipeline.fleet.order import Outcome
from pipeline.record import Record
from pipeline.reports.escape import json_text
from pipeline.system.model import Severity


def landscape_of(
    fleet: Fleet,
    record: Record,
    *,
    run: str,
    night: datetime,
    now: datetime,
    before: Before,
    outcomes: Iterable[Outcome] = (),
    version: str,
) -> Landscape:
    """The landscape of a fleet, as the record has it now; `night` is when the run began, `outcomes` what came of its orders."""
    told = {outcome.key: outcome for outcome in outcomes}
    facts = [read_facts(record, member, run, before, told.get(member.key), night) for member in fleet.members]
    return put_together(fleet, facts, run=run, night=night, now=now, before=before, version=version)


def put_together(
    fleet: Fleet, facts: Sequence[SystemFacts], *, run: str, night: datetime, now: datetime, before: Before, version: str
) -> Landscape:
    """The landscape from facts, in whatever order they come."""
    facts = sorted(facts, key=lambda one: one.member.name)
    places = places_of(facts, fleet.deadlines, now)
    shared = shared_of(places, facts)
    changes = {one.member.name: changes_of(one) for one in facts}
    news = {(name, moved.finding) for name, change in changes.items() for cause in change.causes for moved in cause.came}
    risks, in_all = risks_of(places, through(shared), news)
    by_system: dict[str, list[Place]] = {one.member.name: [] for one in facts}
    for place in places:
        by_system[place.member.name].append(place)
    views = [_view(one, changes[one.member.name], by_system[one.member.name]) for one in facts]
    order = sorted(views, key=_order)
    rank = {view.name: number for number, view in enumerate(order)}
    return Landscape(
        fleet=fleet.name, run=run, at=moment(night), version=version,
        knowledge=tuple(sorted({one.last.knowledge for one in facts if one.last is not None})),
        since=Since(asked=before.asked, said=_since_words(before, facts)), summary=_summary(facts, changes, views), systems=tuple(order),
        risks=risks, risks_in_all=in_all, shared=shared,
        heat=tuple(sorted((heat_of(one) for one in facts), key=lambda row: rank[row.system])),
        ages=ages_of(places, fleet.deadlines), examined=examined_of(facts), inventory=inventory_of(facts), trend=trend_of(facts),
        ending=ending_of(facts, now.date()), failed=failed_of(facts),
    )  # fmt: skip


def landscape_schema() -> str:
    """The JSON Schema of a landscape."""
    return json_text({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Generated from pipeline/fleet/landscape/model.py by `make docs`; do not edit.",
        **Landscape.model_json_schema(mode="serialization"),
        "title": "threatloom landscape",
    })  # fmt: skip


def _view(facts: SystemFacts, changes: Changes, places: Sequence[Place]) -> SystemView:
    member, last = facts.member, facts.last
    bad = facts.outcome is not None and not facts.outcome.is_good
    return SystemView(
        name=member.name, key=member.key, owner=member.owner, tags=member.tags, criticality=member.criticality,
        direction=changes.direction, because=changes.because, causes=changes.causes,
        open=figures(place.known.finding.severity for place in places), before=changes.before,
        unseen=sum(place.known.finding.status == "unknown" for place in places),
        accepted=sum(known.finding.status in ("accepted", "dismissed") for known in facts.known),
        oldest_days=max((place.age_days for place in places), default=None), overdue=sum(place.overdue for place in places),
        scanned_at=moment(last.at) if last is not None else "", compared_at=moment(facts.base.at) if facts.base is not None else "",
        revision=last.revision if last is not None else None, failed=facts.outcome.reason if facts.outcome is not None and bad else "",
        errors=last.errors if last is not None else 0, history=history_of(facts),
    )  # fmt: skip


def _order(view: SystemView) -> tuple[int, int, int, str]:
    """Who has to be looked at first: what became of it, by the weight of what came or went, then by all that is open."""
    moved = [one for cause in view.causes for one in (*cause.came, *cause.heavier)]
    moved = moved or [one for cause in view.causes for one in (*cause.went, *cause.lighter, *cause.unseen)]
    change = sum(weight_of(one.severity, view.criticality) for one in moved)
    standing = sum(count * weight_of(severity, view.criticality) for severity, count in view.open.items())
    return DIRECTIONS.index(view.direction), -change, -standing, view.name


def _summary(facts: Sequence[SystemFacts], changes: Mapping[str, Changes], views: Sequence[SystemView]) -> Summary:
    counted = Counter(view.direction for view in views)
    compared = [view for view in views if view.before is not None]
    return Summary(
        systems=len(views), scanned=sum(one.fresh for one in facts),
        directions={direction: counted[direction] for direction in DIRECTIONS},
        open=_sum(view.open for view in views), before=_sum(view.before for view in compared if view.before), compared=len(compared),
        came=_sum(change.came for change in changes.values()), went=_sum(change.went for change in changes.values()),
        overdue=sum(view.overdue for view in views), unseen=sum(view.unseen for view in views),
        accepted=sum(view.accepted for view in views),
    )  # fmt: skip


def _sum(all_figures: Iterable[Figures]) -> Figures:
    total: Counter[Severity] = Counter()
    for one in all_figures:
        total.update(one)
    return {severity: total[severity] for severity in SEVERITIES}


def _since_words(before: Before, facts: Sequence[SystemFacts]) -> str:
    bases = sorted(one.base.at for one in facts if one.base is not None)
    if not bases:
        return "nothing earlier is known: this is the first night"
    if before.moment is None:
        first, last = bases[0].date().isoformat(), bases[-1].date().isoformat()
        if first != last:
            return f"since the night before of each system ({first} to {last})"
        today = any(one.last is not None and one.last.at.date() == bases[0].date() for one in facts if one.base is not None)
        return f"since the last run, at {bases[0]:%H:%M} UTC" if today else f"since the night before ({first})"
    return f"since {before.moment.date().isoformat()}" + (f" ({before.asked})" if before.asked[-1:] in "hdw" else "")
