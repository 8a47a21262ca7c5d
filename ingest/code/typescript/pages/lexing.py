"""Where JavaScript inside of markup ends: strings, templates, comments, brackets.

Takes a text and a position, gives the position behind. It walks forward only, so the whole is linear; what is not closed ends with the
text. Regular expressions are not told from divisions: a bracket or a quote in one may shift an end, never more.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[\"'`/(){}\[\]]")
_OPENS, _CLOSES = "([{", ")]}"
_STRINGS = {quote: re.compile(rf"(?:[^{quote}\\\n]|\\.)*{quote}?", re.S) for quote in "\"'"}
_IN_TEMPLATE = re.compile(r"\\.|`|\$\{", re.S)


def balanced_end(text: str, at: int, end: int) -> int:
    """The position behind the bracket that closes the one at `at`; `end` where none does."""
    stack: list[str] = []
    in_template = False
    while at < end:
        if in_template:
            found = _IN_TEMPLATE.search(text, at, end)
            if found is None:
                return end
            at = found.end()
            if found.group() == "`":
                in_template = False
            elif found.group() == "${":
                stack.append("`")
                in_template = False
            continue
        found = _TOKEN.search(text, at, end)
        if found is None:
            return end
        sign, at = found.group(), found.end()
        if sign == "`":
            in_template = True
        elif sign in _STRINGS:
            string = _STRINGS[sign].match(text, at, end)
            at = string.end() if string is not None else at
        elif sign == "/":
            at = _past_comment(text, at, end)
        elif sign in _OPENS:
            stack.append(sign)
        elif sign in _CLOSES:
            opened = stack.pop() if stack else ""
            in_template = opened == "`"
            if not stack and not in_template:
                return at
    return end


def is_whole(code: str) -> bool:
    """Whether every bracket of a piece of code is closed in it, and none closes what is around it."""
    return balanced_end(f"({code}\n)", 0, len(code) + 3) == len(code) + 3 and _count(code)


def _count(code: str) -> bool:
    # A text that closes its bracket early and opens another would end at the same place.
    return balanced_end(f"({code}\n) ", 0, len(code) + 4) == len(code) + 3


def _past_comment(text: str, at: int, end: int) -> int:
    if text.startswith("/", at):
        line = text.find("\n", at, end)
        return end if line < 0 else line
    if text.startswith("*", at):
        closed = text.find("*/", at + 1, end)
        return end if closed < 0 else closed + 2
    return at
