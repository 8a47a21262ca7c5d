"""Python files and notebooks into `CodeFacts`.

Takes the text of a file, gives its value graph. Everything is read as syntax by tree-sitter; nothing is
imported or run. What it does not follow: `exec` of source text, metaclasses, attributes set by name at
run time, `nonlocal` writes seen by an enclosing function.
"""

from __future__ import annotations

import tree_sitter_python
from tree_sitter import Language, Node, Parser

from ingest.code.graph import GraphBuilder
from ingest.code.python.definitions import Definitions
from ingest.facts import CodeFacts
from ingest.source import Purpose

SUFFIXES = (".py", ".pyi", ".pyw")

__all__ = ["SUFFIXES", "module_name", "read_python"]


def module_name(path: str) -> str:
    """`src/app/main.py` -> `app.main`; a package's `__init__.py` has the package's name."""
    parts = path.rsplit(".", 1)[0].split("/")
    if parts[0] in ("src", "lib") and len(parts) > 1:
        parts = parts[1:]
    if parts[-1] == "__init__" and len(parts) > 1:
        parts = parts[:-1]
    return ".".join(parts)


def read_python(path: str, purpose: Purpose, text: str, cells: tuple[int, ...] = ()) -> CodeFacts:
    """The facts of one Python text. Syntax errors are listed in `errors`; what can be read around them is."""
    data = text.encode("utf-8", "replace")
    tree = Parser(Language(tree_sitter_python.language())).parse(data)
    builder = GraphBuilder(path, "python", purpose, module_name(path))
    reader = Definitions(builder, data)
    reader.read_module(tree.root_node)
    if tree.root_node.has_error and not builder.errors:
        builder.errors.append(f"line {_first_error(tree.root_node)}: syntax error")
    return builder.finish(data.count(b"\n") + 1, cells)


def _first_error(root: Node) -> int:
    node = root
    while True:
        broken = next((child for child in node.children if child.has_error or child.is_missing or child.type == "ERROR"), None)
        if broken is None:
            return node.start_point[0] + 1
        node = broken
