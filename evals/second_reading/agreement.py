"""How well two readers agree: Cohen's kappa on whether a statement holds, weighted kappa on severities, and what each saw alone.

Cohen (1960), A coefficient of agreement for nominal scales; Cohen (1968) for the weights, here quadratic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pydantic import Field

from evals.labels import SYSTEMS, LabelledFile, read_labels
from evals.matching import FILE, Tier, assign
from evals.scoring.agreement import counted, kappa
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
        kappa=_rounded(counted(((int(first), int(second)) for first, second in verdicts), 2)),
        severities=len(levels),
        same_severity=apart[0],
        one_apart=apart[1],
        severity_kappa=_rounded(counted(levels, len(SEVERITIES))),
        labels=sum(len(reading.labels) for reading in readings),
        seen_by_both=sum(_seen_by_both(reading) for reading in readings),
        seen_by_second=sum(len(reading.own) for reading in readings),
    )


def _rounded(counts: Sequence[float]) -> float:
    """A kappa with three places; 1 where both always say one thing."""
    found = kappa(counts)
    return 1.0 if found is None else round(found, 3)


def _seen_by_both(reading: Reading) -> int:
    """Labels and own threats paired one to one."""
    labels = [label for label in read_labels(SYSTEMS / reading.system).expected if label.id in reading.labels]
    pairs: dict[tuple[str, str], tuple[Tier, int]] = {
        (label.id, str(number)): (FILE, 0)
        for label in labels
        for number, seen in enumerate(reading.own)
        if set(label.stride) & set(seen.stride) and _meets(label.files, seen)
    }
    return len(assign(pairs)[FILE])


def _meets(files: Iterable[LabelledFile], seen: Seen) -> bool:
    theirs = seen.place.range()
    for file in files:
        ours = file.range()
        if file.path == seen.file and (ours is None or theirs is None or (theirs[0] <= ours[1] + NEAR and theirs[1] >= ours[0] - NEAR)):
            return True
    return False
