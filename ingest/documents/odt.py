"""OpenDocument texts (.odt) as passages; a place counts paragraphs and table rows, as the document has no lines.

lxml reads the parts, `archive.py` has unpacked them once before. Titles, paragraphs, list items and rows come in their order; footnotes,
text boxes, comments, deletions, words instead of pictures, and text that a style hides, whitens or shrinks stand behind them and are
marked. Metadata that people write is read. Left out: headers and footers, fields' formulas, indexes that repeat titles, objects and
pictures (listed), macros (listed, never run), and styles that inherit what they hide from another one more than once.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.documents.archive import check_archive
from ingest.documents.limits import EMBEDDED, PICTURES, Deadline, DocumentLimits, LimitReached, Pages, Reading, Unreadable
from ingest.documents.ooxml import MACROS, parsed
from ingest.documents.outline import Outline, squeezed
from ingest.facts import Hidden, Passage, PassageKind
from ingest.source import Place

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml ships no types

_TYPE = b"application/vnd.oasis.opendocument.text"
_WRITTEN = frozenset({"title", "subject", "description", "keyword", "user-defined"})  # metadata that is no trace of the program
_WHITE = ("", "#ffffff", "transparent")
_TINY_PT = 3.0
_SIZE = re.compile(r"([\d.]{1,8})pt$")
_LONGEST = 20_000  # characters of one property
_DEPTH = 60


@dataclass(slots=True)
class _Block:
    text: str
    kind: PassageKind
    level: int = 1
    asides: list[tuple[str, Hidden]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Content:
    blocks: tuple[_Block, ...]
    metadata: tuple[str, ...]
    unexamined: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """What places count: the blocks, then all that stands beside them, then the metadata."""
        return (*(b.text for b in self.blocks), *(text for b in self.blocks for text, _hidden in b.asides), *self.metadata)


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """All blocks and what stands beside them."""
    return {None: _content(data, limits, deadline).lines()}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The blocks that have text, each followed by what belongs to it."""
    content = _content(data, limits, deadline)
    outline = Outline()
    passages: list[Passage] = []
    beside = len(content.blocks)
    for number, block in enumerate(content.blocks, start=1):
        if block.text:
            section = outline.enter(block.level, block.text) if block.kind == "title" else outline.section
            passages.append(Passage(block.text, block.kind, section, Place(path, number, number)))
        for text, hidden in block.asides:
            beside += 1
            kind: PassageKind = "other" if hidden else "paragraph"
            passages.append(Passage(text, kind, outline.section, Place(path, beside, beside), hidden))
    for text in content.metadata:
        beside += 1
        passages.append(Passage(text, "other", (), Place(path, beside, beside), "metadata"))
    title = next((passage.text for passage in passages if passage.kind == "title"), "")
    return Reading(title, tuple(passages), (), beside, unexamined=content.unexamined)


def _content(data: bytes, limits: DocumentLimits, deadline: Deadline) -> _Content:
    check_archive(data, limits, deadline)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = frozenset(archive.namelist())
        if "content.xml" not in names or ("mimetype" in names and not archive.read("mimetype").strip().startswith(_TYPE)):
            raise Unreadable("is no OpenDocument text")
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise Unreadable("is encrypted with a password")
        root = parsed(archive, "content.xml")
        styles = [parsed(archive, "styles.xml")] if "styles.xml" in names else []
        metadata = tuple(_metadata(parsed(archive, "meta.xml"))) if "meta.xml" in names else ()
    body = next((e for e in root.iter("{*}text") if str(e.tag).endswith("office:1.0}text")), None)
    if body is None:
        raise Unreadable("is no OpenDocument text: it has no body")
    reader = _Reader(_hiding([root, *styles]), limits, deadline)
    reader.read(body, 0, in_list=False)
    return _Content(tuple(reader.blocks), metadata, tuple(_unexamined(names)))


class _Reader:
    """The blocks of a body, in its order; lives for one call."""

    def __init__(self, hiding: Mapping[str, Hidden], limits: DocumentLimits, deadline: Deadline) -> None:
        self.blocks: list[_Block] = []
        self._hiding, self._limits, self._deadline = hiding, limits, deadline

    def read(self, element: _Element, depth: int, *, in_list: bool) -> None:
        if depth > _DEPTH:
            raise LimitReached(f"is nested deeper than {_DEPTH} parts")
        for child in element:
            name = _local(child)
            if name in ("p", "h"):
                self._paragraph(child, name, in_list)
            elif name == "table-row":
                self._row(child)
            elif name == "tracked-changes":
                self._deletions(child)
            elif name not in ("table-of-content", "alphabetical-index", "sequence-decls", "variable-decls", "forms"):
                self.read(child, depth + 1, in_list=in_list or name == "list")

    def _paragraph(self, element: _Element, name: str, in_list: bool) -> None:
        level = _attribute(element, "outline-level")
        kind: PassageKind = "title" if name == "h" else "list_item" if in_list else "paragraph"
        block = _Block("", kind, int(level) if level.isdigit() else 1)
        text = squeezed("".join(self._runs(element, block, 0)))
        hidden = self._hiding.get(_attribute(element, "style-name"))
        if hidden and text:
            block.asides.insert(0, (text, hidden))
            text = ""
        block.text = text
        self._add(block)

    def _row(self, row: _Element) -> None:
        block = _Block("", "table_row")
        given = [[*cell.iter("{*}p", "{*}h")] for cell in row if _local(cell) == "table-cell"]
        cells = [squeezed(" ".join("".join(self._runs(part, block, 0)) for part in parts)) for parts in given]
        block.text = " | ".join(cells) if any(cells) else ""
        self._add(block)

    def _deletions(self, element: _Element) -> None:
        for deletion in element.iter("{*}deletion"):
            text = squeezed(" ".join("".join(part.itertext()) for part in deletion.iter("{*}p", "{*}h")))
            if text:
                self._add(_Block("", "paragraph", asides=[(text, "deleted_text")]))

    def _add(self, block: _Block) -> None:
        self._deadline.check()
        self.blocks.append(block)
        if len(self.blocks) > self._limits.max_passages:
            raise LimitReached(f"has more than {self._limits.max_passages} passages")

    def _runs(self, element: _Element, block: _Block, depth: int) -> Iterator[str]:
        """The text that is shown; what is not, or stands elsewhere, goes beside the block."""
        yield element.text or ""
        for child in element if depth < _DEPTH else ():
            name = _local(child)
            if name in ("annotation", "note", "text-box"):
                inside = next(iter(child.iter("{*}note-body")), child)
                text = squeezed(" ".join("".join(part.itertext()) for part in inside.iter("{*}p")))
                block.asides.append((text, "comment" if name == "annotation" else ""))
            elif name in ("title", "desc"):
                block.asides.append((squeezed("".join(child.itertext())), "alt_text"))
            elif name in ("s", "tab", "line-break"):
                yield " "
            elif name == "span" and (hidden := self._hiding.get(_attribute(child, "style-name"))):
                block.asides.append((squeezed("".join(child.itertext())), hidden))
            elif name not in ("deletion", "annotation-end"):
                yield from self._runs(child, block, depth + 1)
            yield child.tail or ""
        block.asides[:] = [aside for aside in block.asides if aside[0]]


def _hiding(roots: list[_Element]) -> dict[str, Hidden]:
    """Styles whose text nobody sees, by name, with why."""
    found: dict[str, Hidden] = {}
    parents: dict[str, str] = {}
    for root in roots:
        for style in root.iter("{*}style"):
            name = _attribute(style, "name")
            parents[name] = _attribute(style, "parent-style-name")
            for properties in style.iter("{*}text-properties"):
                size = _SIZE.match(_attribute(properties, "font-size"))
                if _attribute(properties, "display") == "none":
                    found[name] = "hidden_text"
                elif _attribute(properties, "color").lower() == "#ffffff" and _attribute(properties, "background-color").lower() in _WHITE:
                    found[name] = "white_text"
                elif size is not None and float(size[1].strip(".") or 0) < _TINY_PT:
                    found[name] = "tiny_text"
    return found | {name: found[parent] for name, parent in parents.items() if parent in found and name not in found}


def _metadata(root: _Element) -> Iterator[str]:
    for element in root.iter():
        if isinstance(element.tag, str) and _local(element) in _WRITTEN:
            text = squeezed("".join(element.itertext()))[:_LONGEST]
            name = _attribute(element, "name") or _local(element)
            if text:
                yield f"{name}: {text}"


def _unexamined(names: frozenset[str]) -> Iterator[str]:
    if any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in names):
        yield MACROS
    if any(name.startswith("Pictures/") and not name.endswith("/") for name in names):
        yield PICTURES
    if any(re.match(r"Object \d+/|ObjectReplacements/.", name) for name in names):
        yield EMBEDDED


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: _Element, name: str) -> str:
    """An attribute by its local name; formats of this family use none of them twice on one element."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")
