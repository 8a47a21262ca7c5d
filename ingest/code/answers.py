"""Answers to questions that ask each other: kept once known, and ended where they go in circles.

A question about a value may need the same question about others, and come back to itself. Such a circle
is cut: what was found meanwhile is used within the question that was asked from outside, and asked anew
in the next, so that work stays in proportion to the values looked at and an answer does not depend on
what was asked before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Node = tuple[int, int]
"""(index of the file, value id)"""
Asked = TypeVar("Asked")
Answer = TypeVar("Answer", bound=tuple[object, ...])

MAX_DEPTH = 40  # questions that wait for each other


@dataclass(slots=True)
class Table(Generic[Asked, Answer]):
    """Answers to one kind of question: those for good, and those that hold until more is known of what calls pass."""

    lasting: dict[Asked, Answer] = field(default_factory=dict)
    passing: dict[Asked, Answer] = field(default_factory=dict)


class Answers:
    """The circle-cutting that several kinds of question share; each kind keeps its answers in a table of its own.

    While callers are being found, answers that depend on what calls pass are still going to change; the others are not, and need
    not be found again. Whoever looks at what calls pass says so by `shifts`.
    """

    def __init__(self) -> None:
        self.depth = 0  # questions waiting
        self.shifts = 0  # times something was looked at that is still going to change, or a question came back to itself
        self._open: set[tuple[int, Node]] = set()
        self._partial: dict[tuple[int, Node], tuple[object, ...]] = {}  # answers that depend on a cut
        self.cuts = 0  # times a question was ended because it came back to itself

    def known(self, table: Table[Asked, Answer], asked: Asked) -> Answer | None:
        """An answer that was found before."""
        found = table.lasting.get(asked)
        if found is None:
            found = table.passing.get(asked)
            if found is not None:
                self.shifts += 1
        return found

    def find(
        self, table: Table[Node, Answer], node: Node, compute: Callable[[Node], Answer], empty: Answer, *, keep_partial: bool
    ) -> Answer:
        """The answer for a node that the table does not hold yet; with `keep_partial` one that holds anything is kept despite a cut."""
        key = (id(table), node)
        if key in self._partial:
            self._cut()
            return self._partial[key]  # type: ignore[return-value]  # written below with the same table's type
        if key in self._open or self.depth > MAX_DEPTH:
            self._cut()
            return empty
        self._open.add(key)
        self.depth += 1
        cuts, shifts = self.cuts, self.shifts
        try:
            found = compute(node)
        finally:
            self.depth -= 1
            self._open.discard(key)
        if self.depth == 0 or self.cuts == cuts or (keep_partial and found):
            (table.lasting if self.shifts == shifts else table.passing)[node] = found
        else:
            self._partial[key] = found
        if self.depth == 0:
            self._partial.clear()
        return found

    def keep(self, table: Table[Asked, Answer], asked: Asked, compute: Callable[[Asked], Answer]) -> Answer:
        """The answer to a question that does not ask itself, kept unless one that it asked was cut."""
        found = self.known(table, asked)
        if found is None:
            cuts, shifts = self.cuts, self.shifts
            found = compute(asked)
            if self.depth == 0 or self.cuts == cuts:
                (table.lasting if self.shifts == shifts else table.passing)[asked] = found
        return found

    def _cut(self) -> None:
        self.cuts += 1
        self.shifts += 1
