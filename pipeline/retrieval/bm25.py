"""Chunks ranked by the words they share with a question: BM25 (Robertson and Zaragoza 2009), on the postings of an index.

Scores are computed when asked, with the numbers of chunks as they are now, so that an index that changed needs no second pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ingest.index.postings import Posting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K1, B = 1.2, 0.4


def bm25(
    asked: Sequence[Mapping[str, float]], postings: Mapping[str, Posting], rows: NDArray[np.int32], lengths: NDArray[np.float32]
) -> NDArray[np.float32]:
    """A score for each of `rows` (sorted, those alive).

    Each of `asked` is one word and, at lower weights, others that mean much the same: together they count as one word, as rare
    as the first of them that occurs.
    """
    import numpy as np

    scores = np.zeros(len(rows), np.float32)
    if not len(rows):
        return scores
    normal = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
    for words in asked:
        counts = np.zeros(len(rows), np.float32)
        known = 0
        for word, weight in words.items():
            if word in postings:
                positions, found = _alive(postings[word], rows)
                counts[positions] += weight * found
                known = known or len(positions)
        if known:
            idf = float(np.log1p((len(rows) - known + 0.5) / (known + 0.5)))
            scores += idf * counts * (K1 + 1) / (counts + normal)
    return scores


def rarity(asked: Mapping[str, float], postings: Mapping[str, Posting], rows: int) -> float:
    """How rare a word is among so many rows: the first of those that mean much the same that occurs; 0 where none does."""
    known = next((len(postings[word].rows) for word in asked if word in postings), 0)
    return math.log1p((max(rows - known, 0) + 0.5) / (known + 0.5)) if known else 0.0


def best(scores: NDArray[np.float32], limit: int) -> list[int]:
    """Positions of the highest scores above 0; of equals, the one that stands first."""
    import numpy as np

    found = np.flatnonzero(scores > 0)
    if len(found) > limit:
        bar = np.partition(scores[found], len(found) - limit)[len(found) - limit]
        found = found[scores[found] >= bar]
    return [int(position) for position in found[np.lexsort((found, -scores[found]))][:limit]]


def _alive(posting: Posting, rows: NDArray[np.int32]) -> tuple[Sequence[int] | NDArray[np.intp], NDArray[np.float32]]:
    import numpy as np

    positions = np.searchsorted(rows, posting.rows)
    positions[positions == len(rows)] = 0
    known = rows[positions] == posting.rows
    return positions[known], posting.counts[known]
