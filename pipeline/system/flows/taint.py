"""Following data forward through the program: from a source to every place its data becomes something.

A tabulation of contexts (Reps, Horwitz and Sagiv 1995; the functional approach of Sharir and Pnueli 1981): a
context is a parameter that received data, an open place (a source, a reader of a field, what a call gave
back to an unknown caller), or a hub: what lies open, on its way to all who read it. Each context is explored
once, inside its own function; what its function returns is handed to every call that entered it, and to no
other. So a way through calls is always a possible one, and what one source found out about a function serves
all others. Where a source begins inside a function that many call, `Within` says whose data is asked for: it is
given back to those callers alone.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType
from typing import NamedTuple

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.flows.call_contexts import NOTHING, Arguments, Known
from pipeline.system.flows.flow_graph import NOWHERE, FlowGraph
from pipeline.system.flows.flow_steps import FlowSteps
from pipeline.system.flows.objects import MADE
from pipeline.system.program.access_paths import Path, is_number, is_whole, set_anew
from pipeline.system.program.enclosing import around
from pipeline.system.program.flow_edges import RETURNED, TESTED, Arrive, CallBehaviour, Enter, Hub, Place, Step

__all__ = ["NO_BOUNDS", "RETURNED", "TESTED", "CallBehaviour", "FlowSearch", "Hit", "Key", "Within"]

MAX_STATES = 200_000  # places looked at for the sources of one element
LABEL = 1_000  # steps that a way is further for each label it takes of a thing: any way of its text is told before
MAX_OPEN_CALLERS = 40  # calls of a function whose caller is not known
Key = tuple[Node, int, Node, Path]


@dataclass(frozen=True, slots=True)
class Within:
    """Which functions get what a function reads for many: those that run for the one who is asked about.

    `others` run for the rest of the many, and not for this one. `taken` says that the data is left in a request's context first, before
    these functions run, and taken from there.
    """

    functions: frozenset[FunctionRef]
    others: frozenset[FunctionRef] = frozenset()
    taken: bool = False


@dataclass(frozen=True)
class Hit:
    """Data arrived at an argument of a call, or at a function's return."""

    call: Node
    argument: int  # position in the call's inputs; RETURNED or TESTED
    path: Path
    key: Key  # what makes two hits the same: where, from where, in which entry and as whose words
    label: bool  # whether no way brings more of the data than what tells it apart: a number, the name of a file
    beside_number: (
        bool  # whether a number of the same data comes to the same place by a shorter way: what a record counts, and what it says
    )
    _walk: Callable[[], tuple[Node, ...]]
    _by: Callable[[Node], tuple[Node, ...]]
    _program: Program

    @cached_property
    def trace(self) -> tuple[Node, ...]:
        """From the source to the argument, inclusive; found when it is asked for, as most hits repeat what is known."""
        return self._walk()

    def by_way_of(self, node: Node) -> tuple[Node, ...]:
        """From the source to a value of the function where the data arrived; empty where the data does not come there as text."""
        return self._by(node)

    @cached_property
    def guards(self) -> tuple[Node, ...]:
        """Guarded values the data passed through."""
        return tuple(node for node in self.trace if self._program.value(node).kind == "guarded")


class _Way(NamedTuple):
    """How a place of a context was reached: from another, or from one by way of a call that was entered and left."""

    depth: int
    before: Place | None
    callee: _Context | None = None
    left: Place | None = None  # where the callee was left


@dataclass(eq=False, slots=True)
class _Context:
    function: FunctionRef | None  # None for an open place
    known: Known  # what is known of parameters here
    ways: dict[Place, _Way]
    links: dict[_Context, Place | None] = field(default_factory=dict)  # contexts begun from here, and from which place
    arrivals: list[tuple[Arrive, Place]] = field(default_factory=list)
    left: dict[Path, Place] = field(default_factory=dict)  # what the function returns
    waiting: list[tuple[_Context, Place, Node]] = field(default_factory=list)  # calls that entered it
    wholes: dict[Node, list[frozenset[str]]] = field(default_factory=dict)  # values that are here but for entries which were set anew
    is_asked: bool = False  # whether data arrives here at more than a test
    hub: Hub | None = None  # what lies open here

    @property
    def given_back(self) -> Node | None:
        """The call of a caller that is not known, to which something was given back here."""
        return next((node for node, _path in self.ways), None) if self.function is None and self.hub is None else None


_State = tuple[_Context, bool]
"""A context, and whether the data came there only by being given back from where it arose"""
_Entered = Mapping[_State, _State | None]


class _Arrived(NamedTuple):
    length: int
    state: _State
    at: Place
    entered: _Entered


NO_BOUNDS: Mapping[Node, Within] = MappingProxyType({})


class FlowSearch:
    """Searches from sources; results of all searches share what is known of each function."""

    def __init__(
        self,
        graph: FlowGraph,
        behaviour: Callable[[Node, int], CallBehaviour],
        return_sinks: frozenset[FunctionRef] = frozenset(),
        only_text: bool = False,
        bare: bool = False,
    ) -> None:
        self._program, self._graph = graph.program, graph
        self._steps = FlowSteps(graph, behaviour, return_sinks, only_text, bare)
        self._arguments = Arguments(graph)
        self._contexts: dict[tuple[Place, FunctionRef | None, Known], _Context] = {}
        self._hubs: dict[tuple[Hub, Path], _Context] = {}
        self._queue: deque[tuple[_Context, Place]] = deque()
        self._later: deque[tuple[_Context, Place, Step]] = deque()  # steps that take no more of a thing than what tells it apart
        self._unfinished: set[_Context] = set()
        self._useful: dict[bool, set[_Context]] = {}
        self.cut = False  # whether a search was ended by its bound

    def explore(self, sources: Mapping[Node, Path]) -> None:
        """Finds out all there is to know about where these sources' data goes."""
        for place in sorted(sources.items()):
            self._context(place, None)
        states = 0
        while self._queue or self._later:
            if not self._queue:
                # What a text says has come wherever it comes; what its number or the name of its file reaches besides is a way of its own.
                context, place, step = self._later.popleft()
                if (after := step.change(place[1])) is not None:
                    self._add(context, (step.node, after), place, far=LABEL)
                continue
            context, place = self._queue.popleft()
            self._expand(context, place)
            states += 1
            if states > MAX_STATES:
                self._unfinished.update(context for context, _place in self._queue)
                self._unfinished.update(context for context, _place, _step in self._later)
                self._queue.clear()
                self._later.clear()
        self._useful.clear()

    def search(self, sources: Mapping[Node, Path], tested: bool = True, within: Mapping[Node, Within] = NO_BOUNDS) -> list[Hit]:
        """Every place the data of these sources arrives, each by a short way, the shortest first.

        The sources must have been explored; `tested` asks for branches as well, `within` says of sources that many share whose data is
        asked for. Sets `cut` where the bound hid something.
        """
        found: dict[Key, _Arrived] = {}
        texts: dict[Key, _Arrived] = {}
        arrived: dict[Key, list[tuple[_State, _Entered]]] = {}
        for place in sorted(sources.items()):
            reached = self._reached(self._context(place, None), tested, within.get(place[0]))
            entered = {state: by for state, by, _depth in reached}
            for state, _by, depth in reached:
                context = state[0]
                self.cut = self.cut or context in self._unfinished
                for arrival, at in context.arrivals:
                    if arrival.argument == TESTED and not tested:
                        continue
                    # Where options are passed as one object, each property is an argument of its own; in a list, its first member is.
                    apart = at[1][:1] == ("[0]",) or self._program.objects_are_entries(arrival.call[0])
                    named = at[1][:1] if arrival.argument > 0 and apart and not is_whole(at[1]) else ()
                    key = (arrival.call, arrival.argument, place[0], (*named, *(part for part in at[1] if "@" in part)))
                    length = depth + context.ways[at].depth
                    arrived.setdefault(key, []).append((state, entered))
                    if key not in found or length < found[key].length:
                        found[key] = _Arrived(length, state, at, entered)
                    if not is_number(at[1]) and (key not in texts or length < texts[key].length):
                        texts[key] = _Arrived(length, state, at, entered)
        beside = {key: texts[key] for key, one in found.items() if is_number(one.at[1]) and key in texts}
        ordered = sorted(
            [*((one, key, False) for key, one in found.items()), *((one, key, True) for key, one in beside.items())],
            key=lambda found: (found[0].length, found[1], found[2]),
        )
        return [
            Hit(key[0], key[1], one.at[1], key, one.length >= LABEL, aside, partial(_walk, one.state, one.at, one.entered),
                partial(_walk_to, arrived[key]), self._program)
            for one, key, aside in ordered
        ]  # fmt: skip

    def entering(self, sources: Mapping[Node, Path], within: Mapping[Node, Within] = NO_BOUNDS) -> frozenset[Node]:
        """The calls by which data of these sources comes into functions of the project; the sources must have been explored."""
        found = set[Node]()
        for place in sorted(sources.items()):
            states = self._reached(self._context(place, None), False, within.get(place[0]))
            reached = {context for (context, _rising), _by, _depth in states}
            found |= {call for context in reached for by, _at, call in context.waiting if by in reached}
        return frozenset(found)

    # Exploring

    def _context(self, start: Place, function: FunctionRef | None, given: Known = NOTHING) -> _Context:
        known = self._contexts.get((start, function, given))
        if known is None:
            known = self._contexts[start, function, given] = _Context(function, given, {start: _Way(0, None)})
            self._queue.append((known, start))
        return known

    def _hub(self, hub: Hub, path: Path) -> _Context:
        """What lies open, with all who read it."""
        known = self._hubs.get((hub, path))
        if known is None:
            known = self._hubs[hub, path] = _Context(None, NOTHING, {}, hub=hub)
            readers = self._graph.readers(hub)
            if hub.kind == "result":
                self._give_back(known, None, readers[:MAX_OPEN_CALLERS], hub.place, path)
            else:
                for reader in readers:
                    known.links.setdefault(self._context((reader, path), None), None)
        return known

    def _give_back(self, context: _Context, place: Place | None, calls: Sequence[Node], function: FunctionRef, path: Path) -> None:
        """To calls that may have called; a function that was handed over gives its result to those alone who hand it over."""
        for call in calls:
            context.links.setdefault(self._context((call, path), None, self._arguments.handed(call, function)), place)

    def _add(
        self, context: _Context, place: Place, before: Place, callee: _Context | None = None, left: Place | None = None, far: int = 0
    ) -> None:  # fmt: skip
        ways = context.ways
        if place not in ways and not self._is_held(context, place):
            inside = callee.ways[left].depth if callee is not None and left is not None else 0
            ways[place] = _Way(ways[before].depth + inside + 1 + far, before, callee, left)
            self._queue.append((context, place))

    def _is_held(self, context: _Context, place: Place) -> bool:
        """Whether more of the same object is here already: a whole without some entries is in the whole, and in one without fewer."""
        anew = set_anew(place[1])
        if not anew:
            return False
        known = context.wholes.setdefault(place[0], [])
        if (place[0], ()) in context.ways or any(other <= anew for other in known):
            return True
        known.append(anew)
        return False

    def _expand(self, context: _Context, place: Place) -> None:
        node, path = place
        edges, known = self._steps.edges(node), context.known
        for arrival in edges.arrivals:
            if arrival.argument < 0 or not self._arguments.excludes(arrival.call, known):
                context.arrivals.append((arrival, place))
                context.is_asked = context.is_asked or arrival.argument != TESTED
        for step in edges.steps:
            if step.label:
                self._later.append((context, place, step))
                continue
            after = step.change(path)
            if after is not None:
                self._add(context, (step.node, after), place)
        for enter in edges.enters:
            after = enter.change(path)
            if after is not None and not self._arguments.excludes(enter.call, known, enter.function):
                self._enter(context, place, enter, after)
        for hub in edges.opens:
            context.links.setdefault(self._hub(self._of_object(hub, context), path), place)
        for function in edges.leaves:
            self._leave(context, place, function, path)

    def _of_object(self, hub: Hub, context: _Context) -> Hub:
        """A field that a constructor stores is one of the object it makes, where this is known."""
        if hub.kind != "field" or hub.place == NOWHERE or self._graph.objects.of_itself(hub.place) is None:
            return hub
        return hub._replace(place=next((call for call, values in context.known if values == MADE), NOWHERE))

    def _enter(self, context: _Context, place: Place, enter: Enter, path: Path) -> None:
        """Into a function, with what this call says of the parameters that decide something there."""
        given = self._arguments.given(enter.call, enter.target, context.known) if enter.target is not None else NOTHING
        given |= self._maker(enter, context)
        callee = self._context((enter.parameter, path), enter.function, given)
        context.links.setdefault(callee, place)
        if enter.later:
            return
        callee.waiting.append((context, place, enter.call))
        for returned, left in callee.left.items():
            self._add(context, (enter.call, returned), place, callee, left)

    def _maker(self, enter: Enter, context: _Context) -> Known:
        """The call that makes the object whose constructor is entered, also where the constructor has another method do it."""
        if enter.target is None:
            return NOTHING
        if enter.target.constructs:
            return frozenset({(enter.call, MADE)}) if self._graph.objects.several(enter.target.constructs) else NOTHING
        callee = self._program.value((enter.call[0], self._program.value(enter.call).inputs[0]))
        known = frozenset(entry for entry in context.known if entry[1] == MADE)
        if not known or not enter.target.bound or callee.kind != "attribute":
            return NOTHING
        on_itself = self._graph.objects.of_itself((enter.call[0], callee.inputs[0])) == context.function
        return known if on_itself or self._graph.objects.is_of_base((enter.call[0], callee.inputs[0])) else NOTHING

    def _leave(self, context: _Context, place: Place, function: FunctionRef, path: Path) -> None:
        path = self._graph.as_returned(function, path)
        # `return {"found": text}` and `Command(update={"found": text})` change the entry of that name.
        entry = path[1:] if path[:1] == ("update",) else path
        for receiver in () if is_whole(entry) else self._graph.shared_with(function):
            context.links.setdefault(self._context((receiver, entry), None), place)
        if function == context.function:
            if path not in context.left:
                context.left[path] = place
                for caller, at, call in context.waiting[:]:
                    self._add(caller, (call, path), at, context, place)
        elif context.known:
            calls = [call for call in self._graph.callers(function) if self._arguments.may_pass(call, function, context.known)]
            self._give_back(context, place, calls[:MAX_OPEN_CALLERS], function, path)
        else:
            context.links.setdefault(self._hub(Hub("result", function), path), place)

    # Reading off

    def _reached(self, start: _Context, tested: bool, within: Within | None) -> list[tuple[_State, _State | None, int]]:
        """Contexts that data of a source comes to and that lead somewhere, nearest first: (context, from where, distance)."""
        useful = self._leading(tested)
        result: list[tuple[_State, _State | None, int]] = []
        heap: list[tuple[int, int, _State, _State | None]] = [(0, 0, (start, within is not None), None)]
        seen: set[_State] = set()
        number = 0
        while heap:
            distance, _number, state, by = heapq.heappop(heap)
            if state in seen:
                continue
            seen.add(state)
            result.append((state, by, distance))
            context, rising = state
            for after, at in context.links.items():
                if after not in useful:
                    continue
                on = self._rising(after, within) if rising and within is not None else False
                if on is None or (after, on) in seen:
                    continue
                number += 1
                further = distance if at is None else distance + context.ways[at].depth + 1
                heapq.heappush(heap, (further, number, (after, on), state))
        return result

    def _rising(self, after: _Context, within: Within) -> bool | None:
        """Whether data that was only given back until now still is when it comes to a context; None where that is another's."""
        if after.hub is not None:
            return after.hub.kind == "result" or (within.taken and after.hub.kind == "kept")
        if after.function is not None:
            return None if after.function in within.others else False  # what was handed in to be called with the data
        call = after.given_back
        if call is None or self._program.value(call).kind != "call":
            return False
        callers = around(self._program, (call[0], self._program.value(call).scope))
        return True if any(caller in within.functions for caller in callers) else None

    def _leading(self, tested: bool) -> set[_Context]:
        """Contexts from which something arrives somewhere, or at a test if that is asked."""
        known = self._useful.get(tested)
        if known is None:
            before: dict[_Context, list[_Context]] = {}
            everything = [*self._contexts.values(), *self._hubs.values()]
            for context in everything:
                for after in context.links:
                    before.setdefault(after, []).append(context)
            asked = (each for each in everything if each.is_asked or (tested and each.arrivals))
            known = self._useful[tested] = {*asked, *self._unfinished}
            queue = list(known)
            while queue:
                for context in before.get(queue.pop(), ()):
                    if context not in known:
                        known.add(context)
                        queue.append(context)
        return known


def _walk(state: _State, at: Place, entered: _Entered) -> tuple[Node, ...]:
    """The values from a source to a place of a context, through the contexts that led to it."""
    pieces = [_inside(state[0], at)]
    while (by := entered[state]) is not None:
        pieces.append(_inside(by[0], by[0].links[state[0]]))
        state = by
    return tuple(node for piece in reversed(pieces) for node in piece)


def _walk_to(arrived: Sequence[tuple[_State, _Entered]], node: Node) -> tuple[Node, ...]:
    """The values from a source to one value of the contexts where it arrived, nearest first, by a way that the data takes as text."""
    for state, entered in arrived:
        places = [place for place in state[0].ways if place[0] == node and "#" not in place[1]]
        if places:
            return _walk(state, _nearest(state[0], places), entered)
    return ()


def _nearest(context: _Context, places: Sequence[Place]) -> Place:
    return min(places, key=lambda place: (context.ways[place].depth, place[1]))


def _inside(context: _Context, place: Place | None) -> list[Node]:
    """The values from a context's start to a place of it, through calls that were entered and left."""
    backwards: list[Node] = []
    pending: list[tuple[_Context, Place | None]] = [(context, place)]
    while pending:
        inside, at = pending.pop()
        if at is None:
            continue
        way = inside.ways[at]
        backwards.append(at[0])
        pending.append((inside, way.before))
        if way.callee is not None:
            pending.append((way.callee, way.left))
    return backwards[::-1]
