"""What people who read a notebook do not see: comments and hidden parts of its text and of pages among its outputs, invisible characters.

Takes the text of a notebook, gives passages with the cell they are in; lines of outputs count on from those of the cell. Printed text and
pictures are seen, and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ingest.code.notebook import Cell, read_cells
from ingest.documents.characters import unseen_in_lines
from ingest.documents.html_hidden import unseen_in
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached
from ingest.documents.markdown import read_passages
from ingest.facts import Passage
from ingest.source import Place

_SECONDS = 5.0
_MAY_HIDE = re.compile(r"<!--|\bstyle\s*=|\bhidden\b|<style|^\[[^\]\n]*\]:|\balt\s*=|!\[", re.MULTILINE | re.IGNORECASE)


def unseen_in_notebook(path: str, text: str) -> tuple[Passage, ...]:
    """Passages in the order of the cells; none where the text is no notebook, and those found so far where reading takes too long."""
    found: list[Passage] = []
    try:
        deadline = Deadline.after(_SECONDS)
        for cell in read_cells(text):
            found += _unseen(path, cell, deadline)
    except (ValueError, LimitReached):
        pass
    return tuple(found)


def _unseen(path: str, cell: Cell, deadline: Deadline) -> Iterator[Passage]:
    for passage in unseen_in_lines(path, (*cell.lines, *cell.shown)):
        yield replace(passage, place=_place(path, cell, passage.place.start_line, passage.place.end_line))
    said = "\n".join(cell.lines)
    if cell.kind == "markdown" and _MAY_HIDE.search(said):
        reading = read_passages(path, said.encode("utf-8", "replace"), DocumentLimits(), deadline)
        for passage in reading.passages:
            if passage.hidden and passage.hidden != "invisible_characters":
                yield replace(passage, place=_place(path, cell, passage.place.start_line, passage.place.end_line))
    drawn = "\n".join(cell.shown)
    if _MAY_HIDE.search(drawn):
        for one in unseen_in(drawn, deadline)[0]:
            before = len(cell.lines)
            yield Passage(one.text, "other", (), _place(path, cell, before + one.first, before + one.last), one.hidden)


def _place(path: str, cell: Cell, first: int, last: int) -> Place:
    most = len(cell.lines) + len(cell.shown)
    where = f"cell {cell.number}, output" if first > len(cell.lines) else f"cell {cell.number}"
    return Place(path, min(first, most), min(max(first, last), most), cell.number, where)
