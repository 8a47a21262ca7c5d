"""Another layout of the same programs and settings: a formatter for Python, indentation and blank lines elsewhere, other line ends."""

from __future__ import annotations

import importlib.util
import json
import random
import re
import subprocess
import sys
from pathlib import PurePosixPath

from evals.variants.model import Changed, Tree
from evals.variants.syntax import PYTHON, Grammar, grammar_of, parse, walk

_TEXTS = frozenset({".py", ".md", ".rst", ".txt", ".yaml", ".yml", ".json", ".toml", ".ts", ".tsx", ".js", ".java", ".go", ".cs", ".html",
                    ".tf", ".mmd", ".puml", ".csv", ".conf"})  # fmt: skip
_STATEMENT = re.compile(rb"[;{}]\s*$")


def reformat(tree: Tree, rng: random.Random) -> Changed:
    """Programs and JSON in another layout."""
    return Changed({path: _laid_out(path, data, rng) for path, data in sorted(tree.items())})


def end_lines(tree: Tree, rng: random.Random) -> Changed:
    """Text files with the line ends of Windows; shell scripts keep theirs, they would not start with them."""
    return Changed({path: _crlf(data) if PurePosixPath(path).suffix in _TEXTS else data for path, data in sorted(tree.items())})


def _crlf(data: bytes) -> bytes:
    return data if b"\r" in data or b"\0" in data else data.replace(b"\n", b"\r\n")


def _laid_out(path: str, data: bytes, rng: random.Random) -> bytes:
    grammar = grammar_of(path, data)
    if grammar is PYTHON:
        return _formatted(data)
    if grammar is not None:
        return _indented(data, grammar, rng)
    return _json(data) if path.endswith(".json") else data


def _formatted(data: bytes) -> bytes:
    if importlib.util.find_spec("ruff") is None:
        return data
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "72", "--config", 'format.quote-style="single"', "-"]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else data


def _indented(data: bytes, grammar: Grammar, rng: random.Random) -> bytes:
    """Twice the indentation, and blank lines between some statements; lines that begin inside of a text stay."""
    inside = {
        row
        for node in walk(parse(data, grammar))
        if node.type in grammar.texts | grammar.comments
        for row in range(node.start_point.row + 1, node.end_point.row + 1)
    }
    lines: list[bytes] = []
    before = b"{"
    for row, line in enumerate(data.split(b"\n")):
        bare = line.lstrip(b" \t")
        if row in inside or not bare:
            lines.append(line)
        else:
            if _STATEMENT.search(before) and row not in inside and rng.random() < 0.3:
                lines.append(b"")
            lines.append(line[: len(line) - len(bare)] * 2 + bare)
        before = line
    return b"\n".join(lines)


def _json(data: bytes) -> bytes:
    try:
        value = json.loads(data, object_pairs_hook=_once)
    except ValueError:
        return data
    return json.dumps(value, indent=5, ensure_ascii=False).encode() + b"\n"


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(pairs) != len(dict(pairs)):
        raise ValueError("a key stands twice")
    return dict(pairs)
