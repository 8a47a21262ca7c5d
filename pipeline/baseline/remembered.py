"""A scan and the record, with what only the tree knows: which files were renamed since, and whether what was cited still stands there.

Both cost something, and are looked up when a finding is missing or has another id; most scans ask for neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from ingest import SourceSettings, list_paths
from ingest.renames import renames_between
from ingest.revision import revision_tree
from pipeline.baseline.files import FilesAtHand
from pipeline.findings.model import Scan
from pipeline.record import Kept, Record, system_key


class RenamesSince(Mapping[str, str]):
    """Paths of an earlier commit and what they are called now, asked of git when first looked at."""

    def __init__(self, root: Path, commit: str | None, now: str | None = None) -> None:
        self._root, self._commit, self._now = root, commit, now

    @cached_property
    def _renames(self) -> Mapping[str, str]:
        return {} if self._commit is None else renames_between(self._root, self._commit, self._now)

    def __getitem__(self, path: str) -> str:
        return self._renames[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._renames)

    def __len__(self) -> int:
        return len(self._renames)


def decided_scan(record: Record, path: Path, scan: Scan, today: date, *, system: str | None = None) -> Scan:
    """A fresh scan of a path with the decisions of the record that hold."""
    key = system_key(path) if system is None else system
    return record.decided(key, scan, today, renames=_renames(record, path, key))


def keep_scan(
    record: Record, path: Path, scan: Scan, sought: SourceSettings, *, at: datetime, system: str | None = None, run: str | None = None,
    name: str | None = None, owner: str = "", tags: Sequence[str] = (), criticality: str = "", rev: str | None = None,
) -> Kept:  # fmt: skip
    """Keeps a scan of the files as they lie at a path, or of a revision of it; `sought` is what was looked for there."""
    key = system_key(path) if system is None else system
    with ExitStack() as closing:
        if rev is None:
            tree = FilesAtHand(lambda: list_paths(path, sought), sought)
        else:
            tree = FilesAtHand.of(closing.enter_context(revision_tree(path, rev, sought)), sought)
        return record.keep(
            key, scan, at=at, run=run, name=name, owner=owner, tags=tags, criticality=criticality,
            renames=_renames(record, path, key, scan.target.revision if rev is not None else None), tree=tree,
        )  # fmt: skip


def _renames(record: Record, path: Path, key: str, now: str | None = None) -> RenamesSince:
    last = next((entry for entry in record.scans(key, 5) if not entry.late), None)
    return RenamesSince(path, last.revision if last is not None else None, now)
