"""Kotlin files into `CodeFacts`.

Takes the text of a file, gives its value graph, in the shapes Java's reader gives: both make up one program. Nothing is compiled or
run. What it does not follow: reflection, what compiler plugins write, operators that a class defines for itself, delegates other than
`lazy`, jumps with labels out of loops. Gradle's scripts are no code here, but configuration.
"""

from __future__ import annotations

from ingest.code.kotlin.names import SUFFIXES, module_name
from ingest.facts import CodeFacts
from ingest.source import Purpose

__all__ = ["SUFFIXES", "module_name", "read_kotlin"]


def read_kotlin(path: str, purpose: Purpose, text: str) -> CodeFacts:
    """The facts of one Kotlin text."""
    from ingest.code.kotlin.read import read  # the grammar is loaded where a project has such files

    return read(path, purpose, text)
