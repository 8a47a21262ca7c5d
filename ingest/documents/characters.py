"""Characters nobody sees, in text of any format: what they spell, and the text without them.

Takes passages, gives them without zero-width characters, and after each that holds invisible characters a further one with what these
spell: Unicode tags are ASCII in a plane of its own, variation selectors hold bytes. Controls of the writing direction show a text
in another order than a program reads it; the passage that has them comes once more, marked, in the order of reading.

Left out: a single zero-width joiner or selector between letters or after a sign (scripts and emoji need them), and letters that look alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.facts import Passage
from ingest.source import Place

_TAGS = re.compile("[\U000e0020-\U000e007e]{4,}")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]{1,8}")  # the flags of England, Scotland and Wales are spelled with tags
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_ZERO_WIDTH = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\ufeff]|(?<=[A-Za-z])[\u200c\u200d](?=[A-Za-z])")
_INVISIBLE = re.compile("[\U000e0000-\U000e007f]|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}")
_SPELLED_IN_BITS = re.compile("[\u200b\u200c\u200d\u2060\u2062-\u2064\ufeff]{16,}")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OVERRIDE = re.compile("[\u202d\u202e]")
_ANY = re.compile("[\u00ad\u180e\u200b-\u200d\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]")


def uncovered(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages as they are seen, each followed by what its invisible characters spell."""
    return tuple(found for passage in passages for found in _uncovered(passage))


def unseen_in_lines(path: str, lines: Sequence[str]) -> tuple[Passage, ...]:
    """What invisible characters of a file of lines spell, and its lines whose direction is overridden: code and configuration."""
    found = (
        unseen
        for number, line in enumerate(lines, start=1)
        if not line.isascii() and _ANY.search(line) is not None
        for unseen in _uncovered(Passage(line.strip(), "code", (), Place(path, number, number)))
    )
    return tuple(passage for passage in found if passage.hidden)


def spelled(text: str) -> str:
    """What invisible characters of a text spell; empty where they spell nothing."""
    parts = ["".join(chr(ord(character) - 0xE0000) for character in run) for run in _TAGS.findall(_FLAG.sub("", text))]
    parts += [_bytes_of(run).decode("utf-8", "replace") for run in _SELECTORS.findall(text)]
    parts += [_bits_of(run) for run in _SPELLED_IN_BITS.findall(text)]
    return " ".join(part for part in parts if part.strip())


def _uncovered(passage: Passage) -> Iterator[Passage]:
    if _ANY.search(passage.text) is None:
        yield passage
        return
    seen = _INVISIBLE.sub("", _ZERO_WIDTH.sub("", _FLAG.sub("\U0001f3f4", passage.text)))
    seen = _SPELLED_IN_BITS.sub("", seen)
    turned = bool(_OVERRIDE.search(seen))
    seen = _DIRECTION.sub("", seen)
    if seen.strip():
        yield replace(passage, text=seen)
    if hidden := spelled(passage.text):
        yield Passage(hidden, "other", passage.section, passage.place, "invisible_characters")
    if turned and seen.strip():
        yield Passage(seen, "other", passage.section, passage.place, "direction_controls")


def _bytes_of(run: str) -> bytes:
    """https://paulbutler.org/2025/smuggling-arbitrary-data-through-an-emoji/: the 256 selectors stand for the 256 bytes."""
    return bytes(ord(character) - 0xFE00 if character <= "\ufe0f" else ord(character) - 0xE0100 + 16 for character in run)


def _bits_of(run: str) -> str:
    """Two kinds of zero-width characters are taken for bits, most significant first; whichever way gives text."""
    kinds = list(dict.fromkeys(run))[:2]
    for one in kinds:
        bits = "".join("1" if character == one else "0" for character in run if character in kinds)
        letters = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8))
        if letters and all(32 <= letter < 127 for letter in letters):
            return letters.decode("ascii")
    return ""
