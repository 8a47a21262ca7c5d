"""Starts a peer over a system: in an environment of its own, with a home of its own, with no way out to the network, for a bounded time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from evals.peers.model import NPM, Peer

_SECONDS = 600
_NO_FINDINGS = '{"runs": []}'
_NOWHERE = "http://127.0.0.1:9"  # nothing listens on the discard port: a peer that asks the network gets an error, at once
_RULES = Path(__file__).resolve().parents[2] / "benchmarks" / "semgrep-rules.yaml"


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it: the text of its answer, or why there is none."""

    seconds: float
    text: str | None
    failure: str = ""


def environment(peer: Peer, place: Path) -> Path:
    """The folder of programs of the peer's environment, made from its pinned packages when it is not there.

    Raises `subprocess.CalledProcessError` or `OSError` when its packages cannot be brought.
    """
    folder = place / peer.name
    made = folder / ".installed"
    if not made.exists() or made.read_text("utf-8") not in ("", "\n".join(peer.packages)):
        if of_npm := [package.removeprefix(NPM) for package in peer.packages if package.startswith(NPM)]:
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(["npm", "install", "--silent", "--ignore-scripts", "--prefix", str(folder), *of_npm], check=True)
        else:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
            subprocess.run([str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *peer.packages], check=True)
        made.write_text("\n".join(peer.packages), "utf-8")
    return folder / "node_modules" / ".bin" if peer.packages[0].startswith(NPM) else folder / "bin"


def run(peer: Peer, programs: Path, system: Path, work: Path, systems: int = 1) -> Run:
    """One run over a system, or a folder of several.

    What a peer's exit code means differs too much to be read: what counts is whether its answer is there.
    """
    work.mkdir(parents=True, exist_ok=True)
    output = work / (peer.output or "answer")
    output.unlink(missing_ok=True)
    words = {"bin": programs, "system": system, "output": output, "folder": work, "rules": _RULES}
    command = [part.format(**words) for part in peer.command]
    home = work / "home"
    home.mkdir(exist_ok=True)
    settings = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "LANG": "C.UTF-8", "SEMGREP_SEND_METRICS": "off", "NO_COLOR": "1"}
    settings |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), _NOWHERE)
    began = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_SECONDS * systems, env=settings, cwd=work)
    except subprocess.TimeoutExpired:
        return Run(time.monotonic() - began, None, f"took longer than {_SECONDS * systems} s")
    seconds = time.monotonic() - began
    if output.exists():
        return Run(seconds, output.read_text(encoding="utf-8", errors="replace"))
    if done.stdout.lstrip().startswith("{"):
        return Run(seconds, done.stdout)
    if peer.nothing and peer.nothing in done.stdout + done.stderr:
        return Run(seconds, _NO_FINDINGS)
    said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
    return Run(seconds, None, f"exit code {done.returncode}: {said[:200]}")
