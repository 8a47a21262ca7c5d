"""The tool's own threat model: what a scan of ourselves finds was read and judged, and the page says so of each finding."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pipeline.scan import ScanSettings, scan

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "security-model.md"
SCANNED = ("ingest", "pipeline", "prompts", "docker", "threatloom.py", "pyproject.toml", "requirements.lock")
VERDICTS = {"right, accepted", "right, mended", "wrong"}


def judged() -> dict[tuple[str, str], int]:
    """How many findings of a threat at a file were judged."""
    table = PAGE.read_text(encoding="utf-8").partition("<!-- reviewed")[2].partition("\n\n")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `([^`]+)`(?: \((\d+)\))? \| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)
    assert rows and {verdict for *_, verdict, _why in rows} <= VERDICTS
    return {(threat, path): int(number or 1) for threat, number, path, _verdict, _why in rows}


def test_the_page_names_files_and_tests_that_exist() -> None:
    text = PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|evals|pipeline|ingest)/[\w./-]*)`", text))
    assert named
    assert not [name for name in named if not (ROOT / name).exists()]
    assert judged()


@pytest.mark.slow
def test_every_finding_of_a_scan_of_ourselves_was_judged(tmp_path: Path) -> None:
    for name in SCANNED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "secrets", "systems"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    found: dict[tuple[str, str], int] = {}
    for finding in scan(tmp_path, ScanSettings()).findings:
        place = (finding.threat, finding.evidence[0].path)
        found[place] = found.get(place, 0) + 1
    assert found == judged(), "read what is new, judge it, and write it down in docs/security-model.md"
