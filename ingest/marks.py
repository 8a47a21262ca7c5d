"""What tells a file from its later self without reading it, and what was found out about it when it got that mark.

`mark_of` gives a source its mark, `unchanged` gives the source back for as long as the file is the same. Nothing is opened for either.
"""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import cast

from ingest.source import Purpose, Source, SourceKind

_JUST_NOW_NS = 1_000_000_000  # as fine as any file system's clock that still matters
_PARTS = 5


def mark_of(source: Source) -> str | None:
    """The mark of a file as it is now; None where it cannot be looked at."""
    try:
        seen = os.stat(source.location)  # noqa: PTH116 - of thousands of files, where pathlib takes twice as long
    except OSError:
        return None
    mark = f"{_status(seen)}:{source.kind}:{source.purpose}"
    # What changed a moment ago may change again without its times moving: such a mark is not found again.
    now = time.time_ns()
    return f"{mark}:just-now:{now}" if abs(now - seen.st_ctime_ns) < _JUST_NOW_NS else mark


def unchanged(base: Path, path: str, label: str, mark: str) -> Source | None:
    """The source that got this mark; None where its file is another one by now, or is none."""
    parts = mark.split(":")
    if len(parts) != _PARTS:
        return None
    location = base / path
    try:
        seen = os.lstat(location)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(seen.st_mode) or _status(seen) != ":".join(parts[:3]):
        return None
    return Source(label, location, cast("SourceKind", parts[3]), cast("Purpose", parts[4]), seen.st_size)  # as `mark_of` wrote them


def _status(seen: os.stat_result) -> str:
    return f"{seen.st_size}:{seen.st_mtime_ns}:{seen.st_ctime_ns}"
