"""The child process in which one system is scanned: asked by a pipe, answers by a pipe, ends when its parent is gone.

Takes an order and what the machine has; gives an outcome. It scans as the command `scan` does, in one process unless told otherwise, and
keeps the result in the record under the order's run. What goes wrong with one system becomes an outcome with a reason.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import UnusableInput
from pipeline.fleet.order import GitSource, Outcome, ScanOrder, Workplace
from pipeline.reports.escape import shorten, visible

if TYPE_CHECKING:
    from pipeline.findings.model import Scan
    from pipeline.record import Record
    from pipeline.scan import ScanSettings

logger = logging.getLogger(__name__)


Said = Callable[[Path, str | None, ScanOrder], "ScanSettings"]
"""What a scan of a folder, or of a revision of it, is started with: by an order, and by what the scanned tree may say of itself."""


def main(said: Said | None = None) -> None:
    """Answers what stands in the first line of the standard input."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    asked: Any = json.loads(sys.stdin.buffer.readline())  # Any: JSON of ours, taken apart here
    threading.Thread(target=_end_with_parent, daemon=True).start()
    order = ScanOrder.model_validate(asked["order"])
    _bound_memory(order.limits.memory_mb)
    place = Workplace(
        asked["record"], None if asked["cache"] is None else Path(asked["cache"]), processes=asked["processes"], tokens=asked["tokens"],
        ssh_agent=asked["ssh_agent"],
    )  # fmt: skip
    os.write(answer, carried_out(order, place, lambda: datetime.now(UTC), said or plain_settings).model_dump_json().encode())
    os.close(answer)


def _end_with_parent() -> None:
    """The other end of our input closes when the parent closes it, or is gone; nobody waits for the answer then."""
    while os.read(0, 4096):
        pass
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def _bound_memory(megabytes: int) -> None:
    """A bound of the kernel's, far above that of the order, for what grows faster than it is looked at; no picture of a crash is left."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        most = (2 * megabytes + 2048) * 1024 * 1024
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        if hard == resource.RLIM_INFINITY or hard > most:
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def carried_out(order: ScanOrder, place: Workplace, clock: Callable[[], datetime], said: Said) -> Outcome:
    """What came of an order, in this process and without limits."""
    try:
        return _kept(order, place, clock, said)
    except UnusableInput as problem:
        return _failed(order, f"{problem.what}: {problem.where}")
    except MemoryError:
        return Outcome(name=order.name, key=order.key, kind="too_large", reason="it took more memory than there is for it")
    except Exception as problem:  # scanned code decides what happens here: one system must not cost the others
        logger.exception("scanning failed")
        return _failed(order, f"{type(problem).__name__}: {problem}")


def _failed(order: ScanOrder, reason: str) -> Outcome:
    return Outcome(name=order.name, key=order.key, kind="failed", reason=shorten(visible(" ".join(reason.split())), 300))


def _kept(order: ScanOrder, place: Workplace, clock: Callable[[], datetime], said: Said) -> Outcome:
    from pipeline.baseline import keep_scan
    from pipeline.record import open_record

    with open_record(place.record) as record:
        if (scan_id := kept_in_run(record, order.key, order.run)) is not None:
            return Outcome(name=order.name, key=order.key, kind="known", scan_id=scan_id)
    begun = clock()  # of this system and not of the night: somebody may have scanned it by hand in between
    with _at(order, place) as (folder, rev):
        settings = said(folder, rev, order)
        result = scanned(order, place, begun, folder, rev, settings)
        with open_record(place.record) as record:
            kept = keep_scan(
                record, folder, result, settings.sought, at=begun, system=order.key, run=order.run, name=order.name, owner=order.owner,
                tags=order.tags, criticality=order.criticality, rev=rev,
            )  # fmt: skip
    return Outcome(
        name=order.name, key=order.key, kind="known" if kept.doubled else "kept", scan_id=kept.scan_id, errors=len(result.errors)
    )


def kept_in_run(record: Record, key: str, run: str) -> int | None:
    """The scan of a system that was kept in a run, by its id."""
    return next((entry.id for entry in record.scans(key) if entry.run == run), None)


def plain_settings(folder: Path, rev: str | None, order: ScanOrder) -> ScanSettings:
    """What an order says, and nothing that the scanned tree says."""
    from pipeline.scan import ScanSettings

    return ScanSettings(docs=tuple(map(Path, order.docs)), exclude=order.exclude, knowledge=tuple(map(Path, order.knowledge)))


@contextlib.contextmanager
def _at(order: ScanOrder, place: Workplace) -> Iterator[tuple[Path, str | None]]:
    """The folder that an order is about, and the revision of it, for as long as the context lasts."""
    if isinstance(order.source, GitSource):
        from pipeline.fleet.repositories import revision_of

        with revision_of(order.source, place, order.limits) as found:
            yield found
        return
    folder = Path(order.source)
    if not folder.exists():
        raise UnusableInput("no such file or folder", visible(order.source), "correct the fleet file")
    yield folder, None


def scanned(order: ScanOrder, place: Workplace, begun: datetime, folder: Path, rev: str | None, settings: ScanSettings) -> Scan:
    """The scan that an order asks for, called as the fleet calls the system."""
    from pipeline.scan import scan

    cache = place.cache / "results" if place.cache else None
    result = scan(folder, replace(settings, jobs=place.processes, cache=cache, rev=rev), clock=lambda: begun)
    return result.model_copy(update={"target": result.target.model_copy(update={"name": order.name})})
