"""What a capable model once said of a sample system, said again: how much of it arrives as findings, held against the system's own labels."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from evals.labels import read_labels
from evals.matching import LINES, score, springs
from pipeline.findings.model import Finding, Scan
from tests.llm import shop
from tests.llm.analyst import analyst
from tests.llm.server import Server

SYSTEM = Path(__file__).parents[2] / "evals" / "systems" / "expense-agent"
RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "recorded" / "expense-agent.json").read_text("utf-8"))


def squeezed(text: str) -> str:
    return " ".join(text.split())


class Memory:
    """A model that remembers: it says a thing once, where it is shown the lines it rests on."""

    def __init__(self) -> None:
        self.left = list(RECORDED["threats"])

    def threats(self, text: str) -> dict[str, object]:
        shown = squeezed(text)
        said = [one for one in self.left if all(squeezed(quote["text"]) in shown for quote in one["quotes"])]
        self.left = [one for one in self.left if one not in said]
        return {"threats": said, "opinions": [one for one in RECORDED["opinions"] if one["finding"] in text]}


def won(scan: Scan, findings: list[Finding]) -> set[str]:
    elements = {element.id: element for element in scan.system.elements}
    return set(score(read_labels(SYSTEM), findings, elements).tiers[LINES])


def test_what_a_capable_model_said_arrives_and_serves_labels_that_rules_miss(tmp_path: Path) -> None:
    root = tmp_path / "expense-agent"
    shutil.copytree(SYSTEM, root, ignore=shutil.ignore_patterns("labels.yaml"))
    memory = Memory()
    parts = {"survey": lambda _: RECORDED["survey"], "threats": memory.threats, "summary": lambda _: RECORDED["summary"]}
    with Server(analyst(**parts)) as server:
        scan = shop.scanned(root, shop.settings(server.url, tmp_path))
    assert not scan.errors and scan.llm is not None
    by_model = [finding for finding in scan.findings if finding.source == "llm"]
    rules = [finding for finding in scan.findings if finding.source != "llm"]
    before, after = won(scan, rules), won(scan, list(scan.findings))
    assert before < after and len(after) - len(before) >= 6
    assert len(by_model) >= 10
    assert not [trap for trap in read_labels(SYSTEM).must_not for finding in by_model if springs(trap, finding)]
    assert all(finding.origin is not None and finding.confidence != "high" for finding in by_model)
    assert scan.llm.summary is not None and scan.llm.summary.headline == RECORDED["summary"]["headline"]
