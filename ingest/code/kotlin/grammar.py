"""The grammar of Kotlin, kept from texts on which its scanner never ends.

Takes the bytes of a file, gives their syntax tree. The scanner of tree-sitter-kotlin 1.1 looks for the end of an annotation's line, and
does not see the end of a text; and it looks to the end of the text, at each of them, for what closes a comment and for the bracket behind
`set(`. What is not closed so often that this would take long is refused.
"""

from __future__ import annotations

import re

import tree_sitter_kotlin
from tree_sitter import Language, Node, Parser

_LONGEST = 5_000_000  # bytes that the scanner looks at in vain
_SETTERS = re.compile(rb"\bset\s*\(")
# What the grammar does not know, by something of the same length that it does: `suspend { }`, members on one line with a brace, and what
# stands around a declaration (`context(log: Log) fun save()`): with one of these the class it stands in would be lost.
_UNKNOWN = re.compile(
    rb"\bsuspend(?=\s*\{)|(?<=[^\s{};,]) (?=\})"
    rb"|(?:(?<=\n)|(?<=[\n;{}] )|(?<=  )|(?<=\t))context\s*\((?:[^()]|\([^()]*\)){1,400}\)"
    rb"(?=\s*(?:@\w|(?:\w+\s+){0,4}(?:fun|val|var|class)\b))"
)
_VISIBLE = re.compile(rb"[^\n]")


def parsed(data: bytes) -> tuple[Node, bytes]:
    """The tree of a text, and the text it is the tree of: places are the same in both."""
    if not data.endswith(b"\n"):
        data += b"\n"
    _refuse_endless(data)
    parser = Parser(Language(tree_sitter_kotlin.language()))
    root = parser.parse(data).root_node
    if root.has_error:
        again = _UNKNOWN.sub(lambda found: b";" if found[0] == b" " else _VISIBLE.sub(b" ", found[0]), data)
        if again != data:
            other = parser.parse(again).root_node
            if not other.has_error or _unread(other) < _unread(root):
                return other, again
    return root, data


def _unread(root: Node) -> int:
    """How many bytes the grammar could make nothing of."""
    queue, found = [root], 0
    while queue:
        node = queue.pop()
        if node.type == "ERROR":
            found += node.end_byte - node.start_byte
        elif node.has_error:
            queue += node.children
    return found


def _refuse_endless(data: bytes) -> None:
    if max(data.count(b"/*") - data.count(b"*/"), 0) * len(data) > _LONGEST:
        raise ValueError("too many comments that are not closed")
    looked = 0
    for found in _SETTERS.finditer(data):
        end = data.find(b")", found.end(), found.end() + _LONGEST)
        looked += (end if end >= 0 else min(len(data), found.end() + _LONGEST)) - found.end()
        if looked > _LONGEST:
            raise ValueError("too many brackets behind `set` that are not closed")
