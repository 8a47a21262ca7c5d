"""How well hits answer a question: recall, reciprocal rank and nDCG among the first ten.

A hit answers where it lies on the lines of an answer: they share at least half of the shorter of the two. An answer counts once,
with the first hit that lies on it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from evals.retrieval.questions import Passage
from pipeline.retrieval import Hit

DEPTH = 10
_DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Score:
    """Of one question, or the mean of many."""

    recall: float
    reciprocal_rank: float
    ndcg: float


@dataclass(frozen=True, slots=True)
class Mean:
    """Means over questions, with the bounds between which 95 of 100 draws of as many questions lie."""

    questions: int
    score: Score
    recall_bounds: tuple[float, float]
    rank_bounds: tuple[float, float]


def answers(hit: Hit, passage: Passage) -> bool:
    shared = min(hit.end_line, passage.end) - max(hit.start_line, passage.start) + 1
    shorter = min(hit.end_line - hit.start_line, passage.end - passage.start) + 1
    return hit.path == passage.path and shared * 2 >= shorter


def scored(hits: Sequence[Hit], wanted: Sequence[Passage]) -> Score:
    """The score of one question."""
    missing = list(wanted)
    gains: list[float] = []
    first = 0.0
    for rank, hit in enumerate(hits[:DEPTH], 1):
        met = [passage for passage in wanted if answers(hit, passage)]
        new = [passage for passage in met if passage in missing]
        missing = [passage for passage in missing if passage not in new]
        gains.append(float(len(new)) / math.log2(rank + 1))
        if met and not first:
            first = 1 / rank
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(wanted), DEPTH) + 1))
    return Score(1 - len(missing) / len(wanted), first, min(1.0, sum(gains) / best))


def mean(scores: Sequence[Score]) -> Mean:
    """Means and their bounds, by drawing questions again and again (Efron 1979) with a fixed seed."""
    draw = random.Random(7)
    draws = [[draw.choice(scores) for _ in scores] for _ in range(_DRAWS)]
    return Mean(
        len(scores),
        Score(fmean(one.recall for one in scores), fmean(one.reciprocal_rank for one in scores), fmean(one.ndcg for one in scores)),
        _bounds([fmean(one.recall for one in drawn) for drawn in draws]),
        _bounds([fmean(one.reciprocal_rank for one in drawn) for drawn in draws]),
    )


def _bounds(means: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(means)
    return ordered[len(ordered) * 25 // 1000], ordered[len(ordered) * 975 // 1000]
