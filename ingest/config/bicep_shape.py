"""Where the declarations of a Bicep file begin and end, and whether every string, comment and bracket of it ends.

Takes the text, gives the spans of its declarations; raises `BadConfig` with the line of what does not end. The grammar is given one
declaration at a time: what it makes of broken text takes time by the square of its length. Bicep's own compiler refuses such files too.
"""

from __future__ import annotations

import re

from ingest.config.nodes import BadConfig

_DEPTH, _LONGEST = 200, 60_000
_CODE = re.compile(
    r"//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|'''(?:[^']|'(?!''))*'''+|(?P<open>[{\[(])|(?P<close>[}\])])|(?P<quote>')|(?P<end>\n)"
    r"|[^/'{}\[\]()\n]+|/(?!\*)"
)
_TEXT = re.compile(r"(?:[^'\\\n$]|\\[^\n]|\$(?!\{))*(?P<end>'|\$\{)")
_CLOSING = {"{": "}", "[": "]", "(": ")"}
_DECLARES = re.compile(r"\s*(?:@|(?:param|var|resource|module|using)\b)")


def declarations(text: str) -> list[tuple[int, int]]:
    """Spans of decorators, parameters, variables, resources and modules."""
    stack: list[str] = []
    at = begun = 0
    found: list[tuple[int, int]] = []
    while at < len(text):
        in_text = bool(stack) and stack[-1] == "'"
        match = (_TEXT if in_text else _CODE).match(text, at)
        if match is None:
            raise _wrong(text, at)
        at = match.end()
        if in_text:
            if match["end"] == "'":
                stack.pop()
            else:
                stack.append("}")
        elif match["open"]:
            stack.append(_CLOSING[match["open"]])
        elif match["quote"]:
            stack.append("'")
        elif match["close"]:
            if not stack or stack.pop() != match["close"]:
                raise _wrong(text, match.start())
        elif match["end"] and not stack:
            if _DECLARES.match(text, begun, at):
                found.append((begun, at))
            begun = at
        if len(stack) > _DEPTH:
            raise BadConfig(f"nested deeper than {_DEPTH}")
    if stack:
        raise _wrong(text, len(text))
    if any(end - start > _LONGEST for start, end in found):
        raise BadConfig(f"a declaration longer than {_LONGEST} characters")
    return found


def _wrong(text: str, at: int) -> BadConfig:
    return BadConfig(f"line {text.count(chr(10), 0, at) + 1}: not Bicep")
