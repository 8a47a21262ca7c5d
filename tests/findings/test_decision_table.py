"""The decision table of a finding and the scores beside it: every step is there, and the table alone gives the numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import threatloom
from evals.labels import SYSTEMS
from pipeline.findings.model import Finding
from pipeline.findings.risk import FACTOR_WORDS, severity_of
from pipeline.findings.scores import load_scoring
from pipeline.threats.catalog import load_catalog

RISK_PAGE = Path(__file__).parents[2] / "docs" / "risk.md"


@pytest.fixture(scope="module")
def findings() -> tuple[Finding, ...]:
    return threatloom.scan(SYSTEMS / "support-assistant", jobs=1).findings


def steps(finding: Finding, axis: str) -> list[int]:
    return [row.step for row in finding.risk_table if row.axis == axis]


def test_the_table_alone_gives_likelihood_impact_and_severity(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        assert max(1, min(5, sum(steps(finding, "impact")))) == finding.impact
        starts = [row for row in finding.risk_table if row.answer == "start"]
        assert [row.axis for row in starts] == ["likelihood", "impact"]
        assert finding.severity == severity_of(finding.likelihood, finding.impact)


def test_what_holds_says_where_it_was_seen(findings: tuple[Finding, ...]) -> None:
    refunds = next(f for f in findings if f.threat == "direct-prompt-injection" and f.attack_path[0].endswith("POST /chat"))
    told = {row.asked: (row.step, row.because) for row in refunds.risk_table if row.answer == "yes"}
    assert told == {
        "money moves": (1, "issue_refund (src/support_assistant/agent/tools.py:34)"),
        "messages go out": (0, "email_customer (src/support_assistant/agent/tools.py:46)"),
        "money, safety or access depends on it": (0, "/var/lib/support/intent.pt (src/support_assistant/intent/classifier.py:34)"),
    }
    assert "code is executed" in [row.asked for row in refunds.risk_table if row.answer == "no"]


def test_a_second_reason_takes_no_second_step(findings: tuple[Finding, ...]) -> None:
    told = next(f for f in findings if f.threat == "indirect-prompt-injection")
    holding = [row for row in told.risk_table if row.axis == "impact" and row.answer == "yes"]
    assert [(row.asked, row.step) for row in holding] == [
        ("private data is within reach", 1),
        ("money moves", 0),
        ("messages go out", 0),
        ("money, safety or access depends on it", 0),
    ]


def test_effects_within_reach_raise_the_metrics_of_a_threat(findings: tuple[Finding, ...]) -> None:
    """By the threat's entry VC and VI are low and nothing else is hit; private data and money are in the agent's reach."""
    from_web = next(f for f in findings if f.threat == "indirect-prompt-injection").scores[0]
    assert (from_web.system, from_web.vector) == ("CVSS", "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:L/VA:N/SC:N/SI:H/SA:N")
    because = {given.metric: given.because for given in from_web.inputs}
    assert because["VC"] == "reads private data: list_orders"
    assert because["SI"] == "moves money: issue_refund"


def test_an_agent_s_score_adds_up(findings: tuple[Finding, ...]) -> None:
    cvss, aivss = next(f for f in findings if f.threat == "tool-without-approval").scores
    values = {given.metric: float(given.value) for given in aivss.inputs}
    ten = sum(value for name, value in values.items() if name not in ("Threat Multiplier", "Mitigation Factor"))
    assert len(values) == 12
    uplift = (10 - cvss.score) * ten / 10 * values["Threat Multiplier"]
    assert aivss.score == pytest.approx((cvss.score + uplift) * values["Mitigation Factor"], abs=0.05)


def test_what_is_no_vulnerability_has_no_score(findings: tuple[Finding, ...]) -> None:
    unscored = {f.threat for f in findings if not f.scores}
    assert {"no-model-lineage", "promised-control-missing", "unpinned-dependency"} <= unscored
    assert not [f for f in findings if f.threat == "secret-in-code-or-config" and len(f.scores) != 1]  # no agent takes part


def test_every_factor_of_the_page_is_one_that_is_asked_and_none_is_left_out() -> None:
    page = RISK_PAGE.read_text("utf-8")
    table = page[page.index("## What is asked") : page.index("A control lowers")]
    assert [words for words in FACTOR_WORDS.values() if words not in table] == []


def test_the_page_shows_the_matrix_that_decides() -> None:
    page = RISK_PAGE.read_text("utf-8")
    rows = re.findall(r"^\| ([1-5]) \| (low|medium|high|critical) \| (.+) \|$", page, re.M)
    shown = {(int(level), impact): word for level, first, rest in rows for impact, word in enumerate([first, *rest.split(" | ")], 1)}
    assert len(shown) == 25
    assert {pair: severity_of(*pair) for pair in shown} == shown


def test_a_threat_s_metrics_are_raised_only_by_factors_that_some_threat_asks_for() -> None:
    asked = {factor for threat in load_catalog().threats for factor in threat.impact.raise_when}
    assert set(load_scoring().cvss.at_least) <= asked
