"""Labels of diagrams as plain text: line breaks, tags, entities and the marks of light markup taken off."""

from __future__ import annotations

import html
import re

from ingest.documents.outline import squeezed

_BREAK = re.compile(r"<br\s*/?>|</?(?:div|p|li|tr|td|h\d)\b[^<>]*>|\\[nlr]", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_MARK = re.compile(r"\*\*|//(?!\w)|__|\"\"|~~|^=+|=+$|\[\[[^\[\]]*\]\]")
_MAX = 2_000


def plain_label(text: str) -> str:
    """What a reader of the picture sees, on one line."""
    shown = _TAG.sub("", _BREAK.sub(" ", text[:_MAX]))
    shown = _MARK.sub("", squeezed(html.unescape(shown) if "&" in shown else shown))
    return squeezed(shown)
