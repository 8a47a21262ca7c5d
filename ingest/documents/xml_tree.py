"""XML as a small tree with lines, for formats that are read by their elements alone.

Takes bytes, gives the root element. expat reads them: it knows the line of each element and fetches nothing. Entities that the
file declares are refused, with them every bomb made of them; a DOCTYPE without any is passed over. Depth, elements and time are
bounded. Prefixes of names are taken off: the formats read here use none of their names twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Unreadable

_PIECE = 256 * 1024
_MAX_ELEMENTS = 300_000


@dataclass(slots=True)
class XmlElement:
    """One element, its own text (that of its children is theirs), and the line its tag begins on."""

    name: str
    attributes: Mapping[str, str]
    line: int
    texts: list[str] = field(default_factory=list)
    children: list[XmlElement] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def get(self, attribute: str) -> str:
        return self.attributes.get(attribute, "")

    def child(self, name: str) -> XmlElement | None:
        return next((child for child in self.children if child.name == name), None)

    def at(self, *names: str) -> XmlElement | None:
        """The element that is reached by the first child of each name in turn."""
        found: XmlElement | None = self
        for name in names:
            found = None if found is None else found.child(name)
        return found


def read_xml(data: bytes | str, limits: DocumentLimits, deadline: Deadline) -> XmlElement:
    """The root element."""
    reading = _Reading(limits)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.said
    parser.EntityDeclHandler = _refuse_entity
    reading.line = lambda: parser.CurrentLineNumber
    try:
        for start in range(0, len(data), _PIECE):
            deadline.check()
            parser.Parse(data[start : start + _PIECE], False)
        parser.Parse(data[:0], True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unreadable(f"is no readable XML: {error}") from error
    assert reading.root is not None  # expat refuses a document without an element
    return reading.root


def _refuse_entity(name: str, *_: object) -> None:
    raise Unreadable(f"declares an entity ({name[:40]}), which is not resolved")


class _Reading:
    """The open elements; lives for one call."""

    def __init__(self, limits: DocumentLimits) -> None:
        self.root: XmlElement | None = None
        self.line: Callable[[], int] = lambda: 1
        self._open: list[XmlElement] = []
        self._count = 0
        self._deepest = limits.max_depth

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._count += 1
        if self._count > _MAX_ELEMENTS:
            raise LimitReached(f"has more than {_MAX_ELEMENTS} XML elements")
        if len(self._open) >= self._deepest:
            raise LimitReached(f"is nested deeper than {self._deepest} tags")
        element = XmlElement(_local(name), {_local(key): value for key, value in attributes.items()}, self.line())
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _name: str) -> None:
        self._open.pop()

    def said(self, text: str) -> None:
        if self._open:
            self._open[-1].texts.append(text)


def _local(name: str) -> str:
    return name.rpartition(":")[2]
