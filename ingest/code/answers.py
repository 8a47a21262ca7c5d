"""Answers to questions that ask each other: kept once known, and ended where they go in circles.

A question about a value may need the same question about others, and come back to itself. Such a circle
is cut: what was found meanwhile is used within the question that was asked from outside, and asked anew
in the next, so that work stays in proportion to the values looked at and an answer does not depend on
what was asked before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Node = tuple[int, int]
"""(index of the file, value id)"""
Answer = TypeVar("Answer", bound=tuple[object, ...])

MAX_DEPTH = 40  # questions that wait for each other


class Answers:
    """The circle-cutting that several kinds of question share; each kind keeps its answers in a table of its own."""

    def __init__(self) -> None:
        self.depth = 0  # questions waiting
        self._open: set[tuple[int, Node]] = set()
        self._partial: dict[tuple[int, Node], tuple[object, ...]] = {}  # answers that depend on a cut
        self._cuts = 0

    def find(self, kept: dict[Node, Answer], node: Node, compute: Callable[[Node], Answer], empty: Answer, *, keep_partial: bool) -> Answer:
        """The answer for a node that `kept` does not hold yet; with `keep_partial` one that holds anything is kept despite a cut."""
        key = (id(kept), node)
        if key in self._partial:
            self._cuts += 1
            return self._partial[key]  # type: ignore[return-value]  # written below with the same table's type
        if key in self._open or self.depth > MAX_DEPTH:
            self._cuts += 1
            return empty
        self._open.add(key)
        self.depth += 1
        cuts = self._cuts
        try:
            found = compute(node)
        finally:
            self.depth -= 1
            self._open.discard(key)
        if self.depth == 0 or self._cuts == cuts or (keep_partial and found):
            kept[node] = found
        else:
            self._partial[key] = found
        if self.depth == 0:
            self._partial.clear()
        return found
