"""What a tool answers: words of the scanned tree, which are fenced, and words of ours, which are not.

The two never mix, so that nothing a file says can look like what the tool says. Rows are added while they fit; what did not fit is
said, with how to ask on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_CHARACTERS = 6000
"""Of one answer, its fence and the few words about it aside."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`found` is text of others, `said` is ours."""

    said: str = ""
    found: str = ""


def listed(rows: Sequence[str], start: int | None = None, said: str = "", ask_on: str = "ask again with start={next}") -> Answer:
    """The rows from `start` on (counted from 1) that fit; `ask_on` tells how the rest is had, and may name the `{next}` row."""
    first = min(max(start or 1, 1), len(rows) + 1)
    kept = fitting(rows[first - 1 :])
    after = first + len(kept)
    notes = [said] if said else []
    if first > 1 or after <= len(rows):
        notes.append(f"Rows {first}-{after - 1} of {len(rows)}." if kept else f"There are only {len(rows)} rows.")
    if after <= len(rows):
        notes.append(f"For the rest {ask_on.format(next=after)}.")
    return Answer(" ".join(notes), "\n".join(kept))


def fitting(rows: Sequence[str], most: int = MOST_CHARACTERS) -> list[str]:
    """The first rows that fit; at least one, cut where it is longer than all there is room for."""
    kept: list[str] = []
    room = most
    for row in rows:
        if len(row) + 1 > room:
            return kept or [f"{row[: most - 30]}[+{len(row) - most + 30} characters]"]
        kept.append(row)
        room -= len(row) + 1
    return kept
