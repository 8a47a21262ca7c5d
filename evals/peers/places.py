"""Where a tool says that something lies, as a path within the system; tools name it in full, from a folder above, or from its own."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlparse


class Told(NamedTuple):
    """One thing a report says, at one place."""

    path: str
    first: int
    last: int
    rule: str


def inside(uri: str, system: Path) -> str | None:
    """The path of a file of the system; None for any other."""
    parts = Path(unquote(urlparse(uri).path if "://" in uri else uri)).parts
    if ".." in parts:
        return None
    if system.name in parts:
        parts = parts[parts.index(system.name) + 1 :]
    relative = Path(*parts)
    return relative.as_posix() if parts and not relative.is_absolute() and (system / relative).is_file() else None
