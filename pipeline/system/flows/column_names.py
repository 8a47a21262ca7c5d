"""Names of columns that come of a record's own fields: `", ".join(f"{name} = ?" for name in change.model_dump())`.

Takes the way of data into the text of a query, says whether all that gets there are keys: of a record whose class declares them, of what a
function gathers by name, or those that a list in code has. Keys of an object that a caller sends as it is, are the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.code.graph import KEYS
from ingest.code.program import Node, Program
from pipeline.system.program.gone_through import gone_through

_OF_FIELDS = frozenset({"model_dump", "dict", "asdict", "_asdict", "to_dict"})  # tables of what a class declares


def names_columns(program: Program, trace: Sequence[Node]) -> bool:
    """Whether the data goes on as keys, after it was a record's fields or was kept to a list of names."""
    known = False
    for place, node in enumerate(trace):
        value = program.value(node)
        if value.kind == "call":
            known = known or program.value((node[0], value.inputs[0])).text in _OF_FIELDS
        elif value.kind == "collection" and value.labels[:1] == (KEYS,):
            known = known or _is_listed(program, (node[0], value.inputs[0]))
        elif value.kind == "element_of" and known and _gives_keys(program, node, trace[place + 1 :]):
            return True
    return False


def _is_listed(program: Program, node: Node) -> bool:
    """Whether a key was found in something before it was taken: `for name, value in sent.items() if name in COLUMNS`."""
    value = program.value(node)
    test = program.value((node[0], value.inputs[1])) if value.kind == "guarded" and len(value.inputs) > 1 else None
    return test is not None and (value.text, test.text) in (("holds", "in"), ("fails", "not in"))


def _gives_keys(program: Program, node: Node, after: Sequence[Node]) -> bool:
    """Whether what is gone through gives keys here: a table of Python, `.keys()`, or the first of each of `.items()`."""
    given = (node[0], program.value(node).inputs[0])
    value = program.value(given)
    called = program.value((node[0], value.inputs[0])).text if value.kind == "call" else ""
    if called == "items":
        part = program.value(after[0]) if after else None
        return part is not None and part.kind == "index" and part.text == "0" and not _makes_table(program, after)
    return called in ("keys", *_OF_FIELDS) or gone_through(program, given) == "keys"


def _makes_table(program: Program, after: Sequence[Node]) -> bool:
    """Whether the keys are put into another table first, which is asked when it is gone through itself."""
    return any(program.value(node).kind == "collection" and KEYS in program.value(node).labels for node in after)
