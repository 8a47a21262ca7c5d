"""The record on the command line: decisions on the findings of a scan, and keeping the scan.

A record that cannot be used costs a warning, never the scan.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

import click

if TYPE_CHECKING:
    from ingest import SourceSettings
    from pipeline.findings.model import Scan
    from pipeline.record import Kept, Record

OFF = "off"
T = TypeVar("T")

with_record = click.option(
    "--record", metavar="URL", help="The record: a file, or postgresql://HOST/DATABASE. Default: a file in your data folder."
)


class Memory:
    """The record, as far as it can be used, while one scan of a folder is made."""

    def __init__(self, path: Path, record: str | None) -> None:
        self._path, self._named = path, record
        self._closing = ExitStack()
        self._record: Record | None = None

    def __enter__(self) -> Self:
        if self._named != OFF:
            from pipeline.record import open_record

            opened = self._trying("this scan is not kept, and decisions of the record are not known", lambda: open_record(self._named))
            self._record = None if opened is None else self._closing.enter_context(opened)
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._closing.close()

    @property
    def opened(self) -> Callable[[], AbstractContextManager[Record]] | None:
        """Lends the record to who must have it; None where it is not used."""
        if self._named == OFF:
            return None

        def lend() -> AbstractContextManager[Record]:
            from pipeline.record import open_record

            # One that could not be opened before is asked again: its error is theirs.
            return nullcontext(self._record) if self._record is not None else open_record(self._named)

        return lend

    def decided(self, scan: Scan) -> Scan:
        """The scan with the decisions of the record on its findings."""
        from datetime import UTC, datetime

        record = self._record
        if record is None:
            return scan
        from pipeline.baseline import decided_scan

        today = datetime.now(UTC).date()
        known = self._trying("decisions of the record are not known", lambda: decided_scan(record, self._path, scan, today))
        return scan if known is None else known

    def keep(self, scan: Scan, sought: SourceSettings, *, quiet: bool) -> None:
        """Keeps the scan, and says what is new since the last one."""
        from datetime import UTC, datetime

        record = self._record
        if record is None:
            return
        from pipeline.baseline import keep_scan

        kept = self._trying("this scan is not kept", lambda: keep_scan(record, self._path, scan, sought, at=datetime.now(UTC)))
        if kept is not None and not quiet:
            click.echo(f"threatloom: {told(kept)}", err=True)

    def _trying(self, without: str, ask: Callable[[], T]) -> T | None:
        from ingest.errors import UnusableInput
        from pipeline.reports.escape import visible

        try:
            return ask()
        except UnusableInput as failure:
            click.echo(f"threatloom: warning: {without}: {visible(' '.join(str(failure).split()))}", err=True)
            return None


def told(kept: Kept) -> str:
    """What keeping came to, in a line."""
    if kept.late:
        return f"kept as scan {kept.scan_id}; one of a later time was kept before, which stays what is known of now (is the clock right?)"
    if kept.previous is None:
        return f"kept as scan {kept.scan_id}, the first of this folder: `threatloom history` shows what changes from now on"
    counts = (("new", kept.new), ("reopened", kept.reopened), ("fixed", kept.fixed), ("not looked for", kept.unknown))
    said = ", ".join(f"{len(ids)} {name}" for name, ids in counts if ids)
    return f"kept as scan {kept.scan_id}; since scan {kept.previous}: {said or 'nothing changed'}"
