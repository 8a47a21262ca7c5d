"""The words behind the mark in the pieces of a file that are comments, and the lines that such a comment stands beside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ingest.facts import SPEAKS_TO_US, Comment
from ingest.source import Place

_MARK = SPEAKS_TO_US.decode()
MOST = 500  # of one file
_WORDS = 600  # characters of one
# At the beginning of a comment, or behind another one on the same line: `# threatloom: ...`.
_SAID = re.compile(r"(?:^|#|//|;|--)[\s#/*!<>-]*threatloom:\s*(.*)", re.IGNORECASE)
_END = re.compile(r"\s*(?:\*+/|--+>|\*@|-?%?\}\})\s*$")
_DECORATION = re.compile(r"^[\s#/*;!<>{%@-]*")


class Piece(NamedTuple):
    """One comment as it stands in the file, its marks included."""

    text: str
    start_line: int
    beside: tuple[int, int]  # first and last line that it is about
    page: int | None = None


def speaks(text: str) -> bool:
    """Whether a comment can be one of those; where most are not, the rest is asked of these alone."""
    return _MARK in text.lower()


def spoken(path: str, pieces: Iterable[Piece]) -> Iterator[Comment]:
    count = 0
    for piece in pieces:
        lines = piece.text.split("\n")
        for offset, line in enumerate(lines):
            match = _SAID.search(line if offset == 0 else _DECORATION.sub("", line))
            if match is None or count >= MOST:
                continue
            count += 1
            rest = (_DECORATION.sub("", more) for more in lines[offset + 1 :])
            words = " ".join([match[1], *_until_next(rest)])
            number = piece.start_line + offset
            yield Comment(_END.sub("", words).strip()[:_WORDS], Place(path, number, number, piece.page), piece.beside)


def _until_next(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if not line.strip() or _SAID.search(line):
            return
        yield line.strip()


def stands_alone(lines: list[str], line: int, column: int) -> bool:
    """Whether nothing but white space is before a comment on its line."""
    return not lines[line - 1][:column].strip() if line <= len(lines) else True


def beside(lines: list[str], start: int, end: int, *, alone: bool, others: frozenset[int] = frozenset()) -> tuple[int, int]:
    """The lines that a comment is about: its own, and where it stands alone, up to the next that holds something else."""
    if not alone:
        return start, end
    last = end
    while last < len(lines) and last - end < 20:
        last += 1
        if lines[last - 1].strip() and last not in others:
            return start, last
    return start, end
