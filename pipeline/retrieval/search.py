"""A question into passages: by words, by meaning, and along the system model, fused into one ranking.

Each way gives a ranking; reciprocal rank fusion makes one of them. What was found best points further: to the neighbours of its
elements and the hops of their flows. The best of all are then weighed closely. Near-duplicates stand back. Every hit says by which
ways it was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pathspec

from ingest.index import IndexReader, Session
from ingest.index.catalogue import Listed
from pipeline.retrieval.bm25 import best, bm25, rarity
from pipeline.retrieval.places import SystemPlaces
from pipeline.retrieval.ranking import diverse, fused
from pipeline.retrieval.result import Filter, Hit, Query, ScoreParts, hit_of
from pipeline.retrieval.thesaurus import asked_words, load_thesaurus
from pipeline.retrieval.weighing import Asked, Shares, weighed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_CHARACTERS = 4_000  # of a question


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each way counts, and how deep it goes."""

    words: float = 1.0
    dense: float = 1.2
    names: float = 0.4  # words in path, symbol and titles, beside those of the whole passage
    callers: float = 0.3  # how well those do that name a passage
    near: float = 0.1
    depth: int = 100  # of each ranking
    weighed: int = 60  # best passages of the fused ranking that are looked at closely
    lines: float = 0.5  # the best few lines of a passage, against the whole of it
    seeds: int = 5  # best passages whose neighbours are looked at
    neighbours: int = 30
    relevance: float = 0.7  # against being unlike what stands above
    alike: float = 0.9  # similarity from which on two passages repeat each other


@dataclass(frozen=True, slots=True)
class _Found:
    """What one way says: its ranking, as positions in what is listed, and what each position is worth there."""

    ranking: tuple[int, ...] = ()
    worth: Mapping[int, float] | NDArray[np.float32] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()

    def of(self, position: int) -> tuple[int | None, float | None]:
        return (self.ranking.index(position) + 1, float(self.worth[position])) if position in self.ranking else (None, None)


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
        by_words = _by_words(session, text, allowed, weights.depth) if query.mode != "dense" else _Found()
        by_sense = _by_sense(session, vector, allowed, weights.depth) if vector is not None else _Found()
        ways = [(weights.words, by_words.ranking), (weights.dense, by_sense.ranking)]
        scores = fused(ways)
        near = self._near(session, list(scores)[: weights.seeds], allowed) if query.expand else {}
        scores = fused([*ways, (weights.near, tuple(near))])
        scores = dict(list(scores.items())[: max(weights.weighed, query.limit)])
        vectors = _vectors(session, scores) if query.diverse or query.mode == "hybrid" else {}
        if query.mode == "hybrid" and vector is not None:
            scores = self._weighed(session, scores, by_words, near, vector, vectors)
        order = diverse(scores, vectors, query.limit, weights.relevance, weights.alike) if query.diverse else list(scores)[: query.limit]
        chunks = session.chunks([session.listed[position].row for position in order])
        return tuple(
            hit_of(chunks[session.listed[position].row], scores[position], *_told(position, by_words, by_sense, near)) for position in order
        )

    def _weighed(
        self, session: Session, candidates: Mapping[int, float], by_words: _Found, near: Mapping[int, str], vector: NDArray[np.float32],
        vectors: Mapping[int, NDArray[np.float32]],
    ) -> dict[int, float]:  # fmt: skip
        """Candidates by how much they say, best first; of their meaning, the best few lines count beside the whole."""
        import numpy as np

        weights, order = self._weights, list(candidates)
        chunks = session.chunks([session.listed[position].row for position in order])
        windows = session.windows_of([session.listed[position].id for position in order], len(vector))
        sense = np.zeros(len(order), np.float32)
        for index, position in enumerate(order):
            whole = float(vectors[position] @ vector) if position in vectors else 0.0
            parts = windows.get(session.listed[position].id)
            lines = whole if parts is None or not len(parts) else float((parts @ vector).max())
            sense[index] = (1 - weights.lines) * whole + weights.lines * lines
        shared = np.asarray([by_words.worth[position] for position in order], np.float32)
        shares = Shares(weights.words, weights.dense, weights.names, weights.callers)
        total = weighed([chunks[session.listed[position].row] for position in order], shared, sense, by_words.asked, shares)
        total += np.asarray([weights.near * (position in near) for position in order], np.float32)
        total -= total.min() if len(order) else 0
        return {order[index]: float(total[index]) for index in np.argsort(-total, kind="stable")}

    def _near(self, session: Session, seeds: Sequence[int], allowed: Sequence[bool] | None) -> dict[int, str]:
        """Where the elements of the best passages are tied to, and by which tie."""
        found: dict[int, str] = {}
        for seed in seeds:
            for element in session.listed[seed].elements:
                for neighbour in self._places.near(element):
                    for position in session.listing.of_path.get(neighbour.path, ()):
                        one = session.listed[position]
                        inside = one.page == neighbour.page and one.start_line <= neighbour.line <= one.end_line
                        if inside and position != seed and (allowed is None or allowed[position]):
                            found.setdefault(position, neighbour.tie)
                    if len(found) >= self._weights.neighbours:
                        return found
        return found


def _vectors(session: Session, positions: Iterable[int]) -> dict[int, NDArray[np.float32]]:
    by_id = {session.listed[position].id: position for position in positions}
    return {by_id[id_]: vector for id_, vector in session.vectors_of(list(by_id)).items()}


def _by_words(session: Session, text: str, allowed: Sequence[bool] | None, depth: int) -> _Found:
    import numpy as np

    asked = asked_words(text, load_thesaurus())
    postings = session.postings(list({word for words in asked for word in words}))
    scores = bm25(asked, postings, session.listing.rows, session.listing.lengths)
    if allowed is not None:
        scores[~np.asarray(allowed, np.bool_)] = 0
    ranking = best(scores, depth)
    rows = len(session.listed)
    return _Found(tuple(ranking), scores, tuple(Asked(words, rarity(words, postings, rows)) for words in asked))


def _by_sense(session: Session, vector: NDArray[np.float32], allowed: Sequence[bool] | None, depth: int) -> _Found:
    position_of = session.listing.position
    among = None if allowed is None else [one.id for one, is_allowed in zip(session.listed, allowed, strict=True) if is_allowed]
    if among == [] or not session.listed:
        return _Found()
    found = [near for near in session.nearest(vector, min(depth, len(position_of)), among) if near.id in position_of]
    return _Found(tuple(position_of[near.id] for near in found), {position_of[near.id]: near.similarity for near in found})


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


def _told(position: int, by_words: _Found, by_sense: _Found, near: Mapping[int, str]) -> tuple[ScoreParts, tuple[str, ...]]:
    words_rank, score = by_words.of(position)
    dense_rank, similarity = by_sense.of(position)
    near_rank = list(near).index(position) + 1 if position in near else None
    why = []
    if words_rank is not None:
        why.append(f"words: rank {words_rank}")
    if dense_rank is not None:
        why.append(f"meaning: rank {dense_rank}")
    if position in near:
        why.append(f"system: {near[position]}")
    return ScoreParts(words_rank, score, dense_rank, similarity, near_rank), tuple(why)
