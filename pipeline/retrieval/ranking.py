"""Several rankings into one, scores of two kinds into one, and near-duplicates behind what they repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K = 60


def fused(rankings: Sequence[tuple[float, Sequence[int]]]) -> dict[int, float]:
    """Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009) of weighted rankings; best first."""
    scores: dict[int, float] = {}
    for weight, ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            scores[item] = scores.get(item, 0.0) + weight / (K + rank)
    return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])))


def standard(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values as distances from their mean, in standard deviations, so that scores of two kinds can be added."""
    import numpy as np

    spread = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)


def diverse(
    scores: Mapping[int, float], vectors: Mapping[int, NDArray[np.float32]], limit: int, relevance: float, alike: float
) -> list[int]:
    """Maximal marginal relevance (Carbonell and Goldstein 1998): what is good and unlike what was taken already.

    `relevance` is their lambda: 1 leaves the order as it is. Passages on one subject are similar without repeating each other: only
    similarity above `alike` counts, up to that of the same text.
    """
    best = max(scores.values(), default=1.0) or 1.0
    rest, taken = list(scores), list[int]()
    closest = dict.fromkeys(rest, 0.0)
    while rest and len(taken) < limit:
        chosen = max(rest, key=lambda item: relevance * scores[item] / best - (1 - relevance) * closest[item])
        taken.append(chosen)
        rest.remove(chosen)
        if chosen in vectors:
            for item in rest:
                if item in vectors:
                    closest[item] = max(closest[item], (float(vectors[chosen] @ vectors[item]) - alike) / (1 - alike))
    return taken
