"""Long runs of lines cut where they hang together least: at the start of a statement, as far out as possible.

Takes lines and which of them continue the line above, gives runs of whole lines that overlap by a few. A line is never
cut. Without knowledge of a language, indentation and blank lines say where a statement begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.index.chunk import MOST_OF_A_LINE


@dataclass(frozen=True, slots=True)
class Size:
    """How large a chunk may be."""

    lines: int = 48
    characters: int = 2_000
    overlap: int = 3  # lines that two neighbours share


def cut(
    text: Sequence[str], start: int, end: int, size: Size, continues: Callable[[int], bool] = lambda number: False
) -> tuple[tuple[int, int], ...]:
    """Runs of lines, 1-based and inclusive, that together are `start` to `end`."""
    runs: list[tuple[int, int]] = []
    first, covered = start, start - 1
    while True:
        furthest = _furthest(text, first, end, size)
        if furthest <= covered:  # what two neighbours would share leaves no room for a line of its own
            first = covered + 1
            furthest = _furthest(text, first, end, size)
        if furthest >= end:
            runs.append((first, end))
            return tuple(runs)
        covered = _best_end(text, max(first + (furthest - first) // 2, covered + 1), furthest, continues)
        runs.append((first, covered))
        first = max(covered + 1 - min(size.overlap, (covered - first) // 4), first + 1)


def _furthest(text: Sequence[str], first: int, end: int, size: Size) -> int:
    """The last line that fits; one line always does."""
    characters = 0
    for number in range(first, min(end, first + size.lines - 1) + 1):
        characters += min(len(text[number - 1]), MOST_OF_A_LINE) + 1
        if characters > size.characters:
            return max(first, number - 1)
    return min(end, first + size.lines - 1)


def _best_end(text: Sequence[str], earliest: int, furthest: int, continues: Callable[[int], bool]) -> int:
    """The line before the one that begins something new: outermost first, then after a blank line, then the latest."""

    def cost(last: int) -> tuple[bool, int, bool, int]:
        following = text[last]  # the line after `last`, counted from one
        is_blank = not following.strip()
        indent = 0 if is_blank else len(following) - len(following.lstrip())
        closes = following.lstrip()[:1] in (")", "]", "}")
        return (continues(last + 1) or closes or is_blank, indent, bool(text[last - 1].strip()), -last)

    return min(range(earliest, furthest + 1), key=cost)
