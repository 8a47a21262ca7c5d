"""Lines that a backslash at their end continues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_LONGEST = 20_000


def continued(lines: Sequence[str], comments: tuple[str, ...] = ()) -> Iterator[tuple[int, int, str]]:
    """Lines with what continues them: the first and last number, and the text. Lines that begin as `comments` do are none."""
    start, whole = 0, ""
    for number, line in enumerate(lines, 1):
        if comments and line.lstrip().startswith(comments):
            continue
        start = start or number
        if line.endswith("\\") and len(whole) < _LONGEST:
            whole += line[:-1] + " "
            continue
        yield start, number, whole + line
        start, whole = 0, ""
    if whole:
        yield start, len(lines), whole
