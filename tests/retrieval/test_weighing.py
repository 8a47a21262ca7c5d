"""Candidates weighed closely: their names, and who names them."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.index import Chunk
from ingest.index.postings import Posting
from pipeline.retrieval.bm25 import rarity
from pipeline.retrieval.weighing import Asked, Shares, weighed


def chunk(path: str, symbol: str, text: str) -> Chunk:
    return Chunk(symbol, path, 1, 9, None, "function", "python", "product", symbol, (), text, "", symbol)


def order(chunks: list[Chunk], sense: list[float], asked: list[Asked], shares: Shares) -> list[str]:
    flat = np.zeros(len(chunks), np.float32)
    scores = weighed(chunks, flat, np.asarray(sense, np.float32), asked, shares)
    return [chunks[index].symbol for index in np.argsort(-scores, kind="stable")]


def test_a_word_in_the_name_of_a_passage_counts_beside_those_of_its_text() -> None:
    chunks = [chunk("a.py", "helper", "refund refund"), chunk("b.py", "issue_refund", "return client.post(order)")]
    asked = [Asked({"refund": 1.0, "money": 0.25}, 2.0)]
    assert order(chunks, [0.5, 0.5], asked, Shares(1, 1, 0.4, 0)) == ["issue_refund", "helper"]
    assert order(chunks, [0.5, 0.5], asked, Shares(1, 1, 0, 0)) == ["helper", "issue_refund"]


def test_what_a_good_passage_calls_comes_up_with_it() -> None:
    chunks = [
        chunk("a.py", "chat", "reply = sanitized(text)"),
        chunk("b.py", "unrelated", "pass"),
        chunk("c.py", "sanitized", "return nh3(text)"),
    ]
    assert order(chunks, [0.9, 0.2, 0.2], [], Shares(1, 1, 0, 0.3)) == ["chat", "sanitized", "unrelated"]
    assert order(chunks, [0.9, 0.2, 0.2], [], Shares(1, 1, 0, 0)) == ["chat", "unrelated", "sanitized"]


@pytest.mark.parametrize("name", ["run", "everywhere"])
def test_a_name_that_is_short_or_stands_everywhere_ties_nothing(name: str) -> None:
    chunks = [chunk("a.py", f"other_{number}", "everywhere(run(x))") for number in range(8)] + [chunk("z.py", name, "pass")]
    sense = [0.9] * 8 + [0.2]
    assert order(chunks, sense, [], Shares(1, 1, 0, 5.0))[-1] == name


def test_a_passage_that_names_only_itself_gains_nothing() -> None:
    chunks = [chunk("a.py", "other", "pass"), chunk("b.py", "factorial", "return n * factorial(n - 1)")]
    assert order(chunks, [0.5, 0.4], [], Shares(1, 1, 0, 5.0)) == ["other", "factorial"]


def test_the_rarest_word_is_the_one_fewest_rows_have_and_an_unknown_word_counts_nothing() -> None:
    postings = {
        "order": Posting(np.arange(90, dtype=np.int32), np.ones(90, np.float32)), "nh3": Posting(np.arange(2, dtype=np.int32), np.ones(2, np.float32))
    }  # fmt: skip
    assert rarity({"nh3": 1.0}, postings, 100) > rarity({"order": 1.0}, postings, 100) > 0
    assert rarity({"nowhere": 1.0}, postings, 100) == 0
    assert rarity({"nowhere": 1.0, "nh3": 0.25}, postings, 100) == rarity({"nh3": 1.0}, postings, 100)
