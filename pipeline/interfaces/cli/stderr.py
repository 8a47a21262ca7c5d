"""What goes to stderr: progress, on a terminal only, and log lines without control characters."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.progress import Progress, Silent

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        from pipeline.reports.escape import visible

        return visible(super().format(record))


class _Stderr(logging.Handler):
    """Writes to what stderr is by then: whoever calls several commands in one process may have put another in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except Exception:
            self.handleError(record)


def log_to_stderr(*, verbose: bool, quiet: bool) -> None:
    """Show warnings of our own rooms; with `verbose` also what an operator asks for; nothing below errors with `quiet`."""
    handler = _Stderr()
    handler.setFormatter(_OneLine("threatloom: %(levelname)s: %(message)s"))
    for room in ("ingest", "pipeline"):
        logger = logging.getLogger(room)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.ERROR if quiet else logging.DEBUG if verbose else logging.WARNING)


class _Shown:
    """One bar per phase."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def step(self, phase: str, done: int, total: int) -> None:
        if phase not in self._tasks:
            self._tasks[phase] = self._bars.add_task(phase, total=total or None)
        self._bars.update(self._tasks[phase], completed=done, total=total or None)


@contextlib.contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Progress]:
    """Bars while the work lasts, gone afterwards; silent where nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Shown(bars)
