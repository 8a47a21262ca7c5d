"""Task definitions of ECS, in each language they are written in, and units of systemd."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.facts import Setting
from ingest.heads import kind_of_head
from tests.ingest.config.test_config import read
from tests.system.small import scan_of

KEY = "sk-proj-a8Bc9dEf1GhI2jKl3MnO4pQr5StU6vWx7YzA8bCd9EfG0hIj"
JSON = """{
  "family": "chat", "networkMode": "awsvpc", "taskRoleArn": "arn:aws:iam::1:role/chat",
  "containerDefinitions": [
    {"name": "model", "image": "vllm/vllm-openai:latest", "user": "0:0", "command": ["--model", "org/m", "--trust-remote-code"],
     "portMappings": [{"containerPort": 8000}], "secrets": [{"name": "HF_TOKEN", "valueFrom": "x"}]},
    {"name": "web", "image": "acme/web@sha256:%s", "memory": 512}
  ]
}""" % ("a" * 64)
TERRAFORM = """resource "aws_ecs_task_definition" "chat" {
  family = "chat"
  container_definitions = jsonencode([
    {
      name       = "model"
      image      = "vllm/vllm-openai:latest"
      privileged = true
      command    = ["--model", "org/m"]
      environment = [{ name = "VLLM_API_KEY", value = var.key }]
    }
  ])
}
"""
CLOUDFORMATION = """AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Chat:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: model
          Image: vllm/vllm-openai:latest
          Command: [--model, org/m]
"""
UNIT = """[Unit]
Description=The model
[Service]
User=model
Environment="VLLM_API_KEY=given" HF_HOME=/models
ExecStart=-/usr/local/bin/vllm serve org/m \\
  --host 0.0.0.0 \\
# a comment between
  --trust-remote-code
"""


def workloads(found: list[Setting]) -> list[tuple[str, int, str | None, str | None]]:
    return [(s.name, s.place.start_line, s.attributes.get("pin"), s.attributes.get("command")) for s in found if s.kind == "workload"]  # type: ignore[misc]  # attributes that are texts or missing


def test_each_container_of_a_task_has_its_image_command_and_rights(tmp_path: Path) -> None:
    found = read(tmp_path, "task.json", JSON, "ecs_task")
    assert workloads(found) == [
        ("chat/model", 4, "latest", "--model org/m --trust-remote-code"),
        ("chat/web", 6, "digest", None),
    ]
    model, web = (s.attributes for s in found if s.kind == "workload")
    assert (model["root"], model["ports"], model["secrets_from"], model["service_account"]) == (
        True, ("8000",), ("HF_TOKEN",), "arn:aws:iam::1:role/chat",
    )  # fmt: skip
    assert (model["limits"], web["limits"]) == (False, True)


@pytest.mark.parametrize(("name", "text", "line"), [("main.tf", TERRAFORM, 5), ("stack.yaml", CLOUDFORMATION, 7)])
def test_a_task_inside_a_description_of_a_cloud_is_read_as_one(tmp_path: Path, name: str, text: str, line: int) -> None:
    found = read(tmp_path, name, text, "terraform" if name.endswith(".tf") else "cloudformation")
    assert [(s.place.start_line, s.attributes["pin"], s.attributes["command"]) for s in found if s.kind == "workload"] == [
        (line, "latest", "--model org/m")
    ]


def test_a_model_that_a_task_serves_is_an_element_with_its_flags(tmp_path: Path) -> None:
    scan = scan_of(tmp_path, {"deploy/task-definition.json": JSON})
    server = next(e for e in scan.system.elements if e.kind == "inference_server")
    assert (server.attributes["product"], server.attributes.get("exposed")) == ("vllm", None)
    assert ("remote-code-in-model-repo", "local_llm:org/m (vllm)") in [(f.threat, f.element) for f in scan.findings]
    assert not [c for c in scan.system.controls if c.kind == "network_isolation"]


def test_a_key_that_a_task_gives_its_server_is_asked_of_callers(tmp_path: Path) -> None:
    scan = scan_of(tmp_path, {"main.tf": TERRAFORM})
    server = next(e for e in scan.system.elements if e.kind == "inference_server")
    assert server.attributes["authenticated"] is True


@pytest.mark.parametrize(
    "text",
    [
        '{"containerDefinitions": 3}',
        '{"containerDefinitions": [[[]]]}',
        '{"containerDefinitions": [{"environment": [1, {"name": "a"}]}]}',
        "{}",
    ],
)
def test_a_task_of_another_shape_gives_what_is_in_it(tmp_path: Path, text: str) -> None:
    assert not [s for s in read(tmp_path, "task.json", text, "ecs_task") if s.kind == "environment"]


def test_a_name_in_the_registry_of_the_own_account_is_moved_by_nobody_else(tmp_path: Path) -> None:
    text = JSON.replace("vllm/vllm-openai:latest", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/chat:latest")
    assert [pin for _name, _line, pin, _command in workloads(read(tmp_path, "task.json", text, "ecs_task"))] == [None, "digest"]


def test_a_file_that_only_names_container_definitions_is_no_task() -> None:
    assert kind_of_head("schema.json", b'{"properties": {"containerDefinitions": {"type": "array"}, "image": {}}}') is None


def test_a_unit_starts_a_server_with_its_variables(tmp_path: Path) -> None:
    found = read(tmp_path, "vllm.service", UNIT)
    (command,) = [s for s in found if s.kind == "command"]
    assert (command.place.start_line, command.place.end_line) == (6, 9)
    assert command.attributes["words"] == ("vllm", "serve", "org/m", "--host", "0.0.0.0", "--trust-remote-code")
    assert command.attributes["variables"] == ("VLLM_API_KEY=given", "HF_HOME=/models")
    assert [(s.name, s.place.start_line) for s in found if s.kind == "environment"] == [("VLLM_API_KEY", 5), ("HF_HOME", 5)]


@pytest.mark.parametrize("text", ["", "ExecStart=", "ExecStart='", 'Environment="', "ExecStart=" + "\\\n" * 50_000, "\0\x01", "[Service"])
def test_a_unit_that_starts_nothing_gives_nothing(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, "a.service", text) == []
