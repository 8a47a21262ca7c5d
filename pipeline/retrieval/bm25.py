"""Chunks ranked by the words they share with a question: BM25 (Robertson and Zaragoza 2009), on the postings of an index.

Scores are computed when asked, with the numbers of chunks as they are now, so that an index that changed needs no second pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ingest.index.postings import Posting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K1, B = 1.2, 0.75


def bm25(
    asked: Mapping[str, float], postings: Mapping[str, Posting], rows: NDArray[np.int32], lengths: NDArray[np.float32], limit: int,
    allowed: NDArray[np.bool_] | None = None,
) -> list[tuple[int, float]]:  # fmt: skip
    """The best positions in `rows` (sorted, those alive) with their scores; `asked` holds the weight of each word."""
    import numpy as np

    if not len(rows):
        return []
    scores = np.zeros(len(rows), np.float32)
    normal = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
    for word, weight in asked.items():
        if word not in postings:
            continue
        positions, counts = _alive(postings[word], rows)
        idf = float(np.log1p((len(rows) - len(positions) + 0.5) / (len(positions) + 0.5)))
        scores[positions] += weight * idf * counts * (K1 + 1) / (counts + normal[positions])
    if allowed is not None:
        scores[~allowed] = 0
    return _best(scores, limit)


def _alive(posting: Posting, rows: NDArray[np.int32]) -> tuple[Sequence[int] | NDArray[np.intp], NDArray[np.float32]]:
    import numpy as np

    positions = np.searchsorted(rows, posting.rows)
    positions[positions == len(rows)] = 0
    known = rows[positions] == posting.rows
    return positions[known], posting.counts[known]


def _best(scores: NDArray[np.float32], limit: int) -> list[tuple[int, float]]:
    """Best first; of equals, the one that stands first."""
    import numpy as np

    found = np.flatnonzero(scores)
    if len(found) > limit:
        bar = np.partition(scores[found], len(found) - limit)[len(found) - limit]
        found = found[scores[found] >= bar]
    ordered = found[np.lexsort((found, -scores[found]))][:limit]
    return [(int(position), float(scores[position])) for position in ordered]
