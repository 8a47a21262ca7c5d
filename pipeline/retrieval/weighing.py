"""Candidates weighed by how much they say, where their ranks only say in which order they came.

Takes the passages that words and meaning found, gives each a score: the words it shares with the question, and once more those in its
name, how close the whole and its best lines come, and how well the passages do that name it: whoever calls a function often says
what for. Each kind is measured in standard deviations, so that they can be added.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.index import Chunk
from ingest.index.words import words
from pipeline.retrieval.bm25 import K1
from pipeline.retrieval.ranking import standard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_IDENTIFIER = re.compile(r"[^\W\d]\w+")
_SHORT_NAME = 3  # `get`, `run`: named by passages that mean something else
_NAMED_BY_MANY = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """A word of a question with those that mean much the same, and how rare it is in the index."""

    words: Mapping[str, float]
    rarity: float


@dataclass(frozen=True, slots=True)
class Shares:
    """How much each kind counts."""

    words: float
    dense: float
    names: float
    callers: float


def weighed(
    chunks: Sequence[Chunk], shared: NDArray[np.float32], sense: NDArray[np.float32], asked: Sequence[Asked], shares: Shares
) -> NDArray[np.float32]:
    """A score for each candidate; `shared` is its BM25 score, `sense` its similarity."""
    total: NDArray[np.float32] = shares.dense * standard(sense) + shares.words * standard(shared)
    total += shares.names * standard(_names(chunks, asked))
    total += shares.callers * standard(_callers(chunks, total))
    return total


def _names(chunks: Sequence[Chunk], asked: Sequence[Asked]) -> NDArray[np.float32]:
    """What each shares with the question in its path, symbol and titles: few words there, so each says more than one of the text."""
    import numpy as np

    found = np.zeros(len(chunks), np.float32)
    for index, chunk in enumerate(chunks):
        counts = Counter(words(" ".join((chunk.path, chunk.symbol, *chunk.section))))
        for one in asked:
            count = sum(weight * counts[word] for word, weight in one.words.items())
            found[index] += one.rarity * count * (K1 + 1) / (count + K1)
    return found


def _callers(chunks: Sequence[Chunk], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each the best score above the mean of other candidates whose code names it."""
    import numpy as np

    by_name: dict[str, list[int]] = {}
    for index, chunk in enumerate(chunks):
        name = chunk.symbol.rpartition(".")[2]
        if len(name) > _SHORT_NAME:
            by_name.setdefault(name, []).append(index)
    naming: dict[int, list[int]] = {}
    for index, chunk in enumerate(chunks):
        for name in by_name.keys() & set(_IDENTIFIER.findall(chunk.text)):
            for named in by_name[name]:
                if chunks[named].symbol != chunk.symbol:
                    naming.setdefault(named, []).append(index)
    found = np.zeros(len(chunks), np.float32)
    for named, others in naming.items():
        if len(others) <= _NAMED_BY_MANY:
            found[named] = max(0.0, *(float(scores[other]) for other in others))
    return found
