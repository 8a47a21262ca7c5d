"""Intervals by a cluster bootstrap: systems are drawn with replacement, whole, since what is found in one system hangs together.

Takes one vector of counts per system and what is worked out of their sum; gives the bounds between which it lies with 95 %. The draws
come from a fixed seed and the number of systems alone, so that all scores of a run, and both runs of a comparison, are drawn alike.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import mul

DRAWS, SEED, FEWEST = 1000, 20_260_101, 2
Vector = Sequence[float]
Value = Callable[[Sequence[float]], float | None]


@lru_cache(maxsize=32)
def draws(systems: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Each draw as pairs: number of a system, how often it was drawn."""
    chance = random.Random(SEED)
    numbers = range(systems)
    return tuple(tuple(sorted(Counter(chance.choices(numbers, k=systems)).items())) for _ in range(DRAWS))


@lru_cache(maxsize=32)
def _often(systems: int) -> tuple[tuple[int, ...], ...]:
    """Each draw as how often each system was drawn."""
    return tuple(tuple(dict(draw).get(number, 0) for number in range(systems)) for draw in draws(systems))


def total(vectors: Sequence[Vector]) -> tuple[float, ...]:
    return tuple(map(sum, zip(*vectors, strict=True))) if vectors else ()


def interval(vectors: Sequence[Vector], value: Value) -> tuple[float, float] | None:
    """The bounds; None for fewer than two systems, or where too few draws have a value."""
    if len(vectors) < FEWEST:
        return None
    found = sorted(one for sums in _drawn(vectors) if (one := value(sums)) is not None)
    return bounds(found) if len(found) > DRAWS // 2 else None


def difference_interval(old: Sequence[Vector], new: Sequence[Vector], value: Value) -> tuple[float, float] | None:
    """Bounds of new less old, the same systems drawn for both."""
    if len(old) < FEWEST:
        return None
    found = []
    for sums in zip(_drawn(old), _drawn(new), strict=True):
        before, after = map(value, sums)
        if before is not None and after is not None:
            found.append(after - before)
    return bounds(sorted(found)) if len(found) > DRAWS // 2 else None


def bounds(values: Sequence[float]) -> tuple[float, float]:
    """What leaves 2.5 % on either side of sorted values."""
    last = len(values) - 1
    return values[round(0.025 * last)], values[round(0.975 * last)]


def _drawn(vectors: Sequence[Vector]) -> Iterator[tuple[float, ...]]:
    """The sums of each draw."""
    columns = tuple(zip(*vectors, strict=True))
    return (tuple(sum(map(mul, column, often)) for column in columns) for often in _often(len(vectors)))
