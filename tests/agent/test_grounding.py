"""What a model quotes is evidence only where the files say it: every citation is the bytes it cites, and nothing is guessed."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from docx import Document
from hypothesis import assume, example, given
from hypothesis import strategies as st
from openpyxl import Workbook  # type: ignore[import-untyped]  # published without types
from pptx import Presentation
from reportlab.pdfgen.canvas import Canvas

from ingest.facts import DocumentFacts
from ingest.reading import lines_of, read_source
from ingest.sources import list_sources
from ingest.text import split_lines
from ingest.told_secrets import without_secrets
from pipeline.agent.document_places import DocumentPlaces
from pipeline.agent.grounding import LONGEST, SHORTEST, Grounds, Missing, Quote
from pipeline.agent.squeezed_page import SqueezedPage, squeezed
from pipeline.system.evidence import MAX_QUOTED_LINES, EvidenceBook, Lines
from pipeline.system.model import Evidence
from tests.ingest.documents.making import docx_bytes, saved

CODE = """\
import httpx


def refund(order: str) -> str:
    return httpx.post(PAYMENTS, json={"order": order}).text


def repeat(order: str) -> str:
    return httpx.post(PAYMENTS, json={"order": order}).text
"""


def grounds(files: Mapping[str, str | Lines]) -> Grounds:
    """Grounds over texts; a file with pages is given by page."""
    read: dict[str, Lines] = {path: {None: tuple(split_lines(of))} if isinstance(of, str) else of for path, of in files.items()}
    return Grounds(EvidenceBook(lambda path: read.get(path, {}), without_secrets), files)


def grounds_of(folder: Path, files: Mapping[str, bytes]) -> Grounds:
    """Grounds over real files, read as a scan reads them."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    sources = {source.path: source for source in list_sources(folder).sources}
    assert sorted(sources) == sorted(files)
    facts = [read for source in sources.values() if isinstance(read := read_source(source), DocumentFacts)]
    paragraphs = frozenset(file.path for file in facts if file.unit == "paragraph")
    return Grounds(EvidenceBook(lambda path: lines_of(sources[path]), without_secrets, paragraphs), sources, DocumentPlaces(facts))


def located(where: Grounds, path: str, text: str, near: int | None = None) -> Evidence:
    found = where.locate(Quote(path, text, near), "sink")
    assert isinstance(found, Evidence), found
    return found


def lines(where: Grounds, path: str, text: str, near: int | None = None) -> tuple[int, int]:
    found = located(where, path, text, near)
    return found.start_line, found.end_line


def reason(where: Grounds, path: str, text: str) -> str:
    found = where.locate(Quote(path, text), "sink")
    assert isinstance(found, Missing), found
    assert found.quote == Quote(path, text)
    return found.reason


# Whitespace


def test_a_quote_becomes_the_whole_lines_it_stands_in() -> None:
    found = grounds({"app.py": CODE}).locate(Quote("app.py", 'json={"order": order}'), "step", "what is sent")
    assert found == Evidence(
        path="app.py", start_line=5, end_line=5, role="step", note="what is sent",
        quote='    return httpx.post(PAYMENTS, json={"order": order}).text',
    )  # fmt: skip


def test_a_quote_may_be_indented_and_broken_otherwise() -> None:
    where = grounds({"app.py": CODE})
    assert lines(where, "app.py", "def refund(order: str) -> str:\n  return httpx.post(PAYMENTS,") == (4, 5)
    assert lines(where, "app.py", "\n\n  import httpx def\trefund(order:   str)  \r\n") == (1, 4)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_everywhere_whatever_ends_them(end: str) -> None:
    where = grounds({"app.py": CODE.replace("\n", end)})
    assert lines(where, "app.py", "import httpx def refund(order: str)") == (1, 4)


@pytest.mark.parametrize(
    "space", ["\t", "\f", "\v", "\x85", "\xa0", "\u2002", "\u2009", "\u2028", "\u2029", "\u202f", "\u3000", " \t \xa0"]
)
def test_whitespace_of_any_kind_is_whitespace_and_ends_no_line(space: str) -> None:
    where = grounds({"app.py": f"a = 1\nsend(order,{space}customer)\n"})
    assert lines(where, "app.py", "send(order, customer)") == (2, 2)
    assert lines(where, "app.py", f"send(order,\n{space}customer)") == (2, 2)


def test_some_whitespace_is_not_the_same_as_none() -> None:
    where = grounds({"app.py": "send (order)\nreceive(order,\ncustomer)\n"})
    assert reason(where, "app.py", "send(order)") == "not in the file"
    assert reason(where, "app.py", "receive( order,") == "not in the file"
    assert reason(where, "app.py", "receive(order,customer)") == "not in the file"


@pytest.mark.parametrize(
    "text",
    [
        "DEF refund(order: str) -> str:",
        "def refund(...) -> str:",
        "def refund(order: str) \u2026",
        "def refund(order: str) -> st\u0433",
        "def refund(0rder: str) -> str:",
        "`def refund(order: str) -> str:`",
        "4: def refund(order: str) -> str:",
        "def refund(order: str) -> str",  # this one stands there
    ],
)
def test_nothing_is_guessed(text: str) -> None:
    where = grounds({"app.py": CODE})
    stands = text in CODE
    assert isinstance(where.locate(Quote("app.py", text), "sink"), Evidence if stands else Missing)


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\u200d", "\ufeff", "\u202e", "\u2066", "\xad", "\ufe0f", "\U000e0041", "\x1b", "\x00", "\x1c", "\ufffd"]
)
def test_what_nobody_is_shown_keeps_no_line_from_being_cited(unseen: str) -> None:
    where = grounds({"app.py": f"{unseen}def ref{unseen}und(order):\n"})
    assert lines(where, "app.py", "def refund(order):") == (1, 1)
    assert lines(where, "app.py", f"def refund({unseen}order):") == (1, 1)
    assert reason(where, "app.py", f"def ref{unseen} und(order):") == "not in the file"


# Paths


@pytest.mark.parametrize(
    "path",
    ["", ".", "./app.py", "../app.py", "src/../app.py", "/app.py", "app.py ", "APP.PY", "app.py:1", "app.py\0", "src\\app.py", "other.py"],
)
def test_a_path_that_is_not_of_the_scan_is_no_file(path: str) -> None:
    assert reason(grounds({"app.py": CODE}), path, "import httpx") == "no such file"


def test_no_path_outside_of_the_scan_is_ever_read() -> None:
    asked: list[str] = []

    def read(path: str) -> Lines:
        asked.append(path)
        return {None: ("import httpx",)}

    where = Grounds(EvidenceBook(read), ["app.py"])
    for path in ("/etc/passwd", "../app.py", "app.py"):
        where.locate(Quote(path, "import httpx"), "sink")
    assert asked == ["app.py"]


def test_a_file_that_cannot_be_read_holds_nothing() -> None:
    where = grounds({"gone.py": {}, "empty.py": "", "blank.py": "\n \n\t\n"})
    assert [reason(where, path, "import httpx") for path in ("gone.py", "empty.py", "blank.py")] == ["not in the file"] * 3


def test_a_file_that_changes_is_quoted_as_it_was_read() -> None:
    versions: list[Lines] = [{None: ("import httpx", "a = 1")}, {None: ("a = 1", "import httpx")}]
    book = EvidenceBook(lambda _: versions.pop(0))
    assert located(Grounds(book, ["app.py"]), "app.py", "import httpx").quote == "import httpx"


# Bounds


def test_short_quotes_say_nothing_of_where_they_stand() -> None:
    where = grounds({"app.py": "a b c d e f g h i\n"})
    assert reason(where, "app.py", "a b c d e f g") == "too short"
    assert lines(where, "app.py", "a b c d e f g h") == (1, 1)
    assert [reason(where, "app.py", text) for text in ("", " \n", "\u200b" * 50, "x" * (SHORTEST - 1))] == ["too short"] * 4


def test_long_quotes_are_refused_and_indentation_is_not_counted() -> None:
    where = grounds({"app.py": "x" * (LONGEST + 1) + "\n" + "y\n" * (LONGEST // 2)})
    assert lines(where, "app.py", "x" * LONGEST) == (1, 1)
    assert reason(where, "app.py", "x" * (LONGEST + 1)) == "too long"
    assert lines(where, "app.py", "y   \n" * (LONGEST // 2)) == (2, 1 + MAX_QUOTED_LINES)


def test_of_many_lines_the_first_are_shown() -> None:
    text = "".join(f"step_{number}()\n" for number in range(1, 21))
    found = located(grounds({"app.py": text}), "app.py", " ".join(f"step_{number}()" for number in range(3, 19)))
    assert (found.start_line, found.end_line) == (3, 2 + MAX_QUOTED_LINES)
    assert found.quote.split("\n")[-1] == "step_8()"


@pytest.mark.parametrize("text", ["a" * 1_000_000, " " * 1_000_000, "a " * 500_000, "\u200b" * 1_000_000, "a\u200b" * 500_000])
def test_a_hostile_quote_ends_at_once(text: str) -> None:
    where = grounds({"app.py": "a" * 1_000_000 + "\n"})
    began = time.monotonic()
    assert isinstance(where.locate(Quote("app.py", text, 1), "sink"), Missing)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("near", [None, 1, 5])
@pytest.mark.parametrize("needle", ["a" * 1_999 + "b", "b" + "a" * 1_999, "a" * 1_000 + "b" + "a" * 999, "a" * 8 + "b", "ab" * 999 + "aa"])
def test_a_hostile_file_is_searched_in_a_time_that_grows_with_it(needle: str, near: int | None) -> None:
    page = SqueezedPage(["c", "a" * 4_000_000, "ab" * 2_000_000, ("a" * 998 + "b") * 4_000, "d"])
    began = time.monotonic()
    page.find(needle, near)
    assert time.monotonic() - began < 2


# Several places


def test_the_first_of_several_places_is_cited_or_the_one_near_a_line() -> None:
    where = grounds({"app.py": CODE})
    text = 'return httpx.post(PAYMENTS, json={"order": order}).text'
    told = {None: 5, 0: 5, -9: 5, 1: 5, 6: 5, 7: 5, 8: 9, 9: 9, 10**30: 9}
    assert {near: lines(where, "app.py", text, near)[0] for near in told} == told


def test_a_place_around_the_line_is_the_nearest() -> None:
    where = grounds({"app.py": "begin()\nwork()\nend()\nbegin()\nwork()\nend()\n"})
    assert lines(where, "app.py", "begin() work() end()", 3) == (1, 3)
    assert lines(where, "app.py", "begin() work() end()", 4) == (4, 6)


# Pages


def pdf(*pages: Sequence[str]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for page in pages:
        for number, line in enumerate(page):
            canvas.drawString(72, 750 - 18 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_a_pdf_is_searched_page_by_page(tmp_path: Path) -> None:
    pages = (["Payments", "The agent asks a person", "before it pays."], ["Refunds", "Refunds below 50 EUR", "are paid at once."])
    where = grounds_of(tmp_path, {"design.pdf": pdf(*pages)})
    found = located(where, "design.pdf", "Refunds below 50 EUR are paid at once.")
    assert (found.page, found.start_line, found.end_line, found.unit) == (2, 2, 3, "line")
    assert found.where.startswith("page 2, ")
    assert found.quote == "Refunds below 50 EUR\nare paid at once."
    assert reason(where, "design.pdf", "before it pays. Refunds") == "not in the file"


def test_a_word_document_is_cited_by_paragraph(tmp_path: Path) -> None:
    document = Document()
    document.add_heading("Approvals", 1)
    document.add_paragraph("The agent asks first.")
    document.add_paragraph("Refunds of any amount are\u00a0paid at once.")
    found = located(grounds_of(tmp_path, {"design.docx": docx_bytes(document)}), "design.docx", "Refunds of any amount are paid at once.")
    assert (found.page, found.start_line, found.end_line, found.unit) == (None, 3, 3, "paragraph")
    assert found.where == "section Approvals, paragraph 2"


def test_a_sheet_is_cited_by_cell_and_a_deck_by_slide(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Register"
    book.active.append(["id", "control"])
    book.active.append(["R1", "Every refund is approved by a person of the support team."])
    deck = Presentation()
    deck.slides.add_slide(deck.slide_layouts[1]).shapes.title.text = "Refunds are paid at once"
    where = grounds_of(tmp_path, {"risks.xlsx": saved(book), "deck.pptx": saved(deck)})
    assert located(where, "risks.xlsx", "refund is approved by a person").where == "sheet Register, B2"
    assert located(where, "deck.pptx", "Refunds are paid at once").where == "slide 1, section Refunds are paid at once, heading"
    assert reason(where, "risks.xlsx", "control R1 Every") == "not in the file"


def test_what_stands_in_a_file_of_lines_is_found_by_its_lines(tmp_path: Path) -> None:
    where = grounds_of(tmp_path, {"README.md": b"# Refunds\n\nRefunds are paid\nat once.\n", "app.py": CODE.encode()})
    found = located(where, "README.md", "Refunds are paid at once.")
    assert (found.start_line, found.end_line, found.where) == (3, 4, "section Refunds")
    assert located(where, "app.py", "import httpx").where == ""


def notebook(*cells: str) -> bytes:
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def test_a_notebook_is_cited_by_cell(tmp_path: Path) -> None:
    where = grounds_of(
        tmp_path, {"look.ipynb": notebook("import torch\n", "a = 1\nmodel = torch.load(path)\n", "model = torch.load(path)\n")}
    )
    found = located(where, "look.ipynb", "model = torch.load(path)")
    assert (found.page, found.start_line, found.quote) == (2, 2, "model = torch.load(path)")
    assert located(where, "look.ipynb", "model = torch.load(path)", 1).page == 3
    assert located(where, "look.ipynb", "model = torch.load(path)", 2).page == 2
    assert reason(where, "look.ipynb", "import torch\na = 1") == "not in the file"


def test_pages_are_searched_in_their_order_whatever_order_they_come_in() -> None:
    where = grounds({"a.pdf": {3: ("the same sentence",), 1: ("something else",), 2: ("", "the same sentence")}})
    assert located(where, "a.pdf", "the same sentence").page == 2


# Secrets

KEY = "sk-ant-api03-Rk7vQ2mXw9LpTz4cYb8sNd1fHg6jUe3a"  # made up


def test_a_quote_of_a_secret_is_found_and_its_evidence_masked() -> None:
    where = grounds({"app.py": f'a = 1\nclient = Anthropic(api_key="{KEY}")\n'})
    found = located(where, "app.py", f'Anthropic(api_key="{KEY}")')
    assert (found.start_line, found.quote) == (2, 'client = Anthropic(api_key="sk-a****")')


def test_a_quote_of_masked_text_is_found_where_the_mask_stands() -> None:
    where = grounds({"app.py": f'a = 1\nclient = Anthropic(api_key="{KEY}")\n'})
    assert located(where, "app.py", 'client = Anthropic(api_key="sk-a****")').start_line == 2
    assert reason(where, "app.py", 'client = Anthropic(api_key="sk-b****")') == "not in the file"
    assert reason(where, "app.py", 'client = Anthropic(api_key="****")') == "not in the file"


def test_another_secret_than_the_one_in_the_file_is_not_found() -> None:
    where = grounds({"app.py": f'client = Anthropic(api_key="{KEY}")\n'})
    assert reason(where, "app.py", f'client = Anthropic(api_key="{KEY[:-1]}b")') == "not in the file"
    assert reason(where, "app.py", f'client = Anthropic(api_key="{KEY[:12]}****")') == "not in the file"


def test_asterisks_of_the_file_itself_are_found() -> None:
    assert lines(grounds({"a.md": "It is ****very**** safe.\n"}), "a.md", "****very**** safe") == (1, 1)


def test_a_secret_over_several_lines_is_masked_in_each() -> None:
    body = "\n".join("QmFzZTY0Qm9keU9mQUtleVRoYXRJc01hZGVVcEZvclRlc3Rz" for _ in range(3))
    text = f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n"
    found = located(grounds({"a.pem": text}), "a.pem", text)
    assert (found.start_line, found.end_line) == (1, 5)
    assert "QmFz" not in found.quote


def test_values_that_are_hidden_later_are_masked_too() -> None:
    book = EvidenceBook(lambda _: {None: ("login('kim', 'Ostrich and lamp')",)}, without_secrets)
    where = Grounds(book, ["app.py"])
    before = located(where, "app.py", "login('kim', 'Ostrich and lamp')")
    book.hide(["Ostrich and lamp"])
    after = located(where, "app.py", "login('kim', 'Ostrich and lamp')")
    assert (before.start_line, after.quote) == (after.start_line, "login('kim', 'Ostr****')")
    assert located(where, "app.py", "login('kim', 'Ostr****')") == after


def test_a_note_is_masked_as_well() -> None:
    found = grounds({"app.py": CODE}).locate(Quote("app.py", "import httpx"), "sink", f"sends {KEY}")
    assert isinstance(found, Evidence)
    assert found.note == "sends sk-a****"


# Properties

SPACES = st.sampled_from([" ", "\t", "\n", "\r", "\f", "\x85", "\xa0", "\u2028", "\u3000"])
LETTERS = st.sampled_from("abAB01(){}=.,:*\"'é\u0430\u4e2d\u200b\x1c\ufffd")
TEXTS = st.text(st.one_of(LETTERS, LETTERS, SPACES), max_size=60)
QUOTES = st.builds("{}send{}order1{}".format, TEXTS, TEXTS, TEXTS)  # long enough


def plain(lines: Sequence[str]) -> str:
    return squeezed("\n".join(lines))


@given(TEXTS, QUOTES, TEXTS, st.none() | st.integers(-3, 30))
def test_every_part_of_a_file_is_found_and_the_lines_cited_are_those_that_hold_it(
    before: str, quote: str, after: str, near: int | None
) -> None:
    text = before + quote + after
    shown = split_lines(text)
    found = Grounds(EvidenceBook(lambda _: {None: tuple(shown)}), ["a"]).locate(Quote("a", quote, near), "sink")
    assert isinstance(found, Evidence)
    assert found.quote == "\n".join(shown[found.start_line - 1 : found.end_line])
    start, end = found.start_line - 1, found.end_line
    if end - start < MAX_QUOTED_LINES:
        assert squeezed(quote) in plain(shown[start:end])
        assert squeezed(quote) not in plain(shown[start + 1 : end])
        assert squeezed(quote) not in plain(shown[start : end - 1])


@given(QUOTES, st.data())
def test_whitespace_may_be_any_other(text: str, data: st.DataObject) -> None:
    words = squeezed(text).split(" ")
    joins = [data.draw(st.text(SPACES, min_size=1, max_size=3)) for _ in words]
    quote = "".join(word + join for word, join in zip(words, joins, strict=True))
    assert isinstance(grounds({"a": text}).locate(Quote("a", quote), "sink"), Evidence)


@given(QUOTES, st.data())
def test_whitespace_that_is_taken_out_or_put_in_makes_another_text(text: str, data: st.DataObject) -> None:
    quote = squeezed(text)
    at = data.draw(st.integers(1, len(quote) - 2))
    changed = quote[:at] + (quote[at + 1 :] if quote[at] == " " else " " + quote[at:])
    assume(squeezed(changed) not in quote)
    assert isinstance(grounds({"a": text}).locate(Quote("a", changed), "sink"), Missing)


@given(QUOTES, st.data())
def test_one_other_character_and_it_is_missing(text: str, data: st.DataObject) -> None:
    quote = squeezed(text)
    at = data.draw(st.integers(0, len(quote) - 1))
    assume(quote[at] != " ")
    other = data.draw(st.characters(exclude_categories=["Cs"]))
    changed = quote[:at] + other + quote[at + 1 :]
    assume(squeezed(changed) not in quote)
    found = grounds({"a": text}).locate(Quote("a", changed), "sink")
    assert isinstance(found, Missing)
    assert found.reason in ("not in the file", "too short")


@example(["abcd", "", "", "", "", "", "abcd"], 7)
@given(st.lists(st.sampled_from(["abcd", "abcd abcd", "abcd efgh", "efgh", "", " "]), min_size=1, max_size=14), st.integers(-2, 17))
def test_the_nearest_of_all_places_is_cited(written: list[str], near: int) -> None:
    needle = "abcd abcd"
    text, line_of = "", []
    for number, line in enumerate(written, 1):
        for word in line.split():
            line_of += [number] * (len(word) + bool(text))
            text += f" {word}" if text else word
    places = [(line_of[at], line_of[at + len(needle) - 1]) for at in range(len(text)) if text.startswith(needle, at)]
    found = grounds({"a": "\n".join(written)}).locate(Quote("a", needle, near), "sink")
    if isinstance(found, Missing):
        assert places == []
        return
    distances = [max(start - near, near - end, 0) for start, end in places]
    ends = [end for start, end in places if start == found.start_line]  # of a long one, only the first lines are shown
    assert min(distances) in [max(found.start_line - near, near - end, 0) for end in ends]
    assert found.end_line <= max(ends)
    assert places[distances.index(min(distances))][0] <= found.start_line


@given(st.text(), st.text(), st.none() | st.integers())
def test_any_quote_is_evidence_or_missing(path: str, text: str, near: int | None) -> None:
    for name in (path, "a"):
        found = grounds({"a": CODE + text}).locate(Quote(name, text, near), "claim")
        assert isinstance(found, (Evidence, Missing))
        assert isinstance(found, Missing) or squeezed(text) in squeezed(CODE + text)


@given(st.characters())
def test_a_character_is_whitespace_for_all_or_for_none(character: str) -> None:
    assert (squeezed(f"a{character}b") == "a b") == (character.isspace() and character not in "\x1c\x1d\x1e\x1f")
