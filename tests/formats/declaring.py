"""How a format is declared: a proof for each thing that is read of it, and for each that is not yet, what would prove it.

A proof takes an empty folder, makes a real file there, reads it and says whether the thing was found. `test_formats.py` runs all of
them, `table.py` turns them into `docs/formats.md`. A group is one table; each lives in a module of its own that exports `GROUP`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Proof = Callable[[Path], bool]


@dataclass(frozen=True, slots=True)
class Gap:
    """What is not read yet; its proof must fail, so that a gap that closes is seen."""

    proof: Proof
    missed: str  # a sentence without its full stop


@dataclass(frozen=True, slots=True)
class Format:
    """A column of a table. What stands in neither mapping does not exist in the format."""

    name: str
    suffixes: tuple[str, ...]
    proofs: Mapping[str, Proof]
    gaps: Mapping[str, Gap] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """A table: what can be read, in the order of its rows, and the formats it can be read of."""

    title: str
    introduction: str
    things: tuple[str, ...]
    formats: tuple[Format, ...]
