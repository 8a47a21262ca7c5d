"""What is read of slides, sheets, mails and reStructuredText made by their real writers, and where each text says it stands."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from docx import Document
from openpyxl import Workbook  # type: ignore[import-untyped]  # published without types
from openpyxl.comments import Comment  # type: ignore[import-untyped]
from openpyxl.styles import Font  # type: ignore[import-untyped]
from pptx import Presentation
from pptx.util import Inches

from ingest.documents import cell_place, quotable_text
from ingest.facts import DocumentFacts
from tests.ingest.documents.making import LIMITS, docx_bytes, facts_of, quote_of, saved, source_of


def placed(facts: DocumentFacts) -> list[tuple[str, str, str]]:
    """Where each passage says it stands, why it is hidden, and its text; metadata left out."""
    return [(passage.place.where, passage.hidden, passage.text) for passage in facts.passages if passage.hidden != "metadata"]


def test_slides_are_pages_with_titles_tables_and_notes(tmp_path: Path) -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Approvals"
    slide.placeholders[1].text = "Every refund needs approval.\nSearch is read-only."
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(3), Inches(4), Inches(1)).table
    for row, texts in zip(table.rows, (("tool", "approval"), ("refund", "yes")), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    slide.notes_slide.notes_text_frame.text = "Tell of the outage."
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "Questions"
    data = saved(deck)
    facts = facts_of(tmp_path, data, "pptx")
    assert (facts.title, facts.unit) == ("Approvals", "paragraph")
    assert placed(facts) == [
        ("slide 1, section Approvals, heading", "", "Approvals"),
        ("slide 1, section Approvals, paragraph 1", "", "Every refund needs approval."),
        ("slide 1, section Approvals, paragraph 2", "", "Search is read-only."),
        ("slide 1, table 1, row 1", "", "tool | approval"),
        ("slide 1, table 1, row 2", "", "refund | yes"),
        ("slide 1, speaker notes", "speaker_notes", "Tell of the outage."),
        ("slide 2, section Questions, heading", "", "Questions"),
    ]
    pages = quotable_text(source_of(tmp_path, data, "pptx"), LIMITS)
    assert [quote_of(pages, passage) for passage in facts.passages] == [passage.text for passage in facts.passages]


def test_shapes_in_groups_and_drawn_words_are_read(tmp_path: Path) -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(1), Inches(2), Inches(1)).text_frame.text = "The agent calls the store."
    assert ("slide 1, paragraph 1", "", "The agent calls the store.") in placed(facts_of(tmp_path, saved(deck), "pptx"))


def register() -> Workbook:
    book = Workbook()
    sheet = book.active
    sheet.title = "Register"
    sheet.append(["id", "risk", "control"])
    sheet.append(["R1", "Injection", "Every refund needs the approval of a human."])
    sheet["A4"] = "=SUM(A1:A3)"
    sheet["J4"] = "far away"
    sheet["B2"].comment = Comment("Ask Ann.", "Ben")
    return book


def test_sheets_are_pages_whose_rows_name_their_cells(tmp_path: Path) -> None:
    data = saved(register())
    facts = facts_of(tmp_path, data, "xlsx")
    assert placed(facts) == [
        ("sheet Register, A1:C1", "", "id | risk | control"),
        ("sheet Register, A2:C2", "", "R1 | Injection | Every refund needs the approval of a human."),
        ("sheet Register, A4", "", "=SUM(A1:A3)"),
        ("sheet Register, J4", "", "far away"),
        ("sheet Register, B2, comment", "comment", "Ask Ann."),
    ]
    assert [passage.place.start_line for passage in facts.passages[:4]] == [1, 2, 4, 4]
    assert "Every refund" in quote_of(quotable_text(source_of(tmp_path, data, "xlsx"), LIMITS), facts.passages[1])


def test_a_sentence_of_a_row_is_placed_in_its_cell(tmp_path: Path) -> None:
    row = facts_of(tmp_path, saved(register()), "xlsx").passages[1]
    assert cell_place(row, "Every refund needs the approval of a human.").where == "sheet Register, C2"
    assert cell_place(row, row.text).where == "sheet Register, C2"  # of its cells one is prose
    assert cell_place(row, "R1 | Injection").where == "sheet Register, A2:C2"


def test_a_sentence_of_a_table_in_a_document_is_placed_in_its_column(tmp_path: Path) -> None:
    document = Document()
    document.add_heading("3.2 Approvals", 1)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "refund", "Every refund needs the approval of a human."
    row = facts_of(tmp_path, docx_bytes(document), "docx").passages[1]
    assert cell_place(row, row.text).where == "section 3.2 Approvals, table 1, row 1, column 2"


def test_hidden_rows_columns_and_sheets_are_marked(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "Plan"
    for row in ("shown", "in a hidden row", "in white"):
        sheet.append([row, "in a hidden column"] if row == "shown" else [row])
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet["A3"].font = Font(color="FFFFFF")
    back = book.create_sheet("Back")
    back["A1"] = "in a hidden sheet"
    back.sheet_state = "veryHidden"
    assert placed(facts_of(tmp_path, saved(book), "xlsx")) == [
        ("sheet Plan, A1", "", "shown"),
        ("sheet Plan, B1", "hidden_text", "in a hidden column"),
        ("sheet Plan, A2", "hidden_text", "in a hidden row"),
        ("sheet Plan, A3", "white_text", "in white"),
        ("sheet Back, A1", "hidden_text", "in a hidden sheet"),
    ]


def mail() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Design review"
    message["From"] = "Ann <ann@example.org>"
    message.set_content("Hello,\n\nevery refund needs approval by a human. Grüße\n")
    message.add_alternative("<p>Every refund needs <b>approval</b>.</p>", subtype="html")
    document = Document()
    document.add_heading("3.2 Approvals", 1)
    document.add_paragraph("The agent asks first.")
    message.add_attachment(docx_bytes(document), maintype="application", subtype="octet-stream", filename="design.docx")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    return message


def test_parts_and_attachments_of_a_mail_are_read_by_their_readers(tmp_path: Path) -> None:
    data = mail().as_bytes()
    facts = facts_of(tmp_path, data, "eml")
    assert facts.title == "Design review"
    assert placed(facts) == [
        ("header, Subject", "", "Design review"),
        ("header, From", "", "Ann <ann@example.org>"),
        ("text/plain, line 1", "", "Hello,"),
        ("text/plain, line 3", "", "every refund needs approval by a human. Grüße"),
        ("text/html, line 1", "", "Every refund needs approval."),
        ("attachment design.docx, section 3.2 Approvals, heading", "", "3.2 Approvals"),
        ("attachment design.docx, section 3.2 Approvals, paragraph 1", "", "The agent asks first."),
    ]
    assert facts.unexamined == ("attachments in it were not examined: image/png",)
    assert quote_of(quotable_text(source_of(tmp_path, data, "eml"), LIMITS), facts.passages[-2]) == "The agent asks first."


def test_a_mail_inside_of_a_mail_is_read(tmp_path: Path) -> None:
    outer = EmailMessage()
    outer["Subject"] = "Forwarded"
    outer.set_content("See below.")
    outer.add_attachment(mail())
    texts = [passage.text for passage in facts_of(tmp_path, outer.as_bytes(), "eml").passages]
    assert texts[:3] == ["Forwarded", "See below.", "Design review"]
    assert "The agent asks first." in texts


RST = """\
Design of the agent
===================

.. A comment for authors.

The agent calls :ref:`the store <store>` and **every** refund
needs approval.

Approvals
---------

.. note:: Every refund needs approval by a human.

.. versionadded:: 2.0
   The agent asks twice.

* item one
  continued

.. code-block:: python
   :linenos:

   agent.run()

======  =====
tool    must
======  =====
refund  yes
======  =====

.. image:: a.png
   :alt: The flow of data

Term
   Its definition.
"""


def test_restructured_text_has_the_lines_of_the_file(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, RST, "rst")
    assert [(p.kind, p.hidden, p.text, p.place.start_line, p.place.end_line) for p in facts.passages] == [
        ("title", "", "Design of the agent", 1, 1),
        ("other", "comment", "A comment for authors.", 4, 4),
        ("paragraph", "", "The agent calls the store and every refund needs approval.", 6, 7),
        ("title", "", "Approvals", 9, 9),
        ("paragraph", "", "Every refund needs approval by a human.", 12, 12),
        ("paragraph", "", "The agent asks twice.", 15, 15),
        ("list_item", "", "item one continued", 17, 18),
        ("code", "", "agent.run()", 23, 23),
        ("table_row", "", "tool | must", 26, 26),
        ("table_row", "", "refund | yes", 28, 28),
        ("other", "alt_text", "The flow of data", 32, 32),
        ("paragraph", "", "Term", 34, 34),
        ("paragraph", "", "Its definition.", 35, 35),
    ]
    assert facts.passages[5].section == ("Design of the agent", "Approvals")


def test_restructured_text_includes_no_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    text = f"Title\n=====\n\n.. include:: {secret}\n\n.. literalinclude:: {secret}\n\n.. csv-table::\n   :file: {secret}\n\n.. raw:: html\n   :file: {secret}\n"
    assert "the secret" not in repr(facts_of(tmp_path, text, "rst"))


def test_a_table_with_a_broken_form_keeps_its_words(tmp_path: Path) -> None:
    text = "=====  =====\ntool   must\n=====  =====\nrefund needs approval\n=====  =====\n"
    assert "refund needs approval" in " ".join(passage.text for passage in facts_of(tmp_path, text, "rst").passages)
