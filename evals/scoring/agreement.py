"""How well two ratings on one ordered scale agree beyond chance: Cohen's kappa with quadratic weights.

https://en.wikipedia.org/wiki/Cohen%27s_kappa#Weighted_kappa: 1 is perfect, 0 is what chance gives; two steps apart weigh four times one.
Of a scale of two steps it is the kappa without weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isqrt

from pipeline.findings.model import SEVERITIES
from pipeline.system.model import Severity


def table(pairs: Iterable[tuple[Severity, Severity]]) -> list[float]:
    """Counts of pairs of severities, row after row of the first rating."""
    return counted(((SEVERITIES.index(first), SEVERITIES.index(second)) for first, second in pairs), len(SEVERITIES))


def counted(pairs: Iterable[tuple[int, int]], steps: int) -> list[float]:
    """Counts of pairs of steps from 0, row after row of the first rating."""
    counts = [0.0] * (steps * steps)
    for first, second in pairs:
        counts[first * steps + second] += 1
    return counts


def kappa(counts: Sequence[float]) -> float | None:
    """None where there is nothing, or where both always say the same one thing and chance explains all."""
    of, steps = sum(counts), isqrt(len(counts))
    if not of:
        return None
    rows = [sum(counts[row * steps : (row + 1) * steps]) for row in range(steps)]
    columns = [sum(counts[column::steps]) for column in range(steps)]
    weighed = [(row, column, (row - column) ** 2) for row in range(steps) for column in range(steps)]
    by_chance = sum(weight * rows[row] * columns[column] / of for row, column, weight in weighed)
    return 1 - sum(weight * counts[row * steps + column] for row, column, weight in weighed) / by_chance if by_chance else None
