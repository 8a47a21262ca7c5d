"""Whole reports of the sample scan, compared with the files in `golden/`; `--refresh-golden` writes them anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.findings.model import Scan
from pipeline.reports import html, json, markdown, mermaid, sarif, table
from tests.reports.sample import SCAN

GOLDEN = Path(__file__).parent / "golden"
REPORTS: dict[str, Callable[[Scan], str]] = {
    "table.txt": table.render,
    "table-80.txt": lambda scan: table.render(scan, width=80),
    "table-colour.txt": lambda scan: table.render(scan, colour=True),
    "table-ascii.txt": lambda scan: table.render(scan, ascii_only=True),
    "scan.json": json.render,
    "scan.sarif": sarif.render,
    "scan.md": markdown.render,
    "scan.html": html.render,
    "scan.mmd": mermaid.render,
}


@pytest.mark.parametrize("name", REPORTS)
def test_the_report_is_as_reviewed(name: str, request: pytest.FixtureRequest) -> None:
    made = REPORTS[name](SCAN)
    file = GOLDEN / name
    if request.config.getoption("--refresh-golden"):
        file.write_bytes(made.encode())
    assert made == file.read_bytes().decode(), f"{name} changed; review it, then run with --refresh-golden"


@pytest.mark.parametrize("name", REPORTS)
def test_the_same_scan_gives_the_same_bytes(name: str) -> None:
    again = Scan.model_validate_json(SCAN.model_dump_json())
    assert REPORTS[name](SCAN) == REPORTS[name](again)
