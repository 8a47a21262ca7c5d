"""Rankings and scores by hand: fusion, closeness of words, and near-duplicates."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from ingest.index.postings import Posting
from ingest.index.words import stem
from pipeline.retrieval.bm25 import best, bm25
from pipeline.retrieval.ranking import diverse, fused, standard
from pipeline.retrieval.thesaurus import asked_words, load_thesaurus, related_words


def posting(rows: list[int], counts: list[float]) -> Posting:
    return Posting(np.asarray(rows, np.int32), np.asarray(counts, np.float32))


ROWS, LENGTHS = np.asarray([2, 5, 9], np.int32), np.asarray([10, 10, 10], np.float32)


def test_reciprocal_ranks_are_added_with_their_weights() -> None:
    scores = fused([(1.0, (7, 8)), (0.5, (8, 9))])
    assert list(scores) == [8, 7, 9]
    assert scores[8] == pytest.approx(1 / 62 + 0.5 / 61) and scores[9] == pytest.approx(0.5 / 62)


def test_rare_words_weigh_more_and_rows_that_are_gone_count_for_nothing() -> None:
    postings = {"rare": posting([5, 100], [1, 1]), "common": posting([2, 5, 9, 101], [1, 1, 1, 1])}
    scores = bm25([{"rare": 1.0}], postings, ROWS, LENGTHS)
    assert scores.tolist() == [0.0, pytest.approx(np.log1p(2.5 / 1.5)), 0.0]
    both = bm25([{"rare": 1.0}, {"common": 1.0}], postings, ROWS, LENGTHS)
    assert best(both, 5) == [1, 0, 2] and best(both, 1) == [1]


def test_a_related_word_is_found_at_a_lower_weight() -> None:
    postings = {"spam": posting([2], [1]), "junk": posting([9], [1])}
    scores = bm25([{"junk": 1.0, "spam": 0.25}], postings, ROWS, LENGTHS)
    assert scores[2] > scores[0] > 0 == scores[1]
    assert bm25([{"absent": 1.0, "spam": 0.25}], postings, ROWS, LENGTHS)[0] > 0


def test_an_empty_index_has_no_scores() -> None:
    nothing = np.asarray([], np.int32)
    assert best(bm25([{"a": 1.0}], {}, nothing, nothing.astype(np.float32)), 3) == []
    assert standard(np.asarray([], np.float32)).tolist() == []
    assert standard(np.asarray([2, 2], np.float32)).tolist() == [0.0, 0.0]


def test_a_repetition_stands_behind_what_is_new() -> None:
    same, other = np.asarray([1, 0], np.float32), np.asarray([0, 1], np.float32)
    vectors = {1: same, 2: same, 3: other}
    assert diverse({1: 1.0, 2: 0.9, 3: 0.6}, vectors, 3, 0.5, 0.85) == [1, 3, 2]
    assert diverse({1: 1.0, 2: 0.9, 3: 0.6}, vectors, 2, 1.0, 0.85) == [1, 2]


def test_what_is_merely_on_the_same_subject_keeps_its_place() -> None:
    near = np.asarray([0.8, 0.6], np.float32)
    assert diverse({1: 1.0, 2: 0.9, 3: 0.6}, {1: np.asarray([1, 0], np.float32), 2: near, 3: near}, 2, 0.5, 0.85) == [1, 2]


def test_words_of_a_group_ask_for_each_other() -> None:
    related = related_words([["login", "authenticate"], ["login", "session"]])
    assert related[stem("login")] == tuple(sorted((stem("authenticate"), stem("session"))))
    assert asked_words("who may authenticate", related) == [{stem("authenticate"): 1.0, stem("login"): 0.25}]


def test_the_thesaurus_holds_groups_of_plain_words() -> None:
    from importlib.resources import files

    groups = yaml.safe_load((files("pipeline") / "knowledge" / "retrieval" / "words.yaml").read_text("utf-8"))
    for group in groups:
        assert len(group) >= 3 and len(set(group)) == len(group), group
        assert all(isinstance(word, str) and word.isascii() and word == word.lower() and word.isalnum() for word in group), group
    assert stem("session") in load_thesaurus()[stem("login")]
