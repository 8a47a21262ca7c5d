"""Which questions a model's reply can answer: what a shared client gives back goes to the call that asked, and to no other.

Takes the ways that were found into models and out of them; marks on each reply's way the questions that came through another call of the
same client. A flow search gives back to every caller what begins inside a function, as a reply does: only with the question beside it can
be said which caller it is. Where the data of the question comes through both calls, or the asking call's own result leads on to where the
reply went, nothing is marked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import NO_BOUNDS, FlowSearch, Hit, Within
from pipeline.system.model import Flow, Label
from pipeline.system.program.access_paths import Path

Groups = Mapping[tuple[str, Label], Mapping[Node, Path]]
Bounds = Mapping[str, Mapping[Node, Within]]
_MODELS = frozenset({"hosted_llm", "local_llm"})
_ASKS = frozenset({"prompt", "system_prompt", "conversation", "instructions"})
_MAX_PAIRS = 2_000
_MOST_QUESTIONS = 40  # in a row, each made of the reply to the one before


@dataclass(frozen=True, slots=True)
class Way:
    """A flow with what was found of it, and whose data it is."""

    flow: Flow
    hit: Hit
    group: tuple[str, Label]


@dataclass(frozen=True, slots=True)
class _Frame:
    """A function, and the call in it by which the one before is entered or left."""

    function: FunctionRef | None
    call: Node


def match_replies(assembly: Assembly, search: FlowSearch, groups: Groups, bounds: Bounds, ways: list[Way], most: int) -> None:
    """Marks replies with the questions that they do not answer; between elements with `most` ways not all ways are known."""
    matching = _Matching(assembly.program, search, groups, bounds)
    counted = Counter((way.flow.source, way.flow.target, way.flow.role) for way in ways)
    asked: dict[str, list[Way]] = {}
    answered: dict[str, list[Way]] = {}
    for way in ways:
        if way.flow.role in _ASKS and assembly.draft(way.flow.target).kind in _MODELS:
            asked.setdefault(way.flow.target, []).append(way)
        if way.group[1] == "model_reply" and assembly.draft(way.flow.source).kind in _MODELS:
            answered.setdefault(way.flow.source, []).append(way)
    left = _MAX_PAIRS
    for model, replies in sorted(answered.items()):
        for reply in replies:
            questions = asked.get(model, [])
            left -= len(questions)
            if left < 0:
                return
            key = (reply.flow.source, reply.flow.target, reply.flow.role)
            others = tuple(way.flow.id for way in questions if way is not reply and matching.apart(way, reply))
            if others and counted[key] < most:
                known = assembly.flows[key]
                known[:] = [flow.model_copy(update={"answers_not": others}) if flow.id == reply.flow.id else flow for flow in known]


@dataclass
class _Matching:
    program: Program
    search: FlowSearch
    groups: Groups
    bounds: Bounds
    _entered: dict[tuple[str, Label], frozenset[Node]] = field(default_factory=dict)
    _led_to: dict[Node, tuple[frozenset[Node], frozenset[tuple[Node, int]]]] = field(default_factory=dict)

    def apart(self, asked: Way, answered: Way) -> bool:
        """Whether a question came by one caller of a function and the reply goes to another."""
        came, went = entered(self.program, asked.hit), left(self.program, answered.hit)
        if came[0].function != went[0].function:
            return False
        for inner, one, other in zip(came, came[1:], went[1:], strict=False):
            if one.function != other.function:
                return other.call not in self._enters(asked.group) and not self._leads_to(one.call, other.call, inner.function, answered)
        return False

    def _enters(self, group: tuple[str, Label]) -> frozenset[Node]:
        if group not in self._entered:
            self._entered[group] = self.search.entering(self.groups[group], self.bounds.get(group[0], NO_BOUNDS))
        return self._entered[group]

    def _leads_to(self, asking: Node, other: Node, client: FunctionRef | None, answered: Way) -> bool:
        """Whether the result of a call arrives where the reply to another does, or is asked there: by itself or by further questions."""
        callers = frozenset(self.program.callers(client)) if client is not None else frozenset[Node]()
        queue, seen = [asking], set[Node]()
        while queue:
            call = queue.pop()
            if call in seen:
                continue
            seen.add(call)
            enters, arrives = self._of_result(call)
            if other in enters or (answered.hit.call, answered.hit.argument) in arrives or len(seen) > _MOST_QUESTIONS:
                return True
            queue += enters & callers
        return False

    def _of_result(self, call: Node) -> tuple[frozenset[Node], frozenset[tuple[Node, int]]]:
        """The calls that the result of a call is given to, and where it arrives."""
        if call not in self._led_to:
            begun: dict[Node, Path] = {call: ()}
            self.search.explore(begun)
            arrives = frozenset((hit.call, hit.argument) for hit in self.search.search(begun, tested=False))
            self._led_to[call] = self.search.entering(begun), arrives
        return self._led_to[call]


def entered(program: Program, hit: Hit) -> list[_Frame]:
    """The functions that were entered and not left where data arrived, the innermost first."""
    trace = hit.trace
    frames = [_Frame(_function(program, trace[-1]), trace[-1])]
    inside = 0
    for after, before in pairwise(reversed(trace)):
        here, there = _function(program, after), _function(program, before)
        if here == there:
            continue
        if _is_call_of(program, after, there):
            inside += 1
        elif (call := _entering(program, before, after)) is None:
            break
        elif inside:
            inside -= 1
        else:
            frames.append(_Frame(there, call))
    return frames


def left(program: Program, hit: Hit) -> list[_Frame]:
    """The functions that data was given back to from where it arose, the innermost first."""
    trace = hit.trace
    frames = [_Frame(_function(program, trace[0]), trace[0])]
    inside = 0
    for before, after in pairwise(trace):
        there, here = _function(program, before), _function(program, after)
        if here == there:
            continue
        if _is_call_of(program, after, there):
            if inside:
                inside -= 1
            else:
                frames.append(_Frame(here, after))
        elif _entering(program, before, after) is not None:
            inside += 1
        else:
            break
    return frames


def _function(program: Program, node: Node) -> FunctionRef | None:
    scope = program.value(node).scope
    return None if scope is None else (node[0], scope)


def _is_call_of(program: Program, node: Node, function: FunctionRef | None) -> bool:
    return program.value(node).kind == "call" and any(target.function == function for target in program.targets(node))


def _entering(program: Program, given: Node, parameter: Node) -> Node | None:
    """The call that passes a value for a parameter."""
    place = program.parameter_of(parameter)
    if place is None:
        return None
    calls = (call for call in program.callers(place[0]) if call[0] == given[0] and given[1] in program.value(call).inputs)
    return next(calls, None)
