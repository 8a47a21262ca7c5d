"""Placeholders in the place of secrets and, where asked for, of personal data: put in before anything is sent, taken out again here.

The same value has the same placeholder (`SECRET_3f9a1c2b`) in every text, derived from a key of this machine, so that the words of a
model can be led back to the bytes on disk and nobody can tell a value from its placeholder. What `hide` gives depends on the key, the known
values and the text alone, never on what was hidden before: the same question is the same bytes in every run. A secret over several lines
has a placeholder on each, so that lines stay what they are. What already looks like a placeholder is left as it is.
It cannot hide what no detector knows and nobody named.
"""

from __future__ import annotations

import hmac
import re
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Literal

from pipeline.agent.egress.keeping import Kept
from pipeline.agent.egress.personal import PersonalKind, personal_spans
from pipeline.agent.egress.sightings import (
    KEY_MARK,
    NUMBER,
    Span,
    is_distinctive,
    lines_of,
    occurrences,
    parts_of,
    secret_spans,
    united,
    without_numbers,
    written_forms,
)

Kind = Literal["SECRET"] | PersonalKind
PLACEHOLDER = re.compile(r"(?:SECRET|EMAIL|PHONE|IBAN|CARD|ID)_[0-9a-f]{8}")  # whatever stands beside it

_LINE_ENDS = re.compile(r"([\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+)")
_OWN_WORDS = re.compile(rf"(?P<before>(?:{NUMBER})?\s*)(?P<value>.*?)(?P<after>\s*)", re.DOTALL)
_SHORTEST = 4  # characters of a known value; less would be found everywhere
_BETWEEN_PIECES = str.maketrans("", "", " \t\r\n\"'`+\\,")
_SHORTEST_HERE = 5  # of one that is looked for in the rest of the text it was told in
_MOST_ROUNDS = 8
_MANY, _GRAM = 500, 8  # values that are looked for one by one; characters
_KEPT = 8_000_000  # characters of texts whose answers are kept


class Placeholders:
    """What stands for what, for as long as a scan lasts. Threads may ask at once."""

    def __init__(self, key: bytes, known: Iterable[str] = (), personal: bool = False, ours: Iterable[str] = ()) -> None:
        """`known` values are hidden wherever they stand; `personal` hides personal data too.

        `ours` are texts of our own that questions are made of: what stands in them is no secret, and whoever writes it as a password
        cannot take our words away. Such a value is still hidden where it is given to the name of a secret.
        """
        self._key = key
        self._ours = "\n".join(ours)
        self._known = tuple(line for line in _lines(known) if line not in self._ours)
        self._written = _Looked(form for value in self._known for form in written_forms(value))
        squeezed = (value.translate(_BETWEEN_PIECES) for value in self._known)
        self._split = _Looked(value for value in squeezed if is_distinctive(value))
        self._personal = personal
        self._values: dict[str, str] = {}  # by placeholder
        self._names: dict[tuple[Kind, str], str] = {}
        self._naming = threading.Lock()
        self._texts = Kept[str](_KEPT)
        self._parts = Kept[list[tuple[int, int, Kind]]](_KEPT)

    @property
    def known(self) -> tuple[str, ...]:
        """The values that are hidden wherever they stand, line by line."""
        return self._known

    def hide(self, text: str) -> str:
        """The text as it may be sent."""
        kept = self._texts.get(text)
        if kept is not None:
            return kept
        hidden = text
        for _ in range(_MOST_ROUNDS):  # what stood beside a secret may be seen as one only when the first is gone
            further = self._hidden_once(hidden)
            if further == hidden:
                break
            hidden = further
        self._texts.put(text, hidden)
        return hidden

    def restore(self, text: str) -> str:
        """The text with the values back in it: for quotes and for what tools are asked, never for what is shown or sent."""
        return PLACEHOLDER.sub(lambda match: self._values.get(match[0], match[0]), text)

    def mask(self, text: str) -> str:
        """The text with `****` for each placeholder: for prose that people are shown."""
        return PLACEHOLDER.sub("****", text)

    def _hidden_once(self, text: str) -> str:
        veiled = PLACEHOLDER.sub(lambda match: "*" * len(match[0]), text)
        kinds: dict[Span, Kind] = {}
        offset = 0
        for part in parts_of(veiled):
            for start, end, kind in self._found(part):
                kinds[start + offset, end + offset] = kind
            offset += len(part)
        secrets = [span for span, kind in kinds.items() if kind == "SECRET"]
        told = dict.fromkeys(line for start, end in secrets for line in lines_of(veiled[start:end]) if self._is_told(line))
        for value in (*self._written.in_text(veiled), *told):
            secrets += occurrences(veiled, value)
        secrets += self._in_pieces(veiled)
        spans: list[tuple[int, int, Kind]] = [(start, end, "SECRET") for start, end in united(secrets)]
        taken = [(start, end) for start, end, _ in spans]
        spans += [(*span, kind) for span, kind in kinds.items() if kind != "SECRET" and not _meeting(span, taken)]
        return self._replaced(text, sorted(spans))

    def _is_told(self, line: str) -> bool:
        """Whether a value is hidden in the rest of its text too."""
        return is_distinctive(line, _SHORTEST_HERE) and line not in self._ours

    def _found(self, part: str) -> list[tuple[int, int, Kind]]:
        kept = self._parts.get(part)
        if kept is not None:
            return kept
        found: list[tuple[int, int, Kind]] = [(start, end, "SECRET") for start, end in secret_spans(part)]
        if self._personal:
            found += personal_spans(part)
        self._parts.put(part, found)
        return found

    def _in_pieces(self, text: str) -> Iterator[Span]:
        """Known values with quotes, line ends and numbers of lines between their pieces."""
        plain = without_numbers(text)
        squeezed = plain.translate(_BETWEEN_PIECES)
        found = self._split.in_text(squeezed)
        if not found:
            return
        places = [place for place, letter in enumerate(plain) if ord(letter) not in _BETWEEN_PIECES]
        for value in found:
            for start, end in occurrences(squeezed, value):
                run = places[start]
                for before, after in zip(places[start : end - 1], places[start + 1 : end], strict=True):
                    if after != before + 1:
                        yield run, before + 1
                        run = after
                yield run, places[end - 1] + 1

    def _replaced(self, text: str, spans: Iterable[tuple[int, int, Kind]]) -> str:
        standing = [match.span() for match in PLACEHOLDER.finditer(text)]
        pieces: list[str] = []
        position = 0
        for start, end, kind in spans:
            pieces.append(text[position:start])
            for before, after in _meeting((start, end), standing):  # placeholders within it stay
                pieces += [self._lines_replaced(text[start : max(start, before)], kind), text[max(start, before) : min(end, after)]]
                start = min(end, after)
            pieces.append(self._lines_replaced(text[start:end], kind))
            position = end
        return "".join([*pieces, text[position:]])

    def _lines_replaced(self, value: str, kind: Kind) -> str:
        lines = _LINE_ENDS.split(value)
        return "".join(line if place % 2 else self._line_replaced(line, kind) for place, line in enumerate(lines))

    def _line_replaced(self, line: str, kind: Kind) -> str:
        match = _OWN_WORDS.fullmatch(line)
        if match is None or not match["value"] or KEY_MARK.fullmatch(match["value"]):
            return line
        return f"{match['before']}{self._named(kind, match['value'])}{match['after']}"

    def _named(self, kind: Kind, value: str) -> str:
        name = self._names.get((kind, value))
        said = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
        while name is None:
            said = hmac.new(self._key, said, sha256).digest()
            tried = f"{kind}_{said.hex()[:8]}"
            with self._naming:
                if self._values.setdefault(tried, value) == value:  # else it stands for another value: once in four thousand million
                    name = self._names[kind, value] = tried
        return name


class _Looked:
    """Values to be looked for: when they are many, only those of which beginning and end stand in a text."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = tuple(dict.fromkeys(values))
        self._short: list[str] = []
        self._by_start: dict[str, list[str]] = {}
        if len(self._values) > _MANY:
            for value in self._values:
                if len(value) < _GRAM:
                    self._short.append(value)
                else:
                    self._by_start.setdefault(value[:_GRAM], []).append(value)

    def in_text(self, text: str) -> list[str]:
        """Those that stand in a text."""
        if not self._by_start:
            return [value for value in self._values if value in text]
        grams = {text[place : place + _GRAM] for place in range(len(text) - _GRAM + 1)}
        likely = (value for start in grams & self._by_start.keys() for value in self._by_start[start] if value[-_GRAM:] in grams)
        return [value for value in (*self._short, *sorted(likely)) if value in text]


def _lines(known: Iterable[str]) -> tuple[str, ...]:
    """Each line of the values, longest first, so that none is found within another."""
    found = {line for value in known for line in lines_of(value) if len(line) >= _SHORTEST}
    return tuple(sorted(found, key=lambda line: (-len(line), line)))


def _meeting(span: Span, others: list[Span]) -> list[Span]:
    """Those of some spans, which are in order and apart, that overlap this one."""
    first = bisect_right(others, span[0], key=lambda other: other[1])
    last = bisect_left(others, span[1], key=lambda other: other[0])
    return others[first:last]
