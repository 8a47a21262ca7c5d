"""Real servers that tests start for themselves: private, on loopback or a socket of their own, gone when the tests are.

`redis_server()` and `postgres_server()` give a running server; no service of the machine is asked or touched. Where a program is missing the
test is skipped with a line on what to install, unless THREATLOOM_TEST_SERVERS=required says that it must be there (`.ci/run` does).
A server outlives nobody: it is started under a small shell that ends it when its standard input closes, and that happens however the tests
end, killed ones included.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import pytest

S = TypeVar("S", bound="Server")
STARTS_WITHIN = 30.0  # a busy machine
# A line on standard input stops the server; its end means that we are gone, and the folder goes too.
_ENDS_WITH_US = """
folder=$1; signal=$2; shift 2
"$@" & server=$!
read -r _ || gone=yes
kill -s "$signal" "$server" 2>/dev/null
wait "$server"
[ -z "$gone" ] || rm -rf "$folder"
"""


def program(name: str, package: str, *elsewhere: str) -> str:
    """The path of a program that tests start; the test is skipped where there is none."""
    found = shutil.which(name) or next((str(path) for place in elsewhere for path in sorted(Path("/").glob(place), reverse=True)), None)
    if found is None:
        message = f"{name} not found: apt install {package} (.ci/run does)"
        if os.environ.get("THREATLOOM_TEST_SERVERS") == "required":
            pytest.fail(message)
        pytest.skip(message)
    return found


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


class Server:
    """A program that runs until it is stopped, or we are gone."""

    def __init__(self, command: Sequence[str], folder: Path, ready: Callable[[], bool], signal: str = "TERM") -> None:
        self.folder, self._command, self._ready, self._signal = folder, command, ready, signal
        self._shell: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "server.log").open("ab") as log:
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", _ENDS_WITH_US, "sh", str(self.folder), self._signal, *self._command],
                stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + STARTS_WITHIN
        while not self._ready():
            if time.monotonic() > until:
                self.stop()
                raise RuntimeError(
                    f"{self._command[0]} does not answer:\n{(self.folder / 'server.log').read_text(errors='replace')[-2000:]}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        if self._shell is None:
            return
        self._shell.communicate(b"\n", timeout=STARTS_WITHIN)
        self._shell = None


class Redis(Server):
    """A Redis with a password, on a port of loopback; `stop()` and `start()` again keep what it held."""

    def __init__(self, folder: Path) -> None:
        self.port, password = free_port(), secrets.token_hex(8)
        self.url = f"redis://:{password}@127.0.0.1:{self.port}/0"
        settings = folder / "redis.conf"
        settings.touch(mode=0o600)
        settings.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {password}\ndir {folder}\nsave ''\nappendonly yes\nappendfsync always\n"
        )
        super().__init__([program("redis-server", "redis-server"), str(settings)], folder, self._answers)
        self._password = password

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
            line.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
            with line.makefile("rb") as answers:
                return answers.readline().startswith(b"+OK") and answers.readline().startswith(b"+PONG")
        return False


class Postgres(Server):
    """A PostgreSQL behind a socket in a folder of its own: no port, no password, no service of the machine.

    It refuses to run as root; then it runs as `nobody`.
    """

    def __init__(self, folder: Path) -> None:
        installed = "usr/lib/postgresql/*/bin/"
        initdb = program("initdb", "postgresql", installed + "initdb")
        postgres = program("postgres", "postgresql", installed + "postgres")
        self._socket, data = folder / ".s.PGSQL.5432", folder / "data"
        as_user: list[str] = []
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            as_user = [program("setpriv", "util-linux"), f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        made = [*as_user, initdb, "-D", str(data), "-U", "postgres", "-E", "UTF8", "--no-locale", "-A", "trust", "--no-sync"]
        subprocess.run(made, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        quick = ["-c", "fsync=off", "-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
        super().__init__([*as_user, postgres, "-D", str(data), *quick], folder, self._answers, signal="INT")
        self._made = 0

    def database(self) -> str:
        """The URL of a new, empty database."""
        import psycopg

        self._made += 1
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as line:
            line.execute(f"CREATE DATABASE test_{self._made}".encode())
        return f"postgresql://postgres@/test_{self._made}?host={self.folder}"

    def _answers(self) -> bool:
        import psycopg

        if not self._socket.exists():
            return False
        with suppress(psycopg.OperationalError), psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres"):
            return True
        return False


@contextmanager
def redis_server() -> Iterator[Redis]:
    with _folder() as folder:
        yield from _running(Redis(folder))


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    with _folder() as folder:
        yield from _running(Postgres(folder))


def _running(server: S) -> Iterator[S]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    """A short path: that of a socket may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="tl-", ignore_cleanup_errors=True) as name:
        yield Path(name)
