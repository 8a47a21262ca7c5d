"""Which types have all methods that an interface declares, where no type says which interfaces it implements.

Takes the facts of all files, gives pairs of an interface and a type, by the names of methods and the number of their parameters: for the
interfaces of Go, and the protocols of Python. In Python a class that names the protocol among its bases is found by that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ingest.facts import Class, CodeFacts

_MAX_PAIRS = 20_000


def of_go(files: Sequence[CodeFacts]) -> Iterator[tuple[str, str]]:
    """(interface, type)."""
    return _pairs(files, "go", lambda _file, cls: any(name == "interface" for name, _value in cls.keywords))


def of_python(files: Sequence[CodeFacts]) -> Iterator[tuple[str, str]]:
    """(protocol, class)."""
    return _pairs(files, "python", _is_protocol)


def _is_protocol(file: CodeFacts, cls: Class) -> bool:
    """`class Store(Protocol):`, `class Store(typing.Protocol[T]):`"""
    bases = [file.values[base] for base in cls.bases]
    return any(one.text == "Protocol" for base in bases for one in (base, *(file.values[given] for given in base.inputs[:1])))


def _pairs(files: Sequence[CodeFacts], language: str, is_interface: Callable[[CodeFacts, Class], bool]) -> Iterator[tuple[str, str]]:
    has: dict[str, dict[str, int]] = {}
    wanted: dict[str, dict[str, int]] = {}
    for file in files:
        if file.language != language:
            continue
        interfaces = {cls.qualified_name for cls in file.classes if is_interface(file, cls)}
        for function in file.functions:
            if function.owner is not None and not function.name.startswith("__"):
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
