"""Bytes become text, and text becomes lines."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.text import decode, split_lines


def test_lines_end_where_editors_end_them() -> None:
    assert split_lines("a\r\nb\nc\rd\x0ce\u2028f") == ["a", "b", "c", "d\x0ce\u2028f"]
    assert split_lines("a\n\n") == ["a", ""]
    assert split_lines("") == []


def test_declared_encodings_are_followed() -> None:
    assert decode("é".encode("utf-8-sig")) == "é"
    assert decode("é\n".encode("utf-16")) == "é\n"
    assert decode("# coding: latin-1\nx = 'é'\n".encode("latin-1"), python=True).endswith("'é'\n")
    assert decode("# coding: rubbish\nx = 'é'\n".encode(), python=True).endswith("'é'\n")
    assert "\\n" in decode(b"# coding: unicode_escape\nx = '\\n'\n", python=True)


def test_a_utf8_text_with_a_broken_byte_stays_utf8() -> None:
    assert decode("größer und schöner ".encode() + b"\xff") == "größer und schöner \ufffd"


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_become_text(data: bytes, python: bool) -> None:
    assert decode(data, python).encode("utf-8", "surrogatepass") is not None
