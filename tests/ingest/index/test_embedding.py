"""Models that embed: the bundled one without any network, an endpoint on this machine, and what is said where one is missing."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import UnusableInput
from ingest.index import Embedding, embedding_named, make_embedder

ROOT = Path(__file__).resolve().parents[3]


def test_the_default_model_needs_no_network_and_no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the network was reached for")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setenv("HOME", str(tmp_path))
    model = make_embedder(Embedding())
    found = model.embed(["how are passwords stored", "def hashPassword(value): ...", "weather forecast of tomorrow", ""])
    assert found.shape == (4, model.dimension) == (4, 256)
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)
    assert found[0] @ found[1] > found[0] @ found[2] + 0.1
    assert not list(tmp_path.rglob("*"))


def test_loading_the_default_model_leaves_logging_as_it_was() -> None:
    code = "import logging\nfrom ingest.index import Embedding, make_embedder\nmake_embedder(Embedding())\nprint(logging.getLogger().handlers, logging.getLogger().level)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert run.stdout.strip() == f"[] {logging.WARNING}"


def test_chroma_does_not_read_the_settings_of_the_folder_it_is_started_in(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CHROMA_SERVER_HTTP_PORT=evil\nchroma_server_http_port=evil\nis_persistent=evil\n")
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\nfrom ingest.index.vectors import open_vectors\n"
        f"open_vectors(Path({str(tmp_path / 'index')!r}), None, 'abc', {{'threatloom': 'abc'}}, create=True).close()\nimport os; print(os.getcwd())"
    )
    run = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == str(tmp_path)


class Endpoint(BaseHTTPRequestHandler):
    """Answers as an OpenAI-compatible server does; the first answer of each server is a failure that passes."""

    asked: list[dict[str, object]]
    failures: int
    rows: int | None

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        own = type(self)
        own.asked.append({"path": self.path, "authorization": self.headers["Authorization"], **said})
        if own.failures:
            own.failures -= 1
            return self._answer(503, {"error": {"message": "busy"}})
        texts = said["input"][: own.rows]
        data = [{"object": "embedding", "index": n, "embedding": [float(len(text)), 1.0, 2.0]} for n, text in enumerate(texts)]
        return self._answer(
            200, {"object": "list", "model": said["model"], "data": data[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        )

    def _answer(self, status: int, said: object) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Retry-After-Ms", "1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return None


@pytest.fixture
def endpoint() -> Iterator[tuple[str, type[Endpoint]]]:
    class Own(Endpoint):
        asked: list[dict[str, object]] = []  # noqa: RUF012 - a list per test
        failures = 0
        rows = None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", Own
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def test_an_endpoint_is_asked_in_batches_and_again_where_it_was_busy(endpoint: tuple[str, type[Endpoint]]) -> None:
    address, server = endpoint
    server.failures = 1
    model = make_embedder(embedding_named("openai:tiny", address, "key-of-the-user"))
    assert (model.dimension, model.identity) == (3, f"openai:tiny:{address}")
    found = model.embed(["x" * (n + 1) for n in range(150)])
    assert found.shape == (150, 3)
    assert np.allclose(found[9], np.asarray([10, 1, 2]) / np.linalg.norm([10, 1, 2]))
    assert [len(one["input"]) for one in server.asked] == [1, 1, 64, 64, 22]  # type: ignore[arg-type]  # lists, as sent
    assert {(one["path"], one["authorization"]) for one in server.asked} == {("/v1/embeddings", "Bearer key-of-the-user")}


@pytest.mark.parametrize("rows", [0, 1])
def test_an_endpoint_that_leaves_texts_out_is_refused(endpoint: tuple[str, type[Endpoint]], rows: int) -> None:
    address, server = endpoint
    model = make_embedder(embedding_named("openai:tiny", address))
    server.rows = rows
    with pytest.raises(UnusableInput, match="endpoint"):
        model.embed(["a", "b"])


def test_an_endpoint_that_is_not_there_is_said_in_one_line() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    import ingest.index.endpoint_model as module

    before, module._RETRIES = module._RETRIES, 0
    try:
        with pytest.raises(UnusableInput, match="the embedding endpoint failed") as failure:
            make_embedder(embedding_named("openai:tiny", f"http://127.0.0.1:{port}/v1", "a-key-nobody-sees"))
    finally:
        module._RETRIES = before
    assert "\n" not in str(failure.value) and "a-key-nobody-sees" not in str(failure.value)


def test_without_key_and_address_nothing_is_sent() -> None:
    with pytest.raises(UnusableInput, match="no key for the embedding endpoint"):
        make_embedder(embedding_named("openai:text-embedding-3-small"))


def test_sentence_transformers_is_asked_for_by_name_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(UnusableInput, match=r"sentence-transformers is not installed.*pip install sentence-transformers"):
        make_embedder(embedding_named("sentence-transformers:all-MiniLM-L6-v2"))


@pytest.mark.parametrize("text", ["", "openai", "openai:", "other:model", "wordllama:x", "sentence-transformers"])
def test_an_unknown_model_is_refused(text: str) -> None:
    with pytest.raises(UnusableInput, match="no such embedding model"):
        embedding_named(text)


def test_a_key_is_never_shown() -> None:
    assert "secret-key" not in repr(Embedding("openai", "tiny", "http://127.0.0.1", "secret-key"))
