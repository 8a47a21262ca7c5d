"""What Kotlin literals say: strings in parts, with escapes and templates, and numbers.

Takes a literal's node; gives its texts and what stands between them. The grammar cuts `$name` into texts, so that names are found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from ingest.facts import ConstantType

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b"}
_PART = re.compile(r"\\u[0-9a-fA-F]{4}|\\.|\$(?:[^\W\d]\w*|`[^`\n]+`)", re.S)


class Named(str):
    """A name that a text refers to: `$name`."""


def parts_of(node: Node, data: bytes) -> Iterator[str | Named | Node]:
    """The texts, names and expressions of a string, in their order."""
    raw = node.type == "multiline_string_literal"
    fence = 3 if raw else 1
    start, end = node.start_byte + fence, node.end_byte - fence
    for child in node.named_children:
        if child.type != "interpolation":
            continue
        yield from _texts(data[start : child.start_byte].decode("utf-8", "replace"), raw)
        inner = next((part for part in child.named_children if not part.type.endswith("comment")), None)
        if inner is not None:
            yield inner
        start = child.end_byte
    if start < end:
        yield from _texts(data[start:end].decode("utf-8", "replace"), raw)


def _texts(text: str, raw: bool) -> Iterator[str | Named]:
    said: list[str] = []
    start = 0
    for found in _PART.finditer(text):
        part = found[0]
        if part.startswith("\\") and raw:
            continue
        said.append(text[start : found.start()])
        start = found.end()
        if part.startswith("$"):
            if joined := "".join(said):
                yield joined
            said = []
            yield Named(part[1:].strip("`"))
        else:
            said.append(unescaped(part))
    said.append(text[start:])
    if joined := "".join(said):
        yield joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def unescaped(part: str) -> str:
    """What one escape stands for."""
    if part.startswith("\\u") and len(part) == 6:
        return chr(int(part[2:], 16)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _ESCAPES.get(part[1:], part[1:])


def without_margin(text: str) -> str:
    """What `trimIndent()` leaves of a text."""
    rows = text.split("\n")
    if rows and not rows[0].strip():
        rows = rows[1:]
    if rows and not rows[-1].strip():
        rows = rows[:-1]
    margin = min((len(row) - len(row.lstrip()) for row in rows if row.strip()), default=0)
    return "\n".join(row[margin:] if row.strip() else "" for row in rows)


def number(text: str) -> tuple[str, ConstantType]:
    """A number without what only its type is told by."""
    plain = text.replace("_", "")
    if plain[:2].lower() in ("0x", "0b"):
        return plain.rstrip("uUlL"), "integer"
    plain = plain.rstrip("uUlL")
    return (plain, "integer") if plain.isdigit() else (plain.rstrip("fF"), "float")
