"""Findings of entries that were copied, and what a store's own port says of its risk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.system.small import scan_of

ROUTE = """
import { openai } from "@ai-sdk/openai";
import { streamText } from "ai";

export async function POST(req: Request) {
  const {
    prompt,
    config,
  } = await req.json();
  const { apiKey, ...parameters } = config;
  const answer = CALL({ model: openai("gpt-5"), system: "Help.", prompt, ...parameters });
  return Response.json(answer);
}
"""


def test_an_entry_copied_into_another_file_is_one_finding_with_both_places(tmp_path: Path) -> None:
    first = ROUTE.replace("CALL", "streamText")
    other = ROUTE.replace("CALL", "await generateText").replace("streamText", "generateText")
    scan = scan_of(tmp_path, {"app/api/chat/route.ts": first, "app/api/edit/route.ts": other})
    found = [finding for finding in scan.findings if finding.threat == "untrusted-text-in-system-prompt"]
    assert len(found) == 1
    assert {place.path for finding in found for place in finding.evidence} == {"app/api/chat/route.ts", "app/api/edit/route.ts"}


STORE = """
import { QdrantClient } from "@qdrant/js-client-rest";
import OpenAI from "openai";

const client = new QdrantClient({ url: URL });

export async function find(vector) {
  return await client.search("documents", { vector });
}
"""


@pytest.mark.parametrize(("url", "likelihood"), [("process.env.QDRANT_URL", 2), ('"https://vectors.example.com:6333"', 3)])
def test_a_store_whose_address_only_settings_tell_is_less_likely_open(tmp_path: Path, url: str, likelihood: int) -> None:
    scan = scan_of(tmp_path, {"store.ts": STORE.replace("URL", url)})
    (found,) = (finding for finding in scan.findings if finding.threat == "exposed-vector-store")
    assert found.likelihood == likelihood


_ASKED = 'from openai import OpenAI\n\nprint(OpenAI().responses.create(model="gpt-5-mini", input="hello").output_text)\n'
_PUBLISHED = 'services:\n  vectors:\n    image: qdrant/qdrant:v1.14.1\n    ports:\n      - "6333:6333"\n'


@pytest.mark.parametrize(
    ("path", "likelihood"), [("docker-compose.yml", 3), ("docker-compose.dev.yml", 3), (".devcontainer/compose.yaml", 3)]
)
def test_a_port_of_a_composition_is_reached_behind_a_router_whoever_starts_it(tmp_path: Path, path: str, likelihood: int) -> None:
    scan = scan_of(tmp_path, {path: _PUBLISHED})
    (found,) = (finding for finding in scan.findings if finding.threat == "exposed-vector-store")
    assert found.likelihood == likelihood


def test_images_of_a_cluster_are_one_finding_and_those_that_are_built_or_composed_another(tmp_path: Path) -> None:
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME}\nspec:\n  template:\n    spec:\n      containers:\n"
        "        - name: NAME\n          image: IMAGE\n"
    )
    files = {
        "base/manager.yaml": deployment.replace("NAME", "manager").replace("IMAGE", "acme/operator:latest"),
        "overlays/one/patch.yaml": deployment.replace("NAME", "operator").replace("IMAGE", "acme/operator:latest"),
        "gateway/pool.yaml": deployment.replace("NAME", "pool").replace("IMAGE", "acme/gateway:latest"),
        "api/Dockerfile": "FROM python:latest\nUSER 1000\n",
        "docker/compose.yaml": "services:\n  desk:\n    image: acme/desk:latest\n",
        "app.py": _ASKED,
    }
    found = [finding for finding in scan_of(tmp_path, files).findings if finding.threat == "unpinned-action-or-image"]
    assert [{place.path for place in finding.evidence} for finding in found] == [
        {"api/Dockerfile", "docker/compose.yaml"},
        {"base/manager.yaml", "overlays/one/patch.yaml", "gateway/pool.yaml"},
    ]


def test_what_one_folder_deploys_is_one_finding_whatever_starts_it(tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: desk}\nspec:\n  containers:\n    - name: desk\n      image: acme/desk:latest\n"
    files = {"deploy/Dockerfile": "FROM python:latest\nUSER 1000\n", "deploy/pod.yaml": pod, "app.py": _ASKED}
    found = [finding for finding in scan_of(tmp_path, files).findings if finding.threat == "unpinned-action-or-image"]
    assert [{place.path for place in finding.evidence} for finding in found] == [{"deploy/Dockerfile", "deploy/pod.yaml"}]


_KEYS = {"MODEL_API_KEY": "q7Tz0PkV4mXr9sLhY2bWnC5dFgJ8aEuK", "SIGNING_SECRET": "Xk2Vb8Nq5Ws1Zt7Rf4Lm9Gh3Jd6Pc0Ya"}
_LISTED = "".join(f"  {name}: {value}\n" for name, value in _KEYS.items())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env.production", "".join(f"{name}={value}\n" for name, value in _KEYS.items())),
        ("infra/terraform.tfvars", "".join(f'{name.lower()} = "{value}"\n' for name, value in _KEYS.items())),
        ("cluster/keys.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData:\n" + _LISTED),
        (".streamlit/secrets.toml", "".join(f'{name.lower()} = "{value}"\n' for name, value in _KEYS.items())),
        ("local.settings.json", '{\n "Values": {\n' + ",\n".join(f'  "{name}": "{value}"' for name, value in _KEYS.items()) + "\n }\n}\n"),
    ],
)
def test_keys_of_a_file_of_secrets_are_one_finding_with_each_key_as_a_place(tmp_path: Path, path: str, text: str) -> None:
    scan = scan_of(tmp_path, {path: text, "app.py": _ASKED})
    (found,) = (finding for finding in scan.findings if finding.threat == "secret-in-code-or-config")
    assert len({place.start_line for place in found.evidence}) == len(_KEYS)
    assert not any(value in place.quote for place in found.evidence for value in _KEYS.values())


def test_keys_of_several_services_in_a_composition_and_of_two_files_stay_apart(tmp_path: Path) -> None:
    compose = "services:\n" + "".join(
        f"  {name.lower().replace('_', '-')}:\n    image: acme/{number}:1.2\n    environment:\n      {name}: {value}\n"
        for number, (name, value) in enumerate(_KEYS.items())
    )
    scan = scan_of(tmp_path, {"compose.yaml": compose, "app.py": _ASKED})
    assert len([finding for finding in scan.findings if finding.threat == "secret-in-code-or-config"]) == len(_KEYS)
    apart = {f".env.{stage}": f"{name}={value}\n" for stage, (name, value) in zip(("staging", "production"), _KEYS.items(), strict=True)}
    scan = scan_of(tmp_path / "apart", {**apart, "app.py": _ASKED})
    assert len([finding for finding in scan.findings if finding.threat == "secret-in-code-or-config"]) == len(_KEYS)


_STORE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: notes}
spec:
  template:
    metadata: {labels: {app: notes}}
    spec:
      containers:
        - name: notes
          image: IMAGE
          env:
            - name: POSTGRES_PASSWORD
              VALUE
---
apiVersion: v1
kind: Service
metadata: {name: notes}
spec:
  type: TYPE
  selector: {app: notes}
  ports: [{port: 5432}]
"""
_GIVEN = "value: wintersale77"
_TAKEN = "valueFrom: {secretKeyRef: {name: notes, key: POSTGRES_PASSWORD}}"


@pytest.mark.parametrize(
    ("image", "kind", "value", "likelihood"),
    [
        ("postgres:17.2", "ClusterIP", _GIVEN, 2),
        ("postgres:17.2", "ClusterIP", _TAKEN, 2),
        ("postgres:17.2", "LoadBalancer", _GIVEN, 3),
        ("acme/reports:1.2", "ClusterIP", _GIVEN, 3),  # whose database is somewhere else
    ],
)
def test_a_password_of_a_store_that_a_cluster_runs_inside_is_usable_beside_it(
    tmp_path: Path, image: str, kind: str, value: str, likelihood: int
) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: notes}\nstringData:\n  POSTGRES_PASSWORD: wintersale77\n"
    files = {"k8s/notes.yaml": _STORE.replace("IMAGE", image).replace("TYPE", kind).replace("VALUE", value), "app.py": _ASKED}
    scan = scan_of(tmp_path, {**files, **({"k8s/secret.yaml": secret} if value == _TAKEN else {})})
    (found,) = (finding for finding in scan.findings if finding.threat == "secret-in-code-or-config")
    assert found.likelihood == likelihood


@pytest.mark.parametrize(
    ("values", "likelihood"),
    [
        ("postgresql:\n  auth:\n    password: wintersale77\n", 2),
        ("postgresql:\n  auth:\n    password: wintersale77\n  primary:\n    service:\n      type: LoadBalancer\n", 3),
        ("reports:\n  auth:\n    password: wintersale77\n", 3),
    ],
)
def test_a_password_of_a_store_that_a_chart_brings_is_usable_inside_the_cluster(tmp_path: Path, values: str, likelihood: int) -> None:
    chart = "apiVersion: v2\nname: desk\nversion: 1.0.0\n"
    scan = scan_of(tmp_path, {"chart/Chart.yaml": chart, "chart/values.yaml": values, "app.py": _ASKED})
    (found,) = (finding for finding in scan.findings if finding.threat == "secret-in-code-or-config")
    assert found.likelihood == likelihood


@pytest.mark.parametrize(("name", "likelihood"), [("compose.yaml", 3), ("compose.dev.yaml", 2)])
def test_a_published_store_of_a_developers_composition_is_reached_by_its_developer(tmp_path: Path, name: str, likelihood: int) -> None:
    store = "    image: postgres:17.2\n    ports:\n      - 5432:5432\n    environment:\n      POSTGRES_PASSWORD: wintersale77\n"
    scan = scan_of(tmp_path, {name: f"services:\n  notes:\n{store}", "app.py": _ASKED})
    (found,) = (finding for finding in scan.findings if finding.threat == "secret-in-code-or-config")
    assert found.likelihood == likelihood


@pytest.mark.parametrize(("opened", "findings"), [("runs/best/weights.pt", 1), ("other/best/weights.pt", 2)])
def test_a_file_that_a_notebook_loads_as_the_program_does_is_told_once(tmp_path: Path, opened: str, findings: int) -> None:
    cell = f'import torch\nmodel = torch.load("./{opened}", weights_only=False)'
    notebook: dict[str, object] = {"cells": [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None}]}
    program = 'import torch\n\nmodel = torch.load("runs/best/weights.pt", weights_only=False)\nprint(model(1))\n'
    text = json.dumps({**notebook, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    scan = scan_of(tmp_path, {"serve.py": program, "try.ipynb": text})
    assert len([finding for finding in scan.findings if finding.threat == "unsafe-model-load"]) == findings


def test_workflows_on_ones_own_machines_are_one_finding(tmp_path: Path) -> None:
    workflow = (
        "name: NAME\non: pull_request\njobs:\n  test:\n    runs-on: [self-hosted, gpu]\n    steps:\n"
        "      - uses: actions/checkout@v4\n      - run: make NAME\n"
    )
    files = {f".github/workflows/{name}.yml": workflow.replace("NAME", name) for name in ("unit", "chart")}
    found = [f for f in scan_of(tmp_path, {**files, "app.py": _ASKED}).findings if f.threat == "pull-request-on-own-runner"]
    assert [sorted({place.path for place in finding.evidence}) for finding in found] == [sorted(files)]


def test_halves_of_a_login_that_are_told_again_are_one_credential(tmp_path: Path) -> None:
    settings = "\n".join(
        f"{use}_ACCESS_KEY_ID=Qm7Tz0PkV4mXr9sLhY2b\n{use}_SECRET_ACCESS_KEY=WnC5dFgJ8aEuK3oRi6vQx1ZtBwMyNpDfHcSjGlUe"
        for use in ("EXPORT", "MEDIA", "EVENTS")
    )
    scan = scan_of(tmp_path, {".env": settings + "\n", "app.py": _ASKED})
    assert len([finding for finding in scan.findings if finding.threat == "secret-in-code-or-config"]) == 1


@pytest.mark.parametrize(
    ("line", "likelihood"),
    [
        ("QUEUE_URL=postgres://queue:Qm7Tz0PkV4mX@queue-db:5432/queue", 2),
        ("QUEUE_PASSWORD=Qm7Tz0PkV4mX", 2),
        ("QUEUE_URL=postgres://queue:Qm7Tz0PkV4mX@db.acme-parcels.net:5432/queue", 3),  # of a host of its own
        ("QUEUE_API_KEY=Qm7Tz0PkV4mXr9sLhY2bWnC5", 3),  # opens a service of others
    ],
)
def test_a_password_that_a_composition_gives_its_services_by_a_file_is_usable_beside_them(
    tmp_path: Path, line: str, likelihood: int
) -> None:
    compose = "services:\n  queue:\n    image: acme/queue:1.2\n    env_file:\n      - env/queue.env\n  queue-db:\n    image: postgres:17\n"
    scan = scan_of(tmp_path, {"docker/compose.yaml": compose, "docker/env/queue.env": line + "\n", "app.py": _ASKED})
    (found,) = (finding for finding in scan.findings if finding.threat == "secret-in-code-or-config")
    assert found.likelihood == likelihood
