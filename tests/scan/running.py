"""Starts whole scans the way users do: the command line, in this process or in one of its own with bounds.

Takes arguments, gives what came back: exit code, stdout, stderr, and the JSON where there is one. Bounds on
memory and processor time are set by the operating system, so that a scan which breaks them is killed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.interfaces.cli import run as run_cli

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 1_500_000_000  # bytes of address space, which is more than what is resident
SECONDS = 90  # of processor time, per process: it ends what would never end, on slow machines too
_BOUNDED = """
import resource, sys
memory, seconds = int(sys.argv.pop(1)), int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import threatloom
threatloom.main()
"""

Json = dict[str, Any]  # Any: the shape is the contract's, which tests of the reports check


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def scan(self) -> Json:
        made: Json = json.loads(self.out)
        return made

    @property
    def findings(self) -> list[Json]:
        return list(self.scan["findings"])

    @property
    def skipped(self) -> dict[str, str]:
        return {skip["path"]: skip["reason"] for skip in self.scan["skipped"]}

    @property
    def errors(self) -> dict[str, str]:
        return {failed["path"]: failed["error"] for failed in self.scan["errors"]}

    def reports(self, threat: str, path: str, line: int) -> bool:
        """Whether a finding of the threat shows that line."""
        return any(
            finding["threat"] == threat and any(e["path"] == path and e["start_line"] <= line <= e["end_line"] for e in finding["evidence"])
            for finding in self.findings
        )

    def is_one_line(self) -> bool:
        """Whether nothing but one line of error came back."""
        starts = self.err.startswith("threatloom: error: ")
        return not self.out and starts and self.err.count("\n") == 1 and self.err.endswith("\n") and "\x1b" not in self.err


def scan_here(capture: pytest.CaptureFixture[bytes], path: Path | str, *arguments: str) -> Ended:
    """A scan in this process, as JSON unless the arguments say otherwise."""
    shown = arguments if any(argument.startswith("--format") for argument in arguments) else ("--format", "json", *arguments)
    code = run_cli(["scan", str(path), *shown])
    out, err = capture.readouterr()
    return Ended(code, out.decode("utf-8"), err.decode("utf-8"))


def scan_apart(
    path: Path | str, *arguments: str, memory: int = MEMORY, seconds: int = SECONDS,
    variables: Mapping[str, str] | None = None, before: tuple[str, ...] = (), folder: Path | None = None,
) -> Ended:  # fmt: skip
    """A scan in a process of its own, bounded; `before` is a program that starts it."""
    shown = arguments if any(argument.startswith("--format") for argument in arguments) else ("--format", "json", *arguments)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "HOME": os.devnull}
    environment["THREATLOOM_RECORD"] = "off"  # without a home there is none, and that would be said
    done = subprocess.run(
        [*before, sys.executable, "-c", _BOUNDED, str(memory), str(seconds), "scan", str(path), *shown],
        cwd=folder or ROOT, env={**environment, **(variables or {})}, capture_output=True, timeout=5 * seconds, check=False,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "backslashreplace"))


def without_root_rights() -> tuple[str, ...] | None:
    """What starts a program so that file permissions count for it; None where that cannot be had."""
    if os.geteuid() != 0:
        return ()
    program = shutil.which("setpriv")
    return None if program is None else (program, "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")


def timeless(text: str) -> Json:
    """A scan's JSON without what differs from run to run."""
    scan: Json = json.loads(text)
    for volatile in ("started_at", "duration_s"):
        del scan[volatile]
    return scan
