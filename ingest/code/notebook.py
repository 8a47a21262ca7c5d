"""Jupyter notebooks: code cells joined into one Python text, with the line each cell starts at.

Places inside are given back as cell and line within the cell. Magics and shell lines are blanked (the
line numbers stay), outputs are not read as code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

SUFFIXES = (".ipynb",)
_RENDERED = ("text/html", "text/markdown")  # outputs that are drawn, so that not all of them is seen
_OUTPUTS, _OUTPUT = 50, 100_000  # outputs of a cell, and characters of one, that are looked at


@dataclass(frozen=True, slots=True)
class Cell:
    number: int  # 1-based position among all cells of the notebook
    kind: str  # "code", "markdown", "raw"
    lines: tuple[str, ...]
    shown: tuple[str, ...] = ()  # lines of pages and Markdown among its outputs; they count on from those of the cell


def read_cells(text: str) -> tuple[Cell, ...]:
    """All cells in order.

    Raises:
        ValueError: the text is not a notebook.
    """
    try:
        notebook = json.loads(text)
    except RecursionError as problem:
        raise ValueError("JSON nested too deeply") from problem
    if not isinstance(notebook, dict):
        raise ValueError("not a notebook: the top level is no object")
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):  # nbformat 3
        cells = [cell for sheet in notebook["worksheets"] if isinstance(sheet, dict) for cell in sheet.get("cells", [])]
    if not isinstance(cells, list):
        raise ValueError("not a notebook: no list of cells")
    found = []
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict):
            continue
        source = cell.get("source", cell.get("input", ""))
        joined = "".join(part for part in source if isinstance(part, str)) if isinstance(source, list) else str(source)
        found.append(Cell(number, str(cell.get("cell_type", "")), tuple(joined.split("\n")), tuple(_shown(cell.get("outputs")))))
    return tuple(found)


def _shown(outputs: object) -> Iterator[str]:
    for output in outputs[:_OUTPUTS] if isinstance(outputs, list) else ():
        data = output.get("data") if isinstance(output, dict) else None
        if not isinstance(data, dict):
            continue
        for kind in _RENDERED:
            said = data.get(kind, "")
            text = "".join(part for part in said if isinstance(part, str)) if isinstance(said, list) else str(said)
            yield from text[:_OUTPUT].split("\n") if text else ()


def joined_code(cells: tuple[Cell, ...]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The code of all cells as one text, and (first line, cell number) of each cell in it."""
    lines: list[str] = []
    starts: list[tuple[int, int]] = []
    for cell in cells:
        if cell.kind != "code":
            continue
        starts.append((len(lines) + 1, cell.number))
        foreign = bool(cell.lines) and cell.lines[0].startswith("%%") and not cell.lines[0].startswith(("%%time", "%%capture"))
        lines += ["" if foreign or line.lstrip().startswith(("%", "!", "?")) else line for line in cell.lines]
    return "\n".join(lines), tuple(starts)
