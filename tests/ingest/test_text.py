"""Bytes become text, and text becomes lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents.limits import DocumentLimits, Unreadable
from ingest.documents.lines import text_lines
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


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-8"])
def test_unicode_is_read_with_its_mark_and_utf16_without_one_too(encoding: str) -> None:
    text = "# Plan\n\nEvery call is approved by a person; größer, schöner.\n"
    assert decode(text.encode(encoding)) == text
    assert text_lines(text.encode(encoding), DocumentLimits()) == tuple(text.split("\n")[:-1])


def test_the_same_bytes_are_the_same_text_as_code_and_as_document() -> None:
    for data in (b"caf\xe9 au lait\n", "größer und schöner ".encode() + b"\xff\n", "déjà vu".encode("utf-16"), b"a\rb\r\nc"):
        assert text_lines(data, DocumentLimits()) == tuple(split_lines(decode(data)))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("café au lait\n", "latin-1"), ("x = 'é'\n", "latin-1"), ("naïve – “quoted” déjà vu\n", "cp1252"), ("Привет, мир. Это документ о системе.\n" * 9, "cp1251")],
)  # fmt: skip
def test_texts_of_older_encodings_are_read(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_bytes_that_are_no_character_of_any_western_page_are_still_text() -> None:
    assert decode(b"caf\xe9 \x81\n") == "café \x81\n"


@pytest.mark.parametrize("data", [b"# Title\0\n\ntext", b"\0", b"a\0", b"words\n" * 3000 + b"\0", b"\0\0\0a" * 300])
def test_nul_bytes_stay_in_code_and_are_refused_in_documents(data: bytes) -> None:
    assert "\0" in decode(data) and "\0" in decode(data, python=True)
    with pytest.raises(Unreadable, match="NUL"):
        text_lines(data, DocumentLimits())


def test_python_without_a_mark_is_not_taken_for_utf16() -> None:
    data = "x = 1\n".encode("utf-16-le")
    assert decode(data, python=True) == "x\0 \0=\0 \x001\0\n\0"


def test_no_guess_moves_line_ends() -> None:
    data = bytes(range(128, 256)) * 20 + b"\none\ntwo\r\n"
    assert split_lines(decode(data))[-2:] == ["one", "two"]


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_become_text(data: bytes, python: bool) -> None:
    assert decode(data, python).encode("utf-8", "surrogatepass") is not None
