"""PDF as passages with pages; lines count inside a page's extracted text: what is seen, then what is not.

Read with pypdf, page by page: the PDF path of `unstructured` needs layout models that have to be downloaded. Lines come from
`pdf_page.py`, blocks from `blocks.py`; larger or bold lines are titles, lines with the same columns rows of a table, and
a word that is cut at the end of a line is one. Text that is not seen, comments and metadata are passages of their own, marked.
A document without a text layer is a skip where no OCR is set up, never an empty result. Bounds: pypdf's own limits on streams, trees and
recursion, a deadline that is checked at each drawing operator, and the number of pages. Where pypdf would only log that it left
out text, the whole document is refused: a page is never cut short in silence.

Left out: pictures, form fields, attachments, JavaScript (never run). Columns of text come in the order the file draws them.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.documents.blocks import Block, split_blocks
from ingest.documents.limits import EMBEDDED, NO_TEXT, PICTURES, Deadline, DocumentLimits, LimitReached, Pages, Reading, Unreadable
from ingest.documents.outline import Outline, squeezed
from ingest.documents.pdf_page import Line, Row, has_pictures, page_lines, row_at
from ingest.facts import Hidden, Passage
from ingest.source import Place

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_BYTES_PER_STREAM = 20_000_000  # unpacked; a page of text has some kilobytes
_LARGER = 1.15  # times the size of ordinary text: a title
_MAX_TITLE = 120  # characters
_LARGER_BOLD = 1.04  # the same, of bold letters
_MOST_TITLE_LINES = 3
_MAX_SIZES = 4  # of titles that are told apart
_BOLD_LEVEL = 5  # of a bold numbered line of ordinary size; larger ones stand above it
_NUMBERED = re.compile(r"(?:\d{1,3}\.)+\d{0,3}\s+\S|\d{1,2}\s+[A-Z]|[A-Z]\.\d")
_CUT = re.compile(r"(\w+)-\n(\w+)")
_KEEPS_HYPHEN = frozenset(
    ["non", "self", "well", "real", "long", "short", "high", "low", "multi", "cross", "role", "end", "third", "first", "second", "rate",
     "user", "open", "state", "two", "three", "read", "write", "time", "human", "zero", "large", "small", "full", "in", "on", "by"]
)  # fmt: skip
_OF_THE_WRITER = frozenset({"/Producer", "/Creator", "/CreationDate", "/ModDate", "/Trapped", "/Author"})
_NOTHING_SAID = frozenset({"", "untitled", "unspecified", "anonymous"})
_SCRIPTS = "scripts in it were not examined and never run"


_Levels = Mapping[tuple[float, bool], int]  # size and weight of letters to the level of the titles set in them


@dataclass(frozen=True, slots=True)
class _Page:
    lines: tuple[Line, ...]  # seen ones first


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of each page."""
    pages, _ = _pages(data, limits, deadline)
    return {number: tuple(line.text for line in page.lines) for number, page in enumerate(pages, start=1)}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """Blocks in the order of the pages; titles stay open across pages."""
    pages, left = _pages(data, limits, deadline)
    has_text = any(line.text.strip() and line.hidden not in ("metadata", "comment") for page in pages for line in page.lines)
    levels = _title_levels(pages)
    outline = Outline()
    passages: list[Passage] = []
    for number, page in enumerate(pages, start=1):
        shown = [line for line in page.lines if not line.hidden]
        for block in _blocks(shown, levels):
            deadline.check()
            section = outline.enter(block.level, block.text) if block.kind == "title" else outline.section
            passages.append(Passage(block.text, block.kind, section, Place(path, block.first, block.last, number)))
        for index, line in enumerate(page.lines, start=1):
            if line.hidden and line.text.strip():
                passages.append(Passage(squeezed(line.text), "other", outline.section, Place(path, index, index, number), line.hidden))
        if len(passages) > limits.max_passages:
            raise LimitReached(f"has more than {limits.max_passages} passages")
    title = next((passage.text for passage in passages if passage.kind == "title"), "")
    textless = "" if has_text else f"no text layer on its {len(pages)} pages; OCR is not set up"
    return Reading(title, tuple(passages), (), sum(len(page.lines) for page in pages), unexamined=left, textless=textless)


def _title_levels(pages: Sequence[_Page]) -> _Levels:
    """Levels of titles: what is larger than most of the text, and what is bold a little larger."""
    sizes: Counter[float] = Counter()
    looks: set[tuple[float, bool]] = set()
    for page in pages:
        for line in page.lines:
            if line.size and not line.hidden:
                sizes[line.size] += len(line.text)
                looks.add((line.size, line.bold))
    if not sizes:
        return {}
    ordinary = sizes.most_common(1)[0][0]
    larger = {(size, bold) for size, bold in looks if size > (_LARGER_BOLD if bold else _LARGER) * ordinary}
    ranks = {size: min(rank, _MAX_SIZES) for rank, size in enumerate(sorted({size for size, _ in larger}, reverse=True), start=1)}
    return {(size, bold): ranks[size] for size, bold in larger}


def _blocks(lines: Sequence[Line], levels: _Levels) -> Iterator[Block]:
    """Titles by their look, rows of tables by their columns, and the rest by its lines."""
    start = index = 0
    while index < len(lines):
        level = _level(lines[index], levels)
        rows = [] if level else _table_rows(lines, index)
        if not level and not rows:
            index += 1
            continue
        end = index + 1
        if level:
            while end < len(lines) and _level(lines[end], levels) == level and lines[end].looks_like(lines[index]):
                end += 1
            if end - index > _MOST_TITLE_LINES:  # a text set in large letters
                index = end
                continue
            yield from _plain_blocks(lines, start, index, bool(levels))
            yield Block(squeezed(" ".join(line.text for line in lines[index:end])), "title", index + 1, end, level)
        else:
            yield from _plain_blocks(lines, start, index, bool(levels))
            end = index
            for row in rows:
                yield Block(" | ".join(cell.text for cell in row.cells), "table_row", end + 1, end + row.lines)
                end += row.lines
        start = index = end
    yield from _plain_blocks(lines, start, len(lines), bool(levels))


def _level(line: Line, levels: _Levels) -> int:
    text = line.text.strip()
    if not 2 < len(text) <= _MAX_TITLE or not any(character.isalpha() for character in text):
        return 0
    if (line.size, line.bold) in levels:
        return levels[line.size, line.bold]
    return _BOLD_LEVEL if line.bold and _NUMBERED.match(text) and text[-1] not in ".,;:" else 0


def _table_rows(lines: Sequence[Line], start: int) -> list[Row]:
    """The rows from here that stand in the same columns, if more than one does."""
    rows = [row_at(lines, start)]
    end = start + rows[0].lines
    while end < len(lines) and rows[-1].stands_like(row := row_at(lines, end)):
        rows.append(row)
        end += row.lines
    return rows if len(rows) > 1 else []


def _plain_blocks(lines: Sequence[Line], start: int, end: int, sized: bool) -> Iterator[Block]:
    """Blocks by their lines alone; where titles have a size of their own, a line of ordinary size is no title for its words."""
    texts = [line.text for line in lines[start:end]]
    for block in split_blocks(texts, hard_wrapped=True, guess_titles=not sized):
        text = block.text
        if block.kind in ("paragraph", "list_item") and _CUT.search("\n".join(texts[block.first - 1 : block.last])) is not None:
            text = _uncut(text)
        yield Block(text, block.kind, block.first + start, block.last + start, block.level)


def _uncut(text: str) -> str:
    """Words that were cut at the end of a line as one; a hyphen of their own stays."""

    def joined(cut: re.Match[str]) -> str:
        return f"{cut[1]}-{cut[2]}" if cut[1].lower() in _KEEPS_HYPHEN else cut[1] + cut[2]

    return re.sub(r"\b(\w{2,})- ([^\W\dA-Z_]\w*)", joined, text)


def _pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> tuple[Sequence[_Page], tuple[str, ...]]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    with bounded_pypdf() as losses:
        try:
            reader = PdfReader(io.BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise Unreadable("is encrypted and needs a password")
            deadline.check()
            count = len(reader.pages)
            if count > limits.max_pages:
                raise LimitReached(f"has {count} pages (limit {limits.max_pages})")
            pages: list[_Page] = []
            left: dict[str, None] = dict.fromkeys(_in_catalog(reader))
            for number, page in enumerate(reader.pages, start=1):
                deadline.check()
                lines = page_lines(page, deadline.check)
                deadline.check()  # pypdf swallows what is raised inside of forms
                if losses:
                    raise Unreadable(f"page {number} cannot be read whole: {losses[0]}")
                if any(len(line.text) > limits.max_line_chars for line in lines):
                    raise LimitReached(f"page {number} has a line of more than {limits.max_line_chars} characters")
                left.update(dict.fromkeys(_left_on(page, lines)))
                beside = [*_comments(page), *(_metadata(reader) if number == 1 else ())]
                pages.append(_Page((*lines, *beside)))
            return pages, tuple(left)
        except DependencyError as error:
            raise Unreadable("is encrypted in a way that pypdf cannot read by itself") from error
        except PyPdfError as error:
            raise Unreadable(f"is no readable PDF: {error}") from error


def _left_on(page: PageObject, lines: Sequence[Line]) -> Iterator[str]:
    """What is on a page and was not read."""
    if not any(line.text.strip() for line in lines):
        yield NO_TEXT
    elif has_pictures(page):
        yield PICTURES


def _comments(page: PageObject) -> Iterator[Line]:
    """Notes that somebody stuck on the page."""
    for note in _objects(page.get("/Annots")):
        text = squeezed(str(note.get("/Contents") or ""))
        if text and note.get("/Subtype") not in ("/Link", "/Widget", "/Popup"):
            yield _beside(text, "comment")


def _metadata(reader: PdfReader) -> Iterator[Line]:
    for name, value in (reader.metadata or {}).items():
        text = squeezed(str(value))
        if text.strip("()").lower() not in _NOTHING_SAID and str(name) not in _OF_THE_WRITER and not str(name).startswith("/PTEX"):
            yield _beside(text, "metadata")


def _beside(text: str, hidden: Hidden) -> Line:
    return Line(text[:20_000], (), hidden)


def _in_catalog(reader: PdfReader) -> Iterator[str]:
    """What the document as a whole brings that is not read."""
    catalog = _mapping(reader.root_object)
    names = _mapping(catalog.get("/Names"))
    action = _mapping(catalog.get("/OpenAction"))
    if "/JavaScript" in names or action.get("/S") == "/JavaScript" or "/AA" in catalog:
        yield _SCRIPTS
    if "/EmbeddedFiles" in names:
        yield EMBEDDED


def _objects(given: Any) -> Iterator[Mapping[str, Any]]:
    """The dictionaries of a list; Any: what a file holds in the place of one may be anything."""
    listed = getattr(given, "get_object", lambda: given)()
    for item in list(listed)[:5_000] if isinstance(listed, list) else ():
        yield _mapping(item)


def _mapping(given: Any) -> Mapping[str, Any]:
    found = getattr(given, "get_object", lambda: given)()
    return found if isinstance(found, Mapping) else {}


class _Losses(logging.Handler):
    """Keeps what pypdf logs about text it leaves out; what else it mends on the way is not news to the user."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if not self.messages and message.startswith(("Impossible to decode", "Exceeded")):
            self.messages.append(message)


@contextmanager
def bounded_pypdf(stream_bytes: int = _BYTES_PER_STREAM) -> Iterator[list[str]]:
    """pypdf with tight limits and a silent log; gives the text losses it has reported so far."""
    import pypdf

    logger = logging.getLogger("pypdf")
    level, propagate = logger.level, logger.propagate
    losses = _Losses()
    logger.addHandler(losses)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    try:
        with pypdf.apply_configuration(
            zlib_maximum_output_length=stream_bytes,
            lzw_maximum_output_length=stream_bytes,
            run_length_maximum_output_length=stream_bytes,
            array_based_stream_maximum_output_length=stream_bytes,
            page_tree_maximum_entries=20_000,
        ):
            yield losses.messages
    finally:
        logger.removeHandler(losses)
        logger.setLevel(level)
        logger.propagate = propagate
