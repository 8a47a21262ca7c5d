"""PDF as passages with pages; lines count inside a page's extracted text.

Read with pypdf, page by page: the PDF path of `unstructured` needs layout models that have to be downloaded. Blocks come from `blocks.py`.
A document without a text layer is a skip (no OCR), never an empty result. Bounds: pypdf's own limits on streams, trees and
recursion, a deadline that is checked at each drawing operator, and the number of pages. Where pypdf would only log that it left
out text, the whole document is refused: a page is never cut short in silence.

Left out: images, annotations, form fields, attachments, columns (their lines come as the file draws them), JavaScript (never run).
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from ingest.documents.blocks import split_blocks
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading, Unreadable
from ingest.documents.outline import Outline
from ingest.facts import Passage
from ingest.source import Place

_BYTES_PER_STREAM = 20_000_000  # unpacked; a page of text has some kilobytes


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of each page."""
    return _pages(data, limits, deadline)


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """Blocks in the order of the pages; titles stay open across pages."""
    pages = _pages(data, limits, deadline)
    if not any(line.strip() for lines in pages.values() for line in lines):
        raise LimitReached(f"no text layer on its {len(pages)} pages; OCR is not set up")
    outline = Outline()
    passages: list[Passage] = []
    for page, lines in pages.items():
        for block in split_blocks(lines, hard_wrapped=True):
            deadline.check()
            section = outline.enter(block.level, block.text) if block.kind == "title" else outline.section
            passages.append(Passage(block.text, block.kind, section, Place(path, block.first, block.last, page)))
        if len(passages) > limits.max_passages:
            raise LimitReached(f"has more than {limits.max_passages} passages")
    title = next((passage.text for passage in passages if passage.kind == "title"), "")
    return Reading(title, tuple(passages), (), sum(map(len, pages.values())))


def _pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    def check_time(*_: object) -> None:
        deadline.check()

    with _bounded_pypdf() as losses:
        try:
            reader = PdfReader(io.BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise Unreadable("is encrypted and needs a password")
            deadline.check()
            count = len(reader.pages)
            if count > limits.max_pages:
                raise LimitReached(f"has {count} pages (limit {limits.max_pages})")
            pages: dict[int | None, tuple[str, ...]] = {}
            for number, page in enumerate(reader.pages, start=1):
                deadline.check()
                text = page.extract_text(visitor_operand_before=check_time)
                deadline.check()  # pypdf swallows what is raised inside of forms
                if losses:
                    raise Unreadable(f"page {number} cannot be read whole: {losses[0]}")
                pages[number] = tuple(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
                if any(len(line) > limits.max_line_chars for line in pages[number]):
                    raise LimitReached(f"page {number} has a line of more than {limits.max_line_chars} characters")
            return pages
        except PyPdfError as error:
            raise Unreadable(f"is no readable PDF: {error}") from error


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
def _bounded_pypdf() -> Iterator[list[str]]:
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
            zlib_maximum_output_length=_BYTES_PER_STREAM,
            lzw_maximum_output_length=_BYTES_PER_STREAM,
            run_length_maximum_output_length=_BYTES_PER_STREAM,
            array_based_stream_maximum_output_length=_BYTES_PER_STREAM,
            page_tree_maximum_entries=20_000,
        ):
            yield losses.messages
    finally:
        logger.removeHandler(losses)
        logger.setLevel(level)
        logger.propagate = propagate
