"""Model servers that a container starts: the model of the command, and what its flags allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.findings.model import Scan
from tests.system.small import scan_of

SLUG = "remote-code-in-model-repo"


def places(scan: Scan) -> list[tuple[str, int]]:
    return [(f.evidence[0].path, f.evidence[0].start_line) for f in scan.findings if f.threat == SLUG]


@pytest.mark.parametrize(
    "command",
    [
        'CMD ["vllm", "serve", "someone/novel-7b", "--trust-remote-code"]',
        "CMD vllm serve someone/novel-7b --host 0.0.0.0 --trust-remote-code",
        'ENTRYPOINT ["python3", "-m", "vllm.entrypoints.openai.api_server", "--model=someone/novel-7b", "--trust-remote-code"]',
        "CMD python -m sglang.launch_server --model-path someone/novel-7b --trust-remote-code",
        "CMD text-generation-launcher --model-id someone/novel-7b --trust-remote-code",
    ],
)
def test_a_container_that_lets_a_models_repository_run_code_is_found_at_its_command(tmp_path: Path, command: str) -> None:
    scan = scan_of(tmp_path, {"Dockerfile": f"FROM python:3.12\nUSER app\n{command}\n"})
    assert places(scan) == [("Dockerfile", 3)]
    assert any(e.kind == "local_llm" and e.attributes["model"] == "someone/novel-7b" for e in scan.system.elements)


def test_a_composed_server_gets_its_flags_from_its_command(tmp_path: Path) -> None:
    compose = "services:\n  llm:\n    image: vllm/vllm-openai:v0.9.1\n    command: --model someone/novel-7b --trust-remote-code\n"
    assert [path for path, _line in places(scan_of(tmp_path, {"compose.yaml": compose}))] == ["compose.yaml"]


@pytest.mark.parametrize(
    "command",
    [
        "CMD vllm serve someone/novel-7b",
        "CMD vllm serve /models/novel-7b --trust-remote-code",
        "CMD python app.py --model someone/novel-7b --trust-remote-code",
        "CMD vllm serve $MODEL --trust-remote-code",
        "RUN echo vllm serve someone/novel-7b --trust-remote-code",
    ],
)
def test_a_server_without_the_flag_a_model_of_ones_own_and_other_programs_are_not(tmp_path: Path, command: str) -> None:
    assert places(scan_of(tmp_path, {"Dockerfile": f"FROM python:3.12\nUSER app\n{command}\n"})) == []
