"""A SARIF file is never larger than services take, and says what it leaves out: a test for each limit."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from pipeline.findings.model import AttackHop, AttackPath, AttackRoute, Scan, Taxonomy
from pipeline.reports import sarif, sarif_limits, sarif_results, sarif_rules
from tests import factories as make


def run_of(scan: Scan) -> Any:
    return json.loads(sarif.render(scan))["runs"][0]


def notes(run: Any) -> list[str]:
    return [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"] if note["level"] == "warning"]


def test_results_beyond_the_limit_are_counted_and_the_worst_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sarif_limits.RESULTS == 25_000
    monkeypatch.setattr(sarif, "RESULTS", 3)
    findings = (*(make.finding(f"low-{n}", severity="low") for n in range(4)), make.finding("worst", severity="critical"))
    run = run_of(make.scan(findings))
    assert [result["ruleId"] for result in run["results"]] == ["worst", "low-0", "low-1"]
    assert len(run["tool"]["driver"]["rules"]) == 3
    assert notes(run) == ["Left out: 2 of 5 findings, the least severe: a service takes 3."]


def test_rules_beyond_the_limit_take_their_results_along(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sarif_limits.RULES == 25_000
    monkeypatch.setattr(sarif, "RULES", 2)
    run = run_of(make.scan(tuple(make.finding(f"a-{n}") for n in range(3))))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["a-0", "a-1"]
    assert len(run["results"]) == 2 and notes(run)[0].startswith("Left out: 1 of 3 findings")


def test_a_rule_has_at_most_twenty_tags_and_the_rest_stand_beside_them() -> None:
    many = Taxonomy(cwe=tuple(f"CWE-{n}" for n in range(100, 130)), owasp_llm=("LLM01:2025",))
    properties = run_of(make.scan((make.finding(taxonomy=many),)))["tool"]["driver"]["rules"][0]["properties"]
    assert len(properties["tags"]) == 20 and properties["tags"][0] == "security"
    assert len(properties["tagsLeftOut"]) == 13 and "external/owasp-llm/llm01-2025" in properties["tagsLeftOut"]


def test_places_of_a_result_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sarif_limits.LOCATIONS == 1_000
    places = tuple(make.evidence(f"app.py:{n}", role="claim") for n in range(1, 1_203))
    result = run_of(make.scan((make.finding(evidence=(make.evidence("a.py:1"), *places)),)))["results"][0]
    assert len(result["locations"]) + len(result["relatedLocations"]) == 1_000
    assert result["properties"]["relatedLocationsLeftOut"] == 203


def test_steps_of_all_flows_of_a_result_stay_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sarif_limits.FLOW_LOCATIONS == 10_000
    monkeypatch.setattr(sarif_results, "FLOW_LOCATIONS", 5)
    finding = make.finding(evidence=(make.evidence("a.py:1", role="source"), make.evidence("a.py:2", role="step"), make.evidence("a.py:3")))

    def path(name: str, steps: int) -> AttackPath:
        hop = AttackHop(
            source="a", target="b", does="x", findings=(finding.id,), evidence=tuple(make.evidence(f"a.py:{n + 1}") for n in range(steps))
        )
        route = AttackRoute(attacker="x", entry="a", likelihood=3, hops=(hop,), findings=(finding.id,))
        return AttackPath(
            id=name, title=name, prize="code", asset="b", severity="high", likelihood=3, impact=4, reasons=("x",), routes=(route,)
        )

    result = run_of(make.scan((finding,), attack_paths=(path("long", 3), path("short", 2))))["results"][0]
    assert [len(flow["threadFlows"][0]["locations"]) for flow in result["codeFlows"]] == [3, 2]
    assert result["properties"]["codeFlowsLeftOut"] == 1


def test_names_and_descriptions_keep_to_their_lengths() -> None:
    rule = run_of(make.scan((make.finding("custom/" + "a" * 400, title="t" * 3_000),)))["tool"]["driver"]["rules"][0]
    assert len(rule["name"]) <= 255 and len(rule["shortDescription"]["text"]) <= 1024 and len(rule["fullDescription"]["text"]) <= 1024
    assert "t" * 3_000 in rule["help"]["text"]


def test_a_file_that_is_too_large_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sarif_limits.PACKED_BYTES == 10 * 1024 * 1024
    monkeypatch.setattr(sarif_limits, "PACKED_BYTES", 30_000)
    monkeypatch.setattr(sarif_limits, "_ROOM", 100)
    findings = tuple(
        make.finding(
            f"t-{n:04}",
            severity="critical" if n == 77 else "low",
            id=f"{n:016x}",
            evidence=(make.evidence(f"src/{n * 7919 % 10007}.py:{n + 1}"),),
        )
        for n in range(900)
    )
    text = sarif.render(make.scan(findings, examined=tuple(f"src/{n}.py" for n in range(2_000))))
    assert len(gzip.compress(text.encode())) <= 30_000
    run = json.loads(text)["runs"][0]
    assert "artifacts" not in run and run["results"][0]["ruleId"] == "t-0077"
    said = notes(run)
    assert said[0] == "Left out, as the file would be too large for a service: the list of files that were read."
    assert said[-1].endswith(f"{900 - len(run['results'])} of 900 results, the least severe.")


def test_tags_say_nothing_a_service_could_not_filter_by() -> None:
    rule = run_of(make.scan((make.finding(taxonomy=Taxonomy(atlas=("AML.T0051.001",), nist_aml=("NISTAML.018 x",))),)))["tool"]["driver"][
        "rules"
    ][0]
    assert rule["properties"]["tags"] == ["security", "stride/tampering", "external/atlas/aml.t0051.001", "external/nist-aml/nistaml.018-x"]
    assert sarif_rules.LEVELS["info"] == "note"
