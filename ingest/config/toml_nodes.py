"""TOML text as a `Node` tree, so that readers of several formats walk one kind of tree.

The standard parser gives no positions: a key has the line on which it is first written below its table, what stands inside a
value the line of the value. Raises `BadConfig`.
"""

from __future__ import annotations

import re
from typing import Any

from ingest.config.nodes import MAX_DEPTH, BadConfig, Node
from ingest.config.toml_files import parse_toml
from ingest.text import split_lines

_HEADER = re.compile(r"\s*\[\[?([^\[\]#]{1,300})\]\]?")
_KEY = re.compile(r"\s*([\w.\"'-]{1,200}(?:\s*\.\s*[\w\"'-]{1,200})*)\s*=")
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([\w-]+)")

_Path = tuple[str, ...]


def toml_node(text: str) -> Node:
    """The document as a mapping."""
    document = parse_toml(text)
    return _node(document, (), _lines(text), 1)


def _lines(text: str) -> dict[_Path, int]:
    found: dict[_Path, int] = {}
    table: _Path = ()
    for number, line in enumerate(split_lines(text), 1):
        if (header := _HEADER.match(line)) is not None:
            table = _parts(header[1])
            found.setdefault(table, number)
        elif (key := _KEY.match(line[:1000])) is not None:
            found.setdefault((*table, *_parts(key[1])), number)
    return found


def _parts(key: str) -> _Path:
    return tuple(a or b or c for a, b, c in _PART.findall(key))


def _node(value: Any, path: _Path, lines: dict[_Path, int], line: int) -> Node:  # Any: whatever the parser made of the file
    line = lines.get(path, line)
    if len(path) > MAX_DEPTH:
        raise BadConfig(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, dict):
        inner = [(key, _node(item, (*path, key), lines, line)) for key, item in value.items()]
        pairs = tuple((Node("scalar", item.line, item.line, key), item) for key, item in inner)
        return Node("map", line, max([line, *(item.end_line for _key, item in inner)]), pairs=pairs)
    if isinstance(value, list):
        items = tuple(_node(item, path, lines, line) for item in value)
        return Node("list", line, max([line, *(item.end_line for item in items)]), items=items)
    return Node("scalar", line, line, str(value).lower() if isinstance(value, bool) else str(value))
