"""Files that hold texts for a program to load: prompt files, templates, and YAML or JSON of prompts.

Takes such a `Source`, gives `TextFacts`: each text with its key (empty for a whole file) and its lines, and what the file says of a
model (`prompt_settings.py`). Whether a text is a
prompt is not judged here: it is one when code gives it to a model. A file of keys that cannot be parsed is one text where it
is a template itself, else a `ReadError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from ingest.config.json_nodes import json_node
from ingest.config.nodes import BadConfig, Node
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting, StoredText, TextFacts
from ingest.prompt_settings import prompt_settings
from ingest.source import Place, ReadError, Source
from ingest.text import read_text, reason_of, split_lines

_DEPTH = 6
_TEMPLATE = re.compile(r"\{\{|\{%")


def read_texts(source: Source) -> TextFacts | ReadError:
    """The texts of one file, in its order."""
    text = read_text(source)
    if isinstance(text, ReadError):
        return text
    lines = split_lines(text)
    whole = (StoredText("", text, Place(source.path, 1, max(1, len(lines)))),)
    settings: tuple[Setting, ...] = ()
    try:
        settings = prompt_settings(text, source.path)
        suffix = PurePosixPath(source.path.lower()).suffix
        if suffix in (".yaml", ".yml", ".json"):
            node = json_node(text) if suffix == ".json" else yaml_node(text)
            found = tuple(_scalars(node, source.path, len(lines)))
        else:
            found = whole
    except BadConfig as problem:
        if not _TEMPLATE.search(text):
            return ReadError(source.path, str(problem))
        found = whole  # it becomes YAML or JSON only when it is filled in
    except Exception as problem:  # around one file: a hostile one must not end the scan
        return ReadError(source.path, f"text reader failed: {type(problem).__name__}: {reason_of(problem)[:200]}")
    return TextFacts(source.path, source.purpose, found, len(lines), settings=settings)


def _scalars(node: Node, path: str, lines: int, key: str = "", depth: int = 0) -> Iterator[StoredText]:
    if node.kind == "scalar" and node.text:
        start = min(max(1, node.line), max(1, lines))
        yield StoredText(key, node.text, Place(path, start, min(max(start, node.end_line), max(1, lines))))
    elif node.kind == "map" and depth < _DEPTH:
        for name, value, _line in node.entries():
            yield from _scalars(value, path, lines, f"{key}.{name}" if key else name, depth + 1)
    elif node.kind == "list" and depth < _DEPTH:
        for value in node.items:
            yield from _scalars(value, path, lines, key, depth + 1)
