from __future__ import annotations

import fnmatch
import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sidecar.config import CACHE, HIDDEN
from sidecar.index import Index


class OutsideError(ValueError):
    pass


@dataclass
class Workspace:
    """One repository that is worked on."""

    root: Path
    changed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.root = self.root.resolve(strict=True)

    @property
    def cache(self) -> Path:
        folder = CACHE / hashlib.sha256(str(self.root).encode()).hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @cached_property
    def index(self) -> Index:
        return Index(self.root, self.cache)

    def path(self, name: str) -> Path:
        """The file of that name, if it is in the repository and not one of those left out."""
        found = (self.root / name).resolve()
        if not found.is_relative_to(self.root):
            raise OutsideError(f"{name} is outside of the repository")
        inside = found.relative_to(self.root)
        if any(fnmatch.fnmatch(part, pattern) for part in inside.parts for pattern in HIDDEN):
            raise OutsideError(f"{name} is not for the model")
        return found
