"""Whole reports of the sample scan, compared with the files in `golden/`; `--refresh-golden` writes them anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.findings.model import Scan
from pipeline.reports import cyclonedx, html, json, markdown, mermaid, sarif, table
from tests.reports.examined import SCAN as EXAMINED
from tests.reports.sample import SCAN

GOLDEN = Path(__file__).parent / "golden"
Render = Callable[[Scan], str]
REPORTS: dict[str, Render] = {
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
RENDERERS: dict[str, Render] = {
    **REPORTS, "table-120.txt": lambda scan: table.render(scan, width=120), "scan.cdx.json": cyclonedx.render,
}  # fmt: skip
# The same system after a model was asked; the reports are those above, and what is added to them.
OF_A_MODEL = (
    "table-80.txt", "table-120.txt", "table-colour.txt", "scan.json", "scan.sarif", "scan.md", "scan.html", "scan.mmd", "scan.cdx.json",
)  # fmt: skip
ALL: dict[str, tuple[Render, Scan]] = {
    **{name: (render, SCAN) for name, render in REPORTS.items()},
    **{f"llm/{name}": (RENDERERS[name], EXAMINED) for name in OF_A_MODEL},
}


@pytest.mark.parametrize("name", ALL)
def test_the_report_is_as_reviewed(name: str, request: pytest.FixtureRequest) -> None:
    render, scan = ALL[name]
    made = render(scan)
    file = GOLDEN / name
    if request.config.getoption("--refresh-golden"):
        file.write_bytes(made.encode())
    assert made == file.read_bytes().decode(), f"{name} changed; review it, then run with --refresh-golden"


@pytest.mark.parametrize("name", ALL)
def test_the_same_scan_gives_the_same_bytes(name: str) -> None:
    render, scan = ALL[name]
    assert render(scan) == render(Scan.model_validate_json(scan.model_dump_json()))
