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
from pipeline.system.model import Element, System
from pipeline.system.rules.knowledge import load_frameworks


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


def test_a_movable_image_of_a_chart_is_cited_where_its_values_say_the_tag(tmp_path: Path) -> None:
    values = "image:\n  registry: docker.io\n  repository: acme/api\n  tag: latest\n"
    image = "{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}"
    template = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      containers:\n"
        f'        - name: api\n          image: "{image}"\n'
    )
    system = system_of(tmp_path, {"c/values.yaml": values, "c/templates/api.yaml": template})
    found = [e for e in system.elements if e.attributes.get("pin") == "latest"]
    assert [(one.path, one.start_line) for e in found for one in e.evidence if one.note] == [("c/values.yaml", 4)]


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


GATEWAY = """\
    model_list:
      - model_name: house
        litellm_params: {model: hosted_vllm/house, api_base: "http://vllm.models.svc:8000/v1"}
      - model_name: embed
        litellm_params: {model: openai/text-embedding-3-small}
      - model_name: elsewhere
        litellm_params: {model: openai/gpt-5, api_base: os.environ/SOMEWHERE}
      - model_name: big
        litellm_params: {model: anthropic/claude-sonnet-4}
    litellm_settings:
      success_callback: [langfuse]
      max_budget: 100
    router_settings:
      default_fallbacks: [big]
    general_settings:
      master_key: os.environ/LITELLM_MASTER_KEY
    """


def test_a_gateway_leads_callers_to_its_models_and_says_which_takes_over(tmp_path: Path) -> None:
    system = system_of(tmp_path, {"litellm.yaml": GATEWAY})
    route, own, hosted = the(system, "http_route"), the(system, "local_llm"), the(system, "hosted_llm")
    assert (own.name, hosted.name) == ("house (litellm)", "anthropic/claude-sonnet-4")  # no embeddings, none whose place is a variable
    assert hosted.attributes["overflow"] is True and "overflow" not in own.attributes
    assert [e.start_line for e in hosted.evidence] == [9, 14]
    assert controls(system, route) == {"budget_limit": 12, "authentication": 16}
    assert controls(system, hosted) == {"prompt_log": 11}
    assert {(f.source, f.target, f.role) for f in system.flows if f.role} == {
        (route.id, own.id, "prompt"), (route.id, hosted.id, "prompt"),
    }  # fmt: skip


def test_a_gateway_in_a_map_of_settings_stands_on_the_lines_of_that_file(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  config.yaml: |\n"
    text += "".join(f"    {line}\n" for line in dedent(GATEWAY).splitlines())
    hosted = the(system_of(tmp_path, {"k/config.yaml": text}), "hosted_llm")
    assert [e.start_line for e in hosted.evidence] == [14, 19]


def test_a_gateway_without_a_key_that_nothing_leads_to_has_no_address_of_its_own(tmp_path: Path) -> None:
    alone = dedent(GATEWAY).split("general_settings")[0]
    proxy = "server {\n  listen 80;\n  location / {\n    proxy_pass http://litellm:4000;\n  }\n}\n"
    assert not [e for e in system_of(tmp_path / "a", {"litellm.yaml": alone}).elements if e.kind == "http_route"]
    assert the(system_of(tmp_path / "b", {"litellm.yaml": alone, "nginx.conf": proxy}), "http_route").name == "LiteLLM (litellm.yaml)"


RELEASE = """\
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: vectors}
    spec:
      source:
        chart: qdrant
        helm:
          values: |
            service:
              type: LoadBalancer
              annotations: %s
    """


def test_a_chart_of_others_is_open_as_its_values_say(tmp_path: Path) -> None:
    opened = the(system_of(tmp_path / "a", {"app.yaml": RELEASE % "{}"}), "vector_store")
    inside = '{networking.gke.io/load-balancer-type: "Internal"}'
    kept = the(system_of(tmp_path / "b", {"app.yaml": RELEASE % inside}), "vector_store")
    assert opened.attributes["exposed"] is True and [e.start_line for e in opened.evidence] == [10]
    assert "exposed" not in kept.attributes


def test_values_of_a_chart_whose_templates_are_here_are_read_with_these(tmp_path: Path) -> None:
    template = "apiVersion: v1\nkind: Pod\nmetadata: {name: m}\nspec:\n  containers: [{name: m, image: '{{ .Values.image.repository }}'}]\n"
    values = "image: {repository: qdrant/qdrant, tag: v1}\nservice: {type: LoadBalancer}\n"
    system = system_of(tmp_path, {"qdrant/values.yaml": values, "qdrant/templates/m.yaml": template})
    assert [e.name for e in system.elements if e.kind == "vector_store"] == ["m (qdrant/templates/m.yaml)"]


ROUTE = """\
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: chat, namespace: one}
    spec:
      parentRefs: [{name: door}]
      rules:
        - backendRefs: [{kind: InferencePool, name: pool}]
    ---
    apiVersion: inference.networking.k8s.io/v1
    kind: InferencePool
    metadata: {name: pool, namespace: one}
    spec: {selector: {matchLabels: {app: chat}}}
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata: {name: door, namespace: one}
    spec: {gatewayClassName: %s}
    """


def test_a_route_is_as_open_as_the_gateway_it_hangs_on(tmp_path: Path) -> None:
    files = {"k/pod.yaml": POD % "one", "k/route.yaml": ROUTE}
    outer, inner = (
        the(system_of(tmp_path / name, files | {"k/route.yaml": ROUTE % name}), "inference_server")
        for name in ("gke-l7-regional-external-managed", "gke-l7-rilb")
    )
    assert outer.attributes["exposed"] is True and "exposed" not in inner.attributes


def test_a_policy_of_a_mesh_asks_in_place_of_the_server(tmp_path: Path) -> None:
    policy = "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p, namespace: one}\nspec:\n  selector: {matchLabels: {app: chat}}\n  rules: [{%s}]\n"
    files = {"k/pod.yaml": POD % "one", "k/service.yaml": SERVICE % "one"}
    named = system_of(tmp_path / "a", files | {"k/policy.yaml": policy % "from: [{source: {principals: [a]}}]"})
    all_of = system_of(tmp_path / "b", files | {"k/policy.yaml": policy % "to: [{operation: {ports: ['8000']}}]"})
    assert the(named, "inference_server").attributes["authenticated"] is True
    assert the(all_of, "inference_server").attributes["authenticated"] is False


def test_a_balancer_of_a_controller_is_inside_unless_it_is_told_otherwise(tmp_path: Path) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: chat\n  namespace: one\n  annotations: {%s}\nspec: {type: LoadBalancer, selector: {app: chat}}\n"
    kind = "service.beta.kubernetes.io/aws-load-balancer-type: external"
    scheme = f"{kind}, service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing"
    inner, outer = (
        the(system_of(tmp_path / str(number), {"k/pod.yaml": POD % "one", "k/service.yaml": service % said}), "inference_server")
        for number, said in enumerate((kind, scheme))
    )
    assert "exposed" not in inner.attributes and outer.attributes["exposed"] is True


def test_a_machine_is_open_by_the_firewall_of_its_tag(tmp_path: Path) -> None:
    text = """\
        resource "google_compute_firewall" "f" {
          source_ranges = ["0.0.0.0/0"]
          target_tags   = ["%s"]
          allow {
            protocol = "tcp"
            ports    = ["%s"]
          }
        }
        resource "google_compute_instance" "m" {
          tags                    = ["chat"]
          metadata_startup_script = "docker run -d -p 8000:8000 vllm/vllm-openai:v0.11.0 --model acme/chat"
        }
        """
    servers = {
        said: the(system_of(tmp_path / "-".join(said), {"main.tf": text % said}), "inference_server")
        for said in (("chat", "8000"), ("other", "8000"), ("chat", "22"))
    }
    assert [said for said, server in servers.items() if server.attributes.get("exposed")] == [("chat", "8000")]
    assert [e.start_line for e in servers["chat", "8000"].evidence] == [9, 2]


def test_a_job_that_trains_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    text = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: %s}\nspec:\n  template:\n    spec:\n      containers:\n        - name: c\n          image: registry.example.com/%s:1.0\n          args: [--input=s3://a/tickets/, --output=s3://a/out/]\n"
    tuned = system_of(tmp_path / "a", {"k/job.yaml": text % ("weekly", "sft-trainer")})
    other = system_of(tmp_path / "b", {"k/job.yaml": text % ("train-schedule-import", "importer")})
    job = the(tuned, "training_job")
    assert job.attributes["fine_tuning"] is True and job.attributes["sensitive"] is True
    assert [r.target for r in tuned.relations if r.source == job.id] == ["model_file:s3://a/out/", "dataset:s3://a/tickets/"]
    assert [e.kind for e in other.elements] == ["container"]


def test_a_firewall_or_a_policy_that_counts_calls_limits_the_gateway_behind_it(tmp_path: Path) -> None:
    text = dedent(GATEWAY).replace("  max_budget: 100\n", "")
    wall = 'resource "aws_wafv2_web_acl" "w" {\n  rule {\n    statement {\n      rate_based_statement {\n        limit = 300\n      }\n    }\n  }\n}\n'
    policy = (
        "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: p}\nspec: {rateLimit: {type: Global}}\n"
    )
    for number, (files, kind) in enumerate((({}, None), ({"waf.tf": wall}, 1), ({"k/policy.yaml": policy}, 1))):
        system = system_of(tmp_path / str(number), {"litellm.yaml": text, **files})
        assert controls(system, the(system, "http_route")).get("rate_limit") == kind


def test_a_model_that_an_operator_serves_is_fetched_from_its_hub(tmp_path: Path) -> None:
    text = "apiVersion: kubeai.org/v1\nkind: Model\nmetadata: {name: chat}\nspec:\n  engine: VLLM\n  url: hf://acme/chat-32b\n"
    model = the(system_of(tmp_path, {"k/model.yaml": text}), "model_registry")
    assert (model.name, model.attributes["revision_pinned"], model.evidence[0].start_line) == ("acme/chat-32b", False, 6)


def test_a_job_without_a_command_trains_by_its_name(tmp_path: Path) -> None:
    job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: finetune}\nspec: {template: {spec: {containers: [{name: finetune, image: a/b:1}]}}}\n"
    assert the(system_of(tmp_path, {"job.yaml": job}), "training_job").attributes["fine_tuning"] is True


HUB = "hub:\n  config:\n    JupyterHub:\n      authenticator_class: dummy\nsingleuser:\n  image: {name: quay.io/jupyter/minimal-notebook}\n"


def test_what_a_chart_brings_along_is_no_installation_of_a_hub(tmp_path: Path) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: hub}\nspec: {selector: {app: hub}}\n"
    own = system_of(tmp_path / "a", {"jupyterhub/values.yaml": HUB, "jupyterhub/templates/service.yaml": service})
    installed = system_of(tmp_path / "b", {"deploy/values.yaml": HUB})
    assert not [e for e in own.elements if e.attributes.get("shared_login")]
    assert [e.name for e in installed.elements if e.attributes.get("shared_login")] == ["jupyterhub (deploy/values.yaml)"]
