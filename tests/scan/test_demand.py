"""Code that has nothing to do with AI is not read, and the report says so."""

from __future__ import annotations

from pathlib import Path

from pipeline.scan import ScanSettings, scan
from tests.scan.trees import PATH, THREAT, write_tree

SHOP = {"shop/__init__.py": "", "shop/cart.py": "from shop import stock\n", "shop/stock.py": "def count():\n    return 1\n"}


def test_ordinary_code_beside_an_ai_program_is_listed_and_changes_nothing(tmp_path: Path) -> None:
    alone = scan(write_tree(tmp_path / "alone" / "tree", {}), ScanSettings(jobs=1))
    beside = scan(write_tree(tmp_path / "beside" / "tree", SHOP), ScanSettings(jobs=1))
    assert [f.id for f in beside.findings] == [f.id for f in alone.findings] and alone.findings
    assert beside.system == alone.system
    assert [(skip.path, skip.count) for skip in beside.skipped] == [("(no AI)", 3)]
    assert alone.skipped == ()


def test_a_tree_without_ai_is_scanned_without_a_complaint(tmp_path: Path) -> None:
    result = scan(write_tree(tmp_path, SHOP, program=False), ScanSettings(jobs=1))
    assert (result.findings, result.errors) == ((), ())
    assert [(skip.path, skip.count) for skip in result.skipped] == [("(no AI)", 3)]


def test_code_that_leads_to_the_ai_program_is_read(tmp_path: Path) -> None:
    result = scan(
        write_tree(tmp_path, {"jobs.py": "import app\nimport words\n", "words.py": "LIMIT = 3\n", "apart.py": ""}), ScanSettings(jobs=1)
    )
    assert result.summary.files == 3
    assert [(skip.path, skip.count) for skip in result.skipped] == [("(no AI)", 1)]
    assert (THREAT, PATH) in {(finding.threat, place.path) for finding in result.findings for place in finding.evidence}
