"""Names of functions that elements are named by. Where lines move, what stands in a function without a name keeps its own."""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Program

_PLACED = re.compile(r"<lambda:\d+:\d+>")  # of Python


def symbol_of(program: Program, reference: FunctionRef) -> str:
    """The qualified name of a function; of what no function is around, the module."""
    facts = program.files[reference[0]]
    function = facts.functions[reference[1]]
    return facts.module if function.name == "<module>" else _PLACED.sub("<lambda>", function.qualified_name)
