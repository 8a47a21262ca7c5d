"""Small programs read from text: facts of a file, a linked program of several, and what stands on a line."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from ingest.code.csharp import SUFFIXES as CSHARP
from ingest.code.csharp import read_csharp
from ingest.code.go import read_go
from ingest.code.java import SUFFIXES as JAVA
from ingest.code.java import read_java
from ingest.code.kotlin import SUFFIXES as KOTLIN
from ingest.code.kotlin import read_kotlin
from ingest.code.program import Node, Program
from ingest.code.python import read_python
from ingest.code.typescript import SUFFIXES, read_typescript
from ingest.facts import CodeFacts, Function, Value

_READERS = ((JAVA, read_java), (KOTLIN, read_kotlin), (CSHARP, read_csharp), ((".go",), read_go), (SUFFIXES, read_typescript))


def facts_of(text: str, path: str = "app.py") -> CodeFacts:
    read = next((read for suffixes, read in _READERS if path.endswith(suffixes)), read_python)
    return read(path, "product", dedent(text))


def program_of(files: Mapping[str, str] | str, types: Mapping[str, str] | None = None) -> Program:
    """The linked program of these files; a single text is `app.py`. `types` is what outside calls return."""
    given = {"app.py": files} if isinstance(files, str) else files
    program = Program([facts_of(text, path) for path, text in sorted(given.items())], (types or {}).get)
    program.link()
    return program


def calls_on(program: Program, line: int, path: str = "app.py") -> list[Node]:
    """Calls that begin on a line, outermost last."""
    file = next(index for index, facts in enumerate(program.files) if facts.path == path)
    return [(file, identity) for identity, value in enumerate(program.files[file].values) if value.kind == "call" and value.line == line]


def called(program: Program, line: int, path: str = "app.py") -> set[str]:
    """Qualified names of everything that is called on a line."""
    return {name for call in calls_on(program, line, path) for name in program.callee_names(call)}


def marked(text: str) -> int:
    """The line that carries the mark `# here`."""
    return next(number for number, line in enumerate(dedent(text).split("\n"), 1) if line.rstrip().endswith("# here"))


def called_here(files: Mapping[str, str] | str, types: Mapping[str, str] | None = None) -> set[str]:
    """Qualified names called on the one line marked `# here`."""
    program = program_of(files, types)
    given = {"app.py": files} if isinstance(files, str) else files
    path, text = next((path, text) for path, text in given.items() if "# here" in text)
    return called(program, marked(text), path)


def function_of(facts: CodeFacts, name: str) -> Function:
    return next(function for function in facts.functions if function.name == name)


def returned(facts: CodeFacts, name: str = "f") -> Value:
    """The value of a function's first return."""
    return facts.values[function_of(facts, name).returns[0]]


def made_of(facts: CodeFacts, name: str = "f", *, controls: bool = False) -> set[str]:
    """Names, parameters and constants that the first return of a function is made of, however far back.

    Conditions are left out unless `controls`: data that is only tested does not become part of a value.
    """
    found: set[str] = set()
    seen: set[int] = set()
    queue = list(function_of(facts, name).returns[:1])
    while queue:
        current = queue.pop()
        if current in seen:
            continue
        seen.add(current)
        value = facts.values[current]
        if value.kind in ("name", "parameter", "constant") and value.text:
            found.add(value.text)
        queue += value.inputs[:1] if value.kind == "guarded" and not controls else value.inputs
    return found
