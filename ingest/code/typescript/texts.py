"""What TypeScript and JavaScript texts say: strings with escapes, and template literals with what fills them.

Takes nodes of literals; gives constants, and an f-string where values stand in a template.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from ingest.code.graph import Scope
from ingest.code.tree import TreeReader, lines, named

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_CODE_POINT = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})\Z")


class Texts(TreeReader):
    """Reads texts; `expressions.Expressions` adds the rest."""

    def literal(self, node: Node) -> str:
        """What a string node says."""
        children = node.named_children
        if len(children) == 1 and children[0].type == "string_fragment":
            return self.text(children[0])
        return "".join(unescape(self.text(c)) if c.type == "escape_sequence" else self.text(c) for c in children)

    def _string(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "constant", lines(node), self.literal(node), constant="string")

    def _pieces(self, scope: Scope, node: Node) -> tuple[list[int], list[int]]:
        """A template literal's parts in order, and those of them that are substitutions."""
        parts: list[int] = []
        filled: list[int] = []
        literal, start = "", node.start_point[0] + 1
        for child in node.named_children:
            if child.type == "template_substitution":
                if literal:
                    parts.append(self.builder.add(scope, "constant", (start, child.start_point[0] + 1), literal, constant="string"))
                literal, start = "", child.end_point[0] + 1
                filled.append(self._filling(scope, child))
                parts.append(filled[-1])
            else:
                literal += unescape(self.text(child)) if child.type == "escape_sequence" else self.text(child)
        if literal or not parts:
            where = (start, node.end_point[0] + 1) if parts else lines(node)
            parts.append(self.builder.add(scope, "constant", where, literal, constant="string"))
        return parts, filled

    def _template(self, scope: Scope, node: Node) -> int:
        parts, filled = self._pieces(scope, node)
        return self.builder.add(scope, "format", lines(node), "f-string", tuple(parts)) if filled else parts[0]

    def _filling(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        return self.value(scope, inner[0]) if inner else self.builder.add(scope, "unknown", lines(node), node.type)


def unescape(text: str) -> str:
    """What an escape sequence stands for."""
    if len(text) == 2:
        return _ESCAPES.get(text[1], "" if text[1] == "\n" else text[1])
    match = _CODE_POINT.match(text)
    if match is None:
        return text
    code = int(next(group for group in match.groups() if group is not None), 16)
    return chr(code) if code < 0xD800 or 0xDFFF < code <= 0x10FFFF else "\ufffd"
