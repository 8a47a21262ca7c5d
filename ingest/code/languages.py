"""What differs between languages once their files are value graphs: names of modules, and of what is always there.

A language is a folder here that gives these answers and a reader; `program` asks them and knows no
language itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from ingest.code.java import modules as java_modules
from ingest.code.java import names as java
from ingest.code.python import modules as python
from ingest.code.typescript import modules as typescript_modules
from ingest.code.typescript import names as typescript
from ingest.facts import CodeFacts, ConfigFacts


class Modules(Protocol):
    """The files of a project by the names that imports give them."""

    def find(self, module: str, importer: int) -> int | None: ...

    def prefix(self, name: str, importer: int) -> tuple[int, tuple[str, ...]] | None: ...


@dataclass(frozen=True, slots=True)
class Language:
    modules: Callable[[Sequence[CodeFacts], Sequence[ConfigFacts]], Modules]
    global_name: Callable[[str], str | None]
    outside_name: Callable[[str], str] = lambda name: name  # how knowledge calls what comes from a package
    objects_are_entries: bool = False
    """`a.b` and `a["b"]` are one thing; options are passed as an object, whose properties are named arguments."""
    overloads: bool = False
    """Functions of one name are told apart by what they take."""


LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        "java": Language(java_modules.PackageModules, java.global_name, overloads=True),
        "python": Language(python.DottedModules, python.global_name),
        "typescript": Language(typescript_modules.SpecifierModules, typescript.global_name, typescript.outside_name, True),
    }
)


def language_of(name: str) -> Language:
    return LANGUAGES[name]
