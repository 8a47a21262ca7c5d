"""The titles a passage stands under, kept while a document is read from its first block to its last.

Takes titles with their levels (1 is outermost), gives the section path. A title's own section is the path above it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ingest.facts import Passage


@dataclass(slots=True)
class Outline:
    """The open titles at one point of a document. Local to one reading, thus mutable."""

    _open: list[tuple[int, str]] = field(default_factory=list)

    @property
    def section(self) -> tuple[str, ...]:
        """The open titles, outermost first."""
        return tuple(title for _, title in self._open)

    def enter(self, level: int, title: str) -> tuple[str, ...]:
        """Open a title, closing those on its level and below; gives the section the title itself stands in."""
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        above = self.section
        self._open.append((level, title))
        return above


def squeezed(text: str) -> str:
    """Text on one line: every run of white space becomes one blank."""
    return " ".join(text.split())


def with_sections(passages: Iterable[Passage]) -> list[Passage]:
    """Passages in the order of a document; what is hidden and has no section stands in that of the passage before it."""
    found: list[Passage] = []
    section: tuple[str, ...] = ()
    for passage in passages:
        if passage.hidden and not passage.section:
            passage = replace(passage, section=section)
        elif not passage.hidden:
            section = (*passage.section, passage.text) if passage.kind == "title" else passage.section
        found.append(passage)
    return found
