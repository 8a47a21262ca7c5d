"""A scan with a model that is killed at any moment, or interrupted: the next one goes on from there and pays for nothing twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.llm import shop
from tests.llm.analyst import analyst, elements_of, nothing, threat
from tests.llm.scripts import Answer, Call, Reply, Request, tool_names, turns, uses, words_of
from tests.llm.server import Record, Server
from tests.llm.starter import Starter

_FIRST_USAGE = 3_000  # tokens that the first request is said to have; the next ones have one more each
_PAPERS = 8


def refund(text: str) -> dict[str, object]:
    """A threat, and one that is sent back for a quote that stands nowhere."""
    if "tool:refund" not in elements_of(text):
        return nothing()
    invented = threat("tool:refund", "app.py", "os.system(message)", title="Invented")
    return {
        "threats": [threat("tool:refund", "app.py", shop.QUOTE), *([] if "not found in app.py" in text else [invented])],
        "opinions": [],
    }


class Numbered:
    """Answers rightly, and says of each request a number of tokens by which its stored reply is known again."""

    def __init__(self) -> None:
        self._right, self._lock = analyst(threats=refund), threading.Lock()
        self._numbers: dict[str, int] = {}

    def number(self, request: Request) -> int:
        key = json.dumps(request, sort_keys=True)
        with self._lock:
            return self._numbers.setdefault(key, _FIRST_USAGE + len(self._numbers))

    def __call__(self, request: Request, number: int) -> Answer:
        tokens = self.number(request)
        right = self._right(request, number)
        if "read_lines" in tool_names(request) and not turns(request) and "Elements asked about" in words_of(request):
            right = uses(Call("read_lines", {"path": "app.py", "start": 1, "end": 9}, "look-1"))
        assert isinstance(right, Reply)
        return replace(right, usage={"prompt_tokens": tokens, "completion_tokens": 50, "total_tokens": tokens + 50})


@dataclass
class Home:
    """The folders of one user, and what is run there."""

    folder: Path
    root: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache"), "XDG_DATA_HOME": str(self.folder / "data"),
            "THREATLOOM_API_KEY": shop.KEY,
        }  # fmt: skip

    @property
    def report(self) -> Path:
        return self.folder / "report.json"

    @property
    def said(self) -> Path:
        return self.folder / "said.txt"

    @property
    def arguments(self) -> list[str]:
        return ["scan", str(self.root), "--llm", "tested", "--base-url", self.url, "--budget", "10M", "--format", f"json={self.report}"]

    def stored_now(self) -> frozenset[int]:
        """The numbers of the requests whose replies are on disk."""
        found = set()
        for file in (self.folder / "cache" / "threatloom" / "replies").glob("*/*.reply"):
            found.add(int(json.loads(file.read_bytes().partition(b"\n")[2])["input_tokens"]))
        return frozenset(found)

    def logged(self) -> int:
        return sum(file.read_bytes().count(b"\n") for file in (self.folder / "data" / "threatloom" / "egress").iterdir() if file.is_file())

    def reported(self) -> dict[str, Any]:  # Any: JSON
        found: dict[str, Any] = json.loads(self.report.read_text())
        for name in ("started_at", "duration_s"):
            del found[name]
        for name in shop.TOOK:
            found["llm"].pop(name, None)
        return found


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with more documents, so that many questions are asked at once."""
    root = shop.shop(tmp_path_factory.mktemp("scanned") / "shop")
    for number in range(_PAPERS):
        text = f"The clerk of part {number} pays what is asked, and is told so.\n" * 158
        (root / "docs" / f"part{number:02}.md").write_text(f"# Part {number}\n\n{text}")
    return root


def plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR", "VIRTUAL_ENV")}


@pytest.fixture(scope="module")
def undisturbed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Starter, Mapping[str, Any], int]]:
    """What forks, the report of a run that nobody disturbs, and the number of its requests."""
    with Server(Numbered()) as server:
        home = Home(tmp_path_factory.mktemp("undisturbed"), root, server.url)
        with Starter(*home.arguments, environment=plain_environment() | home.environment) as starter:
            assert server.requests and not server.asked_again and len(home.stored_now()) == len(server.requests)
            yield starter, home.reported(), len(server.requests)


def paid_twice(home: Home, script: Numbered, records: list[Record], stored: frozenset[int]) -> list[int]:
    """Requests that were asked although their replies had been on disk when the run began."""
    return sorted({script.number(record.request) for record in records} & stored)


def disturb(server: Server, chance: random.Random, whole: int, stored: int, began: float) -> str:
    """Waits for a moment to kill at, and says which it was."""
    before, answered = len(server.records), len(server.answered)
    left = whole - stored
    match chance.randrange(4):
        case 0:
            server.hold(before + (after := min(chance.randrange(3), left - 1)))
            server.wait_for(records=before + after + 1, seconds=30)
            return f"when request {after + 1} had arrived"
        case 1:
            after, flying = 0, 1 if stored == 0 or left <= 3 else min(chance.choice((2, 4, 6)), left - 3)
            server.hold(before + after)
            server.wait_for(in_flight=flying, seconds=30)
            return f"with {flying} in flight"
        case 2:
            more = min(chance.randrange(1, 3), left)
            server.wait_for(answered=answered + more, seconds=30)
            return f"right after reply {more}"
        case _:
            time.sleep(max(0.0, began + chance.uniform(0.0, 1.2) - time.monotonic()))
            return "at some moment"


@pytest.mark.parametrize(("kills", "seed"), [pytest.param(6, 1, id="6"), pytest.param(50, 7, id="50", marks=pytest.mark.slow)])
def test_killed_at_any_moment_it_goes_on_and_pays_nothing_twice(
    kills: int, seed: int, root: Path, undisturbed: tuple[Starter, Mapping[str, Any], int], tmp_path: Path
) -> None:
    starter, expected, whole = undisturbed
    chance = random.Random(seed)
    killed, chain, moments = 0, 0, set()
    while killed < kills:
        chain += 1
        script = Numbered()
        with Server(script, seconds=0.02) as server:
            home = Home(tmp_path / str(chain), root, server.url)
            home.folder.mkdir()
            for _ in range(6):
                stored, before, began = home.stored_now(), len(server.records), time.monotonic()
                if len(stored) == whole or killed == kills:
                    break
                process = starter.start(home.arguments, home.environment, home.said)
                moment = disturb(server, chance, whole, len(stored), began)
                os.kill(process, signal.SIGKILL)
                ended = starter.wait(process)
                server.release()
                assert ended in (-signal.SIGKILL, 0), home.said.read_text()
                killed += ended != 0
                moments.add(moment)
                assert not paid_twice(home, script, server.records[before:], stored), moment
                assert stored <= home.stored_now(), moment
                home.report.unlink(missing_ok=ended == -signal.SIGKILL)
            stored, before = home.stored_now(), len(server.records)
            assert starter.wait(starter.start(home.arguments, home.environment, home.said)) == 0, home.said.read_text()
            assert not paid_twice(home, script, server.records[before:], stored)
            assert home.reported() == expected
            assert home.logged() >= len(server.records)  # whatever arrived had been written down before
    assert killed == kills and len(moments) >= min(kills, 10) // 2


@contextmanager
def started(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    """A process from the command line, as a user starts it: also where the tests themselves run with interrupts ignored, as jobs do."""
    process = subprocess.Popen(
        [sys.executable, "-m", "threatloom", *home.arguments], env=plain_environment() | home.environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, cwd=Path(__file__).parents[2], preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def settled(server: Server) -> None:
    """Waits until what the stopped process has left in the sockets has arrived too."""
    seen = -1
    while seen != len(server.records) or server.in_flight:
        seen = len(server.records)
        time.sleep(0.3)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_a_process_that_is_stopped_leaves_what_it_has_to_the_next(
    sent: signal.Signals, root: Path, undisturbed: tuple[Starter, Mapping[str, Any], int], tmp_path: Path
) -> None:
    starter, expected, whole = undisturbed
    script = Numbered()
    with Server(script) as server:
        home = Home(tmp_path / "home", root, server.url)
        home.folder.mkdir()
        server.hold(4)
        with started(home) as process:
            server.wait_for(in_flight=4, answered=4, seconds=60)
            process.send_signal(sent)
            said = process.communicate(timeout=30)[0].decode()
        server.release()
        settled(server)
        stored, before = home.stored_now(), len(server.records)
        assert not home.report.exists() and 1 <= len(stored) < whole
        if sent == signal.SIGINT:
            assert process.returncode == 130 and "interrupted" in said and "goes on from there" in said and "Traceback" not in said
        assert starter.wait(starter.start(home.arguments, home.environment, home.said)) == 0
        assert not paid_twice(home, script, server.records[before:], stored) and home.reported() == expected
        assert len(server.records) - before == whole - len(stored)
