"""Texts shown to the analyst that try to steer who reads them, so that the report can name their files.

Takes a text as it stands in a file, gives the sentences that try, word for word, so that `grounding.py` finds them again. What counts
is knowledge (`knowledge/steering.yaml`) and is judged where hidden text is (`pipeline/system/documents/hidden_text.py`); here a text is
only cut into paragraphs and freed of what would break up its sentences: line ends, marks of comments, characters that nobody is shown.

Left out: letters that look like others. Files of tests hold such texts by trade, and are for the caller to leave out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.text import split_lines
from pipeline.agent.squeezed_page import squeezed
from pipeline.system.documents.hidden_text import steers_in_sight

_COMMENT = re.compile(r"[ \t]*(?:#+|//+!?|/\*+|\*+/?|--+|;+|>+|<!--)")
_SENTENCE = re.compile(r"(?<=[.!?]) ")
_WORDS = re.compile(r"\S.{0,389}(?!\S)|\S{1,390}")  # a line without a full stop, minified code perhaps
_WINDOW, _OVERLAP = 4_000, 600  # characters of a paragraph that are judged together
_SMALLEST = 5  # sentences or lines that one attempt is narrowed to; together they are no longer than a quote may be
_MOST = 20  # attempts of one text


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence, or what of it stands in one line."""

    written: str
    said: str  # without the mark of a comment


def steering(text: str) -> tuple[str, ...]:
    """The first sentences that try to steer a program, in their order and each once, with single spaces."""
    found: list[str] = []
    for parts in _windows(text):
        if steers_in_sight(_said(parts)):
            found.append(" ".join(part.written for part in _narrowed(parts)))
            if len(found) == _MOST:
                break
    return tuple(dict.fromkeys(found))


def _narrowed(parts: Sequence[_Part]) -> Sequence[_Part]:
    """The fewest parts that try as well by themselves."""
    for size in range(1, _SMALLEST):
        for start in range(len(parts) - size + 1):
            if steers_in_sight(_said(parts[start : start + size])):
                return parts[start : start + size]
    return parts[:_SMALLEST]


def _windows(text: str) -> Iterator[Sequence[_Part]]:
    """Paragraphs; of long ones what fits into a window, with the end of one at the beginning of the next."""
    parts: list[_Part] = []
    length = kept = 0
    for part in _parts(text):
        if part is None or length > _WINDOW:
            if len(parts) > kept:
                yield parts
            parts = [] if part is None else _end_of(parts)
            kept, length = len(parts), sum(len(each.said) for each in parts)
        if part is not None:
            parts.append(part)
            length += len(part.said) + 1
    if len(parts) > kept:
        yield parts


def _end_of(parts: Sequence[_Part]) -> list[_Part]:
    room, start = _OVERLAP, len(parts)
    while start > 0 and (room := room - len(parts[start - 1].said)) >= 0:
        start -= 1
    return list(parts[start:])


def _parts(text: str) -> Iterator[_Part | None]:
    """Sentences and pieces of them, None where a paragraph ends."""
    for line in split_lines(text):
        mark = _COMMENT.match(line)
        said = squeezed(line[mark.end() :] if mark else line)
        if not said:
            yield None
            continue
        prefix = squeezed(line).removesuffix(said)
        for sentence in _SENTENCE.split(said):
            for piece in _WORDS.findall(sentence):
                yield _Part(prefix + piece, piece)
                prefix = ""


def _said(parts: Sequence[_Part]) -> str:
    return " ".join(part.said for part in parts)
