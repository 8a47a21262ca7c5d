"""Errors of ingest that end a scan before it begins.

`UnusableInput` is the user's to mend: what is wrong, where, and the next step. It becomes one line on
stderr. What is wrong with a single file is never raised: it is a `ReadError` value.
"""

from __future__ import annotations


class UnusableInput(Exception):
    """What the user gave cannot be scanned at all."""

    def __init__(self, what: str, where: str, mend: str) -> None:
        super().__init__(f"{what}: {where} ({mend})")
        self.what = what
        self.where = where
        self.mend = mend

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said of it, a line for each thing that is wrong."""
        return (str(self),)
