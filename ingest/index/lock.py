"""One process at a time: a lock on a file, with a limit to how long it is waited for.

The operating system holds the lock and lets go of it when a process ends, however it ends. The file says who holds it, for
the message of whoever waits in vain.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import UnusableInput

_PAUSE_S = 0.05


@contextlib.contextmanager
def held(file: Path, patience_s: float) -> Iterator[None]:
    """The lock on a file, from here to the end of the block.

    Raises:
        UnusableInput: another process held it for longer than `patience_s`.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        deadline = time.monotonic() + patience_s
        while not _taken(descriptor):
            if time.monotonic() >= deadline:
                raise UnusableInput(f"the index is in use by {_holder(descriptor)}", str(file.parent), "wait for it to end, then try again")
            time.sleep(_PAUSE_S)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0) if hasattr(os, "pwrite") else None
        yield
    finally:
        os.close(descriptor)  # lets go of the lock as well


def _holder(descriptor: int) -> str:
    said = os.pread(descriptor, 20, 0).decode("ascii", "replace") if hasattr(os, "pread") else ""
    return f"process {said}" if said.isdigit() else "another process"


if sys.platform == "win32":
    import msvcrt

    def _taken(descriptor: int) -> bool:
        try:
            os.lseek(descriptor, 1024, os.SEEK_SET)  # a byte that nobody writes
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
