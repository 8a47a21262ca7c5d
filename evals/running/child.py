"""One scan, or all variants of a system or attacks on it, in this process: started by `apart`, it writes what it found into a folder.

The answer key is left out of what is scanned.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import time
from pathlib import Path

SCAN, TAKEN, REPORT = "scan.json", "taken.json", "report.json"
LEFT_OUT = ("/labels.yaml",)


def main(what: str, root: str, target: str, jobs: str = "1") -> None:
    """Scan what lies at `root`, or measure `variants` or `attacks` there; write into the folder `target`."""
    if what == "scan":
        _scan(root, Path(target), int(jobs))
        return
    report = importlib.import_module(f"evals.{what}.measuring").measure([Path(root)])
    (Path(target) / REPORT).write_text(report.model_dump_json(), encoding="utf-8")


def _scan(root: str, target: Path, jobs: int) -> None:
    import threatloom

    begun = time.perf_counter()
    scan = threatloom.scan(root, exclude=LEFT_OUT, jobs=jobs)
    taken = {"seconds": round(time.perf_counter() - begun, 2), "peak_mb": peak_mb()}
    (target / SCAN).write_text(scan.model_dump_json(), encoding="utf-8")
    (target / TAKEN).write_text(json.dumps(taken), encoding="utf-8")


def peak_mb() -> float | None:
    """The most memory this process held; None where the system does not say."""
    status = Path("/proc/self/status")
    if status.exists():  # `getrusage` would count the process this one was forked from
        if found := re.search(r"^VmHWM:\s+(\d+) kB", status.read_text("ascii", "replace"), re.MULTILINE):
            return round(int(found[1]) / 1024, 1)
        return None
    try:
        import resource
    except ImportError:  # Windows
        return None
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)
