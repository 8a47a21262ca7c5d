"""Java files into `CodeFacts`.

Takes the text of a file, gives its value graph; nothing is compiled or run. What it does not follow: reflection, code that
annotation processors write (accessors, builders and loggers by Lombok excepted), overloads apart by types of objects,
labelled jumps.
"""

from __future__ import annotations

from ingest.code.java.names import SUFFIXES, module_name
from ingest.facts import CodeFacts
from ingest.source import Purpose

__all__ = ["SUFFIXES", "module_name", "read_java"]


def read_java(path: str, purpose: Purpose, text: str) -> CodeFacts:
    """The facts of one Java text."""
    from ingest.code.java.read import read  # the grammar is loaded where a project has such files

    return read(path, purpose, text)
