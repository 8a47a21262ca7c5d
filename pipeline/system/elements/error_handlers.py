"""Functions that a framework calls for errors of every route: `@ExceptionHandler(Exception.class)`, `@app.exception_handler(Exception)`,
`app.use((err, req, res, next) => ...)`.

Takes an assembly, gives each with the parameter that holds what went wrong. Only those count that are there for whatever may go wrong: a
handler for errors of a kind of its own tells what their author meant callers to read. Those of servers are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from ingest.facts import Function
from pipeline.system.assembly import Assembly
from pipeline.system.program.walking import inputs_of
from pipeline.system.rules.told_errors import load_told_errors

_SCRIPTS = frozenset({"typescript", "javascript"})
_AN_ERROR = re.compile(
    r"(?:e|ex|err|exc|error|exception|throwable|t|failure|problem|cause)(?![a-z])|\w*(?:Error|Exception)$|.*_(?:error|exc)$"
)
_NO_ERRORS = frozenset({"self", "this", "cls", "request", "req", "_", "c", "ctx"})
_OF_EXPRESS = 4  # parameters by which Express tells a handler of errors from other middleware


def error_handlers(assembly: Assembly) -> Iterator[tuple[FunctionRef, Node]]:
    """Each handler with the value of its error."""
    program, known = assembly.program, load_told_errors()
    for file, facts in enumerate(program.files):
        if facts.purpose in ("test", "vendored", "generated"):
            continue
        for number, function in enumerate(facts.functions):
            if _is_decorated(assembly, file, function):
                yield from _with_error((file, number), function)
        for identity, value in enumerate(facts.values):
            if value.kind != "call" or len(value.inputs) < 2:
                continue
            called = facts.values[value.inputs[0]]
            name = called.text if called.kind in ("attribute", "name") else ""
            if name in known.handlers.calls and (facts.language in _SCRIPTS or _is_for_any(assembly, [(file, value.inputs[1])])):
                yield from _given(assembly, (file, identity), 1)
            elif name == "use" and facts.language in _SCRIPTS:
                yield from _given(assembly, (file, identity), _OF_EXPRESS)


def _is_decorated(assembly: Assembly, file: int, function: Function) -> bool:
    """Whether a decorator registers a function for errors of any kind: what it is given, or the type of its first parameter, says so."""
    program, known = assembly.program, load_told_errors()
    for decorator in function.decorators:
        value = program.value((file, decorator))
        called = (file, value.inputs[0]) if value.kind == "call" and value.inputs else (file, decorator)
        if program.value(called).text.rpartition(".")[2] not in known.handlers.decorators:
            continue
        given = inputs_of(program, (file, decorator))[1:] if value.kind == "call" else []
        annotated = [(file, one.annotation) for one in function.parameters if one.annotation is not None]
        return _is_for_any(assembly, given or annotated)
    return False


def _is_for_any(assembly: Assembly, kinds: list[Node]) -> bool:
    """Whether the kinds of errors that are named hold one for whatever may go wrong; 500 is the number of those nobody thought of."""
    program, known = assembly.program, load_told_errors()
    parts = [part for kind in kinds for part in (inputs_of(program, kind) if program.value(kind).kind == "collection" else [kind])]
    for part in parts:
        value = program.value(part)
        names = {*program.names(part), value.text, *(program.value(one).text for one in inputs_of(program, part)[:1])}
        if not known.any_kind.isdisjoint(names) or (value.kind == "constant" and value.text == "500"):
            return True
    return False


def _given(assembly: Assembly, call: Node, least: int) -> Iterator[tuple[FunctionRef, Node]]:
    """Functions that a call registers, of as many parameters as are needed to be told errors."""
    program = assembly.program
    for given in inputs_of(program, call)[1:]:
        for origin in program.origins(given):
            value = program.value(origin)
            for reference in program.functions.get(value.text, ()) if value.kind == "function" else ():
                function = program.function(reference)
                if len(function.parameters) >= least:
                    yield from _with_error(reference, function)


def _with_error(reference: FunctionRef, function: Function) -> Iterator[tuple[FunctionRef, Node]]:
    """The parameter that is called like an error, or the first of the function's own."""
    named = [one for one in function.parameters if _AN_ERROR.match(one.name)]
    own = [one for one in function.parameters if one.name not in _NO_ERRORS]
    for parameter in (named or own)[:1]:
        yield reference, (reference[0], parameter.value)
