"""Routes that hand the text of any error to their caller: `HTTPException(500, detail=str(e))`, `res.json({ error: err.message })`.

Takes an assembly whose entries and ties are known and marks `tells_errors` at routes that run a model, with the line that does it. What is
caught must stand for whatever may go wrong: an error of a kind of its own says what its author meant callers to read, and so does one that
a test of its kind lets through. A line that only runs where debugging was switched on tells developers. What a route streams or sends to
open connections counts as its answer, and a handler that a framework calls for errors of every route is told of the first route of its
language that runs a model, or of the first one where a queue or an event lies between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.code.program import FunctionRef, Node, Target
from pipeline.system.assembly import Assembly
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
_NAMES = frozenset({"name", "attribute", "constant"})
_MOST, _CALLERS, _FUNCTIONS, _RETURNS, _DEEP = 80, 6, 40, 12, 3


def mark_told_errors(assembly: Assembly) -> None:
    """`tells_errors` at each."""
    routes: dict[str, str] = {}  # the first route of a language that runs a model
    others: dict[str, str] = {}  # or, where a queue or an event lies between, the first route
    asked = any(draft.kind in _MODELS for draft in assembly.drafts.by_id.values())
    told = _Told(assembly)
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        language = assembly.program.files[reference[0]].language
        if draft.kind == "http_route" and asked:
            others.setdefault(language, identity)
        if draft.kind not in _ROUTES or draft.attributes.get("runs_inference") is not True:
            continue
        routes.setdefault(language, identity)
        told.mark(identity, told.by_route(reference))
    for handler, error in error_handlers(assembly) if routes or others else ():
        language = assembly.program.files[handler[0]].language
        at = routes.get(language) or others.get(language)
        if at is not None:
            told.mark(at, told.by_handler(handler, error))


class _Told:
    """What of errors is told, with what is known of the program's own functions that tell."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly, self._program = assembly, assembly.program
        self._tells: dict[FunctionRef, frozenset[int]] = {}  # positions of parameters that a function answers with

    def mark(self, identity: str, told: Iterator[Node]) -> None:
        place = next((node for node in told if not is_on_demand(self._assembly, node)), None)
        if place is not None:
            self._assembly.draft(identity).attributes["tells_errors"] = True
            self._assembly.cite_of(identity, self._assembly.place(place), TOLD_HERE)

    def by_route(self, route: FunctionRef) -> Iterator[Node]:
        """Values that hold the text of an error, where they become an answer of the route or of what it calls."""
        assembly, program = self._assembly, self._program
        streams = False
        for function in sorted(assembly.reach(route))[:_FUNCTIONS]:
            for call in assembly.calls_in(function):
                streams = streams or _name(assembly, call) in load_told_errors().streams
                for given in (*_answered(assembly, call), *self._passed_on(call)):
                    if _holds_error(assembly, given):
                        yield call
        for returned in program.nodes(route[0], program.function(route).returns):
            for given in _wrapped(assembly, returned):
                if _holds_error(assembly, given):
                    yield given
        for yielded in self._streamed(route) if streams else ():
            if _holds_error(assembly, yielded):
                yield yielded

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
            if any(node == error for node in walk(given, lambda node: _onward(assembly, node, callers=0), _MOST, nearest_first=True)):
                yield place

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
    """`console.error(error)` answers nobody, though a handler of the caller's may be called `error` too."""
    return any(sink.role in ("log", "print") for sink in assembly.sinks.get(call, ()))


def _holds_error(assembly: Assembly, given: Node) -> bool:
    """Whether the text of an error of any kind is a part of a value."""
    return any(_is_error(assembly, node) for node in walk(given, lambda node: _onward(assembly, node), _MOST, nearest_first=True))


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
        return [*own, *(inputs_of(program, node)[1:] if wraps else _put_into(assembly, node, targets[:1]))]
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
