"""One piece of work in a process of its own: a scan, what it took and how it ended; variants of a system, or attacks on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import threatloom
from evals.result import RunOutcome
from evals.running.asked import AskedModel
from evals.running.child import REPORT, SCAN, TAKEN
from pipeline.findings.model import Scan

What = Literal["variants", "attacks"]
MANY = 40  # variants and attacks are dozens of scans
_HOME = Path(threatloom.__file__).resolve().parent
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); import threatloom; from evals.running.child import main; main(*sys.argv[2:])"


@dataclass(frozen=True, slots=True)
class Ran:
    """A scan and what it took; or no scan, how it ended and why."""

    scan: Scan | None
    outcome: RunOutcome
    problem: str = ""
    seconds: float | None = None
    peak_mb: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measurement of many scans reports, as JSON; or why there is none."""

    report: dict[str, Any] | None  # Any: JSON
    problem: str = ""


class _Ended(Exception):
    def __init__(self, outcome: RunOutcome, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome


def scan_apart(root: Path, *, timeout: float, turn: int = 0, asked: AskedModel | None = None) -> Ran:
    """Scan a tree in another process; another `turn` has another order of whatever is not ordered, and other processes to read with, and
    a model that is asked is asked anew."""
    try:
        with _child("scan", root, str(turn % 2 + 1), str(turn), timeout=timeout, turn=turn, asked=asked) as folder:
            taken = json.loads((folder / TAKEN).read_text("utf-8"))
            scan = Scan.model_validate_json((folder / SCAN).read_bytes())
    except _Ended as ended:
        return Ran(None, ended.outcome, str(ended))
    return Ran(scan, "incomplete" if scan.errors else "completed", "", taken["seconds"], taken["peak_mb"])


def measure_apart(what: What, root: Path, *, timeout: float, asked: AskedModel | None = None) -> Measured:
    """All variants of a system, or all attacks on it; a model that is asked is attacked too."""
    try:
        with _child(what, root, timeout=MANY * timeout, asked=asked) as folder:
            return Measured(json.loads((folder / REPORT).read_text("utf-8")))
    except _Ended as ended:
        return Measured(None, f"{what}: {ended.outcome.replace('_', ' ')}, {ended}")


@contextmanager
def _child(what: str, root: Path, *more: str, timeout: float, turn: int = 0, asked: AskedModel | None = None) -> Iterator[Path]:
    """A folder with what the child wrote."""
    with tempfile.TemporaryDirectory(prefix="threatloom-eval-") as folder:
        if asked is not None:
            asked.written(Path(folder))
        command = [sys.executable, "-P", "-c", _PROGRAM, str(_HOME), what, str(root.resolve()), folder, *more]
        environment = {**os.environ, "PYTHONHASHSEED": str(turn)}
        try:
            ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            raise _Ended("timed_out", f"not done after {timeout:g} seconds") from None
        if ended.returncode:
            raise _Ended("crashed", _why(ended.returncode, ended.stderr.decode("utf-8", "replace")))
        yield Path(folder)


def _why(code: int, said: str) -> str:
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "it said nothing")[:300]
    return f"ended by signal {-code}: {last}" if code < 0 else last
