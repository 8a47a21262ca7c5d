from __future__ import annotations

import numpy as np

from picks_train.factorise import Factors
from picks_train.interactions import Interactions


class TooWeak(RuntimeError):
    pass


def recall_at(factors: Factors, data: Interactions, k: int = 40) -> float:
    """Share of subjects whose last episode, which training did not see, is among their first k."""
    hits = 0
    for row, column in data.held_out.items():
        scores = factors.episode_rows @ factors.subject_rows[row]
        scores[data.confidence[row].indices] = -np.inf
        hits += column in np.argpartition(-scores, min(k, len(scores) - 1))[:k]
    return hits / len(data.held_out) if data.held_out else 0.0


def check(recall: float, least: float) -> None:
    if recall < least:
        raise TooWeak(f"recall@40 is {recall:.3f}, at least {least:.3f} is needed")
