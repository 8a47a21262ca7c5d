from __future__ import annotations

import os
import subprocess
from typing import Any

from sidecar.workspace import Workspace

RUN: dict[str, Any] = {
    "name": "run_tests",
    "description": "Run a command in the root of the repository, mostly its tests. Pipes and && work.",
    "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
}
SECONDS, TAIL = 600, 20_000


def run_tests(workspace: Workspace, command: str) -> str:
    env = {**os.environ, "CI": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(command, shell=True, cwd=workspace.root, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
    except subprocess.TimeoutExpired as late:
        return f"stopped after {SECONDS} seconds\n{(late.output or b'')[-TAIL:]!r}"
    return f"exit code {ran.returncode}\n{ran.stdout[-TAIL:]}"
