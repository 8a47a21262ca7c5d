"""A scan against its baseline, and the one way two sides are compared: renamed files by git, what is gone by the files at hand.

What cannot be a baseline ends with an error: nobody may take a comparison with nothing for a green run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ingest import list_paths
from ingest.errors import UnusableInput
from ingest.renames import renames_between
from ingest.revision import revision_tree
from pipeline.baseline.files import FilesAtHand
from pipeline.baseline.sides import Lent, Side, side_of, work_tree
from pipeline.findings.comparing import Change, compare, with_baseline
from pipeline.findings.difference import Difference, difference_of
from pipeline.findings.model import Scan, Suppression
from pipeline.findings.story import Story, story_of
from pipeline.findings.suppressing import added_since, only_of_baseline
from pipeline.progress import Progress, Silent
from pipeline.scan import ScanSettings, slugs_of

_NOT_ASKED = "a model saw it, none was asked about the baseline, and the lines it cites stand there already"


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sides held against each other."""

    old: Side
    new: Side
    changes: tuple[Change, ...]
    story: Story
    notes: tuple[str, ...]  # what makes the comparison weaker than it looks, a line each

    @property
    def scan(self) -> Scan:
        """The newer scan with the statuses against the older one, those that are gone included."""
        return with_baseline(self.new.scan, self.changes, self.old.named).model_copy(update={"story": self.story})


def _now() -> datetime:
    return datetime.now(UTC)


def scan_against(
    given: str, path: Path, settings: ScanSettings, progress: Progress | None = None, *, new_only: bool = False,
    record: Lent | None = None, decided: Callable[[Scan], Scan] = lambda scan: scan, clock: Callable[[], datetime] = _now,
    suppress: tuple[Suppression, ...] | None = None,
) -> Compared:  # fmt: skip
    """The scan of a path against its baseline, which is looked up before anything is scanned.

    `suppress` is what the settings file of a baseline that is a revision decides, where that is not what those of today do.

    Raises:
        UnusableInput: the baseline means nothing, cannot be used, or is of another system; or as for `scan`.
    """
    progress = progress or Silent()
    before = settings if suppress is None else replace(settings, suppress=suppress)
    old = side_of(given, path, before, progress, record=record, clock=clock, decided=decided)
    old = replace(old, named=old.named.model_copy(update={"new_only": new_only}))
    return compared(path, old, work_tree(path, settings, progress, clock=clock, decided=decided), settings, clock)


def difference_of_sides(
    old: str, new: str, path: Path, settings: ScanSettings, progress: Progress | None = None, *, record: Lent | None = None,
    decided: Callable[[Scan], Scan] = lambda scan: scan, clock: Callable[[], datetime] = _now,
) -> tuple[Difference, Compared]:  # fmt: skip
    """The difference of two sides, each by its name; `.` are the files as they lie there. No model is asked.

    Raises:
        UnusableInput: a side means nothing or cannot be used, or they are of two systems.
    """
    progress, settings = progress or Silent(), replace(settings, llm=None)

    def side(given: str) -> Side:
        if given == ".":
            return work_tree(path, settings, progress, clock=clock, decided=decided)
        return side_of(given, path, settings, progress, record=record, clock=clock, decided=decided)

    found = compared(path, side(old), side(new), settings, clock)
    names = found.old.named, found.new.named
    return difference_of(found.new.scan, names, found.changes, found.story, found.notes), found


def compared(path: Path, old: Side, new: Side, settings: ScanSettings, clock: Callable[[], datetime] = _now) -> Compared:
    """Two sides of one system held against each other.

    Raises:
        UnusableInput: they are of two systems.
    """
    renames = _renames(path, old, new)
    _check_same(old, new, renames)
    new = replace(new, scan=added_since(new.scan, old.scan, renames))
    if settings.trust == "baseline":
        new = replace(new, scan=only_of_baseline(new.scan, clock().date(), slugs_of(settings.knowledge)))
    with _files(path, new, settings) as tree:
        changes = compare(old.scan, new.scan, renames=renames, tree=tree)
    changes = _with_lines(path, old, new, settings, changes)
    return Compared(old, new, changes, story_of(old.scan, new.scan, renames=renames, changes=changes), tuple(_notes(old, new)))


def _renames(path: Path, old: Side, new: Side) -> Mapping[str, str]:
    if old.commit is None or (new.commit is None and not new.at_hand) or old.commit == new.commit:
        return {}
    return renames_between(path, old.commit, new.commit)


@contextmanager
def _files(path: Path, side: Side, settings: ScanSettings) -> Iterator[FilesAtHand | None]:
    """The files a side is about; None where they are not at hand."""
    if side.at_hand:
        yield FilesAtHand.of(list_paths(path, settings.sought), settings.sought)
    elif side.commit is not None:
        with revision_tree(path, side.commit, settings.sought) as tree:
            yield FilesAtHand.of(tree, settings.sought)
    else:
        yield None


def _check_same(old: Side, new: Side, renames: Mapping[str, str]) -> None:
    """A baseline that shares no file with what it is held against is of another system, or of another folder of it."""
    before, after = _paths(old.scan), _paths(new.scan)
    if before and after and not after & ({renames.get(path, path) for path in before} | before):
        name = f"{old.named.name} (a scan of {old.scan.target.name})"
        raise UnusableInput("no file of this baseline is among those that were scanned", name, "give one of the same folder")


def _paths(scan: Scan) -> frozenset[str]:
    """Files of a scan: those that were read; of one that does not say, those it cites."""
    return frozenset(scan.examined) or frozenset(evidence.path for finding in scan.findings for evidence in finding.evidence)


def _with_lines(path: Path, old: Side, new: Side, settings: ScanSettings, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """What a model saw, where none was asked about the older side, is new only where its lines are."""
    asked = [change for change in changes if change.kind == "new" and change.finding.source == "llm"]
    if not asked or old.scan.llm is not None or old.commit is None:
        return changes
    with revision_tree(path, old.commit, settings.sought) as tree:
        files = FilesAtHand.of(tree, settings.sought)
        there = {change.finding.id for change in asked if all(map(files.still_says, change.finding.evidence))}
    return tuple(
        Change(kind="unchanged", finding=change.finding, before=change.finding, reason=_NOT_ASKED)
        if change.kind == "new" and change.finding.id in there
        else change
        for change in changes
    )


def _notes(old: Side, new: Side) -> Iterator[str]:
    was, now = old.scan, new.scan
    if was.target.name != now.target.name:
        yield f"the older scan is of {was.target.name}, the newer one of {now.target.name}"
    if was.tool.knowledge != now.tool.knowledge:
        yield "the older scan was made by another version, or with other knowledge: what it did not know of yet counts as new"
    if was.errors:
        first = was.errors[0]
        more = f" and {len(was.errors) - 1} more" if len(was.errors) > 1 else ""
        yield f"the older scan is incomplete ({first.path}: {first.error}{more}): what it could not see counts as new"
