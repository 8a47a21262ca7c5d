"""How well two ratings on one ordered scale agree beyond chance: Cohen's kappa with quadratic weights.

https://en.wikipedia.org/wiki/Cohen%27s_kappa#Weighted_kappa: 1 is perfect, 0 is what chance gives; two steps apart weigh four times one.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.findings.model import SEVERITIES
from pipeline.system.model import Severity

STEPS = len(SEVERITIES)


def table(pairs: Sequence[tuple[Severity, Severity]]) -> list[float]:
    """Counts of pairs, row after row of the first rating."""
    counts = [0.0] * (STEPS * STEPS)
    for first, second in pairs:
        counts[SEVERITIES.index(first) * STEPS + SEVERITIES.index(second)] += 1
    return counts


def kappa(counts: Sequence[float]) -> float | None:
    """None where there is nothing, or where both always say the same one thing and chance explains all."""
    of = sum(counts)
    if not of:
        return None
    rows = [sum(counts[row * STEPS : (row + 1) * STEPS]) for row in range(STEPS)]
    columns = [sum(counts[column::STEPS]) for column in range(STEPS)]
    weighed = [(row, column, (row - column) ** 2) for row in range(STEPS) for column in range(STEPS)]
    by_chance = sum(weight * rows[row] * columns[column] / of for row, column, weight in weighed)
    return 1 - sum(weight * counts[row * STEPS + column] for row, column, weight in weighed) / by_chance if by_chance else None
