"""What commands start and fetch, and who reaches it: servers of models and tools, models from a hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.findings.model import Scan
from tests.system.small import elements, scan_of

OPEN = "unauthenticated-inference-endpoint"
TOOLS = "mcp-server-without-auth"
FLOATING = "unpinned-remote-model"
CODE = "remote-code-in-model-repo"


def places(scan: Scan, slug: str) -> list[tuple[str, int]]:
    return [(e.path, e.start_line) for f in scan.findings if f.threat == slug for e in f.evidence]


def composed(command: str, ports: str = 'ports: ["8000:8000"]', environment: str = "") -> dict[str, str]:
    extra = f"\n    environment: [{environment}]" if environment else ""
    return {"compose.yaml": f"services:\n  llm:\n    image: acme/models:1.2\n    {ports}{extra}\n    command: {command}\n"}


@pytest.mark.parametrize(
    "command",
    [
        "vllm serve acme/novel-7b",
        "vllm serve acme/novel-7b --host 0.0.0.0",
        "OLLAMA_HOST=0.0.0.0 ollama serve",
        "export OLLAMA_HOST=:11434; ollama serve &",
        "HOST=${HOST:-0.0.0.0}; llama-server -m a.gguf --host $HOST",
        "uv run langgraph dev --host 0.0.0.0",
        "python -m sglang.launch_server --model-path acme/novel-7b --host 0.0.0.0",
        "text-generation-launcher --model-id acme/novel-7b",
        "lmdeploy serve api_server acme/novel-7b",
        "docker run --gpus all -v m:/m -p 8000:8000 vllm/vllm-openai:v0.11.0 --model acme/novel-7b",
        "sudo docker run -d --network=host ollama/ollama:0.12.0",
    ],
)
def test_a_script_that_opens_a_model_to_the_network_without_a_key_is_found(tmp_path: Path, command: str) -> None:
    scan = scan_of(tmp_path, {"scripts/start.sh": f"#!/bin/sh\n{command}\n"})
    assert places(scan, OPEN) == [("scripts/start.sh", 2)]


@pytest.mark.parametrize(
    "command",
    [
        "vllm serve acme/novel-7b --host 127.0.0.1",
        "vllm serve acme/novel-7b --api-key $KEY",
        "VLLM_API_KEY=$KEY vllm serve acme/novel-7b",
        "ollama serve",
        "OLLAMA_HOST=127.0.0.1:11434 ollama serve",
        "llama-server -m a.gguf",
        "llama-server -m a.gguf --host $HOST",
        "langgraph dev --no-browser",
        "vllm bench serve --host 0.0.0.0",
        "ollama pull llama3",
        "docker run -p 8000:8000 vllm/vllm-openai:v0.11.0 --model acme/novel-7b --api-key $KEY",
        "docker run -p 8000:8000 -e VLLM_API_KEY=$KEY vllm/vllm-openai:v0.11.0 --model acme/novel-7b",
        "docker run -p 127.0.0.1:11434:11434 ollama/ollama:0.12.0",
        "docker run ollama/ollama:0.12.0",
        "docker run -p 80:80 acme/web:1",
    ],
)
def test_a_server_on_loopback_or_with_a_key_and_other_commands_are_not(tmp_path: Path, command: str) -> None:
    assert places(scan_of(tmp_path, {"scripts/start.sh": f"#!/bin/sh\n{command}\n"}), OPEN) == []


def test_recipes_and_scripts_of_manifests_are_commands_as_well(tmp_path: Path) -> None:
    manifest = '{\n "name": "app",\n "scripts": {\n  "agent": "langgraph dev --host 0.0.0.0"\n }\n}\n'
    scan = scan_of(tmp_path, {"Makefile": "serve:\n\tvllm serve acme/novel-7b\n", "web/package.json": manifest})
    assert sorted(places(scan, OPEN)) == [("Makefile", 2), ("web/package.json", 4)]


def test_a_workflow_serves_nobody(tmp_path: Path) -> None:
    workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: vllm serve acme/novel-7b &\n"
    assert places(scan_of(tmp_path, {".github/workflows/a.yml": workflow}), OPEN) == []


def test_inside_a_container_a_published_port_decides(tmp_path: Path) -> None:
    dockerfile = 'FROM vllm/base:1\nUSER app\nCMD ["vllm", "serve", "acme/novel-7b", "--host", "0.0.0.0"]\n'
    alone = scan_of(tmp_path / "a", {"Dockerfile": dockerfile})
    closed = scan_of(tmp_path / "b", {"Dockerfile": dockerfile, "compose.yaml": "services:\n  llm:\n    build: .\n"})
    opened = scan_of(
        tmp_path / "c", {"Dockerfile": dockerfile, "compose.yaml": 'services:\n  llm:\n    build: .\n    ports: ["8000:8000"]\n'}
    )
    loopback = scan_of(
        tmp_path / "d", {"Dockerfile": dockerfile, "compose.yaml": 'services:\n  llm:\n    build: .\n    ports: ["127.0.0.1:8000:8000"]\n'}
    )
    assert [places(scan, OPEN) for scan in (alone, closed, opened, loopback)] == [[], [], [("Dockerfile", 3)], []]


def test_a_script_that_a_container_starts_is_inside_it(tmp_path: Path) -> None:
    script = "#!/bin/sh\nvllm serve acme/novel-7b --host 0.0.0.0\n"
    dockerfile = 'FROM vllm/base:1\nUSER app\nENTRYPOINT ["/app/start.sh"]\n'
    assert places(scan_of(tmp_path / "a", {"start.sh": script, "Dockerfile": dockerfile}), OPEN) == []
    assert places(scan_of(tmp_path / "b", {"docker/start.sh": script}), OPEN) == []


def test_a_composed_command_makes_its_service_a_server_of_models(tmp_path: Path) -> None:
    scan = scan_of(tmp_path / "a", composed("vllm serve acme/novel-7b"))
    assert [e.name for e in elements(scan.system, "inference_server")] == ["llm service"]
    assert places(scan, OPEN) == [("compose.yaml", 2)]


@pytest.mark.parametrize(
    "files",
    [
        composed("vllm serve acme/novel-7b --api-key k"),
        composed("vllm serve acme/novel-7b", environment='"VLLM_API_KEY=${KEY}"'),
        composed("vllm serve acme/novel-7b", 'ports: ["127.0.0.1:8000:8000"]'),
        composed("vllm serve acme/novel-7b", 'expose: ["8000"]'),
        composed("ollama serve"),
        composed("python app.py"),
    ],
)
def test_a_composed_server_that_asks_or_that_nobody_reaches_is_not_found(tmp_path: Path, files: dict[str, str]) -> None:
    assert places(scan_of(tmp_path, files), OPEN) == []


def test_an_address_in_the_environment_opens_a_composed_server(tmp_path: Path) -> None:
    assert places(scan_of(tmp_path, composed("ollama serve", environment='"OLLAMA_HOST=0.0.0.0"')), OPEN) == [("compose.yaml", 2)]


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("fastmcp run server.py --transport http --host 0.0.0.0", True),
        ("uvx mcpo --port 8000 -- uvx mcp-server-time", True),
        ("npx -y supergateway --stdio 'npx -y server-files /data' --port 8000", True),
        ("mcp-proxy --sse-host 0.0.0.0 --sse-port 8080 uvx mcp-server-fetch", True),
        ("fastmcp run server.py --transport http", False),
        ("fastmcp run server.py", False),
        ("mcpo --port 8000 --api-key $KEY -- uvx mcp-server-time", False),
        ("mcp-proxy http://example.org/sse", False),
        ("npx -y supergateway --sse https://example.org/sse", False),
    ],
)
def test_tools_that_a_command_offers_to_the_network_are_found(tmp_path: Path, command: str, found: bool) -> None:
    assert bool(places(scan_of(tmp_path, {"start.sh": f"{command}\n"}), TOOLS)) is found


@pytest.mark.parametrize(
    "command",
    [
        "hf download acme/novel-7b --local-dir /models",
        "huggingface-cli download acme/novel-7b model.safetensors --revision main",
        "git clone https://huggingface.co/acme/novel-7b",
        "curl -L -o a.gguf https://huggingface.co/acme/novel-7b/resolve/main/a.gguf",
        "wget https://huggingface.co/acme/novel-7b/resolve/main/a.gguf?download=true",
    ],
)
def test_a_model_that_is_fetched_by_name_is_found_where_it_is_fetched(tmp_path: Path, command: str) -> None:
    scan = scan_of(tmp_path, {"Dockerfile": f"FROM python:3.12\nUSER app\nRUN pip install x==1 && {command}\n"})
    assert places(scan, FLOATING) == [("Dockerfile", 3)]
    assert [e.name for e in elements(scan.system, "model_registry")] == ["acme/novel-7b"]


@pytest.mark.parametrize(
    "command",
    [
        f"hf download acme/novel-7b --revision {'a1b2' * 10}",
        f"curl -LO https://huggingface.co/acme/novel-7b/resolve/{'a1b2' * 10}/a.gguf",
        'curl -LO https://huggingface.co/acme/novel-7b/resolve/main/a.gguf\necho "abc  a.gguf" | sha256sum -c -',
        "hf download acme/letters --repo-type dataset",
        "hf download $MODEL",
        "git clone https://huggingface.co/spaces/acme/page",
        "curl https://huggingface.co/api/models/acme/novel-7b",
        "hf upload acme/novel-7b .",
    ],
)
def test_a_fixed_or_checked_download_and_what_is_no_model_is_not(tmp_path: Path, command: str) -> None:
    assert places(scan_of(tmp_path, {"fetch.sh": f"{command}\n"}), FLOATING) == []


def test_downloads_of_workflows_and_tests_are_not_part_of_the_system(tmp_path: Path) -> None:
    workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: hf download acme/novel-7b\n"
    scan = scan_of(tmp_path, {".github/workflows/a.yml": workflow, "test.sh": "hf download acme/novel-7b\n"})
    assert places(scan, FLOATING) == []


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("vllm serve acme/novel-7b --trust-remote-code", True),
        ("docker run vllm/vllm-openai:v0.11.0 --model acme/novel-7b --trust-remote-code", True),
        ("lm_eval --model hf --model_args pretrained=acme/novel-7b,trust_remote_code=True --tasks x", True),
        ("trl sft --model_name_or_path acme/novel-7b --trust_remote_code", True),
        ("optimum-cli export onnx --model acme/novel-7b --trust-remote-code out/", True),
        ("lm_eval --model hf --model_args pretrained=acme/novel-7b --tasks x", False),
        ("trl sft --model_name_or_path ./ours --trust_remote_code", False),
        ("trl sft --model_name_or_path acme/novel-7b --trust_remote_code false", False),
    ],
)
def test_a_command_that_lets_a_models_repository_run_code_is_found(tmp_path: Path, command: str, found: bool) -> None:
    assert (places(scan_of(tmp_path, {"train.sh": f"{command}\n"}), CODE) == [("train.sh", 1)]) is found
