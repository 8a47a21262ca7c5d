"""Markdown as passages with the true lines of the file, and the diagrams in its code fences (`diagrams/fences.py`).

Read with markdown-it-py instead of `unstructured`: the latter turns Markdown into HTML first and loses every line number, while
markdown-it keeps the lines of each block. Blocks are CommonMark and tables; emphasis, links and code marks are taken off
the text where a block is of ordinary size. Front matter and HTML blocks are passages of kind "other", comments included: people
do not see them, models do. So are lines that end up in no block, such as link definitions and what is nested too deep: no line
with words is lost.

Left out: the targets of links and images, footnotes as such (they are paragraphs), cells beyond the columns of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.documents.diagrams.drawing import Budget
from ingest.documents.diagrams.fences import read_fence
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading
from ingest.documents.lines import text_lines
from ingest.documents.outline import Outline, squeezed
from ingest.facts import Diagram, Passage, PassageKind
from ingest.source import Place

_MAX_INLINE = 10_000  # characters of a block whose marks are parsed; hostile brackets make that slow
_MAX_FRONT_MATTER = 200  # lines
_TAG = re.compile(r"<[^<>]*>|<!--|-->")
_WORDY = re.compile(r"[^\W_]")
_COMMENT_MARK = re.compile(r"<!--+|--+!?>")


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of the file, which are what evidence quotes."""
    deadline.check()
    return {None: text_lines(data, limits)}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """Blocks in the order of the file."""
    lines = text_lines(data, limits)
    markdown = MarkdownIt("commonmark").enable("table")
    markdown.core.ruler.disable(["inline"])  # block structure first: it is fast whatever the text
    front = _front_matter_length(lines)
    environment: dict[str, object] = {}
    tokens = markdown.parse("\n".join([""] * front + [line.replace("\0", "\ufffd") for line in lines[front:]]), environment)
    deadline.check()

    outline = Outline()
    passages: list[Passage] = []
    diagrams: list[Diagram] = []
    left_out: list[str] = []
    budget = Budget.of(limits)
    if front:
        passages.append(Passage("\n".join(lines[1 : front - 1]), "other", (), Place(path, 1, front)))
    blocks = [(_place(path, lines, token), token, kind, text) for token, kind, text in _blocks(tokens, markdown, environment, deadline)]
    stray = Token("stray", "", 0)
    blocks += [(place, stray, "other", text) for place, text in _stray_lines(path, lines, front, [block[0] for block in blocks])]
    for place, token, kind, text in sorted(blocks, key=lambda block: block[0].start_line):
        section = outline.section
        if kind == "title":
            section = outline.enter(int(token.tag[1:]) if token.tag[1:].isdigit() else 1, text)
        elif token.type == "fence" and token.info.strip():
            mark, body = token.info.split()[0], token.content.split("\n")
            drawn, unread = read_fence(mark, path, body, place.start_line + 1, budget, limits, deadline)
            diagrams += drawn
            left_out += unread
        if text.strip():
            passages.append(Passage(text, kind, section, place))
        if len(passages) > limits.max_passages:
            raise LimitReached(f"has more than {limits.max_passages} passages")
    title = next((passage.text for passage in passages if passage.kind == "title"), "")
    return Reading(title, tuple(passages), tuple(diagrams), len(lines), left_out=tuple(dict.fromkeys(left_out)))


def _blocks(
    tokens: Sequence[Token], markdown: MarkdownIt, environment: dict[str, object], deadline: Deadline
) -> Iterator[tuple[Token, PassageKind, str]]:
    """Each block: the token that has its lines, its kind and its text."""
    items = 0
    heading: Token | None = None
    row: Token | None = None
    cells: list[str] = []
    for token in tokens:
        match token.type:
            case "list_item_open":
                items += 1
            case "list_item_close":
                items -= 1
            case "heading_open":
                heading = token
            case "heading_close":
                heading = None
            case "tr_open":
                row, cells = token, []
            case "tr_close":
                if row is not None and any(cells):
                    yield row, "table_row", " | ".join(cells)
                row = None
            case "fence" | "code_block":
                yield token, "code", token.content.rstrip("\n") or token.info.strip()
            case "html_block":
                yield token, "other", _COMMENT_MARK.sub("", _TAG.sub(_keep_comments, token.content)).strip()
            case "inline":
                deadline.check()
                text = _plain(token.content, markdown, environment)
                if row is not None:
                    cells.append(text)
                elif heading is not None:
                    yield heading, "title", text
                else:
                    yield token, "list_item" if items else "paragraph", text
            case _:
                pass


def _stray_lines(path: str, lines: Sequence[str], front: int, places: Sequence[Place]) -> Iterator[tuple[Place, str]]:
    """Runs of lines with words in them that no block covers."""
    covered = bytearray(len(lines))
    for place in places:
        covered[place.start_line - 1 : place.end_line] = b"\1" * (place.end_line - place.start_line + 1)
    index = front
    while index < len(lines):
        start = index
        while index < len(lines) and not covered[index] and _WORDY.search(lines[index]) is not None:
            index += 1
        if index > start:
            yield Place(path, start + 1, index), squeezed(" ".join(lines[start:index]))
        index += 1


def _keep_comments(tag: re.Match[str]) -> str:
    text = tag.group()
    return text if text.startswith("<!--") or text == "-->" else ""


def _plain(content: str, markdown: MarkdownIt, environment: dict[str, object]) -> str:
    if len(content) > _MAX_INLINE:
        return squeezed(content)
    children: list[Token] = []
    markdown.inline.parse(content, markdown, environment, children)
    return squeezed("".join(_inline_text(children)))


def _inline_text(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            yield " "
        elif token.type == "image":
            yield from _inline_text(token.children or ())
        elif token.type == "html_inline":
            yield _COMMENT_MARK.sub("", token.content) if token.content.startswith("<!--") else ""
        else:
            yield token.content


def _front_matter_length(lines: Sequence[str]) -> int:
    """How many lines at the top are YAML front matter, its two rulers included."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    for index, line in enumerate(lines[1:_MAX_FRONT_MATTER], start=1):
        if line.rstrip() in ("---", "..."):
            return index + 1 if any(":" in inside for inside in lines[1:index]) else 0
    return 0


def _place(path: str, lines: Sequence[str], token: Token) -> Place:
    first, last = token.map or (0, len(lines))
    last = min(last, len(lines))
    while last > first + 1 and not lines[last - 1].strip():
        last -= 1
    return Place(path, first + 1, max(first + 1, last))
