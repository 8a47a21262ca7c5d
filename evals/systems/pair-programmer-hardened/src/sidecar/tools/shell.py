from __future__ import annotations

import shlex
import subprocess
from typing import Any

from sidecar.workspace import Workspace

RUNNERS = ("pytest", "tox", "make", "npm", "npx", "nx", "go", "cargo", "ruff", "mypy")
RUN: dict[str, Any] = {
    "name": "run_tests",
    "description": "Run the tests of the repository: one of a few runners with arguments, in the root. No shell, no network.",
    "input_schema": {
        "type": "object",
        "properties": {"runner": {"type": "string", "enum": list(RUNNERS)}, "arguments": {"type": "array", "items": {"type": "string"}}},
        "required": ["runner"],
    },
}
SECONDS, TAIL = 600, 20_000
BOX = (
    "bwrap --unshare-all --die-with-parent --new-session --cap-drop ALL --clearenv "
    "--ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --ro-bind /etc/alternatives /etc/alternatives "
    "--proc /proc --dev /dev --tmpfs /tmp --dir /tmp/home --setenv HOME /tmp/home --setenv PATH /usr/local/bin:/usr/bin --setenv CI 1"
).split()


def line(runner: str, arguments: list[str] | None = None) -> str:
    return shlex.join([runner, *(arguments or [])])


def boxed(workspace: Workspace, words: list[str]) -> list[str]:
    root = str(workspace.root)
    closed = ["--ro-bind", f"{root}/.git", "/repo/.git"] if (workspace.root / ".git").is_dir() else []
    return [*BOX, "--bind", root, "/repo", *closed, "--chdir", "/repo", "--", *words]


def run_tests(workspace: Workspace, runner: str, arguments: list[str] | None = None) -> str:
    if runner not in RUNNERS:
        raise ValueError(f"not a runner: {runner}")
    words = boxed(workspace, [runner, *(arguments or [])])
    try:
        ran = subprocess.run(words, env={"PATH": "/usr/bin"}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
    except subprocess.TimeoutExpired as late:
        return f"stopped after {SECONDS} seconds\n{(late.output or b'')[-TAIL:]!r}"
    return f"exit code {ran.returncode}\n{ran.stdout[-TAIL:]}"
