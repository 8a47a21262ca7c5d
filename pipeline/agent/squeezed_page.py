"""A page as quotes are compared with it: what is written, whatever the spaces between.

Takes lines, gives them as one text in which every run of whitespace, line ends included, is one space, and finds text in that. Nothing
else is levelled: no case, no punctuation, no look-alikes; and some whitespace is never the same as none.

Whitespace is what Unicode says it is (the property White_Space: spaces of all widths, tabs, form feeds, `\\x85`, U+2028), wherever lines
end: lines are those of `ingest.text.split_lines`, which end in fewer characters, and none of the others begins a new one here.
What nobody is shown is no part of either text: characters that are ignorable by default (zero-width ones, direction controls,
tags, variation selectors), controls, and U+FFFD, which stands for what cannot be shown. Else one such character, which is taken out before
a model reads a line, would keep the line from ever being cited.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

# https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt, Default_Ignorable_Code_Point; then controls but whitespace,
# halves of surrogate pairs (JSON may hold them), and the replacement character.
_UNSEEN = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffd]+"
)


def squeezed(text: str) -> str:
    """A text with one space for each run of whitespace, none around it, and without what nobody is shown."""
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    if not (text.isascii() and text.isprintable()):  # else there is nothing to take out, as in most lines
        text = _UNSEEN.sub("", text)
    return text.split()  # it takes four controls for whitespace that Unicode does not (U+001C to U+001F); they are gone by now


@dataclass(frozen=True, slots=True)
class Span:
    """Lines from and to, counted from 1, inclusive."""

    start: int
    end: int

    def distance(self, line: int) -> int:
        """Lines between it and another; 0 inside."""
        return max(self.start - line, line - self.end, 0)


class SqueezedPage:
    """The text of some lines, and which line each of its characters comes from."""

    def __init__(self, lines: Iterable[str]) -> None:
        parts: list[str] = []
        self._starts = array("q")  # where the text of a line begins
        self._numbers = array("q")  # which line that is; those without text have no part in it
        length = 0
        for number, line in enumerate(lines, 1):
            part = squeezed(line)
            if part:
                parts.append(part)
                self._starts.append(length)
                self._numbers.append(number)
                length += len(part) + 1
        self.text = " ".join(parts)

    def find(self, needle: str, near: int | None = None) -> Span | None:
        """Where a squeezed text stands: the place nearest to a line, the first one where none is given or two are as near.

        Time grows with the text, whatever is looked for in it: the two places around the line are found, not all.
        """
        if near is None:
            return self._span(self.text.find(needle), needle)
        at = self._offset(near)
        # `rfind` may take the product of both lengths, `find` does not: what begins before the line is looked for from behind.
        before = self.text[: at + len(needle) - 1]
        from_behind = before[::-1].find(needle[::-1])
        places = (
            self._span(-1 if from_behind < 0 else len(before) - len(needle) - from_behind, needle),
            self._span(self.text.find(needle, at), needle),
        )
        return min(filter(None, places), key=lambda span: span.distance(near), default=None)

    def _offset(self, line: int) -> int:
        """Where the text of a line begins, or of the next line that has any."""
        index = bisect_right(self._numbers, line - 1)
        return self._starts[index] if index < len(self._starts) else len(self.text)

    def _span(self, at: int, needle: str) -> Span | None:
        if at < 0:
            return None
        return Span(self._line(at), self._line(at + len(needle) - 1))

    def _line(self, at: int) -> int:
        return self._numbers[bisect_right(self._starts, at) - 1]
