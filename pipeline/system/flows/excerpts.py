"""What is logged of a text, where it is not the text: its first characters, or a query that the program made of it and runs.

Takes a value that a line writes, judges it by itself: how it is cut, and what else its function does with it. A cut at a length that is
computed is not seen.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.program.arguments import argument_node

_MOST = 64  # characters that tell which text it was, and little of what it says
_CUTS = frozenset({"slice", "substring", "substr", "Substring"})
_RUNS = frozenset({"execute", "executemany", "executescript", "fetchrow", "fetchval"})


def is_cut_short(assembly: Assembly, node: Node) -> bool:
    """Whether a value is the beginning of a text: `text[:50]`, `text.slice(0, 50)`."""
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
        return False
    ends = [program.constant(bound) for bound in bounds]
    return (
        bool(ends)
        and all(isinstance(end, int) and 0 <= end <= _MOST for end in ends)
        and max(end for end in ends if isinstance(end, int)) > 0
    )


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
