"""A question as it is matched: small letters, no marks, contractions written out, misspelt words as they were meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from rapidfuzz import process
from rapidfuzz.distance import OSA

from ingest.index.words import COMMON, stem

MOST = 400  # characters of a question that are looked at
_CONTRACTIONS = (
    (r"\bwon't\b", "will not"), (r"\bcan't\b", "can not"), (r"\bcannot\b", "can not"), (r"n't\b", " not"),
    (r"\b(what|who|where|how|that|there|it|here|why|when)'?s\b(?<!its)", r"\1 is"), (r"\bi'm\b", "i am"),
    (r"\b(we|you|they)'re\b", r"\1 are"), (r"\b(i|we|you|they)'ve\b", r"\1 have"), (r"\b(i|we|you|they)'d\b", r"\1 would"),
    (r"\b(i|we|you|they|it)'ll\b", r"\1 will"),
    (r"\bwhats\b", "what is"), (r"\bwhos\b", "who is"), (r"\bwheres\b", "where is"), (r"\bhows\b", "how is"), (r"\bdont\b", "do not"),
    (r"\bdoesnt\b", "does not"),
    (r"\bisnt\b", "is not"), (r"\barent\b", "are not"), (r"\bu\b", "you"), (r"\br\b", "are"), (r"\bpls\b|\bplz\b", "please"),
    (r"\bhwo\b|\bwho's\b", "who"), (r"\bteh\b|\bhte\b", "the"), (r"\bwich\b|\bwhcih\b|\bwitch\b", "which"),
    (r"\bwat\b|\bwaht\b", "what"),
)  # fmt: skip
_SPACE = re.compile(r"\s+")
_LEAST = 4  # letters of a word that may be misspelt
_ALIKE, _ALIKE_SHORT = 0.79, 0.74


def plain(question: str) -> str:
    """The words of a question, joined by single spaces; names keep the marks inside of them."""
    text = unicodedata.normalize("NFKC", question[:MOST]).lower().replace("’", "'").replace("‘", "'")
    for pattern, instead in _CONTRACTIONS:
        text = re.sub(pattern, instead, text)
    text = re.sub(r"[`\"“”„«»*]|(?<!\w)'|'(?!\w)", " ", text)
    text = re.sub(r"[?!,;]+|[.:]+(?=\s|$)|[()\[\]](?=\s|$)|(?<=\s)[()\[\]]|\s[-–—]+\s", " ", text)
    return _SPACE.sub(" ", text).strip()


def spelled(text: str, known: Collection[str]) -> str:
    """The text with words that are all but one of the known ones written as these; what is known stays."""
    return " ".join(_spelled(word, known) for word in text.split())


def _spelled(word: str, known: Collection[str]) -> str:
    if len(word) < _LEAST or not word.isalpha() or word in known or word in COMMON or word.rstrip("s") in known:
        return word
    bar = _ALIKE if len(word) > _LEAST else _ALIKE_SHORT
    near = process.extractOne(word, sorted(one for one in known if one[0] == word[0]), scorer=OSA.normalized_similarity, score_cutoff=bar)
    return near[0] if near else word


def stems(text: str) -> tuple[str, ...]:
    """The telling words of a phrase, without their endings."""
    found = []
    for run in re.findall(r"[^\W_]+", text.lower()):
        if run not in COMMON:
            found.append(stem(run))
    return tuple(dict.fromkeys(found))
