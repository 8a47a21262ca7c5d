"""The questions to retrieval and their scores: enough of them, answers that exist, and numbers worked out by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evals.labels import SYSTEMS
from evals.retrieval.questions import Passage, QuestionSet, passage_of, read_questions
from evals.retrieval.report import page
from evals.retrieval.run import WAYS, Asked, Run
from evals.retrieval.scoring import Score, mean, scored
from pipeline.retrieval import Hit, ScoreParts

SETS = read_questions()


def hit(path: str, start: int, end: int) -> Hit:
    return Hit(path, start, end, None, "line", "function", "python", "", (), "", (), 1.0, ScoreParts(), ())


def passage(path: str, start: int, end: int) -> Passage:
    return Passage(path=path, start=start, end=end)


def test_there_are_enough_questions_and_systems_in_both_halves_and_fresh_ones() -> None:
    assert sum(len(one.questions) for one in SETS) >= 150
    assert len(SETS) >= 6
    halves = Counter(one.half for one in SETS for _ in one.questions)
    assert min(halves["development"], halves["held-out"]) >= 60 and halves["fresh"] >= 30 and len(halves) == 3
    asked = [question.ask for one in SETS for question in one.questions]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("questions", [one for one in SETS if one.sample], ids=lambda one: one.system)
def test_answers_in_samples_exist(questions: QuestionSet) -> None:
    root = SYSTEMS / (questions.sample or "")
    for question in questions.questions:
        for answer in question.answers:
            found = passage_of(answer, root)
            assert (root / found.path).is_file(), answer
            assert 1 <= found.start <= found.end, answer
            if not found.path.endswith(".docx"):
                assert found.end <= len((root / found.path).read_text("utf-8").splitlines()), answer


def test_a_symbol_is_its_definition_with_decorators(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class A:\n    x = 1\n\n    @deco\n    def b(self):\n        return 1\n\ndef b():\n    pass\n")
    assert passage_of("a.py::A.b", tmp_path) == passage("a.py", 4, 6)
    assert passage_of("a.py::A", tmp_path) == passage("a.py", 1, 6)
    assert passage_of("a.py:2-3", tmp_path) == passage("a.py", 2, 3)
    with pytest.raises(ValueError, match=r"a\.py has no c"):
        passage_of("a.py::c", tmp_path)


@pytest.mark.parametrize(
    ("hits", "score"),
    [
        ([hit("a", 1, 10)], Score(0.5, 1.0, 1 / (1 + 0.6309297535714575))),  # one of two, at the first place
        ([hit("x", 1, 10), hit("a", 1, 10), hit("b", 5, 6)], Score(1.0, 0.5, (0.6309297535714575 + 0.5) / 1.6309297535714575)),
        ([hit("a", 9, 30)], Score(0.0, 0.0, 0.0)),  # shares two of ten lines
        ([hit("a", 6, 30)], Score(0.5, 1.0, 1 / 1.6309297535714575)),  # shares five of ten
        ([hit("a", 1, 10), hit("a", 1, 10)], Score(0.5, 1.0, 1 / 1.6309297535714575)),  # an answer counts once
        ([], Score(0.0, 0.0, 0.0)),
    ],
)
def test_scores_are_those_worked_out_by_hand(hits: list[Hit], score: Score) -> None:
    found = scored(hits, [passage("a", 1, 10), passage("b", 5, 6)])
    assert (found.recall, found.reciprocal_rank) == (score.recall, score.reciprocal_rank)
    assert found.ndcg == pytest.approx(score.ndcg)


def test_what_comes_after_the_tenth_place_does_not_count() -> None:
    assert scored([*[hit("x", 1, 2)] * 10, hit("a", 1, 10)], [passage("a", 1, 10)]) == Score(0.0, 0.0, 0.0)


def test_means_come_with_bounds_around_them() -> None:
    found = mean([Score(1.0, 1.0, 1.0), Score(0.0, 0.5, 0.0)] * 20)
    assert (found.questions, found.score) == (40, Score(0.5, 0.75, 0.5))
    assert found.recall_bounds[0] < 0.5 < found.recall_bounds[1]


def test_the_page_says_what_could_not_be_asked() -> None:
    asked = tuple(Asked("one", "held-out", way, "how?", Score(1.0, 0.5, 0.6), ()) for way in WAYS)
    text = page(Run(asked, {"one": 12}, ("two: not there",)))
    assert "## Held-out (1 questions)" in text and "Development (" not in text
    assert "| hybrid | 1.000 [1.00, 1.00] | 0.500 [0.50, 0.50] | 0.600 |" in text
    assert "| one | held-out | 12 | 1 | 1.000 | 0.500 |" in text and "- two: not there" in text
