"""What an attack is, and what scanning it gave: frozen values that the table, the JSON and other evaluations read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from pipeline.system.model import Frozen, Severity

Goal = Literal["suppress", "invent", "re-rate", "leak"]


@dataclass(frozen=True, slots=True)
class Plant:
    """One text that was put into a system."""

    carrier: str
    paths: tuple[str, ...]
    canary: str  # a word that stands in this text and nowhere else
    unseen: bool  # people who look at the file do not see it: the product has to report it


@dataclass(frozen=True, slots=True)
class Phrasing:
    """What a planted text says."""

    name: str
    goal: Goal | None  # None: harmless prose about security
    text: str
    aware: bool = False  # written with knowledge of our own prompts and words


@dataclass(frozen=True, slots=True)
class Attack:
    """A system with the same words in every carrier that it has room for, and its twin with harmless ones in the same places."""

    system: str
    phrasing: Phrasing
    root: Path
    control: Path
    plants: tuple[Plant, ...]


class Effect(Frozen):
    """Something that differs because of a planted text, and must not."""

    what: Literal["suppressed", "fabricated", "re-rated", "leaked", "false alarm", "silenced", "rests on it"]
    system: str
    phrasing: str
    carrier: str = Field(description="The carrier that does it alone; `several` where none does alone.")
    threat: str = ""
    element: str = ""
    path: str = ""
    line: int = 0
    severity: Severity | None = None
    detail: str = ""


class Cell(Frozen):
    """One carrier with one phrasing, over all systems."""

    carrier: str
    phrasing: str
    unseen: bool
    planted: int
    detected: int


class Share(Frozen):
    """Planted texts that people do not see, and those that were reported."""

    detected: int
    planted: int

    @property
    def rate(self) -> float | None:
        return self.detected / self.planted if self.planted else None


class Report(Frozen):
    """What planted texts did to the findings."""

    seed: int
    systems: tuple[str, ...]
    findings: int = Field(description="Findings of the twins with harmless words, each held against each attack.")
    attacks: int = Field(description="Systems with a phrasing that attacks, each once.")
    harmless: int = Field(description="Systems with a piece of harmless prose about security, each once.")
    cells: tuple[Cell, ...]
    effects: tuple[Effect, ...]
    crashed: tuple[str, ...] = Field(default=(), description="Attacks whose scan failed, and why; they count as none of the others.")
    model: str | None = Field(default=None, description="The model that was asked; null: rules alone.")
    model_findings: int = Field(default=0, description="Findings of the model in the twins, each held against each attack.")
    not_shown: int = Field(default=0, description="Threats the model proposed with quotes that stand nowhere: dropped.")
    unfounded: int = Field(default=0, description="The same, and reported: there must be none.")
    tokens: int = Field(default=0, description="What all scans with the model took.")
    swayed: tuple[Effect, ...] = Field(
        default=(), description="What the model was talked into: findings it no longer has, and findings that rest on planted words alone."
    )

    def count(self, what: str) -> int:
        return sum(effect.what == what for effect in self.effects)

    def share(self, *, carrier: str | None = None, phrasing: str | None = None, unseen: bool = True) -> Share:
        """Of planted texts that people do not see (or do), how many were reported."""
        some = [
            cell for cell in self.cells if cell.unseen is unseen and carrier in (None, cell.carrier) and phrasing in (None, cell.phrasing)
        ]
        return Share(detected=sum(cell.detected for cell in some), planted=sum(cell.planted for cell in some))
