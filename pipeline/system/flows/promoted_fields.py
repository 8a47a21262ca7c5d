"""Fields of an embedded struct, which Go reads as fields of the struct around it: `found.Text` is `found.Document.Text`.

Takes the program; gives for each field the names of the embedded fields that it may stand in, and what an access does to a path.
"""

from __future__ import annotations

from collections.abc import Mapping

from ingest.code.program import Program
from pipeline.system.program.access_paths import Change, Path

_DEEPEST = 4


def promoted_fields(program: Program) -> dict[str, frozenset[str]]:
    """Field -> embedded fields whose struct declares it."""
    found: dict[str, set[str]] = {}
    for facts in program.files:
        for cls in facts.classes if facts.language == "go" else ():
            declared = {name for name, _annotation, _default, _line in cls.fields}
            for base in program.bases(cls.qualified_name):
                embedded = base.rpartition(".")[2]
                if embedded in declared and base in program.classes:
                    for field in program.declared_fields(base):
                        found.setdefault(field, set()).add(embedded)
    return {field: frozenset(names) for field, names in found.items()}


def through_embedded(take: Change, embedded: frozenset[str], inner: Mapping[str, frozenset[str]]) -> Change:
    """An access to a field that data may hold in an embedded struct, or in one embedded in that."""

    def change(path: Path) -> Path | None:
        for _ in range(_DEEPEST):
            taken = take(path)
            if taken is not None or not path or (path[0] not in embedded and path[0] not in _around(embedded, inner)):
                return taken
            path = path[1:]
        return None

    return change


def _around(embedded: frozenset[str], inner: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(name for one in embedded for name in inner.get(one, ()))
