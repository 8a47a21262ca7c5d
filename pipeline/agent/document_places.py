"""Places of documents in the document's own words: "section 3.2 Approvals, paragraph 4", "sheet Register, B4".

Takes facts, answers for a place what its reader said of it. Files without such words (code, configuration) are found by their lines.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from ingest.documents.position import cell_place
from ingest.facts import DocumentFacts, Facts, Passage
from ingest.source import Place


class DocumentPlaces:
    """The passages of documents by where they begin."""

    def __init__(self, facts: Iterable[Facts] = ()) -> None:
        self._documents = {file.path: file for file in facts if isinstance(file, DocumentFacts)}
        self._passages: dict[str, dict[int | None, list[Passage]]] = {}

    def words(self, place: Place, text: str) -> str:
        """How the document names the place where a text begins; of a table its cell. Empty where it has no words for it."""
        passages = self._on(place.path).get(place.page, [])
        at = bisect_right(passages, place.start_line, key=lambda passage: passage.place.start_line)
        passage = passages[at - 1] if at else None
        return "" if passage is None or passage.place.end_line < place.start_line else cell_place(passage, text).where

    def _on(self, path: str) -> dict[int | None, list[Passage]]:
        if path not in self._passages:
            pages = self._passages[path] = {}
            document = self._documents.get(path)
            for passage in sorted(document.passages, key=lambda passage: passage.place.start_line) if document else ():
                pages.setdefault(passage.place.page, []).append(passage)
        return self._passages[path]
