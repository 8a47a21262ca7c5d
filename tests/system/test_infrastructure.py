"""What is around the code: clusters, charts, clouds, proxies and pipelines of training become elements that are tied together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from ingest.config.read import read_config
from ingest.facts import ConfigFacts
from ingest.heads import kind_of_head
from ingest.purpose import kind_of
from ingest.secrets import mask_secrets
from ingest.source import Source
from pipeline.system.build import build_system
from pipeline.system.evidence import EvidenceBook
from pipeline.system.knowledge import load_frameworks
from pipeline.system.model import Element, System


def system_of(folder: Path, files: Mapping[str, str]) -> System:
    """The system of configuration files that are given as text."""
    given = {path: dedent(text) for path, text in files.items()}
    facts: list[ConfigFacts] = []
    for path, text in given.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        kind = kind_of(path) or kind_of_head(path, text.encode())
        assert kind is not None, path
        read = read_config(Source(path, target, kind, "product", len(text)))
        assert isinstance(read, ConfigFacts), read
        facts.append(read)
    book = EvidenceBook(lambda path: {None: tuple(given[path].split("\n"))}, mask_secrets, frozenset())
    built = build_system(facts, load_frameworks(), book)
    assert not built.notes
    return built.system


def the(system: System, kind: str) -> Element:
    (found,) = [element for element in system.elements if element.kind == kind]
    return found


def controls(system: System, element: Element) -> dict[str, int]:
    return {control.kind: control.evidence[0].start_line for control in system.controls if element.id in control.protects}


POD = """\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: chat, namespace: %s}
    spec:
      template:
        metadata: {labels: {app: chat, tier: model}}
        spec:
          containers:
            - name: vllm
              image: vllm/vllm-openai:v0.11.0
              resources: {limits: {cpu: 1}}
    """
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: chat, namespace: %s}\nspec: {type: NodePort, selector: {app: chat}}\n"


def test_a_service_belongs_to_the_pods_of_its_own_space(tmp_path: Path) -> None:
    near = the(system_of(tmp_path / "a", {"k/pod.yaml": POD % "one", "k/service.yaml": SERVICE % "one"}), "inference_server")
    far = the(system_of(tmp_path / "b", {"k/pod.yaml": POD % "one", "k/service.yaml": SERVICE % "two"}), "inference_server")
    assert near.attributes["exposed"] is True and [e.path for e in near.evidence] == ["k/pod.yaml", "k/service.yaml"]
    assert "exposed" not in far.attributes


def test_a_pod_tells_its_controls_with_their_lines(tmp_path: Path) -> None:
    system = system_of(tmp_path, {"k/pod.yaml": POD % "one"})
    assert controls(system, the(system, "inference_server")) == {"resource_limit": 9, "network_isolation": 9}


def test_what_a_chart_ships_switched_off_is_not_there(tmp_path: Path) -> None:
    template = "{{- if .Values.model.enabled }}\napiVersion: v1\nkind: Pod\nmetadata: {name: m}\nspec:\n  containers: [{name: m, image: '{{ .Values.model.image }}'}]\n{{- end }}\n"
    values = "model:\n  enabled: %s\n  image: ollama/ollama:0.12.0\n"
    on = system_of(tmp_path / "a", {"c/values.yaml": values % "true", "c/templates/m.yaml": template})
    off = system_of(tmp_path / "b", {"c/values.yaml": values % "false", "c/templates/m.yaml": template})
    assert the(on, "inference_server").attributes["product"] == "ollama" and the(on, "inference_server").attributes["pin"] == "tag"
    assert not off.elements


def test_a_pod_that_a_chart_leaves_unnamed_is_called_by_its_file(tmp_path: Path) -> None:
    template = "apiVersion: v1\nkind: Pod\nmetadata: {name: '{{ .Release.Name }}'}\nspec:\n  containers: [{name: '{{ .Chart.Name }}', image: 'ollama/ollama:0.12.0'}]\n"
    system = system_of(tmp_path, {"c/values.yaml": "a: 1\n", "c/templates/model.yaml": template})
    assert the(system, "inference_server").name == "model.yaml (c/templates/model.yaml)"


def test_a_bedrock_agent_is_tied_to_its_knowledge_and_its_log(tmp_path: Path) -> None:
    text = """\
        resource "aws_bedrockagent_agent" "a" {
          guardrail_configuration {
            guardrail_identifier = "g-1"
          }
        }
        resource "aws_bedrockagent_knowledge_base" "k" {}
        resource "aws_bedrockagent_agent_knowledge_base_association" "ak" {
          agent_id          = aws_bedrockagent_agent.a.id
          knowledge_base_id = aws_bedrockagent_knowledge_base.k.id
        }
        resource "aws_bedrock_model_invocation_logging_configuration" "l" {}
        """
    system = system_of(tmp_path, {"main.tf": text})
    agent, retriever = the(system, "agent"), the(system, "retriever")
    assert controls(system, agent) == {"guardrail": 3, "prompt_log": 11}
    assert [(r.source, r.kind, r.target) for r in system.relations] == [(agent.id, "uses_retriever", retriever.id)]
    assert [(f.source, f.role, f.target) for f in system.flows] == [(retriever.id, "prompt", agent.id)]


def test_a_stage_of_dvc_is_a_training_with_data_and_a_model(tmp_path: Path) -> None:
    text = "stages:\n  train:\n    cmd: python t.py\n    deps: [t.py, data/a.csv]\n    outs: [model.pkl]\n  report:\n    cmd: python r.py\n    outs: [r.html]\n"
    system = system_of(tmp_path, {"dvc.yaml": text})
    job = the(system, "training_job")
    assert [(r.kind, r.target) for r in system.relations if r.source == job.id] == [
        ("produces", the(system, "model_file").id), ("trained_on", the(system, "dataset").id),
    ]  # fmt: skip
    assert controls(system, job) == {"model_lineage": 2}


def test_a_proxy_that_asks_does_not_close_a_port_beside_it(tmp_path: Path) -> None:
    compose = "services:\n  m:\n    image: vllm/vllm-openai:v0.11.0\n    ports: %s\n"
    proxy = "server {\n listen 80;\n auth_basic closed;\n location / { proxy_pass http://m:8000; }\n}\n"
    behind = system_of(tmp_path / "a", {"compose.yaml": compose % "[]", "nginx.conf": proxy})
    beside = system_of(tmp_path / "b", {"compose.yaml": compose % "['8000:8000']", "nginx.conf": proxy})
    assert controls(behind, the(behind, "inference_server"))["authentication"] == 4
    assert "authentication" not in controls(beside, the(beside, "inference_server"))


GATEWAYS = """\
resource "aws_iam_role" "ask" { name = "ask" }
resource "aws_iam_policy" "ask" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["bedrock:InvokeModel"], Resource = "*" }] })
}
resource "aws_iam_role_policy_attachment" "ask" {
  role       = aws_iam_role.ask.name
  policy_arn = aws_iam_policy.ask.arn
}
resource "aws_lambda_function" "ask" {
  role = aws_iam_role.ask.arn
}
resource "aws_api_gateway_rest_api" "a" { name = "a" }
resource "aws_api_gateway_resource" "chat" {
  rest_api_id = aws_api_gateway_rest_api.a.id
  path_part   = "chat"
}
resource "aws_api_gateway_method" "chat" {
  rest_api_id   = aws_api_gateway_rest_api.a.id
  resource_id   = aws_api_gateway_resource.chat.id
  http_method   = "POST"
  authorization = "NONE"
}
resource "aws_api_gateway_integration" "chat" {
  rest_api_id = aws_api_gateway_rest_api.a.id
  resource_id = aws_api_gateway_resource.chat.id
  http_method = aws_api_gateway_method.chat.http_method
  uri         = aws_lambda_function.ask.invoke_arn
}
resource "aws_apigatewayv2_integration" "v2" {
  integration_uri = aws_lambda_function.ask.invoke_arn
}
resource "aws_apigatewayv2_route" "v2" {
  route_key = "POST /v2"
  target    = "integrations/${aws_apigatewayv2_integration.v2.id}"
}
resource "aws_apigatewayv2_route" "closed" {
  route_key          = "POST /closed"
  target             = "integrations/${aws_apigatewayv2_integration.v2.id}"
  authorization_type = "JWT"
}
"""


def test_gateways_lead_to_functions_that_may_ask_a_model(tmp_path: Path) -> None:
    system = system_of(tmp_path, {"main.tf": GATEWAYS})
    routes = {element.name: element for element in system.elements if element.kind == "http_route"}
    assert {name: route.attributes["authenticated"] for name, route in routes.items()} == {
        "aws_api_gateway_method.chat (main.tf)": False, "POST /v2": False, "POST /closed": True,
    }  # fmt: skip
    assert all(route.attributes["runs_inference"] for route in routes.values())
    assert [e.start_line for e in routes["aws_api_gateway_method.chat (main.tf)"].evidence] == [21, 9, 3]  # open, the function, its right
