"""How a long job says where it is: a side channel that no result depends on."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    def step(self, phase: str, done: int, total: int) -> None:
        """`done` of `total` units of a phase are finished; a total of 0 means it is not known."""


class Silent:
    """Says nothing."""

    def step(self, phase: str, done: int, total: int) -> None:
        return None
