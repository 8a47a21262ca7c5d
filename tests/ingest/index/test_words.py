"""Search words: identifiers whole and in parts, and the forms of English words that meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.index.words import stem, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("getUserName", ["getusername", "user", "nam"]),
        ("max_tokens", ["max_tokens", "max", "token"]),
        ("HTTPServer", ["httpserver", "http", "serv"]),
        ("os.environ", ["os.environ", "os", "environ"]),
        ("src/api/chat.py", ["src/api/chat.py", "src", "api", "chat", "py"]),
        ("gpt-4o", ["gpt-4o", "gpt", "4"]),
        ("the refund of an order", ["refund", "ord"]),
        ("données über", ["données", "über"]),
    ],
)
def test_words_of_a_text(text: str, expected: list[str]) -> None:
    assert [word for word in words(text) if word in expected] == expected


@pytest.mark.parametrize(
    "forms",
    [
        ("store", "stored", "stores", "storing", "storable"),
        ("policy", "policies"),
        ("authenticate", "authenticated", "authentication", "authenticator"),
        ("retrieve", "retriever", "retrieval", "retrieves"),
        ("limit", "limits", "limited", "limiting"),
        ("embed", "embedding", "embeddings", "embedded"),
        ("delete", "deleted", "deletes", "deleting"),
        ("approve", "approval", "approved"),
        ("class", "classes"),
    ],
)
def test_forms_of_a_word_meet(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1, [stem(form) for form in forms]


@pytest.mark.parametrize("pair", [("user", "use"), ("status", "state"), ("port", "post"), ("access", "accept"), ("model", "mode")])
def test_other_words_do_not_meet(pair: tuple[str, str]) -> None:
    assert stem(pair[0]) != stem(pair[1])


@given(st.text())
def test_any_text_gives_short_lower_case_words(text: str) -> None:
    assert all(word and len(word) <= 80 for word in words(text))
