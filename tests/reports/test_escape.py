"""What the escaping functions promise."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reports import escape

ANY = st.text(st.characters(codec=None), max_size=40)


@settings(deadline=None, max_examples=60)
@given(ANY)
def test_visible_text_has_no_control_format_or_surrogate_character(text: str) -> None:
    shown = escape.visible(text)
    assert not [char for char in shown if unicodedata.category(char) in ("Cc", "Cs") or unicodedata.bidirectional(char) in BIDI_CONTROLS]
    shown.encode()


BIDI_CONTROLS = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"), ("\x9b2J", "\\x9b2J"), ("a\nb\r", "a\\nb\\r"), ("\u202egpj", "\\u202egpj"), ("\u2066", "\\u2066"),
        ("a\u200bb", "a\\u200bb"), ("\tx", "    x"), ("\udc80", "\\udc80"), ("\U000e0041", "\\U000e0041"), ("naïve 日本語 🙂", "naïve 日本語 🙂"),
    ],
)  # fmt: skip
def test_what_cannot_be_seen_is_written_out_and_letters_stay(text: str, shown: str) -> None:
    assert escape.visible(text) == shown


def test_stacks_of_combining_marks_are_cut() -> None:
    assert len(escape.visible("e" + "\u0301" * 500)) <= 5


@settings(deadline=None, max_examples=60)
@given(st.recursive(ANY, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3), max_leaves=6))
def test_json_survives_the_round_trip_and_is_visible(value: escape.Json) -> None:
    text = escape.json_text(value)
    assert json.loads(text) == value
    assert escape.visible(text.replace("\n", "")) == text.replace("\n", "")


@pytest.mark.parametrize("text", ["a`b", "``", "`", "a|b", " ", "x```y"])
def test_a_code_span_cannot_be_left(text: str) -> None:
    span = escape.markdown_code(text)
    fence = span[: len(span) - len(span.lstrip("`"))]
    assert span.endswith(fence)
    assert fence not in span[len(fence) : -len(fence)].replace(fence + "`", "")


def test_a_fence_cannot_be_closed_from_inside() -> None:
    block = escape.markdown_block("a\n````\nb")
    assert block.startswith("`````\n") and block.endswith("\n`````")


def test_markdown_text_makes_no_mention_link_or_html() -> None:
    text = escape.markdown("@team see https://x.example <b> [a](b) *c* & &amp;")
    assert "@team" not in text and "https://" not in text and "<b>" not in text and "[a](" not in text
    assert "&amp;amp;" in text
