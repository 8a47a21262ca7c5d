"""The search: every kind of attacker walks, what is taken is merged and ranked, and the most dangerous paths are written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.findings.attack_paths.knowledge import Attacker, Knowledge, Power, load_knowledge
from pipeline.findings.attack_paths.rank import Rated, rate
from pipeline.findings.attack_paths.takings import Harms, Taken, taken
from pipeline.findings.attack_paths.walk import Leg, Reached, Seen, Session, Ways, told, walk
from pipeline.findings.factors import effects_of
from pipeline.findings.fingerprint import fingerprint
from pipeline.findings.grouping import Groups
from pipeline.findings.model import AttackHop, AttackPath, AttackRoute, Finding, PathCut
from pipeline.findings.risk import severity_of
from pipeline.threats.engine import Match
from pipeline.threats.view import View, has_attributes

MOST_PATHS = 10
MOST_ROUTES = 4
MOST_ALSO = 5
_ACTORS = frozenset({"anonymous_public", "end_user", "third_party", "operator"})


@dataclass(frozen=True, slots=True)
class Found:
    """The most dangerous paths, how many there were, and whether the search ended at its bounds."""

    paths: tuple[AttackPath, ...] = ()
    total: int = 0
    bounded: bool = False


def find_attack_paths(view: View, made: Iterable[tuple[Finding, Sequence[Match]]]) -> Found:
    """Paths over these findings, the most dangerous first."""
    known = load_knowledge()
    seen = [Seen(finding, tuple(matches), known.steps[finding.threat]) for finding, matches in made if finding.threat in known.steps]
    if not seen:
        return Found()
    ways, harms = Ways(seen), Harms(seen)
    takings: list[Taken] = []
    bounded = False
    for name, attacker in known.attackers.items():
        begun = list(_let_in(view, seen, name, attacker))
        walked = walk(view, known, ways, attacker, [state for state in begun if state.legs[0].seen[0].step.gives])
        bounded = bounded or walked.bounded
        takings += (path for state in walked.reached for path in taken(view, known, harms, attacker, state))
        takings += (path for state in begun for path in _at_the_door(view, known, attacker, state))
    merged = sorted(_merged(view, known, takings), key=lambda group: group[0].order())
    return Found(tuple(_written(view, known, group) for group in merged[:MOST_PATHS]), len(merged), bounded)


def _let_in(view: View, seen: Sequence[Seen], name: str, attacker: Attacker) -> Iterator[Reached]:
    """States that findings begin: what they let in stands at their element, or at those it is tied to."""
    session: Session = "own" if attacker.answered else "others"
    for one in sorted(seen, key=Seen.rank):
        if one.step.who != name:
            continue
        for match in one.matches:
            if one.step.door and not any(has_attributes(match.element, wanted) for wanted in one.step.door):
                continue
            element = match.element.id
            door = Leg(element, element, told(view, one, element), None, (one,), one.finding.evidence[:2])
            power: Power = "control" if one.step.gives == "control" else "text"
            given: Session = "others" if one.step.gives == "keeping" else session
            yield Reached(element, power, given, (door,))
            for relation in view.relations_from.get(element, ()):
                if relation.kind in one.step.through:
                    tied = Leg(
                        element, relation.target, f"reaches `{view.elements[relation.target].name}`", None, (), relation.evidence[:1]
                    )
                    if tied.evidence:
                        yield Reached(relation.target, power, given, (door, tied))


def _at_the_door(view: View, known: Knowledge, attacker: Attacker, state: Reached) -> Iterator[Taken]:
    """The prize that a finding gives to whom it lets in; of tools that it opens, only those that do something."""
    by = state.legs[0].seen[0]
    if (
        by.step.takes is None
        or (by.step.through and len(state.legs) < 2)
        or not has_attributes(view.elements[state.element], by.step.where)
    ):
        return
    prize = known.worst_effect(effects_of(view.elements[state.element])) if by.step.by_effect else by.step.takes
    if prize is not None and (attacker.answered or not known.prizes[prize].answer):
        yield Taken(attacker, prize, state.element, state.legs, by, (by,))


def _merged(view: View, known: Knowledge, takings: Sequence[Taken]) -> list[list[Rated]]:
    """Paths that the same finding ends, or that end in the same prize, are one: its ways, the most dangerous first."""
    groups = Groups()
    for path in takings:
        groups.join((f"finding:{path.by.finding.id}", f"prize:{path.prize}:{path.asset}"))
    found: dict[str, list[Rated]] = {}
    for path in takings:
        found.setdefault(groups.name(f"finding:{path.by.finding.id}"), []).append(rate(view, known, path))
    return [sorted(group, key=Rated.order) for group in found.values()]


def _written(view: View, known: Knowledge, group: Sequence[Rated]) -> AttackPath:
    first = group[0]
    path = first.path
    ends = list(dict.fromkeys((rated.path.prize, rated.path.asset) for rated in group if _end(rated) != _end(first)))
    also = [_says(view, known, prize, asset) for prize, asset in ends]
    if len(also) > MOST_ALSO:
        also = [*also[:MOST_ALSO], f"and {len(also) - MOST_ALSO} more"]
    routes = _routes(view, [rated for rated in group if _end(rated) == _end(first)])
    resting = {seen.finding.id: seen for rated in group for seen in rated.path.seen}
    rested_on = dict.fromkeys(finding for route in routes for finding in route.findings)
    attacker = path.attacker.name
    return AttackPath(
        id=fingerprint(f"attack-path:{path.prize}", path.asset),
        title=f"{attacker[:1].upper()}{attacker[1:]} {_says(view, known, path.prize, path.asset)}",
        prize=path.prize, asset=path.asset, also=tuple(also), severity=severity_of(first.likelihood, first.impact),
        likelihood=first.likelihood, impact=first.impact, reasons=first.reasons, routes=routes,
        cut_by=tuple(_cut(resting[finding]) for finding in rested_on),
    )  # fmt: skip


def _routes(view: View, group: Sequence[Rated]) -> tuple[AttackRoute, ...]:
    """One way per attacker, entry and finding that ends it: the best by each finding first, then others, as many as are shown."""
    ways: dict[tuple[str, ...], Rated] = {}
    best: dict[str, Rated] = {}
    for rated in group:
        by = rated.path.by.finding.id
        ways.setdefault((by, rated.path.attacker.name, _entry(view, rated)), rated)
        best.setdefault(by, rated)
    leading = tuple(best.values())
    others = (rated for rated in ways.values() if not any(rated is one for one in leading))
    return tuple(_route(view, rated) for rated in (*leading, *others)[:MOST_ROUTES])


def _entry(view: View, rated: Rated) -> str:
    first = rated.path.legs[0]
    return first.target if view.elements[first.source].kind in _ACTORS else first.source


def _end(rated: Rated) -> tuple[str, str]:
    return rated.path.prize, rated.path.asset


def _says(view: View, known: Knowledge, prize: str, asset: str) -> str:
    return known.prizes[prize].says.format(asset=f"`{view.elements[asset].name}`")


def _route(view: View, rated: Rated) -> AttackRoute:
    path = rated.path
    return AttackRoute(
        attacker=path.attacker.name, entry=_entry(view, rated), likelihood=rated.likelihood, hops=tuple(_hop(leg) for leg in path.legs),
        findings=tuple(seen.finding.id for seen in path.seen), controls=tuple(control.id for control in rated.controls),
    )  # fmt: skip


def _hop(leg: Leg) -> AttackHop:
    return AttackHop(
        source=leg.source, target=leg.target, does=leg.does, flow=leg.flow.id if leg.flow else None,
        findings=tuple(seen.finding.id for seen in leg.seen), evidence=leg.evidence,
    )  # fmt: skip


def _cut(seen: Seen) -> PathCut:
    threat = seen.matches[0].threat
    return PathCut(finding=seen.finding.id, controls=threat.removed_by, text=threat.mitigations[0].text)
