"""The task that all executors run: scan one system in a child process, keep the scan in the record, say what came of it.

The child is ended with all that it started when it takes more time or memory than its limits, when nobody wants it any more, or when its
parent is gone. It writes to the record itself, in one transaction and under the order's run: whatever is killed at whatever moment, the
record holds the scan once or not at all, and the same order may be run again.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import psutil
from pydantic import ValidationError

from ingest.told_secrets import without_secrets
from pipeline.fleet.order import Outcome, OutcomeKind, ScanOrder, Workplace
from pipeline.reports.escape import shorten, visible

logger = logging.getLogger(__name__)
_LOOK = 0.1  # seconds between two looks at a child
_MOST_SAID = 65_536  # bytes of its answer and of its complaints that are kept
_START = "import importlib, json, sys; sys.path[:] = json.loads(sys.argv[1]); importlib.import_module({entry!r}).main()"


def _never() -> bool:
    return False


def scan_system(order: ScanOrder, workplace: Workplace, *, stopped: Callable[[], bool] = _never) -> Outcome:
    """What came of scanning one system, whatever the system does; `stopped` says that nobody wants the answer any more."""
    try:
        return attended(_START.format(entry=workplace.entry), _asked(order, workplace), order, stopped)
    except Exception as problem:  # a bug of ours costs one system, not the night
        logger.exception("a system could not be scanned")
        return _outcome(order, "failed", shorten(visible(f"{type(problem).__name__}: {problem}"), 300), time.monotonic())


def attended(start: str, asked: str, order: ScanOrder, stopped: Callable[[], bool]) -> Outcome:
    """What a child process that is started by some Python says to what it is asked, within the limits of an order."""
    begun = time.monotonic()
    try:
        # The child imports what we import: what lies in the folder we were started in, may be somebody's else.
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", start, json.dumps(_places())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    except OSError as problem:
        return _outcome(order, "failed", f"no process could be started: {problem.strerror}", begun)
    assert child.stdin is not None and child.stdout is not None and child.stderr is not None
    said, complaint = _Drain(child.stdout), _Drain(child.stderr)
    try:
        with contextlib.suppress(OSError):  # one that is gone already says so by how it ended
            child.stdin.write(asked.encode() + b"\n")
            child.stdin.flush()
        ended = _watched(child, order, begun, stopped)
    finally:
        _end(child)
        answer, words = said.text(), complaint.text()
        with contextlib.suppress(OSError):
            child.stdin.close()
    if ended is not None:
        return _outcome(order, *ended, begun)
    try:
        outcome = Outcome.model_validate_json(answer)
    except ValidationError:
        return _outcome(order, "failed", _why(child.returncode, words), begun)
    return outcome.model_copy(update={"seconds": round(time.monotonic() - begun, 3)})


def _outcome(order: ScanOrder, kind: OutcomeKind, reason: str, begun: float) -> Outcome:
    return Outcome(name=order.name, key=order.key, kind=kind, reason=reason, seconds=round(time.monotonic() - begun, 3))


def _asked(order: ScanOrder, workplace: Workplace) -> str:
    """By a pipe, not by arguments: those are seen by everybody on the machine."""
    return json.dumps(
        {
            "order": order.model_dump(mode="json"),
            "record": workplace.record,
            "cache": None if workplace.cache is None else str(workplace.cache),
            "processes": workplace.processes,
            "tokens": dict(workplace.tokens),
            "ssh_agent": workplace.ssh_agent,
        }
    )


def _places() -> Sequence[str]:
    ours = str(Path(__file__).resolve().parents[2])
    rest = [place for place in sys.path if place and Path(place).is_absolute()]
    return rest if ours in rest else [*rest, ours]


def _watched(child: subprocess.Popen[bytes], order: ScanOrder, begun: float, stopped: Callable[[], bool]) -> tuple[OutcomeKind, str] | None:
    """Waits for a child; why it has to be ended, or None where it ended by itself."""
    limits = order.limits
    try:
        family = psutil.Process(child.pid)
    except psutil.Error:
        family = None
    while True:
        if _has_ended(child):
            return None
        if stopped():
            return "stopped", "the night was interrupted"
        if time.monotonic() - begun > limits.seconds:
            return "timed_out", f"it took longer than its limit of {_spell(limits.seconds)}"
        if family is not None and _memory(family) > limits.memory_mb * 1024 * 1024:
            return "too_large", f"it took more memory than its limit of {limits.memory_mb} MB"


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether it ended, looked at for a moment; where that can be told without taking note of it, its number stays its own until then."""
    if hasattr(os, "waitid"):
        for _ in range(int(_LOOK / 0.01)):
            if os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                return True
            time.sleep(0.01)
        return False
    try:
        child.wait(_LOOK)
    except subprocess.TimeoutExpired:
        return False
    return True


def _spell(seconds: int) -> str:
    return f"{seconds // 60} min" if seconds >= 120 and seconds % 60 == 0 else f"{seconds} s"


def _memory(family: psutil.Process) -> int:
    """Bytes that a process and its children hold in memory; what they share counts for each."""
    taken = 0
    for process in _members(family):
        with contextlib.suppress(psutil.Error):
            taken += int(process.memory_info().rss)
    return taken


def _members(family: psutil.Process) -> list[psutil.Process]:
    try:
        return [family, *family.children(recursive=True)]
    except psutil.Error:
        return [family]


def _end(child: subprocess.Popen[bytes]) -> None:
    """No process of a child's family is left, whether it ended by itself or not."""
    members: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        members = psutil.Process(child.pid).children(recursive=True)
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    for process in members:
        with contextlib.suppress(psutil.Error):
            process.kill()
    child.kill()
    child.wait()


class _Drain:
    """Reads all that a process writes, and keeps the end of it: a full pipe would stop the process."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._kept = bytearray()
        self._stream = stream
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while block := os.read(self._stream.fileno(), 8192):
                self._kept = (self._kept + block)[-_MOST_SAID:]

    def text(self) -> str:
        self._thread.join(2)
        with contextlib.suppress(OSError):
            self._stream.close()
        return self._kept.decode("utf-8", "replace")


def _why(code: int, complaint: str) -> str:
    """Why a child gave no answer, by how it ended and the last line of what it complained of."""
    lines = [line for line in complaint.splitlines() if line.strip()]
    last = f": {shorten(visible(without_secrets(lines[-1].strip())), 300)}" if lines else ""
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"its process was ended by {signal.Signals(-code).name}{last}"
    return f"its process ended with code {code}{last}"
