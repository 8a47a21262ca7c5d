"""Where a passage stands, in the words of its document: "section 3.2 Approvals, paragraph 4", "slide 3", "sheet Register, B4".

Takes the passages of one document in order, gives them with `Place.where` filled in where its reader has not done so. Counted are
paragraphs and tables since the last title (or page); what is hidden is named after what it follows. Documents with lines of their
own are found by these; their places only name the section. `cell_place` narrows the place of a table row to one cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.documents.outline import squeezed
from ingest.facts import Hidden, Passage
from ingest.source import Place, SourceKind

_PAGES: dict[SourceKind, str] = {"pdf": "page", "pptx": "slide"}
_LINED: frozenset[SourceKind] = frozenset({"markdown", "html", "rst", "text"})
_NUMBERED = re.compile(r"(?:\d{1,3}\.)*\d{1,3}\.?\s|[A-Z]\.\d")
_MAX_TITLE = 60  # characters of a title that a place names
_PROSE_WORDS = 5  # a cell of so many words says something; shorter ones are names and labels
_CELLS = re.compile(r"(?P<sheet>.*, )(?P<column>[A-Z]{1,3})(?P<row>\d+):[A-Z]{1,3}\d+$", re.S)
HIDDEN_WORDS: dict[Hidden, str] = {
    "white_text": "text in the colour of its background",
    "tiny_text": "tiny text",
    "hidden_text": "hidden text",
    "off_page": "text outside of the page",
    "invisible_characters": "invisible characters",
    "direction_controls": "direction controls",
    "comment": "comment",
    "deleted_text": "deleted text",
    "speaker_notes": "speaker notes",
    "alt_text": "alternative text",
    "metadata": "metadata",
}


def positioned(passages: Sequence[Passage], kind: SourceKind) -> tuple[Passage, ...]:
    """The passages with words for their places."""
    counter = _Counter(kind)
    return tuple(replace(passage, place=replace(passage.place, where=counter.where(passage))) for passage in passages)


def cell_place(passage: Passage, sentence: str) -> Place:
    """Where in a table row a sentence stands: the cell that holds it, or the one cell of it that is prose; else the row."""
    if passage.kind != "table_row":
        return passage.place
    cells = [squeezed(cell) for cell in passage.text.split(" | ")]
    said = squeezed(sentence)
    holding = [index for index, cell in enumerate(cells) if said and said in cell]
    if not holding:
        holding = [index for index, cell in enumerate(cells) if cell in said and len(cell.split()) >= _PROSE_WORDS]
    if len(holding) != 1 or len(cells) == 1:
        return passage.place
    where = passage.place.where
    found = _CELLS.match(where)
    if found is not None:
        return replace(passage.place, where=f"{found['sheet']}{_column(found['column'], holding[0])}{found['row']}")
    return replace(passage.place, where=f"{where}, column {holding[0] + 1}") if "row" in where else passage.place


def section_words(section: Sequence[str]) -> str:
    """A section by its number where it has one, else by its title and the one above."""
    if not section:
        return ""
    titles = [squeezed(title) for title in section]
    titles = [title if len(title) <= _MAX_TITLE else title[: _MAX_TITLE - 1] + "\u2026" for title in titles]
    return f"section {titles[-1] if _NUMBERED.match(titles[-1]) else ' > '.join(titles[-2:])}"


class _Counter:
    """What has been counted up to one passage. Local to one document, thus mutable."""

    def __init__(self, kind: SourceKind) -> None:
        self._kind = kind
        self._part: tuple[object, ...] = ()
        self._paragraphs = self._tables = self._rows = 0
        self._in_table = False
        self._last = ""

    def where(self, passage: Passage) -> str:
        if passage.place.where:
            return passage.place.where
        if self._kind in _LINED:
            return section_words(passage.section)
        if passage.hidden:
            near = self._page(passage) if self._kind in _PAGES else self._last
            return ", ".join(filter(None, (near, HIDDEN_WORDS[passage.hidden])))
        section = (*passage.section, passage.text) if passage.kind == "title" else passage.section
        self._last = ", ".join(filter(None, (self._page(passage), section_words(section), self._ordinal(passage, section))))
        return self._last

    def _page(self, passage: Passage) -> str:
        return "" if passage.place.page is None else f"{_PAGES.get(self._kind, 'part')} {passage.place.page}"

    def _ordinal(self, passage: Passage, section: tuple[str, ...]) -> str:
        part = (passage.place.page, section)
        if part != self._part or passage.kind == "title":
            self._part, self._in_table = part, False
            self._paragraphs = self._tables = 0
        if passage.kind == "title":
            return "heading"
        if passage.kind == "table_row":
            self._tables += not self._in_table
            self._rows = self._rows + 1 if self._in_table else 1
            self._in_table = True
            return f"table {self._tables}, row {self._rows}"
        self._in_table = False
        self._paragraphs += 1
        return f"paragraph {self._paragraphs}"


def _column(first: str, further: int) -> str:
    """The letters of the column so many to the right: `column("Y", 2)` is `AA`."""
    number = further
    for position, letter in enumerate(reversed(first)):
        number += (ord(letter) - ord("A") + 1) * 26**position
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
