"""What ends a benchmark session with one line: something the one who started it can mend."""

from __future__ import annotations


class Unusable(Exception):
    """Says what is wrong, where, and what to do about it."""
