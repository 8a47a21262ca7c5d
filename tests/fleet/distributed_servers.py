"""Redis, PostgreSQL and workers for the tests of the distributed engine; scans that can be held in the middle.

A worker is started as the command starts it, in a process of its own. Its scans look into a folder before they begin: while a file there is
called like the system, they wait, and say so by a file `NAME.begun`. Where the site names a kept scan, that is what every system is said to
hold: then all is real but the reading.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from pipeline.fleet import Limits, ScanOrder
from tests.servers import Postgres, Redis

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
LEASE = 1.5
_WORKER = """
import logging, os, sys, threading
def end_with_the_tests():
    os.read(0, 1)  # not by `sys.stdin`, whose lock processes of the pool would inherit
    os.killpg(0, 9)
threading.Thread(target=end_with_the_tests, daemon=True).start()
from pipeline.fleet import Workplace
from pipeline.fleet.distributed import work, worker
logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s")
patience = worker.Patience(lease={lease}, retries=3, first_retry=0.5)
place = Workplace(os.environ["THREATLOOM_RECORD"], entry="tests.fleet.held_child")
sys.exit(work(os.environ["THREATLOOM_BROKER"], place, concurrency={concurrency}, patience=patience))
"""
SYSTEM = """
from openai import OpenAI
from flask import Flask, request
app = Flask(__name__)
client = OpenAI()
@app.post("/ask")
def ask():
    reply = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": request.json["q"]}])
    return str(eval(reply.choices[0].message.content))
"""


def wait_for(what: Callable[[], bool], seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


@dataclass
class Site:
    """One fleet's place: servers, systems, workers."""

    folder: Path
    redis: Redis
    record: str
    kept: Path | None = None  # a scan as JSON, in the place of scanning
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def order(self, name: str, run: str = "night", seconds: int = 60) -> ScanOrder:
        source = self.folder / "systems" / name
        source.mkdir(parents=True, exist_ok=True)
        (source / "app.py").write_text(SYSTEM)
        return ScanOrder(run=run, fleet="f", name=name, key=str(source), source=str(source), at=AT, limits=Limits(seconds=seconds))

    def orders(self, count: int, run: str = "night") -> tuple[ScanOrder, ...]:
        return tuple(self.order(f"system-{number:02}", run) for number in range(count))

    def hold(self, name: str) -> None:
        (self.folder / "held").mkdir(exist_ok=True)
        (self.folder / "held" / name).touch()

    def release(self, name: str) -> None:
        (self.folder / "held" / name).unlink()

    def begun(self, name: str) -> int | None:
        """The process that holds a scan."""
        try:
            return int((self.folder / "held" / f"{name}.begun").read_text() or 0) or None
        except FileNotFoundError:
            return None

    def worker(self, concurrency: int = 1) -> subprocess.Popen[bytes]:
        code = _WORKER.format(lease=LEASE, concurrency=concurrency)
        environment = {
            **os.environ,
            "THREATLOOM_BROKER": self.redis.url,
            "THREATLOOM_RECORD": self.record,
            "PYTHONPATH": str(ROOT),
            "TL_HELD": str(self.folder / "held"),
            "TL_KEPT": str(self.kept or ""),
        }
        with (self.folder / f"worker-{len(self.workers)}.log").open("wb") as log:
            started = subprocess.Popen(
                [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.folder,
                start_new_session=True,
            )  # fmt: skip
        self.workers.append(started)
        return started

    def said(self, number: int) -> str:
        return (self.folder / f"worker-{number}.log").read_text(errors="replace")

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """At once, with all that it started, as when the machine is gone."""
        family = [psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)]
        for member in family:
            if member.is_running():
                os.kill(member.pid, signal.SIGKILL)
        worker.wait(10)

    def rows(self, query: str) -> Sequence[tuple[object, ...]]:
        import psycopg

        with psycopg.connect(self.record) as line:
            return line.execute(query.encode()).fetchall()


@contextmanager
def site(folder: Path, redis: Redis, postgres: Postgres) -> Iterator[Site]:
    made = Site(folder, redis, postgres.database())
    try:
        yield made
    finally:
        for worker in made.workers:
            if worker.poll() is None:
                made.kill(worker)
            assert worker.stdin is not None
            worker.stdin.close()
