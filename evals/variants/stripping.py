"""Without comments and docstrings.

Kept are lines that tools obey (`#!`, `//go:`, marks of generated files) and docstrings that are handed to somebody while the program runs:
those of decorated functions, and of classes with a base.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tree_sitter import Node

from evals.variants.model import Changed, Tree
from evals.variants.syntax import PYTHON, Edit, Grammar, edited, grammar_of, parse, text_of, walk

_OBEYED = re.compile(r"^#!|coding[:=]|^//\s*(?:go:|\+build|export )|^///\s*<|generated|do not edit|@ts-|^/\*\s*(?:#|@)|/// script", re.I)
_SETTINGS = frozenset({".yaml", ".yml", ".toml", ".tf", ".tfvars", ".conf", ".cfg"})
_NAMED = re.compile(r"(?:Dockerfile|Containerfile)(?:\..+)?|requirements[^/]*\.txt|\.env(?:\..+)?|Makefile")
_LINE = re.compile(rb"^[ \t]*#(?!!).*(?:\r?\n|\Z)", re.M)
_LONG_TEXT = re.compile(rb"[|>][+-]?\d?[ \t]*(?:#.*)?$|<<|\"\"\"|'''", re.M)  # what looks like a comment may be text there
_DIRECTIVE = re.compile(rb"^[ \t]*#\s*(?:syntax|escape)=.*(?:\r?\n|\Z)", re.M)


def strip(tree: Tree, rng: random.Random) -> Changed:
    """Programs and settings without what people write for each other."""
    return Changed({path: _stripped(path, data) for path, data in sorted(tree.items())})


def _stripped(path: str, data: bytes) -> bytes:
    if (grammar := grammar_of(path, data)) is not None:
        return without_comments(data, grammar)
    pure = PurePosixPath(path)
    if pure.suffix == ".ipynb":
        return _notebook(data)
    if (pure.suffix in _SETTINGS or _NAMED.fullmatch(pure.name)) and not _LONG_TEXT.search(data):
        return _LINE.sub(lambda found: found[0] if _DIRECTIVE.match(found[0]) else b"", data)
    return data


def without_comments(data: bytes, grammar: Grammar) -> bytes:
    root = parse(data, grammar)
    if root.has_error:
        return data
    edits: dict[int, Edit] = {}
    for node in walk(root):
        if node.type in grammar.comments and not _OBEYED.search(text_of(node)):
            edits[node.start_byte] = _whole_line(data, node)
    if grammar is PYTHON:
        for node in _docstrings(root):
            edits[node.start_byte] = _whole_line(data, node)
    return edited(data, _apart(sorted(edits.values())))


def _apart(edits: list[Edit]) -> Iterator[Edit]:
    end = -1
    for edit in edits:
        if edit.start >= end:
            yield edit
            end = edit.end


def _whole_line(data: bytes, node: Node) -> Edit:
    """The node, with its line where nothing else stands in it."""
    start, end = node.start_byte, node.end_byte
    if data[start:end].endswith(b"\n"):
        end -= 1
    before = data[data.rfind(b"\n", 0, start) + 1 : start]
    line_end = data.find(b"\n", end)
    after = data[end : line_end if line_end >= 0 else len(data)]
    if before.strip() or after.strip():
        return Edit(start - (len(before) - len(before.rstrip())) if before.strip() and not after.strip() else start, end, b"")
    return Edit(start - len(before), (line_end + 1) if line_end >= 0 else len(data), b"")


def _docstrings(root: Node) -> Iterator[Node]:
    for node in walk(root):
        body = root if node is root else node.child_by_field_name("body")
        if node is not root and node.type not in ("function_definition", "class_definition"):
            continue
        if body is None or (node.parent is not None and node.parent.type == "decorated_definition"):
            continue
        if node.type == "class_definition" and node.child_by_field_name("superclasses") is not None:
            continue
        statements = [child for child in body.children if child.is_named and child.type != "comment"]
        if len(statements) < 2 and node is not root:
            continue  # the docstring is all there is
        first = statements[0] if statements else None
        if first is not None and first.type == "expression_statement" and [child.type for child in first.children] == ["string"]:
            yield first


def _notebook(data: bytes) -> bytes:
    try:
        notebook = json.loads(data)
        cells = [cell for cell in notebook["cells"] if cell.get("cell_type") == "code"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return data
    for cell in cells:
        source = cell.get("source", "")
        text = "".join(source) if isinstance(source, list) else source
        bare = without_comments(text.encode(), PYTHON).decode()
        cell["source"] = bare.splitlines(keepends=True) if isinstance(source, list) else bare
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode() + b"\n"
