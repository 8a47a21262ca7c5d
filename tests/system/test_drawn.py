"""What diagrams and threat models become: kinds of boxes, names that are the same, flows, boundaries, stated threats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.findings.model import Scan
from pipeline.reports.stated import drawn_not_found, found_not_drawn, stated_threats
from pipeline.system.model import ElementKind, System
from pipeline.system.name_matching import Found, Known, match_name
from pipeline.system.rules.drawn_words import kind_of, technology_of
from tests.ingest.documents.diagram_formats import FORMATS, THREAT_DRAGON, TM7
from tests.system.small import scan_of


def drawn(folder: Path, diagram: str, **files: str) -> Scan:
    return scan_of(folder, {"design.md": f"# Design\n\n```mermaid\n{diagram}\n```\n", **files})


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("OpenAI", "hosted_llm"),
        ("Azure OpenAI GPT-4o", "hosted_llm"),
        ("LLM", "hosted_llm"),
        ("Ollama (llama3)", "local_llm"),
        ("vLLM", "inference_server"),
        ("Vector DB", "vector_store"),
        ("VectorStore", "vector_store"),
        ("Knowledge Base", "vector_store"),
        ("KB", "vector_store"),
        ("pgvector", "vector_store"),
        ("OpenAI Embeddings API", "embedding_model"),
        ("Embedding model", "embedding_model"),
        ("Orders DB", "data_store"),
        ("Orders (Postgres)", "data_store"),
        ("Session cache", "data_store"),
        ("User", "end_user"),
        ("End users (browser)", "end_user"),
        ("Anonymous users", "anonymous_public"),
        ("Support agent", "agent"),
        ("AgentOrchestrator", "agent"),
        ("Refund tool", "tool"),
        ("MCP server for files", "mcp_server"),
        ("MCP client", "mcp_client"),
        ("Training data", "dataset"),
        ("Training of the topic model", "training_job"),
        ("Fraud classifier", "ml_model"),
        ("Hugging Face Hub", "model_registry"),
        ("Company wiki", "web_content"),
        ("Message queue", "queue"),
        ("Audit log", "log"),
        ("Payment provider", "external_service"),
        # what only sounds like it
        ("User service", "component"),
        ("Web application", "component"),
        ("LLM gateway", "component"),
        ("OpenAI adapter", "component"),
        ("LLM Report Orchestrator", "component"),
        ("Data model", "component"),
        ("GitHub", "component"),
        ("App store", "component"),
        ("Insurance agent portal", "component"),
        ("Backend (Postgres, Ollama)", "component"),
        ("MCP 客户端（AI 工具）", "component"),
        ("Redis client", "data_store"),
        ("", "component"),
    ],
)
def test_a_box_is_what_its_name_says(label: str, kind: ElementKind) -> None:
    assert kind_of(label) == kind


def test_a_technology_is_told_by_its_other_names_and_only_where_it_is_one() -> None:
    assert technology_of("PostgreSQL 16") == technology_of("orders", "pg") == "postgres"
    assert technology_of("ChatGPT") == "openai"
    assert technology_of("Postgres and Redis") is None


def known(kind: ElementKind, name: str, **attributes: str) -> Known:
    from pipeline.system.draft import Draft

    return Known.of(Draft(kind, name, "data", dict(attributes)))


@pytest.mark.parametrize(
    ("name", "kind", "others", "element", "reason"),
    [
        ("orders-db", "data_store", [("data_store", "orders-db")], "data_store:orders-db", "the same name"),
        ("Customer Records", "data_store", [("data_store", "customer_record")], "data_store:customer_record", "written otherwise"),
        ("OrderStore", "data_store", [("data_store", "order_store")], "data_store:order_store", "written otherwise"),
        ("KB", "vector_store", [("vector_store", "knowledge_base")], "vector_store:knowledge_base", "written otherwise"),
        ("HRS", "component", [("component", "hotel reservation system")], "component:hotel reservation system", "initials"),
        ("Orders (Postgres)", "data_store", [("data_store", "db service (postgres)"), ("data_store", "cache (redis)")], "data_store:db service (postgres)", "both name postgres"),
        ("Refund tool", "tool", [("tool", "issue_refund"), ("tool", "send_mail")], "tool:issue_refund", "all telling words"),
        ("Reccomendations", "external_service", [("external_service", "recommendations")], None, "nothing"),
        ("Recommendatons", "external_service", [("external_service", "recommendations")], "external_service:recommendations", "spelled like"),
        ("Refund tool", "tool", [("tool", "issue_refund"), ("tool", "list_refunds")], None, "may be any of"),
        ("Orders", "data_store", [("tool", "orders")], None, "nothing"),
        ("Repository", "component", [("data_store", "repositories")], None, "nothing"),
        ("Payments", "external_service", [("external_service", "parents")], None, "nothing"),
        ("frontend", "component", [("container", "frontend (compose.yaml)")], "container:frontend (compose.yaml)", "the same name"),
        ("Search", "component", [("log", "Search")], None, "nothing"),
    ],
)  # fmt: skip
def test_names_are_matched_with_a_reason_or_not_at_all(
    name: str, kind: ElementKind, others: list[tuple[ElementKind, str]], element: str | None, reason: str
) -> None:
    match = match_name(name, "", kind, Found([known(*other) for other in others]))
    assert match.element == element, match
    assert reason in match.reason


AGENT = """\
from langchain.agents import create_agent
from langchain_core.tools import tool

@tool
def refund_order(order_id: str) -> str:
    return order_id

agent = create_agent("openai:gpt-4o", tools=[refund_order])
"""


def test_a_matched_box_keeps_its_reason_and_an_unmatched_one_is_shown(tmp_path: Path) -> None:
    scan = drawn(tmp_path, "flowchart LR\n  u[Customer] --> a[Agent] --> r[Refund tool]\n  a --> q[(Kafka queue)]", **{"app.py": AGENT})
    names = {name.name: name for name in scan.system.drawn}
    assert (names["Agent"].found, names["Agent"].reason) == (True, "the only agent that was found")
    assert names["Refund tool"].element == "tool:refund_order"
    assert [name.name for name in drawn_not_found(scan)] == ["Customer", "Kafka queue"]
    assert [element.kind for element in found_not_drawn(scan)] == ["hosted_llm"]


def test_where_only_drawings_were_read_nothing_is_missing(tmp_path: Path) -> None:
    scan = drawn(tmp_path, "flowchart LR\n  u[Customer] --> a[Agent] --> l[OpenAI]")
    assert (drawn_not_found(scan), found_not_drawn(scan)) == ((), ())


def test_one_thing_drawn_twice_is_one_element(tmp_path: Path) -> None:
    (tmp_path / "second.mmd").write_text("flowchart LR\n  a[Support Agent] --> v[(Vector database)]\n")
    scan = drawn(tmp_path, "flowchart LR\n  a[support agent] --> v[(Vector DB)]")
    assert sorted(element.id for element in scan.system.elements) == ["agent:support agent", "vector_store:Vector DB"]


def flows_of(system: System) -> dict[tuple[str, str], tuple[tuple[str, ...], str | None]]:
    return {(flow.source.partition(":")[2], flow.target.partition(":")[2]): (flow.carries, flow.role) for flow in system.flows}


def test_labels_of_arrows_say_what_they_carry_and_whether_a_store_is_asked(tmp_path: Path) -> None:
    scan = drawn(
        tmp_path,
        """flowchart LR
  u[User] -->|question| b[Backend]
  b -->|similarity search| v[(Vector DB)]
  v -->|context| b
  b -->|prompt with context| l[LLM]
  l -->|answer| b
  i[Ingestion] -->|chunks| v
  b -->|embed query| e[Embedding model]
  x[Backoffice] --> v""",
    )
    flows = flows_of(scan.system)
    assert flows["User", "Backend"] == (("user_input",), None)
    assert flows["Backend", "Vector DB"] == ((), "index_query")
    assert flows["Backend", "LLM"] == (("retrieved_text", "user_input"), "prompt")
    assert flows["LLM", "Backend"] == (("model_reply",), None)
    assert flows["Ingestion", "Vector DB"] == (("retrieved_text",), "index_write")
    assert flows["Backoffice", "Vector DB"] == ((), None)
    assert [relation.kind for relation in scan.system.relations] == ["embeds_with"]
    assert not [finding for finding in scan.findings if finding.threat in ("vector-store-open-to-writes", "cross-tenant-retrieval")]


def test_an_interpreter_runs_what_it_gets_unless_it_is_said_to_be_a_sandbox(tmp_path: Path) -> None:
    open_, closed = tmp_path / "open", tmp_path / "closed"
    text = "flowchart LR\n  u[User] --> a[Agent] -->|generated code| i[Code interpreter]"
    assert "model-output-executed" in {finding.threat for finding in drawn(open_, text).findings}
    assert "model-output-executed" not in {finding.threat for finding in drawn(closed, text.replace("interpreter", "sandbox")).findings}


def test_what_a_threat_model_says_of_a_flow_is_kept(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(THREAT_DRAGON)
    flow = next(flow for flow in scan_of(tmp_path, {}).system.flows if flow.source == "end_user:Customer")
    assert flow.stated is not None
    assert (flow.stated.protocol, flow.stated.encrypted, flow.stated.public_network, flow.stated.label) == ("HTTPS", True, True, "question")
    assert "drawn:model.json:s" in flow.crosses
    assert flow.steps[0].path == "model.json"


@pytest.mark.parametrize("given", [given for given in FORMATS if "boxes" in given.gives], ids=lambda given: given.name)
def test_every_format_gives_a_model_of_the_system(tmp_path: Path, given: object) -> None:
    format_ = next(other for other in FORMATS if other is given)
    text = format_.example if isinstance(format_.example, str) else format_.example.decode()
    system = scan_of(tmp_path, {format_.files[-1] if format_.kind != "open_threat_model" else "a.yaml": text}).system
    kinds = {element.name: element.kind for element in system.elements}
    assert (kinds["Customer"], kinds["Assistant"], kinds["LLM"]) == ("end_user", "agent", "hosted_llm")
    assert kinds["Orders"] == ("component" if format_.name == "Mermaid sequence" else "data_store")  # its participants have no kind
    assert {("Customer", "Assistant"), ("Assistant", "LLM"), ("Assistant", "Orders")} == set(flows_of(system))
    assert [boundary.name for boundary in system.boundaries if boundary.kind == "drawn"] == (
        ["Shop"] if "boundaries" in format_.gives else []
    )


def test_stated_threats_are_claims_that_make_and_close_nothing(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(THREAT_DRAGON)
    (tmp_path / "model.tm7").write_text(TM7)
    scan = scan_of(tmp_path, {})
    told = [(claim.text, claim.state, claim.severity, claim.category, claim.mitigations) for claim in stated_threats(scan)]
    assert told == [("The customer plants instructions", "mitigated", "High", "Tampering", ("Roles of messages",))] * 2
    assert {claim.about for claim in stated_threats(scan)} == {("agent:Assistant",), ("end_user:Customer", "agent:Assistant")}
    place = next(claim.evidence[0] for claim in stated_threats(scan) if claim.evidence[0].path == "model.tm7")
    assert (place.page, place.unit, place.quote) == (1, "paragraph", "threat 7 (Mitigated): The customer plants instructions")
    without = json.loads(THREAT_DRAGON)
    for cell in without["detail"]["diagrams"][0]["cells"]:
        cell["data"].pop("threats", None)
    (tmp_path / "model.tm7").unlink()
    (tmp_path / "model.json").write_text(json.dumps(without, indent=1))
    assert {finding.threat for finding in scan_of(tmp_path, {}).findings} == {finding.threat for finding in scan.findings}


def test_secrets_in_labels_and_threats_are_masked(tmp_path: Path) -> None:
    secret = "AKIA" + "Q3EGR4TK7XWZ2YHB"
    (tmp_path / "model.json").write_text(
        THREAT_DRAGON.replace("plants instructions", f"knows {secret}").replace('"Orders"', f'"Orders {secret}"')
    )
    assert secret not in scan_of(tmp_path, {}).model_dump_json()


@pytest.mark.parametrize(
    "text",
    [
        'digraph { "[root] aws_s3_bucket.a" -> "[root] aws_db_instance.b"; "[root] aws_db_instance.b" -> "[root] provider.aws" }',
        "digraph { kitchen -> storage_room }",
        "digraph { start -> end }",
    ],
)
def test_graphs_of_programs_and_of_other_things_give_no_parts(tmp_path: Path, text: str) -> None:
    assert scan_of(tmp_path, {"plan.dot": text, "app.py": "import openai\n"}).system.drawn == ()


def test_types_and_states_give_no_parts(tmp_path: Path) -> None:
    for diagram in ("classDiagram\n  VectorStore --> OpenAI : asks", "stateDiagram-v2\n  Database --> LLM"):
        assert drawn(tmp_path, diagram).system.elements == ()


def test_a_stated_store_of_credentials_and_what_is_out_of_scope_are_told(tmp_path: Path) -> None:
    text = THREAT_DRAGON.replace('"isALog": false', '"isALog": false, "storesCredentials": true, "outOfScope": true')
    (tmp_path / "model.json").write_text(text)
    orders = next(element for element in scan_of(tmp_path, {}).system.elements if element.name == "Orders")
    assert (orders.attributes["stated_credentials"], orders.attributes["stated_out_of_scope"]) == (True, True)


def test_what_was_not_examined_is_listed(tmp_path: Path) -> None:
    scan = scan_of(tmp_path, {"a.puml": "@startuml\n!include other.puml\n[A] --> [LLM]\n@enduml\n"})
    assert [(skip.path, skip.reason) for skip in scan.skipped] == [
        ("a.puml", "read in part: what `!include other.puml` names, which is not followed")
    ]


COMPOSE = """services:
  vectors:
    image: qdrant/qdrant:v1.9
    ports: ["6333:6333"]
"""
CLIENT = """from openai import OpenAI
from qdrant_client import QdrantClient
client = QdrantClient(url="http://vectors:6333")
client.upsert("docs", points=[])
"""


def test_a_configured_store_and_the_client_in_code_are_told_to_be_one(tmp_path: Path) -> None:
    system = scan_of(tmp_path, {"compose.yaml": COMPOSE, "app.py": CLIENT}).system
    (relation,) = [relation for relation in system.relations if relation.kind == "same_as"]
    assert relation.target == "vector_store:vectors service"
    assert relation.evidence[0].path == "compose.yaml"
    assert relation.evidence[0].note == "both name qdrant"


def test_of_two_configured_stores_of_one_product_neither_is_told_to_be_the_client(tmp_path: Path) -> None:
    two = COMPOSE + COMPOSE.replace("services:\n", "").replace("vectors", "archive")
    system = scan_of(tmp_path, {"compose.yaml": two, "app.py": CLIENT}).system
    assert not [relation for relation in system.relations if relation.kind == "same_as"]


def test_a_promise_is_held_against_what_was_built_not_against_what_is_only_drawn(tmp_path: Path) -> None:
    code = AGENT.replace('"""', '"') + "\n"
    text = "flowchart LR\n  a[Agent] --> r[Refund tool]\n  a --> m[Mailing tool]"
    (tmp_path / "rules.md").write_text("Every tool call needs approval by a person.\n")
    scan = drawn(tmp_path, text, **{"app.py": code})
    (claim,) = [claim for claim in scan.system.claims if claim.kind == "promise"]
    assert "tool:Mailing tool" in {element.id for element in scan.system.elements}
    assert "tool:Mailing tool" not in claim.about
