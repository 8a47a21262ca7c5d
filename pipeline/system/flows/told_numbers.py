"""Numbers that another service answers with: a rate of exchange, a temperature.

A page holds what its author wrote, and a price that is read out of it is the author's. An answer that is made of fields and of which one is
turned into a number is a figure that the service itself reckons or measures. Takes a way of data; says whether it goes by such a number.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.code.program import Node, Program

_FIELDS = frozenset({"json", "loads", "parse"})
_NUMBERS = frozenset({"float", "int", "Decimal", "Number", "parseFloat", "parseInt", "float64", "float32"})


def is_number_of_an_answer(program: Program, trace: Sequence[Node]) -> bool:
    """Whether a way leads through the fields of an answer to one that is made a number."""
    fields = False
    for node in trace:
        value = program.value(node)
        callee = program.value((node[0], value.inputs[0])) if value.kind == "call" else None
        if callee is None:
            continue
        last = callee.text.rpartition(".")[2]
        if fields and last in _NUMBERS:
            return True
        fields = fields or (last in _FIELDS and (last == "json" or _reads_json(program, node)))
    return False


def _reads_json(program: Program, call: Node) -> bool:
    return any(name in ("json.loads", "orjson.loads", "ujson.loads", "JSON.parse") for name in program.callee_names(call))
