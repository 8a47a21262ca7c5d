"""Vectors on a Chroma server, and a whole search with no network at all."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.errors import UnusableInput
from pipeline.retrieval import IndexSettings, Retriever


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    (root / "app.py").write_text('import openai\n\n\ndef refund(order):\n    """Give money back."""\n    return order\n')
    (root / "design.md").write_text("# Design\n\nEvery refund needs an approval.\n")
    return root


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    program = shutil.which("chroma", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("the chroma program is not installed")
    port = free_port()
    command = [program, "run", "--path", str(tmp_path / "server"), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            deadline = time.monotonic() + 60
            while not answers(port):
                assert running.poll() is None and time.monotonic() < deadline, "the server does not start"
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()


def test_a_chroma_server_holds_the_vectors_and_no_text(tree: Path, tmp_path: Path, server: str) -> None:
    settings = IndexSettings(jobs=1, folder=tmp_path / "indexes", server=server)
    with Retriever(tree, None, settings) as retriever:
        assert retriever.report.embedded == 3
        assert retriever.search("giving money back")[0].path == "app.py"
        (tree / "app.py").unlink()
        assert retriever.refresh().removed == 2
        assert {hit.path for hit in retriever.search("giving money back")} == {"design.md"}
        assert retriever.refresh(rebuild=True).embedded == 1
    assert not list((tmp_path / "indexes").rglob("chroma.sqlite3"))
    held = b"".join(file.read_bytes() for file in (tmp_path / "server").rglob("*") if file.is_file())
    assert b"design.md" in held and b"needs an approval" not in held


def test_a_server_that_is_not_there_is_said_in_one_line(tree: Path, tmp_path: Path) -> None:
    settings = IndexSettings(jobs=1, folder=tmp_path / "indexes", server=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(UnusableInput, match="no Chroma server answers") as failure:
        Retriever(tree, None, settings)
    assert "\n" not in str(failure.value)


def test_indexing_and_searching_reach_for_no_network(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the network was reached for")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket.socket, "connect_ex", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    with Retriever(tree, None, IndexSettings(jobs=1, folder=tmp_path / "indexes")) as retriever:
        assert retriever.search("giving money back")[0].path == "app.py"
