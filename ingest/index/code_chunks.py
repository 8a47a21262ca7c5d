"""Code by symbol: a chunk per function and method, per small class, and for what remains of classes and modules.

Takes the facts of a file and its lines, gives pieces that cover every line. Comments and decorators right above a definition
go with it, blank lines with what stands before. A class that fits into one chunk stays whole; a long function is
cut between statements. Nested functions belong to the function around them; where facts overlap, the innermost wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.facts import CodeFacts
from ingest.index.chunk import ChunkKind, Lines, Piece
from ingest.index.cutting import Size, cut

_ABOVE = ("#", "//", "/*", "*", "@", "///", "[")  # how a comment or a decorator begins
_HEAD = 12  # lines of a class before its first method
_SPLINTER = 2  # lines
_AROUND = 200  # characters
_SPANNING = frozenset({"call", "constant", "collection", "format", "operation", "choice"})


@dataclass(frozen=True, slots=True)
class _Unit:
    start: int
    end: int
    kind: ChunkKind
    symbol: str


def code_pieces(facts: CodeFacts, text: Sequence[str], size: Size) -> Iterator[Piece]:
    """Pieces in the order of the lines, all of them covered."""
    if not text:
        return
    inside = _continued(facts, len(text))
    said = {one.qualified_name: one.docstring for one in facts.classes}
    for unit, start, end in _joined(_runs(_painted(_units(facts, text, size), len(text)), text), text, size):
        around = _around(facts, unit, said) if start > 1 else ""
        for first, last in cut(text, start, end, size, lambda number: number in inside):
            yield Piece(Lines(first, last), unit.kind, unit.symbol, around=around)


def _units(facts: CodeFacts, text: Sequence[str], size: Size) -> list[_Unit]:
    """What is painted, outermost first."""
    bodies = [(f.line, f.end_line) for f in facts.functions[1:]]
    classes = [
        _Unit(c.line, min(c.end_line, len(text)), "class", _symbol(facts, c.qualified_name))
        for c in facts.classes
        if 1 <= c.line <= c.end_line and not any(start <= c.line and c.end_line <= end for start, end in bodies)
    ]
    whole = [unit for unit in classes if _fits(text, unit, size)]
    functions = [
        _Unit(f.line, min(f.end_line, len(text)), "method" if f.owner else "function", _symbol(facts, f.qualified_name))
        for f in facts.functions[1:]
        if f.parent in (None, 0)
        and not f.name.startswith("<")
        and 1 <= f.line <= min(f.end_line, len(text))
        and not any(unit.start <= f.line and f.end_line <= unit.end for unit in whole)
    ]
    return sorted({*classes, *functions}, key=lambda unit: (unit.start, -unit.end, unit.kind, unit.symbol))


def _fits(text: Sequence[str], unit: _Unit, size: Size) -> bool:
    lines = text[unit.start - 1 : unit.end]
    return len(lines) <= size.lines and sum(map(len, lines)) + len(lines) <= size.characters


def _symbol(facts: CodeFacts, qualified: str) -> str:
    return qualified.removeprefix(f"{facts.module}.")


def _painted(units: Sequence[_Unit], lines: int) -> list[_Unit]:
    """For each line the unit it belongs to."""
    module = _Unit(1, lines, "module", "")
    owners = [module] * lines
    for unit in units:
        owners[unit.start - 1 : unit.end] = [unit] * (unit.end - unit.start + 1)
    return owners


def _runs(owners: Sequence[_Unit], text: Sequence[str]) -> list[tuple[_Unit, int, int]]:
    """Consecutive lines of one owner; what stands above a definition joins it, blank lines join what is before."""
    runs: list[tuple[_Unit, int, int]] = []
    for number, owner in enumerate(owners, 1):
        if runs and runs[-1][0] is owner:
            runs[-1] = (owner, runs[-1][1], number)
        else:
            runs.append((owner, number, number))
    joined: list[tuple[_Unit, int, int]] = []
    for owner, start, end in runs:
        if joined and owner.start == start and owner.kind != "module":
            before, first, _ = joined[-1]
            begins = start
            while begins > first and text[begins - 2].lstrip().startswith(_ABOVE):
                begins -= 1
            if begins > first:
                joined[-1] = (before, first, begins - 1)
            else:
                joined.pop()
            start = begins
        joined.append((owner, start, end))
        _absorb_blank(joined, text)
    if len(joined) > 1 and _is_blank(text, joined[0]):
        (_, start, _), (owner, _, end) = joined[:2]
        joined[:2] = [(owner, start, end)]
    return joined


def _joined(runs: Sequence[tuple[_Unit, int, int]], text: Sequence[str], size: Size) -> Iterator[tuple[_Unit, int, int]]:
    """Runs without splinters: the short head of a class goes with its first method, a line or two of a module with what is above."""
    kept: list[tuple[_Unit, int, int]] = []
    for owner, start, end in runs:
        if kept:
            before, first, last = kept[-1]
            heads = before.kind == "class" and owner.symbol.startswith(f"{before.symbol}.") and last - first < _HEAD
            trails = owner.kind == "module" and sum(1 for line in text[start - 1 : end] if line.strip()) <= _SPLINTER
            if (heads or trails) and _fits(text, _Unit(first, end, owner.kind, ""), size):
                kept[-1] = (owner if heads else before, first, end)
                continue
        kept.append((owner, start, end))
    yield from kept


def _around(facts: CodeFacts, unit: _Unit, said: Mapping[str, str]) -> str:
    """What the file and the class say they are for: a method seldom says it again."""
    outer = f"{facts.module}.{unit.symbol}".rpartition(".")[0]
    parts = (facts.functions[0].docstring if facts.functions else "", said.get(outer, ""))
    return "\n".join(" ".join(part.split())[:_AROUND] for part in parts if part)


def _absorb_blank(runs: list[tuple[_Unit, int, int]], text: Sequence[str]) -> None:
    """The run before the last joins its own predecessor where it is blank, and so does a blank last one."""
    for index in (len(runs) - 2, len(runs) - 1):
        if 0 < index < len(runs) and _is_blank(text, runs[index]):
            owner, start, _ = runs[index - 1]
            runs[index - 1 : index + 1] = [(owner, start, runs[index][2])]


def _is_blank(text: Sequence[str], run: tuple[_Unit, int, int]) -> bool:
    return not any(line.strip() for line in text[run[1] - 1 : run[2]])


def _continued(facts: CodeFacts, lines: int) -> frozenset[int]:
    """Lines that go on with an expression that began above."""
    return frozenset(
        number
        for value in facts.values
        if value.kind in _SPANNING and value.line < value.end_line <= value.line + 200
        for number in range(value.line + 1, min(value.end_line, lines) + 1)
    )
