"""Cards in the model: what they say is added to the elements of their name, and opens no finding."""

from __future__ import annotations

from pathlib import Path

from pipeline.reports.inventory import inventory
from tests.system.small import scan_of

CARD = """---
license: apache-2.0
base_model: Qwen/Qwen2.5-3B
datasets: [tatsu-lab/alpaca]
pipeline_tag: text-generation
---
# Support Writer

## Intended Use

Drafting replies that a person reads first.

## Limitations

Not for advice on law or medicine.
"""


def test_a_card_tells_a_model_what_it_was_made_from_and_what_it_is_for(tmp_path: Path) -> None:
    scan = scan_of(tmp_path, {"model/README.md": CARD})
    model = next(e for e in scan.system.elements if e.kind == "local_llm")
    assert (model.name, model.attributes["licence"], model.attributes["base_model"]) == ("Support Writer", "apache-2.0", "Qwen/Qwen2.5-3B")
    assert [(e.path, e.start_line) for e in model.evidence] == [("model/README.md", 2)]
    assert [(r.kind, r.target) for r in scan.system.relations] == [
        ("derived_from", "model_registry:Qwen/Qwen2.5-3B"),
        ("trained_on", "dataset:tatsu-lab/alpaca"),
    ]
    claims = sorted((c.kind, c.text, c.about, c.evidence[0].start_line) for c in scan.system.claims)
    assert claims == [
        ("intended_use", "Drafting replies that a person reads first.", (model.id,), 11),
        ("limit", "Not for advice on law or medicine.", (model.id,), 15),
    ]
    assert scan.findings == ()


def test_the_card_of_a_model_that_the_code_loads_is_about_that_one(tmp_path: Path) -> None:
    code = "from transformers import AutoModelForCausalLM\nm = AutoModelForCausalLM.from_pretrained('owner/support-writer')\n"
    card = CARD.replace("# Support Writer", "# Model Card for support-writer")
    scan = scan_of(tmp_path, {"app.py": code, "MODEL_CARD.md": card})
    named = [e for e in scan.system.elements if "support-writer" in e.name]
    assert {e.attributes["licence"] for e in named} == {"apache-2.0"}
    assert all(e.attributes.get("stated_by") != "card" for e in named)


def test_the_licence_of_a_card_stands_in_the_bill_of_materials(tmp_path: Path) -> None:
    items = inventory(scan_of(tmp_path, {"model/README.md": CARD}))
    assert [(item.kind, item.name, item.licence) for item in items] == [
        ("model", "Qwen/Qwen2.5-3B", ""),
        ("model", "Support Writer", "apache-2.0"),
        ("dataset", "tatsu-lab/alpaca", ""),
    ]


def test_models_and_data_of_a_bill_of_materials_are_cards(tmp_path: Path) -> None:
    bill = """{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
      {"type": "library", "name": "requests"},
      {"type": "machine-learning-model", "name": "scorer", "licenses": [{"license": {"id": "MIT"}}],
       "modelCard": {"modelParameters": {"task": "classification", "datasets": [{"type": "dataset", "name": "loans"}]},
                     "considerations": {"technicalLimitations": ["Not for people under 18."]}}}]}"""
    scan = scan_of(tmp_path, {"bom.json": bill})
    model = next(e for e in scan.system.elements if e.kind == "ml_model")
    assert (model.name, model.attributes["licence"], model.evidence[0].start_line) == ("scorer", "MIT", 3)
    assert [(r.kind, r.target) for r in scan.system.relations] == [("trained_on", "dataset:loans")]
    assert [(c.kind, c.text) for c in scan.system.claims] == [("limit", "Not for people under 18.")]
    assert not [e for e in scan.system.elements if "requests" in e.name]


def test_a_registered_model_and_a_name_of_the_hub_are_known_by_their_card(tmp_path: Path) -> None:
    code = """
    import mlflow, timm

    def load():
        return mlflow.pyfunc.load_model("models:/discs/Production"), timm.create_model("hf-hub:owner/backbone", pretrained=True)
    """
    card = "---\nlicense: mit\nbase_model: owner/backbone\npipeline_tag: image-classification\n---\n# Model card: discs\n"
    scan = scan_of(tmp_path, {"app.py": code, "docs/model-card.md": card})
    named = [e for e in scan.system.elements if e.name == "models:/discs/Production"]
    assert {e.attributes["licence"] for e in named} == {"mit"}
    assert not [e for e in scan.system.elements if e.attributes.get("stated_by") == "card"]
