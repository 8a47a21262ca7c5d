"""The handbook: every word described, every tie from both ends, JSON that fits its schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml
from jsonschema import Draft202012Validator

from pipeline.findings.attack_paths.knowledge import load_knowledge
from pipeline.handbook import Handbook, handbook_of, load_control_words, load_glossary
from pipeline.handbook.decision import decision_of
from pipeline.handbook.json import render, schema
from pipeline.system.model import ElementKind, ShippedControl
from pipeline.system.rules.knowledge_file import KNOWLEDGE, KnowledgeError
from pipeline.threats.catalog import load_catalog
from pipeline.threats.ledger import load_out_of_reach
from pipeline.threats.taxonomy import load_taxonomies

SYSTEM = KNOWLEDGE.parent / "system"


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    return handbook_of(load_catalog(), load_taxonomies(), load_out_of_reach())


def _mentioned(kind: str) -> bool:
    """Whether anything that makes controls names the kind: a reader of the system model, a framework file or an infrastructure pattern."""
    sources = [*SYSTEM.rglob("*.py"), *(KNOWLEDGE / "frameworks").glob("*.yaml"), KNOWLEDGE / "infrastructure.yaml"]
    pattern = re.compile(rf"(?<!\w){kind}(?!\w)")
    return any(pattern.search(path.read_text("utf-8")) for path in sources if path.name != "model.py")


@pytest.mark.parametrize("kind", get_args(ShippedControl))
def test_a_control_is_said_to_be_seen_exactly_where_something_makes_it(kind: ShippedControl) -> None:
    seen = load_control_words().controls[kind].seen_in
    assert bool(seen) == _mentioned(kind)
    of_code = any(re.search(rf"(?<!\w){kind}(?!\w)", path.read_text("utf-8")) for path in (KNOWLEDGE / "frameworks").glob("*.yaml"))
    assert "code" in seen or not of_code


def test_every_sentence_about_a_control_is_its_own() -> None:
    said = [text for word in load_control_words().controls.values() for text in (word.is_, word.counts_when, word.not_when)]
    assert len(set(said)) == len(said) and all(text.endswith(".") for text in said)


def test_a_kind_that_nothing_is_said_of_is_refused(tmp_path: Path) -> None:
    given = yaml.safe_load((KNOWLEDGE / "controls.yaml").read_text("utf-8"))
    del given["controls"]["sandbox"]
    (tmp_path / "controls.yaml").write_text(yaml.safe_dump(given))
    with pytest.raises(KnowledgeError, match="nothing is said of sandbox"):
        load_control_words(tmp_path / "controls.yaml")
    words = yaml.safe_load((KNOWLEDGE / "glossary.yaml").read_text("utf-8"))
    words["elements"]["sandwich"] = "Bread with something between."
    (tmp_path / "glossary.yaml").write_text(yaml.safe_dump(words))
    with pytest.raises(KnowledgeError, match="sandwich"):
        load_glossary(tmp_path / "glossary.yaml")


def test_ties_hold_from_both_ends(handbook: Handbook) -> None:
    controls = {one.kind: one for one in handbook.controls}
    frameworks = {one.name: one for one in handbook.frameworks}
    for threat in handbook.threats:
        assert all(threat.slug in controls[kind].removes for kind in threat.removed_by)
        assert all(threat.slug in controls[kind].lowers for kind in threat.lowered_by)
        assert all(threat.slug in frameworks[name].threats for name in threat.frameworks)
    for control in handbook.controls:
        assert all(control.kind in [known.kind for known in frameworks[name].controls] for name in control.frameworks)
    assert "openai" in controls["output_token_limit"].frameworks
    assert any(name.startswith("chromadb.") for known in frameworks["chromadb"].elements for name in known.names)
    assert {word.word for word in handbook.elements} == set(get_args(ElementKind))


def test_every_id_of_a_threat_stands_in_a_taxonomy_that_names_the_threat(handbook: Handbook) -> None:
    items = {item.id: item for file in handbook.taxonomies for item in file.items}
    for threat in handbook.threats:
        for _field, ids in threat.taxonomy:
            for identity in ids:
                assert threat.slug in items[identity].threats, (threat.slug, identity)
                assert threat.names[identity] == items[identity].name
    assert all(item.threats or item.reason for file in handbook.taxonomies for item in file.items if file.field != "cwe")


def test_a_threat_says_what_it_lets_an_attacker_do(handbook: Handbook) -> None:
    steps = load_knowledge().steps
    assert {one.slug for one in handbook.threats if one.leads_to} == set(steps)
    threat = handbook.threat("direct-prompt-injection")
    assert threat is not None and threat.leads_to == "the attacker's words steer the element"


def test_a_severity_range_follows_the_decision_table(handbook: Handbook) -> None:
    threat = handbook.threat("direct-prompt-injection")
    assert threat is not None
    # Likelihood 3, up one, down one and two for controls; impact 3, up one: 1x3 is low, 3x3 is medium, 4x4 is critical.
    assert (threat.severity.lowest, threat.severity.starts, threat.severity.highest) == ("low", "medium", "critical")


def test_the_json_fits_its_schema_and_comes_back_the_same(handbook: Handbook) -> None:
    written = json.loads(render(handbook))
    Draft202012Validator(json.loads(schema())).validate(written)
    assert Handbook.model_validate(written) == handbook


def test_a_threat_in_json_says_all_its_file_says(handbook: Handbook) -> None:
    written = {one["slug"]: one for one in json.loads(render(handbook))["threats"]}
    for threat in load_catalog().threats:
        said = json.loads(threat.model_dump_json(exclude_none=True))
        assert {name: written[threat.slug][name] for name in said} == said
        assert set(written[threat.slug]["cases"]) == {"reported", "silent", "known_gaps"}


def test_a_severity_that_is_shown_as_reached_is_one_that_a_scan_can_give() -> None:
    threat = load_catalog().get("container-controls-host")
    assert threat is not None
    decision = decision_of(threat)
    assert (decision.likelihood.base, decision.likelihood.highest) == (2, 3)  # code of the attacker moves the impact alone to the top
