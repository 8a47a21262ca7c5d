"""Pictures with text in them, documents that hold them, and a reader that says what it is told to."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from docx import Document
from openpyxl import Workbook  # type: ignore[import-untyped]  # published without types
from openpyxl.drawing.image import Image as SheetImage  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFont
from pptx import Presentation
from pptx.util import Inches
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.documents import DocumentLimits, read_document
from ingest.facts import DocumentFacts
from ingest.pictures.reader import NotRead, Picture
from ingest.pictures.transcribing import ScanBounds, Transcription
from ingest.source import ReadError, Skip, SourceKind
from tests.ingest.documents.making import saved, source_of, zip_bytes

PROMISE = "Every refund needs the approval of a human."


def picture(*lines: str, size: tuple[int, int] = (1240, 700)) -> Image.Image:
    """Black on white, as large as a page scanned at 150 dpi is."""
    image = Image.new("L", size, 255)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(28)
    for number, line in enumerate(lines):
        draw.text((100, 80 + 60 * number), line, font=font, fill=0)
    return image


def packed(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def pages_of_tiff(*images: Image.Image) -> bytes:
    return packed(images[0], "TIFF", save_all=True, append_images=list(images[1:]))


def scanned_pdf(*pages: Image.Image | str) -> bytes:
    """Pictures as large as their pages, and pages of text between them."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(620, 350), invariant=1)
    for page in pages:
        if isinstance(page, str):
            canvas.drawString(50, 200, page)
        else:
            canvas.drawImage(ImageReader(page), 0, 0, 620, 350)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def word_with(image: Image.Image) -> bytes:
    document = Document()
    document.add_paragraph("The assistant.")
    document.add_picture(io.BytesIO(packed(image)))
    return saved(document)


def slides_with(image: Image.Image) -> bytes:
    deck = Presentation()
    for with_picture in (False, True):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = "The assistant"
        if with_picture:
            slide.shapes.add_picture(io.BytesIO(packed(image)), Inches(1), Inches(2))
    return saved(deck)


def sheet_with(image: Image.Image) -> bytes:
    book = Workbook()
    book.active.append(["risk", "control"])
    book.active.add_image(SheetImage(io.BytesIO(packed(image))), "C3")
    return saved(book)


def mail_with(image: Image.Image) -> bytes:
    message = EmailMessage()
    message.set_content("The assistant.")
    message.add_attachment(packed(image), maintype="image", subtype="png", filename="a.png")
    return message.as_bytes()


def odt_with(image: Image.Image) -> bytes:
    from tests.formats.documents import open_text

    return zip_bytes({"Pictures/1.png": packed(image)}, open_text())


@dataclass
class Scripted:
    """A reader that gives the same lines for every picture, and keeps what it was shown."""

    said: tuple[str, ...] | NotRead = (PROMISE,)
    sent_to: str = ""
    told: str = "OCR"
    identity: str = "scripted 1"
    most_side: int = 2_000
    seen: list[Picture] = field(default_factory=list)

    def lines(self, picture: Picture) -> tuple[str, ...]:
        self.seen.append(picture)
        if isinstance(self.said, NotRead):
            raise self.said
        return self.said


def transcribed(
    folder: Path,
    data: bytes,
    kind: SourceKind,
    reader: Scripted | None = None,
    bounds: ScanBounds | None = None,
    clock: Callable[[], float] | None = None,
) -> DocumentFacts | Skip | ReadError:
    """One document as a scan reads it where a reader of pictures is set up."""
    source = source_of(folder, data, kind)
    facts = read_document(source, DocumentLimits(), pictures=True)
    assert isinstance(facts, DocumentFacts), facts
    transcription = Transcription(reader or Scripted(), bounds, clock) if clock else Transcription(reader or Scripted(), bounds)
    return transcription.of(source, facts)
