"""How far an attacker gets: what they write, and what they decide, element by element along the flows.

Takes the view of a system and what was found in it; gives every state one kind of attacker reaches, each by the shortest
way, or by a longer one that its findings tell of. Text passes stores, tools and entries; into a model it comes with the flow, out
of it only where a finding says that the text steers it. It looks at each state once and at no more than `MAX_STATES`, so that
a big system costs what its flows cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count, pairwise
from typing import Literal

from pipeline.findings.attack_paths.knowledge import Attacker, Knowledge, Power, Step
from pipeline.findings.model import SEVERITIES, Finding
from pipeline.system.model import ControlKind, ElementKind, Evidence, Flow, Label
from pipeline.threats.engine import Match
from pipeline.threats.view import View

MAX_STATES = 4000  # per kind of attacker
UNTOLD = 3  # what it adds to a way that its finding does not tell of
MAX_DEPTH = 10  # flows one after the other
MANY_WRITERS = 8  # a store that more than so many elements write into is a whole database: who reads one row has not read another
Session = Literal["own", "unknown", "others"]  # in whose session it comes to pass
_TEXT: frozenset[Label] = frozenset({
    "user_input", "uploaded_file", "web_content", "retrieved_text", "stored_data", "tool_result", "user_feedback", "dataset_records",
    "hidden_text", "model_reply", "tool_arguments",
})  # fmt: skip
_CALLERS: frozenset[Label] = frozenset({"user_input", "uploaded_file", "user_feedback"})
_WRITTEN: frozenset[Label] = frozenset({"model_reply", "tool_arguments"})
_ENDS: frozenset[ElementKind] = frozenset({
    "agent", "hosted_llm", "local_llm", "ml_model", "embedding_model", "training_job", "renderer", "interpreter", "log", "guardrail",
    "evaluator", "external_service", "model_file", "model_registry",
})  # fmt: skip
_STORES: frozenset[ElementKind] = frozenset({"data_store", "file_store", "queue", "dataset", "vector_store", "memory", "retriever"})
_ENTRIES: frozenset[ElementKind] = frozenset(
    {"http_route", "websocket", "chat_ui", "webhook", "queue_consumer", "command_line", "scheduled_job", "file_drop"}
)
_TOOLS: frozenset[ElementKind] = frozenset({"tool", "mcp_tool"})


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A finding with the matches it was made of and what it lets an attacker do."""

    finding: Finding
    matches: tuple[Match, ...]
    step: Step

    def rank(self) -> tuple[int, int, str, str]:
        return SEVERITIES.index(self.finding.severity), -self.finding.likelihood, self.finding.threat, self.finding.id


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a path: what happens between two elements, and what says so."""

    source: str
    target: str
    does: str
    flow: Flow | None = None
    seen: tuple[Seen, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def flow_id(self) -> str:
        return self.flow.id if self.flow else ""


@dataclass(frozen=True, slots=True)
class Reached:
    """What an attacker holds at an element, and the way to it."""

    element: str
    power: Power
    session: Session
    legs: tuple[Leg, ...]

    @property
    def arrival(self) -> Flow | None:
        return self.legs[-1].flow if self.legs else None


@dataclass
class Ways:
    """What was found of text that comes in, by the flow it comes in with."""

    seen: Sequence[Seen]
    ending: dict[str, list[tuple[Seen, frozenset[Label]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in sorted(self.seen, key=Seen.rank):
            if one.step.held == "text" and one.step.gives is not None:
                for way in (way for match in one.matches for way in match.ways):
                    self.ending.setdefault(way[-1].id, []).append((one, frozenset(way[0].carries)))

    def giving(self, state: Reached, flow: Flow, gives: str) -> Seen | None:
        """The worst finding that says that what an attacker sends with this flow steers what it enters, or is kept there."""
        written = begun_as(state, flow)
        return next(
            (
                one
                for one, found in self.ending.get(flow.id, ())
                if one.step.gives == gives and (state.session == "others" or written & found)
            ),
            None,
        )


def begun_as(state: Reached, flow: Flow | None = None) -> frozenset[Label]:
    """What an attacker's text was where it was written."""
    first = next((leg.flow for leg in state.legs if leg.flow is not None), flow)
    return frozenset(first.carries) if first is not None else frozenset()


@dataclass(frozen=True, slots=True)
class Walk:
    """Every state one kind of attacker reaches, nearest first."""

    attacker: Attacker
    reached: tuple[Reached, ...]
    bounded: bool


def walk(view: View, known: Knowledge, ways: Ways, attacker: Attacker, begun: Sequence[Reached] = ()) -> Walk:
    """How far an attacker gets from where they start."""
    starts = [*begun, *_starts(view, known, ways, attacker)]
    waiting = [(_far(state), number, state) for number, state in enumerate(starts)]
    heapify(waiting)
    seen_before, found = {_key(view, state) for state in starts}, list[Reached]()
    numbers = count(len(starts))
    while waiting and len(found) < MAX_STATES:
        state = heappop(waiting)[2]
        found.append(state)
        if len(state.legs) >= MAX_DEPTH:
            continue
        for further in _further(view, known, ways, state):
            key = _key(view, further)
            if key not in seen_before:
                seen_before.add(key)
                heappush(waiting, (_far(further), next(numbers), further))
    return Walk(attacker, tuple(found), bounded=bool(waiting))


def _key(view: View, state: Reached) -> tuple[str, str, str, str]:
    """What makes two states one: how the text came matters where a finding asks for it, or where it decides what comes out."""
    arrival, kind = state.arrival, view.elements[state.element].kind
    if arrival is None:
        by = ""
    else:
        by = arrival.id if kind in _ENDS or kind in _STORES else " ".join(arrival.carries)
    return state.element, state.power, state.session, by


def _far(state: Reached) -> int:
    """How far a state is: its legs, and more for those that a finding has among its ways but does not tell of."""
    return len(state.legs) + UNTOLD * untold(state.legs)


def untold(legs: Sequence[Leg]) -> int:
    """Legs by which text comes in, on no path that their finding tells of: it has a way that says more."""
    return sum(
        any(seen.step.gives and (leg.source, leg.target) not in pairwise(seen.finding.attack_path) for seen in leg.seen)
        for leg in legs
        if leg.flow is not None
    )


def _starts(view: View, known: Knowledge, ways: Ways, attacker: Attacker) -> Iterator[Reached]:
    session: Session = "own" if attacker.answered else "others"
    for element in view.system.elements:
        if element.kind not in attacker.at or element.id in view.drawn_only:
            continue
        begun = Reached(element.id, attacker.holds, session, ())
        if attacker.holds == "control":
            yield begun
        yield from (state for flow in view.out_of.get(element.id, ()) for state in _arrived(view, known, ways, begun, flow))


def _further(view: View, known: Knowledge, ways: Ways, state: Reached) -> Iterator[Reached]:
    for flow in view.out_of.get(state.element, ()):
        if any(flow.target in (leg.source, leg.target) for leg in state.legs):
            continue
        if passes(view, state, flow):
            yield from _arrived(view, known, ways, state, flow)


def passes(view: View, state: Reached, flow: Flow) -> bool:
    """Whether what the attacker holds at an element goes on with a flow out of it."""
    kind = view.elements[state.element].kind
    carried = frozenset(flow.carries)
    arrival = state.arrival
    if arrival is not None and not view.comes_out(arrival, flow):
        return False
    if state.power == "control":
        return bool(carried & _WRITTEN)
    if kind in _ENDS or (arrival is not None and view.is_answer(arrival)):
        return False
    if kind in _TOOLS and any(view.elements[leg.source].kind == "mcp_tool" for leg in state.legs):
        return False  # what a tool says to its caller outside, no agent of this system hears
    if kind in _STORES and len({written.source for written in view.into.get(state.element, ())}) > MANY_WRITERS:
        return False
    if kind in _STORES or kind in _TOOLS or arrival is None:
        return bool(carried & (_TEXT - _WRITTEN))
    if kind in _ENTRIES:
        return bool(carried & _CALLERS)
    return bool(carried & frozenset(arrival.carries) & _TEXT)


def is_open(view: View, stops: tuple[ControlKind, ...], flow: Flow) -> bool:
    """Whether something of the tree can be shown for a flow, and nobody looks before it enters what it enters."""
    return bool(flow.steps) and not any(
        control.kind in stops for place in (flow.id, flow.target) for control in view.controls.get(place, ())
    )


def _arrived(view: View, known: Knowledge, ways: Ways, state: Reached, flow: Flow) -> Iterator[Reached]:
    """What the attacker holds behind a flow: their text, and control where a finding says that the text steers what it enters."""
    if not is_open(view, known.stops[state.power], flow):
        return
    target = view.elements[flow.target]
    called = "tool_arguments" in flow.carries and flow.role != "response"  # what a tool answers calls nothing
    if state.power == "control" and called and (target.kind in _TOOLS or target.kind == "mcp_client"):
        does = f"calls {_named(view, flow.target)} with arguments of the attacker's choice"
        yield Reached(flow.target, "control", state.session, (*state.legs, leg_along(flow, does)))
        return
    if target.kind in known.keeps and flow.role != "index_query":
        kept = ways.giving(state, flow, "keeping")
        if kept is not None:
            yield Reached(flow.target, "text", "others", (*state.legs, leg_along(flow, told(view, kept, flow.target), (kept,))))
        return
    stored = target.kind in _STORES and state.session == "own"
    session: Session = "unknown" if stored else state.session
    yield Reached(flow.target, "text", session, (*state.legs, leg_along(flow, _text_arrives(view, flow))))
    steering = ways.giving(state, flow, "control")
    if steering is not None:
        yield Reached(flow.target, "control", session, (*state.legs, leg_along(flow, told(view, steering, flow.target), (steering,))))


def leg_along(flow: Flow, does: str, seen: tuple[Seen, ...] = ()) -> Leg:
    """A leg along a flow, cited by where the flow begins and ends."""
    return Leg(flow.source, flow.target, does, flow, seen, tuple(dict.fromkeys((flow.steps[0], flow.steps[-1]))))


def told(view: View, seen: Seen, element: str) -> str:
    return seen.step.says.format(element=_named(view, element))


def _text_arrives(view: View, flow: Flow) -> str:
    what = " and ".join(label.replace("_", " ") for label in flow.carries[:2]) or "what the attacker writes"
    role = f" as {flow.role.replace('_', ' ')}" if flow.role else ""
    return f"{what} reaches {_named(view, flow.target)}{role}"


def _named(view: View, element: str) -> str:
    return f"`{view.elements[element].name}`"
