"""Real git repositories for tests: made with nothing of the user's settings, and looked at byte by byte."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath), "HOME": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z", "LC_ALL": "C",
}  # fmt: skip

HEAD = """import subprocess
from flask import Flask, request
from openai import OpenAI
app = Flask(__name__)
client = OpenAI()


"""
ASK = """@app.post("/ask")
def ask():
    question = request.json["question"]
    reply = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": question}])
    return reply.choices[0].message.content


"""
RUN = """@app.post("/run")
def run():
    reply = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": request.json["task"]}])
    subprocess.run(reply.choices[0].message.content, shell=True)
    return "ok"
"""


@dataclass(frozen=True)
class Repository:
    """A repository with a work tree."""

    root: Path

    def git(self, *arguments: str, given: bytes | None = None) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.root, env=ENVIRONMENT, input=given, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            place = self.root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, files: Mapping[str, str | bytes] | None = None, message: str = "change") -> str:
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def tree(self, entries: Mapping[bytes, tuple[str, bytes]]) -> str:
        """A commit of a tree that git's own commands would not make: names to mode and content."""
        listed = b""
        for name, (mode, content) in entries.items():
            oid = self.git("hash-object", "-w", "--stdin", given=content)
            listed += f"{mode} ".encode() + name + b"\0" + bytes.fromhex(oid)
        tree = self.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=listed)
        return self.git("commit-tree", tree, "-m", "odd")


def repository(root: Path, files: Mapping[str, str | bytes] | None = None) -> Repository:
    root.mkdir(parents=True, exist_ok=True)
    made = Repository(root)
    made.git("init", "-q", "-b", "main")
    if files is not None:
        made.commit(files, "first")
    return made


def two_branches(root: Path) -> Repository:
    """`main` has one route; on `feature`, checked out, its file was renamed and got another one that runs what the model says."""
    made = repository(root, {"app.py": HEAD + ASK, "README.md": "# A bot\n"})
    made.git("checkout", "-qb", "feature")
    made.git("mv", "app.py", "web.py")
    made.commit({"web.py": HEAD + ASK + RUN})
    return made


def everything(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file and link below a folder, git's own included: mode, time of its last change, content."""
    found: dict[str, tuple[int, int, bytes]] = {}
    for folder, _, names in os.walk(root):
        for name in names:
            place = Path(folder) / name
            status = place.lstat()
            content = os.fsencode(place.readlink()) if place.is_symlink() else place.read_bytes()
            found[str(place.relative_to(root))] = (status.st_mode, status.st_mtime_ns, content)
    return found
