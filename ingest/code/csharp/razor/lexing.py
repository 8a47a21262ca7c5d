"""Where C# inside of markup ends: strings, comments, brackets, and expressions that end by themselves.

Takes a text and a position, gives the position behind. Every function walks forward only, so the whole is linear; what is not closed ends
with the text. Nothing here knows markup.
"""

from __future__ import annotations

import re

_STRING = re.compile(r'(?:\$+@?|@\$?)?"')
_CHARACTER = re.compile(r"'(?:\\[^\n]{1,9}?|[^'\\\n])'")
_PLAIN = re.compile(r'"(?:[^"\\\n]|\\.)*"?', re.S)
_VERBATIM = re.compile(r'"(?:[^"]|"")*"?')
_WORD = re.compile(r"[^\W\d]\w*")
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_BLANK = re.compile(r"[ \t]+")
_LINK = re.compile(r"[?!]?\.(?=[^\W\d])|[?!](?=\[)")
_MAX_DEPTH = 12  # interpolated strings in each other


def token_end(text: str, at: int, depth: int = 0) -> int:
    """The end of the string, character or comment that begins here; `at` where none does."""
    first = text[at]
    if first == "/":
        if text.startswith("//", at):
            end = text.find("\n", at)
            return len(text) if end < 0 else end
        if text.startswith("/*", at):
            end = text.find("*/", at + 2)
            return len(text) if end < 0 else end + 2
        return at
    if first == "'":
        found = _CHARACTER.match(text, at)
        return found.end() if found is not None else at
    if first not in '"$@':
        return at
    opened = _STRING.match(text, at)
    return at if opened is None else _string_end(text, at, opened.end() - 1, depth)


def _string_end(text: str, at: int, quote: int, depth: int) -> int:
    prefix = text[at:quote]
    if text.startswith('"""', quote):
        fence = quote
        while fence < len(text) and text[fence] == '"':
            fence += 1
        end = text.find('"' * (fence - quote), fence)
        return len(text) if end < 0 else end + (fence - quote)
    verbatim = "@" in prefix
    if "$" in prefix and depth < _MAX_DEPTH:
        return _interpolated_end(text, quote, verbatim, depth)
    found = (_VERBATIM if verbatim else _PLAIN).match(text, quote)
    return found.end() if found is not None else quote + 1


def _interpolated_end(text: str, quote: int, verbatim: bool, depth: int) -> int:
    at = quote + 1
    while at < len(text):
        letter = text[at]
        if letter == '"':
            if not (verbatim and text.startswith('""', at)):
                return at + 1
            at += 2
        elif letter == "\\" and not verbatim:
            at += 2
        elif letter == "\n" and not verbatim:
            return at
        elif letter == "{" and not text.startswith("{{", at):
            at = balanced_end(text, at, depth + 1)
        else:
            at += 2 if text.startswith("{{", at) else 1
    return len(text)


def balanced_end(text: str, at: int, depth: int = 0) -> int:
    """Behind the bracket that closes the one at `at`."""
    opened: list[str] = []
    while at < len(text):
        end = token_end(text, at, depth)
        if end > at:
            at = end
            continue
        letter = text[at]
        at += 1
        if letter in _CLOSES:
            opened.append(_CLOSES[letter])
        elif opened and letter == opened[-1]:
            opened.pop()
            if not opened:
                return at
    return len(text)


def implicit_end(text: str, at: int) -> int:
    """Behind `name.member(arguments)[key]`, which ends at the first thing that cannot belong to it; `at` where no name stands."""
    found = _WORD.match(text, at)
    if found is None:
        return at
    if found.group() == "await":
        rest = _BLANK.match(text, found.end())
        following = _WORD.match(text, rest.end()) if rest is not None else None
        found = following if following is not None else found
    end = found.end()
    while end < len(text):
        if text[end] in "([":
            end = balanced_end(text, end)
            continue
        link = _LINK.match(text, end)
        if link is None:
            break
        end = link.end()
        member = _WORD.match(text, end)
        end = member.end() if member is not None else end
    return end


def word_at(text: str, at: int) -> str:
    """The word that begins here, or nothing."""
    found = _WORD.match(text, at)
    return found.group() if found is not None else ""
