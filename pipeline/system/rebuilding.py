"""Calls that give the same object in another shape: copies, records made anew, pairs, text and back, access to a field by its name.

Takes a call of something outside the project and one argument with the path of the data in it; gives the places where the data is
afterwards, and under which path. None where the call is of no such kind: then its result is taken for made of all it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingest.code.program import Node, Program
from pipeline.system.access_paths import COPIES, PLAIN, READS_JSON, REPLACES, WRITES_JSON, Path, is_overwritten, reordered, take, under

_PAIRS = frozenset({"builtins.zip", "itertools.zip_longest"})
_ENTRIES = frozenset({f"globalThis.Object.{name}" for name in ("entries", "values", "keys", "fromEntries")})
_KNOWN = COPIES | REPLACES | WRITES_JSON | _PAIRS | _ENTRIES | {"builtins.enumerate", "builtins.getattr", "builtins.setattr"}
_COPYING_METHODS = frozenset({"model_copy", "_replace"})


def rebuilt(
    program: Program, users: Callable[[Node], Iterable[tuple[int, int]]], call: Node, position: int, path: Path
) -> list[tuple[Node, Path]] | None:
    """Where the data of an argument is after the call, and which part it is there."""
    value = program.value(call)
    callee, names = program.value((call[0], value.inputs[0])), frozenset(program.names((call[0], value.inputs[0])))
    label = value.labels[position] if position < len(value.labels) else ""
    if callee.kind == "attribute" and callee.text in _COPYING_METHODS:
        return [(call, path if label in ("update", "*", "**") else under(label, path))] if label else None
    if not names & _KNOWN:
        return None
    if names & COPIES and label == "":
        return [] if is_overwritten(path, value.labels) else [(call, reordered(path, names))]  # `dict(given, name="other")`
    if names & REPLACES and (label or position == 1):
        return [] if label == "" and is_overwritten(path, value.labels) else [(call, under(label, path) if label else path)]
    if names & _PAIRS and label == "":
        return [(call, PLAIN if path == PLAIN else ("*", *under(str(position - 1), path[1:])))]
    if "builtins.enumerate" in names and position == 1:
        return [(call, PLAIN if path == PLAIN else ("*", *under("1", path[1:])))]
    if names & _ENTRIES and position == 1:
        return [] if "globalThis.Object.keys" in names else [(call, _entries(names, path))]
    if names & WRITES_JSON and position == 1:
        read_back = [(call[0], user) for user, at in users(call) if at == 1 and _reads_json(program, (call[0], user))]
        return [(user, path) for user in read_back] or None
    if "builtins.getattr" in names and position == 1 and len(value.inputs) > 2:
        key = program.constant((call[0], value.inputs[2]))
        rest = take(path, key if isinstance(key, str) else "*")
        return [] if rest is None else [(call, rest)]
    if "builtins.setattr" in names and position == 3:
        key = program.constant((call[0], value.inputs[2]))
        return [((call[0], value.inputs[1]), under(key, path))] if isinstance(key, str) else None
    return None


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
