"""JSON text as a `Node` tree with lines; comments and trailing commas, as editors write them, are allowed.

The standard parser gives no positions, hence the tokens are cut here and only strings are left to it.
Nothing is recursive. Raises `BadConfig`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from ingest.config.nodes import MAX_DEPTH, NOTHING, BadConfig, Node, built
from ingest.text import split_lines

_TOKEN = re.compile(
    r"[ \t\n\ufeff]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/"
    r"|(?P<punctuation>[{}\[\]:,])|(?P<string>\"(?:[^\"\\\n]|\\.)*\")|(?P<word>-?[0-9][0-9.eE+-]*|true|false|null)"
)


@dataclass(slots=True)
class _Open:
    closing: str
    line: int
    children: list[Node] = field(default_factory=list)
    wants: str = "value"  # "value", "colon" or "comma": what must come next


def json_node(text: str) -> Node:
    """The value of the document."""
    text = "\n".join(split_lines(text))
    stack: list[_Open] = []
    position, line, root = 0, 1, NOTHING
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or (root is not NOTHING and match.lastgroup):
            raise BadConfig(f"line {line}: not JSON")
        token, position = match[0], match.end()
        node: Node | None = None
        if match.lastgroup == "string":
            try:
                node = Node("scalar", line, line, json.loads(token, strict=False))
            except ValueError:
                raise BadConfig(f"line {line}: not JSON") from None
        elif match.lastgroup == "word":
            node = Node("scalar", line, line, token)
        elif token in {"{", "["}:
            if len(stack) >= MAX_DEPTH:
                raise BadConfig(f"nested deeper than {MAX_DEPTH}")
            if stack and stack[-1].wants != "value":
                raise BadConfig(f"line {line}: not JSON")
            stack.append(_Open("}" if token == "{" else "]", line))
        elif match.lastgroup == "punctuation":
            node = _punctuated(token, stack, line)
        line += token.count("\n")
        if node is None:
            continue
        if not stack:
            root = node
            continue
        parent = stack[-1]
        if parent.wants != "value":
            raise BadConfig(f"line {line}: not JSON")
        parent.children.append(node)
        parent.wants = "colon" if parent.closing == "}" and len(parent.children) % 2 else "comma"
    if stack:
        raise BadConfig(f"line {line}: ends too early")
    return root


def _punctuated(token: str, stack: list[_Open], line: int) -> Node | None:
    if not stack or (token in "}]" and token != stack[-1].closing):
        raise BadConfig(f"line {line}: not JSON")
    opened = stack[-1]
    if token in "}]":
        if opened.closing == "}" and len(opened.children) % 2:
            raise BadConfig(f"line {line}: not JSON")
        stack.pop()
        return built("map" if token == "}" else "list", opened.children, opened.line, line)
    if opened.wants != {":": "colon", ",": "comma"}[token]:
        raise BadConfig(f"line {line}: not JSON")
    opened.wants = "value"
    return None
