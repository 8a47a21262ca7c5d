"""The model that a property of a program's settings names: `return f"google-gla:{self.model}"`.

Takes a value that is given as a model, gives the text that says vendor and model, as far as it is written down: a field's default, or the
one that a variable of the environment has. Of a model that only the environment names, the vendor is left.
"""

from __future__ import annotations

import re

from ingest.code.program import Node, Program

_VENDOR = re.compile(r"[a-z][a-z0-9_-]+:")
_FROM_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get"})
_DEPTH = 8
_MOST = 4


def model_of_settings(program: Program, given: Node) -> str | None:
    """`vendor:model`, where one property says so."""
    if program.value(given).kind not in ("attribute", "name", "parameter"):
        return None
    texts = set[str]()
    for origin in (given, *program.origins(given)):
        if program.value(origin).kind != "attribute":
            continue
        for name in program.names(origin):
            for reference in program.functions.get(name, ()):
                texts.update(_said(program, (reference[0], node), 0) for node in program.function(reference).returns)
    told = sorted(text.rstrip(":") for text in texts if _VENDOR.match(text))
    return told[0] if len(told) == 1 else None


def _said(program: Program, node: Node, depth: int) -> str:
    """What is written of a text; nothing where several things are."""
    value = program.value(node)
    if value.kind == "constant":
        return value.text if value.constant_type == "string" else ""
    if depth > _DEPTH:
        return ""
    if value.kind == "format" or (value.kind == "operation" and value.text == "+"):
        return "".join(_said(program, (node[0], part), depth + 1) for part in value.inputs[:_MOST])
    if value.kind == "call":
        is_read = not _FROM_ENVIRONMENT.isdisjoint(program.callee_names(node)) and len(value.inputs) > 2
        return _said(program, (node[0], value.inputs[2]), depth + 1) if is_read else ""
    if value.kind in ("name", "attribute", "parameter"):
        found = {_said(program, origin, depth + 1) for origin in program.origins(node)[:_MOST] if origin != node}
        return found.pop() if len(found) == 1 else ""
    return ""
