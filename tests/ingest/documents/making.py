"""Real documents by real writers, and the sources that point at them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Protocol

from docx import Document
from docx.document import Document as DocumentObject
from reportlab.pdfgen.canvas import Canvas

from ingest.documents import DocumentLimits, read_document
from ingest.facts import DocumentFacts, Passage
from ingest.source import Source, SourceKind

LIMITS = DocumentLimits()


def source_of(folder: Path, content: str | bytes, kind: SourceKind) -> Source:
    location = folder / f"design.{kind}"
    data = content.encode() if isinstance(content, str) else content
    location.write_bytes(data)
    return Source(location.name, location, kind, "documentation", len(data))


def facts_of(folder: Path, content: str | bytes, kind: SourceKind) -> DocumentFacts:
    facts = read_document(source_of(folder, content, kind), LIMITS)
    assert isinstance(facts, DocumentFacts), facts
    return facts


def shape_of(facts: DocumentFacts) -> list[tuple[str, str, int, int]]:
    return [(passage.kind, passage.text, passage.place.start_line, passage.place.end_line) for passage in facts.passages]


def quote_of(pages: Mapping[int | None, tuple[str, ...]], passage: Passage) -> str:
    lines = pages[passage.place.page]
    assert 1 <= passage.place.start_line <= passage.place.end_line <= len(lines)
    return "\n".join(lines[passage.place.start_line - 1 : passage.place.end_line])


class Savable(Protocol):
    """What documents of all writers have in common."""

    def save(self, stream: IO[bytes], /) -> object: ...


def saved(document: Savable) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def docx_bytes(document: DocumentObject) -> bytes:
    return saved(document)


def design_docx() -> DocumentObject:
    document = Document()
    document.add_heading("Decision record 7", 0)
    document.add_heading("Refunds", 1)
    document.add_paragraph("Every refund needs the approval of a human.")
    document.add_paragraph("")
    document.add_paragraph("limit of 100 EUR", style="List Bullet")
    document.add_heading("Limits", 2)
    table = document.add_table(rows=2, cols=2)
    for row, values in zip(table.rows, (("tool", "approval"), ("refund", "yes")), strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.add_heading("Search", 1)
    document.add_paragraph("Search is read-only.")
    return document


def pdf_bytes(pages: list[list[str]], **options: object) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1, **options)
    for lines in pages:
        for number, line in enumerate(lines):
            canvas.drawString(72, 760 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def zip_bytes(entries: dict[str, bytes], base: bytes | None = None) -> bytes:
    """An archive of the entries, on top of those of `base`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        if base is not None:
            with zipfile.ZipFile(io.BytesIO(base)) as old:
                for name in old.namelist():
                    if name not in entries:
                        archive.writestr(name, old.read(name))
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()
