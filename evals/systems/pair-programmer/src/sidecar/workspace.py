from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sidecar.index import Index


@dataclass
class Workspace:
    """One repository that is worked on."""

    root: Path
    changed: set[str] = field(default_factory=set)

    @cached_property
    def index(self) -> Index:
        return Index(self.root)

    def path(self, name: str) -> Path:
        return self.root / name
