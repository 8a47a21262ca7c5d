"""HTML as passages with the true lines of the file.

`unstructured` finds the blocks (`partition_html`), but gives no positions; so each block's text is found again, in order and whatever
its white space, among the characters of the source that a browser would show, of which the line is known. A block
that cannot be found again lies between its neighbours and is given the lines between them. What `unstructured` would drop though
people read it (`details`, `figure`, `form`, what stands outside of `main`) is shown to it as plain `div`.

What is not shown (`html_hidden.py`) is a passage of its own, marked.
An export of Confluence names the pages above it, which open the sections.

Left out, as they are furniture: scripts, styles, `nav`, buttons, input fields, SVG.
"""

from __future__ import annotations

import html
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.documents.html_hidden import comments_in, unseen_in
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading, Unreadable
from ingest.documents.lines import text_lines
from ingest.documents.offline_nlp import prepare_unstructured
from ingest.documents.outline import Outline, squeezed, with_sections
from ingest.facts import Passage, PassageKind
from ingest.source import Place

_AS_DIV = re.compile(r"<(/?)(?:details|figure|form|main|summary)\b", re.IGNORECASE)
_SPAN = re.compile(r"\b(colspan|rowspan)\s*=\s*[\"']?\s*\d+", re.IGNORECASE)  # only made-up tables need it, to grow
_UNSHOWN = re.compile(r"<(script|style|title|template|svg|textarea|noscript)\b", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_ENTITY = re.compile(r"&#?\w+;?")
_WORD = re.compile(r"\S+|\n")
_MOST_ABOVE = 20  # pages above one page
_KINDS: dict[str, PassageKind] = {
    "Title": "title",
    "ListItem": "list_item",
    "CodeSnippet": "code",
    "Image": "caption",
    "FigureCaption": "caption",
}


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    kind: PassageKind
    level: int
    instead: bool = False  # of a picture


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of the file, which are what evidence quotes."""
    deadline.check()
    return {None: text_lines(data, limits)}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """Blocks in the order of the file."""
    lines = text_lines(data, limits)
    text = "\n".join(lines)
    unseen = list(comments_in(text))
    pieces: list[_Piece] = []
    above: tuple[str, ...] = ()
    if _has_tree(text, limits, deadline):
        unseen, page = unseen_in(text, deadline)
        pieces, above = list(_pieces(page, limits, deadline)), _pages_above(page)
    shown = _Shown(text)
    deadline.check()
    outline = Outline()
    for level, title in enumerate(above, start=-len(above)):
        outline.enter(level, title)
    passages: list[Passage] = []
    for piece, (first, last) in zip(pieces, _located(pieces, shown, len(lines), deadline), strict=True):
        section = outline.enter(piece.level, piece.text) if piece.kind == "title" else outline.section
        passages.append(Passage(piece.text, piece.kind, section, Place(path, first, last), "alt_text" if piece.instead else ""))
    passages += [Passage(one.text, "other", (), Place(path, one.first, min(one.last, len(lines))), one.hidden) for one in unseen]
    passages = with_sections(sorted(passages, key=lambda passage: passage.place.start_line))
    title = next((passage.text for passage in passages if passage.kind == "title"), "")
    return Reading(title, tuple(passages), (), len(lines))


def _pages_above(page: str) -> tuple[str, ...]:
    """The pages this one stands below, outermost first: Confluence writes them above an exported page."""
    from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

    root = etree.fromstring(page.encode("utf-8", "replace"), etree.HTMLParser(recover=True, no_network=True, encoding="utf-8"))
    found = () if root is None else root.iterfind(".//*[@id='breadcrumbs']//a")
    return tuple(title for link in list(found)[:_MOST_ABOVE] if (title := squeezed("".join(link.itertext()))))


def _has_tree(text: str, limits: DocumentLimits, deadline: Deadline) -> bool:
    """Whether there is anything but comments. Refuses trees that would exhaust the stack of what reads them; walked without recursion."""
    from lxml import etree

    if not text.strip():
        return False
    parser = etree.HTMLParser(recover=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"is no readable HTML: {error}") from error
    deadline.check()
    if root is None:
        return False
    depth = blocks = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        blocks += event == "start"
        if depth > limits.max_depth:
            raise LimitReached(f"has tags nested deeper than {limits.max_depth}")
        if blocks > 4 * limits.max_passages:
            raise LimitReached(f"has more than {4 * limits.max_passages} tags")
        if event == "start" and not blocks % 1000:
            deadline.check()
    if any("excessive depth" in entry.message.lower() for entry in parser.error_log):
        raise LimitReached("has tags nested deeper than the parser reads")
    return True


def _pieces(text: str, limits: DocumentLimits, deadline: Deadline) -> Iterator[_Piece]:
    prepare_unstructured()
    from unstructured.partition.html import partition_html

    count = 0
    for element in partition_html(text=_SPAN.sub("", _AS_DIV.sub(r"<\1div", text)), languages=[""]):
        deadline.check()
        if element.category == "Table":
            pieces = list(_table_pieces(element.metadata.text_as_html)) or [_Piece(squeezed(element.text), "table_row", 0)]
        else:
            kind = _KINDS.get(element.category, "paragraph")
            content = element.text.strip("\n") if kind == "code" else squeezed(element.text)
            pieces = [_Piece(content, kind, (element.metadata.category_depth or 0) + 1, element.category == "Image")]
        for piece in pieces:
            if piece.text.strip():
                count += 1
                yield piece
        if count > limits.max_passages:
            raise LimitReached(f"has more than {limits.max_passages} passages")


def _table_pieces(table: str | None) -> Iterator[_Piece]:
    """Caption and rows of the clean table that `unstructured` gives; it marks line ends inside cells as `<br/>`."""
    from lxml import etree

    root = etree.fromstring(table.replace("<br/>", " "), etree.HTMLParser(no_network=True)) if table else None
    for part in () if root is None else root.iter("tr", "caption"):
        if part.tag == "caption":
            yield _Piece(squeezed("".join(part.itertext())), "caption", 0)
            continue
        cells = [squeezed("".join(cell.itertext())) for cell in part if cell.tag in ("td", "th")]
        if any(cells):
            yield _Piece(" | ".join(cells), "table_row", 0)


def _located(pieces: Sequence[_Piece], shown: _Shown, line_count: int, deadline: Deadline) -> list[tuple[int, int]]:
    """First and last line of each piece. Found ones go forward; the others take the lines between their neighbours."""
    found: list[tuple[int, int] | None] = []
    cursor = 0
    for piece in pieces:
        deadline.check()
        needle = "".join((piece.text.replace(" | ", " ") if piece.kind == "table_row" else piece.text).split())
        position = shown.text.find(needle, cursor)
        if position >= 0:
            cursor = position + len(needle)
            found.append((shown.lines[position], shown.lines[cursor - 1]))
        else:
            found.append(None)
    following = max(1, line_count)
    ends: list[int] = []
    for span in reversed(found):
        ends.append(following)
        following = following if span is None else span[0]
    places: list[tuple[int, int]] = []
    previous = 1
    for span, end in zip(found, reversed(ends), strict=True):
        places.append((previous, max(previous, end)) if span is None else span)
        previous = previous if span is None else span[1]
    return places


class _Shown:
    """The characters a page shows, without white space, and the line each stands on. Linear in the text, whatever it is."""

    def __init__(self, text: str) -> None:
        self._parts: list[str] = []
        self.lines = array("L")
        self._line = 1
        position = 0
        while position < len(text):
            tag = text.find("<", position)
            if tag < 0:
                self._add(text[position:])
                break
            self._add(text[position:tag])
            position = self._pass_tag(text, tag)
        self.text = "".join(self._parts)

    def _pass_tag(self, text: str, tag: int) -> int:
        """Where the text goes on after what begins at `tag`."""
        if text.startswith("<!--", tag):
            end = text.find("-->", tag + 4)
            end = len(text) if end < 0 else end + 3
        elif not (text[tag + 1 : tag + 2].isalpha() or text[tag + 1 : tag + 2] in ("/", "!", "?")):
            self._add("<")
            return tag + 1
        else:
            end = text.find(">", tag)
            end = len(text) if end < 0 else end + 1
            unshown = _UNSHOWN.match(text, tag)
            if unshown is not None and text[end - 2 : end] != "/>":
                close = re.compile("</" + unshown[1], re.IGNORECASE).search(text, end)
                end = len(text) if close is None else close.start()
            elif text[tag + 1 : tag + 4].lower() == "img" and (alt := _ALT.search(text, tag, min(end, tag + 5_000))) is not None:
                self._add(alt[1] if alt[1] is not None else alt[2], counting=False)
        self._line += text.count("\n", tag, end)
        return end

    def _add(self, segment: str, *, counting: bool = True) -> None:
        position = 0
        for entity in _ENTITY.finditer(segment):
            self._add_plain(segment[position : entity.start()], counting)
            self._add_plain(html.unescape(entity.group()), False)
            position = entity.end()
        self._add_plain(segment[position:], counting)

    def _add_plain(self, segment: str, counting: bool) -> None:
        for word in _WORD.finditer(segment):
            characters = word.group()
            if characters == "\n":
                self._line += counting
            else:
                self._parts.append(characters)
                self.lines.extend([self._line] * len(characters))
