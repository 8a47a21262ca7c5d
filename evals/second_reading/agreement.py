"""How well two readers agree: Cohen's kappa on whether a statement holds, weighted kappa on severities, and what each saw alone.

Cohen (1960), A coefficient of agreement for nominal scales; Cohen (1968) for the weights, here quadratic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pydantic import Field

from evals.labels import SYSTEMS, LabelledFile, read_labels
from evals.second_reading.model import Reading, Seen
from pipeline.findings.model import SEVERITIES
from pipeline.system.model import Frozen

NEAR = 15  # lines


class Agreement(Frozen):
    systems: int
    statements: int
    both_hold: int
    neither_holds: int
    kappa: float = Field(description="Of whether a statement holds; traps are statements that do not, for the first reader.")
    severities: int
    same_severity: int
    one_apart: int
    severity_kappa: float = Field(description="Quadratic weights, over the labels that hold for both.")
    labels: int
    seen_by_both: int = Field(description="Labels that the second reader had written down alone: a class in common, within 15 lines.")
    seen_by_second: int = Field(description="Threats the second reader wrote down.")


def agreement(readings: Sequence[Reading]) -> Agreement:
    """The figures over all readings."""
    verdicts = [(True, one.holds) for reading in readings for one in reading.labels.values()]
    verdicts += [(False, one.holds) for reading in readings for one in reading.traps]
    levels = [
        (SEVERITIES.index(one.severity_then), SEVERITIES.index(one.severity))
        for reading in readings
        for one in reading.labels.values()
        if one.holds and one.severity
    ]
    apart = Counter(abs(first - second) for first, second in levels)
    return Agreement(
        systems=len(readings),
        statements=len(verdicts),
        both_hold=verdicts.count((True, True)),
        neither_holds=verdicts.count((False, False)),
        kappa=round(kappa([(int(first), int(second)) for first, second in verdicts], 2), 3),
        severities=len(levels),
        same_severity=apart[0],
        one_apart=apart[1],
        severity_kappa=round(kappa(levels, len(SEVERITIES)), 3),
        labels=sum(len(reading.labels) for reading in readings),
        seen_by_both=sum(_seen_by_both(reading) for reading in readings),
        seen_by_second=sum(len(reading.own) for reading in readings),
    )


def kappa(pairs: Sequence[tuple[int, int]], levels: int) -> float:
    """Quadratic weighted kappa of pairs of levels from 0; of two levels it is Cohen's."""
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    observed = sum((first - second) ** 2 for first, second in pairs) / len(pairs)
    expected = sum(firsts[a] * seconds[b] * (a - b) ** 2 for a in range(levels) for b in range(levels)) / len(pairs) ** 2
    return 1.0 - observed / expected if expected else 1.0


def _seen_by_both(reading: Reading) -> int:
    """Labels and own threats paired one to one."""
    labels = read_labels(SYSTEMS / reading.system).expected
    edges = {
        label.id: [number for number, seen in enumerate(reading.own) if set(label.stride) & set(seen.stride) and _meets(label.files, seen)]
        for label in labels
        if label.id in reading.labels
    }
    owner: dict[int, str] = {}
    return sum(_paired(label, edges, owner, set()) for label in edges)


def _paired(label: str, edges: dict[str, list[int]], owner: dict[int, str], tried: set[int]) -> bool:
    for seen in edges[label]:
        if seen not in tried:
            tried.add(seen)
            if seen not in owner or _paired(owner[seen], edges, owner, tried):
                owner[seen] = label
                return True
    return False


def _meets(files: Iterable[LabelledFile], seen: Seen) -> bool:
    theirs = seen.place.range()
    for file in files:
        ours = file.range()
        if file.path == seen.file and (ours is None or theirs is None or (theirs[0] <= ours[1] + NEAR and theirs[1] >= ours[0] - NEAR)):
            return True
    return False
