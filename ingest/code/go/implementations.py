"""Which types of a project implement which of its interfaces: in Go nobody writes it down, having the methods is enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.facts import CodeFacts

_MAX_PAIRS = 20_000


def implementations(files: Sequence[CodeFacts]) -> Iterator[tuple[str, str]]:
    """(interface, type) for types that have all methods an interface declares, by name and number of parameters."""
    has: dict[str, dict[str, int]] = {}
    wanted: dict[str, dict[str, int]] = {}
    for file in files:
        if file.language != "go":
            continue
        interfaces = {cls.qualified_name for cls in file.classes if any(name == "interface" for name, _value in cls.keywords)}
        for function in file.functions:
            if function.owner is not None:
                into = wanted if function.owner in interfaces else has
                into.setdefault(function.owner, {})[function.name] = len(function.parameters)
    by_method: dict[str, list[str]] = {}
    for owner, methods in sorted(has.items()):
        for method in methods:
            by_method.setdefault(method, []).append(owner)
    given = 0
    for interface, methods in sorted(wanted.items()):
        rarest = min(methods, key=lambda method: len(by_method.get(method, ())))
        for owner in by_method.get(rarest, ()):
            if given < _MAX_PAIRS and all(has[owner].get(method) == count for method, count in methods.items()):
                given += 1
                yield interface, owner
