"""Routes that hand the text of any error to their caller: `HTTPException(500, detail=str(e))`, `res.json({ error: err.message })`.

Takes an assembly whose entries and ties are known and marks `tells_errors` at routes that run a model, with the line that does it. What is
caught must stand for whatever may go wrong: an error of a kind of its own says what its author meant callers to read, and so does one that
a test of its kind lets through. A line that only runs where debugging was switched on tells developers. Handlers that a framework calls for
errors of every route are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.debug_switches import is_on_demand
from pipeline.system.model import TOLD_HERE
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.walking import inputs_of, inside, passed_for, walk
from pipeline.system.rules.told_errors import load_told_errors
from pipeline.system.rules.words import words_of

_ROUTES = frozenset({"http_route", "websocket"})
_ANSWERS = frozenset({"response", "html"})
_JOINS = frozenset({"format", "collection", "choice", "await", "update"})
_ADDS = frozenset({"+", "%"})
_KIND, _ANY = re.compile(r"\w*(?:Error|Exception)"), frozenset({"Error", "Exception", "BaseException"})
_MOST, _CALLERS, _FUNCTIONS = 80, 6, 40


def mark_told_errors(assembly: Assembly) -> None:
    """`tells_errors` at each."""
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        if draft.kind not in _ROUTES or draft.attributes.get("runs_inference") is not True:
            continue
        place = next((node for node in _told(assembly, reference) if not is_on_demand(assembly, node)), None)
        if place is not None:
            draft.attributes["tells_errors"] = True
            assembly.cite_of(identity, assembly.place(place), TOLD_HERE)


def _told(assembly: Assembly, route: FunctionRef) -> Iterator[Node]:
    """Values that hold the text of an error, where they become an answer of the route or of what it calls."""
    program = assembly.program
    for function in sorted(assembly.reach(route))[:_FUNCTIONS]:
        for call in assembly.calls_in(function):
            for given in _answered(assembly, call):
                if _holds_error(assembly, given):
                    yield call
    for returned in program.nodes(route[0], program.function(route).returns):
        for given in _wrapped(assembly, returned):
            if _holds_error(assembly, given):
                yield given


def _answered(assembly: Assembly, call: Node) -> Iterator[Node]:
    """What a call answers, or refuses, with."""
    program, value = assembly.program, assembly.program.value(call)
    for sink in assembly.sinks.get(call, ()):
        if sink.role in _ANSWERS and 0 <= sink.argument < len(value.inputs):
            yield (call[0], value.inputs[sink.argument])
    rule = load_told_errors().refusal(program.callee_names(call))
    given = argument_node(program, call, rule.text) if rule is not None else None
    if given is not None:
        yield given


def _wrapped(assembly: Assembly, returned: Node) -> Iterator[Node]:
    """What a returned value answers with, out of what the framework wraps it in: `ResponseEntity.status(500).body(text)`."""
    program, known = assembly.program, load_told_errors()
    value = program.value(returned)
    if value.kind != "call":
        yield returned
    elif _name(assembly, returned) in known.answers and not program.targets(returned):
        yield from inputs_of(program, returned)[1:]


def _name(assembly: Assembly, call: Node) -> str:
    return assembly.program.value((call[0], assembly.program.value(call).inputs[0])).text


def _holds_error(assembly: Assembly, given: Node) -> bool:
    """Whether the text of an error of any kind is a part of a value."""
    return any(_is_error(assembly, node) for node in walk(given, lambda node: _onward(assembly, node), _MOST, nearest_first=True))


def _onward(assembly: Assembly, node: Node) -> list[Node]:
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
        wraps = named.text in known.writes_out | known.answers and not program.targets(node)
        return [*own, *(inputs_of(program, node)[1:] if wraps else [])]
    return passed_for(program, node, _CALLERS) if value.kind == "parameter" else []


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
