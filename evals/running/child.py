"""One scan, in this process: started by `apart`, it writes the scan and what it took into two files.

The answer key is left out of what is scanned.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

SCAN, TAKEN = "scan.json", "taken.json"
LEFT_OUT = ("/labels.yaml",)


def main(root: str, target: str) -> None:
    """Scan what lies at `root`, write into the folder `target`."""
    import threatloom

    begun = time.perf_counter()
    scan = threatloom.scan(root, exclude=LEFT_OUT, jobs=1)
    taken = {"seconds": round(time.perf_counter() - begun, 2), "peak_mb": peak_mb()}
    (Path(target) / SCAN).write_text(scan.model_dump_json(), encoding="utf-8")
    (Path(target) / TAKEN).write_text(json.dumps(taken), encoding="utf-8")


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
