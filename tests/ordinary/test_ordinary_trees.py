"""Ordinary software is none of this tool's business: its risks are counted and not listed, until something of AI is found or said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.findings.model import Scan
from pipeline.findings.sight import Sights
from pipeline.reports import FORMATS
from pipeline.scan import ScanSettings, scan
from pipeline.threats.catalog import load_catalog
from tests.ordinary.trees import AI_PARTS, NO_AI_PARTS, ORDINARY, PYTHON, Files

ALONE = ScanSettings(jobs=1)
PART = replace(ALONE, part_of_ai_system=True)
_NO_PROSE = {"code-quality"}  # a list of findings, with no place for a sentence


def written(folder: Path, *trees: Files) -> Path:
    for tree in trees:
        for path, text in tree.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
    return folder


def unlisted(result: Scan) -> set[str]:
    return {risk.id for risk in result.without_ai.risks} if result.without_ai else set()


@pytest.mark.parametrize("language", ORDINARY)
def test_an_ordinary_program_is_answered_with_silence_and_a_count(tmp_path: Path, language: str) -> None:
    alone = scan(written(tmp_path, ORDINARY[language]), ALONE)
    assert alone.findings == ()
    assert alone.without_ai is not None
    assert alone.without_ai.risks, "the fixture has none of the risks it is there for"
    assert not alone.errors


@pytest.mark.parametrize("language", ORDINARY)
def test_what_is_counted_is_what_is_listed_once_the_tree_is_said_to_be_part_of_an_ai_system(tmp_path: Path, language: str) -> None:
    folder = written(tmp_path, ORDINARY[language])
    alone, part = scan(folder, ALONE), scan(folder, PART)
    assert part.without_ai is None
    assert {finding.id for finding in part.findings} == unlisted(alone)


@pytest.mark.parametrize("language", ORDINARY)
def test_cells_of_risks_that_are_not_listed_are_not_examined_and_say_why(tmp_path: Path, language: str) -> None:
    alone = scan(written(tmp_path, ORDINARY[language]), ALONE)
    assert alone.without_ai is not None
    for risk in alone.without_ai.risks:
        threat = load_catalog().get(risk.threat)
        assert threat is not None
        cell = next(cell for cell in alone.coverage if cell.element == risk.element and cell.stride == threat.stride[0])
        assert cell.state == "not_examined"
        assert f"{risk.threat}: a risk of ordinary parts, and no AI part was found in this tree" in cell.reason


@pytest.mark.parametrize("name", [known.name for known in FORMATS if known.name not in _NO_PROSE])
def test_every_report_says_it_in_one_line(tmp_path: Path, name: str) -> None:
    alone = scan(written(tmp_path, PYTHON), ALONE)
    text = " ".join(next(known for known in FORMATS if known.name == name).render(alone).split())
    if name == "json":
        assert '"without_ai": {' in text
        return
    count = len(unlisted(alone))
    assert "No AI part was found in" in text
    assert f"{count} ordinary risks are not listed" in text


@pytest.mark.parametrize("part", AI_PARTS)
def test_with_an_ai_part_ordinary_risks_count(tmp_path: Path, part: str) -> None:
    result = scan(written(tmp_path, PYTHON, AI_PARTS[part]), ALONE)
    assert result.without_ai is None, result.system.ai_parts
    assert {"unpinned-action-or-image", "secret-in-code-or-config", "unsafe-model-load"} <= {finding.threat for finding in result.findings}


@pytest.mark.parametrize("part", NO_AI_PARTS)
def test_what_helps_to_write_or_only_speaks_of_ai_makes_no_ai_system(tmp_path: Path, part: str) -> None:
    result = scan(written(tmp_path, PYTHON, NO_AI_PARTS[part]), ALONE)
    assert result.without_ai is not None, result.system.ai_parts
    assert not {"unpinned-action-or-image", "unsafe-model-load"} & {finding.threat for finding in result.findings}


def test_what_stands_in_a_developers_own_agent_is_told_without_making_the_program_an_ai_system(tmp_path: Path) -> None:
    key = "github_pat_11" + "AQ7RZ2M0tVxKcW4nHd_" + "e8JsP1uYbGf3LqZo6TiXmA9rNwCv5EkDhS2jQyUgB7pOa4RtWl0MxFz"
    config = {".mcp.json": f'{{"mcpServers": {{"forge": {{"command": "forge-mcp", "env": {{"GITHUB_TOKEN": "{key}"}}}}}}}}'}
    result = scan(written(tmp_path, PYTHON, config), ALONE)
    assert [(finding.threat, finding.evidence[0].path) for finding in result.findings] == [("secret-in-code-or-config", ".mcp.json")]
    assert result.without_ai is not None
    assert result.without_ai.developers_tools


def test_a_finding_that_is_not_listed_any_more_is_unknown_and_not_fixed(tmp_path: Path) -> None:
    folder = written(tmp_path, PYTHON, AI_PARTS["a model that is asked"])
    before = scan(folder, ALONE)
    (folder / "assist.py").unlink()
    (folder / "parcels" / "mail.py").unlink()
    after = scan(folder, ALONE)
    sights = Sights(before, after)
    seen = {finding.threat: sights.of(finding) for finding in before.findings}
    assert seen["unpinned-action-or-image"].sight == "unseen"
    assert "no AI part was found this time" in seen["unpinned-action-or-image"].reason
    assert seen["secret-in-code-or-config"].sight == "gone"  # its file is gone: that is fixed, whatever is listed


def test_a_kept_result_of_a_tree_alone_does_not_answer_for_a_part(tmp_path: Path) -> None:
    folder, kept = written(tmp_path / "tree", PYTHON), tmp_path / "kept"
    assert not scan(folder, replace(ALONE, cache=kept)).findings
    assert scan(folder, replace(PART, cache=kept)).findings
    assert not scan(folder, replace(ALONE, cache=kept)).findings


def test_a_suppression_of_a_risk_that_is_not_listed_says_so(tmp_path: Path) -> None:
    mail = PYTHON["parcels/mail.py"].replace(
        '4m"\n', '4m"  # threatloom: accept secret-in-code-or-config -- a key of the test post office\n'
    )
    result = scan(written(tmp_path, {**PYTHON, "parcels/mail.py": mail}), ALONE)
    (said,) = result.suppressions
    assert "no AI part was found" in said.stale


def test_documents_alone_count_where_they_describe_an_ai_system(tmp_path: Path) -> None:
    described = written(
        tmp_path / "a", {"design.md": "# Assistant\n\nThe assistant asks GPT-5 and calls the refund tool. Questions come from customers.\n"}
    )
    plain = written(tmp_path / "b", {"design.md": "# Shop\n\nThe shop keeps orders in PostgreSQL. Customers sign in with a password.\n"})
    assert scan(described, ALONE).without_ai is None
    assert scan(plain, ALONE).without_ai is not None
