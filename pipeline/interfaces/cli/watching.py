"""The loop of `threatloom watch`: each time files changed, a scan, and lines on what that changed.

Takes what tells of changes as an iterator, so that nothing here waits or sleeps. A change that no file of the scan took part in (an
ignored file, git's own) costs a listing of names and no scan.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ingest import list_paths
from ingest.errors import UnusableInput
from ingest.examination import may_be_read
from pipeline.baseline.files import FilesAtHand
from pipeline.findings.comparing import Change, ChangeKind, compare
from pipeline.findings.model import Scan
from pipeline.findings.story import story_of
from pipeline.progress import Silent
from pipeline.reports.difference.words import SIGNS
from pipeline.reports.escape import shorten, visible
from pipeline.reports.wording import headline, open_findings, place, plural, sentence, severity_counts
from pipeline.scan import ScanSettings
from pipeline.scan import scan as run_scan

MOST_FINDINGS, MOST_STORY, WIDTH = 8, 4, 160
DEBOUNCE_MS, STEP_MS = 1600, 200
_SIGNS: dict[ChangeKind, str] = {"new": "+", "severity": "~", "fixed": "-", "unknown": "?", "unchanged": " "}
logger = logging.getLogger(__name__)


def changes_of(path: Path) -> Iterator[object]:
    """Something each time files below a path changed, once they have been left alone for a moment.

    Raises:
        UnusableInput: the system cannot tell of changes there.
    """
    from watchfiles import DefaultFilter, watch

    try:
        yield from watch(
            path.resolve(), watch_filter=DefaultFilter(), debounce=DEBOUNCE_MS, step=STEP_MS, raise_interrupt=True,
            ignore_permission_denied=True,
        )  # fmt: skip
    except (OSError, RuntimeError) as problem:
        what = f"changes cannot be watched, {shorten(str(problem), 120)}"
        raise UnusableInput(what, str(path), "raise fs.inotify.max_user_watches, or set WATCHFILES_FORCE_POLLING=1") from None


def watched(path: Path, settings: Callable[[], ScanSettings], changes: Iterable[object]) -> Iterator[str]:
    """Lines to show: on the first scan, then after each change. What cannot be scanned just now is said, and tried again.

    Raises:
        UnusableInput: the first scan cannot be made.
    """
    wanted = settings()
    stamp, last = _stamp(path, wanted), run_scan(path, wanted, Silent())
    yield f"watching {visible(last.target.name)}: {_counted(last)}"
    for _ in changes:
        try:
            wanted = settings()
            now = _stamp(path, wanted)
            if now == stamp:
                continue
            new = run_scan(path, wanted, Silent())
            told = compare(last, new, tree=FilesAtHand.of(list_paths(path, wanted.sought), wanted.sought))
        except UnusableInput as problem:
            yield f"! {visible(' '.join(str(problem).split()))}"
            continue
        yield from _told(last, new, told)
        stamp, last = now, new


def _stamp(path: Path, settings: ScanSettings) -> tuple[object, ...]:
    """What tells whether a scan can say anything else: the names of all files, and size and time of those that may be read."""
    listing = list_paths(path, settings.sought)
    places = [*(listing.base / name for name in listing.paths if may_be_read(name)), *settings.docs, *settings.knowledge]
    return (settings.exclude, settings.suppress, listing.paths, tuple(_seen(place) for place in places))


def _seen(place: Path) -> tuple[int, int, int]:
    try:
        status = os.lstat(place)
    except OSError:  # it went while it was looked for: that is a change of its own
        return (0, 0, 0)
    return (status.st_size, status.st_mtime_ns, status.st_ino)


def _told(old: Scan, new: Scan, changes: tuple[Change, ...]) -> Iterator[str]:
    shown = [change for change in changes if change.kind != "unchanged"]
    story = story_of(old, new, changes=changes, most=MOST_STORY)
    for line in story.lines:
        yield shorten(f"  {SIGNS[line.tone]} {visible(line.text)}", WIDTH)
    for change in shown[:MOST_FINDINGS]:
        finding = change.finding
        why = f" ({visible(change.reason)})" if change.reason and change.kind != "new" else ""
        head = f"  {_SIGNS[change.kind]} {finding.severity}[{visible(finding.threat)}] {visible(place(headline(finding)))}: "
        yield shorten(head + (why.strip() if change.kind in ("fixed", "unknown") else visible(sentence(finding)) + why), WIDTH)
    if len(shown) > MOST_FINDINGS:
        yield f"    and {plural(len(shown) - MOST_FINDINGS, 'more change')}"
    for error in new.errors[:2]:
        if error not in old.errors:
            yield shorten(f"  ! {visible(error.path)}: {visible(error.error)}", WIDTH)
    counts = {kind: sum(change.kind == kind for change in changes) for kind in ("new", "fixed", "severity", "unknown")}
    said = [
        f"{counts['new']} new",
        f"{counts['fixed']} fixed",
        f"{counts['severity']} of another severity",
        f"{counts['unknown']} not known",
    ]
    kept = ", ".join(text for text, count in zip(said, counts.values(), strict=True) if count) or "nothing new"
    yield f"{_counted(new)}; {kept}"


def _counted(scan: Scan) -> str:
    found = open_findings(scan)
    by = ", ".join(f"{count} {severity}" for severity, count in severity_counts(found))
    return plural(len(found), "finding") + (f" ({by})" if by else "")
