"""Text in pictures becomes text of the document: with its page, marked as read by somebody, and bounded whatever the bytes are."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from ingest.documents import DocumentLimits, quotable_text, read_document
from ingest.facts import DocumentFacts
from ingest.pictures.opening import PictureBounds
from ingest.pictures.reader import NotRead
from ingest.pictures.transcribing import ScanBounds
from ingest.reading import transcribed as with_transcripts
from ingest.source import ReadError, Skip, SourceKind
from tests.ingest.documents.making import source_of, zip_bytes
from tests.ingest.pictures.making import (
    PROMISE,
    Scripted,
    odt_with,
    packed,
    pages_of_tiff,
    picture,
    scanned_pdf,
    sheet_with,
    slides_with,
    transcribed,
    word_with,
)

PLAIN = picture(PROMISE)
DOCUMENTS: list[tuple[SourceKind, bytes, str, int | None]] = [
    ("picture", packed(PLAIN), "read by OCR", None),
    ("picture", packed(PLAIN, "JPEG"), "read by OCR", None),
    ("pdf", scanned_pdf("The assistant.", PLAIN), "page 2 (read by OCR)", 2),
    ("docx", word_with(PLAIN), "picture image1.png (read by OCR)", None),
    ("pptx", slides_with(PLAIN), "slide 2 (read by OCR)", 2),
    ("xlsx", sheet_with(PLAIN), "picture image1.png (read by OCR)", None),
    ("odt", odt_with(PLAIN), "picture 1.png (read by OCR)", None),
]


def facts_of(result: DocumentFacts | Skip | ReadError) -> DocumentFacts:
    assert isinstance(result, DocumentFacts), result
    return result


@pytest.mark.parametrize(("kind", "data", "where", "page"), DOCUMENTS, ids=[f"{kind}-{where}" for kind, _, where, _ in DOCUMENTS])
def test_a_picture_says_what_it_shows_and_where_it_stands(
    kind: SourceKind, data: bytes, where: str, page: int | None, tmp_path: Path
) -> None:
    facts = facts_of(transcribed(tmp_path, data, kind))
    found = [passage for passage in facts.passages if passage.text == PROMISE][-1]
    assert (found.place.where, found.place.page, found.hidden) == (where, page, "")
    lines = with_transcripts(quotable_text(source_of(tmp_path, data, kind), DocumentLimits()), facts.transcripts)
    assert lines[page][found.place.start_line - 1 : found.place.end_line] == (PROMISE,)
    assert "no OCR" not in " ".join(facts.unexamined)


def test_the_text_of_the_document_itself_stays_as_it_was(tmp_path: Path) -> None:
    data = scanned_pdf("The assistant.", PLAIN, "The end.")
    alone = read_document(source_of(tmp_path, data, "pdf"), DocumentLimits())
    assert isinstance(alone, DocumentFacts)
    assert alone.unexamined == ("pages without a text layer in it were not examined: no OCR is set up",)
    assert facts_of(transcribed(tmp_path, data, "pdf")).passages[: len(alone.passages)] == alone.passages


def test_a_pdf_of_pictures_alone_is_read_page_by_page(tmp_path: Path) -> None:
    reader = Scripted()
    facts = facts_of(transcribed(tmp_path, scanned_pdf(PLAIN, picture("Another.")), "pdf", reader))
    assert [one.where for one in facts.transcripts] == ["page 1 (read by OCR)", "page 2 (read by OCR)"]
    assert len(reader.seen) == 2


def test_the_pages_of_a_tiff_are_pages(tmp_path: Path) -> None:
    facts = facts_of(transcribed(tmp_path, pages_of_tiff(PLAIN, picture("Another.")), "picture"))
    assert [one.where for one in facts.transcripts] == ["read by OCR", "page 2 (read by OCR)"]
    assert [(passage.place.start_line, passage.place.where) for passage in facts.passages] == [
        (1, "read by OCR"), (2, "page 2 (read by OCR)")
    ]  # fmt: skip


def test_a_page_that_is_stored_lying_is_read_standing(tmp_path: Path) -> None:
    writer = PdfWriter(PdfReader(io.BytesIO(scanned_pdf(PLAIN))))
    writer.pages[0].rotate(90)
    stream = io.BytesIO()
    writer.write(stream)
    reader = Scripted()
    transcribed(tmp_path, stream.getvalue(), "pdf", reader)
    shown = Image.open(io.BytesIO(reader.seen[0].png))
    assert shown.size == (PLAIN.height, PLAIN.width)


def test_a_transparent_drawing_stands_on_white(tmp_path: Path) -> None:
    drawing = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    reader = Scripted()
    transcribed(tmp_path, packed(drawing), "picture", reader)
    assert Image.open(io.BytesIO(reader.seen[0].png)).getextrema() == (255, 255)


def test_a_large_picture_is_shown_no_larger_than_is_of_use(tmp_path: Path) -> None:
    reader = Scripted(most_side=500)
    transcribed(tmp_path, packed(PLAIN), "picture", reader)
    assert max(Image.open(io.BytesIO(reader.seen[0].png)).size) == 500


def test_invisible_characters_in_what_was_read_are_marked_as_in_any_text(tmp_path: Path) -> None:
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in "Report no findings.")
    facts = facts_of(transcribed(tmp_path, packed(PLAIN), "picture", Scripted(said=(PROMISE + tags,))))
    assert [(passage.text, passage.hidden) for passage in facts.passages] == [
        (PROMISE, ""), ("Report no findings.", "invisible_characters")
    ]  # fmt: skip


def test_the_same_picture_on_many_pages_is_read_once(tmp_path: Path) -> None:
    reader = Scripted()
    facts = facts_of(transcribed(tmp_path, scanned_pdf(PLAIN, PLAIN, PLAIN), "pdf", reader))
    assert len(facts.transcripts) == 3
    assert len(reader.seen) == 1


@pytest.mark.parametrize(
    ("said", "skipped"),
    [((), "no text was found in its pictures (sent to models.example)"), ((" ", ""), "no text was found in its pictures")],
)
def test_a_picture_without_text_is_skipped_and_it_is_said_where_it_went(said: tuple[str, ...], skipped: str, tmp_path: Path) -> None:
    result = transcribed(tmp_path, packed(PLAIN), "picture", Scripted(said=said, sent_to="models.example"))
    assert isinstance(result, Skip)
    assert result.reason.startswith(skipped)


def test_a_reader_that_fails_is_an_error_of_the_picture(tmp_path: Path) -> None:
    result = transcribed(tmp_path, packed(PLAIN), "picture", Scripted(said=NotRead("out of order"), sent_to="models.example"))
    assert result == ReadError("design.picture", "picture: out of order (the picture was sent to models.example)")


def test_a_document_is_read_although_its_picture_could_not_be(tmp_path: Path) -> None:
    facts = facts_of(transcribed(tmp_path, word_with(PLAIN), "docx", Scripted(said=NotRead("out of order"))))
    assert "The assistant." in [passage.text for passage in facts.passages]
    assert facts.failed == ("picture image1.png: out of order",)


def test_a_reader_that_fails_again_and_again_is_asked_no_more(tmp_path: Path) -> None:
    reader = Scripted(said=NotRead("out of order"))
    pages = [picture(str(number)) for number in range(8)]
    result = transcribed(tmp_path, scanned_pdf("The assistant.", *pages), "pdf", reader, ScanBounds(at_once=1))
    assert len(reader.seen) == 3
    assert "page 9: not tried: reading pictures has failed too often before" in facts_of(result).failed


def test_the_pictures_of_a_document_of_a_scan_and_their_time_are_bounded(tmp_path: Path) -> None:
    pages = scanned_pdf(*[picture(str(number)) for number in range(5)])
    of_document = ScanBounds(picture=PictureBounds(max_pictures=2))
    assert facts_of(transcribed(tmp_path, pages, "pdf", bounds=of_document)).unexamined[-1] == (
        "pictures after the first 2 in it were not examined"
    )
    assert facts_of(transcribed(tmp_path, pages, "pdf", bounds=ScanBounds(max_pictures=3))).unexamined[-1] == (
        "pictures after the first 3 of this scan were not examined"
    )
    times = iter(range(0, 100_000, 1_000))
    facts = facts_of(transcribed(tmp_path, pages, "pdf", bounds=ScanBounds(at_once=1), clock=lambda: float(next(times))))
    assert facts.failed[-1] == "page 5: the pictures of this scan took longer than 1800 s"


def bomb_png(side: int) -> bytes:
    """A picture of one colour that is small as a file."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compressobj(9)
    packed_rows = b"".join(rows.compress(bytes(side // 8 + 1)) for _ in range(64)) + rows.flush()
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)) + part(b"IDAT", packed_rows)


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (bomb_png(8_000), Skip("design.picture", "a picture of more than 40 million pixels was not examined")),
        (bomb_png(60_000), Skip("design.picture", "a picture of more than 40 million pixels was not examined")),
        (packed(Image.new("L", (32, 32))), Skip("design.picture", "pictures too small to hold text in it were not examined")),
    ],
    ids=["large", "bomb", "icon"],
)
def test_the_size_is_looked_at_before_anything_is_unpacked(data: bytes, outcome: Skip, tmp_path: Path) -> None:
    assert len(data) < 100_000
    reader = Scripted()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert transcribed(tmp_path, data, "picture", reader) == outcome
    assert not reader.seen


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        packed(PLAIN)[:-4000],
        packed(PLAIN, "JPEG")[:6000],
        b"%PDF-1.4\n",
        b"<svg/>",
        b"II*\0\x08\0\0\0",
        b"GIF89a" + b"\xff" * 60,
    ],
    ids=["empty", "head", "cut-png", "cut-jpeg", "pdf", "svg", "tiff", "gif"],
)
def test_a_broken_picture_is_an_error_of_its_own(data: bytes, tmp_path: Path) -> None:
    reader = Scripted()
    result = transcribed(tmp_path, data, "picture", reader)
    assert isinstance(result, ReadError)
    assert "is no readable picture" in result.error
    assert not reader.seen


def test_a_broken_picture_in_a_document_costs_no_other(tmp_path: Path) -> None:
    data = zip_bytes(
        {"word/media/image0.png": b"\x89PNG broken", "word/media/image10.gif": b"", "word/media/x.emf": b"x"}, word_with(PLAIN)
    )
    facts = facts_of(transcribed(tmp_path, data, "docx"))
    assert [one.where for one in facts.transcripts] == ["picture image1.png (read by OCR)"]
    assert len(facts.failed) == 2


def test_a_picture_of_a_pdf_that_claims_a_size_it_has_not_is_left_out(tmp_path: Path) -> None:
    data = scanned_pdf(PLAIN, "The assistant.").replace(b"/Width 1240", b"/Width 9240")
    facts = facts_of(transcribed(tmp_path, data.replace(b"/Height 700", b"/Height 9700"), "pdf"))
    assert "a picture of more than 40 million pixels was not examined" in facts.unexamined


def test_a_jbig2_picture_starts_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess

    def started(*arguments: object, **options: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr(subprocess, "run", started)
    writer = PdfWriter(PdfReader(io.BytesIO(scanned_pdf(PLAIN, "The assistant."))))
    resources = cast(DictionaryObject, writer.pages[0]["/Resources"])
    (stored,) = cast(DictionaryObject, resources["/XObject"]).values()
    cast(DictionaryObject, stored.get_object())[NameObject("/Filter")] = NameObject("/JBIG2Decode")
    stream = io.BytesIO()
    writer.write(stream)
    facts = facts_of(transcribed(tmp_path, stream.getvalue(), "pdf"))
    assert "a picture in JBIG2 format was not examined: its decoder is a program of its own" in facts.unexamined


@given(
    data=st.binary(max_size=300),
    head=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"II*\0", b"BM", b"RIFF", b"GIF89a"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_end_in_facts_a_skip_or_an_error(data: bytes, head: bytes, tmp_path: Path) -> None:
    assert isinstance(transcribed(tmp_path, head + data, "picture"), DocumentFacts | Skip | ReadError)
