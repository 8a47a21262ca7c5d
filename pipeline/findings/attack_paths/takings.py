"""What an attacker takes where they have got to: the prizes that findings let them have there.

Takes a state of a walk, gives the paths that end there. A prize that has to be read needs an answer: the attacker's own, or a tool
or page by which a steered model sends it out, each by a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.findings.attack_paths.knowledge import Attacker, Knowledge
from pipeline.findings.attack_paths.walk import Leg, Reached, Seen, begun_as, is_open, leg_along, passes, told
from pipeline.findings.factors import effects_of
from pipeline.system.model import ElementKind, Flow
from pipeline.threats.engine import Match
from pipeline.threats.view import View, has_attributes

_MODELS: frozenset[ElementKind] = frozenset({"agent", "hosted_llm", "local_llm"})
_OUTWARD = frozenset({"message", "network"})


@dataclass(frozen=True, slots=True)
class Taken:
    """One way from an attacker to something worth having."""

    attacker: Attacker
    prize: str
    asset: str  # element id
    legs: tuple[Leg, ...]
    by: Seen  # the finding that gives the prize
    seen: tuple[Seen, ...]  # all that have to hold, in order


@dataclass
class Harms:
    """Findings that give a prize or let something out, by the elements a way to them begins at."""

    seen: Sequence[Seen]
    at: dict[str, list[tuple[Seen, Match]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in sorted(self.seen, key=Seen.rank):
            if one.step.takes is None and not one.step.by_role:
                continue
            for match in one.matches:
                for holder in dict.fromkeys((match.element.id, *(way[0].source for way in match.ways))):
                    self.at.setdefault(holder, []).append((one, match))


def taken(view: View, known: Knowledge, harms: Harms, attacker: Attacker, state: Reached) -> Iterator[Taken]:
    """The prizes within reach of a state."""
    related: set[tuple[str, str]] = {(relation.kind, relation.target) for relation in view.relations_from.get(state.element, ())}
    for seen, match in _held(harms, state, {target for _kind, target in related}):
        if seen.step.held not in (state.power, "any") or (seen.step.to_others and state.session != "others"):
            continue
        legs = _to_its_end(view, known, state, seen, match, related)
        if legs is None:
            continue
        prize, asset = _prize(known, seen, match, legs)
        if prize is None:
            continue
        path = Taken(attacker, prize, asset, legs, seen, _once(legs))
        if not known.prizes[prize].answer or state.session == "own":
            yield path
        elif (out := _way_out(view, known, harms, state, seen)) is not None:
            yield replace(path, legs=(*legs, *out), seen=_once((*legs, *out)))


def _held(harms: Harms, state: Reached, related: set[str]) -> Iterator[tuple[Seen, Match]]:
    yield from harms.at.get(state.element, ())
    for other in sorted(related):
        yield from ((seen, match) for seen, match in harms.at.get(other, ()) if seen.step.through and match.element.id == other)


def _to_its_end(
    view: View, known: Knowledge, state: Reached, seen: Seen, match: Match, related: set[tuple[str, str]]
) -> tuple[Leg, ...] | None:
    """The legs of the whole path, the last of which cites the finding; None where the finding does not hold for this way here."""
    about = match.element.id
    if about != state.element and seen.step.through and any((kind, about) in related for kind in seen.step.through):
        return (*state.legs, Leg(state.element, about, told(view, seen, about), None, (seen,), seen.finding.evidence[:2]))
    begun = [way for way in match.ways if way[0].source == state.element and _goes_on(view, known, state, way) and _fits(seen, way[-1])]
    if begun:
        return _along(view, state, seen, begun[0])
    if about != state.element or not state.legs:
        return None
    if seen.step.held == "text" and match.ways and match.ways[0][0].source == about:
        return _answered(state, seen, match)
    if state.power == "text" and match.ways and not _comes_by(state, match):
        return None
    if not _fits(seen, state.arrival) or (match.ways and match.ways[0][0].source == about):
        return None
    last = state.legs[-1]
    if seen in last.seen:
        return state.legs
    cited = last.evidence if seen.step.held == "text" else tuple(dict.fromkeys((*last.evidence, *match.element.evidence[:1])))
    return (*state.legs[:-1], replace(last, does=f"{last.does}; {told(view, seen, about)}", seen=(*last.seen, seen), evidence=cited))


def _comes_by(state: Reached, match: Match) -> bool:
    """Whether what the attacker wrote came by a way of the match, and is what that way begins with."""
    return any(way[-1].id == state.legs[-1].flow_id and begun_as(state) & set(way[0].carries) for way in match.ways)


def _answered(state: Reached, seen: Seen, match: Match) -> tuple[Leg, ...] | None:
    """A threat in what an element answers: it goes back to where the attacker asked."""
    passed = {leg.target for leg in state.legs}
    back = next((way[0] for way in match.ways if len(way) == 1 and way[0].target in passed and way[0].steps), None)
    does = seen.step.says.format(element=f"`{match.element.name}`")
    return None if back is None else (*state.legs, leg_along(back, does, (seen,)))


def _fits(seen: Seen, last: Flow | None) -> bool:
    return not seen.step.role or (last is not None and last.role in seen.step.role)


def _goes_on(view: View, known: Knowledge, state: Reached, way: tuple[Flow, ...]) -> bool:
    passed = {end for leg in state.legs for end in (leg.source, leg.target)}
    return passes(view, state, way[0]) and all(flow.target not in passed and is_open(view, known.stops[state.power], flow) for flow in way)


def _along(view: View, state: Reached, seen: Seen, way: tuple[Flow, ...]) -> tuple[Leg, ...]:
    middle = tuple(leg_along(flow, f"it reaches `{view.elements[flow.target].name}`") for flow in way[:-1])
    return (*state.legs, *middle, leg_along(way[-1], told(view, seen, way[-1].target), (seen,)))


def _prize(known: Knowledge, seen: Seen, match: Match, legs: tuple[Leg, ...]) -> tuple[str | None, str]:
    asset = legs[-1].target if seen.step.asset == "end" else match.element.id
    if not has_attributes(match.element, seen.step.where):
        return None, asset
    if seen.step.by_role:
        flow = legs[-1].flow
        return (seen.step.by_role.get(flow.role) if flow is not None and flow.role is not None else None), asset
    if seen.step.by_effect:
        return known.worst_effect(effects_of(match.element)) or seen.step.takes, asset
    return seen.step.takes, asset


def _way_out(view: View, known: Knowledge, harms: Harms, state: Reached, reading: Seen) -> tuple[Leg, ...] | None:
    """How what was read leaves: back to the model that was steered, and out by something that model may use."""
    model = next((leg.target for leg in reversed(state.legs) if view.elements[leg.target].kind in _MODELS), None)
    if model is None:
        return None
    back: tuple[Leg, ...] = ()
    if state.element != model:
        answer = next((f for f in view.out_of.get(state.element, ()) if f.target == model and "tool_result" in f.carries and f.steps), None)
        if answer is None:
            return None
        back = (leg_along(answer, f"what was read comes back to `{view.elements[model].name}`"),)
    for flow in view.out_of.get(model, ()):
        tool = view.elements[flow.target]
        if "tool_arguments" not in flow.carries or not _OUTWARD & effects_of(tool) or not is_open(view, known.stops["control"], flow):
            continue
        for seen, match in harms.at.get(flow.target, ()):
            if seen is not reading and seen.step.lets_out and match.element.id == flow.target:
                return (*back, leg_along(flow, f"`{tool.name}` carries it out: {told(view, seen, flow.target)}", (seen,)))
    for seen, match in harms.at.get(model, ()):
        shown = [way for way in match.ways if seen.step.to_others and seen.step.lets_out and way[0].source == model]
        if shown:
            end = shown[0][-1].target
            return (*back, leg_along(shown[0][-1], f"a picture's address in `{view.elements[end].name}` carries it out", (seen,)))
    return None


def _once(legs: tuple[Leg, ...]) -> tuple[Seen, ...]:
    return tuple(dict.fromkeys(seen for leg in legs for seen in leg.seen))
