"""Comments of programs, as the grammar of the language tells them: what stands in a string is none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import tree_sitter_bash
import tree_sitter_c_sharp
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_python
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from ingest.code.csharp.names import MARKUP
from ingest.code.kotlin.grammar import parsed
from ingest.code.notebook import read_cells
from ingest.code.typescript.names import COMPONENTS
from ingest.comments.markup import html_comments
from ingest.comments.speaking import Piece, beside, speaks

_COMMENTS = frozenset({"comment", "html_comment", "line_comment", "block_comment"})


def code_comments(path: str, kind: str, text: str) -> Iterator[Piece]:
    if path.lower().endswith((*MARKUP, *COMPONENTS)):
        return html_comments(text)  # of a page that code is woven into; its code is no file by itself
    return _comments(_language(kind, path.lower()), text)


def shell_comments(text: str) -> Iterator[Piece]:
    return _comments("bash", text)


def notebook_comments(text: str) -> Iterator[Piece]:
    """Of code cells; lines count inside of each."""
    for cell in read_cells(text):
        if cell.kind == "code" and any(map(speaks, cell.lines)):
            blanked = ("" if line.lstrip().startswith(("%", "!", "?")) else line for line in cell.lines)
            yield from (piece._replace(page=cell.number) for piece in _comments("python", "\n".join(blanked)))


def _language(kind: str, path: str) -> str:
    if kind != "typescript":
        return kind
    if path.endswith((".ts", ".mts", ".cts")):
        return "typescript"
    return "tsx" if path.endswith(".tsx") else "javascript"


@cache
def _grammar(language: str) -> Language:
    known = {
        "python": tree_sitter_python.language, "java": tree_sitter_java.language, "go": tree_sitter_go.language,
        "csharp": tree_sitter_c_sharp.language, "bash": tree_sitter_bash.language, "javascript": tree_sitter_javascript.language,
        "typescript": tree_sitter_typescript.language_typescript, "tsx": tree_sitter_typescript.language_tsx,
    }  # fmt: skip
    return Language(known[language]())


def _comments(language: str, text: str) -> Iterator[Piece]:
    data = text.encode("utf-8", "replace")
    root = parsed(data)[0] if language == "kotlin" else Parser(_grammar(language)).parse(data).root_node
    lines = text.split("\n")
    found = [(node, data[node.start_byte : node.end_byte].decode("utf-8", "replace").rstrip("\n")) for node in _nodes(root)]
    alone = {node.start_byte for node, _ in found if not data[data.rfind(b"\n", 0, node.start_byte) + 1 : node.start_byte].strip()}
    others = frozenset(
        line
        for node, said in found
        if node.start_byte in alone
        for line in range(node.start_point[0] + 1, node.start_point[0] + 2 + said.count("\n"))
    )
    for node, said in found:
        if not speaks(said):
            continue
        start = node.start_point[0] + 1
        by_itself = node.start_byte in alone
        first, last = beside(lines, start, start + said.count("\n"), alone=by_itself, others=others)
        yield Piece(said, start, (first, _header_end(root, lines, last) if by_itself else last))


def _nodes(root: Node) -> Iterator[Node]:
    cursor, descending = root.walk(), True
    while True:  # without recursion: hostile code nests deeply
        node = cursor.node
        if descending and node is not None and node.type in _COMMENTS:
            yield node
        if descending and cursor.goto_first_child():
            continue
        if cursor.goto_next_sibling():
            descending = True
        elif cursor.goto_parent():
            descending = False
        else:
            return


def _header_end(root: Node, lines: list[str], line: int) -> int:
    """The last line of the head of a definition that begins on a line, its decorators included; else the line."""
    if line > len(lines):
        return line
    column = len(lines[line - 1].encode("utf-8", "replace")) - len(lines[line - 1].lstrip().encode("utf-8", "replace"))
    node = root.named_descendant_for_point_range((line - 1, column), (line - 1, column))
    while node is not None and node.start_point[0] == line - 1:
        inner = node.child_by_field_name("definition") or node
        if inner.child_by_field_name("body") is not None and (name := inner.child_by_field_name("name")) is not None:
            return max(line, min(name.end_point[0] + 1, line + 20))
        node = node.parent
    return line
