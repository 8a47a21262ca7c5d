"""How much one document may cost before its reader gives up, and the two ways of giving up.

Limits are data, handed to every reader. A reader that meets one raises `LimitReached`, one that cannot make
sense of the bytes raises `Unreadable`; `reading.py` turns them into the `Skip` and the `ReadError` of the
file, so neither leaves this folder. Nothing is cut short to stay inside a limit: a document is read whole or not.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ingest.facts import Diagram, Passage, Setting

PICTURES = "pictures in it were not examined: no OCR is set up"
NO_TEXT = "pages without a text layer in it were not examined: no OCR is set up"
EMBEDDED = "files embedded in it were not examined"
"""What readers say of what they leave unread, where several of them do."""

Pages = Mapping[int | None, tuple[str, ...]]
"""Page (None where a document has no pages) to its lines or paragraphs: index 0 is what `Place` calls 1."""


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """Bounds on one document. The defaults hold any design document people write and stop made-up ones."""

    max_bytes: int = 20 * 2**20
    max_unpacked_bytes: int = 200 * 2**20  # all entries of an archive together
    max_archive_entries: int = 2_000
    max_ratio: int = 200  # unpacked bytes per packed byte of one archive entry
    max_part_bytes: int = 32 * 2**20  # one XML part: a parsed tree takes many times its text
    max_pages: int = 500
    max_passages: int = 50_000
    max_rows: int = 5_000  # of one sheet with something in them
    max_line_chars: int = 1_000_000
    max_depth: int = 200  # nested tags
    max_drawn: int = 10_000  # boxes, arrows and frames of one file's diagrams
    max_seconds: float = 20.0


class LimitReached(Exception):
    """The document is larger than the settings allow; the message is the reason shown to the user."""


class Unreadable(Exception):
    """The bytes are not the document their name promises; the message is the error shown to the user."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment by which one document has to be read."""

    at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """A deadline so many seconds from now."""
        return cls(time.monotonic() + seconds, seconds)

    def check(self) -> None:
        """Give up when the time is over."""
        if time.monotonic() > self.at:
            raise LimitReached(f"takes longer than {self.seconds:g} s to read")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader found in a document."""

    title: str
    passages: tuple[Passage, ...]
    diagrams: tuple[Diagram, ...]
    lines: int
    unit: Literal["line", "paragraph"] = "line"
    unexamined: tuple[str, ...] = ()  # what is in it and was not read, and why
    settings: tuple[Setting, ...] = ()  # what it says as a card of a model or of data
    textless: str = ""  # why there is nothing to read but pictures; empty where there is
