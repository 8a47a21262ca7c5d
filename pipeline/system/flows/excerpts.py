"""What is logged of a text, where it is not the text: its first characters, or a query that the program made of it and runs.

Takes a value that a line writes, judges it by itself: how it is cut, and what else its function does with it. A cut at a length that is
computed is not seen.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.walking import inputs_of
from pipeline.system.rules.words import words_of

_MOST = 64  # characters that tell which text it was, and little of what it says
_CUTS = frozenset({"slice", "substring", "substr", "Substring"})
_CALLED = frozenset({"truncate", "truncated", "preview", "shorten", "shortened", "excerpt", "snippet", "abbreviate", "ellipsize", "clip"})
_RUNS = frozenset({"execute", "executemany", "executescript", "fetchrow", "fetchval"})


def is_cut_short(assembly: Assembly, node: Node) -> bool:
    """Whether a value is the beginning of a text and no more: `text[:50]`, `len(text) > 50 ? text.slice(0, 50) + "..." : text`."""
    length = _cut_at(assembly, node)
    return length is not None and length <= _MOST


def is_cut(assembly: Assembly, node: Node) -> bool:
    """Whether a value is a part of a text, of whatever length, or is made by what is called so: `truncate(text, 500)`, `preview`."""
    if _cut_at(assembly, node) is not None:
        return True
    value = assembly.program.value(node)
    name = callee_text(assembly, node) if value.kind == "call" else value.text if value.kind in ("name", "parameter", "attribute") else ""
    return not _CALLED.isdisjoint(words_of(name.rpartition(".")[2]))


def _cut_at(assembly: Assembly, node: Node) -> int | None:
    """The length at which a text is cut, where it is written down."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "choice":
        parts = [(node[0], given) for given in value.inputs]
        cuts = [
            length for part in parts for one in (part, *inputs_of(program, part)) if (length := _cut_at_itself(assembly, one)) is not None
        ]
        return max(cuts) if cuts and len(parts) == 2 and value.text not in ("and", "or") else None
    return _cut_at_itself(assembly, node)


def _cut_at_itself(assembly: Assembly, node: Node) -> int | None:
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "index" and len(value.inputs) == 2:
        cut = program.value((node[0], value.inputs[1]))
        bounds = [(node[0], given) for given in cut.inputs] if cut.text == "slice" else []
    elif value.kind == "call" and callee_text(assembly, node) in _CUTS:
        bounds = [(node[0], given) for given in value.inputs[1:]]
    elif value.kind == "call" and "textwrap.shorten" in program.callee_names(node):
        width = argument_node(program, node, "width|1")
        bounds = [width] if width is not None else []
    else:
        return None
    ends = [program.constant(bound) for bound in bounds]
    lengths = [end for end in ends if isinstance(end, int) and end >= 0]
    return max(lengths) if lengths and len(lengths) == len(ends) and max(lengths) > 0 else None


def is_run_as_query(assembly: Assembly, node: Node) -> bool:
    """Whether the function that has a value hands the same value to a database: it is the text of a query, and nobody's words."""
    program = assembly.program
    for call in assembly.calls_in((node[0], program.value(node).scope)):
        inputs = program.value(call).inputs
        run = {sink.argument for sink in assembly.sinks.get(call, ()) if sink.role == "query"}
        run |= {1} if callee_text(assembly, call) in _RUNS and len(inputs) > 1 else set()
        if any(0 < argument < len(inputs) and inputs[argument] == node[1] for argument in run):
            return True
    return False
