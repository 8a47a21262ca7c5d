"""HOCON: keys of nested blocks with their lines, defaults in front of variables, includes that are listed; hostile files end."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config.hocon import _Reader, read_hocon
from ingest.config.nodes import BadConfig
from tests.ingest.config.test_config import error, one, read

HOCON = '''\
include "base.conf"
include required(file("more.conf"))
# a comment = {
a.b { c = 1, "d.e" : "x // y" } // another
text = """several
lines with "quotes" """
list = [1, { k = v }, [two words]]
list += 3
jwt {
  secret = "abc" // kept
  secret = ${?JWT_SECRET}
  url = "http://"${host}":80"
}
jwt.issuer: me
'''


def flat(text: str) -> list[tuple[str, str, int]]:
    return [(value.path, value.text, value.line) for value in _Reader(text).values()]


def test_keys_have_their_whole_names_and_lines() -> None:
    assert flat(HOCON) == [
        ("a.b.c", "1", 4), ("a.b.d.e", "x // y", 4), ("text", 'several\nlines with "quotes"', 5), ("list", "1", 7), ("list.1.k", "v", 7),
        ("list.2", "two words", 7), ("list", "3", 8), ("jwt.secret", "abc", 10), ("jwt.secret", "${?JWT_SECRET}", 11),
        ("jwt.url", "http://${host}:80", 12), ("jwt.issuer", "me", 14),
    ]  # fmt: skip


def test_a_default_is_what_stands_in_front_of_a_variable(tmp_path: Path) -> None:
    found = read(tmp_path, "application.conf", HOCON)
    assert [(s.name, s.place.start_line) for s in found if s.kind == "included_file"] == [("base.conf", 1), ("more.conf", 2)]
    key = one(found, "environment", "jwt.secret")
    assert key.attributes["stated"] is True and key.place.start_line == 10
    assert [s for s in read_hocon("jwt.secret = abc\njwt.secret = ${JWT}\n", "application.conf") if s.attributes.get("stated")] == []
    assert [s.place.start_line for s in read_hocon("jwt.secret = a\njwt { secret = b }\n", "application.conf")] == [2]


@pytest.mark.parametrize("text", ["a = {", "a {", "a = [1", "[1", "}", "a = }b", "= 1", "a b c\nd = 1", 'a = "open', "a.b", "a = 1 }"])
def test_what_is_no_hocon_is_an_error(text: str) -> None:
    with pytest.raises(BadConfig):
        read_hocon(text, "application.conf")


def test_hostile_files_end(tmp_path: Path) -> None:
    assert read(tmp_path, "application.conf", "") == []
    assert "larger" in error(tmp_path, "a.conf", "#\n" * 300_000, "hocon")
    assert "nested" in error(tmp_path, "b.conf", "a {" * 5000, "hocon")
    assert "nested" in error(tmp_path, "c.conf", "a = " + "[" * 5000, "hocon")
    assert "not HOCON" in error(tmp_path, "d.conf", b"\x00\x01}\xff\xfe", "hocon")
    for text in ('a = "' * 50_000, '"""' * 60_001, "a = ${" * 50_000, "a " * 100_000, "/" * 100_000, " " * 200_000 + "x"):
        with suppress(BadConfig):
            read_hocon(text, "a.conf")


@given(st.text(alphabet='ab"{}[]=:+#/$?., \n\\', max_size=60))
def test_any_text_ends_in_settings_or_an_error(text: str) -> None:
    with suppress(BadConfig):
        read_hocon(text, "application.conf")


_JSON = st.recursive(
    st.text(alphabet="ab {}[]#/=:$", max_size=6),
    lambda inner: st.dictionaries(st.text(alphabet="abc", min_size=1, max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(alphabet="abc", min_size=1, max_size=3), _JSON, max_size=4))
def test_json_is_hocon(document: dict[str, object]) -> None:
    def leaves(value: object, path: str) -> list[tuple[str, str]]:
        if isinstance(value, dict):
            return [leaf for name, one in value.items() for leaf in leaves(one, f"{path}.{name}" if path else name)]
        return [(path, str(value).strip())]

    assert [(path, text) for path, text, _ in flat(json.dumps(document, indent=1))] == leaves(document, "")
