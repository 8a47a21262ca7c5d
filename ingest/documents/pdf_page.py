"""One page of a PDF as lines: what is seen with its size and columns, and what is drawn but not seen.

pypdf extracts the text; it calls back at each operator, where the state that decides about visibility is followed here: ink, size, place,
render mode, transparency. A page that has such text is extracted twice, once without it and once with nothing else. Text over
something painted counts as seen, and so does invisible text over a picture on a page that shows little else: that is what
a scanner recognised. Left out: what is covered by something drawn later, clipping, layers that are turned off, places inside of forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot
from typing import TYPE_CHECKING, Any

from ingest.documents.colours import blends
from ingest.documents.outline import squeezed
from ingest.facts import Hidden

if TYPE_CHECKING:
    from pypdf import PageObject

_SMALLEST = 1.5  # points
_OUTSIDE = 5.0  # points that text may begin outside of the page
_MOST_PAINTED = 2_000  # areas; of pages with more nothing is said about white text
_SHOWING = {b"Tj": 0, b"TJ": 0, b"'": 0, b'"': 2}
_FILLING = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_ENDING = _FILLING | {b"n", b"S", b"s"}
_INVISIBLE = (3, 7)
_SAME_PLACE = 3.0  # points between the beginnings of cells of one column
_BOLD = re.compile(r"bold|black|heavy|demi|-medi\b|cmbx|[-.,]b$")
_UNUSED, _BULLET = "\x7f", "\u2022"  # codes WinAnsi gives no letter are bullets (ISO 32000-1, annex D.2)
_SCANNED = 5  # so many times more invisible than visible text is what a scanner recognised

Box = tuple[float, float, float, float]  # left, bottom, right, top
Matrix = Sequence[float]


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of a line, drawn by itself."""

    text: str
    left: float
    base: float  # its height on the page
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    cells: tuple[Cell, ...] = ()
    hidden: Hidden = ""

    @property
    def size(self) -> float:
        """The size most of its characters have, in points; 0 where it is not known."""
        weights: dict[float, int] = {}
        for cell in self.cells:
            weights[cell.size] = weights.get(cell.size, 0) + len(cell.text.strip())
        return max(weights, key=lambda size: weights[size], default=0.0)

    @property
    def bold(self) -> bool:
        return bool(self.cells) and all(cell.bold for cell in self.cells if cell.text.strip())

    def looks_like(self, other: Line) -> bool:
        """Whether both are set in letters of one size and weight, and this one does not begin with a number of its own."""
        return self.size == other.size and self.bold == other.bold and not self.text.lstrip()[:1].isdigit()

    def goes_on(self, before: Line) -> bool:
        """Whether it stands to the right of the line before, at the same height: a cell of the same row."""
        if not self.cells or not before.cells:
            return False
        mine, last = self.cells[0], before.cells[-1]
        return abs(mine.base - last.base) < 1.0 and mine.left > last.left + last.size


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that stand at one height, as the cells of a row."""

    lines: int
    cells: tuple[Cell, ...]

    def stands_like(self, other: Row) -> bool:
        """Whether both have the same columns: more than one, beginning at the same places."""
        if not len(self.cells) == len(other.cells) > 1:
            return False
        return all(abs(mine.left - its.left) <= _SAME_PLACE for mine, its in zip(self.cells, other.cells, strict=True))


def row_at(lines: Sequence[Line], start: int) -> Row:
    """The row that begins with a line."""
    cells = list(lines[start].cells)
    end = start + 1
    while end < len(lines) and lines[end].goes_on(lines[end - 1]):
        cells += lines[end].cells
        end += 1
    return Row(end - start, tuple(cells))


@dataclass(frozen=True, slots=True)
class _Ink:
    """What the graphics state says of text."""

    fill: str | None = "000000"
    mode: int = 0
    transparent: bool = False
    size: float = 12.0


def page_lines(page: PageObject, check_time: Callable[[], None]) -> tuple[Line, ...]:
    """The lines of a page as pypdf orders them, then those that are not seen."""
    _parse_once(page)
    seen = _Extraction(page, check_time, lambda hidden: not hidden)
    lines = seen.lines()
    if not seen.met:
        return lines
    unseen: list[Line] = []
    for kind in sorted(seen.met):
        extracted = _Extraction(page, check_time, lambda hidden, kind=kind: hidden == kind).lines()  # type: ignore[misc]
        unseen += [replace(line, hidden=kind) for line in extracted if line.text.strip()]
    drawn = sum(len(line.text) for line in unseen if line.hidden == "hidden_text")
    if seen.has_picture and drawn > _SCANNED * sum(len(line.text) for line in lines):
        return _Extraction(page, check_time, lambda hidden: True).lines()
    return (*lines, *unseen)


def has_pictures(page: PageObject) -> bool:
    """Whether a page shows pictures."""
    return any(thing.get("/Subtype") == "/Image" for _, thing in _entries(_resources(page), "/XObject"))


def _parse_once(page: PageObject) -> None:
    """Puts the parsed content into the place of the written one, as parsing takes most of the time; without content nothing changes."""
    from pypdf.generic import ContentStream, NameObject

    try:
        page[NameObject("/Contents")] = ContentStream(page["/Contents"].get_object(), page.pdf, "bytes")
    except (AttributeError, KeyError):
        return


class _Extraction:
    """One way through a page, with only the text that is wanted."""

    def __init__(self, page: PageObject, check_time: Callable[[], None], wanted: Callable[[Hidden], bool]) -> None:
        self._page, self._check_time, self._wanted = page, check_time, wanted
        self.met: set[Hidden] = set()
        self.has_picture = False
        self._ink, self._stack = _Ink(), list[_Ink]()
        self._forms = 0
        self._held: Any = None  # an operand while pypdf does without it
        self._painted: list[Box] = []
        self._path: list[tuple[float, float]] = []
        self._pieces: list[Cell] = []
        self._box = _box_of(page)
        resources = _resources(page)
        self._clear = {name for name, state in _entries(resources, "/ExtGState") if state.get("/ca") == 0}
        self._pictures = {name for name, thing in _entries(resources, "/XObject") if thing.get("/Subtype") == "/Image"}
        self._sized = not any(font.get("/Subtype") == "/Type3" for _, font in _entries(resources, "/Font"))

    def lines(self) -> tuple[Line, ...]:
        text = self._page.extract_text(
            visitor_operand_before=self._before, visitor_operand_after=self._after, visitor_text=self._piece
        ).replace("\r\n", "\n").replace("\r", "\n")  # fmt: skip
        self._check_time()
        plain = text.replace(_UNUSED, _BULLET).split("\n")
        made = list(_joined(self._pieces))
        if [line.text for line in made] != plain:
            return tuple(Line(line.rstrip()) for line in plain)
        return tuple(replace(line, text=line.text.rstrip()) for line in made)

    def _before(self, operator: bytes, operands: Any, cm: Matrix, tm: Matrix) -> None:
        self._check_time()
        if operator in _SHOWING:
            self._show(operator, operands, cm, tm)
        elif operator == b"q":
            self._stack.append(self._ink)
        elif operator == b"Q":
            self._ink = self._stack.pop() if self._stack else _Ink()
        elif operator == b"Do":
            self._stack.append(self._ink)
            self._forms += 1
            if operands and str(operands[0]) in self._pictures and self._forms == 1:
                self.has_picture = True
                self._paint([_at(cm, x, y) for x in (0.0, 1.0) for y in (0.0, 1.0)])
        else:
            self._ink = _changed(self._ink, operator, operands, self._clear)
            self._follow_path(operator, operands, cm)

    def _after(self, operator: bytes, operands: Any, cm: Matrix, tm: Matrix) -> None:
        if operator == b"Do":
            self._forms -= 1
            self._ink = self._stack.pop() if self._stack else _Ink()
        elif self._held is not None and operator in _SHOWING:
            operands[_SHOWING[operator]], self._held = self._held, None

    def _show(self, operator: bytes, operands: Any, cm: Matrix, tm: Matrix) -> None:
        index = _SHOWING[operator]
        if len(operands) <= index:
            return
        hidden = self._hidden(cm, tm)
        if hidden:
            self.met.add(hidden)
        if not self._wanted(hidden):
            self._held = operands[index]
            operands[index] = type(operands[index])()  # an empty string or list: pypdf goes on with nothing

    def _hidden(self, cm: Matrix, tm: Matrix) -> Hidden:
        if self._ink.mode in _INVISIBLE or self._ink.transparent:
            return "hidden_text"
        if self._sized and not self._forms and 0 < self._ink.size * _scale(tm, cm) < _SMALLEST:
            return "tiny_text"
        if self._forms:
            return ""
        x, y = _at(cm, tm[4], tm[5])
        left, bottom, right, top = self._box
        if not (left - _OUTSIDE <= x <= right + _OUTSIDE and bottom - _OUTSIDE <= y <= top + _OUTSIDE):
            return "off_page"
        if blends(self._ink.fill, "FFFFFF") and len(self._painted) < _MOST_PAINTED:
            return "" if any(one[0] <= x <= one[2] and one[1] <= y <= one[3] for one in self._painted) else "white_text"
        return ""

    def _follow_path(self, operator: bytes, operands: Any, cm: Matrix) -> None:
        """Areas that are painted in another colour than white."""
        if operator in (b"m", b"l", b"c", b"v", b"y", b"re"):
            numbers = [_number(operand) for operand in operands]
            if operator == b"re" and len(numbers) == 4:
                numbers += [numbers[0] + numbers[2], numbers[1] + numbers[3]]
                numbers[2:4] = []
            self._path += [_at(cm, x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=False)][:100]
        elif operator == b"sh":
            left, bottom, right, top = self._box
            self._paint([(left, bottom), (right, top)])
        elif operator in _ENDING:
            if operator in _FILLING and self._path and not blends(self._ink.fill, "FFFFFF"):
                self._paint(self._path)
            self._path = []

    def _paint(self, points: Sequence[tuple[float, float]]) -> None:
        if len(self._painted) < _MOST_PAINTED:
            across, up = [x for x, _ in points], [y for _, y in points]
            self._painted.append((min(across), min(up), max(across), max(up)))

    def _piece(self, text: str, cm: Matrix, tm: Matrix, font: Any, size: float) -> None:
        text = text.replace(_UNUSED, _BULLET)
        if text:
            name = str(font.get("/BaseFont", "")) if font is not None else ""
            left, base = _at(cm, tm[4], tm[5])
            upright = _scale_across(tm, cm) > 0.7 * _scale(tm, cm)  # what runs up the margin is no title, whatever its size
            drawn = round(size * _scale(tm, cm), 1) if upright else 0.0
            self._pieces.append(Cell(text, left, base, drawn, _BOLD.search(name.lower()) is not None))


def _joined(pieces: Sequence[Cell]) -> Iterator[Line]:
    """The pieces as lines; all of their text, so that it can be compared with what pypdf gives as a whole."""
    cells: list[Cell] = []
    for piece in pieces:
        parts = piece.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for number, part in enumerate(parts):
            if number:
                yield Line("".join(cell.text for cell in cells), _cells(cells))
                cells = []
            if part:
                cells.append(replace(piece, text=part))
    yield Line("".join(cell.text for cell in cells), _cells(cells))


def _cells(pieces: Sequence[Cell]) -> tuple[Cell, ...]:
    """Pieces of one line; those that begin where the one before did not end for long are one."""
    made: list[Cell] = []
    for piece in pieces:
        if not piece.text.strip():
            continue
        before = made[-1] if made else None
        if before is not None and piece.left - before.left < _width(before) + before.size:
            made[-1] = replace(before, text=before.text + piece.text, bold=before.bold and piece.bold)
        else:
            made.append(piece)
    return tuple(replace(cell, text=squeezed(cell.text)) for cell in made)


def _width(cell: Cell) -> float:
    """About how wide a text is: letters are half as wide as high."""
    return 0.5 * cell.size * len(cell.text)


def _changed(ink: _Ink, operator: bytes, operands: Any, clear: set[str]) -> _Ink:
    """The state after an operator that may change it."""
    match operator:
        case b"Tr" if operands:
            return replace(ink, mode=int(_number(operands[0])))
        case b"Tf" if len(operands) > 1:
            return replace(ink, size=abs(_number(operands[1])))
        case b"g" | b"rg" | b"k" | b"sc" | b"scn":
            return replace(ink, fill=_colour([_number(operand) for operand in operands if not isinstance(operand, str)]))
        case b"cs":
            return replace(ink, fill=None)
        case b"gs" if operands:
            return replace(ink, transparent=str(operands[0]) in clear)
        case _:
            return ink


def _colour(parts: Sequence[float]) -> str | None:
    if len(parts) == 1:
        parts = parts * 3 if isinstance(parts, list) else [parts[0]] * 3
    elif len(parts) == 4:
        parts = [(1 - part) * (1 - parts[3]) for part in parts[:3]]
    if len(parts) != 3:
        return None
    return "".join(f"{min(255, max(0, round(part * 255))):02x}" for part in parts)


def _number(operand: Any) -> float:
    try:
        return float(operand)
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _at(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    return x * matrix[0] + y * matrix[2] + matrix[4], x * matrix[1] + y * matrix[3] + matrix[5]


def _scale(tm: Matrix, cm: Matrix) -> float:
    """How much larger than its font says text is drawn, from foot to head."""
    across, up = tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3]
    return hypot(across, up)


def _scale_across(tm: Matrix, cm: Matrix) -> float:
    """How much of its width text keeps along the page."""
    return abs(tm[0] * cm[0] + tm[1] * cm[2])


def _box_of(page: PageObject) -> Box:
    box = page.cropbox
    across, up = sorted((float(box.left), float(box.right))), sorted((float(box.bottom), float(box.top)))
    return across[0], up[0], across[1], up[1]


def _resources(page: PageObject) -> Mapping[str, Any]:
    try:
        found = page["/Resources"].get_object()
    except (KeyError, AttributeError, TypeError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _entries(resources: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Named things of a page; what is not as the standard says is left out."""
    named = getattr(resources.get(kind), "get_object", lambda: None)()
    for name, given in named.items() if isinstance(named, Mapping) else ():
        thing = getattr(given, "get_object", lambda: None)()
        if isinstance(thing, Mapping):
            yield str(name), thing
