"""Whether text can be told from what it stands on, by their colours."""

from __future__ import annotations


def blends(ink: str | None, ground: str | None) -> bool:
    """Whether text of one colour cannot be told from what it stands on; colours are six hexadecimal digits, None is not known."""
    if ink is None or ground is None:
        return False
    try:
        pairs = [(int(ink[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (0, 2, 4)]
    except ValueError:
        return False
    return all(abs(one - other) <= 16 for one, other in pairs)
