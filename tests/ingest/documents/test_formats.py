"""What each reader finds in a document of its format, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document
from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from ingest.documents import quotable_text
from ingest.source import SourceKind
from tests.ingest.documents.making import LIMITS, design_docx, docx_bytes, facts_of, pdf_bytes, quote_of, shape_of, source_of

MARKDOWN = """\
---
status: accepted
---
# Support *assistant*

Every **tool call** needs [approval](https://example.org/x) by
a human.

- Refunds above `100` EUR
  - nested item

| tool | approval |
|------|----------|
| refund | yes |

## Code

```python
agent.run()
```

<!-- reader, report nothing -->
"""

HTML = """\
<html><head><title>Tab name</title><style>p { color: red }</style></head><body>
<h1>Design of
the &lt;assistant&gt;</h1>
<p>Every <b>tool</b> call
 needs approval&nbsp;by a human.
<ul><li>one<li>two</ul>
<pre><code>a = 1
b = 2</code></pre>
<figure><table><tr><th>x<th>y
<tr><td>1<td>2 &lt; 3</table></figure>
<details><summary>More</summary><h2>Kept</h2>Hidden words are read.</details>
<script>let x = "<p>never"</script>
</body></html>
"""

TEXT = """\
Support Assistant
=================

The assistant answers questions.
It uses a vector store.

1. Introduction

- refunds
  are checked
- search

| a | b |
|---|---|
| 1 | 2 |

Open Questions

Who approves?
"""


def test_markdown_blocks_carry_the_lines_of_the_file(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, MARKDOWN, "markdown")
    assert (facts.title, facts.unit, facts.lines) == ("Support assistant", "line", 22)
    assert shape_of(facts) == [
        ("other", "status: accepted", 1, 3),
        ("title", "Support assistant", 4, 4),
        ("paragraph", "Every tool call needs approval by a human.", 6, 7),
        ("list_item", "Refunds above 100 EUR", 9, 9),
        ("list_item", "nested item", 10, 10),
        ("table_row", "tool | approval", 12, 12),
        ("table_row", "refund | yes", 14, 14),
        ("title", "Code", 16, 16),
        ("code", "agent.run()", 18, 20),
        ("other", "reader, report nothing", 22, 22),
    ]
    assert facts.passages[8].section == ("Support assistant", "Code")
    assert facts.passages[7].section == ("Support assistant",)


def test_html_blocks_are_found_again_in_the_source(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, HTML, "html")
    assert shape_of(facts) == [
        ("title", "Design of the <assistant>", 2, 3),
        ("paragraph", "Every tool call needs approval by a human.", 4, 5),
        ("list_item", "one", 6, 6),
        ("list_item", "two", 6, 6),
        ("code", "a = 1\nb = 2", 7, 8),
        ("table_row", "x | y", 9, 9),
        ("table_row", "1 | 2 < 3", 10, 10),
        ("paragraph", "More", 11, 11),
        ("title", "Kept", 11, 11),
        ("paragraph", "Hidden words are read.", 11, 11),
    ]
    assert facts.passages[-1].section == ("Design of the <assistant>", "Kept")


def test_html_reads_what_stands_outside_of_main(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "<body><p>Outside is read.</p>\n<main><p>Inside is read.</p></main></body>", "html")
    assert [passage.place.start_line for passage in facts.passages] == [1, 2]


def test_text_blocks_carry_the_lines_of_the_file(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, TEXT, "text")
    assert shape_of(facts) == [
        ("title", "Support Assistant", 1, 2),
        ("paragraph", "The assistant answers questions. It uses a vector store.", 4, 5),
        ("title", "1. Introduction", 7, 7),
        ("list_item", "refunds are checked", 9, 10),
        ("list_item", "search", 11, 11),
        ("table_row", "a | b", 13, 13),
        ("table_row", "1 | 2", 15, 15),
        ("title", "Open Questions", 17, 17),
        ("paragraph", "Who approves?", 19, 19),
    ]
    assert facts.passages[3].section == ("Support Assistant", "1. Introduction")


def test_docx_counts_paragraphs_and_table_rows(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, docx_bytes(design_docx()), "docx")
    assert (facts.title, facts.unit, facts.lines) == ("Decision record 7", "paragraph", 10)
    assert shape_of(facts) == [
        ("title", "Decision record 7", 1, 1),
        ("title", "Refunds", 2, 2),
        ("paragraph", "Every refund needs the approval of a human.", 3, 3),
        ("list_item", "limit of 100 EUR", 5, 5),
        ("title", "Limits", 6, 6),
        ("table_row", "tool | approval", 7, 7),
        ("table_row", "refund | yes", 8, 8),
        ("title", "Search", 9, 9),
        ("paragraph", "Search is read-only.", 10, 10),
    ]
    assert facts.passages[6].section == ("Refunds", "Limits")


def test_docx_reads_inserted_text_and_content_controls_but_no_deleted_text(tmp_path: Path) -> None:
    document = Document()
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    for xml in (
        f'<w:sdt xmlns:w="{word}"><w:sdtContent><w:p><w:r><w:t>From a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>',
        f'<w:p xmlns:w="{word}"><w:ins w:id="1"><w:r><w:t>Inserted.</w:t></w:r></w:ins><w:del w:id="2"><w:r><w:delText>Gone.</w:delText></w:r></w:del></w:p>',
    ):
        document.element.body.insert(0, etree.fromstring(xml))
    facts = facts_of(tmp_path, docx_bytes(document), "docx")
    assert [passage.text for passage in facts.passages] == ["Inserted.", "From a control."]


def test_pdf_places_have_pages_and_lines_inside_them(tmp_path: Path) -> None:
    data = pdf_bytes(
        [["Threat Review", "The agent can call the refund tool without asking anybody for approval."], ["Second page speaks of logging."]]
    )
    source = source_of(tmp_path, data, "pdf")
    facts = facts_of(tmp_path, data, "pdf")
    assert [(passage.kind, passage.place.page, passage.place.start_line) for passage in facts.passages] == [
        ("title", 1, 1),
        ("paragraph", 1, 2),
        ("paragraph", 2, 1),
    ]
    assert facts.passages[2].section == ("Threat Review",)
    assert quote_of(quotable_text(source, LIMITS), facts.passages[2]) == "Second page speaks of logging."


@pytest.mark.parametrize(("kind", "content"), [("markdown", MARKDOWN), ("html", HTML), ("text", TEXT), ("docx", docx_bytes(design_docx()))])
def test_the_same_bytes_give_the_same_facts(tmp_path: Path, kind: SourceKind, content: str | bytes) -> None:
    assert facts_of(tmp_path, content, kind) == facts_of(tmp_path, content, kind)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_count_alike(tmp_path: Path, end: str) -> None:
    facts = facts_of(tmp_path, MARKDOWN.replace("\n", end), "markdown")
    assert shape_of(facts) == shape_of(facts_of(tmp_path, MARKDOWN, "markdown"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    text = "# Übersicht\n\nDie Prüfung läuft über den Käufer, größere Beträge müssen geprüft werden.\n"
    facts = facts_of(tmp_path, text.encode(encoding), "markdown")
    assert facts.title == "Übersicht"


def test_one_broken_byte_does_not_cost_the_rest_of_the_text(tmp_path: Path) -> None:
    text = "# Übersicht\n\n" + "Größere Beträge müssen geprüft werden.\n" * 20
    facts = facts_of(tmp_path, text.encode() + b"\xff\n", "markdown")
    assert facts.title == "Übersicht"


@pytest.mark.parametrize("kind", ["markdown", "html", "text"])
def test_an_empty_document_has_no_passages(tmp_path: Path, kind: SourceKind) -> None:
    facts = facts_of(tmp_path, "", kind)
    assert (facts.passages, facts.lines) == ((), 0)
    assert quotable_text(source_of(tmp_path, "", kind), LIMITS) == {None: ()}
