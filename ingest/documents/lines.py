"""Bytes of a text file as the numbered lines that evidence points at.

Takes bytes of unknown encoding, gives lines without their ends. A line ends with LF, CR LF or CR and with nothing
else: the other characters `str.splitlines` breaks at are no line ends to editors, Git or SARIF. What is no
text (NUL bytes in what should be UTF-8) is refused, not guessed at.
"""

from __future__ import annotations

import codecs

from ingest.documents.limits import DocumentLimits, LimitReached, Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESS_BYTES = 200_000  # as much as a guess at the encoding gets to see


def text_lines(data: bytes, limits: DocumentLimits) -> tuple[str, ...]:
    """The lines of a text file; an empty file has none, and a last line end begins no further line."""
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    longest = max(map(len, lines), default=0)
    if longest > limits.max_line_chars:
        raise LimitReached(f"has a line of {longest} characters (limit {limits.max_line_chars})")
    return tuple(lines)


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    if b"\0" in data:
        raise Unreadable("is not text: it holds NUL bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        broken = error
    # Few bad bytes in a long UTF-8 file are damage, not another encoding: the rest must stay readable.
    repaired = data.decode("utf-8", errors="replace")
    if repaired.count("\ufffd") * 100 < len(repaired) and any(ord(character) > 127 and character != "\ufffd" for character in repaired):
        return repaired
    from charset_normalizer import from_bytes  # only files that are not UTF-8 pay for the import

    sample = data[max(0, broken.start - _GUESS_BYTES // 2) :][:_GUESS_BYTES]
    guess = from_bytes(sample).best()
    return data.decode(guess.encoding if guess is not None else "latin-1", errors="replace")
