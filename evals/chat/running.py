"""Asks the questions, as a user would: scan, index, converse; each question in a conversation of its own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evals.chat.model import QuestionSet, Reference, Split
from evals.chat.scoring import Score, scored
from evals.labels import SYSTEMS
from pipeline.chat import Answer, Conversation
from pipeline.retrieval import IndexSettings, Retriever
from pipeline.scan import ScanSettings, scan


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its answer and its score."""

    system: str
    split: Split
    reference: Reference
    answer: Answer
    score: Score
    seconds: float


def ask_all(sets: Iterable[QuestionSet], cache: Path | None, *, search: bool = True) -> Iterator[Asked]:
    """Asks all questions; with `search`, passages of the files are at hand too."""
    for questions in sets:
        root = SYSTEMS / questions.system
        scanned = scan(root, ScanSettings(cache=cache / "results" if cache else None, jobs=1))
        if not search:
            yield from _asked(questions, Conversation(scanned))
            continue
        with Retriever(root, scanned.system, IndexSettings(folder=cache / "indexes" if cache else None)) as retriever:
            yield from _asked(questions, Conversation(scanned, search=retriever.search))


def _asked(questions: QuestionSet, conversation: Conversation) -> Iterator[Asked]:
    for reference in questions.questions:
        conversation.forget()
        for before in reference.after:
            conversation.ask(before)
        started = time.perf_counter()
        answer = conversation.ask(reference.ask)
        seconds = time.perf_counter() - started
        yield Asked(questions.system, questions.split, reference, answer, scored(reference, answer), seconds)
