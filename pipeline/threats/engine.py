"""Matching threats against a system: one threat, one element at a time.

Gives a `Match` where all conditions hold and no control that removes the threat lies in the way, a
`Mitigated` where one does, and an `Unmet` (which condition failed first) otherwise. It reads the
system and touches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from pipeline.system.ai_parts import development_files
from pipeline.system.model import (
    DECIDED_HERE,
    DESCRIBED_HERE,
    KEPT_HERE,
    RELEASED_HERE,
    Control,
    ControlKind,
    Element,
    Evidence,
    Flow,
    Role,
    System,
    Topic,
)
from pipeline.threats.schema import Condition, Threat
from pipeline.threats.telling import telling
from pipeline.threats.view import View, has_attributes

_MENTIONS = 3  # places of a thing that papers speak of on every page
_ASKED_FOR = {  # notes of lines that only threats which ask for these attributes show
    DECIDED_HERE: frozenset({"decides", "decides_about"}),
    DESCRIBED_HERE: frozenset({"learns_about"}),
    RELEASED_HERE: frozenset({"promoted_at_once"}),
    KEPT_HERE: frozenset({"keeps_model"}),
}


@dataclass(frozen=True, slots=True)
class Match:
    """A threat that holds for an element, with everything it was seen by."""

    threat: Threat
    element: Element
    ways: tuple[tuple[Flow, ...], ...]  # flows the conditions matched, each as a way from its beginning
    others: tuple[Element, ...]  # elements met through relations
    evidence: tuple[Evidence, ...]
    lowered: tuple[Control, ...]
    shielded: tuple[Control, ...] = ()  # controls that closed other ways of the same threat
    cited: tuple[Evidence, ...] = ()  # what conditions other than flows were seen by
    group: str = ""  # what the finding is about, where that is not the element (a claim)
    said: str = ""  # what a contradiction starts from: what a document says or a diagram draws
    instead: str = ""  # what the other side of a contradiction does, where that takes words


@dataclass(frozen=True, slots=True)
class Mitigated:
    threat: Threat
    element: Element
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class Unmet:
    threat: Threat
    element: Element
    reason: str


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """A threat that holds for an element and is not reported, because own knowledge says so."""

    threat: Threat
    element: Element
    reason: str


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A threat about ordinary parts that holds, in a tree where nothing of AI was found."""

    match: Match

    @property
    def threat(self) -> Threat:
        return self.match.threat

    @property
    def element(self) -> Element:
        return self.match.element


Outcome = Match | Mitigated | Unmet | SwitchedOff | Unlisted


@dataclass(frozen=True, slots=True)
class _Held:
    ways: tuple[tuple[Flow, ...], ...] = ()
    others: tuple[Element, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    closed: tuple[Control, ...] = ()  # controls that closed ways of these conditions
    shut: bool = False  # a condition whose ways are all closed
    on_way: tuple[Control, ...] = ()  # controls that lower the threat and lie on the ways of a condition, whichever is taken


def match_threats(system: System, threats: tuple[Threat, ...]) -> Iterator[Match | Mitigated | Unmet]:
    """Outcomes for every threat and every element it is about."""
    view = View(system)
    for threat in threats:
        for element in system.elements:
            if element.kind in threat.about:
                yield match(view, threat, element)


def without(outcomes: Iterable[Match | Mitigated | Unmet], switched_off: Mapping[str, str]) -> Iterator[Outcome]:
    """The outcomes, matches of threats that are switched off told as that; `switched_off` is slug and reason."""
    for outcome in outcomes:
        reason = switched_off.get(outcome.threat.slug)
        yield outcome if reason is None or not isinstance(outcome, Match) else SwitchedOff(outcome.threat, outcome.element, reason)


def where_they_apply(outcomes: Iterable[Outcome], system: System) -> Iterator[Outcome]:
    """The outcomes for a system that has no AI part: matches of threats about AI systems are told as unlisted.

    What stands in a file of a developer's own agent (`.mcp.json`, a workflow in which a model acts) is about AI wherever it is.
    """
    of_agents = development_files(system.elements)
    for outcome in outcomes:
        match outcome:
            case Match(threat=threat) if threat.applies_where == "ai_system" and of_agents.isdisjoint(e.path for e in outcome.evidence):
                yield Unlisted(outcome)
            case _:
                yield outcome


def match(view: View, threat: Threat, element: Element) -> Match | Mitigated | Unmet:
    """What one threat says of one element."""
    if "example" in threat.not_in and element.attributes.get("examples_only") is True:
        return Unmet(threat, element, "stands in examples only")
    if element.id in view.drawn_only:
        return Unmet(threat, element, "known from a drawing only")
    held = _Held()
    removed_by = _undenied(element, threat.removed_by)
    removing = view.controls_on(element.id, removed_by)
    for condition in threat.when:
        found = _evaluate(view, element, condition, removed_by, threat.lowered_by)
        if found is None and removing and condition.the_element is not None:
            continue  # the element is not in the bad state because the control is there
        if found is None:
            return Unmet(threat, element, describe(condition))
        held = _joined([held, found])
        if condition.a_flow is not None and found.ways and set(found.ways).isdisjoint(_answering(view, element, held).ways):
            return Unmet(threat, element, describe(condition))
    held = _answering(view, element, held)
    if removing or held.shut:
        return Mitigated(threat, element, _once([*removing, *held.closed]))
    lowered = [*held.on_way, *view.controls_on(element.id, threat.lowered_by)]
    return Match(
        threat,
        element,
        held.ways,
        held.others,
        evidence_of(threat, element, held.ways, held.evidence),
        _once(lowered),
        _once(list(held.closed)),
        cited=held.evidence,
    )


def _undenied(element: Element, kinds: tuple[ControlKind, ...]) -> tuple[ControlKind, ...]:
    """Kinds of control that no document says this element lacks: what is said of one tool outweighs what is promised of all."""
    denied = element.attributes.get("denied_controls")
    return tuple(kind for kind in kinds if kind not in denied) if isinstance(denied, tuple) else kinds


def _joined(parts: list[_Held]) -> _Held:
    return _Held(
        tuple(way for part in parts for way in part.ways), tuple(other for part in parts for other in part.others),
        tuple(e for part in parts for e in part.evidence), tuple(c for part in parts for c in part.closed),
        any(part.shut for part in parts), tuple(c for part in parts for c in part.on_way),
    )  # fmt: skip


def _answering(view: View, element: Element, held: _Held) -> _Held:
    """Without replies to other questions than those that the conditions found."""
    asked = [way[-1] for way in held.ways if way[-1].target == element.id]
    kept = tuple(
        way for way in held.ways if not asked or way[0].source != element.id or any(view.answers(way[0], question) for question in asked)
    )
    return replace(held, ways=kept)


def _on_all(ways: Sequence[Sequence[Control]]) -> tuple[Control, ...]:
    """Controls of the kinds that lie on each of several ways: an attacker takes the one where nothing stands in between."""
    kinds = [{control.kind for control in way} for way in ways]
    everywhere = set.intersection(*kinds) if kinds else set()
    return tuple(control for way in ways for control in way if control.kind in everywhere)


def _once(controls: list[Control]) -> tuple[Control, ...]:
    return tuple({control.id: control for control in controls}.values())


def evidence_of(threat: Threat, element: Element, ways: tuple[tuple[Flow, ...], ...], cited: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Steps of the ways, what the conditions cited, then where the element itself stands."""
    found: dict[tuple[str, int | None, int, int], Evidence] = {}
    ways = ways if threat.shows == "ways" else ()
    steps = [step for way in ways[:4] for step in _steps(way)]
    ends = any(step.role == "sink" for step in steps)
    # A log is each of its lines: what the function wrote first is no part of what it writes now.
    first = 0 if ends and element.kind == "log" else 1
    most = first if ways else _MENTIONS if element.attributes.get("stated_by") == "document" else 8
    own = [_as(e, "step" if ends else "sink") for e in _own_places(threat, element)[:most]]
    for evidence in [*steps, *own, *cited]:
        key = (evidence.path, evidence.page, evidence.start_line, evidence.end_line)
        found.setdefault(key, evidence)
    return shortened(found.values(), 40)


def _own_places(threat: Threat, element: Element) -> Sequence[Evidence]:
    """Where the element stands; of a threat that is about one thing of it, the places of that."""
    about = [e for e in element.evidence if e.note in threat.cites]
    if about:
        return about
    aside = {*get_args(Topic), *(note for note, asked in _ASKED_FOR.items() if not _asks(threat.when, asked))}
    return [e for e in element.evidence if e.note not in aside] or element.evidence


def _asks(conditions: Iterable[Condition], attributes: frozenset[str]) -> bool:
    """Whether a threat asks for what some lines show: then they are part of what it says."""
    return any(attributes & set(condition.the_element or ()) or _asks(condition.any_of or (), attributes) for condition in conditions)


def shortened(evidence: Iterable[Evidence], most: int) -> tuple[Evidence, ...]:
    """No more than so many places, in order; where ways begin and end is kept before the steps between."""
    given = list(evidence)
    ends = [index for index, e in enumerate(given) if e.role in ("source", "sink")][:most]
    between = [index for index in range(len(given)) if index not in set(ends)][: max(0, most - len(ends))]
    return tuple(given[index] for index in sorted([*ends, *between]))


def _steps(way: tuple[Flow, ...]) -> list[Evidence]:
    """All hops of a way: it enters once and ends once, however many flows it is made of."""
    steps = [step for flow in way for step in flow.steps]
    tie = way[-1].role is None  # a lasting tie (an agent has a tool) ends at the element, not where it was tied
    return [
        _as(step, "source" if index == 0 and len(steps) > 1 else "sink" if index == len(steps) - 1 and not tie else "step")
        for index, step in enumerate(steps)
    ]


def _as(evidence: Evidence, role: Role) -> Evidence:
    return evidence if evidence.role == role else evidence.model_copy(update={"role": role})


def _evaluate(
    view: View, element: Element, condition: Condition, removed_by: tuple[ControlKind, ...], lowered_by: tuple[ControlKind, ...]
) -> _Held | None:
    if condition.the_element is not None:
        return _Held() if has_attributes(element, condition.the_element) else None
    if condition.a_flow is not None:
        ways = tuple(sorted(view.ways(element, condition.a_flow), key=telling))
        if not ways:
            return None
        if condition.a_flow.live:  # a request that only stores what others ask with is told where none that asks is known
            ways = tuple(way for way in ways if view.asks_now(way)) or ways
            ways = tuple(way for way in ways if not view.is_asked_elsewhere(way))
            if not ways:
                return None
        closed = {way: view.controls_of_way(way, removed_by) for way in ways} if removed_by else {}
        still_open = tuple(way for way in ways if not closed.get(way))
        lowered = _on_all([view.controls_of_way(way, lowered_by) for way in still_open]) if lowered_by else ()
        return _Held(ways=still_open, closed=tuple(c for found in closed.values() for c in found), shut=not still_open, on_way=lowered)
    if condition.a_relation is not None:
        related = list(view.related(element, condition.a_relation))
        if not related:
            return None
        cited = tuple(e for relation, other in related[:6] for e in (*relation.evidence[:1], *(_as(o, "step") for o in other.evidence[:1])))
        return _Held(others=tuple(other for _relation, other in related), evidence=cited)
    if condition.system_has is not None:
        pattern = condition.system_has
        found = [e for e in view.system.elements if e.kind in pattern.kind and has_attributes(e, pattern.where)]
        if not found:
            return None
        return _Held()  # a fact about the whole system: it has no place in this finding's argument
    if condition.lacks_control is not None:
        if view.controls_on(element.id, condition.lacks_control):
            return None
        own = [e for e in element.evidence if e.note not in (DESCRIBED_HERE, RELEASED_HERE, KEPT_HERE)] or element.evidence
        return _Held(evidence=tuple(_as(e, "missing") for e in own[:2]))
    if condition.any_of is not None:
        parts = [held for inner in condition.any_of if (held := _evaluate(view, element, inner, removed_by, lowered_by)) is not None]
        if not parts:
            return None
        joined = _joined([part for part in parts if not part.shut] or parts)
        lowered = _on_all([part.on_way for part in parts if part.ways])
        return replace(joined, ways=tuple(sorted(joined.ways, key=telling)), on_way=lowered)
    if condition.none_of is not None:
        return None if any(_evaluate(view, element, inner, (), ()) is not None for inner in condition.none_of) else _Held()
    raise AssertionError("a condition without content passed validation")


def describe(condition: Condition) -> str:
    """The condition in words, for the reason why a threat does not apply."""
    if condition.the_element is not None:
        return "not " + ", ".join(f"{name}={_plain(value)}" for name, value in condition.the_element.items())
    if condition.a_flow is not None:
        pattern = condition.a_flow
        what = " or ".join(pattern.carries) or "data"
        role = f" as {' or '.join(pattern.role)}" if pattern.role else ""
        return f"no {what} flows {'into' if pattern.into else 'out of'} it{role}".replace("_", " ")
    if condition.a_relation is not None:
        relation = condition.a_relation
        return f"no {' or '.join(relation.to_kind or relation.from_kind)} is tied to it".replace("_", " ")
    if condition.system_has is not None:
        return f"the system has no such {' or '.join(condition.system_has.kind)}".replace("_", " ")
    if condition.lacks_control is not None:
        return f"it has {' or '.join(condition.lacks_control)}".replace("_", " ")
    if condition.any_of is not None:
        return "; ".join(describe(inner) for inner in condition.any_of[:3])
    return "a condition that excludes it holds"


def _plain(value: object) -> str:
    return "|".join(str(item) for item in value) if isinstance(value, tuple) else str(value)
