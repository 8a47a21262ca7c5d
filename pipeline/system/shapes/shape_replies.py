"""Which replies of a model a value is read out of, through parameters, fields and parsing.

Takes the calls that ask a model; gives for any value those whose replies it is part of, in whichever form the provider tells a tool call.
A reply that is streamed tells a tool call in pieces, which a program puts together in an object of its own: what was made empty in a
function that goes through such a stream and reads tool calls of it, counts as read out of it.
"""

from __future__ import annotations

from collections.abc import Collection

from ingest.code.program import Node, Program
from ingest.facts import Value
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.words import words_of

_MAX_LOOKED_AT = 400
_HANDS_ON: tuple[str, ...] = ("attribute", "index", "element_of", "await", "choice", "collection", "update", "format", "operation")
# What is read out of a reply by a call: parsing, and access to its parts.
_READS_OUT = frozenset({
    "loads", "parse", "safeParse", "load", "literal_eval", "safe_load", "get", "pop", "items", "values", "next", "iter", "list", "dict",
    "str", "String", "model_dump", "model_dump_json", "to_dict", "json", "dumps", "stringify", "strip", "lower", "upper", "trim",
    "toLowerCase", "replace", "removeprefix", "removesuffix", "split", "rsplit", "partition", "search", "match", "fullmatch", "findall",
    "finditer", "exec", "matchAll", "group", "groups", "groupdict", "enumerate", "zip", "reversed", "sorted", "filter", "map", "find",
    "at", "cast", "deepcopy", "copy", "raw_decode", "repair_json", "model_validate", "model_validate_json", "validate_python",
    "from_dict", "Object", "entries", "keys", "JSON", "getattr", "hasattr", "aiter", "anext", "MessageToDict", "decode", "encode", "join",
    "slice", "substring", "SimpleNamespace",
})  # fmt: skip
_PIECES = frozenset({"tool_calls", "toolCalls", "function_call", "functionCall", "partial_json", "tool_call_chunks", "ToolCalls"})
_MAX_EMPTY = 12  # parts of an object that is made to be filled
_CALLED = frozenset({"args", "arguments", "argument", "params", "parameters", "input", "inputs", "kwargs", "payload"})


class Dispatches:
    """Which model's reply chooses what a program calls; `asked` are the calls that ask a model."""

    def __init__(self, program: Program, asked: Collection[Node]) -> None:
        self.program, self.asked = program, frozenset(asked)
        self._known: dict[Node, tuple[Node, ...]] = {}
        self._streamed: dict[tuple[int, int], list[Node]] = {}  # a function, and the streams whose pieces it puts together
        self._loops: dict[int, dict[int, list[Node]]] = {}

    def replies(self, node: Node) -> tuple[Node, ...]:
        """The calls of a model whose replies a value is read out of."""
        if node not in self._known:
            read = walk(node, self._read_of, _MAX_LOOKED_AT, nearest_first=True)
            self._known[node] = tuple(one for one in read if one in self.asked)
        return self._known[node]

    def _read_of(self, node: Node) -> list[Node]:
        """What a value is read out of, one step back; a call that asks a model is where that ends."""
        program, value = self.program, self.program.value(node)
        origins = [one for one in program.origins(node) if one != node] if value.kind in ("name", "parameter", "attribute") else []
        if node in self.asked:
            return origins
        if value.kind in ("guarded", "index"):
            return [(node[0], value.inputs[0])]
        if value.kind == "call":
            return self._read_out(node, value)
        if self._is_empty(node, value):
            return [*inputs_of(program, node), *self._pieces(node[0], value.scope)]
        return [*(inputs_of(program, node) if value.kind in _HANDS_ON else ()), *origins]

    def _read_out(self, call: Node, value: Value) -> list[Node]:
        """What a call reads of: functions of the project by what they return, others, where they only read, by what they are given."""
        program = self.program
        returned = [
            (target.function[0], given)
            for target in program.targets(call)
            if not target.constructs
            for given in program.function(target.function).returns
        ]
        if returned:
            return returned
        callee = program.value((call[0], value.inputs[0]))
        if any(target.constructs for target in program.targets(call)) or callee.text.rsplit(".", 1)[-1] in _READS_OUT:
            receiver = [(call[0], callee.inputs[0])] if callee.kind == "attribute" else []
            return [*receiver, *((call[0], given) for given in value.inputs[1:])]
        return []

    def _is_empty(self, made: Node, value: Value) -> bool:
        """Whether a text or a display holds nothing yet: `""`, `[]`, `{ id: "", function: { name: "", arguments: "" } }`."""
        if value.kind == "constant":
            return value.text == "" and value.constant_type == "string"
        if value.kind != "collection" or value.text == "comprehension":
            return False
        parts = list(walk(made, lambda node: inputs_of(self.program, node), _MAX_EMPTY))
        return len(parts) < _MAX_EMPTY and all(self.program.value(part).kind in ("collection", "constant") for part in parts)

    def _pieces(self, file: int, scope: int) -> list[Node]:
        """Streams of replies that a function goes through, where it reads tool calls of their pieces."""
        known = self._streamed.get((file, scope))
        if known is None:
            self._streamed[file, scope] = []  # a stream that is asked for by what it fills ends here
            loops = self._loops_of(file).get(scope, ())
            known = self._streamed[file, scope] = [stream for stream in loops if self.replies(stream)]
        return known

    def _loops_of(self, file: int) -> dict[int, list[Node]]:
        """What the functions of a file go through, of those that read tool calls."""
        if file not in self._loops:
            values = self.program.files[file].values
            reading = {value.scope for value in values if value.kind in ("attribute", "index") and value.text in _PIECES}
            found: dict[int, list[Node]] = {}
            for value in values:
                if value.kind == "element_of" and value.scope in reading and value.inputs:
                    found.setdefault(value.scope, []).append((file, value.inputs[0]))
            self._loops[file] = found
        return self._loops[file]


def is_chosen(dispatches: Dispatches, node: Node, asking: tuple[Node, ...]) -> bool:
    """Whether an argument is of what the model said; where its reply is not seen, by what the argument is called."""
    if asking:
        return bool(dispatches.replies(node))
    value = dispatches.program.value(node)
    while value.kind in ("guarded", "index", "await") or (value.kind == "call" and len(value.inputs) > 1):
        value = dispatches.program.value((node[0], value.inputs[1 if value.kind == "call" else 0]))
    return bool(_CALLED & set(words_of(value.text)))
