"""Whatever the bytes, a reader ends in bounded time as facts, a skip or an error, and places say what they quote."""

from __future__ import annotations

import io
import re
import socket
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption

from ingest.documents import DocumentLimits, active_pipeline, quotable_text, read_document
from ingest.documents.reading import FORMATS
from ingest.facts import DocumentFacts
from ingest.source import Place, ReadError, Skip, Source, SourceKind
from tests.ingest.documents.making import LIMITS, design_docx, docx_bytes, pdf_bytes, quote_of, source_of, zip_bytes
from tests.ingest.documents.outcomes import outcome


@pytest.fixture(autouse=True)
def _network_is_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a reader tried to reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    yield


# -- one hostile file each --


def lying_archive() -> bytes:
    """An entry of 40 MB that claims 100 bytes."""
    content = b"<a/>" + b" " * 40_000_000
    data = bytearray(zip_bytes({"word/document.xml": content}))
    for field in (len(content).to_bytes(4, "little"), zlib.crc32(content).to_bytes(4, "little")):
        replacement = (
            (100).to_bytes(4, "little") if field == len(content).to_bytes(4, "little") else zlib.crc32(content[:100]).to_bytes(4, "little")
        )
        data = bytearray(bytes(data).replace(field, replacement))
    return bytes(data)


@pytest.mark.parametrize("kind", ["markdown", "docx", "pdf"])
def test_a_document_that_became_a_link_after_it_was_listed_is_not_followed(tmp_path: Path, kind: SourceKind) -> None:
    (tmp_path / "in").mkdir()
    source = source_of(tmp_path / "in", "harmless", kind)
    outside = tmp_path / "outside"
    outside.write_bytes(docx_bytes(Document()) if kind == "docx" else b"the crown jewels")
    source.location.unlink()
    source.location.symlink_to(outside)
    assert isinstance(read_document(source, LIMITS), ReadError)
    assert quotable_text(source, LIMITS) == {}


def test_a_zip_bomb_named_docx_is_skipped(tmp_path: Path) -> None:
    bomb = zip_bytes({"word/media/image1.bin": b"\0" * 150_000_000}, docx_bytes(Document()))
    result = outcome(tmp_path, bomb, "docx")
    assert isinstance(result, Skip)
    assert "200:1" in result.reason


def test_an_archive_of_many_entries_is_skipped(tmp_path: Path) -> None:
    result = outcome(tmp_path, zip_bytes({f"word/{number}.xml": b"" for number in range(2_500)}), "docx")
    assert isinstance(result, Skip)


def test_an_archive_that_lies_about_its_sizes_is_not_believed(tmp_path: Path) -> None:
    assert isinstance(outcome(tmp_path, lying_archive(), "docx"), Skip | ReadError)


def test_a_nested_archive_is_not_opened(tmp_path: Path) -> None:
    inner = zip_bytes({"bomb": b"\0" * 50_000_000})
    result = outcome(tmp_path, zip_bytes({"word/embeddings/inner.zip": inner}, docx_bytes(design_docx())), "docx")
    assert isinstance(result, DocumentFacts)


@pytest.mark.parametrize("data", [b"", b"no archive", docx_bytes(design_docx())[:3_000], zip_bytes({"a": b"b"})])
def test_what_is_no_word_document_is_an_error(tmp_path: Path, data: bytes) -> None:
    assert isinstance(outcome(tmp_path, data, "docx"), ReadError)


def test_external_entities_are_not_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    body = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y "lollollol">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&x;&y;</w:t></w:r></w:p></w:body></w:document>'
    )
    result = outcome(tmp_path, zip_bytes({"word/document.xml": body.encode()}, docx_bytes(Document())), "docx")
    assert "the secret" not in repr(result)


def test_entities_that_explode_do_not(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    body = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "lol">{levels}]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&l11;</w:t></w:r></w:p></w:body></w:document>'
    )
    result = outcome(tmp_path, zip_bytes({"word/document.xml": body.encode()}, docx_bytes(Document())), "docx")
    assert len(repr(result)) < 10_000


def test_a_table_that_claims_millions_of_columns_costs_nothing(tmp_path: Path) -> None:
    document = design_docx()
    document.tables[0].rows[0].cells[0]._tc.get_or_add_tcPr().get_or_add_gridSpan().val = 50_000_000
    assert isinstance(outcome(tmp_path, docx_bytes(document), "docx"), DocumentFacts)


def test_deep_xml_is_an_error(tmp_path: Path) -> None:
    depth = 20_000
    body = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        + "".join(f'<w:sdt w:n="{n * 7919}">' for n in range(depth))
        + "</w:sdt>" * depth
        + "</w:body></w:document>"
    )
    assert isinstance(outcome(tmp_path, zip_bytes({"word/document.xml": body.encode()}, docx_bytes(Document())), "docx"), ReadError)


def test_an_encrypted_pdf_is_an_error(tmp_path: Path) -> None:
    result = outcome(tmp_path, pdf_bytes([["secret"]], encrypt=StandardEncryption("password", strength=40)), "pdf")
    assert isinstance(result, ReadError)
    assert "password" in result.error


def test_a_pdf_without_text_is_skipped_by_name(tmp_path: Path) -> None:
    result = outcome(tmp_path, pdf_bytes([[], []]), "pdf")
    assert isinstance(result, Skip)
    assert "no text layer" in result.reason
    assert "OCR" in result.reason


def test_a_pdf_of_too_many_pages_is_skipped_whole(tmp_path: Path) -> None:
    result = outcome(tmp_path, pdf_bytes([["page"]] * 6), "pdf", DocumentLimits(max_pages=5))
    assert isinstance(result, Skip)


def pdf_of_objects(*objects: str) -> bytes:
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode())
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def test_page_trees_that_go_in_circles_end(tmp_path: Path) -> None:
    circle = pdf_of_objects(
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 9 >>"
    )
    assert isinstance(outcome(tmp_path, circle, "pdf"), ReadError | Skip)
    fan = [f"<< /Type /Pages /Kids [{' '.join([f'{number + 1} 0 R'] * 50)}] /Count 50 >>" for number in range(2, 9)]
    wide = pdf_of_objects("<< /Type /Catalog /Pages 2 0 R >>", *fan, "<< /Type /Page >>")
    assert isinstance(outcome(tmp_path, wide, "pdf"), ReadError | Skip)


def test_a_page_that_draws_for_ever_is_stopped(tmp_path: Path) -> None:
    content = "BT /F1 1 Tf " + "(x) Tj " * 400_000 + "ET"
    data = pdf_of_objects(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> /MediaBox [0 0 9 9] >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
    )
    assert outcome(tmp_path, data, "pdf", DocumentLimits(max_seconds=1)) == Skip("design.pdf", "takes longer than 1 s to read")


def test_a_pdf_whose_text_would_be_cut_short_is_refused(tmp_path: Path) -> None:
    form, content = "BT /F1 1 Tf (x) Tj ET", "/X Do " * 5_100
    fonts = "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    data = pdf_of_objects(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << {fonts} /XObject << /X 5 0 R >> >> /MediaBox [0 0 9 9] >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << {fonts} >> /Length {len(form)} >>\nstream\n{form}\nendstream",
    )
    result = outcome(tmp_path, data, "pdf")
    assert isinstance(result, ReadError)
    assert "page 1 cannot be read whole" in result.error


def test_a_stream_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    packed = zlib.compress(b" " * 100_000_000).decode("latin-1")
    data = pdf_of_objects(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> /MediaBox [0 0 9 9] >>",
        "<< /Length 1 >>",
    ).replace(
        b"<< /Length 1 >>",
        f"<< /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode() + packed.encode("latin-1") + b"\nendstream",
    )
    assert isinstance(outcome(tmp_path, data, "pdf"), ReadError | Skip)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("html", "<div>" * 100_000),
        ("html", "<b>" * 100_000 + "x"),
        ("html", "<" * 500_000),
        ("html", "<!--" * 200_000),
        ("html", "<a " * 200_000),
        ("html", "&" * 500_000),
        ("html", "<script>" * 50_000),
        ("html", "<p>x" * 100_000),
        ("html", "<style>" + "a{" * 100_000 + "</style><p>x"),
        ("html", "<style>" + "@media print" * 50_000 + "</style><p>x"),
        ("html", "<style>" + "@media print{" * 20_000 + "}" * 20_000 + "</style><p>x"),
        ("html", "<p class='" + "a " * 100_000 + "' style='" + "a:b;" * 100_000 + "'>x"),
        ("html", "<p style='display:none'>x" * 2_000),
        ("text", "\u200b\u200c" * 400_000),
        ("text", "a\U000e0041\ufe0f" * 200_000),
        ("markdown", "<p style='display:none'>x" * 5_000),
        ("markdown", "[a]: b '" * 20_000),
        ("html", "<table><tr><td colspan=100000000 rowspan='100000000'>x</table>"),
        ("html", "<table><tr><td>x" * 3_000),
        ("html", "<ul><li>" * 150 + "x"),
        ("markdown", ">" * 100_000),
        ("markdown", "- " * 100_000),
        ("markdown", "[" * 9_000),
        ("markdown", "![](" * 2_000),
        ("markdown", "*a_" * 3_000),
        ("markdown", "`" * 9_999 + "a"),
        ("markdown", "<!" * 4_000),
        ("markdown", "".join(f"{' ' * n}- a\n" for n in range(500))),
        ("markdown", "|a" * 3_000 + "\n" + "|-" * 3_000 + "\n" + "|b\n" * 200),
        ("markdown", "```mermaid\ngraph TD\n" + "A & " * 400 + "B --> " + "C & " * 400 + "D\n```"),
        ("markdown", "```mermaid\nsequenceDiagram\n" + ("A" + " " * 1_900 + "-\n") * 50 + "```"),
        ("markdown", "x" * 10_000_000),
        ("text", "x " * 5_000_000),
        ("html", "x" * 10_000_000),
        ("text", "a\n" * 200_000),
        ("text", "Title\n\n" * 20_000),
        ("text", "- \n" * 100_000),
        ("text", "| " * 400_000),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else None,
)
def test_pathological_text_ends_in_bounded_time(tmp_path: Path, kind: SourceKind, text: str) -> None:
    outcome(tmp_path, text, kind)


def test_a_line_without_end_is_skipped_not_cut(tmp_path: Path) -> None:
    result = outcome(tmp_path, "x" * 10_000_000, "markdown")
    assert isinstance(result, Skip)
    assert "line of 10000000 characters" in result.reason


def test_text_nested_too_deep_for_the_parser_is_not_lost(tmp_path: Path) -> None:
    result = outcome(tmp_path, "# Title\n\n" + ">" * 60 + " Approval is never asked for.\n\nEnd.\n", "markdown")
    assert isinstance(result, DocumentFacts)
    assert [(passage.place.start_line, passage.section) for passage in result.passages] == [(1, ()), (3, ("Title",)), (5, ("Title",))]


def test_html_of_comments_alone_shows_nothing(tmp_path: Path) -> None:
    result = outcome(tmp_path, "<!-- nothing -->\n", "html")
    assert isinstance(result, DocumentFacts)
    assert [(passage.text, passage.hidden) for passage in result.passages] == [("nothing", "comment")]


def test_nul_bytes_are_an_error(tmp_path: Path) -> None:
    assert isinstance(outcome(tmp_path, b"# Title\0\n\ntext", "markdown"), ReadError)


def test_a_file_above_the_limit_is_skipped(tmp_path: Path) -> None:
    assert outcome(tmp_path, "word " * 100, "text", DocumentLimits(max_bytes=10)) == Skip("design.text", "is larger than 10 bytes")


def test_a_file_that_vanished_is_an_error_without_this_machines_paths(tmp_path: Path) -> None:
    source = Source("gone.md", tmp_path / "gone.md", "markdown", "documentation", 1)
    result = read_document(source, LIMITS)
    assert isinstance(result, ReadError)
    assert str(tmp_path) not in result.error
    assert quotable_text(source, LIMITS) == {}


def test_what_is_no_document_is_an_error(tmp_path: Path) -> None:
    assert isinstance(outcome(tmp_path, "x", "python"), ReadError)


# -- any bytes --

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
MARKUP = st.text(alphabet=st.sampled_from(list("ab Z.#-*`_[]()<>|!&;:=1\n\n\t\"'/éΩ\u00a0\u2028\x0c\r")), max_size=300)
WELL_FORMED: dict[SourceKind, bytes] = {"docx": docx_bytes(design_docx()), "pdf": pdf_bytes([["Title", "One two three."], ["Four."]])}


@QUIET
@given(data=st.binary(max_size=400), kind=st.sampled_from(FORMATS))
def test_any_bytes_end_in_one_of_three_outcomes(tmp_path: Path, data: bytes, kind: SourceKind) -> None:
    outcome(tmp_path, data, kind)


@settings(QUIET, max_examples=100)
@given(text=MARKUP, kind=st.sampled_from(["markdown", "html", "text"]))
def test_any_markup_is_read_and_quoted(tmp_path: Path, text: str, kind: SourceKind) -> None:
    assert isinstance(outcome(tmp_path, text, kind), DocumentFacts)


@QUIET
@given(kind=st.sampled_from(["docx", "pdf"]), at=st.floats(0, 1), junk=st.binary(min_size=1, max_size=8))
def test_damaged_files_end_in_one_of_three_outcomes(tmp_path: Path, kind: SourceKind, at: float, junk: bytes) -> None:
    whole = WELL_FORMED[kind]
    position = int(at * len(whole))
    outcome(tmp_path, whole[:position] + junk + whole[position + len(junk) :], kind)


# What shows nothing is hidden text, and a paragraph of it alone is none.
_SEEN = st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u115f\u1160\u2800\u3164\uffa0")


@QUIET
@given(paragraphs=st.lists(st.text(alphabet=_SEEN, max_size=40), max_size=6))
def test_any_paragraph_of_a_docx_is_quoted(tmp_path: Path, paragraphs: list[str]) -> None:
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    result = outcome(tmp_path, docx_bytes(document), "docx")
    assert isinstance(result, DocumentFacts)
    assert result.lines == len(paragraphs) + 1  # the metadata
    assert [passage.place for passage in result.passages if not passage.hidden] == [
        Place("design.docx", number, number) for number, paragraph in enumerate(paragraphs, start=1) if paragraph.split()
    ]


WORDS = st.lists(
    st.sampled_from(["agent", "tool", "needs", "approval", "refund", "data", "must", "never", "vector", "store"]), min_size=1, max_size=8
)


@QUIET
@given(blocks=st.lists(st.tuples(st.sampled_from(["# ", "- ", "", "> ", "1. "]), WORDS), min_size=1, max_size=6))
def test_markdown_places_hold_exactly_their_words(tmp_path: Path, blocks: list[tuple[str, list[str]]]) -> None:
    text = "\n\n".join(mark + " ".join(words) for mark, words in blocks)
    source = source_of(tmp_path, text, "markdown")
    facts = read_document(source, LIMITS)
    assert isinstance(facts, DocumentFacts)
    assert [passage.text for passage in facts.passages] == [" ".join(words) for _, words in blocks]
    for passage in facts.passages:
        assert passage.text in quote_of(quotable_text(source, LIMITS), passage)


@QUIET
@given(
    blocks=st.lists(st.tuples(st.sampled_from(["p", "h2", "li", "td"]), WORDS), min_size=1, max_size=6),
    gap=st.sampled_from([" ", "\n", "\n  "]),
)
def test_html_places_hold_exactly_their_words(tmp_path: Path, blocks: list[tuple[str, list[str]]], gap: str) -> None:
    wrap = {"p": "<p>{}</p>", "h2": "<h2>{}</h2>", "li": "<ul><li>{}</li></ul>", "td": "<table><tr><td>{}</td></tr></table>"}
    source = source_of(tmp_path, "\n".join(wrap[tag].format(gap.join(words)) for tag, words in blocks), "html")
    facts = read_document(source, LIMITS)
    assert isinstance(facts, DocumentFacts)
    assert [passage.text for passage in facts.passages] == [" ".join(words) for _, words in blocks]
    for passage, (tag, words) in zip(facts.passages, blocks, strict=True):
        assert re.sub(r"<[^>]*>", "", quote_of(quotable_text(source, LIMITS), passage)).split() == words, tag


# -- the language pipeline --


def test_unstructured_neither_reports_nor_downloads_nor_prints(tmp_path: Path) -> None:
    """In a fresh process, as import order decides: whoever reaches for the network or starts a program fails."""
    (tmp_path / "a.txt").write_text("Open Questions\n\nWho approves refunds?\n")
    script = f"""
import socket, subprocess, sys
def refuse(*_, **__): raise SystemExit("reached out")
socket.socket.connect = refuse; socket.getaddrinfo = refuse; subprocess.run = refuse; subprocess.Popen = refuse
from pathlib import Path
from ingest.documents import DocumentLimits, read_document
from ingest.source import Source
assert not any(name in sys.modules for name in ("unstructured", "spacy", "docx", "pypdf", "lxml", "markdown_it"))
facts = read_document(Source("a.txt", Path({str(tmp_path / "a.txt")!r}), "text", "documentation", 1), DocumentLimits())
assert [passage.kind for passage in facts.passages] == ["title", "paragraph"], facts
assert "unstructured" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_model_in_the_current_folder_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "en_core_web_sm"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('scanned code ran')")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert active_pipeline().startswith("built-in")


def test_archives_are_checked_without_trusting_zipfile(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(lying_archive())) as archive:
        assert archive.infolist()[0].file_size == 100  # the trap is set: the claim is small
