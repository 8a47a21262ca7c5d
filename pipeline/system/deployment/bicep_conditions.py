"""Whether the condition of a Bicep resource is false: `if (deploySearch && kind == 'basic')`, with what its names are known to be.

Takes the words of a condition and a function that tells what a name is, or None. Read are names, their negation and their comparison with
a text or a number, joined by `&&` or by `||` alone; anything else is not known, and then nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_COMPARED = re.compile(r"(!?)\s*((?:var|local)\.\w+|true|false)\s*(?:(==|!=)\s*(?:'([^']*)'|(\w+)))?")
_MOST = 20


def is_false(condition: str, told: Callable[[str], str | None]) -> bool:
    """Whether a condition cannot hold."""
    words = _bare(condition.removeprefix("${").removesuffix("}"))
    if "&&" in words and "||" in words:
        return False
    joined = "||" if "||" in words else "&&"
    found = [_holds(_bare(part), told) for part in words.split(joined)[:_MOST]]
    return all(one is False for one in found) if joined == "||" else any(one is False for one in found)


def _bare(text: str) -> str:
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and "(" not in text[1:] and ")" not in text[:-1]:
        text = text[1:-1].strip()
    return text


def _holds(part: str, told: Callable[[str], str | None]) -> bool | None:
    match = _COMPARED.fullmatch(part)
    if match is None or (match[1] and match[3]):
        return None
    value = match[2] if match[2] in ("true", "false") else told(match[2])
    if value is None or "${" in value:
        return None
    if match[3]:
        same = value == (match[4] if match[4] is not None else match[5])
        return same == (match[3] == "==")
    return (value == "true") != bool(match[1]) if value in ("true", "false") else None
