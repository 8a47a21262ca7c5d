"""The AI bill of materials: valid CycloneDX, the same bytes for the same scan, each thing once and with its places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from pipeline.findings.model import Scan
from pipeline.reports import bom, cyclonedx
from pipeline.reports.cyclonedx_model import Bom
from pipeline.scan import ScanSettings, scan
from pipeline.system.model import Package, Relation, System
from tests import factories as make
from tests.ingest.model_files.building import gguf_model, torch_zip
from tests.reports.examined import SCAN as EXAMINED
from tests.reports.hostile import SCAN as HOSTILE
from tests.reports.sample import SCAN
from tests.scan.trees import write_tree

SYSTEM = """
from langchain.agents import create_agent
from langchain.tools import tool
from openai import OpenAI
import torch

client = OpenAI()
weights = torch.load("models/net.pt", weights_only=True)

@tool
def refund(order: str) -> str:
    "Pay an order back."
    return order

agent = create_agent("gpt-5-mini", tools=[refund], system_prompt="You are the assistant of a shop. Be brief and friendly.")

def embed(text: str) -> list[float]:
    return client.embeddings.create(model="text-embedding-3-small", input=text).data[0].embedding

def ask(text: str, model: str) -> str:
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}]).choices[0].message.content
"""


def a_tree(folder: Path) -> Path:
    models = folder / "models"
    models.mkdir(parents=True)
    return write_tree(folder, {
        "app.py": SYSTEM,
        "again.py": SYSTEM.split("agent =")[0] + "def embed(text: str):\n    return client.embeddings.create(model='text-embedding-3-small', input=text)\n",
        "requirements.txt": "openai==2.6.0\nlangchain>=1.0\ntorch\n", "requirements-dev.txt": "pytest==9.0.1\n",
        "web/package.json": '{"dependencies": {"@ai-sdk/openai": "2.0.1", "next": "^15.0.0"}}',
        "mcp.json": '{"mcpServers": {"files": {"command": "npx", "args": ["-y", "@acme/files@1.2.3"]}, "crm": {"url": "https://me:pw@mcp.example.org/v1/s/Zx9Qw8Er7Ty6?key=1"}}}',
        "models/net.pt": torch_zip(), "models/chat.gguf": gguf_model(models / "made.gguf", license="Apache-2.0"),
    }, program=False)  # fmt: skip


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    return scan(a_tree(tmp_path_factory.mktemp("bom") / "shop"), ScanSettings(jobs=1))


def made(result: Scan) -> Any:
    return json.loads(cyclonedx.render(result))


def named(result: Scan, name: str) -> Any:
    found = [one for one in (*made(result)["components"], *made(result)["services"]) if one["name"] == name]
    assert len(found) == 1, (name, found)
    return found[0]


def said(one: Any, name: str) -> list[str]:
    return [entry["value"] for entry in one["properties"] if entry["name"] == f"threatloom:{name}"]


# The standard


@pytest.mark.parametrize("name", ["sample", "examined", "hostile", "empty", "scanned"])
def test_it_is_valid_against_the_schema_of_the_standard(name: str, scanned: Scan) -> None:
    result = {"sample": SCAN, "examined": EXAMINED, "hostile": HOSTILE, "empty": make.scan(elements=()), "scanned": scanned}[name]
    text = cyclonedx.render(result)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert Bom.model_validate_json(text).model_dump(mode="json", by_alias=True, exclude_none=True) == json.loads(text)


def test_references_are_unique_and_lead_somewhere(scanned: Scan) -> None:
    bill = made(scanned)
    refs = [one["bom-ref"] for one in (*bill["components"], *bill["services"])]
    assert len(set(refs)) == len(refs)
    known = {*refs, bill["metadata"]["component"]["bom-ref"]}
    for dependency in bill["dependencies"]:
        assert {dependency["ref"], *dependency.get("dependsOn", [])} <= known
    assert {dependency["ref"] for dependency in bill["dependencies"]} == known


def test_the_serial_number_is_of_the_content_and_not_of_the_time(scanned: Scan) -> None:
    later = scanned.model_copy(update={"started_at": "2030-01-01T00:00:00Z", "duration_s": 9.0})
    assert made(later)["serialNumber"] == made(scanned)["serialNumber"]
    assert made(later)["metadata"]["timestamp"] == "2030-01-01T00:00:00Z"
    less = scanned.model_copy(update={"system": scanned.system.model_copy(update={"packages": scanned.system.packages[1:]})})
    assert made(less)["serialNumber"] != made(scanned)["serialNumber"]


# What is in it


def test_every_package_of_the_manifests_is_listed_with_its_version_and_place(scanned: Scan) -> None:
    packages = {one["bom-ref"]: one for one in made(scanned)["components"] if one["type"] == "library"}
    assert set(packages) == {
        "pkg:pypi/openai@2.6.0", "pkg:pypi/langchain", "pkg:pypi/torch", "pkg:pypi/pytest@9.0.1", "pkg:npm/%40ai-sdk/openai@2.0.1", "pkg:npm/next",
    }  # fmt: skip
    assert packages["pkg:pypi/openai@2.6.0"]["evidence"] == {"occurrences": [{"location": "requirements.txt", "line": 1}]}
    assert said(packages["pkg:pypi/langchain"], "specifier") == [">=1.0"]
    assert said(packages["pkg:pypi/langchain"], "pinned") == ["false"]
    assert said(packages["pkg:npm/%40ai-sdk/openai@2.0.1"], "pinned") == ["true"]
    assert packages["pkg:pypi/pytest@9.0.1"]["scope"] == "excluded"


def test_a_model_that_two_files_ask_is_one_component_with_both_places(scanned: Scan) -> None:
    model = named(scanned, "text-embedding-3-small")
    assert model["type"] == "machine-learning-model"
    assert model["supplier"] == {"name": "OpenAI"}
    assert {place["location"] for place in model["evidence"]["occurrences"]} == {"app.py", "again.py"}
    assert said(model, "hosted") == ["by a provider"]
    assert {text.split(":")[0] for text in said(model, "evidence")} == {"app.py", "again.py"}


def test_a_model_whose_name_is_given_at_run_time_is_said(scanned: Scan) -> None:
    assert said(named(scanned, "model chosen at run time (OpenAI)"), "use") == ["hosted llm"]


def test_a_model_that_a_default_names_is_listed_as_chosen_at_run_time() -> None:
    asked = make.element(
        "hosted_llm", "app.ask (openai)", "third_party", attributes={"provider": "OpenAI", "may_be": ("gpt-5", "gpt-5-mini")}
    )
    result = make.scan(elements=(asked,))
    assert said(named(result, "gpt-5"), "chosen-at-run-time") == said(named(result, "gpt-5-mini"), "chosen-at-run-time") == ["true"]


def test_who_makes_a_model_is_not_guessed_from_the_client_that_asks_it() -> None:
    asked = make.element("hosted_llm", "app.ask (openai)", "third_party", attributes={"provider": "OpenAI", "may_be": ("gpt-5", "grok-3")})
    model = named(make.scan(elements=(asked,)), "grok-3")
    assert "supplier" not in model and said(model, "asked-through") == ["OpenAI"]


def test_a_template_and_its_text_are_one_prompt() -> None:
    place = make.evidence("app.py:3", "prompt = PromptTemplate(\n    'You answer.'\n)")
    template = make.element("prompt", "app.ask (langchain)", evidence=(place,))
    text = make.element(
        "prompt", "prompt in app.ask", attributes={"hashes": ("0" * 64,)}, evidence=(make.evidence("app.py:4", "    'You answer.'"),)
    )
    assert [one["name"] for one in made(make.scan(elements=(template, text)))["components"]] == ["prompt in app.ask"]


def test_a_stored_model_has_its_hash_format_and_licence(scanned: Scan) -> None:
    net, chat = named(scanned, "models/net.pt"), named(scanned, "models/chat.gguf")
    assert net["hashes"][0]["alg"] == "SHA-256" and len(net["hashes"][0]["content"]) == 64
    assert said(net, "format") == ["torch"] and said(net, "hosted") == ["by the system itself"]
    assert chat["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert chat["modelCard"] == {"modelParameters": {"modelArchitecture": "llama"}}


def test_an_unknown_licence_keeps_its_words() -> None:
    stored = make.element("model_file", "m.gguf (stored)", attributes={"stored": True, "format": "gguf", "licence": "of our own\x1b"})
    assert named(make.scan(elements=(stored,)), "m.gguf")["licenses"] == [{"license": {"name": "of our own\\x1b"}}]


def test_tools_prompts_servers_and_services_are_listed(scanned: Scan) -> None:
    assert said(named(scanned, "refund"), "kind") == ["tool"]
    prompts = [one for one in made(scanned)["components"] if said(one, "kind") == ["prompt"]]
    assert len(prompts) == 1 and len(prompts[0]["hashes"][0]["content"]) == 64
    assert prompts[0]["data"] == [{"type": "definition", "name": prompts[0]["name"]}]
    assert said(named(scanned, "files"), "package") == ["@acme/files"]
    assert named(scanned, "crm")["endpoints"] == ["https://mcp.example.org"]
    assert named(scanned, "OpenAI")["x-trust-boundary"] is True


def test_ties_of_the_system_are_dependencies(scanned: Scan) -> None:
    needs = {one["ref"]: set(one.get("dependsOn", [])) for one in made(scanned)["dependencies"]}
    agent = next(ref for ref in needs if ref.startswith("agent:"))
    assert "tool:refund" in needs[agent] and "model:gpt-5-mini" in needs[agent]
    assert "service:OpenAI" in needs["model:text-embedding-3-small"]
    assert needs["system"] == set(needs) - {"system"}


def test_a_dataset_a_model_was_trained_on_stands_on_its_card() -> None:
    elements = (
        make.element("ml_model", "ranker", attributes={"model": "ranker"}),
        make.element("dataset", "org/clicks", attributes={"source": "hub"}),
    )
    tie = Relation(source="ml_model:ranker", kind="trained_on", target="dataset:org/clicks")
    result = make.scan(elements=elements, system=System(elements=elements, relations=(tie,)))
    assert named(result, "ranker")["modelCard"] == {"modelParameters": {"datasets": [{"ref": "dataset:org/clicks"}]}}
    assert said(named(result, "org/clicks"), "pinned") == ["false"]


def test_a_model_of_a_hub_has_a_package_url() -> None:
    hub = make.element("embedding_model", "acme/e5", attributes={"model": "acme/e5", "source": "hub", "revision_pinned": False})
    assert named(make.scan(elements=(hub,)), "acme/e5")["purl"] == "pkg:huggingface/acme/e5"


def test_what_is_only_drawn_gives_way_to_what_is_built() -> None:
    drawn = make.element("hosted_llm", "Some model", "third_party", attributes={"stated_by": "document"})
    built = make.element("hosted_llm", "gpt-5", "third_party", attributes={"model": "gpt-5"})
    models = [one["name"] for one in made(make.scan(elements=(drawn, built)))["components"]]
    assert models == ["gpt-5"]
    assert [one["name"] for one in made(make.scan(elements=(drawn,)))["components"]] == ["Some model"]


def test_examples_are_no_part_of_the_product() -> None:
    example = make.element("hosted_llm", "gpt-5", "third_party", attributes={"model": "gpt-5", "examples_only": True})
    assert made(make.scan(elements=(example,)))["components"] == []


def test_the_list_says_that_it_is_incomplete(scanned: Scan) -> None:
    assert made(scanned)["compositions"] == [{"aggregate": "incomplete", "assemblies": ["system"]}]


# For people


def test_the_table_has_a_line_for_each_item(scanned: Scan) -> None:
    text = bom.render_table(scanned)
    assert text.startswith("bill of materials of shop: ")
    lines = {line.split("  ")[0]: line for line in text.splitlines()}
    assert "2.6.0" in lines["openai"] and "requirements.txt:1" in lines["openai"]
    assert "app.py:18 and 1 more" in lines["text-embedding-3-small"] or "again.py" in lines["text-embedding-3-small"]


def test_neither_table_lets_scanned_text_act() -> None:
    package = Package(name="evil\x1b[2J|<script>", ecosystem="pypi", pin="none", evidence=(make.evidence("a|b.txt:1", "evil"),))
    result = make.scan(elements=(), system=System(packages=(package,)))
    assert "\x1b" not in bom.render_table(result) and "\x1b" not in cyclonedx.render(result)
    assert "<script>" not in bom.render_markdown(result)


def test_an_empty_bill_says_so() -> None:
    assert "nothing was found" in bom.render_table(make.scan(elements=()))
