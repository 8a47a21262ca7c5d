"""Word documents (.docx) as passages; places count body blocks: paragraphs and table rows, from 1, empty ones included.

The blocks, their text and their order are taken from the document body itself: `unstructured` gives no positions and leaves out
content controls and inserted (tracked) text. What each paragraph is (title and level, list item) is asked of `unstructured`,
which follows numbering and outline levels through the styles; style names decide where it says nothing. python-docx opens the file, with
entities left unresolved; `archive.py` has unpacked it once before.

Left out: headers, footers, footnotes, comments, deleted (tracked) text, pictures, embedded documents, numbering labels.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.documents.archive import check_archive
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading, Unreadable
from ingest.documents.offline_nlp import prepare_unstructured
from ingest.documents.outline import Outline, squeezed
from ingest.facts import Passage, PassageKind
from ingest.source import Place

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml ships no types

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_WRAPPERS = frozenset(_W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_WINDOW = 50  # paragraphs an element of unstructured may lie behind the last one that was recognised
_MAX_ASKED = 5_000  # paragraphs; unstructured cannot be stopped on the way, and takes about 0.4 ms for each
_GUESSED_LEVEL = 9  # a title that is one by its words alone stands inside the styled ones


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    style: str  # name of the paragraph style, lower case
    numbered: bool
    row: bool


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """All body blocks; a document has no pages until somebody prints it."""
    return {None: tuple(block.text for block in _blocks(data, limits, deadline))}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The body blocks that have text."""
    blocks = _blocks(data, limits, deadline)
    roles = _roles(data, blocks, deadline)
    outline = Outline()
    passages: list[Passage] = []
    for number, block in enumerate(blocks, start=1):
        if not block.text:
            continue
        kind, level = _kind(block, roles.get(number - 1))
        section = outline.enter(level, block.text) if kind == "title" else outline.section
        passages.append(Passage(block.text, kind, section, Place(path, number, number)))
    title = next((passage.text for passage in passages if passage.kind == "title"), "")
    return Reading(title, tuple(passages), (), len(blocks))


def _blocks(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Sequence[_Block]:
    check_archive(data, limits, deadline)
    from docx import Document
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        document = Document(io.BytesIO(data))
        names = {style.style_id: (style.name or "").lower() for style in document.styles}
        body: _Element = document.element.body
    except (OpcError, LxmlError, KeyError, ValueError, AttributeError) as error:
        raise Unreadable(f"is no readable Word document: {error}") from error
    blocks: list[_Block] = []
    for element in _block_elements(body):
        deadline.check()
        blocks.append(_read_block(element, names))
        if len(blocks) > limits.max_passages:
            raise LimitReached(f"has more than {limits.max_passages} paragraphs")
    return blocks


def _block_elements(parent: _Element) -> Iterator[_Element]:
    """Paragraphs and table rows. XML deeper than libxml2's own limit was refused on parsing, so recursion is bounded."""
    for child in parent:
        if child.tag == _W + "p" or child.tag == _W + "tr":
            yield child
        elif child.tag == _W + "tbl" or child.tag in _WRAPPERS:
            yield from _block_elements(child)


def _read_block(element: _Element, names: Mapping[str, str]) -> _Block:
    if element.tag == _W + "tr":
        cells = [squeezed(" ".join("".join(_texts(paragraph)) for paragraph in cell.iter(_W + "p"))) for cell in element.iter(_W + "tc")]
        return _Block(" | ".join(cells) if any(cells) else "", "", False, True)
    style = element.find(f"{_W}pPr/{_W}pStyle")
    name = names.get(str(style.get(_W + "val")), "") if style is not None else ""
    numbered = element.find(f"{_W}pPr/{_W}numPr") is not None
    return _Block(squeezed("".join(_texts(element))), name, numbered, False)


def _texts(parent: _Element) -> Iterator[str]:
    """Text of a paragraph: inserted text and text boxes included, the second copy of a text box not."""
    for child in parent:
        if child.tag == _W + "t":
            yield child.text or ""
        elif child.tag in (_W + "tab", _W + "br", _W + "cr"):
            yield " "
        elif child.tag in (_W + "noBreakHyphen", _W + "softHyphen"):
            yield "-" if child.tag == _W + "noBreakHyphen" else ""
        elif child.tag == _W + "p":
            yield " "
            yield from _texts(child)
            yield " "
        elif child.tag not in (_FALLBACK, _W + "pPr", _W + "rPr", _W + "moveFrom", _W + "del"):
            yield from _texts(child)


def _kind(block: _Block, role: tuple[PassageKind, int] | None) -> tuple[PassageKind, int]:
    """What a block is, and the level of a title."""
    if block.row:
        return "table_row", 0
    if (heading := _HEADING.match(block.style)) is not None:
        return "title", int(heading[1])
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
    paragraphs = [(index, block.text) for index, block in enumerate(blocks) if block.text and not block.row]
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
