"""JSON and SARIF against their schemas."""

from __future__ import annotations

import json as stdlib_json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipeline.findings.model import Baseline, Decision, Scan, Target
from pipeline.reports import json, sarif, sarif_github, sarif_model
from tests import factories as make
from tests.reports.examined import SCAN as EXAMINED
from tests.reports.hostile import SCAN as HOSTILE
from tests.reports.sample import SCAN

SCANS = {"sample": SCAN, "examined": EXAMINED, "hostile": HOSTILE, "empty": make.scan(elements=())}


def sarif_of(scan: Scan) -> Any:
    return stdlib_json.loads(sarif.render(scan))


@pytest.mark.parametrize("name", SCANS)
def test_json_meets_the_shipped_schema(name: str) -> None:
    schema = stdlib_json.loads(json.SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(stdlib_json.loads(json.render(SCANS[name])), schema)


def test_the_shipped_schema_is_current() -> None:
    assert json.SCHEMA_FILE.read_text(encoding="utf-8") == json.schema(), "run `make docs`"


def test_json_gives_the_scan_back() -> None:
    for scan in (SCAN, EXAMINED):
        assert Scan.model_validate_json(json.render(scan)) == scan


@pytest.mark.parametrize("name", SCANS)
def test_sarif_meets_the_published_schema(name: str) -> None:
    # The schema is not ours to ship and no package carries it: CI names a copy.
    named = os.environ.get("SARIF_SCHEMA")
    if not named:
        pytest.skip("SARIF_SCHEMA names no copy of sarif-schema-2.1.0.json")
    schema = stdlib_json.loads(Path(named).read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(sarif_of(SCANS[name]))


@pytest.mark.parametrize("name", SCANS)
def test_sarif_has_only_names_of_the_standard(name: str) -> None:
    log = sarif_of(SCANS[name])
    assert sarif_model.Log.model_validate(log).model_dump(mode="json", by_alias=True, exclude_none=True) == log
    assert set(log) == {"$schema", "version", "runs"}


def test_results_point_at_their_rules_and_taxa() -> None:
    run = sarif_of(SCAN)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for taxon in result.get("taxa", ()):
            taxonomy = run["taxonomies"][taxon["toolComponent"]["index"]]
            assert taxonomy["guid"] == taxon["toolComponent"]["guid"]
            assert taxonomy["taxa"][taxon["index"]]["id"] == taxon["id"]
    assert all(rule["help"]["text"] and float(rule["properties"]["security-severity"]) >= 0 for rule in rules)


def test_the_fingerprint_is_the_findings_id_and_steps_are_a_code_flow_in_order() -> None:
    results = {result["ruleId"]: result for result in sarif_of(SCAN)["runs"][0]["results"]}
    result = results["model-output-executed"]
    assert result["partialFingerprints"] == {"threatloom/v1": "a1f0c2d9e8b7"}
    steps = [step["location"]["physicalLocation"] for step in result["codeFlows"][0]["threadFlows"][0]["locations"]]
    assert [(step["artifactLocation"]["uri"], step["region"]["startLine"]) for step in steps] == [
        ("src/api/chat.py", 21), ("src/agent/build.py", 40), ("src/agent/tools.py", 88),
    ]  # fmt: skip


def test_accepted_findings_are_suppressed_not_left_out() -> None:
    results = {result["ruleId"]: result for result in sarif_of(SCAN)["runs"][0]["results"]}
    (said,) = results["untrusted-text-in-ci"]["suppressions"]
    assert (said["kind"], said["status"]) == ("inSource", "accepted")
    assert said["justification"].startswith("accepted: issues are read by maintainers first (until 2030-06-30")
    assert said["location"]["physicalLocation"]["region"] == {"startLine": 18, "endLine": 19}
    decision = Decision(kind="dismissed", reason="not so", by="ann", where=".threatloom.yaml:3")
    outside = make.scan((make.finding("a", status="dismissed", decision=decision),))
    (said,) = sarif_of(outside)["runs"][0]["results"][0]["suppressions"]
    assert said == {"kind": "external", "status": "accepted", "justification": "dismissed: not so (by ann, .threatloom.yaml:3)"}


def test_suppressions_without_effect_are_notifications() -> None:
    notes = [note["message"]["text"] for note in sarif_of(SCAN)["runs"][0]["invocations"][0]["toolExecutionNotifications"]]
    assert (
        ".threatloom.yaml:7: dismiss unbounded-upload in src/api/** closes nothing: no such finding any more: unbounded-upload is not reported"
        in notes
    )


def test_a_first_scan_has_no_baseline_and_a_later_one_has() -> None:
    assert all("baselineState" not in result for result in sarif_of(SCAN)["runs"][0]["results"])
    later = make.scan(
        (
            make.finding("a"), make.finding("b", status="open"), make.finding("c", status="fixed"), make.finding("d", status="reopened"),
            make.finding("e", status="open", status_reason="was high"), make.finding("f", status="unknown", status_reason="not read"),
        ),
        baseline=Baseline(given="revision", name="main", revision="0" * 40, started_at="", version="0", knowledge="1"),
    )  # fmt: skip
    run = sarif_of(later)["runs"][0]
    states = {result["ruleId"]: result["baselineState"] for result in run["results"]}
    assert states == {"a": "new", "b": "unchanged", "c": "absent", "d": "new", "e": "updated", "f": "unchanged"}
    assert run["properties"]["baselineRevision"] == "0" * 40
    assert {result["properties"]["statusReason"] for result in run["results"] if result["ruleId"] == "e"} == {"was high"}


def test_a_rule_says_how_it_is_recognised_what_to_do_and_how_to_test_it() -> None:
    rule = next(rule for rule in sarif_of(SCAN)["runs"][0]["tool"]["driver"]["rules"] if rule["id"] == "model-output-executed")
    assert rule["helpUri"] == "https://genai.owasp.org/llmrisk/llm052025-improper-output-handling/"
    assert rule["fullDescription"]["text"].startswith("What a model writes is run as a program.")
    for text in (rule["help"]["text"], rule["help"]["markdown"]):
        for said in (
            "How it is recognised",
            "Not a threat when",
            "What to do",
            "Test: A reply that opens a socket fails",
            "threatloom explain",
        ):
            assert said in text
    assert rule["properties"]["tags"][:3] == ["security", "stride/elevation-of-privilege", "stride/tampering"]


def test_the_run_says_what_was_read_and_where_it_comes_from() -> None:
    target = Target(name="a b/c", revision="3f2a91c0de5b", repository="https://git.example.org/team/a.git")
    run = sarif_of(make.scan((make.finding(),), target=target, examined=("other.py",)))["runs"][0]
    assert run["versionControlProvenance"] == [{"repositoryUri": "https://git.example.org/team/a.git", "revisionId": "3f2a91c0de5b"}]
    assert run["automationDetails"] == {"id": "threatloom/a%20b%2Fc/3f2a91c0de5b"}
    assert [artifact["location"]["uri"] for artifact in run["artifacts"]] == ["app.py", "other.py"]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert run["artifacts"][place["index"]]["location"]["uri"] == place["uri"]
    assert run["columnKind"] == "unicodeCodePoints"


def test_github_gets_open_findings_alone_and_is_told_of_the_rest() -> None:
    scan = make.scan((make.finding("a"), make.finding("b", status="fixed"), make.finding("c", status="unknown"), *SCAN.findings[-1:]))
    run = stdlib_json.loads(sarif_github.render(scan))["runs"][0]
    assert {result["ruleId"] for result in run["results"]} == {"a", "c"}
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes[:2] == ["Left out: 1 finding accepted.", "Left out: 1 finding fixed."]
    assert notes[2].startswith("Left out: untrusted-text-in-ci (accepted): issues are read by maintainers first")


def test_a_paragraph_is_not_passed_off_as_a_line() -> None:
    cited = make.evidence("docs/adr.docx:4", "Every refund is approved.", "claim", unit="paragraph")
    location = sarif_of(make.scan((make.finding(evidence=(cited,)),)))["runs"][0]["results"][0]["locations"][0]
    assert "region" not in location["physicalLocation"]
    assert "paragraph 4" in location["message"]["text"]


def test_an_incomplete_scan_says_so() -> None:
    invocation = sarif_of(SCAN)["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert {note["level"] for note in invocation["toolExecutionNotifications"]} == {"error", "warning", "note"}


def test_an_attack_path_is_a_code_flow_of_the_finding_that_starts_it() -> None:
    results = {result["partialFingerprints"]["threatloom/v1"]: result for result in sarif_of(SCAN)["runs"][0]["results"]}
    flows = [flow for flow in results["c3d2e4bb0a99"]["codeFlows"] if flow["message"]["text"].startswith("Attack path")]
    (flow,) = flows
    steps = [step["location"] for step in flow["threadFlows"][0]["locations"]]
    assert flow["message"]["text"].endswith("acts on payments through `refund_payment`")
    assert [step["physicalLocation"]["artifactLocation"]["uri"] for step in steps] == [
        "src/ingest/wiki.py", "src/ingest/wiki.py", "src/agent/knowledge.py", "src/agent/build.py", "src/agent/tools.py",
    ]  # fmt: skip
    assert steps[-1]["message"]["text"] == "nobody is asked before `refund_payment` acts"
