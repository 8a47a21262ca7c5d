"""Go files into `CodeFacts`.

Takes the text of a file, gives its value graph; nothing is compiled or run. What it does not follow: reflection, cgo, assembly, build
constraints (all files of a folder are one package), labelled jumps, values that travel through `context.Context`.
"""

from __future__ import annotations

from ingest.code.go.names import SUFFIXES, module_name
from ingest.facts import CodeFacts
from ingest.source import Purpose

__all__ = ["SUFFIXES", "module_name", "read_go"]


def read_go(path: str, purpose: Purpose, text: str) -> CodeFacts:
    """The facts of one Go text."""
    from ingest.code.go.read import read  # the grammar is loaded where a project has such files

    return read(path, purpose, text)
