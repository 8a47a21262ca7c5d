"""What differs between languages once their files are value graphs: names of modules, and of what is always there.

A language is a folder here that gives these answers and a reader; `program` asks them and knows no
language itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from ingest.code import implementations
from ingest.code.csharp import modules as csharp_modules
from ingest.code.csharp import names as csharp
from ingest.code.go import modules as go_modules
from ingest.code.go import names as go
from ingest.code.java import modules as java_modules
from ingest.code.java import names as java
from ingest.code.kotlin import names as kotlin
from ingest.code.python import modules as python
from ingest.code.typescript import modules as typescript_modules
from ingest.code.typescript import names as typescript
from ingest.facts import CodeFacts, ConfigFacts


class Modules(Protocol):
    """The files of a project by the names that imports give them."""

    def find(self, module: str, importer: int) -> int | None: ...

    def prefix(self, name: str, importer: int) -> tuple[int, tuple[str, ...]] | None: ...


@runtime_checkable
class Namespaces(Modules, Protocol):
    """Files of a language that open namespaces as a whole, without naming what they use of them."""

    def visible(self, name: str, importer: int) -> tuple[str, ...]:
        """Whole names that a bare name may stand for."""
        ...

    def extensions(self, name: str, importer: int) -> tuple[str, ...]:
        """Functions that may be called as methods of what is their first parameter."""
        ...


@dataclass(frozen=True, slots=True)
class Language:
    modules: Callable[[Sequence[CodeFacts], Sequence[ConfigFacts]], Modules]
    global_name: Callable[[str], str | None]
    outside_name: Callable[[str], str] = lambda name: name  # how knowledge calls what comes from a package
    objects_are_entries: bool = False
    """`a.b` and `a["b"]` are one thing; options are passed as an object, whose properties are named arguments."""
    options_are_calls: bool = False
    """`New(WithModel("x"))`: an argument that is a call of an option has the option's name, and its place as well"""
    implementations: Callable[[Sequence[CodeFacts]], Iterable[tuple[str, str]]] = lambda _files: ()
    """(interface, class) where a class need not say that it implements an interface"""
    overloads: bool = False
    """Functions of one name are told apart by what they take."""


LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        "go": Language(go_modules.PackageModules, go.global_name, go.outside_name, True, True, implementations.of_go),
        "csharp": Language(csharp_modules.NamespaceModules, csharp.global_name),
        "java": Language(java_modules.PackageModules, java.global_name, overloads=True),
        "kotlin": Language(java_modules.PackageModules, kotlin.global_name, overloads=True),
        "python": Language(python.DottedModules, python.global_name, implementations=implementations.of_python),
        "typescript": Language(typescript_modules.SpecifierModules, typescript.global_name, typescript.outside_name, True),
    }
)


def language_of(name: str) -> Language:
    return LANGUAGES[name]
