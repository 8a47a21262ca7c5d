"""TypeScript, TSX and JavaScript files, and components of Vue and Svelte, into `CodeFacts`.

Takes the text of a file, gives its value graph; both are one language here, and CommonJS and ES modules
one way of naming things. Nothing is imported or run. What it does not follow: `eval` of source text,
prototypes changed at run time, getters of object literals that compute, `with`, labelled jumps, types that
are computed (`keyof`, conditional and mapped types).
"""

from __future__ import annotations

from ingest.code.typescript.names import SUFFIXES, module_name
from ingest.facts import CodeFacts
from ingest.source import Purpose

__all__ = ["SUFFIXES", "module_name", "read_typescript"]


def read_typescript(path: str, purpose: Purpose, text: str) -> CodeFacts:
    """The facts of one TypeScript or JavaScript text."""
    from ingest.code.typescript.read import read  # grammars are loaded where a project has such files

    return read(path, purpose, text)
