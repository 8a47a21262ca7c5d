"""Comments of pages and of Markdown: `<!-- ... -->` where the format reads it as one, not in scripts and not in fences of code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from ingest.comments.speaking import Piece, beside, speaks, stands_alone

_RAZOR = re.compile(r"@\*(.*?)\*@", re.DOTALL)
_INLINE = re.compile(r"<!--.*?-->", re.DOTALL)


class _Comments(HTMLParser):
    """Where comments begin; what stands in scripts, styles and text areas is text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, int, str]] = []

    def handle_comment(self, data: str) -> None:
        line, column = self.getpos()
        self.found.append((line, column, data))


def html_comments(text: str) -> Iterator[Piece]:
    lines = text.split("\n")
    for line, column, said in _of_html(text):
        if not speaks(said):
            continue
        end = line + said.count("\n")
        yield Piece(said, line, beside(lines, line, end, alone=stands_alone(lines, line, column)))
    for match in _RAZOR.finditer(text):  # harmless elsewhere: no page has these by chance
        if not speaks(match[1]):
            continue
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1)
        end = line + match[1].count("\n")
        yield Piece(match[1], line, beside(lines, line, end, alone=stands_alone(lines, line, column)))


def markdown_comments(text: str) -> Iterator[Piece]:
    lines = text.split("\n")
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.map is None:
            continue
        first = token.map[0] + 1
        if token.type == "html_block":
            for line, _column, said in _of_html(token.content):
                start = first + line - 1
                end = start + said.count("\n")
                yield Piece(said, start, beside(lines, start, end, alone=True))
        elif token.type == "inline":
            # Where a child stands is not told: the line is found by what precedes it.
            line = first
            for child in token.children or ():
                if child.type in ("softbreak", "hardbreak"):
                    line += 1
                elif child.type == "html_inline" and _INLINE.fullmatch(child.content):
                    yield Piece(child.content[4:-3], line, (line, line + child.content.count("\n")))
                    line += child.content.count("\n")
                else:
                    line += child.content.count("\n")


def _of_html(text: str) -> list[tuple[int, int, str]]:
    parser = _Comments()
    parser.feed(text)  # not closed: a comment without an end is none
    return parser.found
