"""Shared risk: a model, server, package, image, prompt or tool in several systems with the same threat is one item with its places.

What is known of a thing comes from the findings that stand at it; a thing that many systems have and nothing is wrong with, is inventory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipeline.findings.model import SEVERITIES
from pipeline.fleet.landscape.facts import SystemFacts, ThingName
from pipeline.fleet.landscape.model import THING_KINDS, SharedRisk, SharedThreat, Thing
from pipeline.fleet.landscape.risks import MOST_PLACES, Place

MOST_SHARED = 40
MOST_VERSIONS = 12
MOST_LISTED = 400  # things of the inventory


def shared_of(places: Sequence[Place], all_facts: Sequence[SystemFacts]) -> tuple[SharedRisk, ...]:
    """The worst first, then those in most systems."""
    at: dict[ThingName, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for place in places:
        for thing in place.known.things:
            at[thing][place.known.finding.threat].append(place)
    versions = _versions(all_facts)
    found: list[SharedRisk] = []
    told: set[frozenset[tuple[str, str]]] = set()
    for thing in sorted(at, key=lambda one: (THING_KINDS.index(one.kind), one.name)):
        threats = [shared for threat in sorted(at[thing]) if len((shared := _shared_threat(threat, at[thing][threat])).systems) > 1]
        if not threats:
            continue
        named = {threat.threat for threat in threats}
        group = sorted((place for threat in named for place in at[thing][threat]), key=lambda place: place.order)
        same = frozenset((place.member.key, place.known.finding.id) for place in group)
        if any(same <= other for other in told):
            continue  # the provider of a model that is told already
        told.add(same)
        found.append(_shared(thing, threats, group, versions.get(thing, ())))
    return tuple(sorted(found, key=_order)[:MOST_SHARED])


def _order(shared: SharedRisk) -> tuple[int, int, int, str]:
    return SEVERITIES.index(shared.severity), -len(shared.systems), THING_KINDS.index(shared.kind), shared.name


def _shared_threat(threat: str, group: Sequence[Place]) -> SharedThreat:
    severities = [place.known.finding.severity for place in group]
    return SharedThreat(
        threat=threat, title=group[0].known.finding.title, severity=min(severities, key=SEVERITIES.index),
        systems=tuple(sorted({place.member.name for place in group})), findings=len(group),
    )  # fmt: skip


def _shared(thing: ThingName, threats: Sequence[SharedThreat], group: Sequence[Place], versions: Sequence[str]) -> SharedRisk:
    ranked = sorted(threats, key=lambda one: (SEVERITIES.index(one.severity), -len(one.systems), one.threat))
    return SharedRisk(
        kind=thing.kind, name=thing.name, severity=ranked[0].severity, systems=tuple(sorted({place.member.name for place in group})),
        versions=tuple(versions), threats=tuple(ranked), places=tuple(place.told() for place in group[:MOST_PLACES]),
    )  # fmt: skip


def through(shared: Sequence[SharedRisk]) -> Mapping[str, Sequence[ThingName]]:
    """Of each threat, the things it stands at in several systems, those in most of them first."""
    found: dict[str, list[tuple[int, ThingName]]] = defaultdict(list)
    for risk in shared:
        for threat in risk.threats:
            found[threat.threat].append((-len(threat.systems), ThingName(risk.kind, risk.name)))
    return {
        threat: [thing for _, thing in sorted(things, key=lambda one: (one[0], one[1].kind, one[1].name))]
        for threat, things in found.items()
    }


def inventory_of(all_facts: Sequence[SystemFacts]) -> tuple[Thing, ...]:
    """What the systems are made of, by kind; what most have comes first. Packages that have nothing to do with AI are left to `bom`."""
    owners: dict[ThingName, set[str]] = defaultdict(set)
    ai: set[ThingName] = set()
    for facts in all_facts:
        for own in facts.things:
            owners[own.name].add(facts.member.name)
            if own.ai:
                ai.add(own.name)
    versions = _versions(all_facts)
    wanted = [thing for thing in owners if thing.kind != "package" or thing in ai]
    ranked = sorted(wanted, key=lambda one: (THING_KINDS.index(one.kind), -len(owners[one]), one.name))
    return tuple(
        Thing(kind=one.kind, name=one.name, versions=tuple(versions.get(one, ())), systems=tuple(sorted(owners[one])), ai=one in ai)
        for one in ranked
    )[:MOST_LISTED]


def _versions(all_facts: Sequence[SystemFacts]) -> Mapping[ThingName, Sequence[str]]:
    found: dict[ThingName, set[str]] = defaultdict(set)
    for facts in all_facts:
        for own in facts.things:
            found[own.name] |= set(own.versions)
    return {thing: sorted(versions)[:MOST_VERSIONS] for thing, versions in found.items()}
