"""What C# literals say: strings with escapes, verbatim and raw ones, interpolated ones in parts, numbers.

Takes the text of a literal as it is written; gives what it holds. The margin of a raw string is no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tree_sitter import Node

from ingest.facts import ConstantType

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "0": "\0", "e": "\x1b"}


def literal(text: str) -> str:
    """What a string or character literal holds."""
    if text.startswith('"""'):
        fence = len(text) - len(text.lstrip('"'))
        return raw(text[fence : len(text) - fence])
    if text.startswith('@"'):
        return text[2:-1].replace('""', '"')
    body = text.removesuffix("u8").removesuffix("U8")
    return unescaped(body[1:-1])


def raw(text: str) -> str:
    """A raw string without the margin that its last line shows."""
    if "\n" not in text:
        return text
    rows = text.split("\n")[1:]
    margin = rows[-1] if not rows[-1].strip() else ""
    body = rows[:-1] if not rows[-1].strip() else rows
    return "\n".join(row.removeprefix(margin) if row.startswith(margin) else row.lstrip() for row in body)


def interpolated_parts(node: Node, text: Callable[[Node], str]) -> Iterator[str | Node]:
    """The texts and the expressions of an interpolated string, in their order."""
    quote = text(node).lstrip("$@")
    is_raw = quote.startswith('"""')
    verbatim = "@" in text(node)[:3].split('"')[0]
    for child in node.named_children:
        if child.type == "interpolation":
            inner = next(
                (part for part in child.named_children if not part.type.startswith("interpolation") and part.type != "comment"), None
            )
            if inner is not None:
                yield inner
        elif child.type in ("string_content", "string_literal_content", "raw_string_content"):
            said = text(child)
            yield said if is_raw else said.replace('""', '"') if verbatim else unescaped(said.replace("{{", "{").replace("}}", "}"))
        elif child.type == "escape_sequence":
            yield unescaped(text(child))


def number(text: str) -> tuple[str, ConstantType]:
    """A number without what only its type is told by."""
    plain = text.lower()
    if plain.startswith(("0x", "0b")):
        return plain.rstrip("ul"), "integer"
    if plain.rstrip("ul").replace("_", "").isdigit():
        return plain.rstrip("ul"), "integer"
    return plain.rstrip("fdm"), "float"


def unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    found: list[str] = []
    position = 0
    while position < len(text):
        if text[position] != "\\" or position + 1 >= len(text):
            found.append(text[position])
            position += 1
            continue
        letter = text[position + 1]
        width = {"u": 4, "x": 2, "U": 8}.get(letter, 0)
        digits = text[position + 2 : position + 2 + width]
        try:
            found.append(chr(int(digits, 16)) if width else _ESCAPES.get(letter, letter))
        except (ValueError, OverflowError):
            found.append(letter)
            width = 0
        position += 2 + width
    return "".join(found).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
