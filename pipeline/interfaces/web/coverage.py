"""The matrix: every element and every class of STRIDE, and in each cell one of four things that were found out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.findings.model import SEVERITIES, STRIDE, Coverage, Scan
from pipeline.interfaces.web.desk import At, Entry, digest
from pipeline.interfaces.web.templating import part
from pipeline.reports.html import SYMBOLS
from pipeline.reports.wording import LETTERS, STATES, coverage_counts, coverage_words, open_findings
from pipeline.system.model import Control, Severity

router = APIRouter(include_in_schema=False)
MOST_ROWS = 400


@dataclass(frozen=True, slots=True)
class Cell:
    stride: str
    state: str
    severity: Severity | None  # of the worst open finding
    count: int
    said: str
    link: str  # below the system


@dataclass(frozen=True, slots=True)
class Row:
    element: str
    name: str
    kind: str
    zone: str
    cells: tuple[Cell, ...]


@router.get("/systems/{system}/coverage")
def coverage(request: Request, desk: At, entry: Entry, state: str = "", every: bool = False) -> Response:
    scan = desk.latest(entry)
    if scan is None:
        return desk.page(request, "unscanned", entry=entry, tab="coverage")
    rows = rows_of(scan)
    if state in STATES:
        rows = tuple(row for row in rows if any(cell.state == state for cell in row.cells))
    return desk.page(
        request, "coverage", entry=entry, tab="coverage", rows=rows if every else rows[:MOST_ROWS], total=len(rows), stride=STRIDE,
        states=coverage_counts(scan), state_names=STATES, symbols=SYMBOLS, letters=LETTERS, state=state if state in STATES else "",
    )  # fmt: skip


def rows_of(scan: Scan) -> tuple[Row, ...]:
    """Elements with the worst findings first, then by their number."""
    cells: dict[str, dict[str, Coverage]] = {}
    for cell in scan.coverage:
        cells.setdefault(cell.element, {})[cell.stride] = cell
    elements = {element.id: element for element in scan.system.elements}
    severities = {finding.id: finding.severity for finding in open_findings(scan)}
    controls = {control.id: control for control in scan.system.controls}

    def rank(item: str) -> tuple[tuple[int, ...], str]:
        of = Counter(severities[finding] for cell in cells[item].values() for finding in set(cell.findings) if finding in severities)
        return tuple(-of[severity] for severity in SEVERITIES), item

    rows = []
    for item in sorted(cells, key=rank):
        element = elements.get(item)
        row = tuple(cell_of(item, stride, cells[item].get(stride), severities, controls) for stride in STRIDE)
        rows.append(Row(item, element.name if element else item, element.kind if element else "", element.zone if element else "", row))
    return tuple(rows)


def cell_of(element: str, stride: str, cell: Coverage | None, severities: dict[str, Severity], controls: dict[str, Control]) -> Cell:
    there = f"elements/{digest(element)}#{stride}"
    if cell is None:
        return Cell(stride, "not_examined", None, 0, f"{stride.replace('_', ' ')}: not examined", there)
    shown = [finding for finding in cell.findings if finding in severities]
    worst = min((severities[one] for one in shown), key=SEVERITIES.index, default=None)
    if len(shown) == 1:
        there = f"findings/{part(shown[0])}"
    elif shown:
        there = f"findings?element={digest(element)}&stride={stride}"
    return Cell(stride, cell.state, worst, len(shown), coverage_words(cell, controls), there)
