"""The text of a Word paragraph in pieces: what is seen, what is not and why, and what it refers to.

Takes paragraph elements and the document's styles. Text is not seen where it is marked hidden, as large as a dot, in the
colour of what it stands on, or deleted and not accepted yet. Colours are compared where both are known: a table style, a theme or a
shape may bring a ground of its own, and then text on it counts as seen. Text boxes are pieces of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.documents.colours import blends
from ingest.documents.docx_styles import Look, Style, ground_of, look_of
from ingest.documents.ooxml import W
from ingest.facts import Hidden

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml ships no types

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_SMALLEST = 4  # half points: what is smaller than two points is no text for people
_SPACES = frozenset(W + name for name in ("tab", "br", "cr"))
_REFERENCES = {W + "footnoteReference": "footnote", W + "endnoteReference": "endnote", W + "commentReference": "comment"}
UNKNOWN = "unknown"  # a ground that something else decides


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. `box` is the number of its text box, from 1; `refers` is a footnote or comment it refers to, by kind and id."""

    text: str
    hidden: Hidden = ""
    box: int = 0
    refers: tuple[str, str] | None = None


def seen(pieces: Sequence[Piece], box: int = 0) -> str:
    """The text a person sees, of the paragraph itself or of one of its boxes."""
    return "".join(piece.text for piece in pieces if not piece.hidden and piece.box == box)


def unseen(pieces: Sequence[Piece]) -> Iterator[tuple[Hidden, str]]:
    """Texts a person does not see, neighbours of one kind joined."""
    kind: Hidden = ""
    texts: list[str] = []
    for piece in (*pieces, Piece("")):
        if piece.hidden != kind or piece.hidden == "alt_text":
            if kind and "".join(texts).strip():
                yield kind, "".join(texts)
            kind, texts = piece.hidden, []
        texts.append(piece.text)


def paragraphs_in(parent: _Element) -> Iterator[_Element]:
    """The paragraphs of a cell, a note or a header; those of boxes inside of paragraphs belong to these."""
    for child in parent:
        if child.tag == W + "p":
            yield child
        elif child.tag != _FALLBACK and isinstance(child.tag, str):
            yield from paragraphs_in(child)


class RunReader:
    """Reads paragraphs of one document."""

    def __init__(self, styles: Mapping[str, Style], page: str) -> None:
        self._styles, self._page = styles, page  # page: the colour of the page
        self._boxes = 0

    def style_of(self, paragraph: _Element) -> Style | None:
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        return self._styles.get(str(style.get(W + "val")) if style is not None else "Normal")

    def pieces(self, paragraph: _Element, ground: str | None = None) -> list[Piece]:
        """The pieces of a paragraph in order; `ground` is the colour of the cell it stands in."""
        style = self.style_of(paragraph)
        look = style.look if style is not None else Look()
        ground = ground_of(paragraph.find(W + "pPr")) or look.ground or ground or self._page
        self._boxes = 0
        return list(self._walk(paragraph, look, ground, False))

    def _walk(self, parent: _Element, look: Look, ground: str, deleted: bool) -> Iterator[Piece]:
        for child in parent:
            if child.tag == W + "r":
                yield from self._run(child, look, ground, deleted)
            elif child.tag in (W + "del", W + "moveFrom"):
                yield from self._walk(child, look, ground, True)
            elif child.tag not in (_FALLBACK, W + "pPr", W + "rPr") and isinstance(child.tag, str):
                yield from self._walk(child, look, ground, deleted)

    def _run(self, run: _Element, look: Look, ground: str, deleted: bool) -> Iterator[Piece]:
        properties = run.find(W + "rPr")
        named = None if properties is None else properties.find(W + "rStyle")
        style = None if named is None else self._styles.get(str(named.get(W + "val")))
        look = look_of(properties).over(style.look if style is not None else Look()).over(look)
        hidden: Hidden = "deleted_text" if deleted else _hidden(look, look.ground or ground)
        for part in run:
            if part.tag in (W + "t", W + "delText"):
                yield Piece(part.text or "", hidden)
            elif part.tag in _SPACES:
                yield Piece(" ", hidden)
            elif part.tag == W + "noBreakHyphen":
                yield Piece("-", hidden)
            elif part.tag in _REFERENCES:
                yield Piece("", refers=(_REFERENCES[part.tag], str(part.get(W + "id"))))
            elif isinstance(part.tag, str) and part.tag not in (W + "rPr", _FALLBACK):
                yield from self._drawn(part, hidden)

    def _drawn(self, parent: _Element, hidden: Hidden) -> Iterator[Piece]:
        """Text boxes and alternative texts of what is drawn in a run."""
        for child in (parent, *parent.iterdescendants()):
            if child.tag == _DRAWING + "docPr" and child.get("hidden") in ("1", "true"):
                hidden = hidden or "hidden_text"
            if child.tag == _DRAWING + "docPr" or str(child.tag).startswith("{urn:schemas-microsoft-com:vml}"):
                for text in dict.fromkeys(filter(None, (child.get("descr"), child.get("title"), child.get("alt")))):
                    yield Piece(text, "alt_text")
            elif child.tag == W + "txbxContent" and not _is_second_copy(child, parent):
                self._boxes += 1
                number = self._boxes
                for paragraph in paragraphs_in(child):
                    for piece in self._walk(paragraph, Look(), UNKNOWN, hidden == "deleted_text"):
                        yield Piece(piece.text, piece.hidden or hidden, piece.box or number, piece.refers)
                    yield Piece(" ", hidden, number)


def _hidden(look: Look, ground: str) -> Hidden:
    if look.vanish:
        return "hidden_text"
    if look.half_points is not None and look.half_points < _SMALLEST:
        return "tiny_text"
    return "white_text" if blends(look.colour, ground) else ""


def _is_second_copy(element: _Element, top: _Element) -> bool:
    """Whether it stands in the copy for old readers, or in a box that is read with its paragraphs."""
    above = element.getparent()
    while above is not None and above is not top.getparent():
        if above.tag in (_FALLBACK, W + "txbxContent"):
            return True
        above = above.getparent()
    return False
