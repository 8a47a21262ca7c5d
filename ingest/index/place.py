"""Where an index lies, and what is seen of a file to know that it did not change."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from ingest.source import Source

_JUST_NOW_NS = 1_000_000_000  # as fine as any file system's clock that still matters


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


def mark_of(source: Source) -> str | None:
    """What tells a file from its later self without reading it; None where it cannot be looked at."""
    try:
        seen = source.location.stat()
    except OSError:
        return None
    mark = f"{seen.st_size}:{seen.st_mtime_ns}:{seen.st_ctime_ns}:{source.kind}:{source.purpose}"
    # What changed a moment ago may change again without its times moving: such a mark is not found again.
    return f"{mark}:just-now:{time.time_ns()}" if abs(time.time_ns() - seen.st_ctime_ns) < _JUST_NOW_NS else mark
