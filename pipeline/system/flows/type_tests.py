"""What a test of a value's type says of the data in it: of what is a number nobody's text is left, and a text has no entries.

Takes a guarded value, gives what becomes of a path in it where its test is `isinstance` and holds. A way that would need a record to be a
text, such as one through `str(data)` behind `isinstance(data, UUID)`, is none. Other tests say nothing here.
"""

from __future__ import annotations

from ingest.code.plain_types import PLAIN_TYPES
from ingest.code.program import Node, Program
from ingest.facts import Value
from pipeline.system.program.access_paths import PLAIN, Change, Path, is_whole, same

_TEXTS = frozenset({"builtins.str", "builtins.bytes"})
_LISTS = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset"})
_BY_PLACE = ("*", "?", "[")


def as_tested(program: Program, guard: Node, value: Value) -> Change:
    """What becomes of a path of data that passed a test of its type."""
    test = program.value((guard[0], value.inputs[1]))
    if value.text != "holds" or test.kind != "call" or len(test.inputs) != 3:
        return same
    if program.value((guard[0], test.inputs[0])).text != "isinstance" or not _same_value(
        program, guard[0], test.inputs[1], value.inputs[0]
    ):
        return same
    types = program.value((guard[0], test.inputs[2]))
    listed = types.inputs if types.kind == "collection" else (test.inputs[2],)
    names = {name for one in listed for name in program.names((guard[0], one))}
    if names and all(name in PLAIN_TYPES or name == "enum.Enum" or program.is_enumeration(name) for name in names):
        return _number
    if names and names <= _TEXTS:
        return _text
    return _list if names and names <= _LISTS else same


def _same_value(program: Program, file: int, asked: int, held: int) -> bool:
    """Whether a test asks the value that passed it, or what it was before other tests."""
    for _ in range(12):
        if asked == held:
            return True
        value = program.value((file, held))
        if value.kind != "guarded":
            return False
        held = value.inputs[0]
    return False


def _number(path: Path) -> Path | None:
    return PLAIN if is_whole(path) or path[-1:] == PLAIN else None


def _text(path: Path) -> Path | None:
    return path if is_whole(path) or "#" in path else None


def _list(path: Path) -> Path | None:
    return path if is_whole(path) or "#" in path or path[0].startswith(_BY_PLACE) or path[0].isdigit() else None
