"""What styles and numbering of a Word document say: names, whether text in them can be seen, and the labels of headings.

Takes the trees of `styles.xml` and `numbering.xml`, gives answers about a style by its id and about a paragraph by its properties.
Styles inherit from others; what is written at the text itself comes first. Labels are counted for headings alone ("3.2"): a list
item is known by what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.documents.ooxml import W, is_on

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml ships no types

_DEEPEST = 20  # styles based on styles
_HIGHLIGHTS = {
    "black": "000000", "white": "FFFFFF", "darkBlue": "000080", "blue": "0000FF", "red": "FF0000", "yellow": "FFFF00", "green": "00FF00",
    "cyan": "00FFFF", "magenta": "FF00FF", "darkGray": "808080", "lightGray": "C0C0C0", "darkRed": "800000", "darkGreen": "008000",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """How text looks, as far as it is said: None is not said."""

    vanish: bool | None = None
    colour: str | None = None  # six digits, or "auto"
    half_points: int | None = None
    ground: str | None = None

    def over(self, under: Look) -> Look:
        """This look, and of the one under it what this one does not say."""
        return Look(
            under.vanish if self.vanish is None else self.vanish,
            self.colour or under.colour,
            under.half_points if self.half_points is None else self.half_points,
            self.ground or under.ground,
        )


@dataclass(frozen=True, slots=True)
class Style:
    name: str  # lower case
    look: Look
    numbering: tuple[str, int] | None  # id of the list and level
    outline: int | None  # 0 is the outermost level of headings


@dataclass(slots=True)
class Numbering:
    """Labels of numbered headings. Local to one reading: it counts."""

    levels: Mapping[str, Mapping[int, tuple[str, str, int]]]  # list id to level to format, text and start
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, numbering: tuple[str, int]) -> str:
        """The label of the next paragraph of a list on a level; empty where it has bullets or no label."""
        identity, level = numbering
        levels = self.levels.get(identity, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(identity, {})
        counts[level] = counts.get(level, levels[level][2] - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        shape, text, _ = levels[level]
        if shape in ("bullet", "none"):
            return ""
        for above in range(9):
            number = counts.get(above, levels[above][2] if above in levels else 1)
            text = text.replace(f"%{above + 1}", _written(number, levels[above][0] if above in levels else "decimal"))
        return text.strip()


def read_styles(root: _Element | None) -> Mapping[str, Style]:
    """Styles by id, with what they inherit."""
    elements = {} if root is None else {str(style.get(W + "styleId")): style for style in root.iter(W + "style")}
    return {identity: _style(identity, elements) for identity in elements}


def read_numbering(root: _Element | None) -> Numbering:
    """The numbered lists of a document."""
    if root is None:
        return Numbering({})
    shapes: dict[str, dict[int, tuple[str, str, int]]] = {}
    for abstract in root.iter(W + "abstractNum"):
        levels = {}
        for level in abstract.iter(W + "lvl"):
            parts = [level.find(W + name) for name in ("numFmt", "lvlText", "start")]
            shape, text, start = (None if part is None else part.get(W + "val") for part in parts)
            levels[_number(level.get(W + "ilvl"), 0)] = (shape or "decimal", text or "", _number(start, 1))
        shapes[str(abstract.get(W + "abstractNumId"))] = levels
    lists = {}
    for number in root.iter(W + "num"):
        abstract = number.find(W + "abstractNumId")
        if abstract is not None:
            lists[str(number.get(W + "numId"))] = shapes.get(str(abstract.get(W + "val")), {})
    return Numbering(lists)


def look_of(properties: _Element | None) -> Look:
    """What run properties say of how text looks."""
    if properties is None:
        return Look()
    vanish, colour, size = (properties.find(W + name) for name in ("vanish", "color", "sz"))
    return Look(
        None if vanish is None else is_on(vanish),
        None if colour is None else _colour(colour.get(W + "val"), colour.get(W + "themeColor")),
        None if size is None else _number(size.get(W + "val"), 24),
        ground_of(properties),
    )


def ground_of(properties: _Element | None) -> str | None:
    """The colour that properties of a run, a paragraph or a cell put behind text."""
    if properties is None:
        return None
    highlight = properties.find(W + "highlight")
    if highlight is not None and (named := _HIGHLIGHTS.get(str(highlight.get(W + "val")))):
        return named
    shading = properties.find(W + "shd")
    if shading is None or shading.get(W + "fill") in (None, "auto"):
        return "theme" if shading is not None and shading.get(W + "themeFill") else None
    return str(shading.get(W + "fill"))


def numbering_of(properties: _Element | None, style: Style | None) -> tuple[str, int] | None:
    """List id and level of a paragraph; its own come before its style's."""
    own = None if properties is None else properties.find(W + "numPr")
    inherited = style.numbering if style is not None else None
    if own is None:
        return inherited
    identity, level = own.find(W + "numId"), own.find(W + "ilvl")
    return (
        str(identity.get(W + "val")) if identity is not None else inherited[0] if inherited else "",
        _number(level.get(W + "val"), 0) if level is not None else inherited[1] if inherited else 0,
    )


def _style(identity: str, elements: Mapping[str, _Element]) -> Style:
    look, numbering, outline, name = Look(), None, None, ""
    current: str | None = identity
    for _ in range(_DEEPEST):
        element = elements.get(current or "")
        if element is None:
            break
        named, based, paragraph = element.find(W + "name"), element.find(W + "basedOn"), element.find(W + "pPr")
        name = name or (str(named.get(W + "val") or "").lower() if named is not None else "")
        look = look.over(look_of(element.find(W + "rPr")))
        numbering = numbering or numbering_of(paragraph, None)
        level = None if paragraph is None else paragraph.find(W + "outlineLvl")
        outline = _number(level.get(W + "val"), 9) if outline is None and level is not None else outline
        current = None if based is None else str(based.get(W + "val"))
    if numbering is not None and outline is not None and not numbering[1]:
        numbering = (numbering[0], outline)
    return Style(name, look, numbering, outline)


def _colour(value: str | None, theme: str | None) -> str | None:
    return "FFFFFF" if theme in ("background1", "light1") else value


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.lstrip("-").isdigit() and len(text) < 8 else otherwise


def _written(number: int, shape: str) -> str:
    if shape in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        return chr((ord("a") if shape == "lowerLetter" else ord("A")) + number - 1)
    if shape in ("lowerRoman", "upperRoman") and 1 <= number <= 39:
        roman = "x" * (number // 10) + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[number % 10]
        return roman if shape == "lowerRoman" else roman.upper()
    return str(number)
