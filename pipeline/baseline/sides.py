"""One side of a comparison, by the name people give it: a scan's file, a revision, a scan of the record, the files as they lie there.

    scan.json, file:NAME    what `threatloom scan --format json=FILE` wrote
    record:last, record:N   a scan of this folder that the record keeps
    main, HEAD~3, rev:NAME  a revision of git, scanned now, with the settings of today

What a name means follows from how it is written and never from which files lie around: the scanned tree was written by others, and a file
called like a branch must not become the baseline.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ingest.errors import UnusableInput
from ingest.git import git_at
from ingest.revision import commit_of, known_commit, repository_of
from pipeline.findings.model import SCHEMA_VERSION, Baseline, Scan
from pipeline.progress import Progress
from pipeline.scan import ScanSettings
from pipeline.scan import scan as run_scan

if TYPE_CHECKING:
    from pipeline.record import Record

MOST_BYTES = 256 * 1024 * 1024  # of a scan's file
_OF_RECORD = re.compile(r"record:(last|[1-9]\d{0,8})")
_MEND = "give what threatloom scan --format json=FILE writes"
Clock = Callable[[], datetime]
Lent = Callable[[], "AbstractContextManager[Record]"]
Decided = Callable[[Scan], Scan]


@dataclass(frozen=True, slots=True)
class Side:
    """A scan, how it was named, and the files it is about as far as this repository still has them."""

    scan: Scan
    named: Baseline
    commit: str | None = None  # whose files it is about, where this repository has it and nothing was changed
    at_hand: bool = False  # whether it is about the files as they lie there

    @property
    def made_now(self) -> bool:
        """Whether it was made for this comparison, by this very threatloom."""
        return not self.named.started_at


def _now() -> datetime:
    return datetime.now(UTC)


def _as_it_is(scan: Scan) -> Scan:
    return scan


def revision_named(given: str) -> str | None:
    """The revision of git that a name means; None where it means a file or a scan of the record."""
    if given.startswith(("record:", "file:")) or (given.lower().endswith((".json", ".sarif")) and not given.startswith("rev:")):
        return None
    return given.removeprefix("rev:")


def side_of(
    given: str, path: Path, settings: ScanSettings, progress: Progress, *, record: Lent | None = None, clock: Clock = _now,
    decided: Decided = _as_it_is,
) -> Side:  # fmt: skip
    """The side that a name means; `record` opens the record, `decided` puts its decisions on a scan that is made now.

    Raises:
        UnusableInput: it means nothing, or nothing that can be used.
    """
    if given.startswith("record:"):
        return _of_record(given, path, record)
    if (revision := revision_named(given)) is not None:
        return _of_revision(revision, path, settings, progress, clock, decided)
    return _of_file(given.removeprefix("file:"), path)


def work_tree(path: Path, settings: ScanSettings, progress: Progress, *, clock: Clock = _now, decided: Decided = _as_it_is) -> Side:
    """The files as they lie there, or the revision that the settings name."""
    scan = decided(run_scan(path, settings, progress, clock))
    named = _named(scan, "revision", settings.rev or "the files as they lie there", now=True)
    return Side(scan, named, scan.target.revision if not scan.target.dirty else None, at_hand=settings.rev is None)


def _of_revision(name: str, path: Path, settings: ScanSettings, progress: Progress, clock: Clock, decided: Decided) -> Side:
    commit_of(repository_of(path.resolve()), name)  # before anything is opened
    # A model is not paid for what is only compared with: what it would have seen there is told from the lines.
    scan = decided(run_scan(path, replace(settings, rev=name, llm=None), progress, clock))
    return Side(scan, _named(scan, "revision", name, now=True), scan.target.revision)


def _of_file(name: str, path: Path) -> Side:
    scan = read_scan(Path(name))
    return Side(scan, _named(scan, "file", name), _commit_here(scan, path))


def _of_record(given: str, path: Path, record: Lent | None) -> Side:
    from pipeline.record import system_key

    asked = _OF_RECORD.fullmatch(given)
    if asked is None:
        raise UnusableInput("no scan of the record", given, "write record:last, or record:N as threatloom history lists them")
    if record is None:
        raise UnusableInput("the record is not used here", given, "leave --no-record out, or give a file or a revision")
    with record() as opened:
        kept = {entry.id: entry for entry in opened.scans(system_key(path), 10_000) if not entry.late}
        if not kept:
            raise UnusableInput("the record has no scan of this folder", str(path), "scan it once without --no-record")
        wanted = max(kept, key=lambda one: (kept[one].at, one)) if asked[1] == "last" else int(asked[1])
        if wanted not in kept:
            raise UnusableInput("the record has no such scan of this folder", given, "threatloom history lists them")
        scan = opened.scan(wanted)
    return Side(scan, _named(scan, "record", f"record:{wanted}"), _commit_here(scan, path))


def read_scan(file: Path) -> Scan:
    """The scan that a JSON report tells.

    Raises:
        UnusableInput: it is none, or cannot be read.
    """
    where = str(file)
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except (OSError, ValueError) as problem:
        what = "no such file" if isinstance(problem, FileNotFoundError) else "a scan's file cannot be read"
        raise UnusableInput(what, where, _MEND) from None
    if len(data) > MOST_BYTES:
        raise UnusableInput(f"a scan's file is larger than {MOST_BYTES // (1024 * 1024)} MB", where, _MEND)
    try:
        # Not by pydantic's own reader: names of files that are no UTF-8 are written with halves of characters, which it refuses.
        said: Any = json.loads(data)  # anything at all: a file of others
    except (ValueError, RecursionError):
        raise UnusableInput("not a whole JSON file, or none", where, _MEND) from None
    if not isinstance(said, dict) or "schema_version" not in said or "tool" not in said:
        what = "a SARIF report" if isinstance(said, dict) and "runs" in said else "JSON, but not of a scan"
        raise UnusableInput(what, where, _MEND)
    if said["schema_version"] != SCHEMA_VERSION:
        version = str(said["schema_version"])[:20]
        raise UnusableInput(
            f"a scan of schema {version}, while this threatloom reads {SCHEMA_VERSION}", where, "write it anew with this version"
        )
    try:
        return Scan.model_validate(said)
    except (ValidationError, RecursionError) as problem:
        first = ".".join(map(str, problem.errors()[0]["loc"])) if isinstance(problem, ValidationError) else ""
        raise UnusableInput(
            f"a scan with something in it that a scan does not have, at {first[:80] or 'its depth'}", where, _MEND
        ) from None


def _commit_here(scan: Scan, path: Path) -> str | None:
    """The commit a scan was made of, where the repository at `path` has it and it was all that was scanned."""
    said = scan.target.revision
    if said is None or scan.target.dirty or not re.fullmatch(r"[0-9a-f]{40,64}", said):
        return None
    git = git_at(path.resolve(), bare=True)
    return known_commit(git, said) if git is not None else None


def _named(scan: Scan, given: Any, name: str, *, now: bool = False) -> Baseline:  # Any: one of the words of `Baseline.given`
    return Baseline(
        given=given, name=name, revision=scan.target.revision, started_at="" if now else scan.started_at, version=scan.tool.version,
        knowledge=scan.tool.knowledge,
    )  # fmt: skip
