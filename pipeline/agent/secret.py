"""The key of this machine, from which nonces and placeholders are derived.

Unguessable for who writes what is scanned, the same in every run here.
"""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path

_BYTES = 32
logger = logging.getLogger(__name__)


def machine_secret(file: Path | None) -> bytes:
    """The key in a file, made there if there is none or a broken one; where it cannot be kept, one for this run."""
    fresh = secrets.token_bytes(_BYTES)
    if file is None:
        return fresh
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _known(file) or _kept(file, fresh)
    except OSError as problem:
        logger.info("the key of this machine is not kept: %s", problem)
    return fresh


def _known(file: Path) -> bytes | None:
    try:
        found = file.read_bytes()
    except FileNotFoundError:
        return None
    return found if len(found) == _BYTES else None


def _kept(file: Path, fresh: bytes) -> bytes:
    """Written beside its place and then moved there: a process that is killed leaves no half of it, two at once end with the same."""
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(8)}.tmp")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(fresh)
            opened.flush()
            os.fsync(opened.fileno())
        try:
            os.link(unfinished, file)
        except OSError:  # it is there, broken or made by another process meanwhile; or the file system knows no links
            if _known(file) is None:
                unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return _known(file) or fresh


def default_file() -> Path:
    """Where the key is unless told otherwise: the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("threatloom", appauthor=False) / "machine.key"
