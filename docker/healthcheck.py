#!/opt/threatloom/bin/python
"""Whether what this container was started for is alive: the web pages answer, the worker shows itself; all else lives while it runs."""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path

PORT = "8737"


def role(command: Sequence[str]) -> str:
    """What the first process of the container does: the first word after the program's name."""
    words = iter(command)
    for word in words:
        if Path(word).name == "threatloom":
            return next(words, "")
    return ""


def port(command: Sequence[str]) -> str:
    """Where the pages are served."""
    for number, word in enumerate(command):
        if word.startswith("--port="):
            return word.partition("=")[2]
        if word == "--port" and number + 1 < len(command):
            return command[number + 1]
    return PORT


def is_well(command: Sequence[str]) -> bool:
    match role(command):
        case "serve":
            with urllib.request.urlopen(f"http://127.0.0.1:{port(command)}/health", timeout=8) as answer:
                return bool(answer.status == 200)
        case "worker":
            from pipeline.interfaces.cli import run

            return run(["worker", "--check"]) == 0
        case _:
            return True


if __name__ == "__main__":
    first = Path("/proc/1/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    try:
        sys.exit(0 if is_well(first) else 1)
    except OSError as problem:
        sys.exit(f"not well: {problem}")
