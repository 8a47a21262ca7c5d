"""Routes that hand the text of any error to their caller: `HTTPException(500, detail=str(e))`, `res.json({ error: err.message })`.

Takes an assembly whose entries and ties are known and marks `tells_errors` at routes that run a model, with the line that does it. What is
caught must stand for whatever may go wrong: an error of a kind of its own says what its author meant callers to read, and so does one that
a test of its kind lets through. A line that only runs where debugging was switched on tells developers. What a route streams or sends to
open connections counts as its answer, and a handler that a framework calls for errors of every route is told of the first route of its
language that runs a model, or of the first one where a queue or an event lies between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ingest.code.program import FunctionRef, Node, Target
from pipeline.system.assembly import Assembly
from pipeline.system.elements.behind_a_try import NO, SURE, Behind
from pipeline.system.elements.error_handlers import error_handlers
from pipeline.system.flows.debug_switches import is_on_demand
from pipeline.system.model import TOLD_HERE
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.walking import inputs_of, inside, passed_for, walk
from pipeline.system.rules.told_errors import load_told_errors
from pipeline.system.rules.words import words_of

_ROUTES = frozenset({"http_route", "websocket"})
_MODELS = frozenset({"hosted_llm", "local_llm", "ml_model", "agent"})
_ANSWERS = frozenset({"response", "html"})
_ANSWERED_BY = frozenset({"send", "end", "write"})  # of what a handler is given beside the error
_JOINS = frozenset({"format", "collection", "choice", "await", "update"})
_ADDS = frozenset({"+", "%"})
_KIND, _ANY = re.compile(r"\w*(?:Error|Exception)"), frozenset({"Error", "Exception", "BaseException"})
_WHERE = re.compile(r"(?<![a-z])(?:is_?)?prod(?:uction)?(?![a-z])|isProd|NODE_ENV|APP_ENV|DEBUG|is_?dev|development")
_SENDS_HEADERS = frozenset({"flushHeaders", "writeHead"})
_OF_INPUT = frozenset({"validation", "isJoi", "isOperational", "expose", "issues"})  # properties of errors whose text is for callers
_NAMES = frozenset({"name", "attribute", "constant"})
_MOST, _CALLERS, _FUNCTIONS, _RETURNS, _DEEP = 80, 6, 40, 12, 3


class _Place(NamedTuple):
    """Where the text of an error is handed on, and how likely it is one of something behind the program."""

    node: Node
    sure: int


def mark_told_errors(assembly: Assembly) -> None:
    """`tells_errors` at each."""
    routes: dict[str, str] = {}  # the first route of a language whose model may fail
    others: dict[str, str] = {}  # or, where a queue or an event lies between, the first route
    asked = any(draft.kind in _MODELS for draft in assembly.drafts.by_id.values())
    told = _Told(assembly)
    found: list[tuple[str, _Place]] = []
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        language = assembly.program.files[reference[0]].language
        if draft.kind == "http_route" and asked:
            others.setdefault(language, identity)
        if draft.kind not in _ROUTES or not (draft.attributes.get("runs_inference") is True or told.behind.asks_models(reference)):
            continue
        if told.behind.may_leave(reference):
            routes.setdefault(language, identity)
        places = [place for place in told.by_route(reference) if not is_on_demand(assembly, place.node)]
        if places:
            found.append((identity, max(places, key=lambda place: place.sure)))
    best = max((place.sure for _identity, place in found), default=NO)
    for identity, place in found:
        if place.sure == best:  # what may fail by a call that nobody described is told where nothing is that is known to
            told.mark(identity, place.node)
    for handler, error in error_handlers(assembly) if routes or others else ():
        language = assembly.program.files[handler[0]].language
        at = routes.get(language) or others.get(language)
        node = next((node for node in told.by_handler(handler, error) if not is_on_demand(assembly, node)), None)
        if at is not None and node is not None:
            told.mark(at, node)


class _Told:
    """What of errors is told, with what is known of the program's own functions that tell."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly, self._program = assembly, assembly.program
        self.behind = Behind(assembly)
        self._tells: dict[FunctionRef, frozenset[int]] = {}  # positions of parameters that a function answers with

    def mark(self, identity: str, place: Node) -> None:
        self._assembly.draft(identity).attributes["tells_errors"] = True
        self._assembly.cite_of(identity, self._assembly.place(place), TOLD_HERE)

    def by_route(self, route: FunctionRef) -> Iterator[_Place]:
        """Values that hold the text of an error, where they become an answer of the route or of what it calls."""
        assembly, program = self._assembly, self._program
        streams, reached = False, assembly.reach(route)
        for function in sorted(reached)[:_FUNCTIONS]:
            for call in assembly.calls_in(function):
                streams = streams or _name(assembly, call) in load_told_errors().streams
                if _answers_too_late(assembly, call):
                    continue
                refused = load_told_errors().refusal(program.callee_names(call)) is not None
                for given in (*_answered(assembly, call), *self._passed_on(call)):
                    if (place := self._told(given, reached, call)) is not None and not (refused and not self.behind.comes_out(route, call)):
                        yield place
        for returned in program.nodes(route[0], program.function(route).returns):
            for given in _wrapped(assembly, returned):
                if (place := self._told(given, reached)) is not None:
                    yield place
        for yielded in self._streamed(route) if streams else ():
            if (place := self._told(yielded, reached)) is not None:
                yield place

    def _told(self, given: Node, reached: frozenset[FunctionRef], at: Node | None = None) -> _Place | None:
        """The text of an error of something behind the program in a value: told there, or where a caller hands the error over."""
        program, above = self._program, dict[Node, Node]()

        def onward(node: Node) -> Iterable[Node]:
            found = list(_onward(self._assembly, node))
            if program.value(node).kind == "parameter":  # of several callers those that run for this entry
                found = [one for one in found if (one[0], program.value(one).scope) in reached]
            for one in found:
                above.setdefault(one, node)
            return found

        for node in walk(given, onward, _MOST, nearest_first=True):
            if not _is_error(self._assembly, node) or (sure := self._may_be_behind(node)) == NO or self._is_no_json(node, above):
                continue
            while node != given:
                if program.value(above[node]).kind == "parameter":
                    return _Place(self._handing_over(node, above[node]), sure)
                if program.value(above[node]).kind == "call" and self._function(above[node]) != self._function(node):
                    return _Place(node, sure)  # what a function gives back, where it gives it
                node = above[node]
            return _Place(at or given, sure)
        return None

    def _function(self, node: Node) -> FunctionRef:
        return node[0], self._program.value(node).scope

    def _handing_over(self, given: Node, parameter: Node) -> Node:
        """The call that passes a value for a parameter."""
        place = self._program.parameter_of(parameter)
        callers = self._program.callers(place[0]) if place is not None else ()
        return next((call for call in callers if call[0] == given[0] and given[1] in self._program.value(call).inputs), given)

    def _is_no_json(self, error: Node, above: dict[Node, Node]) -> bool:
        """Whether an error itself is an entry of a record in Python: nothing makes JSON of it, and the answer fails as a whole."""
        program = self._program
        records = {one for one in above.values() if program.value(one).kind == "collection" and one[0] == error[0]}
        raw = any(
            program.value(part).kind == "unknown" and _is_error(self._assembly, part) for one in records for part in inputs_of(program, one)
        )
        return raw and program.files[error[0]].language == "python"

    def _may_be_behind(self, error: Node) -> int:
        """How likely an error is one of a model, a provider or a store."""
        program = self._program
        if program.value(error).kind != "call":
            return self.behind.may_come_of(error)
        parts = inside(program, error, 12)  # `err.Error()` of Go, with the call that gave `err`
        made = [part for part in parts if program.value(part).kind == "call" and part != error]
        return max((self.behind.may_fail(call) for call in made), default=SURE)

    def by_handler(self, handler: FunctionRef, error: Node) -> Iterator[Node]:
        """Values that hold what a handler was called for, where it answers."""
        assembly, program = self._assembly, self._program
        if any(
            _WHERE.search(value.text) for value in program.files[handler[0]].values if value.scope == handler[1] and value.kind in _NAMES
        ):
            return  # what it says in production is another thing
        answers = [(call, given) for call in assembly.calls_in(handler) for given in (*_answered(assembly, call), *self._passed_on(call))]
        known = load_told_errors().answers | _ANSWERED_BY
        named = [
            call
            for call in assembly.calls_in(handler)
            if _name(assembly, call) in known and not program.targets(call) and not _is_logged(assembly, call)
        ]
        answers += [(call, given) for call in named for given in inputs_of(program, call)[1:]]  # `res`, which no route was given
        answers += [
            (given, given)
            for returned in program.nodes(handler[0], program.function(handler).returns)
            for given in _wrapped(assembly, returned)
        ]
        for place, given in answers:
            if self._asks_what_for(handler, place, error):
                continue
            if any(node == error for node in walk(given, lambda node: _onward(assembly, node, callers=0), _MOST, nearest_first=True)):
                yield place

    def _asks_what_for(self, handler: FunctionRef, place: Node, error: Node) -> bool:
        """Whether an answer is only given where a property of the error says that it is about the caller's input: `if (err.validation)`."""
        facts = self._program.files[handler[0]]
        for branch in facts.branches:
            if branch.scope == handler[1] and branch.side(place[1]) is True:
                parts = inside(self._program, (handler[0], branch.condition), 12)
                if any(self._program.value(part).kind == "attribute" and self._program.value(part).text in _OF_INPUT for part in parts):
                    return True
        return False

    def _streamed(self, route: FunctionRef) -> Iterator[Node]:
        """What functions yield that stand in a route, or that it hands to a stream."""
        program = self._program
        functions = program.files[route[0]].functions
        inner = {(route[0], number) for number, function in enumerate(functions) if function.parent == route[1]}
        for call in self._assembly.calls_in(route):
            if _name(self._assembly, call) in load_told_errors().streams:
                streamed = [given for given in inputs_of(program, call)[1:] if program.value(given).kind == "call"]
                inner |= {target.function for given in streamed for target in program.targets(given)}
        for reference in sorted(inner):
            yield from program.nodes(reference[0], program.function(reference).returns)

    def _passed_on(self, call: Node) -> Iterator[Node]:
        """What a call gives a function of the program that answers with it: `writeError(w, 500, err.Error())`."""
        program = self._program
        for target in program.targets(call)[:2]:
            for parameter in self._answers_with(target.function):
                for argument in program.bind(call, target).get(parameter, ()):
                    yield (call[0], program.value(call).inputs[argument])

    def _answers_with(self, function: FunctionRef) -> frozenset[int]:
        known = self._tells.get(function)
        if known is None:
            assembly, program = self._assembly, self._program
            parameters = {(function[0], one.value): number for number, one in enumerate(program.function(function).parameters)}
            answers = [given for call in assembly.calls_in(function) for given in _answered(assembly, call)] if parameters else []
            met = (
                node
                for given in answers
                for node in walk(given, lambda node: _onward(assembly, node, callers=0), _MOST, nearest_first=True)
            )
            known = self._tells[function] = frozenset(parameters[node] for node in met if node in parameters)
        return known


def _answers_too_late(assembly: Assembly, call: Node) -> bool:
    """Whether an answer is only given where no headers were sent, and the function sends them first: `res.flushHeaders()`."""
    program, facts = assembly.program, assembly.program.files[call[0]]
    scope = program.value(call).scope
    for number in facts.conditions.get(call[1], ()):
        parts = inside(program, (call[0], facts.branches[number].condition), 8)
        if any(program.value(part).text == "headersSent" for part in parts):
            return any(_name(assembly, one) in _SENDS_HEADERS and one[1] < call[1] for one in assembly.calls_in((call[0], scope)))
    return False


def _answered(assembly: Assembly, call: Node) -> Iterator[Node]:
    """What a call answers, or refuses, with."""
    program, value = assembly.program, assembly.program.value(call)
    for sink in assembly.sinks.get(call, ()):
        if sink.role in _ANSWERS and 0 <= sink.argument < len(value.inputs):
            yield (call[0], value.inputs[sink.argument])
    known, called = load_told_errors(), program.value((call[0], value.inputs[0]))
    if called.kind == "attribute" and called.text in known.sends:
        on = {
            word
            for node in inside(program, (call[0], value.inputs[0]), 8)
            for word in (program.value(node).text.rpartition(".")[2].lower(),)
        }
        if any(one.endswith(connection) for one in on for connection in known.connections):
            yield from inputs_of(program, call)[1:]
    rule = known.refusal(program.callee_names(call))
    given = argument_node(program, call, rule.text) if rule is not None else None
    if given is not None:
        yield given


def _wrapped(assembly: Assembly, returned: Node, depth: int = 0) -> Iterator[Node]:
    """What a returned value answers with, out of what the framework wraps it in: `ResponseEntity.status(500).body(text)`.

    An object of the program's own is written out with its fields (`new Answer(text)`), and what a function of the program gives back
    is its answer where it is handed on as a whole.
    """
    program, known = assembly.program, load_told_errors()
    value = program.value(returned)
    if value.kind == "await" and value.inputs:
        yield from _wrapped(assembly, (returned[0], value.inputs[0]), depth)
    elif value.kind != "call":
        yield returned
    elif _name(assembly, returned) in known.answers and not program.targets(returned):
        for given in inputs_of(program, returned)[1:]:
            yield given
            if depth < _DEEP and program.value(given).kind in ("call", "await"):
                yield from _wrapped(assembly, given, depth + 1)
    elif _makes_record(assembly, returned):
        for label, given in zip(value.labels[1:], inputs_of(program, returned)[1:], strict=False):
            yield from _wrapped(assembly, given, depth + 1) if label == "**" and depth < _DEEP else (given,)
    elif depth < _DEEP:
        for target in program.targets(returned)[:2]:
            for inner in program.nodes(target.function[0], program.function(target.function).returns)[:_RETURNS]:
                yield from _wrapped(assembly, inner, depth + 1)


def _makes_record(assembly: Assembly, call: Node) -> bool:
    """Whether a call makes an object of a class of the program, and no error."""
    program = assembly.program
    names = [name for name in program.callee_names(call) if name in program.classes]
    return bool(names) and not any(_KIND.fullmatch(name.rpartition(".")[2]) for name in names)


def _name(assembly: Assembly, call: Node) -> str:
    return assembly.program.value((call[0], assembly.program.value(call).inputs[0])).text


def _is_logged(assembly: Assembly, call: Node) -> bool:
    """`console.error(error)` and `app.log.error(error)` answer nobody, though a handler of the caller's may be called `error` too."""
    called = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    on = assembly.program.value((call[0], called.inputs[0])).text.rpartition(".")[2] if called.kind == "attribute" else ""
    if words_of(on)[-1:] in (["log"], ["logger"], ["logging"]):
        return True
    return any(sink.role in ("log", "print") for sink in assembly.sinks.get(call, ()))


def _onward(assembly: Assembly, node: Node, callers: int = _CALLERS) -> list[Node]:
    program, known, value = assembly.program, load_told_errors(), assembly.program.value(node)
    if value.kind in _JOINS or (value.kind == "operation" and value.text in _ADDS):
        return inputs_of(program, node)
    if value.kind == "guarded":
        return inputs_of(program, node)[:1] if value.text == "fails" or not _asks_kind(assembly, (node[0], value.inputs[1])) else []
    if value.kind == "attribute" and value.text in known.own_text:
        return inputs_of(program, node)[:1]
    if value.kind == "call":
        callee = (node[0], value.inputs[0])
        named = program.value(callee)
        own = [(node[0], named.inputs[0])] if named.kind == "attribute" and named.text in known.own_text else []
        targets = program.targets(node)
        wraps = named.text in known.writes_out | known.answers and not targets
        given = [one for target in targets[:2] for one in program.nodes(target.function[0], program.function(target.function).returns)]
        return [*own, *(inputs_of(program, node)[1:] if wraps else [*_put_into(assembly, node, targets[:1]), *given[:_RETURNS]])]
    return passed_for(program, node, callers) if value.kind == "parameter" and callers else []


def _put_into(assembly: Assembly, call: Node, targets: Sequence[Target]) -> Iterator[Node]:
    """What a call gives a function of the program that puts it into what it returns: `envelope("internal", str(e))`."""
    program = assembly.program
    for target in targets:
        function = program.function(target.function)
        given = {(target.function[0], one.value): number for number, one in enumerate(function.parameters)}
        for returned in program.nodes(target.function[0], function.returns)[:3]:
            joined = walk(returned, lambda node: inputs_of(program, node) if program.value(node).kind in _JOINS else [], 20)
            for parameter in [given[node] for node in joined if node in given]:
                yield from ((call[0], program.value(call).inputs[one]) for one in program.bind(call, target).get(parameter, ()))


def _asks_kind(assembly: Assembly, condition: Node) -> bool:
    """Whether a test asks for an error of a kind of its own, and not whether it is one at all: `e instanceof ValidationError`."""
    texts = {assembly.program.value(node).text.rpartition(".")[2] for node in inside(assembly.program, condition, 20)}
    return any(_KIND.fullmatch(text) and text not in _ANY for text in texts)


def _is_error(assembly: Assembly, node: Node) -> bool:
    """Whether a value is what was caught, and may be anything; in Go, what a call gives back as its error and says as a text."""
    program, known, value = assembly.program, load_told_errors(), assembly.program.value(node)
    if value.kind == "unknown" and value.text == "exception":
        kinds = [name for kind in inputs_of(program, node) for part in _kinds(assembly, kind) for name in program.names(part) or ("",)]
        return not kinds or not known.any_kind.isdisjoint(kinds)
    if value.kind != "call" or len(value.inputs) != 1 or not program.files[node[0]].path.endswith(".go"):
        return False
    said = program.value((node[0], value.inputs[0]))
    parts = inside(program, (node[0], said.inputs[0]), 6) if said.kind == "attribute" and said.text == "Error" else ()
    return any(_went_wrong(assembly, part) for part in parts)


def _went_wrong(assembly: Assembly, node: Node) -> bool:
    """Whether a value is how a call of Go went that may fail by more than what the caller sent."""
    value = assembly.program.value(node)
    if value.kind != "operation" or value.text != "is":
        return False
    made = next((one for one in inputs_of(assembly.program, node) if assembly.program.value(one).kind == "call"), None)
    return made is None or load_told_errors().of_input.isdisjoint(words_of(_name(assembly, made)))


def _kinds(assembly: Assembly, node: Node) -> list[Node]:
    value = assembly.program.value(node)
    return inputs_of(assembly.program, node) if value.kind == "collection" else [node]
