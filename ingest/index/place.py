"""Where an index lies."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class IndexPlace:
    """The folder of one tree's index, and the Chroma server that holds its vectors, if it is not the folder itself."""

    folder: Path
    server: str | None = None
    patience_s: float = 60.0  # how long another process is waited for

    @property
    def lock(self) -> Path:
        return self.folder / "lock"


def default_folder() -> Path:
    """Where indexes lie unless told otherwise: the user's cache folder, for they can always be made again."""
    from platformdirs import user_cache_path

    return user_cache_path("threatloom", appauthor=False) / "index"


def place_of(root: Path, base: Path | None = None, server: str | None = None, patience_s: float = 60.0) -> IndexPlace:
    """One index per tree, named after the tree's own folder."""
    resolved = root.resolve()
    key = hashlib.sha256(str(resolved).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return IndexPlace((base or default_folder()) / key, server, patience_s)
