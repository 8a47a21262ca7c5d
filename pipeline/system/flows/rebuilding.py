"""Calls that give the same object in another shape: copies, records made anew, pairs, text and back, access to a field by its name.

Takes a call of something outside the project and the position of an argument; gives the values in which the argument's data is
afterwards, each with what becomes of its path. None where the call is of no such kind: then its result is taken for made of all
it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingest.code.program import Node, Program
from pipeline.system.program.access_paths import (
    COPIES,
    PLAIN,
    READS_JSON,
    REPLACES,
    WRITES_JSON,
    Change,
    Path,
    putting,
    reordered,
    same,
    take,
    taking,
    under,
    unless_overwritten,
    viewed,
)
from pipeline.system.program.filed_again import filed_again, pairs_of
from pipeline.system.program.gone_through import gone_through

_PAIRS = frozenset({"builtins.zip", "itertools.zip_longest"})
_ENTRIES = frozenset({f"globalThis.Object.{name}" for name in ("entries", "values", "keys", "fromEntries")})
_KNOWN = COPIES | REPLACES | WRITES_JSON | _PAIRS | _ENTRIES | {"builtins.enumerate", "builtins.getattr", "builtins.setattr"}
_LISTS = frozenset(f"builtins.{name}" for name in ("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"))
_COPYING_METHODS = frozenset({"model_copy", "_replace"})


def rebuilt(
    program: Program, users: Callable[[Node], Iterable[tuple[int, int]]], call: Node, position: int
) -> list[tuple[Node, Change]] | None:
    """Where the data of an argument is after the call, and which part it is there."""
    value = program.value(call)
    callee, names = program.value((call[0], value.inputs[0])), frozenset(program.names((call[0], value.inputs[0])))
    label = value.labels[position] if position < len(value.labels) else ""
    if callee.kind == "attribute" and callee.text in _COPYING_METHODS:
        return [(call, same if label in ("update", "*", "**") else putting(label))] if label else None
    lists = callee.text == "join" and callee.kind == "attribute"
    if position == 1 and (lists or names & _LISTS) and (seen := gone_through(program, (call[0], value.inputs[1]))):
        among = viewed(seen)
        return [(call, (lambda path: None if among(path) is None else ()) if lists else among)]
    if not names & _KNOWN:
        return None
    if names & COPIES and label == "":
        return [(call, unless_overwritten(value.labels, lambda path: reordered(path, names)))]  # `dict(given, name="other")`
    if names & REPLACES and (label or position == 1):
        return [(call, putting(label) if label else unless_overwritten(value.labels, same))]
    if names & _PAIRS and label == "":
        return [(call, _paired(str(position - 1)))]
    if "builtins.enumerate" in names and position == 1:
        return [(call, _paired("1"))]
    if names & _ENTRIES and position == 1:
        if pairs_of(program, call) is not None:
            return []  # each entry comes by itself
        if "globalThis.Object.entries" in names:
            filed = filed_again(program, users, call)
            return [(call, lambda path: _entries(names, path)), *((table, same) for table in filed)]
        return [] if "globalThis.Object.keys" in names else [(call, lambda path: _entries(names, path))]
    if names & WRITES_JSON and position == 1:
        read_back = [(call[0], user) for user, at in users(call) if at == 1 and _reads_json(program, (call[0], user))]
        return [(user, same) for user in read_back] or None
    if "builtins.getattr" in names and position == 1 and len(value.inputs) > 2:
        key = program.constant((call[0], value.inputs[2]))
        return [(call, taking(key if isinstance(key, str) else "*"))]
    if "builtins.setattr" in names and position == 3:
        key = program.constant((call[0], value.inputs[2]))
        return [((call[0], value.inputs[1]), putting(key))] if isinstance(key, str) else None
    return None


def _paired(key: str) -> Change:
    """`zip(a, b)`, `enumerate(x)`: what was a list's member is a part of one of its pairs."""
    return lambda path: PLAIN if path == PLAIN else ("*", *under(key, path[1:]))


def _entries(names: frozenset[str], path: Path) -> Path:
    """`Object.entries(x)` gives pairs of key and value, `Object.values(x)` the values, `Object.fromEntries(pairs)` an object again."""
    if path == PLAIN:
        return PLAIN
    if "globalThis.Object.fromEntries" in names:
        return ("*", *(take(path[1:], "1") or path[2:]))
    return ("*", *path[1:]) if "globalThis.Object.values" in names else ("*", *under("1", path[1:]))


def _reads_json(program: Program, user: Node) -> bool:
    value = program.value(user)
    return value.kind == "call" and not READS_JSON.isdisjoint(program.names((user[0], value.inputs[0])))
