"""What a search gives: passages with their place, how they were found, and why they stand where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ingest.index import Chunk

Mode = Literal["words", "dense", "hybrid"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which chunks are looked at; what is empty allows all."""

    paths: tuple[str, ...] = ()  # globs, as in .gitignore
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()  # ids of the system model

    def allows_all(self) -> bool:
        return not (self.paths or self.kinds or self.languages or self.elements)


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    limit: int = 10
    filter: Filter = Filter()
    mode: Mode = "hybrid"
    expand: bool = True  # along the system model
    diverse: bool = True  # near-duplicates of what is shown already stand back


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """How a passage was found: its rank in each list, from 1, and what it was worth there; None where it was not in it."""

    words_rank: int | None = None
    words_score: float | None = None  # BM25
    dense_rank: int | None = None
    similarity: float | None = None  # cosine
    near_rank: int | None = None  # by the system model, near to what was found


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage. Its lines are evidence: they can be read in the file."""

    path: str
    start_line: int
    end_line: int
    page: int | None
    unit: Literal["line", "paragraph"]
    kind: str
    language: str
    symbol: str
    section: tuple[str, ...]
    text: str
    elements: tuple[str, ...]
    score: float  # fused; says something within one answer only
    parts: ScoreParts
    why: tuple[str, ...]


def hit_of(chunk: Chunk, score: float, parts: ScoreParts, why: tuple[str, ...]) -> Hit:
    return Hit(
        chunk.path, chunk.start_line, chunk.end_line, chunk.page, "paragraph" if chunk.language in ("docx", "odt") else "line", chunk.kind,
        chunk.language, chunk.symbol, chunk.section, chunk.text, chunk.elements, score, parts, why,
    )  # fmt: skip
