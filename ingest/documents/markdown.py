"""Markdown as passages with the true lines of the file, the diagrams in its code fences (`diagrams/fences.py`), and what it says as a
card of a model or of data (`cards.py`).

Read with markdown-it-py instead of `unstructured`: the latter turns Markdown into HTML first and loses every line number, while
markdown-it keeps the lines of each block. Blocks are CommonMark and tables; emphasis, links and code marks are taken off
the text where a block is of ordinary size. HTML blocks are passages of kind "other", and so are lines that end up in no block, such as
link definitions and what is nested too deep: no line with words is lost. Comments, front matter, words instead of pictures and
definitions that only hold a text are marked: people do not see them, models do.

Left out: the targets of links and images, footnotes as such (they are paragraphs), cells beyond the columns of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.documents.cards import read_card
from ingest.documents.diagrams.drawing import Budget
from ingest.documents.diagrams.fences import read_fence
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading
from ingest.documents.lines import text_lines
from ingest.documents.outline import Outline, squeezed
from ingest.facts import Diagram, Hidden, Passage, PassageKind
from ingest.source import Place

_MAX_INLINE = 10_000  # characters of a block whose marks are parsed; hostile brackets make that slow
_MAX_FRONT_MATTER = 200  # lines
_TAG = re.compile(r"<[^<>]*>|<!--|-->")
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_TAKEN_AWAY = re.compile(  # an element up to the first end of one
    r"<[a-z]\w*\b(?=[^<>]{0,500}(?:display:\s*none|visibility:\s*hidden|font-size:\s*0|\shidden\b))[^<>]*>.*?(?=</|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_DEFINITION = re.compile(r"\s{0,3}\[[^\]]{0,200}\]:")
# A definition that defines nothing but a text: `[//]: # (a comment)`, `[note]: <> "a comment"`.
_SPEAKING_DEFINITION = re.compile(r"\s*\[[^\]]{0,200}\]:\s*\S*\s+[\"'(].*[\"')]\s*$", re.DOTALL)
_WORDY = re.compile(r"[^\W_]")
_COMMENT_MARK = re.compile(r"<!--+|--+!?>")


@dataclass(frozen=True, slots=True)
class _Block:
    kind: PassageKind
    text: str
    hidden: Hidden = ""


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
    unexamined: list[str] = []
    budget = Budget.of(limits)
    if front:
        passages.append(Passage("\n".join(lines[1 : front - 1]), "other", (), Place(path, 1, front), "metadata"))
    blocks = [(_place(path, lines, token), token, block) for token, block in _blocks(tokens, markdown, environment, deadline)]
    stray = Token("stray", "", 0)
    blocks += [
        (place, stray, _Block("other", text, "comment" if _SPEAKING_DEFINITION.match(text) else ""))
        for place, text in _stray_lines(path, lines, front, [block[0] for block in blocks])
    ]
    for place, token, block in sorted(blocks, key=lambda block: block[0].start_line):
        section, kind, text = outline.section, block.kind, block.text
        if kind == "title" and not block.hidden:
            section = outline.enter(int(token.tag[1:]) if token.tag[1:].isdigit() else 1, text)
        elif token.type == "fence" and token.info.strip():
            mark, body = token.info.split()[0], token.content.split("\n")
            drawn, unread = read_fence(mark, path, body, place.start_line + 1, budget, limits, deadline)
            diagrams += drawn
            unexamined += unread
        if text.strip():
            passages.append(Passage(text, kind, section, place, block.hidden))
        if len(passages) > limits.max_passages:
            raise LimitReached(f"has more than {limits.max_passages} passages")
    title = next((passage.text for passage in passages if passage.kind == "title"), "")
    unread = tuple(dict.fromkeys(unexamined))
    return Reading(title, tuple(passages), tuple(diagrams), len(lines), unexamined=unread, settings=read_card(path, passages))


def _blocks(
    tokens: Sequence[Token], markdown: MarkdownIt, environment: dict[str, object], deadline: Deadline
) -> Iterator[tuple[Token, _Block]]:
    """Each block with the token that has its lines; what is not shown follows what it stands in."""
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
                    yield row, _Block("table_row", " | ".join(cells))
                row = None
            case "fence" | "code_block":
                yield token, _Block("code", token.content.rstrip("\n") or token.info.strip())
            case "html_block":
                yield from ((token, block) for block in _of_html(token.content))
            case "inline":
                deadline.check()
                text, unseen = _inline(token.content, markdown, environment)
                if row is not None:
                    cells.append(text)
                elif heading is not None:
                    yield heading, _Block("title", text)
                else:
                    yield token, _Block("list_item" if items else "paragraph", text)
                yield from ((row or heading or token, block) for block in unseen)
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
            if index < len(lines) and _DEFINITION.match(lines[index]) is not None:
                break
        if index > start:
            yield Place(path, start + 1, index), squeezed(" ".join(lines[start:index]))
        else:
            index += 1


def _of_html(content: str) -> Iterator[_Block]:
    """Text between tags, and comments."""
    text = _COMMENT.sub("", content)
    yield _Block("other", _TAG.sub("", _TAKEN_AWAY.sub("", text)).strip())
    for comment in _COMMENT.finditer(content):
        yield _Block("other", squeezed(comment[1]), "comment")
    for taken in _TAKEN_AWAY.finditer(text):
        yield _Block("other", squeezed(_TAG.sub("", taken.group())), "hidden_text")


def _inline(content: str, markdown: MarkdownIt, environment: dict[str, object]) -> tuple[str, list[_Block]]:
    """The text of a block as it is shown, and what is not: comments, words instead of pictures and over links."""
    if len(content) > _MAX_INLINE:
        return squeezed(content), []
    children: list[Token] = []
    markdown.inline.parse(content, markdown, environment, children)
    unseen: list[_Block] = []
    return squeezed("".join(_inline_text(children, unseen))), [block for block in unseen if block.text]


def _inline_text(tokens: Sequence[Token], unseen: list[_Block]) -> Iterator[str]:
    for token in tokens:
        if token.attrs.get("title"):
            unseen.append(_Block("other", squeezed(str(token.attrs["title"])), "alt_text"))
        if token.type in ("softbreak", "hardbreak"):
            yield " "
        elif token.type == "image":
            unseen.append(_Block("other", squeezed("".join(_inline_text(token.children or (), unseen))), "alt_text"))
        elif token.type == "html_inline":
            if token.content.startswith("<!--"):
                unseen.append(_Block("other", squeezed(_COMMENT_MARK.sub("", token.content)), "comment"))
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
