"""Labels of diagrams as plain text: line breaks, tags, entities and the marks of light markup taken off.

A box's label often holds its name in the first line and what explains it below, and as often a name that was broken to fit the box.
The first is told by its length, or by what stands below: more than words.
"""

from __future__ import annotations

import html
import re

from ingest.documents.outline import squeezed

_BREAK = re.compile(r"<br\s*/?>|</?(?:div|p|li|tr|td|h\d|hr)\b[^<>]*>|\\[nlr]|\n", re.IGNORECASE)
_SIGNS = re.compile(r"^[^\w(\[{<\"'$#@/.+-]+\s*(?=\w)")  # pictures before a name
_PLAIN = re.compile(r"[^\W\d_]+(?:[ '&-]+[^\W\d_]+)*")  # words and nothing else
_WORD = re.compile(r"[^\W_]")
_TAG = re.compile(r"<[^<>]*>")
_MARK = re.compile(r"\*\*|//(?!\w)|__|\"\"|~~|^=+|=+$|\[\[[^\[\]]*\]\]")
_MAX = 2_000
_FEW_LINES, _FEW_WORDS = 2, 5  # of a name that was broken to fit


def name_and_rest(text: str) -> tuple[str, str]:
    """What a box is called, and what its label says besides."""
    lines = [line for part in _BREAK.split(text[:_MAX]) if (line := plain_label(part))]
    words = sum(len(line.split()) for line in lines)
    is_broken = len(lines) <= _FEW_LINES and words <= _FEW_WORDS and all(map(_PLAIN.fullmatch, lines[1:]))
    if len(lines) < 2 or is_broken:
        return _SIGNS.sub("", " ".join(lines)) or " ".join(lines), ""
    while len(lines) > 1 and _WORD.search(lines[0]) is None:
        lines.pop(0)  # a picture or a rule
    return _SIGNS.sub("", lines[0]), " ".join(lines[1:])


def plain_label(text: str) -> str:
    """What a reader of the picture sees, on one line."""
    shown = _TAG.sub("", _BREAK.sub(" ", text[:_MAX]))
    shown = _MARK.sub("", squeezed(html.unescape(shown) if "&" in shown else shown))
    return squeezed(shown)
