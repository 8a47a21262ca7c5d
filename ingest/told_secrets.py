"""Credentials told in a sentence: `the password is Vinter77`, `old password of duty, still works: Harbour-2031x`.

Takes text, gives the values, or the text without them. A value has a digit in it and letters, which tells it from
names of settings and from rules for passwords; `ingest.secrets` knows those that have a format or are assigned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.assigned_words import without_assigned
from ingest.secrets import is_placeholder, mask_secrets

# A quote right after the word closes a code span (`token=`, `secret=`) and opens no value.
_SPOKEN = re.compile(
    r"\b(?:password|passphrase|passcode|access code|api key|token)\b"
    r"(?:[^\w\"'`\n]{1,4}(?:is[^\w\"'`\n]{1,3})?[\"'`](?P<quoted>(?=[^\"'`\s]*[\d!#$%&*+@])[^\"'`\s]{6,})[\"'`]"
    r"| is (?P<bare>(?=[^\s\"'`]*\d)(?=[^\s\"'`]*[A-Za-z])[^\s\"'`.,;]{6,}))",
    re.IGNORECASE,
)
_AFTER_COLON = re.compile(
    r"\b(?:[Pp]assword|[Pp]assphrase|[Pp]asscode)\b[^\n:.=(]{1,60}:[ \t]{1,3}"
    r"(?P<value>(?=[^\s]{0,79}\d)(?=[^\s]{0,79}[a-z])(?=[^\s]{0,79}[A-Z])[^\s\"'`<>]{8,80})"
)
# Right behind the word, where nothing but a password looks so: `user DESK, password Tr4gwerk!Sued`; `password OAuth2-based` does not.
_BESIDE = re.compile(
    r"\b(?:[Pp]assword|[Pp]assphrase|[Pp]asscode)[ \t]{1,3}"
    r"(?P<value>(?=\S{0,79}\d)(?=\S{0,79}[a-z])(?=\S{0,79}[A-Z])(?=\S{0,79}[!#$%&*+@^~])[^\s\"'`<>(){}\[\]=]{7,79}[^\s\"'`<>(){}\[\]=.,;:])"
)
# What somebody is told to sign in with; a number at its end is no version where it stands behind a hyphen or has four digits.
_SIGN_IN = re.compile(
    r"\b(?:with|using|use|and|by)(?: the| its| this| our)?[ \t]{1,3}(?:[Pp]assword|[Pp]assphrase|[Pp]asscode)[ \t]{1,3}[\"'`]?"
    r"(?P<value>(?=\S{0,79}[a-z])(?=\S{0,79}[A-Z])[A-Za-z][\w!#$%&*+@^~-]{3,70}?(?:[-_!#$%&*+@^~]\d{2,8}|\d{4,8})[!#$%&*+@^~]{0,3})(?![\w-])"
)
# A word that opens something to whoever says it: `the release code is QX-4410`, `needs the override code; it is QX-4410`.
_CODE = re.compile(
    r"\b(?i:release|override|unlock|approval|admin|access|master|emergency|secret|manager|supervisor)[ -](?i:code|pin|word|phrase)\b"
    r"(?:[ \t]{0,2}[:=(][ \t]{0,2}|(?:[;,.]? (?i:it))? (?i:is)(?i: always| currently| still)?:? )[\"'`]?"
    r"(?P<value>(?=[\w-]{0,39}\d)(?=[\w-]{0,39}[A-Z])[A-Z0-9][\w-]{4,38}[A-Za-z0-9])(?![\w-])"
)
_STANDARD = re.compile(r"(?:RFC|ISO|EN|DIN|HTTP|SHA|UTF|V)[-_]?\d[\d._-]*|\d{4}-Q\d|\d{4}-\d\d-\w+")
_FORMAT = re.compile(r"[a-z]{2,8}\d{1,4}[a-z]{0,5}")  # `the token is base64url`, `sha256`
# Words, one of which every match of a pattern holds: most texts need not be searched.
_WORDS = {
    _SPOKEN: ("password", "passphrase", "passcode", "access code", "api key", "token"),
    _AFTER_COLON: ("assword", "assphrase", "asscode"),
    _BESIDE: ("assword", "assphrase", "asscode"),
    _SIGN_IN: ("assword", "assphrase", "asscode"),
    _CODE: tuple(between + word for between in " -" for word in ("code", "pin", "word", "phrase")),
}
_READ = 200_000  # characters of one text


def told_secrets(text: str) -> tuple[str, ...]:
    """Credentials told in prose, each once, in the order of the text."""
    return tuple(dict.fromkeys(text[start:end] for start, end in told_spans(text)))


def told_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where they stand, in the order of the patterns."""
    text = text[:_READ]
    folded = text.casefold()
    for pattern, words in _WORDS.items():
        if not any(word in folded for word in words):
            continue
        for match in pattern.finditer(text):
            group = "value" if pattern is not _SPOKEN else "quoted" if match["quoted"] else "bare"
            is_name = _FORMAT.fullmatch(match[group]) if group == "bare" else pattern is _CODE and _STANDARD.fullmatch(match[group])
            if not is_name and not is_placeholder(match[group]):
                yield match.span(group)


def without_secrets(text: str) -> str:
    """The text with each secret masked, those of a format as those that are assigned or told; its lines stay what they are."""
    masked = without_assigned(mask_secrets(text))
    for value in sorted(told_secrets(masked), key=len, reverse=True):
        masked = masked.replace(value, "****")
    return masked
