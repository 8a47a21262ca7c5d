"""The listing of a model file: what stands in it, one entry after the other, as evidence quotes it.

A binary file has no lines. Its reader makes this listing out of the bytes, always the same for the same bytes; a `Place` counts its
entries, and says in `where` at which byte, or in which part of the file, an entry stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.facts import ModelPart, ModelPartKind
from ingest.source import Attribute, Place

MAX_ENTRIES = 5_000
_NAME, _TEXT = 300, 400
# Control characters, marks of direction and width, tag characters, lone surrogates: what a reader does not see is spelt out.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]")


def printable(text: str) -> str:
    """The text on one line, with everything that does not show escaped."""
    return _UNSEEN.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


@dataclass(slots=True)
class Listing:
    """Entries while a file is read, and what is known of the whole."""

    path: str
    parts: list[ModelPart] = field(default_factory=list)
    attributes: dict[str, Attribute] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # what was not examined
    format: str = ""

    def add(self, kind: ModelPartKind, name: str, text: str, where: str) -> None:
        """One entry; past the most that are kept, a note that says so."""
        if len(self.parts) >= MAX_ENTRIES:
            self.note(f"read in part: more than {MAX_ENTRIES} entries")
            return
        number = len(self.parts) + 2  # the first is the file as a whole
        text = text.encode("utf-8", "backslashreplace").decode()  # half a surrogate is no text that can be kept or shown
        shown = text if len(text) <= _TEXT else text[:_TEXT] + "…"
        self.parts.append(ModelPart(kind, printable(name[:_NAME]), shown, Place(self.path, number, number, None, printable(where[:_NAME]))))

    def entries(self, size: int) -> tuple[ModelPart, ...]:
        """All entries, the file as a whole first."""
        more = [
            f"{name} {self.attributes[name]}" for name in ("architecture", "name", "array", "tensors", "licence") if name in self.attributes
        ]
        text = ", ".join([self.format, f"{size} bytes", *more])
        return (ModelPart("metadata", "format", text[:_TEXT], Place(self.path, 1, 1, None, "the file as a whole")), *self.parts)

    def add_text(self, kind: ModelPartKind, name: str, text: str) -> None:
        """A longer text: an entry for each of its lines, long ones in pieces. Joined, their texts are the text."""
        for number, line in enumerate(text.splitlines(keepends=True)[:2_000], 1):
            for start in range(0, len(line), _TEXT):
                self.add(kind, name, line[start : start + _TEXT], f"{name}, line {number}" + (f", character {start + 1}" if start else ""))

    def note(self, text: str) -> None:
        said = printable(text)
        if said not in self.notes:
            self.notes.append(said)

    def know(self, **attributes: Attribute) -> None:
        """Facts of the whole file; the first that is said stays."""
        for name, value in attributes.items():
            if value is not None and value != "":
                self.attributes.setdefault(name, printable(value[:_NAME]) if isinstance(value, str) else value)
