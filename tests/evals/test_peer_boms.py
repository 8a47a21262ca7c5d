"""CycloneDX of other tools is held against labels: what it says is wrong, and what it says is there, each at its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import threatloom
from evals.labels import SYSTEMS
from evals.peers.__main__ import main
from evals.peers.reading import Form, UnreadableReport, findings_in, form_of
from evals.peers.scoring import system_score
from evals.suite import read_suite
from pipeline.reports import cyclonedx

SYSTEM = SYSTEMS / "support-assistant"


def _bom(**parts: Any) -> str:  # Any: parts of a CycloneDX document
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, **parts})


def _component(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "library", "name": name, "bom-ref": name, **more}


def _seen_at(*occurrences: dict[str, Any]) -> dict[str, Any]:
    return {"occurrences": list(occurrences)}


def _places(text: str, form: Form) -> list[tuple[str, int, str]]:
    return [(found.evidence[0].path, found.evidence[0].start_line, found.title) for found in findings_in(text, form, SYSTEM, "other")]


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        ({"evidence": _seen_at({"location": "README.md", "line": 7})}, 7),
        ({"evidence": _seen_at({"location": "README.md#7"})}, 7),
        ({"evidence": _seen_at({"location": f"{SYSTEM.resolve()}/README.md:7"})}, 7),
        ({"evidence": _seen_at({"location": "README.md:7-9"})}, 7),
        ({"evidence": _seen_at({"location": "README.md"})}, 1),
        ({"properties": [{"name": "other:source_location", "value": "README.md:7"}]}, 7),
        ({"properties": [{"name": "SrcFile", "value": f"{SYSTEM.resolve()}/README.md"}]}, 1),
        ({"properties": [{"name": "syft:location:0:path", "value": "/support-assistant/README.md"}]}, 1),
    ],
)
def test_a_vulnerability_lies_where_what_it_affects_was_seen(seen: dict[str, Any], line: int) -> None:
    text = _bom(components=[_component("torch", **seen)], vulnerabilities=[{"id": "CVE-1", "affects": [{"ref": "torch"}]}])

    assert _places(text, "cyclonedx") == [("README.md", line, "CVE-1")]
    assert _places(text, "cyclonedx-components") == [("README.md", line, "library torch")]


def test_what_came_by_way_of_a_manifest_is_seen_there() -> None:
    text = _bom(
        metadata={"component": _component("the system")},
        components=[{"type": "application", "name": "README.md", "bom-ref": "manifest"}, _component("fastapi"), _component("starlette")],
        dependencies=[
            {"ref": "the system", "dependsOn": ["manifest"]},
            {"ref": "manifest", "dependsOn": ["fastapi"]},
            {"ref": "fastapi", "dependsOn": ["starlette", "fastapi"]},
        ],
        vulnerabilities=[{"id": "CVE-2", "affects": [{"ref": "starlette"}, {"ref": "gone"}]}],
    )

    assert _places(text, "cyclonedx") == [("README.md", 1, "CVE-2")]


def test_parts_of_components_count_and_places_outside_of_the_system_do_not() -> None:
    inner = _component("model", type="machine-learning-model", evidence=_seen_at({"location": "README.md", "line": 2}))
    outside = _component("other", evidence=_seen_at({"location": "/etc/passwd"}, {"location": "../wiki-rag/README.md"}))

    assert _places(_bom(components=[_component("whole", components=[inner]), outside]), "cyclonedx-components") == [
        ("README.md", 2, "machine-learning-model model")
    ]


def test_xml_is_read_as_well() -> None:
    text = """<?xml version="1.0"?>
    <bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
      <components><component type="library" bom-ref="torch"><name>torch</name>
        <evidence><occurrences><occurrence><location>README.md</location><line>3</line></occurrence></occurrences></evidence>
      </component></components>
      <vulnerabilities><vulnerability><id>CVE-3</id><affects><target><ref>torch</ref></target></affects></vulnerability></vulnerabilities>
    </bom>"""

    assert form_of(text) == ("cyclonedx", "cyclonedx-components")
    assert _places(text, "cyclonedx") == [("README.md", 3, "CVE-3")]


@pytest.mark.parametrize(
    "text",
    [
        "<bom/>",
        "<html><body>",
        '<!DOCTYPE bom [<!ENTITY a "b">]><bom>&a;</bom>',
        '{"bomFormat": "SPDX"}',
        '{"bomFormat": 3, "components": 4}',
    ],
)
def test_a_document_that_is_none_is_said_in_one_line(text: str) -> None:
    with pytest.raises(UnreadableReport, match=r"^other: its cyclonedx report cannot be read: [^\n]+$"):
        findings_in(text, "cyclonedx", SYSTEM, "other")


def test_our_own_bill_of_materials_is_scored_like_that_of_anybody() -> None:
    system = next(one for one in read_suite().systems if one.name == "ticket-triage")
    text = cyclonedx.render(threatloom.scan(system.path, exclude=("/labels.yaml",)))

    assert system_score(system, findings_in(text, "cyclonedx-components", system.path, "own"), 0.0).findings > 5


def test_the_command_scores_both_halves_of_a_bill_of_materials(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "other.cdx.json"
    report.write_text(_bom(components=[_component("torch", evidence=_seen_at({"location": "README.md"}))]))

    assert main(["score", "support-assistant", str(report)]) == 0
    assert [line.split(";")[0] for line in capsys.readouterr().out.splitlines()] == ["0 vulnerabilities", "1 components"]
