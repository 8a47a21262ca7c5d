"""A chunk: the passage of a file that is found as one.

A frozen value with its place, what it is and its text, secrets masked. Its id follows from what it says and where it
belongs (path, symbol, section), not from line numbers: an edit elsewhere in the file leaves it as it is.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

from ingest.source import Purpose

ChunkKind = Literal["function", "method", "class", "module", "cell", "section", "settings", "text"]

MOST_OF_A_LINE = 1_000  # characters of one line that are kept: what is longer is data, or made by a machine
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Chunk:
    id: str
    path: str  # relative to the root, POSIX separators
    start_line: int  # 1-based, inclusive; paragraphs where the document counts those
    end_line: int
    page: int | None  # page, slide, sheet or notebook cell; lines then count inside it
    kind: ChunkKind
    language: str  # of code; else the kind of the file
    purpose: Purpose
    symbol: str  # `Class.method`, as the file's language names it, without the module
    section: tuple[str, ...]  # titles of a document, from the outermost; names of settings
    text: str
    around: str  # what the file and the class around it say they are for
    content_hash: str  # of path, symbol, section, text and what is around: what an embedding is made of
    elements: tuple[str, ...] = ()  # ids of the system model's elements that stand here
    roles: str = ""  # what the system model says of this place, in its own words


@dataclass(frozen=True, slots=True)
class Lines:
    """A run of lines of one page of a file."""

    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk before it has a name: its lines, and what they are part of."""

    lines: Lines
    kind: ChunkKind
    symbol: str = ""
    section: tuple[str, ...] = ()
    text: str | None = None  # where the text is not that of the lines
    around: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines that are in no chunk, and why."""

    path: str
    lines: Lines
    reason: str


@dataclass(frozen=True, slots=True)
class Chunked:
    """All lines of one file: in chunks, or left out with a reason."""

    chunks: tuple[Chunk, ...]
    left_out: tuple[LeftOut, ...] = ()


def shown_text(line: str) -> str:
    """A line as it is kept: bounded, without control characters."""
    line = _CONTROL.sub("\ufffd", line)
    return line if len(line) <= MOST_OF_A_LINE else f"{line[:MOST_OF_A_LINE]} [{len(line) - MOST_OF_A_LINE} characters more]"


def content_hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
