"""Documents: one real file per format that holds all there is to read, and what must be found in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt, RGBColor
from openpyxl import Workbook  # type: ignore[import-untyped]  # published without types
from openpyxl.comments import Comment  # type: ignore[import-untyped]
from openpyxl.styles import Font  # type: ignore[import-untyped]
from PIL.Image import Image
from pptx import Presentation
from pptx.dml.color import RGBColor as SlideColor
from pptx.util import Inches
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Text
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table

from ingest.facts import DocumentFacts, Hidden, PassageKind
from ingest.source import SourceKind
from tests.formats.declaring import Format, Gap, Group, Proof
from tests.ingest.documents.making import docx_bytes, facts_of, saved, zip_bytes
from tests.ingest.pictures import making as pictures

PROMISE = "Every refund needs the approval of a human."
THINGS = (
    "titles and the sections they open", "paragraphs", "list items", "tables, row by row", "code", "a place in its own words",
    "headers and footers", "footnotes", "text boxes", "attached or embedded documents", "comments", "tracked deletions", "speaker notes",
    "alternative texts", "metadata", "text in the colour of its ground", "tiny text", "text marked as hidden", "text outside of the page",
    "characters nobody sees", "macros and scripts: listed, never run", "pictures: listed", "text in pictures, where OCR is set up", "cards of models and data",
)  # fmt: skip
TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "spelled")


@dataclass(frozen=True, slots=True)
class Expected:
    """A passage that must be there; what is None may be anything."""

    text: str
    hidden: Hidden = ""
    kind: PassageKind | None = None
    section: str | None = None  # the innermost title
    where: str | None = None


def found(kind: SourceKind, made: Callable[[], bytes], expected: Expected | str) -> Proof:
    """Whether a passage is there, or (of a text) whether something is said not to have been examined."""

    def proof(folder: Path) -> bool:
        facts = facts_of(folder, made(), kind)
        if isinstance(expected, str):
            return expected in facts.unexamined
        return any(
            passage.text == expected.text
            and passage.hidden == expected.hidden
            and expected.kind in (None, passage.kind)
            and expected.section in (None, passage.section[-1:] and passage.section[-1])
            and expected.where in (None, passage.place.where)
            for passage in facts.passages
        )

    return proof


def read(kind: SourceKind, made: Callable[[], bytes], things: Mapping[str, Expected | str]) -> dict[str, Proof]:
    return {thing: found(kind, made, expected) for thing, expected in things.items()}


def marked(**texts: str) -> dict[str, Expected | str]:
    """What nobody sees, by the thing of the table it proves."""
    named: dict[str, tuple[str, Hidden]] = {
        "comment": ("comments", "comment"), "deleted": ("tracked deletions", "deleted_text"), "notes": ("speaker notes", "speaker_notes"),
        "alt": ("alternative texts", "alt_text"), "metadata": ("metadata", "metadata"),
        "white": ("text in the colour of its ground", "white_text"), "tiny": ("tiny text", "tiny_text"),
        "hidden": ("text marked as hidden", "hidden_text"), "off_page": ("text outside of the page", "off_page"),
        "tags": ("characters nobody sees", "invisible_characters"),
    }  # fmt: skip
    return {named[name][0]: Expected(text, named[name][1]) for name, text in texts.items()}


def in_pictures(kind: SourceKind, made: Callable[[Image], bytes], where: str) -> dict[str, Proof]:
    """Whether what a reader of pictures makes of one in a document is a passage of the document, with its place."""

    def proof(folder: Path) -> bool:
        facts = pictures.transcribed(folder, made(pictures.picture("Shown.")), kind, pictures.Scripted(said=("Shown.",)))
        passages = facts.passages if isinstance(facts, DocumentFacts) else ()
        return [passage.place.where for passage in passages if passage.text == "Shown."] == [
            f"{where} (read by OCR)" if where else "read by OCR"
        ]

    return {"text in pictures, where OCR is set up": proof}


def card(folder: Path) -> bool:
    """Whether the licence in a front matter of the Hugging Face Hub is read."""
    settings = facts_of(folder, b"---\nlicense: mit\nbase_model: org/base\n---\n# Scorer\n", "markdown").settings
    return [(s.kind, s.name) for s in settings] == [("card", "Scorer"), ("card_part", "org/base")]


MACROS = "macros in it were not examined and never run"
PICTURES = "pictures in it were not examined: no OCR is set up"


@cache
def embedded() -> bytes:
    document = Document()
    document.add_paragraph("embedded")
    return docx_bytes(document)


@cache
def word() -> bytes:
    document = Document()
    document.add_heading("3.2 Approvals", 1)
    paragraph = document.add_paragraph(PROMISE)
    document.add_comment(runs=paragraph.runs, text="Ask Ann.", author="Ben")
    document.add_paragraph("A person is asked.", style="List Bullet")
    table = document.add_table(2, 2)
    table.cell(1, 0).text, table.cell(1, 1).text = "refund", "yes"
    document.add_paragraph("agent.run()", style=document.styles.add_style("Source Code", 1))
    beside = document.add_paragraph("Seen." + TAGS)
    white, tiny, hidden = (beside.add_run(text) for text in ("in white", "as small as dust", "marked as hidden"))
    white.font.color.rgb, tiny.font.size, hidden.font.hidden = RGBColor(255, 255, 255), Pt(1), True
    deleted = f'<w:del {nsdecls("w")} w:id="9"><w:r><w:delText>taken out</w:delText></w:r></w:del>'
    box = (
        f'<w:r {nsdecls("w", "wp")}><w:pict><wp:docPr id="1" name="p" descr="The flow of data"/>'
        "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    )
    note = f'<w:r {nsdecls("w")}><w:footnoteReference w:id="3"/></w:r>'
    for xml in (deleted, box, note):
        beside._p.append(parse_xml(xml))
    document.sections[0].header.paragraphs[0].text = "Draft"
    document.core_properties.keywords = "agents"
    notes = f'<w:footnotes {nsdecls("w")}><w:footnote w:id="3"><w:p><w:r><w:t>Below 100 EUR nobody is asked.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    data = zip_bytes(
        {"word/footnotes.xml": notes.encode(), "word/vbaProject.bin": b"x", "word/media/a.png": b"x", "word/embeddings/a.docx": embedded()},
        docx_bytes(document),
    )
    name = "word/_rels/document.xml.rels"
    relation = (
        '<Relationship Id="f" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes" Target="footnotes.xml"/>'
    )
    return zip_bytes({name: part(data, name).replace(b"</Relationships>", relation.encode() + b"</Relationships>")}, data)


ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
)


@cache
def open_text() -> bytes:
    """A document as LibreOffice lays one out; no library that writes the format is among those of this project."""
    styles = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties {said}/></style:style>'
        for name, said in (("T1", 'fo:color="#ffffff"'), ("T2", 'fo:font-size="1pt"'), ("T3", 'text:display="none"'))
    )
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>taken out</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        '<text:h text:outline-level="1">3.2 Approvals</text:h>'
        f"<text:p>{PROMISE}<office:annotation><dc:creator>Ben</dc:creator><text:p>Ask Ann.</text:p></office:annotation></text:p>"
        "<text:list><text:list-item><text:p>A person is asked.</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>refund</text:p></table:table-cell><table:table-cell><text:p>yes</text:p>"
        "</table:table-cell></table:table-row></table:table>"
        f'<text:p>Seen.{TAGS}<text:span text:style-name="T1">in white</text:span><text:span text:style-name="T2">as small as dust</text:span>'
        '<text:span text:style-name="T3">marked as hidden</text:span><draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box>'
        "<svg:desc>The flow of data</svg:desc></draw:frame><text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>Below 100 EUR nobody is asked.</text:p></text:note-body></text:note></text:p>"
    )
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    meta = f"<office:document-meta {ODF}><office:meta><meta:keyword>agents</meta:keyword></office:meta></office:document-meta>"
    return zip_bytes({
        "mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode(), "meta.xml": meta.encode(),
        "Basic/Standard/Module1.xml": b"x", "Pictures/a.png": b"x", "Object 1/content.xml": b"<a/>",
    })  # fmt: skip


def part(package: bytes, name: str) -> bytes:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read(name)


@cache
def slides() -> bytes:
    deck = Presentation()
    deck.slide_master.placeholders[0].text_frame.text = "Draft"
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "3.2 Approvals"
    frame = slide.placeholders[1].text_frame
    frame.text = PROMISE
    item = frame.add_paragraph()
    item.text, item.level = "A person is asked.", 1
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(4), Inches(4), Inches(1)).table
    table.cell(1, 0).text, table.cell(1, 1).text = "refund", "yes"
    beside = slide.shapes.add_textbox(Inches(1), Inches(6), Inches(3), Inches(1))
    beside.text_frame.text = "In a box." + TAGS
    beside._element.nvSpPr.cNvPr.set("descr", "The flow of data")
    white = slide.shapes.add_textbox(Inches(5), Inches(6), Inches(3), Inches(1)).text_frame.paragraphs[0].add_run()
    white.text, white.font.color.rgb = "in white", SlideColor.from_string("FFFFFF")  # type: ignore[no-untyped-call]
    tiny = slide.shapes.add_textbox(Inches(5), Inches(7), Inches(3), Inches(1)).text_frame.paragraphs[0].add_run()
    tiny.text, tiny.font.size = "as small as dust", 12_700
    slide.shapes.add_textbox(Inches(-6), Inches(1), Inches(2), Inches(1)).text_frame.text = "beside the slide"
    slide.notes_slide.notes_text_frame.text = "Tell of the outage."
    back = deck.slides.add_slide(deck.slide_layouts[6])
    back.shapes.add_textbox(Inches(1), Inches(1), Inches(3), Inches(1)).text_frame.text = "on a hidden slide"
    back._element.set("show", "0")
    deck.core_properties.keywords = "agents"
    comments = (
        '<p:cmLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:cm><p:text>Ask Ann.</p:text></p:cm></p:cmLst>'
    )
    data = zip_bytes(
        {
            "ppt/comments/comment1.xml": comments.encode(),
            "ppt/vbaProject.bin": b"x",
            "ppt/media/a.png": b"x",
            "ppt/embeddings/a.docx": embedded(),
        },
        saved(deck),
    )
    name = "ppt/slides/_rels/slide1.xml.rels"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
    relation = f'<Relationship Id="c" Type="{kind}" Target="../comments/comment1.xml"/></Relationships>'
    content = part(data, "[Content_Types].xml").replace(
        b"</Types>", b'<Override PartName="/ppt/comments/comment1.xml" ContentType="application/xml"/></Types>'
    )
    return zip_bytes({name: part(data, name).replace(b"</Relationships>", relation.encode()), "[Content_Types].xml": content}, data)


@cache
def sheets() -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "Register"
    sheet.append(["refund", PROMISE])
    sheet["A3"], sheet["A4"], sheet["A5"], sheet["A6"] = "in white", "as small as dust", "in a hidden row", "Seen." + TAGS
    sheet["A3"].font, sheet["A4"].font = Font(color="FFFFFF"), Font(size=1)
    sheet.row_dimensions[5].hidden = True
    sheet["A1"].comment = Comment("Ask Ann.", "Ben")
    book.properties.keywords = "agents"
    sheet.oddHeader.center.text = "Draft"
    drawing = (
        '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" name="b" descr="The flow of data"/></xdr:nvSpPr><xdr:txBody><a:p><a:r><a:t>In a box.</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>'
    )
    data = zip_bytes(
        {
            "xl/drawings/drawing9.xml": drawing.encode(),
            "xl/vbaProject.bin": b"x",
            "xl/media/a.png": b"x",
            "xl/embeddings/a.docx": embedded(),
        },
        saved(book),
    )
    name = "xl/worksheets/_rels/sheet1.xml.rels"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"
    relation = f'<Relationship Id="d" Type="{kind}" Target="../drawings/drawing9.xml"/></Relationships>'
    return zip_bytes({name: part(data, name).replace(b"</Relationships>", relation.encode())}, data)


class _Drawn(Flowable):  # type: ignore[misc]  # reportlab ships no types
    """What is drawn by hand: text nobody sees, and a picture."""

    def draw(self) -> None:
        canvas: Canvas = self.canv
        canvas.saveState()
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(0, 0, "in white")
        canvas.restoreState()
        canvas.saveState()
        text = canvas.beginText(0, -20)
        text.setTextRenderMode(3)
        text.textLine("without ink")
        canvas.drawText(text)
        canvas.restoreState()
        canvas.drawString(-2_000, -40, "beside the page")
        canvas.saveState()
        canvas.setFont("Helvetica", 0.5)
        canvas.drawString(0, -60, "as small as dust")
        canvas.restoreState()
        canvas.drawImage(ImageReader(io.BytesIO(b"P6 2 2 255 " + b"\xf0" * 12)), 300, -90, 20, 20)


@cache
def pdf() -> bytes:
    styles = getSampleStyleSheet()
    words = Paragraph(f"{PROMISE} " * 12, styles["BodyText"])
    item = Paragraph("A person is asked.", styles["BodyText"], bulletText="\u2022")
    table = Table([["tool", "approval"], ["refund", "yes"]])
    stream = io.BytesIO()
    parts = [
        Paragraph("3.2 Approvals", styles["Heading1"]),
        words,
        Paragraph("One.", styles["BodyText"]),
        Paragraph("agent.run()", styles["Code"]),
        item,
        table,
        _Drawn(),
    ]
    SimpleDocTemplate(stream, invariant=1).build(parts)
    writer = PdfWriter(clone_from=PdfReader(stream))
    writer.add_annotation(0, Text(rect=(10, 10, 50, 50), text="Ask Ann."))
    writer.add_metadata({"/Keywords": "agents"})
    writer.add_attachment("design.docx", embedded())
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


HTML = f"""<html><head><meta name="keywords" content="agents"></head><body><h1>3.2 Approvals</h1>
<p>{PROMISE}</p><ul><li>A person is asked.</li></ul>
<table><tr><td>refund</td><td>yes</td></tr></table><pre>agent.run()</pre>
<!-- Ask Ann. --><img src="a.png" alt="The flow of data"><p>Seen.{TAGS}</p>
<p style="color:white">in white</p><p style="font-size:1px">as small as dust</p><p style="display:none">marked as hidden</p>
<p style="position:absolute;left:-9999px">beside the page</p></body></html>
"""
MARKDOWN = f"""---
keywords: agents
---
# 3.2 Approvals

{PROMISE}

- A person is asked.

| tool | approval |
|---|---|
| refund | yes |

```
agent.run()
```

<!-- Ask Ann. -->

![The flow of data](a.png) Seen.{TAGS}

<p style="display:none">marked as hidden</p>

Below[^1].

[^1]: Below 100 EUR nobody is asked.
"""
RST = f"""\
3.2 Approvals
=============

.. meta::
   :keywords: agents

{PROMISE}

* A person is asked.

======  ===
tool    must
======  ===
refund  yes
======  ===

::

   agent.run()

.. Ask Ann.

.. image:: a.png
   :alt: The flow of data

Seen.{TAGS}

.. [1] Below 100 EUR nobody is asked.
"""
TEXT = f"""\
3.2 Approvals
=============

{PROMISE}

- A person is asked.

| refund | yes |

Seen.{TAGS}
"""


@cache
def mail() -> bytes:
    message = EmailMessage()
    message["Subject"], message["Keywords"] = "Approvals", "agents"
    message.set_content(PROMISE)
    message.add_alternative(HTML, subtype="html")
    message.add_attachment(word(), maintype="application", subtype="octet-stream", filename="design.docx")
    message.add_attachment(b"x", maintype="image", subtype="png", filename="a.png")
    return message.as_bytes()


SECTION = "3.2 Approvals"
BASIC: dict[str, Expected | str] = {
    "titles and the sections they open": Expected(SECTION, kind="title"),
    "paragraphs": Expected(PROMISE, kind="paragraph", section=SECTION),
    "list items": Expected("A person is asked.", kind="list_item"),
    "tables, row by row": Expected("refund | yes", kind="table_row"),
}
CODE: dict[str, Expected | str] = {"code": Expected("agent.run()", kind="code")}
UNREAD: dict[str, Expected | str] = {"macros and scripts: listed, never run": MACROS, "pictures: listed": PICTURES}
PLACE = "a place in its own words"

GROUP = Group(
    "Documents",
    "Text that people do not see is read and marked, and counts as no promise. What a document holds besides text is listed with the reason."
    " Pictures and scanned pages are read where the user has set up a reader (`--ocr`), and else listed as not examined. Evidence then quotes what was"
    " read and says who read it: no bytes of the file say it, a person checks it by looking, and a finding that rests on it is less sure.",
    THINGS,
    (
        Format("Markdown", (".md", ".markdown", ".mdx"), read("markdown", MARKDOWN.encode, {
            **BASIC, **CODE, PLACE: Expected(PROMISE, where="section 3.2 Approvals"),
            **marked(comment="Ask Ann.", alt="The flow of data", metadata="keywords: agents", hidden="marked as hidden", tags="spelled"),
        }) | {"cards of models and data": card}, {"footnotes": Gap(found("markdown", MARKDOWN.encode, Expected("Below 100 EUR nobody is asked.")), "a footnote is a paragraph with its mark")}),
        Format("Word", (".docx", ".docm", ".dotx"), read("docx", word, {
            **BASIC, **CODE, **UNREAD, PLACE: Expected(PROMISE, where="section 3.2 Approvals, paragraph 1"),
            "headers and footers": Expected("Draft", where="header"),
            "footnotes": Expected("Below 100 EUR nobody is asked.", where="section 3.2 Approvals, footnote 1"),
            "text boxes": Expected("In a box.", where="section 3.2 Approvals, text box"),
            **marked(comment="Ask Ann.", deleted="taken out", alt="The flow of data", metadata="agents", white="in white", tiny="as small as dust",
                     hidden="marked as hidden", tags="spelled"),
        }) | in_pictures("docx", pictures.word_with, "picture image1.png"), {"attached or embedded documents": Gap(found("docx", word, Expected("embedded")), "documents embedded in a document are listed, not read")}),
        Format("OpenDocument text", (".odt", ".ott"), read("odt", open_text, {
            **BASIC, **UNREAD, PLACE: Expected(PROMISE, where="section 3.2 Approvals, paragraph 1"),
            "footnotes": Expected("Below 100 EUR nobody is asked."), "text boxes": Expected("In a box."),
            **marked(comment="Ask Ann.", deleted="taken out", alt="The flow of data", metadata="keyword: agents", white="in white",
                     tiny="as small as dust", hidden="marked as hidden", tags="spelled"),
        }) | in_pictures("odt", pictures.odt_with, "picture 1.png"), {"headers and footers": Gap(found("odt", open_text, Expected("Draft")), "headers and footers are not read"),
             "attached or embedded documents": Gap(found("odt", open_text, Expected("embedded")), "objects in a document are listed, not read")}),
        Format("PowerPoint", (".pptx", ".pptm", ".ppsx"), read("pptx", slides, {
            **BASIC, **UNREAD, PLACE: Expected(PROMISE, where="slide 1, section 3.2 Approvals, paragraph 1"), "text boxes": Expected("In a box."),
            **marked(comment="Ask Ann.", notes="Tell of the outage.", alt="The flow of data", metadata="agents", white="in white",
                     tiny="as small as dust", hidden="on a hidden slide", off_page="beside the slide", tags="spelled"),
        }) | in_pictures("pptx", pictures.slides_with, "slide 2"), {"headers and footers": Gap(found("pptx", slides, Expected("Draft")), "what a layout or master adds to each slide is not read"),
             "attached or embedded documents": Gap(found("pptx", slides, Expected("embedded")), "documents embedded in a deck are listed, not read")}),
        Format("Excel", (".xlsx", ".xlsm"), read("xlsx", sheets, {
            **UNREAD, "titles and the sections they open": Expected(f"refund | {PROMISE}", section="Register"),
            "tables, row by row": Expected(f"refund | {PROMISE}", kind="table_row"),
            PLACE: Expected(f"refund | {PROMISE}", where="sheet Register, A1:B1"), "text boxes": Expected("In a box."),
            **marked(comment="Ask Ann.", alt="The flow of data", metadata="agents", white="in white", tiny="as small as dust",
                     hidden="in a hidden row", tags="spelled"),
        }) | in_pictures("xlsx", pictures.sheet_with, "picture image1.png"), {"headers and footers": Gap(found("xlsx", sheets, Expected("Draft")), "headers and footers for printing are not read"),
             "attached or embedded documents": Gap(found("xlsx", sheets, Expected("embedded")), "files embedded in a workbook are listed, not read")}),
        Format("PDF", (".pdf",), read("pdf", pdf, {
            "titles and the sections they open": Expected(SECTION, kind="title"), "paragraphs": Expected("One.", section=SECTION),
            "tables, row by row": Expected("refund | yes", kind="table_row"),
            PLACE: Expected("refund | yes", where="page 1, section 3.2 Approvals, table 1, row 2"),
            "list items": Expected("A person is asked.", kind="list_item"),
            "macros and scripts: listed, never run": "scripts in it were not examined and never run", "pictures: listed": PICTURES,
            **marked(comment="Ask Ann.", metadata="agents", white="in white", tiny="as small as dust", hidden="without ink",
                     off_page="beside the page"),
        }) | in_pictures("pdf", pictures.scanned_pdf, "page 1"), {"code": Gap(found("pdf", pdf, Expected("agent.run()", kind="code")), "a listing is a paragraph"),
             "attached or embedded documents": Gap(found("pdf", pdf, Expected("embedded")), "attachments are listed, not read")}),
        Format("HTML", (".html", ".htm"), read("html", HTML.encode, {
            **BASIC, **CODE, PLACE: Expected(PROMISE, where="section 3.2 Approvals"),
            **marked(comment="Ask Ann.", alt="The flow of data", metadata="agents", white="in white", tiny="as small as dust",
                     hidden="marked as hidden", off_page="beside the page", tags="spelled"),
        })),
        Format("reStructuredText", (".rst",), read("rst", RST.encode, {
            **BASIC, **CODE, PLACE: Expected(PROMISE, where="section 3.2 Approvals"), "footnotes": Expected("Below 100 EUR nobody is asked."),
            **marked(comment="Ask Ann.", alt="The flow of data", metadata="agents", tags="spelled"),
        })),
        Format("Mail", (".eml",), read("eml", mail, {
            **BASIC, **CODE, PLACE: Expected(PROMISE, where="text/plain, line 1"), "headers and footers": Expected("Approvals", where="header, Subject"),
            "attached or embedded documents": Expected(PROMISE, where="attachment design.docx, section 3.2 Approvals, paragraph 1"),
            "pictures: listed": "attachments in it were not examined: image/png", "macros and scripts: listed, never run": MACROS,
            **marked(comment="Ask Ann.", alt="The flow of data", metadata="agents", white="in white", tiny="as small as dust",
                     hidden="marked as hidden", off_page="beside the page", tags="spelled"),
        }), {name: Gap(proof, "pictures in a mail are listed, not read") for name, proof in in_pictures("eml", pictures.mail_with, "a.png").items()}),
        Format("Picture", (".png", ".jpg", ".tif", ".webp", ".bmp", ".gif"), in_pictures("picture", pictures.packed, "")),
        Format("Text", (".txt", ".adoc", "README"), read("text", TEXT.encode, {
            **BASIC, PLACE: Expected(PROMISE, where="section 3.2 Approvals"), **marked(tags="spelled"),
        })),
    ),
)  # fmt: skip
