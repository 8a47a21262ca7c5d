"""Slides (.pptx) as passages; a page is a slide, and places count its paragraphs and table rows: first what is shown, then what is not.

python-pptx opens the file and knows its shapes; text is taken in their order, which is that of reading aloud. The slide's title opens a
section; groups, tables, charts' titles and the texts of drawn diagrams are read. Speaker notes, comments, alternative texts, shapes
outside of the slide, hidden shapes and slides, and text that cannot be seen are passages of their own, marked.

Left out: pictures, media, embedded files, macros, animations; what a layout or master adds to each slide; colours of themes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.documents.colours import blends
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading, Unreadable
from ingest.documents.ooxml import A, Package, is_on, metadata, open_package, unexamined
from ingest.documents.outline import squeezed
from ingest.facts import Hidden, Passage, PassageKind
from ingest.source import Place

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml ships no types

_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_SMALLEST = 200  # hundredths of a point
_MAX_DEPTH = 20  # groups inside of groups


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    kind: PassageKind = "paragraph"
    hidden: Hidden = ""
    name: str = ""  # "speaker notes", "table 1, row 2"


@dataclass(frozen=True, slots=True)
class _Slide:
    title: str
    texts: tuple[_Text, ...]  # shown first, hidden last


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The texts of each slide."""
    slides, _ = _slides(data, limits, deadline)
    return {number: tuple(text.text for text in slide.texts) for number, slide in enumerate(slides, start=1)}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The texts of all slides in order."""
    slides, left = _slides(data, limits, deadline)
    passages: list[Passage] = []
    for number, slide in enumerate(slides, start=1):
        for line, text in enumerate(slide.texts, start=1):
            section = () if text.kind == "title" or not slide.title else (slide.title,)
            where = f"slide {number}, {text.name}" if text.name else ""
            passages.append(Passage(text.text, text.kind, section, Place(path, line, line, number, where), text.hidden))
    title = next((slide.title for slide in slides if slide.title), "")
    return Reading(title, tuple(passages), (), sum(len(slide.texts) for slide in slides), unexamined=left)


def _slides(data: bytes, limits: DocumentLimits, deadline: Deadline) -> tuple[Sequence[_Slide], tuple[str, ...]]:
    package = open_package(data, limits, deadline)
    from lxml.etree import LxmlError
    from pptx import Presentation
    from pptx.exc import PythonPptxError

    try:
        deck = Presentation(io.BytesIO(data))
        slides = list(deck.slides)
    except (PythonPptxError, LxmlError, KeyError, ValueError, AttributeError, IndexError) as error:
        raise Unreadable(f"is no readable presentation: {error}") from error
    if len(slides) > limits.max_pages:
        raise LimitReached(f"has {len(slides)} slides (limit {limits.max_pages})")
    size = (int(deck.slide_width or 0), int(deck.slide_height or 0))
    found: list[_Slide] = []
    count = 0
    for slide in slides:
        reader = _SlideReader(package, slide, size, deadline)
        found.append(reader.read())
        count += len(found[-1].texts)
        if count > limits.max_passages:
            raise LimitReached(f"has more than {limits.max_passages} paragraphs")
    properties = tuple(_Text(text, "other", "metadata", f"metadata {name}") for name, text in metadata(package))
    if properties:
        found = [_Slide(found[0].title, (*found[0].texts, *properties)), *found[1:]] if found else [_Slide("", properties)]
    return found, unexamined(package)


class _SlideReader:
    """One slide. It counts tables, thus mutable. Any: python-pptx publishes no types."""

    def __init__(self, package: Package, slide: Any, size: tuple[int, int], deadline: Deadline) -> None:
        self._package, self._slide, self._size, self._deadline = package, slide, size, deadline
        self._tables = 0
        self._ground = _ground(slide)
        self._painted = list(_painted(slide))

    def read(self) -> _Slide:
        title_shape = self._slide.shapes.title
        title = "" if title_shape is None else squeezed(title_shape.text_frame.text)
        texts = list(self._shapes(self._slide.shapes, title_shape, "", 0))
        texts += self._beside()
        shown = [text for text in texts if not text.hidden]
        if self._slide._element.get("show") in ("0", "false"):
            shown = [_Text(text.text, "other", "hidden_text", "hidden slide") for text in shown]
            title = ""
        return _Slide(title, (*shown, *(text for text in texts if text.hidden)))

    def _shapes(self, shapes: Any, title: Any, hidden: Hidden, depth: int) -> Iterator[_Text]:
        for shape in shapes:
            self._deadline.check()
            mine = hidden or self._hidden(shape, depth)
            yield from self._alternative(shape)
            if hasattr(shape, "shapes") and depth < _MAX_DEPTH:
                yield from self._shapes(shape.shapes, title, mine, depth + 1)
            elif getattr(shape, "has_table", False):
                yield from self._table(shape.table, mine)
            elif getattr(shape, "has_chart", False):
                yield from self._chart(shape, mine)
            elif getattr(shape, "has_text_frame", False):
                is_title = title is not None and shape.shape_id == title.shape_id
                yield from self._frame(shape, "title" if is_title and not mine else "paragraph", mine)

    def _hidden(self, shape: Any, depth: int) -> Hidden:
        properties = shape._element.find(f".//{_P}cNvPr")
        if properties is not None and is_on(properties, "hidden") and properties.get("hidden") is not None:
            return "hidden_text"
        if depth or None in (shape.left, shape.top, shape.width, shape.height):
            return ""  # inherited from the layout, or counted in the group's own measure
        wide, high = self._size
        inside = shape.left < wide and shape.top < high and shape.left + shape.width > 0 and shape.top + shape.height > 0
        return "" if inside or not wide else "off_page"

    @staticmethod
    def _alternative(shape: Any) -> Iterator[_Text]:
        properties = shape._element.find(f".//{_P}cNvPr")
        for attribute in ("descr", "title"):
            text = squeezed(properties.get(attribute) or "") if properties is not None else ""
            if text:
                yield _Text(text, "other", "alt_text", f"alternative text of {squeezed(shape.name)[:40]}")

    def _frame(self, shape: Any, kind: PassageKind, hidden: Hidden) -> Iterator[_Text]:
        ground = _fill(shape._element) or (None if self._stands_on_paint(shape) else self._ground)
        paragraphs = list(shape.text_frame.paragraphs)
        if kind == "title":
            text = squeezed(shape.text_frame.text)
            yield from [_Text(text, "title")] if text else []
            return
        for paragraph in paragraphs:
            yield from self._paragraph(paragraph._p, ground, kind, hidden)

    def _stands_on_paint(self, shape: Any) -> bool:
        """Whether a picture or a coloured shape lies where this one is: its text may well be seen."""
        if None in (shape.left, shape.top, shape.width, shape.height):
            return True
        left, top, right, bottom = shape.left, shape.top, shape.left + shape.width, shape.top + shape.height
        return any(
            left < far_right and right > far_left and top < far_bottom and bottom > far_top
            for far_left, far_top, far_right, far_bottom in self._painted
        )

    def _paragraph(self, paragraph: _Element, ground: str | None, kind: PassageKind, hidden: Hidden) -> Iterator[_Text]:
        seen: list[str] = []
        unseen: dict[Hidden, list[str]] = {}
        for run in paragraph:
            if run.tag == A + "br":
                seen.append(" ")
            text = run.find(A + "t") if run.tag in (A + "r", A + "fld") else None
            if text is None:
                continue
            why = hidden or _run_hidden(run.find(A + "rPr"), ground)
            (unseen.setdefault(why, []) if why else seen).append(text.text or "")
        if shown := squeezed("".join(seen)):
            level = paragraph.find(A + "pPr")
            yield _Text(shown, "list_item" if level is not None and level.get("lvl") not in (None, "0") else kind)
        for why, parts in unseen.items():
            if text := squeezed("".join(parts)):
                yield _Text(text, "other", why)

    def _table(self, table: Any, hidden: Hidden) -> Iterator[_Text]:
        self._tables += 1
        for number, row in enumerate(table.rows, start=1):
            text = " | ".join(squeezed(cell.text_frame.text) for cell in row.cells)
            if text.strip(" |"):
                name = f"table {self._tables}, row {number}"
                yield _Text(text, "other" if hidden else "table_row", hidden, name)

    def _chart(self, shape: Any, hidden: Hidden) -> Iterator[_Text]:
        chart = shape.chart
        text = squeezed(chart.chart_title.text_frame.text) if chart.has_title and chart.chart_title.has_text_frame else ""
        if text:
            yield _Text(text, "other" if hidden else "caption", hidden)

    def _beside(self) -> Iterator[_Text]:
        """Drawn diagrams, which are shown; comments and notes, which are not."""
        name = str(self._slide.part.partname).lstrip("/")
        for _, part in self._package.related(name, "diagramData"):
            root = self._package.tree(part)
            for paragraph in () if root is None else root.iter(A + "p"):
                if text := squeezed("".join(piece.text or "" for piece in paragraph.iter(A + "t"))):
                    yield _Text(text, "list_item")
        for _, part in self._package.related(name, "comments"):
            root = self._package.tree(part)
            for comment in () if root is None else root:
                texts = [piece.text or "" for piece in comment.iter() if piece.tag in (_P + "text", A + "t")]
                if text := squeezed(" ".join(texts)):
                    yield _Text(text, "other", "comment")
        if self._slide.has_notes_slide and (frame := self._slide.notes_slide.notes_text_frame) is not None:
            for paragraph in frame.paragraphs:
                if text := squeezed("".join(piece.text or "" for piece in paragraph._p.iter(A + "t"))):
                    yield _Text(text, "other", "speaker_notes", "speaker notes")


def _ground(slide: Any) -> str | None:
    """The colour of the slide, where it says one itself or everything above says nothing: then it is white."""
    for part in (slide, slide.slide_layout, slide.slide_layout.slide_master):
        background = part._element.find(f"{_P}cSld/{_P}bg")
        if background is not None:
            properties = background.find(_P + "bgPr")
            return _plain_fill(properties) or _theme_white(background)
    return "FFFFFF"


def _theme_white(background: _Element) -> str | None:
    """A reference to the first background colour of the theme, which is white unless somebody mapped it anew."""
    reference = background.find(f"{_P}bgRef/{A}schemeClr")
    return "FFFFFF" if reference is not None and reference.get("val") in ("bg1", "lt1") else None


def _painted(slide: Any) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right and bottom of all that brings a colour of its own, on the slide and under it."""
    for part in (slide, slide.slide_layout, slide.slide_layout.slide_master):
        for shape in part.shapes:
            if None in (shape.left, shape.top, shape.width, shape.height):
                continue
            is_picture = shape._element.tag == _P + "pic" or hasattr(shape, "shapes")
            fill = _fill(shape._element)
            if is_picture or (fill is not None and not blends(fill, "FFFFFF")):
                yield shape.left, shape.top, shape.left + shape.width, shape.top + shape.height


def _fill(shape: _Element) -> str | None:
    """The colour a shape is filled with: six digits, "other" where it is no plain colour, None where it has no fill of its own."""
    return _plain_fill(shape.find(_P + "spPr"), shape.find(f"{_P}style/{A}fillRef"))


def _plain_fill(properties: _Element | None, styled: _Element | None = None) -> str | None:
    for child in () if properties is None else properties:
        if child.tag == A + "solidFill":
            return _colour(child) or "other"
        if child.tag in (A + "gradFill", A + "blipFill", A + "pattFill"):
            return "other"
        if child.tag == A + "noFill":
            return None
    return "other" if styled is not None and styled.get("idx") not in (None, "0") else None


def _colour(fill: _Element | None) -> str | None:
    if fill is None:
        return None
    plain, themed = fill.find(A + "srgbClr"), fill.find(A + "schemeClr")
    if plain is not None:
        return str(plain.get("val"))
    return "FFFFFF" if themed is not None and themed.get("val") in ("bg1", "lt1") and not len(themed) else None


def _run_hidden(properties: _Element | None, ground: str | None) -> Hidden:
    if properties is None:
        return ""
    size = properties.get("sz")
    if size is not None and size.isdigit() and int(size) < _SMALLEST:
        return "tiny_text"
    ink = properties.find(A + "solidFill")
    if properties.find(A + "noFill") is not None:
        return "hidden_text"
    return "white_text" if blends(_colour(ink), ground) else ""
