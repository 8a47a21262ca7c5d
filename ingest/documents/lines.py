"""Bytes of a text document as the numbered lines that evidence points at.

Takes bytes of unknown encoding, gives lines without their ends, decoded and counted as everywhere (`ingest/text.py`). What is no
text (NUL bytes that no encoding explains) is refused, not guessed at.
"""

from __future__ import annotations

from ingest.documents.limits import DocumentLimits, LimitReached, Unreadable
from ingest.text import decode, split_lines


def text_lines(data: bytes, limits: DocumentLimits) -> tuple[str, ...]:
    """The lines of a text file; an empty file has none, and a last line end begins no further line."""
    text = decode(data)
    if "\0" in text:
        raise Unreadable("is not text: it holds NUL bytes")
    lines = split_lines(text)
    longest = max(map(len, lines), default=0)
    if longest > limits.max_line_chars:
        raise LimitReached(f"has a line of {longest} characters (limit {limits.max_line_chars})")
    return tuple(lines)
