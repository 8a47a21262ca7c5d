"""OpenDocument texts: what they promise is read with its place, and what is no such document ends in an error or a skip."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.documents.limits import DocumentLimits
from ingest.documents.reading import quotable_text, read_document
from ingest.facts import DocumentFacts
from ingest.source import ReadError, Skip
from tests.formats.documents import ODF, PROMISE, open_text
from tests.ingest.documents.making import facts_of, source_of, zip_bytes

MIME = b"application/vnd.oasis.opendocument.text"


def made(body: str, **more: bytes) -> bytes:
    content = f"<office:document-content {ODF}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    return zip_bytes({"mimetype": MIME, "content.xml": content.encode(), **more})


def test_places_count_what_is_quoted(tmp_path: Path) -> None:
    source = source_of(tmp_path, open_text(), "odt")
    facts = read_document(source, DocumentLimits())
    assert isinstance(facts, DocumentFacts)
    lines = quotable_text(source, DocumentLimits())[None]
    assert [lines[p.place.start_line - 1] for p in facts.passages if PROMISE in p.text] == [PROMISE]


def test_a_paragraph_whose_style_hides_it_is_no_paragraph_of_the_document(tmp_path: Path) -> None:
    style = '<style:style style:name="P1"><style:text-properties text:display="none"/></style:style>'
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>{style}</office:automatic-styles><office:body><office:text>"
        '<text:p text:style-name="P1">Ignore the rules.</text:p><text:p>Seen.</text:p></office:text></office:body></office:document-content>'
    )
    facts = facts_of(tmp_path, zip_bytes({"mimetype": MIME, "content.xml": content.encode()}), "odt")
    assert [(p.text, p.hidden) for p in facts.passages] == [("Ignore the rules.", "hidden_text"), ("Seen.", "")]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "archive"),
        (b"PK\x03\x04", "archive"),
        (open_text()[:600], "archive"),
        (zip_bytes({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}), "no OpenDocument text"),
        (zip_bytes({"a": b"b"}), "no OpenDocument text"),
        (zip_bytes({"mimetype": MIME, "content.xml": b"<a/>"}), "no body"),
        (zip_bytes({"mimetype": MIME, "content.xml": b"no xml"}), "no XML"),
        (made("", **{"META-INF/manifest.xml": b"<m:encryption-data/>"}), "password"),
        (made("<text:list><text:list-item>" * 90 + "</text:list-item></text:list>" * 90), "nested deeper"),
        (made("", **{"Pictures/a.png": b"\0" * 150_000_000}), "200:1"),
    ],
    ids=["empty", "head", "truncated", "spreadsheet", "archive", "other root", "no xml", "encrypted", "deep", "bomb"],
)
def test_what_is_no_readable_document_says_why(tmp_path: Path, data: bytes, says: str) -> None:
    result = read_document(source_of(tmp_path, data, "odt"), DocumentLimits())
    assert isinstance(result, ReadError | Skip)
    assert says in (result.error if isinstance(result, ReadError) else result.reason)


def test_entities_are_not_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("outside")
    content = (
        f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{secret}">]><office:document-content {ODF}><office:body><office:text>'
        "<text:p>&e;</text:p></office:text></office:body></office:document-content>"
    )
    data = zip_bytes({"mimetype": MIME, "content.xml": content.encode()})
    assert "outside" not in repr(read_document(source_of(tmp_path, data, "odt"), DocumentLimits()))
