"""Spreadsheets (.xlsx) as passages; a page is a sheet, places count its rows as the sheet does, and name the cells.

openpyxl reads row by row and evaluates nothing: a formula is its text, and what it last gave is not looked at. A row is one passage, and
where cells lie far apart it is several. After the rows come the texts of boxes, and comments on cells. Hidden sheets, rows and columns, and
cells whose text cannot be told from their ground, are passages of their own, marked; so are the names of the document's metadata.

Left out: pictures, charts, pivot tables, macros, embedded files; links to other workbooks are not followed; number formats are not applied.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.documents.colours import blends
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading, Unreadable
from ingest.documents.ooxml import A, Package, metadata, open_package, unexamined
from ingest.documents.outline import squeezed
from ingest.facts import Hidden, Passage, PassageKind
from ingest.source import Place

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LAST_ROW = 1_048_576  # a sheet has no more
_GAP = 3  # empty cells between two that still make one row
_MAX_CELL = 32_767  # characters, as in Excel
_SMALLEST = 2.0  # points
_LONGEST_RANGE = 16_384  # columns


@dataclass(frozen=True, slots=True)
class _Text:
    row: int
    text: str
    where: str
    kind: PassageKind = "table_row"
    hidden: Hidden = ""


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    rows: Mapping[int, str]  # only those with text
    last: int
    texts: tuple[_Text, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a sheet hides."""

    sheet: bool
    rows: frozenset[int]
    columns: tuple[tuple[int, int], ...]

    def hides(self, row: int, column: int) -> bool:
        return self.sheet or row in self.rows or any(first <= column <= last for first, last in self.columns)


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The rows of each sheet, empty ones included; what stands beside the cells comes after the last."""
    sheets, _ = _sheets(data, limits, deadline)
    return {number: _lines(sheet) for number, sheet in enumerate(sheets, start=1)}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The rows of all sheets in order."""
    sheets, left = _sheets(data, limits, deadline)
    passages = tuple(
        Passage(text.text, text.kind, (sheet.name,), Place(path, text.row, text.row, number, text.where), text.hidden)
        for number, sheet in enumerate(sheets, start=1)
        for text in sheet.texts
    )
    return Reading(sheets[0].name if sheets else "", passages, (), sum(len(_lines(sheet)) for sheet in sheets), unexamined=left)


def _lines(sheet: _Sheet) -> tuple[str, ...]:
    beside = [text.text for text in sheet.texts if text.row > sheet.last]
    return (*(sheet.rows.get(row, "") for row in range(1, sheet.last + 1)), *beside)


def _sheets(data: bytes, limits: DocumentLimits, deadline: Deadline) -> tuple[Sequence[_Sheet], tuple[str, ...]]:
    package = open_package(data, limits, deadline)
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # published without types
    from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

    _refuse_entities(package)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what openpyxl would lose on writing
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_vba=False, keep_links=False)
            found: list[_Sheet] = []
            count = 0
            for sheet in book.worksheets:
                found.append(_SheetReader(package, sheet, limits, deadline).read())
                count += len(found[-1].texts)
                if len(found) > limits.max_pages or count > limits.max_passages:
                    raise LimitReached(f"has more than {limits.max_passages} rows or {limits.max_pages} sheets")
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError) as error:
        raise Unreadable(f"is no readable workbook: {error}") from error
    properties = metadata(package)
    if properties:
        first = found[0] if found else _Sheet("", {}, 0, ())
        beside = len(_lines(first))
        told = tuple(_Text(beside + n, text, f"metadata {name}", "other", "metadata") for n, (name, text) in enumerate(properties, start=1))
        found[:1] = [_Sheet(first.name, first.rows, first.last, (*first.texts, *told))]
    return found, unexamined(package)


def _refuse_entities(package: Package) -> None:
    """openpyxl parses rows with a parser of its own; no writer of workbooks declares a document type."""
    for name in package.names:
        if name.endswith((".xml", ".rels")):
            with package.archive.open(name) as stream:
                head = stream.read(4_000)
            if b"<!DOCTYPE" in head.replace(b"\0", b"") or b"<!ENTITY" in head.replace(b"\0", b""):
                raise Unreadable("declares a document type, which no workbook does")


class _SheetReader:
    """One sheet. Any: openpyxl publishes no types."""

    def __init__(self, package: Package, sheet: Any, limits: DocumentLimits, deadline: Deadline) -> None:
        self._package, self._sheet, self._limits, self._deadline = package, sheet, limits, deadline
        self._part = str(sheet._worksheet_path).lstrip("/")
        self._name = squeezed(str(sheet.title))

    def read(self) -> _Sheet:
        shown = self._shown()
        rows: dict[int, str] = {}
        texts: list[_Text] = []
        last = 0
        self._sheet.reset_dimensions()  # what a file claims of its size is not believed
        for number, row in enumerate(self._sheet.iter_rows(), start=1):
            self._deadline.check()
            cells = [cell for cell in row if cell.value is not None and str(cell.value).strip()]
            if number > _LAST_ROW:
                raise LimitReached(f"has a sheet of more than {_LAST_ROW} rows")
            if not cells:
                continue
            made = list(self._row_texts(number, cells, shown))
            texts += made
            rows[number], last = "\t".join(text.text for text in made), number
            if len(rows) > self._limits.max_rows:
                raise LimitReached(f"has a sheet of more than {self._limits.max_rows} rows: data, no description of a system")
        for kind, where, text in self._beside():
            last_line = last + 1 + sum(one.row > last for one in texts)
            hidden: Hidden = "hidden_text" if shown.sheet and not kind else kind
            texts.append(_Text(last_line, text, where, "other" if hidden else "paragraph", hidden))
        return _Sheet(self._name, rows, last, tuple(texts))

    def _row_texts(self, row: int, cells: Sequence[Any], shown: _Shown) -> Iterator[_Text]:
        """The cells of a row, neighbours that are shown together as one text."""
        group: list[Any] = []
        why: Hidden = ""
        for cell in cells:
            mine: Hidden = "hidden_text" if shown.hides(row, cell.column) else _unseen(cell)
            if group and (mine != why or cell.column - group[-1].column > _GAP + 1):
                yield self._joined(row, group, why)
                group = []
            why = mine
            group.append(cell)
        yield self._joined(row, group, why)

    def _joined(self, row: int, group: Sequence[Any], hidden: Hidden) -> _Text:
        texts: list[str] = []
        for cell in group:
            texts += [""] * (cell.column - group[0].column - len(texts))
            texts.append(_written(cell.value))
        first, last = f"{group[0].column_letter}{row}", f"{group[-1].column_letter}{row}"
        where = f"sheet {self._name}, {first}" + (f":{last}" if first != last else "")
        return _Text(row, " | ".join(texts), where, "other" if hidden else "table_row", hidden)

    def _shown(self) -> _Shown:
        """Hidden rows and columns, which openpyxl does not say when it reads row by row."""
        from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

        rows: set[int] = set()
        columns: list[tuple[int, int]] = []
        with self._package.archive.open(self._part) as stream:
            tags = (_S + "row", _S + "col", _S + "c")
            for _, element in etree.iterparse(stream, events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False):
                if element.tag == _S + "row" and _is_true(element.get("hidden")) and str(element.get("r")).isdigit():
                    rows.add(int(str(element.get("r"))))
                elif element.tag == _S + "col" and (_is_true(element.get("hidden")) or element.get("width") == "0"):
                    columns.append((int(element.get("min", "1")), min(int(element.get("max", "1")), _LONGEST_RANGE)))
                element.clear()
                if element.tag == _S + "row":
                    self._deadline.check()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
        return _Shown(str(self._sheet.sheet_state) != "visible", frozenset(rows), tuple(columns[:_LONGEST_RANGE]))

    def _beside(self) -> Iterator[tuple[Hidden, str, str]]:
        """Comments on cells, and the texts of boxes, which are shown: why hidden, where, text."""
        for _, name in self._package.related(self._part, "comments"):
            root = self._package.tree(name)
            for comment in () if root is None else root.iter(_S + "comment"):
                if text := squeezed(" ".join(piece.text or "" for piece in comment.iter(_S + "t"))):
                    yield "comment", f"sheet {self._name}, {str(comment.get('ref'))[:10]}, comment", text
        for _, name in self._package.related(self._part, "drawing"):
            root = self._package.tree(name)
            for paragraph in () if root is None else root.iter(A + "p"):
                if text := squeezed("".join(piece.text or "" for piece in paragraph.iter(A + "t"))):
                    yield "", f"sheet {self._name}, text box", text
            for drawn in () if root is None else root.iter():
                if str(drawn.tag).endswith("}cNvPr") and (text := squeezed(drawn.get("descr") or "")):
                    yield "alt_text", f"sheet {self._name}, alternative text", text


def _written(value: object) -> str:
    """A cell as text; a formula is what is written, never what it gives."""
    text = getattr(value, "text", value)  # formulas of arrays are objects
    return squeezed(str(value if text is None else text))[:_MAX_CELL]


def _unseen(cell: Any) -> Hidden:
    try:
        font, fill = cell.font, cell.fill
        if font.sz is not None and font.sz < _SMALLEST:
            return "tiny_text"
        if cell.number_format == ";;;":
            return "hidden_text"
        ground = _colour(fill.fgColor) if fill.fill_type == "solid" else "FFFFFF" if fill.fill_type is None else None
        return "white_text" if font.color is not None and blends(_colour(font.color), ground) else ""
    except (AttributeError, IndexError, TypeError, ValueError):
        return ""  # a style that is not there: Excel shows the text in its own


def _colour(colour: Any) -> str | None:
    """Six digits; the first colours of a theme are its background and its text."""
    if colour.type == "rgb" and isinstance(colour.rgb, str):
        return colour.rgb[-6:]
    return "FFFFFF" if colour.type == "theme" and colour.theme == 0 and not colour.tint else None


def _is_true(text: str | None) -> bool:
    return text in ("1", "true")
