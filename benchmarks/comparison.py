"""What the figures mean: ratios in one session, held against the targets.

Takes the measurements, gives values and verdicts; measures and prints nothing. A run that did not end is only known to
take longer than its limit, so a ratio with it is a bound, and a target is met or missed only where the bound decides it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from benchmarks.runs import Kind, Measurements, Run

Bound = Literal["exactly", "at least", "at most"]
Relation = Literal["at most", "under", "at least"]
Verdict = Literal["met", "missed", "not decided"]


@dataclass(frozen=True, slots=True)
class Ratio:
    value: float
    bound: Bound = "exactly"


@dataclass(frozen=True, slots=True)
class Result:
    """One target and what became of it."""

    target: str
    size: str
    measured: Ratio | None  # None: a run failed, or neither ended
    unit: str
    relation: Relation
    limit: float
    verdict: Verdict
    as_asked: bool  # whether it was taken at the size the target speaks of


def divide(above: Run, below: Run) -> Ratio | None:
    """Wall time over wall time, as a bound where one of them did not end."""
    outcomes = above.outcome, below.outcome
    if below.wall_s <= 0 or "failed" in outcomes or "done" not in outcomes:
        return None
    bound: Bound = "exactly" if above.outcome == below.outcome else "at most" if above.outcome == "done" else "at least"
    return Ratio(above.wall_s / below.wall_s, bound)


def judge(measured: Ratio | None, relation: Relation, limit: float) -> Verdict:
    """Whether a value, or a bound of it, keeps to a limit."""
    if measured is None:
        return "not decided"
    holds = {"at most": measured.value <= limit, "under": measured.value < limit, "at least": measured.value >= limit}[relation]
    if measured.bound == "exactly" or (measured.bound == "at least") == (holds == (relation == "at least")):
        return "met" if holds else "missed"
    return "not decided"


def lines_per_second(measurements: Measurements, run: Run) -> float | None:
    """Lines of Python in the tree over wall time; None where the run did not end."""
    return measurements.trees[run.size]["lines"] / run.wall_s if run.outcome == "done" and run.wall_s > 0 else None


def against_raw(measurements: Measurements, run: Run) -> Ratio | None:
    """Wall time over that of the raw parse of the same tree."""
    raw = measurements.find(run.size, "raw")
    return divide(run, raw) if raw else None


def results(measurements: Measurements) -> tuple[Result, ...]:
    """Every target that this session can say something about, in the order of the issue's list."""
    return tuple(_time_targets(measurements)) + tuple(_growth_target(measurements)) + tuple(_memory_targets(measurements))


_TIME_TARGETS: tuple[tuple[str, Kind, Kind, Relation, float], ...] = (
    ("cold, against the raw parse", "cold", "raw", "at most", 1.0),
    ("semgrep, against cold", "semgrep", "cold", "at least", 5.0),
    ("bandit, against cold", "bandit", "cold", "at least", 8.0),
    ("nothing changed, against cold", "same", "cold", "under", 0.03),
    ("20 files changed, against cold", "twenty", "cold", "under", 0.08),
)
_FULL = "1m"
_SLICE = "100k"
_SMALL = "10k"
_MOST_GROWTH = 1.15
_MOST_MB = {_FULL: 800.0, _SMALL: 300.0}


def _time_targets(measurements: Measurements) -> Iterator[Result]:
    for name, above, below, relation, limit in _TIME_TARGETS:
        for size in reversed(tuple(measurements.trees)):  # the largest at which both were run
            one, other = measurements.find(size, above), measurements.find(size, below)
            if one and other:
                ratio = divide(one, other)
                yield Result(name, size, ratio, "x", relation, limit, judge(ratio, relation, limit), size == _FULL)
                break


def _growth_target(measurements: Measurements) -> Iterator[Result]:
    large, small = measurements.find(_FULL, "cold"), measurements.find(_SLICE, "cold")
    if not large or not small:
        return
    ratio = divide(large, small)
    lines = measurements.trees[_SLICE]["lines"] / measurements.trees[_FULL]["lines"]
    growth = Ratio(ratio.value * lines, ratio.bound) if ratio else None
    verdict = judge(growth, "at most", _MOST_GROWTH)
    yield Result("cold, time per line at 1M against 100k", _FULL, growth, "x", "at most", _MOST_GROWTH, verdict, True)


def _memory_targets(measurements: Measurements) -> Iterator[Result]:
    for size, limit in _MOST_MB.items():
        if run := measurements.find(size, "cold"):
            peak = None if run.outcome == "failed" else Ratio(run.peak_mb, "exactly" if run.outcome == "done" else "at least")
            name = f"cold, peak memory of all processes at {size}"
            yield Result(name, size, peak, " MB", "under", limit, judge(peak, "under", limit), True)
