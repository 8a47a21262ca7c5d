"""Word documents (.docx) as passages; places count body blocks (paragraphs and table rows, from 1, empty ones included), and after
these what stands beside the body: footnotes, text boxes, headers, footers, comments, hidden text and metadata.

The blocks, their text and their order are taken from the document body itself: `unstructured` gives no positions and leaves out
content controls and inserted (tracked) text. What each paragraph is (title and level, list item) is asked of `unstructured`,
which follows numbering and outline levels through the styles; style names decide where it says nothing. Headings carry
their numbers, as they are printed. What a person does not see is a passage of its own, marked.

Left out: embedded documents, macros, and pictures but for their alternative text; numbers of list items; charts and equations.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.documents.docx_runs import UNKNOWN, Piece, RunReader, paragraphs_in, seen, unseen
from ingest.documents.docx_styles import ground_of, numbering_of, read_numbering, read_styles
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading, Unreadable
from ingest.documents.offline_nlp import prepare_unstructured
from ingest.documents.ooxml import Package, W, is_on, metadata, open_package, unexamined
from ingest.documents.outline import Outline, squeezed
from ingest.documents.position import section_words
from ingest.facts import Hidden, Passage, PassageKind
from ingest.source import Place

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml ships no types

_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_PLAIN_TABLES = frozenset({"normal table", "table normal", "table grid", "tablegrid", ""})  # their cells are white
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_WINDOW = 50  # paragraphs an element of unstructured may lie behind the last one that was recognised
_MAX_ASKED = 5_000  # paragraphs; unstructured cannot be stopped on the way, and takes about 0.4 ms for each
_GUESSED_LEVEL = 9  # a title that is one by its words alone stands inside the styled ones


@dataclass(frozen=True, slots=True)
class _Aside:
    """What stands beside the body: a footnote, a comment, hidden text."""

    text: str
    hidden: Hidden = ""
    name: str = ""  # "footnote 2"; empty where the kind of hiding says it
    kind: PassageKind = "paragraph"


@dataclass(frozen=True, slots=True)
class _Block:
    text: str  # as it is seen, a heading with its number
    style: str = ""  # name of the paragraph style, lower case
    numbered: bool = False
    row: bool = False
    level: int = 0  # of a heading, by its outline
    label: str = ""
    asides: tuple[_Aside, ...] = ()


@dataclass(frozen=True, slots=True)
class _Content:
    blocks: Sequence[_Block]
    asides: Sequence[_Aside]  # of the document as a whole
    unexamined: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """What places count: the blocks, then all that stands beside them."""
        beside = [aside.text for block in self.blocks for aside in block.asides]
        return (*(block.text for block in self.blocks), *beside, *(aside.text for aside in self.asides))


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """All body blocks and what stands beside them; a document has no pages until somebody prints it."""
    return {None: _content(data, limits, deadline).lines()}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The body blocks that have text, each followed by what belongs to it."""
    content = _content(data, limits, deadline)
    roles = _roles(data, content.blocks, deadline)
    outline = Outline()
    passages: list[Passage] = []
    beside = len(content.blocks)
    for number, block in enumerate(content.blocks, start=1):
        kind, level = _kind(block, roles.get(number - 1))
        if block.text:
            section = outline.enter(level, block.text) if kind == "title" else outline.section
            passages.append(Passage(block.text, kind, section, Place(path, number, number)))
        for aside in block.asides:
            beside += 1
            passages.append(_beside(path, aside, beside, outline.section))
    for aside in content.asides:
        beside += 1
        passages.append(_beside(path, aside, beside, ()))
    title = next((passage.text for passage in passages if passage.kind == "title"), "")
    return Reading(title, tuple(passages), (), beside, unexamined=content.unexamined)


def _beside(path: str, aside: _Aside, number: int, section: tuple[str, ...]) -> Passage:
    where = ", ".join(filter(None, (section_words(section), aside.name))) if aside.name else ""
    return Passage(aside.text, "other" if aside.hidden else aside.kind, section, Place(path, number, number, where=where), aside.hidden)


def _content(data: bytes, limits: DocumentLimits, deadline: Deadline) -> _Content:
    package = open_package(data, limits, deadline)
    root = package.tree(package.main)
    body = None if root is None else root.find(W + "body")
    if root is None or body is None:
        raise Unreadable("is no Word document: it has no body")
    reader = _BodyReader(package, root)
    blocks: list[_Block] = []
    for element, ground in _block_elements(body, None, reader):
        deadline.check()
        blocks.append(reader.row(element, ground) if element.tag == W + "tr" else reader.paragraph(element))
        if len(blocks) > limits.max_passages:
            raise LimitReached(f"has more than {limits.max_passages} paragraphs")
    return _Content(blocks, tuple(reader.rest()), unexamined(package))


def _block_elements(parent: _Element, ground: str | None, reader: _BodyReader) -> Iterator[tuple[_Element, str | None]]:
    """Paragraphs, and table rows with the ground of their table. XML deeper than libxml2's own limit was refused on parsing."""
    for child in parent:
        if child.tag == W + "p" or child.tag == W + "tr":
            yield child, ground
        elif child.tag == W + "tbl":
            yield from _block_elements(child, reader.table_ground(child), reader)
        elif child.tag in _WRAPPERS:
            yield from _block_elements(child, ground, reader)


class _BodyReader:
    """Paragraphs and rows of one document into blocks. It counts headings and footnotes, thus mutable."""

    def __init__(self, package: Package, root: _Element) -> None:
        self._package = package
        self._styles = read_styles(self._part("styles"))
        self._numbering = read_numbering(self._part("numbering"))
        background = root.find(W + "background")
        page = "FFFFFF" if background is None else str(background.get(W + "color") or UNKNOWN)
        self._runs = RunReader(self._styles, page)
        self._notes = {kind: self._noted(kind) for kind in ("footnote", "endnote", "comment")}
        self._given: dict[str, int] = {}

    def _part(self, kind: str) -> _Element | None:
        return next((self._package.tree(name) for _, name in self._package.related(self._package.main, kind)), None)

    def _noted(self, kind: str) -> dict[str, list[Piece]]:
        """Footnotes or comments by their id."""
        root = self._part(kind + "s")
        found: dict[str, list[Piece]] = {}
        for note in () if root is None else root.iter(W + kind):
            if note.get(W + "type") not in ("separator", "continuationSeparator", "continuationNotice"):
                paragraphs = [[*self._runs.pieces(paragraph), Piece(" ")] for paragraph in paragraphs_in(note)]
                found[str(note.get(W + "id"))] = [piece for pieces in paragraphs for piece in pieces]
        return found

    def table_ground(self, table: _Element) -> str | None:
        """None where cells are as white as the page; a table style may colour any of them."""
        named = table.find(f"{W}tblPr/{W}tblStyle")
        style = None if named is None else self._styles.get(str(named.get(W + "val")))
        return None if (style.name if style is not None else "") in _PLAIN_TABLES else UNKNOWN

    def paragraph(self, element: _Element) -> _Block:
        style = self._runs.style_of(element)
        name = style.name if style is not None else ""
        numbering = numbering_of(element.find(W + "pPr"), style)
        label = self._numbering.label(numbering) if numbering is not None else ""
        heading = _HEADING.match(name)
        level = int(heading[1]) if heading is not None else style.outline + 1 if style is not None and style.outline is not None else 0
        pieces = self._runs.pieces(element)
        text = squeezed(seen(pieces))
        label = label if text and 0 < level <= 9 else ""
        text = f"{label} {text}" if label else text
        return _Block(text, name, numbering is not None, False, level if level <= 9 else 0, label, tuple(self._asides(pieces)))

    def row(self, element: _Element, ground: str | None) -> _Block:
        cells: list[str] = []
        asides: list[_Aside] = []
        for cell in _cells(element):
            own = ground_of(cell.find(W + "tcPr")) or ground
            pieces = [piece for paragraph in paragraphs_in(cell) for piece in (*self._runs.pieces(paragraph, own), Piece(" "))]
            cells.append(squeezed(seen(pieces)))
            asides += self._asides(pieces)
        text = " | ".join(cells) if any(cells) else ""
        if text and is_on(element.find(f"{W}trPr/{W}hidden")):
            return _Block("", row=True, asides=(_Aside(text, "hidden_text"), *asides))
        return _Block(text, row=True, asides=tuple(asides))

    def _asides(self, pieces: Sequence[Piece]) -> Iterator[_Aside]:
        """What a paragraph has beside its text: boxes, hidden pieces, and the notes it refers to."""
        for box in sorted({piece.box for piece in pieces if piece.box}):
            if text := squeezed(seen(pieces, box)):
                yield _Aside(text, name="text box")
        for hidden, text in unseen(pieces):
            yield _Aside(squeezed(text), hidden)
        for piece in pieces:
            if piece.refers is not None:
                yield from self._note(*piece.refers)

    def _note(self, kind: str, identity: str) -> Iterator[_Aside]:
        pieces = self._notes[kind].pop(identity, None)
        if pieces is None:
            return
        self._given[kind] = number = self._given.get(kind, 0) + 1
        if text := squeezed(seen(pieces)):
            yield _Aside(text, "comment") if kind == "comment" else _Aside(text, name=f"{kind} {number}")
        for hidden, text in unseen(pieces):
            yield _Aside(squeezed(text), hidden)

    def rest(self) -> Iterator[_Aside]:
        """What belongs to no paragraph: notes nobody refers to, headers and footers, metadata."""
        for kind, notes in self._notes.items():
            for identity in list(notes):
                yield from self._note(kind, identity)
        told: set[str] = set()
        for kind in ("header", "footer"):
            for _, name in self._package.related(self._package.main, kind):
                root = self._package.tree(name)
                for paragraph in () if root is None else paragraphs_in(root):
                    pieces = self._runs.pieces(paragraph)
                    text = squeezed(seen(pieces))
                    if text and text not in told:
                        told.add(text)
                        yield _Aside(text, name=kind, kind="other")
                    yield from self._asides(pieces)
        for name, text in metadata(self._package):
            yield _Aside(text, "metadata", f"metadata {name}")


def _cells(parent: _Element) -> Iterator[_Element]:
    for child in parent:
        if child.tag == W + "tc":
            yield child
        elif child.tag in _WRAPPERS:
            yield from _cells(child)


def _kind(block: _Block, role: tuple[PassageKind, int] | None) -> tuple[PassageKind, int]:
    """What a block is, and the level of a title."""
    if block.row:
        return "table_row", 0
    if block.level:
        return "title", block.level
    if block.style in ("title", "subtitle"):
        return "title", 1
    if block.style == "caption":
        return "caption", 0
    if any(word in block.style for word in ("code", "preformatted", "source text", "macro text")):
        return "code", 0
    if role is not None:
        return role
    return ("list_item", 0) if block.numbered or block.style.startswith("list") else ("paragraph", 0)


def _roles(data: bytes, blocks: Sequence[_Block], deadline: Deadline) -> Mapping[int, tuple[PassageKind, int]]:
    """What `unstructured` takes the paragraphs for, by index; its elements are found again by their text, in order."""
    paragraphs = [
        (index, block.text.removeprefix(block.label).strip()) for index, block in enumerate(blocks) if block.text and not block.row
    ]
    if len(blocks) > _MAX_ASKED:
        return {}
    prepare_unstructured()
    from unstructured.partition.docx import partition_docx

    try:
        elements = partition_docx(file=io.BytesIO(data), languages=[""], infer_table_structure=False)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError):
        return {}  # it stumbled over numbering or styles; the text is read all the same, styles name the titles
    deadline.check()
    roles: dict[int, tuple[PassageKind, int]] = {}
    cursor = 0
    for element in elements:
        if element.category not in ("Title", "ListItem"):
            continue
        text = squeezed(element.text)
        for offset, (index, paragraph) in enumerate(paragraphs[cursor : cursor + _WINDOW]):
            if text == paragraph or (len(paragraph) > 3 and text.endswith(" " + paragraph)):
                depth = element.metadata.category_depth or 0
                if element.category == "ListItem":
                    roles[index] = ("list_item", 0)
                elif depth or ":" not in text:  # "Status: accepted" is no title
                    roles[index] = ("title", depth + 1 if depth else _GUESSED_LEVEL)
                cursor += offset + 1
                break
    return roles
