"""Text as search words: identifiers whole and in parts, English words without their endings.

`getUserName`, `get_user_name` and `user.name` share the words `user` and `name` and keep themselves as well, so that a question in
prose meets code and an identifier still finds itself. Endings are cut by a few rules in the spirit of Porter (1980): what
matters is that the forms of a word meet, not that the stem is a word. Words that every text has are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_RUN = re.compile(r"[^\W_]+(?:[_.\-/][^\W_]+)*")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_LONGEST = 60
_VOWEL = re.compile("[aeiouy]")

_COMMON = (
    "a about after all also an and any are as at be because been before being between both but by can could did do does doing for from"
    " get gets given gives had has have he her here him his how i if in into is it its itself just let like made make makes may me more"
    " most much must my no nor not of on once one only onto or other our out over own per self shall she should so some such than that"
    " the their them then there these they this those through to too under until up upon us very was we were what when where which while"
    " who whom whose why will with within without would you your return none true false def import"
)
COMMON = frozenset(_COMMON.split())

_ROOTS = frozenset({"embed", "need", "feed", "seed", "speed", "exceed", "proceed", "bring", "string", "thing", "during", "king", "ring"})
_ENDINGS = (
    ("ization", "ize"), ("isation", "ize"), ("ational", "ate"), ("fulness", ""), ("ousness", "ous"), ("iveness", "ive"),
    ("ations", "ate"), ("ation", "ate"), ("ators", "ate"), ("ator", "ate"), ("ments", ""), ("ment", ""), ("ness", ""),
    ("ities", ""), ("ity", ""), ("ances", ""), ("ance", ""), ("ences", ""), ("ence", ""), ("ables", ""), ("able", ""), ("ible", ""),
    ("tions", "t"), ("tion", "t"), ("sions", "s"), ("sion", "s"), ("ings", ""), ("ing", ""), ("ied", "y"), ("ed", ""), ("ies", "y"),
    ("ers", ""), ("er", ""), ("ors", ""), ("or", ""), ("ives", ""), ("ive", ""), ("ally", ""), ("ly", ""), ("al", ""), ("sses", "ss"),
)  # fmt: skip


def words(text: str) -> Iterator[str]:
    """The words of a text in order; an identifier gives itself, then its parts."""
    for run in _RUN.findall(text):
        yield from _of_run(run[:_LONGEST])


@lru_cache(maxsize=65_536)
def _of_run(run: str) -> tuple[str, ...]:
    parts = [part.lower() for part in _PART.findall(run)]
    kept = [stem(part) for part in parts if part not in COMMON and (len(part) > 1 or part.isdigit())]
    whole = run.lower()
    return (whole, *kept) if len(parts) > 1 else tuple(kept)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A lower-case word without its ending; short words and words that are not ASCII letters stay."""
    if len(word) <= 3 or word in _ROOTS or not (word.isascii() and word.isalpha()):
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending):
            root = word[: -len(ending)]
            if len(root) >= 3 and _VOWEL.search(root):
                return _even(root + instead)
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return _even(word)


def _even(word: str) -> str:
    """Doubled last consonants and a silent e make no difference: `stopp`, `store`, `policy`, `polici`."""
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 2 and word[-1] == "y" else word
