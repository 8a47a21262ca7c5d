"""The shipped taxonomies, and that every threat of the catalog refers to ids that exist in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from pipeline.findings.model import Taxonomy
from pipeline.system.rules.knowledge_file import KnowledgeError
from pipeline.threats.schema import ThreatTaxonomy
from pipeline.threats.taxonomy import Taxonomies, TaxonomyField, load_taxonomies

ROOT = Path(__file__).resolve().parents[2]
THREATS = sorted((ROOT / "pipeline" / "knowledge" / "threats").rglob("*.yaml"))
SHAPES = {
    "owasp_llm": r"LLM\d\d:20\d\d",
    "owasp_agentic": r"ASI\d\d:20\d\d|T\d{1,2}:\d\.\d",
    "owasp_mcp": r"MCP\d\d:20\d\d",
    "owasp_ml": r"ML\d\d:20\d\d",
    "atlas": r"AML\.T\d{4}(\.\d{3})?",
    "nist_aml": r"NISTAML\.\d{2,3}",
    "cwe": r"CWE-\d+",
}


@pytest.fixture(scope="module")
def taxonomies() -> Taxonomies:
    return load_taxonomies()


def test_the_fields_are_those_of_findings_and_threats() -> None:
    assert set(get_args(TaxonomyField)) == set(Taxonomy.model_fields) == set(ThreatTaxonomy.model_fields)


@pytest.mark.parametrize(
    ("field", "taxonomy_id", "name"),
    [
        ("owasp_llm", "LLM05:2025", "Improper Output Handling"),
        ("owasp_llm", "LLM05:2026", "Data and Model Poisoning"),
        ("owasp_agentic", "ASI01:2026", "Agent Goal Hijack"),
        ("owasp_agentic", "T6:1.1", "Intent Breaking & Goal Manipulation"),
        ("owasp_mcp", "MCP03:2025", "Tool Poisoning"),
        ("owasp_ml", "ML02:2023", "Data Poisoning Attack"),
        ("atlas", "AML.T0051.000", "LLM Prompt Injection: Direct"),
        ("nist_aml", "NISTAML.022", "Evasion"),
        ("cwe", "CWE-502", "Deserialization of Untrusted Data"),
    ],
)
def test_an_id_has_its_name_in_its_own_field_alone(taxonomies: Taxonomies, field: str, taxonomy_id: str, name: str) -> None:
    assert taxonomies.name_of(taxonomy_id) == name
    assert [other for other in SHAPES if taxonomies.contains(other, taxonomy_id)] == [field]


@pytest.mark.parametrize("bare", ["LLM01", "ASI01", "MCP03", "ML02", "T6", "AML.T9999", "CWE-0", ""])
def test_an_id_without_its_edition_or_unknown_is_refused(taxonomies: Taxonomies, bare: str) -> None:
    assert taxonomies.name_of(bare) is None
    assert not any(taxonomies.contains(field, bare) for field in SHAPES)


def test_a_retired_id_is_refused_and_says_what_replaced_it(taxonomies: Taxonomies) -> None:
    assert not taxonomies.contains("atlas", "AML.T0058")
    assert taxonomies.replacement_of("AML.T0058") == "AML.T0115.001"


def test_every_id_is_written_as_findings_print_it(taxonomies: Taxonomies) -> None:
    for file in taxonomies.files:
        for taxonomy_id, name in file.items.items():
            assert re.fullmatch(SHAPES[file.field], taxonomy_id), (file.title, taxonomy_id)
            assert name == name.strip() != ""
            if ":" in taxonomy_id:
                assert taxonomy_id.endswith(f":{file.edition}"), (file.title, taxonomy_id)


def test_no_entry_is_marked_as_unchecked() -> None:
    for path in sorted((ROOT / "pipeline" / "knowledge" / "taxonomies").glob("*.yaml")):
        assert "unverified" not in path.read_text(encoding="utf-8").lower(), path.name


@pytest.mark.parametrize("text", ["items: [", "field: atlas", "- a\n- b\n", "field: other\ntitle: x\n"])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "broken.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"broken\.yaml"):
        load_taxonomies(tmp_path)


def test_an_empty_folder_is_an_error_and_not_an_empty_table(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no taxonomy file for atlas"):
        load_taxonomies(tmp_path)


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in THREATS])
def test_every_id_of_a_threat_exists(taxonomies: Taxonomies, path: Path) -> None:
    threat: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))  # Any: checked by the schema elsewhere
    wrong = [
        f"{field}: {taxonomy_id} (replaced by {taxonomies.replacement_of(taxonomy_id)})"
        for field, ids in threat.get("taxonomy", {}).items()
        for taxonomy_id in ids
        if not taxonomies.contains(field, taxonomy_id)
    ]
    assert not wrong, f"{path.relative_to(ROOT).as_posix()}: {wrong}"
