"""What a variant is, and what scanning it gave: frozen values that the table, the JSON and other evaluations read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field

from pipeline.system.model import Frozen, Severity

Kind = Literal["rename", "reformat", "line-endings", "reorder", "move", "strip", "paraphrase", "dead-code"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KEEPS_FINGERPRINTS: frozenset[Kind] = frozenset({"reformat", "line-endings", "reorder", "strip", "paraphrase", "dead-code"})
"""Kinds after which every finding has to keep its id; the others change names that ids are made of."""

Tree = Mapping[str, bytes]
"""A system's files by path."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A tree that was rewritten, and what its new names and paths were called before."""

    tree: Tree
    names: Mapping[str, str] = field(default_factory=dict)  # new name -> old one
    paths: Mapping[str, str] = field(default_factory=dict)  # new path -> old one


@dataclass(frozen=True, slots=True)
class Variant:
    """A system written in another way that means the same, as a folder."""

    system: str
    kind: Kind
    root: Path
    changed: tuple[str, ...]  # files that are not as they were, by their new paths
    names: Mapping[str, str]
    paths: Mapping[str, str]


class Difference(Frozen):
    """One finding that is not the same in the original and in a variant."""

    what: Literal["lost", "new", "severity"]
    threat: str
    element: str
    path: str = Field(description="Where the evidence begins: in the original, of a new finding in the variant.")
    line: int
    severity: Severity
    became: Severity | None = Field(default=None, description="The severity it has in the variant, where that is what differs.")
    description: str


class Outcome(Frozen):
    """One variant held against its original."""

    system: str
    kind: Kind
    files: int = Field(description="Files that differ.")
    before: int = Field(description="Findings of the original.")
    after: int = Field(description="Findings of the variant.")
    kept: int = Field(description="Findings that are in both.")
    differences: tuple[Difference, ...] = ()

    @property
    def union(self) -> int:
        return self.before + self.after - self.kept

    @property
    def jaccard(self) -> float:
        return self.kept / self.union if self.union else 1.0

    @property
    def flips(self) -> int:
        return sum(one.what == "severity" for one in self.differences)


class Unmade(Frozen):
    """A variant that could not be held against its original; it counts neither as equal nor as different."""

    system: str
    kind: Kind
    reason: str


class Repeat(Frozen):
    """The same tree scanned again by fresh processes."""

    system: str
    runs: int
    equal_bytes: bool = Field(description="Whether all results are the same bytes, without the time.")
    jaccard: float = Field(description="Of the ids of the findings; the least of all pairs with the first run.")
    flips: int = Field(description="Findings whose severity was not always the same.")


class Total(Frozen):
    """Variants of one kind, or all."""

    variants: int
    findings: int = Field(description="Findings of the originals.")
    kept: int
    union: int
    least: float = Field(description="The lowest Jaccard index of one variant.")
    flips: int

    @property
    def jaccard(self) -> float:
        return self.kept / self.union if self.union else 1.0


class Report(Frozen):
    """How stable the findings are."""

    seed: int
    outcomes: tuple[Outcome, ...] = ()
    unmade: tuple[Unmade, ...] = ()
    repeats: tuple[Repeat, ...] = ()

    def total(self, kind: Kind | None = None) -> Total:
        """Over the variants of a kind; None: over all."""
        some = [one for one in self.outcomes if kind in (None, one.kind)]
        return Total(
            variants=len(some),
            findings=sum(one.before for one in some),
            kept=sum(one.kept for one in some),
            union=sum(one.union for one in some),
            least=min((one.jaccard for one in some), default=1.0),
            flips=sum(one.flips for one in some),
        )
