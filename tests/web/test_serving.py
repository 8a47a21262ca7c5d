"""`threatloom serve` as a person starts it: a real server on a free port, and refusals in one line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from ingest.errors import UnusableInput
from pipeline.interfaces.cli.serve import token_of, web_settings
from tests.web.world import TOKEN, World


def test_a_started_server_says_where_it_is_and_ends_when_told(own_tree: World, tmp_path: Path) -> None:
    url = f"sqlite:///{own_tree.root.parent / 'record.sqlite'}"
    command = [sys.executable, "-m", "threatloom", "serve", "--port", "0", "--record", url]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/", said)
            assert found, said + process.stderr.read()
            with urllib.request.urlopen(found[0], timeout=20) as answer:
                assert "bank-assistant" in answer.read().decode() and "server" not in {name.lower() for name in answer.headers}
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stderr.read() == ""


def test_nothing_but_loopback_is_served_without_a_token() -> None:
    for host in ("0.0.0.0", "::", "192.168.1.5", "threats.example"):
        with pytest.raises(UnusableInput, match="without a token"):
            web_settings(host, (), None, None, {})
    for host in ("127.0.0.1", "::1", "localhost", "127.0.0.2"):
        local = web_settings(host, (), None, None, {"USER": "ada"})
        assert (local.token, local.any_address, local.files, local.decides) == (None, False, True, "ada")
    far = web_settings("0.0.0.0", ("Threats.Example.",), TOKEN, None, {})
    assert far.any_address and not far.files and "threats.example" in far.names and "0.0.0.0" not in far.names


def test_a_token_comes_from_a_file_or_the_environment_and_is_not_short(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    assert token_of(file, {"THREATLOOM_TOKEN": "another one that is long enough"}) == TOKEN
    assert token_of(None, {"THREATLOOM_TOKEN": f" {TOKEN} "}) == TOKEN and token_of(None, {}) is None
    for environment in ({"THREATLOOM_TOKEN": ""}, {"THREATLOOM_TOKEN": "short"}):
        with pytest.raises(UnusableInput, match="fewer than 16"):
            token_of(None, environment)
    with pytest.raises(UnusableInput, match="cannot be read"):
        token_of(tmp_path / "none", os.environ)


def test_a_port_that_is_taken_is_said_in_a_line() -> None:
    from pipeline.interfaces.web.serving import listen

    with listen("127.0.0.1", 0) as first, pytest.raises(UnusableInput, match="cannot listen"):
        listen("127.0.0.1", first.getsockname()[1])
    with pytest.raises(UnusableInput, match="no such address"):
        listen("no such host.invalid", 0)
