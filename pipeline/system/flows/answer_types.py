"""Whether what is written into an answer is a page: the content type the answer was given, and the form of an event stream.

Takes a hit at a call that writes into an answer; says whether a browser would show it as anything but markup. A type that is set only
in some cases, or that is computed, says nothing; a type that is set after the writing is not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import Hit
from pipeline.system.program.enclosing import around
from pipeline.system.program.walking import passed_by

_WRITES = frozenset({"write", "end", "send", "finish"})
_SETS = frozenset({"setHeader", "header", "set", "append", "writeHead", "set_header", "add_header"})
_SETS_TYPE = frozenset({"type", "contentType"})
_EVENT = re.compile(r"(data|event|id|retry):")  # how a line of an event stream begins
_MARKUP = ("html", "xml", "svg")
_MAX_DEPTH, _MAX_CHAIN = 8, 12


def is_no_page(assembly: Assembly, hit: Hit) -> bool:
    """Whether data that is written into an answer is not shown as markup."""
    if hit.argument < 0 or _method(assembly, hit.call) not in _WRITES:
        return False
    return _is_event(assembly, hit) or _typed(assembly, hit.call, _answer(assembly, hit.call), 0)


def is_typed_otherwise(assembly: Assembly, call: Node) -> bool:
    """Whether a call writes into an answer that was said before to be no markup, whatever it writes."""
    return _method(assembly, call) in _WRITES and _typed(assembly, call, _answer(assembly, call), 0)


def _is_event(assembly: Assembly, hit: Hit) -> bool:
    """Whether the text that the data was last put into is a line of an event stream: `data: ${JSON.stringify(part)}`."""
    program = assembly.program
    for node in reversed(hit.trace):
        value = program.value(node)
        if value.kind == "format" or (value.kind == "operation" and value.text == "+"):
            while value.inputs and (value.kind == "format" or (value.kind == "operation" and value.text == "+")):
                node = (node[0], value.inputs[0])
                value = program.value(node)
            return value.kind == "constant" and _EVENT.match(value.text) is not None
    return False


def _typed(assembly: Assembly, call: Node, answer: Node, depth: int) -> bool:
    """Whether the answer was said to be no markup before this call, here or wherever it is handed in."""
    said = [_is_markup(text) for text in _types_before(assembly, call, answer)]
    if said:
        return not any(said)
    if depth >= _MAX_DEPTH:
        return False
    if assembly.program.value(answer).kind == "choice":
        parts = _parts(assembly, answer)
        return bool(parts) and all(_typed(assembly, call, part, depth + 1) for part in parts)
    handed = list(_handed_in(assembly, answer))
    return bool(handed) and all(_typed(assembly, outer, given, depth + 1) for outer, given in handed)


def _parts(assembly: Assembly, joined: Node) -> list[Node]:
    """The answers that a join may be: most often the one, written to in a loop or in some cases."""
    queue, seen = [joined], {joined}
    found: list[Node] = []
    while queue and len(seen) < _MAX_CHAIN:
        node = queue.pop()
        value = assembly.program.value(node)
        if value.kind != "choice":
            found.append(node)
            continue
        inner = {_root(assembly, (node[0], given)) for given in value.inputs} - seen
        seen |= inner
        queue += sorted(inner)
    return [] if queue else found


def _handed_in(assembly: Assembly, answer: Node) -> Iterator[tuple[Node, Node]]:
    """Calls of the function whose parameter an answer is, or is an entry of, each with what it gives for it."""
    program, value = assembly.program, assembly.program.value(answer)
    entry = value.text if value.kind == "attribute" else ""
    parameter = _root(assembly, (answer[0], value.inputs[0])) if entry else answer
    found = program.parameter_of(parameter) if program.value(parameter).kind == "parameter" else None
    for call in program.callers(found[0]) if found is not None else ():
        for node in passed_by(program, call, found) if found is not None else ():
            yield call, _root(assembly, _entry(assembly, node, entry) if entry else node)


def _entry(assembly: Assembly, node: Node, key: str) -> Node:
    """What an object literal holds under a key: `{ question, res }`."""
    value = assembly.program.value(node)
    held = value.kind == "collection" and key in value.labels
    return (node[0], value.inputs[value.labels.index(key)]) if held else node


def _types_before(assembly: Assembly, call: Node, answer: Node) -> Iterator[str]:
    """Content types that an answer is given before a call, whatever else happens."""
    for function in around(assembly.program, (call[0], assembly.program.value(call).scope)):
        for other in assembly.calls_in(function):
            if other < call and _holds_for(assembly, other, call) and _answer(assembly, other) == answer:
                yield from _types(assembly, other)


def _holds_for(assembly: Assembly, earlier: Node, call: Node) -> bool:
    """Whether a call always ran before another one: it stands in no branch, or in one that holds the other as well."""
    facts = assembly.program.files[call[0]]
    shared = facts.conditions.get(call[1], ())
    for number in facts.conditions.get(earlier[1], ()):
        side = facts.branches[number].side(earlier[1])
        if side is not None and (number not in shared or facts.branches[number].side(call[1]) != side):
            return False
    return True


def _types(assembly: Assembly, call: Node) -> Iterator[str]:
    """The content types a call sets, where they are written down."""
    program, value, name = assembly.program, assembly.program.value(call), _method(assembly, call)
    given = [(call[0], identity) for identity in value.inputs[1:]]
    if name in _SETS_TYPE and given:
        yield from _texts(assembly, given[0])
    for at, node in enumerate(given if name in _SETS else ()):
        shown = program.value(node)
        if shown.kind == "collection":
            for label, inner in zip(shown.labels, shown.inputs, strict=False):
                if label.lower() == "content-type":
                    yield from _texts(assembly, (node[0], inner))
        elif at + 1 < len(given) and shown.kind == "constant" and shown.text.lower() == "content-type":
            yield from _texts(assembly, given[at + 1])


def _texts(assembly: Assembly, node: Node) -> list[str]:
    return [constant.text for constant in assembly.program.constants(node)]


def _is_markup(text: str) -> bool:
    return any(word in text.lower() for word in _MARKUP)


def _method(assembly: Assembly, call: Node) -> str:
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    return callee.text if callee.kind == "attribute" else ""


def _answer(assembly: Assembly, call: Node) -> Node:
    """What a method is called on, before what was called on it in a row: `res` of `res.status(200).send(text)`."""
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    return _root(assembly, (call[0], callee.inputs[0])) if callee.kind == "attribute" else call


def _root(assembly: Assembly, node: Node) -> Node:
    for _ in range(_MAX_CHAIN):
        value = assembly.program.value(node)
        if value.kind not in ("guarded", "update", "call") or not value.inputs:
            break
        callee = assembly.program.value((node[0], value.inputs[0]))
        if value.kind == "call" and callee.kind != "attribute":
            break
        node = (node[0], callee.inputs[0] if value.kind == "call" else value.inputs[0])
    return node
