"""The way in for whoever asks: an index that is there when it is needed, and answers from it.

The index is made or brought up to date when a retriever is opened or told to `refresh`; one that turns out to be broken is made
anew, once.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from ingest.index import BrokenIndex, IndexReader, make_embedder
from pipeline.progress import Progress
from pipeline.retrieval.indexing import IndexReport, IndexSettings, index_place, index_tree
from pipeline.retrieval.places import SystemPlaces
from pipeline.retrieval.result import Hit, Query
from pipeline.retrieval.search import Passages, Weights
from pipeline.system.model import System


class Retriever:
    """Answers questions about one tree; to be closed."""

    def __init__(
        self, root: Path, system: System | None = None, settings: IndexSettings | None = None, progress: Progress | None = None,
        weights: Weights | None = None,
    ) -> None:  # fmt: skip
        self._root, self._system, self._settings, self._progress = root, system, settings or IndexSettings(), progress
        self._embedder = make_embedder(self._settings.embedding)
        self._reader = IndexReader(index_place(root, self._settings), self._embedder)
        self._passages = Passages(self._reader, SystemPlaces(system or System()), weights)
        self.report = self.refresh()

    def __enter__(self) -> Retriever:
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def refresh(self, *, rebuild: bool = False) -> IndexReport:
        """The index as the tree is now."""
        self._reader.close()
        return index_tree(self._root, self._system, self._settings, self._progress, embedder=self._embedder, rebuild=rebuild)

    def search(self, query: Query | str) -> tuple[Hit, ...]:
        """The best passages for a question, best first."""
        wanted = Query(query) if isinstance(query, str) else query
        try:
            return self._passages.search(wanted)
        except BrokenIndex:
            self.report = self.refresh()
        try:
            return self._passages.search(wanted)
        except BrokenIndex:
            self.report = self.refresh(rebuild=True)
        return self._passages.search(wanted)

    def close(self) -> None:
        self._reader.close()
