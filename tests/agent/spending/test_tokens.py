"""The estimate of tokens is enough, whoever is asked, and cheap."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.agent.spending import estimate_tokens

ROOT = Path(__file__).parents[3]
COUNTED: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "counted_texts.yaml").read_text(encoding="utf-8"))
LARGE = ("o200k", "cl100k", "qwen", "tekken", "claude2")  # vocabularies of 65,000 words and more; the others have 32,000


@pytest.mark.parametrize("counted", COUNTED, ids=[one["name"] for one in COUNTED])
def test_no_tokenizer_that_was_asked_counts_more(counted: dict[str, Any]) -> None:
    estimate = estimate_tokens(counted["text"])
    most = max(counted["counts"].values())
    assert estimate >= max(counted["counts"][name] for name in LARGE)
    assert 0.85 * most <= estimate <= 2.5 * most


def test_an_estimate_of_code_and_english_is_not_twice_as_much() -> None:
    plain = [
        one for one in COUNTED if one["name"] in ("English prose", "Python", "TypeScript", "YAML", "JSON on one line", "Markdown table")
    ]
    estimate = sum(estimate_tokens(one["text"]) for one in plain)
    assert len(plain) == 6
    assert estimate <= 1.6 * sum(one["counts"]["o200k"] for one in plain)
    assert estimate <= 1.2 * sum(one["counts"]["llama2"] for one in plain)


@cache
def _llama2() -> Any:  # the library gives no types
    import wordllama
    from tokenizers import Tokenizer

    [file] = (Path(wordllama.__file__).parent / "tokenizers").glob("l2_*.json")
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@pytest.mark.parametrize(
    "pattern",
    [
        "ingest/documents/*.py",
        "pipeline/knowledge/threats/*/*.yaml",
        "pipeline/knowledge/threats/*/*.md",
        "docs/*.md",
        "pipeline/reports/**/*.j2",
    ],
)
def test_a_tokenizer_that_is_here_counts_no_more_in_our_own_files(pattern: str) -> None:
    texts = [file.read_text(encoding="utf-8")[:20_000] for file in sorted(ROOT.glob(pattern))[:40]]
    counts = [len(_llama2().encode(text, add_special_tokens=False).ids) for text in texts]
    estimates = [estimate_tokens(text) for text in texts]
    assert texts and sum(counts) <= sum(estimates) <= 1.6 * sum(counts)
    assert all(estimate >= 0.85 * count for estimate, count in zip(estimates, counts, strict=True))


@given(st.text(st.characters(codec=None, categories=None)), st.text(st.characters(codec=None, categories=None)))
def test_an_estimate_is_bounded_by_bytes_and_by_the_estimates_of_its_parts(one: str, other: str) -> None:
    both = estimate_tokens(one + other)
    assert 0 <= both <= len((one + other).encode("utf-8", "surrogatepass")) + 1
    assert bool(both) == bool(one + other)
    assert both <= estimate_tokens(one) + estimate_tokens(other) + 12


def test_a_megabyte_of_anything_ends_at_once() -> None:
    for text in ("x" * 2**20, " the" * 2**18, "a " * 2**19, "\n" * 2**20, "漢" * 2**18, "aB1-" * 2**18):
        began = time.perf_counter()
        assert estimate_tokens(text) > 0
        assert time.perf_counter() - began < 2
