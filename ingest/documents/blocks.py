"""Blocks of plain lines: what is a title, a list item, a table row or a paragraph where nothing is marked up.

Takes numbered lines (of a text file, or of one page of a PDF), gives blocks with the lines they cover. Structure comes from the
lines themselves (blank lines, underlines, numbers, bullets, bars); for a short line that may be a title, `unstructured` is asked
what it takes it for. It is given single lines rather than the file, because it gives no lines back.

Left out: indentation as a sign of code, columns set with blanks, titles that share a line with text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest.documents.offline_nlp import prepare_unstructured
from ingest.documents.outline import squeezed
from ingest.facts import PassageKind

_ITEM = re.compile(r"\s*(?:[-*+\u2022\u25e6\u25aa\u2013\u2014\u00b7o]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+(?=\S)")
_NUMBERED_TITLE = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3})+\.?|\d{1,3}\.|\d{1,3}|[A-Z]\.)\s+(?=[A-Z])")
_UNDERLINE = re.compile(r"\s*([=\-~^])\1{2,}\s*$")
_LEVEL_OF_UNDERLINE = {"=": 1, "-": 2, "~": 3, "^": 4}
_ROW = re.compile(r"\s*\|.*\|\s*$")
_RULER = re.compile(r"[\s|:+=-]+$")
_MAX_TITLE = 120  # characters
_MAX_LINES = 200  # of one block; what has no blank line for longer is a log or a listing, and quoting it whole helps nobody
_NUMBERED_LEVEL = 5  # of "1. Scope"; each further number is one deeper, and all stand inside the underlined ones
_GUESSED_LEVEL = 9  # a title that is one by its words alone stands inside all others


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `first` to `last` (1-based, inclusive) as one block. `level` is that of a title, else 0."""

    text: str
    kind: PassageKind
    first: int
    last: int
    level: int = 0


def split_blocks(lines: Sequence[str], *, hard_wrapped: bool, guess_titles: bool = True) -> Iterator[Block]:
    """The blocks of the lines in order.

    `hard_wrapped` text (a page) has no blank lines between its paragraphs. Without `guess_titles` only lines that are underlined or
    bear a number of several parts are titles: then the caller knows the others by their look.
    """
    width = sorted(map(len, lines))[len(lines) * 9 // 10] if lines else 0
    start = 0
    while start < len(lines):
        if not lines[start].strip():
            start += 1
            continue
        end = start + 1
        while end < len(lines) and lines[end].strip():
            end += 1
        yield from _split_group(lines, start, end, 0.8 * width if hard_wrapped else 0.0, guess_titles)
        start = end


def _split_group(lines: Sequence[str], start: int, end: int, short: float, guess: bool) -> Iterator[Block]:
    """Blocks of one run of lines without a blank one. Lines shorter than `short` may end a paragraph."""
    index = start
    while index < end:
        line = lines[index]
        if index + 1 < end and (underline := _UNDERLINE.match(lines[index + 1])) is not None and _may_be_title(line):
            yield Block(squeezed(line), "title", index + 1, index + 2, _LEVEL_OF_UNDERLINE[underline[1]])
            index += 2
            continue
        if _ROW.match(line) is not None:
            if _RULER.match(line) is None:
                cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
                yield Block(" | ".join(cells), "table_row", index + 1, index + 1)
            index += 1
            continue
        alone = index == start and (index + 1 == end or short > 0)
        if (alone or (short > 0 and _ends_paragraph(lines[index - 1], short))) and (level := _title_level(line, index + 1 == end, guess)):
            yield Block(squeezed(line), "title", index + 1, index + 1, level)
            index += 1
            start = index  # what follows a title begins anew
            continue
        stop = index + 1
        while stop < min(end, index + _MAX_LINES) and not _begins_block(lines, stop, end):
            if short and _ends_paragraph(lines[stop - 1], short) and not _goes_on(lines[stop - 1], lines[stop]):
                break
            stop += 1
        item = _ITEM.match(line)
        text = squeezed(" ".join(lines[index:stop]))
        if item is not None:
            text = squeezed(" ".join([line[item.end() :], *lines[index + 1 : stop]]))
        if text:
            yield Block(text, "paragraph" if item is None else "list_item", index + 1, stop)
        index = stop


def _begins_block(lines: Sequence[str], index: int, end: int) -> bool:
    if _ITEM.match(lines[index]) is not None or _ROW.match(lines[index]) is not None:
        return True
    return index + 1 < end and _UNDERLINE.match(lines[index + 1]) is not None and _may_be_title(lines[index])


def _ends_paragraph(line: str, short: float) -> bool:
    return len(line) < short or not line.strip()


def _goes_on(line: str, following: str) -> bool:
    """Whether a word or a sentence is cut between two lines of a page."""
    ended = line.rstrip()[-1:]
    return ended == "-" or (ended not in ".:;!?" and following.lstrip()[:1].islower())


def _may_be_title(line: str) -> bool:
    text = line.strip()
    return 0 < len(text) <= _MAX_TITLE and any(character.isalpha() for character in text) and text[-1] not in ".,;:!?"


def _title_level(line: str, alone: bool, guess: bool) -> int:
    """The level of a line that is a title, else 0."""
    text = squeezed(line)
    if not _may_be_title(text) or text[0].islower():
        return 0
    numbered = _NUMBERED_TITLE.match(text)
    if numbered is not None and len(text.split()) <= 10:
        number = numbered["number"].strip(".")
        return _NUMBERED_LEVEL + min(3, number.count(".")) if (alone and guess) or "." in number else 0
    if not guess or _ITEM.match(line) is not None:
        return 0
    return _GUESSED_LEVEL if _classifier()(text) == "Title" else 0


def _classifier() -> Callable[[str], str]:
    """What `unstructured` takes a text for. Imported only when a line may be a title: the import takes a second."""
    prepare_unstructured()
    from unstructured.partition.text import element_from_text

    return lambda text: str(element_from_text(text).category)
