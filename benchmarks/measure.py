"""One command run and measured: wall seconds, CPU seconds, and the peak memory of all its processes together.

Memory is sampled every tenth of a second over the whole process tree, as proportional set size (a page that several
processes share is divided among them) where the system tells it, else as the sum of resident sizes, which counts them for
each process. A peak shorter than the interval can be missed. A command that does not end in its time is stopped with
all its children, and its figures are lower bounds.
"""

from __future__ import annotations

import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_INTERVAL_S = 0.1
_FIRST_INTERVAL_S = 0.02  # in the first second: a run may not last longer
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Measured:
    wall_s: float
    cpu_s: float
    peak_mb: float
    peak_resident_mb: float
    most_processes: int
    code: int | None  # None: stopped at its time limit


@dataclass(slots=True)
class _Peak:
    shared_once: int = 0
    resident: int = 0
    processes: int = 0

    def sample(self, root: psutil.Process) -> None:
        tree = _tree(root)
        resident = sum(_resident(process) for process in tree)
        self.resident = max(self.resident, resident)
        self.processes = max(self.processes, len(tree))
        if resident > self.shared_once:  # the proportional size is never larger, and dear to ask for
            self.shared_once = max(self.shared_once, sum(_proportional(process) for process in tree))


def measure(command: Sequence[str], cwd: Path, environment: Mapping[str, str], limit_s: float, log: Path) -> Measured:
    """Run a command to its end or its limit; what it prints goes to `log`."""
    before = _cpu_of_children()
    with log.open("wb") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        waiter = _Waiter(process)
        waiter.start()
        peak = _Peak()
        in_time = False
        try:
            root = psutil.Process(process.pid)
            while not in_time and (passed := time.perf_counter() - started) < limit_s:
                peak.sample(root)
                in_time = waiter.ended(_INTERVAL_S if passed > 1 else _FIRST_INTERVAL_S)
        except psutil.NoSuchProcess:  # too short to be looked at
            in_time = waiter.ended(limit_s)
        finally:
            if not in_time:
                _stop(process.pid)
            waiter.join()
    return Measured(
        wall_s=round(waiter.at - started, 3),
        cpu_s=round(_cpu_of_children() - before, 3),
        peak_mb=round(peak.shared_once / _MEGABYTE, 1),
        peak_resident_mb=round(peak.resident / _MEGABYTE, 1),
        most_processes=peak.processes,
        code=process.returncode if in_time else None,
    )


class _Waiter(threading.Thread):
    """Notes the moment a process ended; `Popen.wait` with a timeout would look only every 50 ms."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._done = threading.Event()
        self.at = 0.0

    def run(self) -> None:
        self._process.wait()
        self.at = time.perf_counter()
        self._done.set()

    def ended(self, within_s: float) -> bool:
        """Whether the process has ended by then."""
        return self._done.wait(within_s)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tree(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return [root]


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it ended between the listing and the question
        return 0


def _proportional(process: psutil.Process) -> int:
    try:
        return int(getattr(process.memory_full_info(), "pss", 0)) or _resident(process)
    except psutil.AccessDenied:
        return _resident(process)
    except psutil.Error:
        return 0


def _stop(pid: int) -> None:
    """End a command and the children it started, by their ids."""
    try:
        tree = _tree(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return
    for one in tree:
        with suppress(psutil.NoSuchProcess):  # it ended by itself
            one.kill()
