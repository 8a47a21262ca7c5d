"""A model and revisions of git: it reads the revision that is scanned, and is not paid for the baseline."""

from __future__ import annotations

from pathlib import Path

from pipeline.baseline import scan_against
from pipeline.scan import ScanSettings, scan
from tests.llm import shop
from tests.llm.analyst import analyst, elements_of, nothing, threat
from tests.llm.server import Server
from tests.repositories import repository


def refund(text: str) -> dict[str, object]:
    return {"threats": [threat("tool:refund", "app.py", shop.QUOTE)], "opinions": []} if "tool:refund" in elements_of(text) else nothing()


def test_a_model_reads_the_revision_and_is_not_asked_about_the_baseline(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop")
    shop.shop(repo.root)
    repo.commit()
    with Server(analyst(threats=refund)) as server:
        here = scan(repo.root, ScanSettings(jobs=1, llm=shop.settings(server.url, tmp_path / "a")))
        asked = len(server.requests)
        repo.write({"app.py": "nothing = 1\n", "docs/refunds.md": "# Nothing\n"})
        there = scan(repo.root, ScanSettings(jobs=1, rev="HEAD", llm=shop.settings(server.url, tmp_path / "b")))
        assert shop.reported(there) == shop.reported(here) | {"target": shop.reported(there)["target"]}
        assert len(server.requests) == 2 * asked
        repo.git("checkout", "-q", ".")
        repo.commit({"notes.md": "# Notes\n"})
        found = scan_against("HEAD~1", repo.root, ScanSettings(jobs=1, llm=shop.settings(server.url, tmp_path / "c"))).scan
        assert len(server.requests) == 3 * asked
        (seen,) = [finding for finding in found.findings if finding.source == "llm"]
        assert seen.status == "open" and "none was asked about the baseline" in seen.status_reason
