"""The servers tests start: they answer, keep to themselves, and end with whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.servers import postgres_server, program, redis_server

AT_ONCE = Retry(NoBackoff(), 0)
ROOT = Path(__file__).resolve().parents[1]


def test_a_missing_program_is_a_skip_with_its_package_and_a_failure_where_it_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THREATLOOM_TEST_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-server not found: apt install some-package"):
        program("no-such-server", "some-package")
    monkeypatch.setenv("THREATLOOM_TEST_SERVERS", "required")
    with pytest.raises(pytest.fail.Exception, match="no-such-server not found"):
        program("no-such-server", "some-package")


def test_redis_answers_whoever_knows_the_password_and_keeps_what_it_held() -> None:
    with redis_server() as server:
        with redis.Redis.from_url(server.url) as client:
            client.set("order", "kept")
        with redis.Redis(port=server.port, retry=AT_ONCE) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.get("order")
        server.stop()
        server.start()
        with redis.Redis.from_url(server.url) as client:
            assert client.get("order") == b"kept"


def test_each_database_of_postgres_is_new() -> None:
    with postgres_server() as server:
        for _ in range(2):
            with psycopg.connect(server.database()) as line:
                line.execute("CREATE TABLE of_mine (id int)")


def test_servers_end_when_whoever_started_them_is_killed() -> None:
    code = "import time, tests.servers as s\nwith s.redis_server() as r:\n    print(r.port, r.folder, flush=True)\n    time.sleep(60)"
    program("redis-server", "redis-server")
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        port, folder = owner.stdout.readline().split()
        os.kill(owner.pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            with redis.Redis(port=int(port), retry=AT_ONCE) as client:
                client.ping()
        except redis.AuthenticationError:
            time.sleep(0.05)
        except redis.ConnectionError:
            if not Path(folder).exists():
                return
    pytest.fail("the server or its folder is still there")
