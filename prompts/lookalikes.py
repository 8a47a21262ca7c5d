"""What a text looks like to somebody who reads over its tricks: plain small letters, digits and brackets, and where each of them stands.

Takes any text, gives it folded: forms of one letter (full width, mathematical, accented, circled) and letters of other scripts that look
the same become that letter, opening and closing brackets of all kinds become `<` or `(`, and `>` or `)`; whatever else stands between them
(white space, line ends, invisible characters, punctuation, symbols) is left out. Left out too: text that has to be decoded before it can be
read (entities, escapes, base64), text written backwards, symbols that resemble letters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

import yaml

# Letters by their Unicode names: small capitals, strokes and hooks, turned ones, flags, white on black.
_NAMED = re.compile(
    r"\b(?:LATIN|REGIONAL INDICATOR)\b.*\bLETTER (?:(?:SMALL CAPITAL|TURNED|REVERSED|OPEN|INVERTED|SIDEWAYS) )*([A-Z])(?: WITH .+)?$"
)
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")  # letters by their category, which show nothing
_BRACKETS = {"Ps": "(", "Pi": "<", "Pe": ")", "Pf": ">"}
_ANGLES = dict.fromkeys("<⟨〈〈⟪《«≪⋘", "<") | dict.fromkeys(">⟩〉〉⟫》»≫⋙", ">")
_TAGS = range(0xE0000, 0xE0080)  # invisible twins of ASCII
_SEEN_TAGS = {code: chr(code - 0xE0000) for code in range(0xE0020, 0xE007F)}


def folded(text: str) -> str:
    """The text as it looks. Invisible tag characters, which spell ASCII, are passed over; see `tags_shown`."""
    return text.translate(_FOLDS)


def places(text: str) -> list[int]:
    """For each character of `folded(text)` the index in the text of the character that it comes from."""
    return [index for index, character in enumerate(text) for _ in _FOLDS[ord(character)]]


def tags_shown(text: str) -> str:
    """The text, as long as it was, with invisible tag characters as the ASCII that they spell and some models read."""
    return text.translate(_SEEN_TAGS)


class _Folds(dict[int, str]):
    """What each character looks like, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = looks = _looks(code)
        return looks


def _looks(code: int) -> str:
    if code in _TAGS:
        return ""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(code)).casefold())
    return "".join(_sign(character) for character in plain)


def _sign(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    known = _ANGLES.get(character) or _lookalikes().get(character) or _BRACKETS.get(unicodedata.category(character))
    if known is not None:
        return known
    named = _NAMED.search(unicodedata.name(character, ""))
    if named is not None:
        return named[1].lower()
    return character if character.isalnum() and character not in _BLANK_LETTERS else ""


@lru_cache(maxsize=1)
def _lookalikes() -> dict[str, str]:
    listed = yaml.load(files("prompts").joinpath("lookalikes.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {character: sign for sign, characters in listed.items() for character in characters}


_FOLDS = _Folds()
