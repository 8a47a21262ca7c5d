"""Lines of a notebook or a draw.io file, in the places that evidence counts in.

Who writes a label sees the file: JSON or XML, with lines of its own. Evidence says cell and line within the cell, or page and box. The two
are held against each other in the places of evidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ingest.code import notebook

DRAWIO = (".drawio",)
_CELL = re.compile(r'<mxCell\b[^>]*\bid="([^"]*)"')
_PAGE = "<diagram"
_TOLD = re.compile(r"\(cell ([^)]*)\)")


class Counted(NamedTuple):
    """Where a piece stands in the words of evidence."""

    page: int  # cell of a notebook, page of a drawing
    line: int  # line in the cell, box or arrow on the page


def places_of(file: Path, first: int, last: int) -> tuple[Counted, ...]:
    """What stands in these lines of the file; none where evidence counts lines of the file as they are, or it cannot be read."""
    if not file.name.endswith((*notebook.SUFFIXES, *DRAWIO)):
        return ()
    try:
        text = file.read_text("utf-8")
        found = _in_notebook(text) if file.name.endswith(notebook.SUFFIXES) else _in_drawing(text)
        return tuple(place for line, place in found if first <= line <= last)
    except (OSError, ValueError):
        return ()


def _in_notebook(text: str) -> Iterator[tuple[int, Counted]]:
    """Each line of code or text that stands on a line of the file, in the order of both."""
    written = [line.strip().rstrip(",") for line in text.split("\n")]
    start = 0
    for cell in notebook.read_cells(text):
        for number, line in enumerate(cell.lines, 1):
            forms = {json.dumps(line + end, ensure_ascii=plain) for end in ("\n", "") for plain in (True, False)}
            at = next((index for index in range(start, len(written)) if written[index] in forms), None) if line else None
            if at is not None:
                start = at + 1
                yield start, Counted(cell.number, number)


def _in_drawing(text: str) -> Iterator[tuple[int, Counted]]:
    """Each box and arrow by the id of its cell, on the page it stands on."""
    from ingest.documents.diagrams import drawio
    from ingest.documents.limits import Deadline, DocumentLimits

    limits = DocumentLimits()
    pages = drawio.read_pages(text.encode(), limits, Deadline.after(limits.max_seconds))
    known = {
        (page, told.group(1)): Counted(page, number)
        for page, words in pages.items()
        if page is not None
        for number, said in enumerate(words, 1)
        if (told := _TOLD.search(said))
    }
    page = 0
    for number, line in enumerate(text.split("\n"), 1):
        page += line.count(_PAGE)
        for cell in _CELL.findall(line):
            if place := known.get((page, cell)):
                yield number, place
