"""HOCON: application.conf and reference.conf of Ktor, Play and Akka: keys that sign, and which values are secrets.

Takes the text, gives one `environment` setting per secret and per key under its whole name, and one `included_file` per include, which is
not followed. A literal in front of `${?NAME}` is a default and counts; of a key that is said twice the last literal does. What other
substitutions stand for, and what the application makes of its settings, is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.config.nodes import BadConfig
from ingest.config.packages import environment, secret_variable, setting
from ingest.config.resources import Flat
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_BYTES = 400_000
_DEPTH, _MOST = 60, 2000
_SPACE = re.compile(r"(?:[ \t\n\r\f\v\u00a0\ufeff,]|#[^\n]*|//[^\n]*)+")
_BLANK = re.compile(r"[ \t\f\v\u00a0\ufeff]+")
_QUOTED = re.compile(r'"""((?:[^"]|"(?!""))*"*)"""|"((?:[^"\\\n]|\\.)*)"')
_SUBSTITUTION = re.compile(r"\$\{\??[^{}\n]{0,300}\}")
_BARE_KEY = re.compile(r"(?:[^\s\"{}\[\]:=,+#`^?!@*&\\$/]|/(?!/))+")
_BARE = re.compile(r"(?:[^\n\"{}\[\],#$/]|/(?!/)|\$(?!\{))+")
_ANY = re.compile(r"\s+")
_SEPARATOR = re.compile(r"\s*(?:\+=|[:=])\s*")
_INCLUDE = re.compile(r"include\s+(?:(?:required|file|url|classpath)\(\s*){0,2}\"([^\"\n]{0,300})\"[ \t)]*")
_SIGNS = re.compile(r"(?:secret|key)$", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")
_REFUSED = ("play.http.secret.key", "changeme")  # Play does not start with it outside of development


def read_hocon(text: str, path: str) -> tuple[Setting, ...]:
    """One setting per include, per secret and per key, in the order of the file."""
    if len(text) > _BYTES:
        raise BadConfig(f"larger than {_BYTES} characters")
    reader = _Reader("\n".join(split_lines(text)))
    values = list(_last(reader.values()))[:_MOST]
    found = [setting("included_file", name, Place(path, line, line)) for name, line in reader.includes]
    beside: dict[str, dict[str, str]] = {}
    for value in values:
        beside.setdefault(value.path.rpartition(".")[0], {})[value.name] = value.text
    for value in values:
        if "\n" in value.text or "${" in value.text or (value.path, value.text) == _REFUSED:
            continue
        place = Place(path, value.line, value.line)
        secret = secret_variable(value.name, value.text, place, beside=beside[value.path.rpartition(".")[0]])
        if secret is not None:
            found.append(secret)
        elif _SIGNS.search(value.path) and value.text:
            found.append(environment(value.path, value.text, place, secret=None))
    return tuple(found)


def _last(values: Iterator[Flat]) -> Iterator[Flat]:
    """What each key is where no variable says otherwise."""
    kept: dict[str, Flat] = {}
    for value in values:
        if not (value.text.startswith("${?") and value.path in kept):
            kept[value.path] = value
    yield from kept.values()


class _Reader:
    """Cuts a file into keys and values; what cannot be one is an error with its line."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._counted, self._lines = 0, 1
        self.includes: list[tuple[str, int]] = []

    def values(self) -> Iterator[Flat]:
        self._skip(_SPACE)
        if self._next() == "[":
            yield from self._array("", 1)
        else:
            braced = self._take("{")
            yield from self._object("", 1, closed=braced)
        self._skip(_SPACE)
        if self._at < len(self._text):
            raise self._wrong()

    def _object(self, path: str, depth: int, closed: bool) -> Iterator[Flat]:
        if depth > _DEPTH:
            raise BadConfig(f"nested deeper than {_DEPTH}")
        while True:
            self._skip(_SPACE)
            if not self._next():
                if closed:
                    raise self._wrong("ends too early")
                return
            if closed and self._take("}"):
                return
            if (included := _INCLUDE.match(self._text, self._at)) is not None:
                self.includes.append((included[1], self._line()))
                self._at = included.end()
                continue
            key, line = self._key(), self._line()
            inner = f"{path}.{key}" if path else key
            self._skip(_ANY)
            if self._next() != "{" and not self._skip(_SEPARATOR):
                raise self._wrong()
            yield from self._value(inner, depth + 1, line)

    def _key(self) -> str:
        parts = []
        while True:
            quoted, bare = _QUOTED.match(self._text, self._at), _BARE_KEY.match(self._text, self._at)
            match = quoted or bare
            if match is None:
                break
            parts.append(_said(match) if quoted else match[0])
            self._at = match.end()
            blank = _BLANK.match(self._text, self._at)  # a name of several words
            if blank is not None and _BARE_KEY.match(self._text, blank.end()):
                parts.append(" ")
                self._at = blank.end()
        if not parts:
            raise self._wrong()
        return "".join(parts)

    def _value(self, path: str, depth: int, line: int) -> Iterator[Flat]:
        """One value, or what several that stand side by side come to."""
        texts: list[str] = []
        holds = False
        while True:
            blank = _BLANK.match(self._text, self._at)
            after = blank.end() if blank is not None else self._at
            following = self._text[after : after + 1]
            if following == "{":
                self._at, holds = after + 1, True
                yield from self._object(path, depth, closed=True)
                continue
            if following == "[":
                self._at, holds = after + 1, True
                yield from self._array(path, depth)
                continue
            match = None
            for pattern in (_QUOTED, _SUBSTITUTION, _BARE):
                match = pattern.match(self._text, after)
                if match is not None:
                    break
            if match is None:
                break
            if blank is not None and texts:
                texts.append(blank[0])
            texts.append(_said(match) if pattern is _QUOTED else match[0])
            line = self._line() if len(texts) == 1 else line
            self._at = match.end()
        if texts:
            yield Flat(path, "".join(texts).strip(), line)
        elif not holds and following not in ("", "\n", "}", "]", ",", "#", "/"):
            raise self._wrong()

    def _array(self, path: str, depth: int) -> Iterator[Flat]:
        if depth > _DEPTH:
            raise BadConfig(f"nested deeper than {_DEPTH}")
        self._take("[")
        number = 0
        while True:
            self._skip(_SPACE)
            if not self._next():
                raise self._wrong("ends too early")
            if self._take("]"):
                return
            before = self._at
            yield from self._value(f"{path}.{number}" if self._next() in "{[" else path, depth + 1, self._line())
            if self._at == before:
                raise self._wrong()
            number += 1

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, character: str) -> bool:
        taken = self._next() == character
        self._at += len(character) if taken else 0
        return taken

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return match is not None

    def _line(self) -> int:
        """The line of where the reader is, counted on from where it was asked last."""
        if self._at < self._counted:
            self._counted, self._lines = 0, 1
        self._lines += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._lines

    def _wrong(self, what: str = "not HOCON") -> BadConfig:
        return BadConfig(f"line {self._line()}: {what}")


def _said(match: re.Match[str]) -> str:
    return match[1] if match[1] is not None else _ESCAPED.sub(r"\1", match[2] or "")
