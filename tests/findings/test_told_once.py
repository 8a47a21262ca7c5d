"""Findings of entries that were copied, and what a store's own port says of its risk."""

from __future__ import annotations

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


def test_an_image_that_two_folders_name_is_one_finding_and_another_image_is_another(tmp_path: Path) -> None:
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME}\nspec:\n  template:\n    spec:\n      containers:\n"
        "        - name: NAME\n          image: IMAGE\n"
    )
    files = {
        "base/manager.yaml": deployment.replace("NAME", "manager").replace("IMAGE", "acme/operator:latest"),
        "overlays/one/patch.yaml": deployment.replace("NAME", "operator").replace("IMAGE", "acme/operator:latest"),
        "gateway/pool.yaml": deployment.replace("NAME", "pool").replace("IMAGE", "acme/gateway:latest"),
        "app.py": _ASKED,
    }
    found = [finding for finding in scan_of(tmp_path, files).findings if finding.threat == "unpinned-action-or-image"]
    assert [{place.path for place in finding.evidence} for finding in found] == [
        {"base/manager.yaml", "overlays/one/patch.yaml"},
        {"gateway/pool.yaml"},
    ]


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
