"""The child process of a scan, for tests: a scan waits while it is held, and reads nothing where a kept scan is named."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path

from pipeline.findings.model import Scan
from pipeline.fleet import child
from pipeline.fleet.order import ScanOrder, Workplace
from pipeline.scan import ScanSettings

_scanned = child.scanned


def main() -> None:
    child.scanned = scanned
    child.main()


def scanned(order: ScanOrder, place: Workplace, begun: datetime, folder: Path, rev: str | None, settings: ScanSettings) -> Scan:
    hold = Path(os.environ["TL_HELD"], order.name)
    if hold.exists():
        Path(f"{hold}.begun").write_text(str(os.getpid()))
    while hold.exists():
        time.sleep(0.02)
    if kept := os.environ["TL_KEPT"]:
        return Scan.model_validate_json(Path(kept).read_bytes())
    return _scanned(order, place, begun, folder, rev, settings)
