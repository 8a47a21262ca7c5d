"""Vectors of chunks in Chroma: in a folder of this machine, or on a server by its address.

Takes ids, vectors and what is told of each chunk; gives the nearest ids. A collection belongs to one index and one model, which
its metadata say; any other is not ours. Chroma must not be used on one folder by two processes at a time: the
caller holds the lock. Telemetry is off, texts stay out of it, and its own settings are never read from the folder we are started in.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from ingest.errors import UnusableInput

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

AT_ONCE = 1_000
_CONFIGURATION: Any = {"hnsw": {"space": "cosine", "ef_construction": 100, "ef_search": 200, "max_neighbors": 16, "sync_threshold": 1000}}
_FOLDER = "vectors-"
_importing = threading.Lock()


class BrokenVectors(Exception):
    """The collection cannot be used: missing, of another index, or damaged."""


@dataclass(frozen=True, slots=True)
class Near:
    id: str
    similarity: float  # cosine


class VectorStore:
    """One collection, open until `close`."""

    def __init__(self, client: Client, collection: Collection) -> None:
        self._client, self._collection = client, collection

    def close(self) -> None:
        _close(self._client)

    def ids(self) -> set[str]:
        with _guarded():
            return set(self._collection.get(include=[])["ids"])

    def count(self) -> int:
        with _guarded():
            return self._collection.count()

    def put(self, ids: Sequence[str], vectors: NDArray[np.float32], told: Sequence[Mapping[str, str | int]]) -> None:
        with _guarded():
            for start in range(0, len(ids), AT_ONCE):
                part = slice(start, start + AT_ONCE)
                self._collection.upsert(ids=list(ids[part]), embeddings=vectors[part], metadatas=[dict(one) for one in told[part]])

    def tell(self, ids: Sequence[str], told: Sequence[Mapping[str, str | int]]) -> None:
        """Other metadata for vectors that stay as they are."""
        with _guarded():
            for start in range(0, len(ids), AT_ONCE):
                part = slice(start, start + AT_ONCE)
                self._collection.update(ids=list(ids[part]), metadatas=[dict(one) for one in told[part]])

    def drop(self, ids: Sequence[str]) -> None:
        with _guarded():
            for start in range(0, len(ids), AT_ONCE):
                self._collection.delete(ids=list(ids[start : start + AT_ONCE]))

    def nearest(self, vector: NDArray[np.float32], limit: int, among: Sequence[str] | None = None) -> list[Near]:
        """The most similar, best first; only of those named, where any are."""
        with _guarded():
            some: dict[str, Any] = {} if among is None else {"ids": list(among)}  # Any: keyword arguments
            found = self._collection.query(query_embeddings=vector.reshape(1, -1), n_results=limit, include=["distances"], **some)
        distances = (found["distances"] or [[]])[0]
        return [Near(id_, 1.0 - float(distance)) for id_, distance in zip(found["ids"][0], distances, strict=True)]

    def vectors_of(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        import numpy as np

        if not ids:
            return {}
        with _guarded():
            found = self._collection.get(ids=list(ids), include=["embeddings"])
        rows = found["embeddings"]
        return {} if rows is None else {id_: np.asarray(row, np.float32) for id_, row in zip(found["ids"], rows, strict=True)}


def open_vectors(folder: Path, server: str | None, token: str, belongs: Mapping[str, str], *, create: bool) -> VectorStore:
    """The collection of that token: each has a folder of its own, as Chroma keeps what it once opened until the process ends.

    Raises:
        BrokenVectors: it is not there (and `create` is not set), is of another index or model, or is damaged.
        UnusableInput: there is no server at that address.
    """
    client = _client(folder, server, token)
    name = f"threatloom-{token}"
    try:
        with _guarded():
            if create:
                collection = client.create_collection(
                    name, embedding_function=None, metadata=dict(belongs), configuration=_CONFIGURATION
                )  # fmt: skip
            else:
                collection = client.get_collection(name, embedding_function=None)
            if {key: (collection.metadata or {}).get(key) for key in belongs} != dict(belongs):
                raise BrokenVectors("the collection is of another index")
    except BaseException:
        _close(client)
        raise
    return VectorStore(client, collection)


def wipe_vectors(folder: Path, server: str | None, token: str | None) -> None:
    """Removes what an index left behind, as far as it can be reached."""
    if server is not None and token is not None:
        with contextlib.suppress(Exception):  # a collection that cannot be removed lies there unused
            client = _client(folder, server, token)
            try:
                client.delete_collection(f"threatloom-{token}")
            finally:
                _close(client)
    for old in folder.glob(f"{_FOLDER}*"):
        shutil.rmtree(old, ignore_errors=True)


def _client(folder: Path, server: str | None, token: str) -> Client:
    with _importing, _away_from_here(folder):
        import chromadb
        from chromadb.config import Settings

        settings = Settings(_env_file=None, anonymized_telemetry=False)  # `_env_file` is pydantic-settings' own
    if server is None:
        place = folder / f"{_FOLDER}{token}"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _guarded():
            return _closable(chromadb.PersistentClient(str(place), settings=settings))
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UnusableInput("not the address of a Chroma server", server[:200], "write it as http://HOST:PORT")
    ssl = parts.scheme == "https"
    try:
        return _closable(chromadb.HttpClient(parts.hostname, parts.port or (443 if ssl else 8000), ssl=ssl, settings=settings))
    except Exception as failure:  # theirs are of many kinds, and a server that is not there is the user's to mend
        said = " ".join(str(failure).split())[:200]
        raise UnusableInput(f"no Chroma server answers: {said}", server[:200], "start it, or correct its address") from None


def _close(client: Client) -> None:
    # A server's client keeps two of Chroma's systems, each with connections that its `close` leaves open.
    systems = (getattr(part, "_server", None) for part in (client, getattr(client, "_admin_client", None)))
    connections = [session for session in (getattr(system, "_session", None) for system in systems) if session is not None]
    with contextlib.suppress(Exception):  # nothing is buffered here: what is not closed well is closed by the end of the process
        client.close()
    for session in connections:
        session.close()


def _closable(client: ClientAPI) -> Client:
    return cast("Client", client)  # the interface that is promised does not name `close`, which the one class behind it has


@contextlib.contextmanager
def _away_from_here(folder: Path) -> Iterator[None]:
    # While it is imported, Chroma reads `.env` of the current folder, which may be the scanned tree.
    if "chromadb" in sys.modules:
        yield
        return
    try:
        before: str | None = os.getcwd()  # noqa: PTH109
    except OSError:
        before = None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chdir(folder)
    try:
        yield
    finally:
        if before is not None:
            os.chdir(before)


@contextlib.contextmanager
def _guarded() -> Iterator[None]:
    """Whatever Chroma meets in damaged files becomes one kind of exception."""
    try:
        yield
    except (BrokenVectors, UnusableInput, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as failure:  # a panic of its Rust part is no Exception
        raise BrokenVectors(f"{type(failure).__name__}: {' '.join(str(failure).split())[:200]}") from failure
