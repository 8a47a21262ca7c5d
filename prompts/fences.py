"""Fences around text of somebody else, and marks in that text which imitate a fence.

Takes a label, a text and the nonce of a request, gives the text between two marks that bear the nonce:

    <<<THREATLOOM EXHIBIT 3f9a1c2b3f9a1c2b, untrusted: src/chat.py, lines 10-40>>>
    ...
    <<<END OF THREATLOOM EXHIBIT 3f9a1c2b3f9a1c2b>>>

Who wrote the text cannot know the nonce, so nothing in it can end the fence. What looks like a mark to a reader (any nonce or none, other
letters of the same looks, capitals, letters driven apart, invisible characters) is taken out as well and given back as an imitation: that
somebody tries is worth a finding, which is why the words of a mark are such as nobody writes by chance. All else stays as it is, line for
line. Left out: marks of other products, and orders that do not pretend to be a mark.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from prompts import lookalikes

MARK = "THREATLOOM EXHIBIT"
MOCK = "[mock fence mark]"  # begins and ends with letters that no mark goes on with, so that taking out one never completes another

_NONCE = re.compile(r"[0-9a-f]{16}")
_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_RUN = re.compile(f"[^{_LINE_ENDS}]+")
_LONGEST_LABEL = 300

# Of a text as it looks (`lookalikes`). Brackets may stand between any two letters; digits that stand for letters are read as these.
# Runs of brackets are never given back (`+`), so that a megabyte of them costs no more than one of letters.
_LETTERS = {"a": "[a4]", "e": "[e3]", "i": "[i1l]", "l": "[l1i]", "m": "(?:m|r[<>()]*+n)", "o": "[o0]", "s": "[s5]", "t": "[t7]"}
_BETWEEN = "[<>()]*+"


@dataclass(frozen=True, slots=True)
class Fenced:
    """A text between its marks, and what of it was taken out because it imitated one, in the order of the text."""

    text: str
    imitations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Defanged:
    """A text without imitations of marks, and these."""

    text: str
    imitations: tuple[str, ...]


def nonce_of(secret: bytes, *parts: str) -> str:
    """The nonce of a request, 16 hexadecimal digits: the same for the same parts, and not to be guessed without the secret."""
    signed = hmac.new(secret, digestmod=hashlib.sha256)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        signed.update(len(data).to_bytes(8, "big") + data)
    return signed.hexdigest()[:16]


def check_nonce(nonce: str) -> None:
    """A nonce is one.

    Raises:
        ValueError: it is none.
    """
    if not _NONCE.fullmatch(nonce):
        raise ValueError("a nonce is 16 hexadecimal digits, small letters")


def fence(label: str, text: str, nonce: str) -> Fenced:
    """The text between two marks, on lines of their own. Where it holds imitations, `MOCK` stands in their place.

    The label is ours, but a path in it may not be: it is made one line without brackets, at most 300 characters long, and imitations in
    it come first among those given back.

    Raises:
        ValueError: the nonce is none.
    """
    named, inside = defang(label, nonce), defang(text, nonce)
    marks = f"<<<{MARK} {nonce}, untrusted: {_one_line(named.text)}>>>", f"<<<END OF {MARK} {nonce}>>>"
    return Fenced(f"{marks[0]}\n{inside.text}\n{marks[1]}", named.imitations + inside.imitations)


def defang(text: str, nonce: str) -> Defanged:
    """The text with `MOCK` in place of everything that imitates a mark or bears the nonce. Its line ends all stay.

    Raises:
        ValueError: the nonce is none.
    """
    check_nonce(nonce)
    found = tuple(_imitations(text, nonce))
    if not found:
        return Defanged(text, ())
    kept, end = [], 0
    for span in found:
        kept += [text[end : span.start], _mocked(text[span.start : span.stop])]
        end = span.stop
    return Defanged("".join((*kept, text[end:])), tuple(text[span.start : span.stop] for span in found))


def _imitations(text: str, nonce: str) -> Iterator[range]:
    """Where imitations stand, in order and apart from each other."""
    spans = _looking_like_marks(text, nonce)
    shown = lookalikes.tags_shown(text)
    if shown != text:
        spans = sorted(spans + _looking_like_marks(shown, nonce), key=lambda span: span.start)
    joined: list[range] = []
    for span in spans:
        if joined and span.start < joined[-1].stop:
            joined[-1] = range(joined[-1].start, max(span.stop, joined[-1].stop))
        else:
            joined.append(span)
    return iter(joined)


def _looking_like_marks(text: str, nonce: str) -> list[range]:
    looks = lookalikes.folded(text)
    matches = [match for pattern in (_marks(), _spaced(nonce)) for match in pattern.finditer(looks)]
    if not matches:
        return []
    matches.sort(key=lambda match: match.start())
    places = lookalikes.places(text)
    return [range(places[match.start()], places[match.end() - 1] + 1) for match in matches]


@lru_cache(maxsize=1)
def _marks() -> re.Pattern[str]:
    """A mark with its brackets and whatever nonce it bears; a mark by halves, with three angle brackets."""
    end_of = f"(?:{_spelled('end')}{_BETWEEN}(?:{_spelled('of')}{_BETWEEN})?)?"
    whole = f"(?:[<(]{{1,16}}+{end_of})?{_spelled('threatloomexhibit')}(?:[0-9a-f]{{8,64}})?[>)]{{0,16}}"
    half = f"<{{3,16}}+{end_of}(?:{_spelled('untrusted')}{_BETWEEN})?{_spelled('exhibit')}"
    return re.compile(f"{whole}|{half}")


@lru_cache(maxsize=64)
def _spaced(nonce: str) -> re.Pattern[str]:
    """The nonce by itself."""
    return re.compile(_BETWEEN.join(nonce))


def _spelled(word: str) -> str:
    return _BETWEEN.join(_LETTERS.get(letter, letter) for letter in word)


def _mocked(text: str) -> str:
    """`MOCK` and the line ends of the text; between any two of them something stays, so that no two become one (`\\r\\n`)."""
    first = True

    def stands_for(_: re.Match[str]) -> str:
        nonlocal first
        said, first = MOCK if first else "~", False
        return said

    return _RUN.sub(stands_for, text)


def _one_line(label: str) -> str:
    shown = "".join(character if character.isprintable() and character not in "<>" else " " for character in label)
    return " ".join(shown.split())[:_LONGEST_LABEL]
