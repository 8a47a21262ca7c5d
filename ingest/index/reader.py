"""An index being asked: nearest vectors, postings of words, and the chunks themselves.

A `Session` holds the index's lock for the length of one question, so that no other process writes meanwhile. What is costly to
open stays open between questions for as long as nobody else wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingest.index.catalogue import BrokenCatalogue, Catalogue, Listed, opened
from ingest.index.chunk import Chunk
from ingest.index.embedding import Embedder
from ingest.index.lock import held
from ingest.index.place import IndexPlace
from ingest.index.postings import Posting, read_postings
from ingest.index.vectors import BrokenVectors, Near, VectorStore, open_vectors
from ingest.index.writing import belongings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class BrokenIndex(Exception):
    """The index cannot be asked and must be made anew."""


class Listing:
    """All chunks of an index by their position, made once for as long as nobody writes."""

    def __init__(self, listed: Sequence[Listed]) -> None:
        import numpy as np

        self.chunks = tuple(listed)  # in the order of their rows
        self.rows = np.asarray([one.row for one in listed], np.int32)
        self.lengths = np.asarray([one.length for one in listed], np.float32)
        self.position = {one.id: position for position, one in enumerate(listed)}
        self.of_path: dict[str, list[int]] = {}
        for position, one in enumerate(listed):
            self.of_path.setdefault(one.path, []).append(position)


class Session:
    """The index as it is during one question."""

    def __init__(self, catalogue: Catalogue, vectors: VectorStore, listing: Listing) -> None:
        self._catalogue, self._vectors = catalogue, vectors
        self.listing = listing
        self.listed = listing.chunks

    def nearest(self, vector: NDArray[np.float32], limit: int, among: Sequence[str] | None = None) -> list[Near]:
        return self._vectors.nearest(vector, limit, among)

    def postings(self, asked: Sequence[str]) -> dict[str, Posting]:
        return read_postings(self._catalogue.store, asked)

    def chunks(self, rows: Sequence[int]) -> dict[int, Chunk]:
        return self._catalogue.chunks(rows)

    def vectors_of(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        return self._vectors.vectors_of(ids)

    def windows_of(self, ids: Sequence[str], dimension: int) -> dict[str, NDArray[np.float32]]:
        """Vectors of a few lines each, by chunk, where the model makes such."""
        import numpy as np

        found = self._catalogue.windows(ids)
        return {
            id_: np.asarray(np.frombuffer(packed, np.int8).reshape(-1, dimension) / np.float32(127), np.float32)
            for id_, packed in found.items()
            if len(packed) % dimension == 0
        }


class IndexReader:
    """Opens sessions on one index; to be closed."""

    def __init__(self, place: IndexPlace, embedder: Embedder) -> None:
        self._place, self.embedder = place, embedder
        self._vectors: VectorStore | None = None
        self._seen: tuple[str, int] | None = None
        self._listing: Listing | None = None

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Raises `BrokenIndex` where the index is not whole or not of this model."""
        try:
            with held(self._place.lock, self._place.patience_s), opened(self._place.folder) as catalogue:
                vectors = self._current(catalogue)
                assert self._listing is not None  # `_current` made it
                yield Session(catalogue, vectors, self._listing)
        except (BrokenCatalogue, BrokenVectors) as problem:
            self.close()
            raise BrokenIndex(str(problem)) from None

    def close(self) -> None:
        if self._vectors is not None:
            self._vectors.close()
        self._vectors, self._seen, self._listing = None, None, None

    def _current(self, catalogue: Catalogue) -> VectorStore:
        about = catalogue.about()
        if not about.ready or about.model != self.embedder.identity:
            raise BrokenCatalogue("an earlier write did not end" if about.model == self.embedder.identity else f"made with {about.model}")
        if self._vectors is None or self._seen != (about.token, about.generation):
            self.close()
            self._vectors = open_vectors(self._place.folder, self._place.server, about.token, belongings(about), create=False)
            self._seen, self._listing = (about.token, about.generation), Listing(catalogue.listed())
        return self._vectors
