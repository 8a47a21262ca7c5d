"""nginx, GitLab CI, OpenAPI and pipelines of training: what stands around the services of an AI system."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ingest.heads import kind_of_head
from ingest.purpose import kind_of
from tests.ingest.config.test_config import error, one, read


def test_a_proxy_tells_whom_it_leads_to_and_whom_it_lets_in(tmp_path: Path) -> None:
    text = (
        'upstream chat { server model:8000 weight=2; server other:8000; }\nserver {\n  listen 443 ssl;\n  auth_basic "closed";\n  limit_req zone=a;\n'
        "  location /v1/ { proxy_pass http://chat/v1/; }\n  location /open { auth_basic off; proxy_pass http://127.0.0.1:9000; } # }\n}\n"
        "server {\n  listen 127.0.0.1:8080;\n  set $up store:6333;\n  location / { deny all; proxy_pass http://$up; }\n}\n"
    )
    found = read(tmp_path, "nginx.conf", text)
    assert [(s.name, s.place.start_line) for s in found] == [("model:8000", 6), ("127.0.0.1:9000", 7), ("store:6333", 12)]
    chat, opened, store = (s.attributes for s in found)
    assert chat["authenticated"] is True and chat["rate_limited"] is True and chat["tls"] is True and chat["public"] is True
    assert opened["authenticated"] is False
    assert store["public"] is False and store["limited"] is True


def test_a_proxy_tells_which_headers_it_writes_anew(tmp_path: Path) -> None:
    text = (
        "server {\n  proxy_set_header X-User $u;\n  location /a { proxy_pass http://a:1; }\n"
        "  location /b { proxy_set_header X-Team $t; proxy_pass http://b:1; }\n}\n"
    )
    found = read(tmp_path, "nginx.conf", text)  # a block with headers of its own takes none of the one around it
    assert [s.attributes.get("headers") for s in found] == [("x-user",), ("x-team",)]


def test_broken_and_hostile_proxies_are_errors(tmp_path: Path) -> None:
    assert "is not closed" in error(tmp_path, "nginx.conf", "server {\n listen 80;\n")
    assert "not begun" in error(tmp_path, "nginx.conf", "a b;\n}\n")
    assert "nested" in error(tmp_path, "nginx.conf", "a {" * 5000)
    start = time.monotonic()
    assert read(tmp_path, "nginx.conf", '"' * 100_001 + "\\" * 100_000) == []
    assert time.monotonic() - start < 2


def test_gitlab_tells_jobs_images_and_what_is_taken_over(tmp_path: Path) -> None:
    text = (
        "image: python:latest\ninclude:\n  - project: acme/ci\n    ref: main\n    file: a.yml\n  - local: b.yml\nvariables:\n  MODE: ci\n"
        "train:\n  image: {name: acme/train@sha256:"
        + "a"
        * 64
        + "}\n  tags: [gpu]\n  rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}]\n"
        "  script:\n    - pip install openai\n    - [curl https://x.dev/a.sh | sh]\n"
    )
    found = read(tmp_path, ".gitlab-ci.yml", text)
    assert one(found, "workflow", "GitLab CI").attributes["triggers"] == ("schedule",)
    pins = {s.name: s.attributes["pin"] for s in found if s.kind == "workflow_step" and s.attributes.get("uses")}
    assert pins == {"acme/ci": "branch", "python:latest": "latest", "acme/train@sha256:" + "a" * 64: "sha"}
    run = one(found, "run_command", "run")
    assert run.attributes["downloads_and_runs"] is True and (run.place.start_line, run.place.end_line) == (14, 15)
    assert one(found, "package", "openai").attributes["pin"] == "none"
    assert one(found, "workflow_step", "train").attributes["runs_on"] == "gpu"


def test_an_api_tells_which_of_its_routes_ask_who_calls(tmp_path: Path) -> None:
    text = (
        "openapi: 3.1.0\ninfo: {title: Chat}\nservers: [{url: http://api.dev}]\ncomponents: {securitySchemes: {b: {type: http}}}\nsecurity: [{b: []}]\n"
        "paths:\n  /chat:\n    post: {responses: {}}\n  /health:\n    get: {security: []}\n  /maybe:\n    get: {security: [{}, {b: []}]}\n"
    )
    found = read(tmp_path, "openapi.yaml", text, "openapi")
    assert [(s.name, s.attributes["secured"], s.place.start_line) for s in found if s.kind == "api_route"] == [
        ("POST /chat", True, 8), ("GET /health", False, 10), ("GET /maybe", False, 12),
    ]  # fmt: skip
    api = one(found, "api", "Chat").attributes
    assert api["plain_http"] is True and api["schemes"] == ("b http",)
    swagger = '{"swagger": "2.0", "info": {"title": "T"}, "paths": {"/a": {"get": {}}}}'
    assert one(read(tmp_path, "s.json", swagger, "openapi"), "api_route", "GET /a").attributes["secured"] is False
    assert kind_of_head("s.json", b'{\n  "swagger": "2.0"') == "openapi"


def test_stages_and_tracked_files_of_dvc_are_told(tmp_path: Path) -> None:
    stages = "stages:\n  train:\n    cmd: python train.py\n    deps: [data/a.csv]\n    outs:\n      - model.pkl:\n          cache: false\n"
    stage = one(read(tmp_path, "dvc.yaml", stages), "ml_stage", "train").attributes
    assert (stage["command"], stage["reads"], stage["writes"]) == ("python train.py", ("data/a.csv",), ("model.pkl",))
    tracked = "outs:\n- md5: d8e8fca2dc0f896fd7cb4cb0031ba249\n  size: 3\n  path: a.csv\n"
    data = one(read(tmp_path, "a.csv.dvc", tracked), "ml_data", "a.csv")
    assert data.attributes["pinned"] is True and data.place.start_line == 2


def test_projects_and_models_of_mlflow_are_told(tmp_path: Path) -> None:
    project = "name: p\nentry_points:\n  main:\n    command: python train.py {alpha}\n"
    assert one(read(tmp_path, "MLproject", project), "ml_stage", "main").attributes["command"] == "python train.py {alpha}"
    model = "flavors:\n  python_function: {}\n  sklearn: {}\nrun_id: abc\n"
    assert one(read(tmp_path, "MLmodel", model), "ml_model", "MLmodel").attributes["flavors"] == ("python_function", "sklearn")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("deploy/nginx/default.conf", "nginx"), ("nginx.conf.template", "nginx"), ("redis.conf", None), (".gitlab-ci.yml", "gitlab_ci"),
        ("data/a.csv.dvc", "ml_pipeline"), ("MLproject", "ml_pipeline"), ("deploy/environment.prod.yml", "conda"),
    ],
)  # fmt: skip
def test_a_name_tells_these_kinds(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind
