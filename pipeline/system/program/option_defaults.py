"""What a setting is where nobody sets it: `args.revision` of `add_argument("--revision", default="main")`, `os.getenv("REVISION", "main")`.

Takes a value, gives the constant text of its default, so that rules see what a plain run does; None where there is none. Also read are
`settings.get("revision", "main")`, `revision or "main"`, fields of a class with a default, and the host of an address that is put together.
Options of a command line are looked for in the file that parses them. Python alone is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node, Program
from pipeline.system.program.arguments import argument_node

_PARSES = frozenset({"parse_args", "parse_known_args"})
_MOST = 4
_HOST = re.compile(r"https?://[\w.-]+[:/]")


def default_text(program: Program, node: Node) -> str | None:
    """The text that a value is unless somebody says something else."""
    if program.files[node[0]].language != "python":
        return None
    for origin in (node, *program.origins(node)[:_MOST]):
        given = next(_defaults(program, origin), None)
        found = program.constant(given) if given is not None else None
        found = _host(program, origin if given is None else given) if found is None else found
        if isinstance(found, str):
            return found
    return None


def _host(program: Program, node: Node) -> str | None:
    """The scheme and the host of an address whose port or path is put in as the program runs: `f"http://localhost:{port}/mcp"`."""
    value = program.value(node)
    if value.kind != "format" or not value.inputs:
        return None
    begun = program.constant((node[0], value.inputs[0]))
    return begun if isinstance(begun, str) and _HOST.match(begun) else None


def _defaults(program: Program, node: Node) -> Iterator[Node]:
    value = program.value(node)
    if value.kind == "call":
        callee = program.value((node[0], value.inputs[0]))
        named = program.callee_names(node)
        if callee.text == "get" or any(name.endswith(("getenv", "environ.get")) for name in named):
            yield from ((node[0], one) for one in value.inputs[2:3])
    elif value.kind == "operation" and value.text == "or":
        yield from ((node[0], one) for one in value.inputs[-1:])
    elif value.kind == "attribute" and value.inputs:
        yield from _field_defaults(program, node)
        for base in program.origins((node[0], value.inputs[0])):
            of = program.value(base)
            if of.kind in ("index", "element_of") and of.inputs:  # `args, rest = parser.parse_known_args()`
                base = next(iter(program.origins((base[0], of.inputs[0]))), base)
                of = program.value(base)
            if of.kind == "call" and program.value((base[0], of.inputs[0])).text in _PARSES:
                added = (call for call in _options(program, base[0]) if _is_named(program, call, value.text))
                yield from (given for call in added if (given := argument_node(program, call, "default")) is not None)


def _field_defaults(program: Program, node: Node) -> Iterator[Node]:
    """`config.revision` of a class with `revision: str = "main"`, whatever its maker is given where it comes from outside."""
    value = program.value(node)
    for name in program.types((node[0], value.inputs[0])):
        if name in program.classes:
            file, facts = program.classes[name]
            yield from (
                (file, default) for field, _annotation, default, _line in facts.fields if field == value.text and default is not None
            )


def _options(program: Program, file: int) -> Iterator[Node]:
    values = program.files[file].values
    for identity, value in enumerate(values):
        if value.kind == "call" and values[value.inputs[0]].kind == "attribute" and values[value.inputs[0]].text == "add_argument":
            yield file, identity


def _is_named(program: Program, call: Node, name: str) -> bool:
    """Whether an option is read by a name: its longest spelling, or what `dest` says."""
    named = argument_node(program, call, "dest")
    if named is not None:
        return program.constant(named) == name
    texts = [program.constant((call[0], one)) for one in program.value(call).inputs[1:]]
    return any(isinstance(text, str) and text.lstrip("-").replace("-", "_") == name for text in texts)
