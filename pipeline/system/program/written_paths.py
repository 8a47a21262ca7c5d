"""What a path says as far as code writes it down: `HERE / "prompts" / f"{name}.md"` is an unknown step, `prompts`, and a name.

Takes a value of the program and what is known of parameters, gives the paths it may be, with a mark for every part that is not
known. Parts are joined as code joins them: by `/` and by functions of paths as steps, by formatting and `+` as text. What a text's
own methods make of it (`name.upper()`) is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from ingest.code.program import Node, Program

UNKNOWN = "\0"
Bound = Mapping[Node, Sequence[str]]
"""What parameters hold: their value -> texts."""

_DEPTH = 12
_MANY = 12  # paths that are told apart
_TEXT_METHODS = frozenset({
    "strip", "lower", "upper", "replace", "format", "get", "split", "title", "encode", "decode", "removesuffix", "read", "read_text",
    "toLowerCase", "toUpperCase", "trim",
})  # fmt: skip
_PACKAGES = ("resources.files", "resources.path")  # their argument is the dotted name of a folder


def written(program: Program, node: Node, bound: Bound, depth: int = 0) -> list[str]:
    """The paths a value may be, each as far as it is known."""
    return list(dict.fromkeys(_written(program, node, bound, depth)))[:_MANY]


def _written(program: Program, node: Node, bound: Bound, depth: int) -> Iterator[str]:
    value = program.value(node)
    if node in bound:
        yield from bound[node]
    elif depth > _DEPTH:
        yield UNKNOWN
    elif value.kind == "constant":
        yield value.text if value.constant_type == "string" else UNKNOWN
    elif value.kind in ("choice", "guarded", "await"):
        for given in value.inputs if value.kind == "choice" else value.inputs[:1]:
            yield from written(program, (node[0], given), bound, depth + 1)
    elif value.kind == "format" or (value.kind == "operation" and value.text == "+"):
        yield from _joined(program, [(node[0], given) for given in value.inputs], "", bound, depth)
    elif value.kind == "operation" and value.text == "/":
        yield from _joined(program, [(node[0], given) for given in value.inputs], "/", bound, depth)
    elif value.kind == "call" and not program.targets(node):
        yield from _called(program, node, bound, depth)
    elif value.kind == "attribute":  # `path.parent`, `self.folder`
        origins = [origin for origin in program.origins(node) if origin != node]
        yield from _one(program, origins, bound, depth) if origins else [UNKNOWN]
    elif value.kind in ("name", "parameter"):
        definitions = program.lookup(node[0], value.text)[0] if value.kind == "name" else program.origins(node)
        yield from _one(program, [origin for origin in definitions if origin != node], bound, depth)
    else:
        yield UNKNOWN


def _one(program: Program, origins: Sequence[Node], bound: Bound, depth: int) -> list[str]:
    """What several definitions agree on: which of them holds here is not known."""
    found = list(dict.fromkeys(path for origin in origins[:_MANY] for path in written(program, origin, bound, depth + 1)))
    return found if len(found) == 1 else [UNKNOWN]


def _called(program: Program, node: Node, bound: Bound, depth: int) -> Iterator[str]:
    """`os.path.join(a, b)`, `Path(a)`, `files("a.b").joinpath(c)`: the steps given, after those of what it is called on."""
    value = program.value(node)
    callee = program.value((node[0], value.inputs[0]))
    if callee.kind == "attribute" and callee.text in _TEXT_METHODS:
        yield UNKNOWN
        return
    base = [(node[0], callee.inputs[0])] if callee.kind == "attribute" else []
    given = [(node[0], argument) for argument, label in zip(value.inputs[1:], value.labels[1:], strict=False) if label == ""]
    for path in _joined(program, [*base, *given[:8]], "/", bound, depth):
        dotted = any(name.endswith(_PACKAGES) for name in program.callee_names(node))
        yield path.replace(".", "/") if dotted else path


def _joined(program: Program, parts: Sequence[Node], by: str, bound: Bound, depth: int) -> Iterator[str]:
    ways = [written(program, part, bound, depth + 1) or [UNKNOWN] for part in parts[:20]]
    for count, chosen in enumerate(product(*ways)):
        if count >= _MANY:
            return
        yield by.join(chosen)
