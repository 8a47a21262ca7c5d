"""Labels of a reference system: `labels.yaml`, written from reading the system."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

SYSTEMS = Path(__file__).parent / "systems"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LabelledFile(_Frozen):
    path: str
    lines: str | None = Field(default=None, description="`10-25`; None means anywhere in the file.")

    def range(self) -> tuple[int, int] | None:
        """First and last line, or None where the label names the file only."""
        if self.lines is None:
            return None
        first, _, last = self.lines.partition("-")
        return int(first), int(last or first)


class Expected(_Frozen):
    id: str
    stride: tuple[str, ...]
    threat: str
    accept: tuple[str, ...] = ()
    taxonomy: tuple[str, ...] = ()
    files: tuple[LabelledFile, ...]
    severity: Literal["critical", "high", "medium", "low", "info"]
    must: bool
    why: str


class Trap(_Frozen):
    claim: str
    file: str
    lines: str | None = None
    slugs: tuple[str, ...] = Field(default=(), description="Threats that would be the false alarm; none named: any finding there.")
    why: str


class Labels(_Frozen):
    version: int
    canary: str
    system: str
    kind: Literal["vulnerable", "ordinary", "hardened", "negative"]
    languages: tuple[str, ...]
    expected: tuple[Expected, ...]
    must_not: tuple[Trap, ...]


def read_labels(system: Path) -> Labels:
    """The labels of one system's folder."""
    return Labels.model_validate(yaml.safe_load((system / "labels.yaml").read_text("utf-8")))
