"""Code that was woven out of markup, and how its facts get the places of the file.

Takes pieces of code, each with the position it comes from; gives their text with the line each of its lines comes from. Pieces may stand in
another order than in the file: places are put right in the facts afterwards, so that nothing has to be padded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ingest.facts import Branch, Class, CodeFacts, Function, Import, Store, Value

Piece = tuple[int, str]
"""(position in the file, code)"""

_Placed = TypeVar("_Placed", Import, Store, Branch)
_ERROR = re.compile(r"line (\d+)(?=:)")


@dataclass(frozen=True, slots=True)
class Woven:
    text: str
    lines: tuple[int, ...]  # for each line of the text, the line of the file

    @property
    def last(self) -> int:
        return self.lines[-1] if self.lines else 1


def weave(source: str, pieces: Iterable[Piece]) -> Woven:
    """The text that the pieces make, each beginning a line of its own."""
    starts = [0, *(found.end() for found in re.finditer("\n", source))]
    rows: list[str] = []
    lines: list[int] = []
    for position, text in pieces:
        first = bisect_right(starts, position)
        for offset, row in enumerate(text.split("\n")):
            rows.append(row)
            lines.append(min(first + offset, len(starts)))
    return Woven("\n".join(rows), tuple(lines))


def in_place(facts: CodeFacts, woven: Woven, total: int) -> CodeFacts:
    """The facts with the lines of the file the text was woven from."""

    def line(given: int) -> int:
        return woven.lines[given - 1] if 0 < given <= len(woven.lines) else woven.last

    def span(first: int, last: int) -> tuple[int, int]:
        start, end = line(first), line(last)
        return (start, end) if start <= end else (start, start)  # its parts were put together from several places

    def value(given: Value) -> Value:
        start, end = span(given.line, given.end_line)
        return given._replace(line=start, end_line=end)

    def function(given: Function) -> Function:
        start, end = span(given.line, given.end_line)
        return replace(given, line=start, end_line=end)

    def cls(given: Class) -> Class:
        fields = tuple((name, annotation, default, line(at)) for name, annotation, default, at in given.fields)
        start, end = span(given.line, given.end_line)
        return replace(given, fields=fields, line=start, end_line=end)

    return replace(
        facts,
        lines=total,
        values=tuple(map(value, facts.values)),
        functions=tuple(map(function, facts.functions)),
        classes=tuple(map(cls, facts.classes)),
        imports=_moved(facts.imports, line),
        stores=_moved(facts.stores, line),
        branches=_moved(facts.branches, line),
        errors=tuple(_ERROR.sub(lambda found: f"line {line(int(found[1]))}", error) for error in facts.errors),
    )


def _moved(given: Sequence[_Placed], line: Callable[[int], int]) -> tuple[_Placed, ...]:
    return tuple(replace(one, line=line(one.line)) for one in given)
