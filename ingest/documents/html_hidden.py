"""What a page of HTML holds and does not show: comments, text that styles take away, words instead of pictures, metadata.

Takes the text of a page, gives each such text with its lines and why it is not seen, and the page without the elements that are
not shown. Styles are those of `style` attributes and of plain rules (`.note`, `#x`, `p`)
inside the page. Colours are compared where the page says both, or where nothing but the white of a browser is behind the text.
Left out: other style sheets, scripts, and what these would change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.documents.colours import blends
from ingest.documents.limits import Deadline
from ingest.documents.outline import squeezed
from ingest.facts import Hidden

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml ships no types

_OPENED = re.compile(r"<!--|<(script|style)\b", re.IGNORECASE)
_CLOSED = {"script": re.compile("</script", re.IGNORECASE), "style": re.compile("</style", re.IGNORECASE)}
_BRACE = re.compile(r"[{}]")
_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]*)?(?:[.#][\w-]+)?", re.IGNORECASE)
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|ex|%|vw|vh|cm|in)?$")
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})(?:[0-9a-f]{2})?$")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[,\s]+(\d{1,3})[,\s]+(\d{1,3})")
_NAMED = {"white": "FFFFFF", "snow": "FFFAFA", "ivory": "FFFFF0", "ghostwhite": "F8F8FF", "whitesmoke": "F5F5F5", "black": "000000"}
_FAR = 500.0  # pixels outside of the page, or as many of a larger unit
_TINY = {"px": 3.0, "pt": 2.0, "em": 0.15, "rem": 0.15, "%": 15.0}
_META = frozenset({"description", "keywords", "author", "subject", "abstract", "og:description", "og:title", "twitter:description"})
_WORDED = ("title", "aria-label", "placeholder")
_FEWEST_WORDS = 4  # of attributes that are mostly labels
_MOST_RULES = 2_000
_MOST_STYLE = 200_000  # characters of one sheet
_MOST_AROUND = 5  # blocks around a rule, as of `@media`


@dataclass(frozen=True, slots=True)
class Unseen:
    """One text that is not shown, on lines counted from 1."""

    text: str
    hidden: Hidden
    first: int
    last: int


def comments_in(text: str) -> Iterator[Unseen]:
    """The comments of a page or of a piece of one."""
    line, counted, position = 1, 0, 0
    while (opened := _OPENED.search(text, position)) is not None:
        if opened[1] is not None:  # what looks like a comment in a script is none
            closed = _CLOSED[opened[1].lower()].search(text, opened.end())
            position = len(text) if closed is None else closed.end()
            continue
        end = text.find("-->", opened.end())
        end = len(text) if end < 0 else end
        line += text.count("\n", counted, opened.start())
        counted = opened.start()
        if words := squeezed(text[opened.end() : end]):
            yield Unseen(words, "comment", line, line + text.count("\n", opened.start(), end))
        position = end


def unseen_in(text: str, deadline: Deadline) -> tuple[list[Unseen], str]:
    """What is not shown, in the order of its lines; and the page without it, as given where nothing is hidden by a style."""
    from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

    found = list(comments_in(text))
    root = etree.fromstring(text.encode("utf-8", "replace"), etree.HTMLParser(recover=True, no_network=True, encoding="utf-8"))
    if root is None:
        return found, text
    lines = text.count("\n") + 1
    rules = _rules(root)
    plain = not any("stylesheet" in str(link.get("rel")).lower() for link in root.iter("link"))
    taken: list[_Element] = []
    stack: list[tuple[_Element, str | None]] = [(root, "FFFFFF" if plain else None)]
    while stack:
        element, ground = stack.pop()
        deadline.check()
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        style = _style_of(element, rules)
        ground = _ground(style, ground)
        why = _why_hidden(element, style, ground)
        if why and (words := squeezed("".join(_texts(element)))):
            first = min(element.sourceline or 1, lines)
            found.append(Unseen(words, why, first, min(lines, first + "".join(_texts(element)).strip().count("\n"))))
            taken.append(element)
            continue
        found += _attributes(element, min(element.sourceline or 1, lines))
        stack.extend((child, ground) for child in reversed(element))
    found.sort(key=lambda unseen: unseen.first)
    if not taken:
        return found, text
    for element in taken:
        _take_out(element)
    return found, str(etree.tostring(root, encoding="unicode", method="html"))


def _rules(root: _Element) -> Mapping[str, Mapping[str, str]]:
    """Declarations by the simple selectors of the page's own style sheets."""
    found: dict[str, dict[str, str]] = {}
    for sheet in root.iter("style"):
        for selectors, body in _blocks("".join(sheet.itertext())[:_MOST_STYLE]):
            for selector in selectors.split(",")[:_MOST_RULES]:
                name = selector.strip().lower()
                if name and _SIMPLE.fullmatch(name) and len(found) < _MOST_RULES:
                    found.setdefault(name, {}).update(_declared(body))
    return found


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of the rules for a screen, whatever stands around them."""
    around: list[str] = []
    position = 0
    innermost = False
    for brace in _BRACE.finditer(sheet):
        text, position = sheet[position : brace.start()], brace.end()
        if brace.group() == "{":
            around.append(text.rpartition(";")[2].strip())
            innermost = True
        elif around:
            selectors = around.pop()
            if innermost and not any("print" in above for above in around[-_MOST_AROUND:]):
                yield selectors, text
            innermost = False


def _declared(text: str) -> dict[str, str]:
    pairs = (declaration.partition(":") for declaration in text.lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, colon, value in pairs if colon}


def _style_of(element: _Element, rules: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    style: dict[str, str] = {}
    tag = str(element.tag).lower()
    classes = [f".{name.lower()}" for name in str(element.get("class") or "").split()[:50]]
    named = [f"#{str(element.get('id')).lower()}"] if element.get("id") else []
    for selector in (tag, *classes, *(tag + name for name in classes), *named, *(tag + name for name in named)):
        style.update(rules.get(selector, {}))
    style.update(_declared(str(element.get("style") or "")))
    return style


def _ground(style: Mapping[str, str], above: str | None) -> str | None:
    """The colour behind an element; None where an image or a colour we cannot tell is there."""
    given = style.get("background-color") or style.get("background")
    if "background-image" in style or (given and "url(" in given):
        return None
    if given is None or given.split()[:1] in (["transparent"], ["inherit"], ["none"], ["initial"]):
        return above
    return _colour(given.split()[0] if "(" not in given else given)


def _why_hidden(element: _Element, style: Mapping[str, str], ground: str | None) -> Hidden:
    if element.tag in ("template", "noscript") or element.get("hidden") is not None:
        return "hidden_text"
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse") or _amount(style, "opacity") == 0.0:
        return "hidden_text"
    if style.get("overflow") == "hidden" and (_amount(style, "height") == 0.0 or _amount(style, "max-height") == 0.0):
        return "hidden_text"
    size = _LENGTH.match(style.get("font-size", ""))
    if size is not None and float(size[1]) < (_TINY.get(size[2] or "px", 0.0) or 0.01):
        return "tiny_text"
    if any((_amount(style, name) or 0.0) <= -_FAR for name in ("left", "top", "right", "text-indent", "margin-left", "margin-top")):
        return "off_page"
    ink = style.get("color", "")
    if ink == "transparent" and "text" not in style.get("background-clip", style.get("-webkit-background-clip", "")):
        return "hidden_text"
    return "white_text" if blends(_colour(ink), ground) else ""


def _attributes(element: _Element, line: int) -> Iterator[Unseen]:
    """Words of attributes: metadata, labels, and values of hidden fields. Alternative texts of pictures are read with the page."""
    if element.tag == "meta" and str(element.get("name") or element.get("property") or "").lower() in _META:
        if text := squeezed(element.get("content") or ""):
            yield Unseen(text, "metadata", line, line)
        return
    for name in _WORDED:
        text = squeezed(element.get(name) or "")
        if len(text.split()) >= _FEWEST_WORDS:
            yield Unseen(text, "alt_text", line, line)
    if (
        element.tag == "input"
        and element.get("type") == "hidden"
        and len((text := squeezed(element.get("value") or "")).split()) >= _FEWEST_WORDS
    ):
        yield Unseen(text, "hidden_text", line, line)


def _amount(style: Mapping[str, str], name: str) -> float | None:
    found = _LENGTH.match(style.get(name, ""))
    return None if found is None else float(found[1]) * (16.0 if found[2] in ("em", "rem") else 1.0)


def _colour(text: str) -> str | None:
    text = text.strip().lower()
    if (digits := _HEX.match(text)) is not None:
        return digits[1] if len(digits[1]) == 6 else "".join(digit * 2 for digit in digits[1])
    if (parts := _RGB.match(text)) is not None:
        return "".join(f"{min(int(part), 255):02x}" for part in parts.groups())
    return _NAMED.get(text)


def _texts(element: _Element) -> Iterator[str]:
    """The text inside of an element, that of scripts and styles not."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag not in ("script", "style"):
            yield from _texts(child)
        yield child.tail or ""


def _take_out(element: _Element) -> None:
    """Removes an element; what follows it stays."""
    parent, tail = element.getparent(), element.tail or ""
    if parent is None:
        return
    before = element.getprevious()
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    parent.remove(element)
