"""How near two files of a tree lie to each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile


def together(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts two paths have in common before they part ways."""
    return sum(1 for _ in takewhile(lambda parts: parts[0] == parts[1], zip(one, other, strict=False)))
