"""What a conversation is about: the last scan of a folder that is still that of its files, what changed before it, and its passages.

The record's last scan is taken where the folder is at the same revision, clean, and was scanned with the same knowledge; else the folder is
scanned, which an unchanged one answers from kept results. Nothing is written to the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import UnusableInput
from pipeline.findings.comparing import Change, compare

if TYPE_CHECKING:
    from pipeline.findings.model import Scan
    from pipeline.record import Record
    from pipeline.retrieval import Hit, IndexSettings, Retriever

_LOOKED_BACK = 3  # scans of the record
Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ground:
    """What can be spoken of."""

    scan: Scan
    earlier: tuple[Change, ...] | None = None
    earlier_name: str = ""
    search: Callable[[str], Sequence[Hit]] | None = None


@contextmanager
def ground_of(
    path: Path, scan: Callable[[], Scan], record: Callable[[], Record] | None, index: Callable[[], IndexSettings] | None, warn: Warn,
    *, recorded: bool = True,
) -> Iterator[Ground]:  # fmt: skip
    """The ground of a conversation about a folder: `scan` makes a scan, `record` opens the record, `index` says where passages are kept.

    A record that cannot be used costs a warning and what it knows, never the answer. Where not `recorded`, the scan that `scan` gives is
    spoken of whatever the record holds.
    """
    with ExitStack() as closing:
        kept, before, name = _recorded(path, record, warn, closing) if recorded else (None, None, "")
        current = kept if kept is not None else scan()
        opened = _open(record, warn, closing) if record is not None else None
        if kept is None and opened is not None:
            current, before, name = _since(path, current, opened, warn)
        searching = None if index is None else closing.enter_context(_Passages(path, current, index, warn))
        yield Ground(current, before, name, searching)


def _open(record: Callable[[], Record] | None, warn: Warn, closing: ExitStack) -> Record | None:
    if record is None:
        return None
    try:
        return closing.enter_context(record())
    except UnusableInput as failure:
        warn(f"what the record knows is left out: {failure}")
        return None


def _recorded(
    path: Path, record: Callable[[], Record] | None, warn: Warn, closing: ExitStack
) -> tuple[Scan | None, tuple[Change, ...] | None, str]:
    """The last scan of the record where the folder is still as it was then, with what changed before it."""
    opened = _open(record, warn, closing)
    if opened is None:
        return None, None, ""
    from ingest import SourceSettings, list_paths
    from pipeline.record import system_key
    from pipeline.threats.catalog import hash_with
    from pipeline.threats.own import NOTHING

    try:
        latest = opened.latest(system_key(path))
        if latest is None or latest.target.revision is None or latest.target.dirty or latest.tool.knowledge != hash_with(NOTHING):
            return None, None, ""
        listing = list_paths(path, SourceSettings())
        if listing.dirty or listing.revision != latest.target.revision:
            return None, None, ""
        entries = opened.scans(system_key(path), _LOOKED_BACK)
        if len(entries) < 2:
            return latest, None, ""
        return latest, compare(opened.scan(entries[1].id), latest), _named(entries[1].id, entries[1].at, entries[1].revision)
    except UnusableInput as failure:
        warn(f"what the record knows is left out: {failure}")
        return None, None, ""


def _since(path: Path, current: Scan, record: Record, warn: Warn) -> tuple[Scan, tuple[Change, ...] | None, str]:
    """A fresh scan with the record's decisions, and what changed since the last scan of it that says something else."""
    from pipeline.record import system_key

    key = system_key(path)
    try:
        current = record.decided(key, current, datetime.now(UTC).date())
        found: tuple[Scan, tuple[Change, ...] | None, str] = (current, None, "")
        for entry in record.scans(key, _LOOKED_BACK):
            before = record.scan(entry.id)
            if before.started_at == current.started_at:
                continue  # it is this one
            changes = compare(before, current)
            found = (current, changes, _named(entry.id, entry.at, entry.revision))
            if any(change.kind != "unchanged" for change in changes):
                break
        return found
    except UnusableInput as failure:
        warn(f"what the record knows is left out: {failure}")
        return current, None, ""


def _named(number: int, at: datetime, revision: str | None) -> str:
    at_revision = f", revision {revision[:10]}" if revision else ""
    return f"scan {number} of {at:%Y-%m-%d %H:%M}{at_revision}"


class _Passages:
    """The passages of a folder, indexed when somebody first asks for them; where that fails there are none, and that is said."""

    def __init__(self, path: Path, scan: Scan, settings: Callable[[], IndexSettings], warn: Warn) -> None:
        self._path, self._scan, self._settings, self._warn = path, scan, settings, warn
        self._opened: Retriever | None = None
        self._failed = False

    def __enter__(self) -> _Passages:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened.close()

    def __call__(self, question: str) -> Sequence[Hit]:
        if self._failed:
            return ()
        try:
            if self._opened is None:
                from pipeline.retrieval import Retriever

                self._opened = Retriever(self._path, self._scan.system, self._settings())
            return self._opened.search(question)
        except UnusableInput as failure:
            self._failed = True
            self._warn(f"passages of the files are not searched: {failure}")
            return ()
