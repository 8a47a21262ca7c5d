"""A question into passages: by words, by meaning, and along the system model, fused into one ranking.

Each way gives a ranking; reciprocal rank fusion makes one of them. What was found best points further: to the neighbours of its
elements and the hops of their flows. Then near-duplicates stand back. Every hit says by which ways it was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pathspec

from ingest.index import IndexReader, Session
from ingest.index.catalogue import Listed
from ingest.index.words import words
from pipeline.retrieval.bm25 import bm25
from pipeline.retrieval.places import SystemPlaces
from pipeline.retrieval.ranking import diverse, fused
from pipeline.retrieval.result import Filter, Hit, Query, ScoreParts, hit_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_CHARACTERS = 4_000  # of a question


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each way counts, and how deep it goes."""

    words: float = 1.0
    dense: float = 1.0
    near: float = 0.1
    depth: int = 100  # of each ranking
    seeds: int = 5  # best passages whose neighbours are looked at
    neighbours: int = 30
    relevance: float = 0.8  # against being unlike what stands above


@dataclass(frozen=True, slots=True)
class _Ranked:
    """One way's ranking: positions in what is listed, best first, with what each is worth there."""

    positions: tuple[int, ...] = ()
    worth: tuple[float, ...] = ()

    def rank_of(self, position: int) -> tuple[int | None, float | None]:
        if position not in self.positions:
            return None, None
        index = self.positions.index(position)
        return index + 1, self.worth[index]


class Passages:
    """Searches one index. Nothing of a question is kept."""

    def __init__(self, reader: IndexReader, places: SystemPlaces, weights: Weights | None = None) -> None:
        self._reader, self._places, self._weights = reader, places, weights or Weights()

    def search(self, query: Query) -> tuple[Hit, ...]:
        """The best passages, best first. Raises `BrokenIndex` where the index must be made anew."""
        text = query.text[:MOST_CHARACTERS]
        if not text.strip() or query.limit < 1:
            return ()
        vector = self._reader.embedder.embed([text])[0] if query.mode != "words" else None
        with self._reader.session() as session:
            return self._answer(session, query, text, vector)

    def _answer(self, session: Session, query: Query, text: str, vector: NDArray[np.float32] | None) -> tuple[Hit, ...]:
        weights = self._weights
        allowed = _allowed(session.listed, query.filter)
        by_words = _by_words(session, text, allowed, weights.depth) if query.mode != "dense" else _Ranked()
        by_sense = _by_sense(session, vector, allowed, weights.depth) if vector is not None else _Ranked()
        ways = [(weights.words, by_words.positions), (weights.dense, by_sense.positions)]
        scores = fused(ways)
        near: dict[int, str] = {}
        if query.expand:
            near = self._near(session, list(scores)[: weights.seeds], allowed)
            scores = fused([*ways, (weights.near, tuple(near))])
        best = dict(list(scores.items())[: max(query.limit * 3, 30)])
        order = list(best)[: query.limit]
        if query.diverse:
            found = session.vectors_of([session.listed[position].id for position in best])
            by_position = {position: found[id_] for position in best if (id_ := session.listed[position].id) in found}
            order = diverse(best, by_position, query.limit, weights.relevance)
        chunks = session.chunks([session.listed[position].row for position in order])
        return tuple(
            hit_of(chunks[session.listed[position].row], scores[position], *_told(position, by_words, by_sense, near)) for position in order
        )

    def _near(self, session: Session, seeds: Sequence[int], allowed: Sequence[bool] | None) -> dict[int, str]:
        """Where the elements of the best passages are tied to, and by which tie."""
        by_path: dict[str, list[int]] = {}
        for position, one in enumerate(session.listed):
            by_path.setdefault(one.path, []).append(position)
        found: dict[int, str] = {}
        for seed in seeds:
            for element in session.listed[seed].elements:
                for neighbour in self._places.near(element):
                    for position in by_path.get(neighbour.path, ()):
                        one = session.listed[position]
                        inside = one.page == neighbour.page and one.start_line <= neighbour.line <= one.end_line
                        if inside and position != seed and (allowed is None or allowed[position]):
                            found.setdefault(position, neighbour.tie)
                    if len(found) >= self._weights.neighbours:
                        return found
        return found


def _by_words(session: Session, text: str, allowed: Sequence[bool] | None, depth: int) -> _Ranked:
    import numpy as np

    asked = dict.fromkeys(words(text), 1.0)
    rows = np.asarray([one.row for one in session.listed], np.int32)
    lengths = np.asarray([one.length for one in session.listed], np.float32)
    best = bm25(asked, session.postings(list(asked)), rows, lengths, depth, None if allowed is None else np.asarray(allowed, np.bool_))
    return _Ranked(tuple(position for position, _ in best), tuple(score for _, score in best))


def _by_sense(session: Session, vector: NDArray[np.float32], allowed: Sequence[bool] | None, depth: int) -> _Ranked:
    position_of = {one.id: position for position, one in enumerate(session.listed)}
    among = None if allowed is None else [one.id for one, is_allowed in zip(session.listed, allowed, strict=True) if is_allowed]
    if among == [] or not session.listed:
        return _Ranked()
    found = [near for near in session.nearest(vector, min(depth, len(position_of)), among) if near.id in position_of]
    return _Ranked(tuple(position_of[near.id] for near in found), tuple(near.similarity for near in found))


def _allowed(listed: Sequence[Listed], wanted: Filter) -> list[bool] | None:
    if wanted.allows_all():
        return None
    paths = pathspec.GitIgnoreSpec.from_lines(wanted.paths) if wanted.paths else None
    elements = set(wanted.elements)
    return [
        (paths is None or paths.match_file(one.path))
        and (not wanted.kinds or one.kind in wanted.kinds)
        and (not wanted.languages or one.language in wanted.languages)
        and (not elements or not elements.isdisjoint(one.elements))
        for one in listed
    ]


def _told(position: int, by_words: _Ranked, by_sense: _Ranked, near: dict[int, str]) -> tuple[ScoreParts, tuple[str, ...]]:
    words_rank, score = by_words.rank_of(position)
    dense_rank, similarity = by_sense.rank_of(position)
    near_rank = list(near).index(position) + 1 if position in near else None
    why = []
    if words_rank is not None:
        why.append(f"words: rank {words_rank}")
    if dense_rank is not None:
        why.append(f"meaning: rank {dense_rank}")
    if position in near:
        why.append(f"system: {near[position]}")
    return ScoreParts(words_rank, score, dense_rank, similarity, near_rank), tuple(why)
