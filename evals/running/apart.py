"""One scan in a process of its own: what it found and took, or how it ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import threatloom
from evals.result import RunOutcome
from evals.running.child import SCAN, TAKEN
from pipeline.findings.model import Scan

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


def scan_apart(root: Path, *, timeout: float, turn: int = 0) -> Ran:
    """Scan a tree in another process; another `turn` has another order of whatever is not ordered."""
    with tempfile.TemporaryDirectory(prefix="threatloom-eval-") as folder:
        command = [sys.executable, "-P", "-c", _PROGRAM, str(_HOME), str(root.resolve()), folder]
        environment = {**os.environ, "PYTHONHASHSEED": str(turn)}
        try:
            ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            return Ran(None, "timed_out", f"not done after {timeout:g} seconds")
        if ended.returncode:
            return Ran(None, "crashed", _why(ended.returncode, ended.stderr.decode("utf-8", "replace")))
        taken = json.loads((Path(folder) / TAKEN).read_text("utf-8"))
        scan = Scan.model_validate_json((Path(folder) / SCAN).read_bytes())
        return Ran(scan, "incomplete" if scan.errors else "completed", "", taken["seconds"], taken["peak_mb"])


def _why(code: int, said: str) -> str:
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "it said nothing")
    return f"ended by signal {-code}: {last[:300]}" if code < 0 else f"{last[:300]}"
