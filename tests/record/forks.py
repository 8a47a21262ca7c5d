"""Processes that tests fork: each opens the record for itself, as any other process would."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Callable


def forked(work: Callable[[], None]) -> int:
    """A process that does this and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newer Pythons warn of threads that are not there
        process = os.fork()
    if process == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    return process


def ended(process: int) -> int:
    """How a process ended: its exit code, or the signal as a negative number."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
