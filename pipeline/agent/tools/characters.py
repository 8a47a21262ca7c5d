"""Text of scanned files as a model is shown it: every character is seen, no line is endless, no block of data is paid for.

Takes lines, gives lines. What changes is written so that it is told from the text: characters that cannot be seen by their number
(`\\u202e`), what was left out in brackets (`[+840 characters]`). White space of any kind becomes a space, which no quote minds.
Joiners between letters of other scripts and the selectors of emoji stay: they are seen, and a quote needs them.
"""

from __future__ import annotations

import re

# Letters and marks that show nothing, and runs of selectors, which can spell a text; all others of the kind are not printable.
_SHOWS_NOTHING = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\U000e0100-\U000e01ef]|[\ufe00-\ufe0f]{2,}")
_JOINS = re.compile("(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])")
_UNSEEN = re.compile(r"[^\x20-\x7e]")
_DATA = re.compile(r"[A-Za-z0-9+/=_-]{200,}")
_SEEN_OF_DATA = 40
_BINARY = 0.1  # of the characters of a line, from which on it is no text
_LOOKED_AT = 4000
_READ = 20  # times as much of a line as is shown, for the blocks of data in it


def plain(text: str) -> str:
    """One line without characters that move, turn or hide what stands there."""
    if text.isascii() and text.isprintable():
        return text
    joins = {match.start() for match in _JOINS.finditer(text)}

    def written(match: re.Match[str]) -> str:
        char = match[0]
        if char == "\t" or char.isprintable() or match.start() in joins:
            return char
        return " " if char.isspace() else _number(char)

    return _SHOWS_NOTHING.sub(lambda match: "".join(map(_number, match[0])), _UNSEEN.sub(written, text))


def shown(line: str, most: int) -> str:
    """A line of a file as it is shown, in at most `most` characters and a note of what is missing."""
    if is_binary(line):
        return f"[binary: {len(line)} characters not shown]"
    text = plain(_DATA.sub(_in_short, line[: most * _READ]))
    left = max(0, len(text) - most) + max(0, len(line) - most * _READ)
    return f"{text[:most]}[+{left} characters]" if left else text


def is_binary(line: str) -> bool:
    """Whether a line is bytes of something rather than text."""
    sample = line[:_LOOKED_AT]
    if sample.isascii() and sample.isprintable():
        return False
    unseen = sum((not char.isprintable() and not char.isspace()) or char == "\ufffd" for char in sample)
    return "\0" in sample or (unseen > 4 and unseen > len(sample) * _BINARY)


def _number(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _in_short(match: re.Match[str]) -> str:
    return f"{match[0][:_SEEN_OF_DATA]}[+{len(match[0]) - _SEEN_OF_DATA} characters]"
