"""draw.io files: pages with their boxes, arrows and frames, plain or compressed, also inside a `.drawio.svg` or `.drawio.png`.

Containers and frames that are drawn around boxes become boundaries, texts on arrows become their labels, arrows that only touch a box
are taken as joined to it, and shapes of the C4, AWS and Azure libraries say what they are. Where the file has lines that people can read,
places are its lines; of a compressed page, a page of one line or an embedded file a place is the page and the paragraph on it, which says
the cell and its id in words.

Left out: texts that stand for themselves, legends, what is neither joined nor labelled; links, tooltips and styles.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.documents.diagrams.drawing import Budget, Drawing, drawn_of
from ingest.documents.diagrams.drawio_cells import Cell, Page, read_file
from ingest.documents.diagrams.geometry import innermost_frames
from ingest.documents.limits import Deadline, DocumentLimits, Pages, Reading
from ingest.facts import DiagramBoundary, DiagramEdge, DiagramNode, DrawnKind
from ingest.source import Place

_REACH = 12.0  # how far from a box an arrow may end that is meant to touch it
_MAX_TOUCHED = 2_000  # boxes that the ends of loose arrows are held against
_STORES = ("cylinder", "datastore", "database", "partialrectangle")  # how shapes of stores begin
_STORE_ICONS = frozenset(
    {"s3", "rds", "dynamodb", "aurora", "redshift", "elasticache", "documentdb", "neptune", "blob_storage", "cosmos_db"}
)
_ACTORS = ("actor", "umlactor", "person", "user", "users")
_KIND_OF_C4: dict[str, DrawnKind] = {"person": "actor", "database": "store"}


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of the file, or a page for each page drawn and a paragraph for each cell."""
    file = read_file(data, limits, deadline)
    if file.lines is not None:
        return {None: file.lines}
    return {number: tuple(cell.words for cell in page.cells) for number, page in enumerate(file.pages, 1)}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """A diagram for each page."""
    file = read_file(data, limits, deadline)
    budget = Budget.of(limits)
    drawings = []
    for number, page in enumerate(file.pages, 1):
        deadline.check()
        place = _Places(path, page, None if file.lines is not None else number)
        drawings.append(_read_page(page, place, budget))
    count = sum(len(page.cells) for page in file.pages) if file.lines is None else len(file.lines)
    return Reading("", (), drawn_of(drawings), count, "line" if file.lines is not None else "paragraph")


class _Places:
    """Where the cells of one page stand."""

    def __init__(self, path: str, page: Page, number: int | None) -> None:
        self._path, self._number = path, number
        self._index = {cell.id: index for index, cell in enumerate(page.cells, 1)}

    def __call__(self, cell: Cell) -> Place:
        line = cell.line if self._number is None else self._index[cell.id]
        return Place(self._path, line, line, self._number)


def _read_page(page: Page, place: _Places, budget: Budget) -> Drawing:
    drawing = Drawing("drawio", budget, page.name)
    cells = {cell.id: cell for cell in page.cells}
    boxes = {cell.id: cell for cell in page.cells if cell.vertex and not _is_label(cell, cells)}
    frames = _frames(page, boxes, cells)
    areas = {name: cell.area for name, cell in boxes.items()}
    by_place = innermost_frames(areas, {name: areas[name] for name in frames})
    joined = {end for cell in page.cells if cell.edge for end in (cell.source, cell.target)}
    ends = {name: cell for name, cell in boxes.items() if name not in frames and (name in joined or _is_box(cell))}
    for name in frames:
        cell = boxes[name]
        drawing.frame(DiagramBoundary(name, cell.label, _inside(cell, cells, frames) or by_place.get(name), place(cell)))
    for name, cell in ends.items():
        if not cell.label:
            continue
        inside = _inside(cell, cells, frames) or by_place.get(name)
        drawing.add(
            DiagramNode(name, cell.label, cell.shape or "rectangle", inside, place(cell), _kind(cell), cell.technology, cell.description)
        )
    labels: dict[str, list[str]] = {}
    for cell in page.cells:
        if cell.vertex and cell.label and cell.parent in cells and cells[cell.parent].edge:
            labels.setdefault(cell.parent, []).append(cell.label)
    for cell in page.cells:
        if cell.edge:
            _connect(
                drawing, cell, ends, frames, " ".join(filter(None, [cell.label, cell.description, *labels.get(cell.id, ())])), place(cell)
            )
    return drawing


def _is_label(cell: Cell, cells: dict[str, Cell]) -> bool:
    """Text that belongs to an arrow."""
    return "edgelabel" in cell.style or (cell.parent in cells and cells[cell.parent].edge)


def _is_box(cell: Cell) -> bool:
    """Whether a shape stands for something by itself: plain text is a title or a remark, unless an arrow leads to it."""
    return "text" not in cell.style and cell.shape not in ("text", "label", "note", "callout", "line", "curlybracket")


def _frames(page: Page, boxes: dict[str, Cell], cells: dict[str, Cell]) -> dict[str, Cell]:
    """Shapes that stand around others: containers with boxes in them, and labelled or dashed ones drawn around several."""
    holding = {cell.parent for cell in boxes.values() if cell.parent in boxes}
    found = {name: boxes[name] for name in holding if boxes[name].label or "dashed" in boxes[name].style}
    around: dict[str, int] = {}
    candidates = {name: cell for name, cell in boxes.items() if name not in found and cell.area.area > 0 and _is_box(cell)}
    areas = {name: cell.area for name, cell in candidates.items() if cell.label}
    for inside in innermost_frames(areas, {name: cell.area for name, cell in candidates.items()}).values():
        around[inside] = around.get(inside, 0) + 1
    for name, count in around.items():
        cell = boxes[name]
        is_open = "dashed" in cell.style or "swimlane" in cell.style or "container" in cell.style or "group" in (cell.shape or "")
        if is_open or (count > 1 and cell.label):
            found[name] = cell
    return {name: cell for name, cell in boxes.items() if name in found}


def _inside(cell: Cell, cells: dict[str, Cell], frames: dict[str, Cell]) -> str | None:
    """The innermost frame among the cells this one belongs to."""
    seen: set[str] = set()
    parent = cell.parent
    while parent in cells and parent not in seen:
        if parent in frames:
            return parent
        seen.add(parent)
        parent = cells[parent].parent
    return None


def _kind(cell: Cell) -> DrawnKind:
    if cell.c4 is not None:
        return _KIND_OF_C4.get(cell.c4, "")
    shape = (cell.shape or "").rpartition(".")[2]
    if shape.startswith(_STORES) or shape in _STORE_ICONS:
        return "store"
    return "actor" if any(shape == word or shape.endswith((f".{word}", f"_{word}")) for word in _ACTORS) else ""


def _connect(drawing: Drawing, cell: Cell, boxes: dict[str, Cell], frames: dict[str, Cell], label: str, place: Place) -> None:
    ends = [name if name in boxes or name in frames else "" for name in (cell.source, cell.target)]
    for index, point in enumerate((cell.start, cell.end)):
        if not ends[index] and point is not None and not (cell.source, cell.target)[index]:
            ends[index] = _touched(point, list(boxes.values())[:_MAX_TOUCHED])
    source, target = ends
    if not source or not target or source == target:
        return
    if cell.heads != "backward":
        drawing.connect(DiagramEdge(source, target, label, place, cell.id))
    if cell.heads in ("backward", "both"):
        drawing.connect(DiagramEdge(target, source, label, place, cell.id))


def _touched(point: tuple[float, float], boxes: Sequence[Cell]) -> str:
    """The one box an arrow's end lies on; none where it lies on several that do not hold each other."""
    near = [cell for cell in boxes if cell.area.holds_point(*point, _REACH)]
    if not near:
        return ""
    smallest = min(near, key=lambda cell: (cell.area.area, cell.id))
    return smallest.id if all(cell is smallest or cell.area.holds(smallest.area) for cell in near) else ""
