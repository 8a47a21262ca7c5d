"""A repository with a change on a branch, checked out as GitHub does; and a stand-in for the part of GitHub's API that is used."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

SAFE = 'from openai import OpenAI\n\nreply = OpenAI().responses.create(model="m", input="x").output_text\nprint(reply)\n'
UNSAFE = SAFE.replace("print(reply)", "exec(reply)")
# Everything that git allows in a name and a shell would act on.
BRANCH = "feat/$(touch${IFS}pwned);`touch${IFS}pwned`&&echo|'\"!#<>"


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", "-c", "protocol.file.allow=always")
    return subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True, text=True).stdout.strip()


@dataclass(frozen=True)
class Repository:
    origin: Path
    base: str  # where the change began
    merge: str  # what GitHub checks out: the change, merged

    def checked_out(self, place: Path, depth: int = 0) -> Path:
        """As actions/checkout does for a pull request."""
        place.mkdir()
        git(place, "init", "-q")
        git(place, "remote", "add", "origin", f"file://{self.origin}")
        refs = ("+refs/heads/*:refs/remotes/origin/*", "+refs/pull/7/merge:refs/remotes/pull/7/merge")
        if depth:
            git(place, "fetch", "-q", f"--depth={depth}", "origin", refs[1])
        else:
            git(place, "fetch", "-q", "origin", *refs)
        git(place, "checkout", "-q", "--detach", "refs/remotes/pull/7/merge")
        return place

    def request(self, *, fork: bool = False) -> dict[str, Any]:
        head = "stranger/app" if fork else "team/app"
        return {
            "pull_request": {
                "number": 7, "title": "$(touch pwned)", "body": "`touch pwned`",
                "base": {"sha": self.base, "ref": "main", "repo": {"full_name": "team/app"}},
                "head": {"ref": BRANCH, "repo": {"full_name": head}},
            }
        }  # fmt: skip


def repository(root: Path, change: dict[str, str]) -> Repository:
    """`main` with a program that is safe, and a branch that changes files of it."""
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "app.py").write_text(SAFE, "utf-8")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    git(root, "checkout", "-q", "-b", BRANCH)
    for name, text in change.items():
        (root / name).write_text(text, "utf-8")
    git(root, "add", ".")
    git(root, "commit", "-qm", "two")
    git(root, "checkout", "-q", "main")
    (root / "README.md").write_text("# App\n", "utf-8")
    git(root, "add", ".")
    git(root, "commit", "-qm", "main went on")
    base = git(root, "rev-parse", "HEAD")
    git(root, "checkout", "-q", "--detach")
    git(root, "merge", "-q", "--no-ff", "-m", "merged", BRANCH)
    git(root, "update-ref", "refs/pull/7/merge", "HEAD")
    merge = git(root, "rev-parse", "HEAD")
    git(root, "checkout", "-q", "main")
    return Repository(root, base, merge)


@dataclass
class Comments:
    """GitHub's comments of one pull request."""

    url: str = ""
    may_write: bool = True
    kept: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)


@pytest.fixture
def comments() -> Iterator[Comments]:
    known = Comments()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            known.asked.append((self.command, self.path))
            known.tokens.add(self.headers.get("Authorization", ""))
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")
            if self.command != "GET" and not known.may_write:
                self._answer(403, {"message": "Resource not accessible by integration"})
            elif self.command == "GET":
                page = int(self.path.rpartition("page=")[2])
                self._answer(200, known.kept[(page - 1) * 100 : page * 100])
            elif self.command == "PATCH":
                one = next(one for one in known.kept if one["id"] == int(self.path.rpartition("/")[2]))
                one["body"] = body["body"]
                self._answer(200, one)
            else:
                known.kept.append(
                    {"id": 1000 + len(known.kept), "body": body["body"], "user": {"type": "Bot", "login": "github-actions[bot]"}}
                )
                self._answer(201, known.kept[-1])

        do_GET = do_POST = do_PATCH = _do  # noqa: N815 - the names of the library

        def _answer(self, code: int, said: object) -> None:
            data = json.dumps(said).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    known.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield known
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
