"""The cells of a draw.io file: unpacked, with labels as plain text, styles as words, and their places on the page.

Takes the bytes of a `.drawio` file, of an SVG or PNG that carries one, or of a bare graph model, gives pages of cells in the order of the
file. What is compressed is unpacked within the limits; nothing else that the file names is opened.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from ingest.documents.diagrams.geometry import Rectangle, number
from ingest.documents.diagrams.labels import name_and_rest, plain_label
from ingest.documents.diagrams.values import not_this
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Unreadable
from ingest.documents.outline import squeezed
from ingest.documents.xml_tree import XmlElement, read_xml
from ingest.text import decode, split_lines

_LONGEST_LINE = 4_000  # characters of a line that can be quoted
_MAX_PAGES = 200
_MAX_LABEL = 2_000
_PNG = b"\x89PNG\r\n\x1a\n"
_HOLE = re.compile(r"%(\w+)%")
_PLAIN = ("rounded", "rectangle", "whitespace", "ellipse", "rhombus", "hexagon")


@dataclass(frozen=True, slots=True)
class Cell:
    id: str
    label: str
    style: Mapping[str, str]  # keys and values in lower case
    shape: str | None
    vertex: bool
    edge: bool
    parent: str
    source: str
    target: str
    area: Rectangle  # on the page
    start: tuple[float, float] | None  # where an arrow begins and ends that is joined to nothing there
    end: tuple[float, float] | None
    line: int
    technology: str = ""
    description: str = ""
    c4: str | None = None  # what a shape of the C4 library is: "person", "container" ...

    @property
    def heads(self) -> Literal["forward", "backward", "both"]:
        at_start = self.style.get("startarrow", "none") not in ("none", "oval", "")
        at_end = self.style.get("endarrow", "classic") not in ("none", "oval", "")
        return "both" if at_start and at_end else "backward" if at_start else "forward"

    @property
    def words(self) -> str:
        """The cell in words: what evidence quotes where the file has no lines."""
        kind = "arrow" if self.edge else self.shape or "box" if self.vertex else "layer"
        named = f' "{self.label}"' if self.label else ""
        ends = f" from cell {self.source or '?'} to cell {self.target or '?'}" if self.edge else ""
        return f"{kind}{named} (cell {self.id}){ends}"


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class File:
    pages: tuple[Page, ...]
    lines: tuple[str, ...] | None  # the lines of the file, where they say which cell is which


def read_file(data: bytes, limits: DocumentLimits, deadline: Deadline) -> File:
    """The pages of a file."""
    text = _embedded(data, limits, deadline)
    is_plain = text is None
    root = read_xml(data if text is None else text, limits, deadline)
    if root.name == "mxGraphModel":
        models: list[tuple[str, XmlElement]] = [("", root)]
    elif root.name == "mxfile":
        models = []
        left = limits.max_unpacked_bytes
        for diagram in root.children:
            if diagram.name != "diagram":
                continue
            if len(models) >= _MAX_PAGES:
                raise LimitReached(f"has more than {_MAX_PAGES} pages")
            model = diagram.child("mxGraphModel")
            if model is None:
                packed = diagram.text.strip()
                if not packed:
                    continue
                unpacked = _inflated(packed, left, limits)
                left -= len(unpacked)
                model, is_plain = read_xml(unpacked, limits, deadline), False
            models.append((squeezed(diagram.get("name")), model))
    else:
        raise not_this("a draw.io file")
    lines = tuple(split_lines(decode(data))) if is_plain else None
    pages = tuple(Page(name, _cells(model, deadline)) for name, model in models)
    if lines is not None and any(
        cell.line > len(lines) or len(lines[cell.line - 1]) > _LONGEST_LINE for page in pages for cell in page.cells
    ):
        lines = None
    return File(pages, lines)


# What is packed


def _embedded(data: bytes, limits: DocumentLimits, deadline: Deadline) -> str | None:
    """The file inside a picture; None where the bytes are the file."""
    if data.startswith(_PNG):
        return _in_png(data, limits)
    if b"<svg" in data[:4096]:
        content = read_xml(data, limits, deadline).get("content")
        if not content:
            raise not_this("a picture that carries a draw.io file")
        return content
    return None


def _in_png(data: bytes, limits: DocumentLimits) -> str:
    position = len(_PNG)
    while position + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        body = data[position + 8 : position + 8 + length]
        position += 12 + length
        if kind not in (b"tEXt", b"zTXt") or not body.startswith((b"mxfile\0", b"mxGraphModel\0")):
            continue
        text = body.partition(b"\0")[2]
        if kind == b"zTXt":
            text = _bounded_inflate(zlib.decompressobj(), text[1:], limits.max_part_bytes, limits)
        return unquote(text.decode("latin-1"))
    raise not_this("a picture that carries a draw.io file")


def _inflated(packed: str, left: int, limits: DocumentLimits) -> str:
    """The graph model of a compressed page: URL-quoted, deflated, in base64."""
    try:
        raw = base64.b64decode(packed, validate=False)
    except (binascii.Error, ValueError) as error:
        raise Unreadable(f"has a page that is no base64: {error}") from error
    return unquote(_bounded_inflate(zlib.decompressobj(-15), raw, min(left, limits.max_part_bytes), limits).decode("utf-8", "replace"))


def _bounded_inflate(unpacking: zlib._Decompress, data: bytes, most: int, limits: DocumentLimits) -> bytes:
    try:
        unpacked = unpacking.decompress(data, max(1, most))
    except zlib.error as error:
        raise Unreadable(f"has a page that cannot be unpacked: {error}") from error
    if unpacking.unconsumed_tail or len(unpacked) > limits.max_ratio * max(1024, len(data)):
        raise LimitReached(f"unpacks to more than {most} bytes, or more than {limits.max_ratio}:1")
    if not unpacking.eof:
        raise Unreadable("has a page that ends too early")
    return unpacked


# Cells


def _cells(model: XmlElement, deadline: Deadline) -> tuple[Cell, ...]:
    root = model.child("root")
    found: dict[str, Cell] = {}
    for element in () if root is None else root.children:
        deadline.check()
        cell = element if element.name == "mxCell" else element.child("mxCell")
        if cell is None:
            continue
        read = _cell(element, cell, found)
        found.setdefault(read.id, read)
    return tuple(found.values())


def _cell(wrapper: XmlElement, cell: XmlElement, known: Mapping[str, Cell]) -> Cell:
    """One cell; a wrapper around it has its id, its label and properties of its own."""
    words = [word.partition("=") for word in cell.get("style").split(";") if word.strip()]
    style = {key.strip().lower(): value.strip().lower() for key, _equals, value in words}
    shape = _shape(style)
    geometry = cell.child("mxGeometry")
    parent = cell.get("parent")
    above = known.get(parent)
    left, top = (above.area.x, above.area.y) if above is not None and above.vertex else (0.0, 0.0)
    points = {} if geometry is None else {child.get("as"): child for child in geometry.children if child.name == "mxPoint"}
    start, end = (
        None if point is None else (left + number(point.get("x")), top + number(point.get("y")))
        for point in (points.get("sourcePoint"), points.get("targetPoint"))
    )
    is_c4 = bool(wrapper.get("c4Type"))
    written = wrapper.get("c4Name") or (wrapper.get("label") if wrapper is not cell else cell.get("value"))
    label, rest = _named(written, wrapper)
    icon = _icon(shape, cell.get("vertex") == "1")
    technology, described = (plain_label(wrapper.get(name)) if is_c4 else "" for name in ("c4Technology", "c4Description"))
    return Cell(
        wrapper.get("id") or cell.get("id"),
        label or icon,
        style,
        shape,
        cell.get("vertex") == "1",
        cell.get("edge") == "1",
        parent,
        cell.get("source"),
        cell.get("target"),
        _area(geometry, left, top),
        start,
        end,
        wrapper.line if wrapper.get("id") else cell.line,
        technology or (icon if label else ""),
        described or rest,
        _c4(wrapper.get("c4Type")) if is_c4 else None,
    )


def _c4(word: str) -> str:
    lowered = word.lower()
    return next((name for name in ("person", "database") if name in lowered), lowered)


def _area(geometry: XmlElement | None, left: float, top: float) -> Rectangle:
    if geometry is None:
        return Rectangle(left, top, 0, 0)
    x, y, width, height = (number(geometry.get(name)) for name in ("x", "y", "width", "height"))
    return Rectangle(left + x, top + y, max(0.0, width), max(0.0, height))


def _shape(style: Mapping[str, str]) -> str | None:
    """The word of the style that says what is drawn, the picture of a library before the frame around it."""
    for key in ("resicon", "gricon", "prtype", "shape"):
        if value := style.get(key, ""):
            if key == "shape" and value == "image":
                break
            return value
    if image := style.get("image", ""):
        name = image.rpartition("/")[2].partition(".")[0]
        return f"mxgraph.{image.split('/')[2]}.{name}" if image.startswith("img/lib/") and image.count("/") > 2 else "image"
    return next((key for key in style if not style[key] and key not in ("html",)), None)


def _icon(shape: str | None, vertex: bool) -> str:
    """What a picture of a library shows: `mxgraph.aws4.lambda_function` is a lambda function; arrows that are pictures show nothing."""
    if not vertex or not shape or not shape.startswith("mxgraph.") or shape.count(".") < 2:
        return ""
    name = shape.rpartition(".")[2].replace("_", " ")
    return "" if "arrow" in name or "edge" in name else name


def _named(label: str, wrapper: XmlElement) -> tuple[str, str]:
    """Name and explanation of a label without markup, its %holes% filled from the cell's own properties."""
    text = _HOLE.sub(lambda hole: wrapper.attributes.get(hole[1], hole[0]), label.replace("\u200b", "")[:_MAX_LABEL])
    return name_and_rest(text)
