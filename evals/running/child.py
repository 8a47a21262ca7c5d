"""One scan, or all variants of a system or attacks on it, in this process: started by `apart`, it writes what it found into a folder.

The answer key is left out of what is scanned.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evals.running.asked import AskedModel

SCAN, TAKEN, REPORT = "scan.json", "taken.json", "report.json"
LEFT_OUT = ("/labels.yaml",)


def main(what: str, root: str, target: str, jobs: str = "1", turn: str = "0") -> None:
    """Scan what lies at `root`, or measure `variants` or `attacks` there; write into the folder `target`, where the model is named."""
    from evals.running.asked import REPLIES, read_asked, replies_of

    folder = Path(target)
    asked = read_asked(folder)
    if asked is not None:
        os.environ[REPLIES] = str(replies_of(asked, int(turn), folder))
    if what == "scan":
        _scan(root, folder, int(jobs), asked)
        return
    measure = importlib.import_module(f"evals.{what}.measuring").measure
    report = measure([Path(root)], asking=partial(asked.scan, jobs=1)) if asked is not None and what == "attacks" else measure([Path(root)])
    (folder / REPORT).write_text(report.model_dump_json(), encoding="utf-8")


def _scan(root: str, target: Path, jobs: int, asked: AskedModel | None) -> None:
    import threatloom

    begun = time.perf_counter()
    if asked is None:
        scan = threatloom.scan(root, exclude=LEFT_OUT, jobs=jobs)
    else:
        scan = asked.scan(Path(root), exclude=LEFT_OUT, jobs=jobs)
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
