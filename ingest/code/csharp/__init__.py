"""C# files, and Razor files with C# in them, into `CodeFacts`.

Takes the text of a file, gives its value graph; nothing is compiled or run. What it does not follow: reflection, what source generators
write, overloads apart by their types (a text from an object excepted), `goto`, the sides of `#if` apart.
"""

from __future__ import annotations

from ingest.code.csharp.names import SUFFIXES, module_name
from ingest.facts import CodeFacts
from ingest.source import Purpose

__all__ = ["SUFFIXES", "module_name", "read_csharp"]


def read_csharp(path: str, purpose: Purpose, text: str) -> CodeFacts:
    """The facts of one C# text."""
    from ingest.code.csharp.read import read  # the grammar is loaded where a project has such files

    return read(path, purpose, text)
