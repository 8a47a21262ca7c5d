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
    """The key in a file, made there if there is none; where it cannot be kept, one for this run."""
    fresh = secrets.token_bytes(_BYTES)
    if file is None:
        return fresh
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except FileExistsError:
            known = file.read_bytes()
            return known if len(known) == _BYTES else fresh
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(fresh)
    except OSError as problem:
        logger.info("the key of this machine is not kept: %s", problem)
    return fresh


def default_file() -> Path:
    """Where the key is unless told otherwise: the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("threatloom", appauthor=False) / "machine.key"
