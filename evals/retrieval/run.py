"""Asks the questions, as a user would: scan, index, search; one run per way of finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.packages.bringing import NotBrought
from evals.retrieval.packages import root_of
from evals.retrieval.questions import Half, QuestionSet, passage_of
from evals.retrieval.scoring import DEPTH, Score, scored
from ingest.index import Embedding
from pipeline.retrieval import IndexSettings, Query, Retriever
from pipeline.retrieval.search import Weights
from pipeline.scan import ScanSettings, scan

WAYS: Mapping[str, Mapping[str, object]] = {
    "BM25 alone": {"mode": "words", "expand": False, "diverse": False},
    "dense alone": {"mode": "dense", "expand": False, "diverse": False},
    "hybrid": {"mode": "hybrid", "expand": False},
    "hybrid with expansion": {"mode": "hybrid", "expand": True},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, asked one way."""

    system: str
    half: Half
    way: str
    question: str
    score: Score
    found: tuple[str, ...]  # the first hits, as path:lines


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that was asked, and the systems that could not be."""

    asked: tuple[Asked, ...]
    chunks: Mapping[str, int]
    missing: tuple[str, ...] = ()


def run(sets: Iterable[QuestionSet], cache: Path, weights: Weights | None = None, embedding: Embedding | None = None) -> Run:
    """Asks all questions in all ways. What lies in the cache is used again."""
    asked: list[Asked] = []
    chunks: dict[str, int] = {}
    missing: list[str] = []
    for questions in sets:
        try:
            root = root_of(questions, cache / "packages")
        except NotBrought as problem:
            missing.append(f"{questions.system}: {problem}")
            continue
        system = scan(root, ScanSettings(cache=cache / "results")).system
        settings = IndexSettings(folder=cache / "indexes", embedding=embedding or Embedding())
        with Retriever(root, system, settings, weights=weights) as retriever:
            chunks[questions.system] = retriever.report.chunks
            asked += _asked(questions, retriever, root)
    return Run(tuple(asked), chunks, tuple(missing))


def _asked(questions: QuestionSet, retriever: Retriever, root: Path) -> Iterable[Asked]:
    for way, options in WAYS.items():
        for question in questions.questions:
            hits = retriever.search(Query(question.ask, DEPTH, **options))  # type: ignore[arg-type]  # options of `Query`, by name
            score = scored(hits, [passage_of(answer, root) for answer in question.answers])
            found = tuple(f"{hit.path}:{hit.start_line}-{hit.end_line}" for hit in hits)
            yield Asked(questions.system, questions.half, way, question.ask, score, found)


def scores(asked: Sequence[Asked], way: str, half: str | None = None, system: str | None = None) -> list[Score]:
    return [one.score for one in asked if one.way == way and half in (None, one.half) and system in (None, one.system)]
