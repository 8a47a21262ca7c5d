"""Facts kept by what they were read from: a file that did not change is not read again.

Takes a folder and gives the facts of sources it knows. The key is a hash of what names the file's content, its path, kind and purpose, and
of the readers' own code. What is kept is JSON that is checked by its own hash and by the types of the facts, so that nothing
in it can run; anything broken, foreign or of another edition is read anew. A store that cannot be used costs time, never a
scan. It is one SQLite file that the user alone can read, bounded in size: the longest unused go first.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache, lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ingest.documents.offline_nlp import active_pipeline
from ingest.edition import readers_edition
from ingest.facts import CodeFacts, ConfigFacts, DocumentFacts, Facts, ModelFacts, TextFacts
from ingest.pictures.names import WITH_PICTURES
from ingest.source import Source
from ingest.text import content_of

MAX_BYTES = 512 * 1024 * 1024  # of the facts of all trees together, packed
_MAX_UNPACKED = 256 * 1024 * 1024  # of one file's facts
_FILE = "facts.db"
_WAIT_S = 2.0  # for another process that writes
_AT_ONCE = 400  # keys in one question
_KINDS: Mapping[str, type[Facts]] = {
    "code": CodeFacts, "document": DocumentFacts, "config": ConfigFacts, "text": TextFacts,
    "model": ModelFacts,
}  # fmt: skip
logger = logging.getLogger(__name__)


class KeptFacts:
    """The facts kept in a folder; with None for a folder nothing is known and nothing kept."""

    def __init__(self, folder: Path | None, reader: str = "") -> None:
        self._reader = reader  # of pictures: what another one read are other facts
        self._file = None if folder is None else folder / _FILE
        self._asked: dict[str, bytes] = {}  # keys of files that were asked for, by path

    def known(self, sources: Iterable[Source]) -> dict[str, Facts]:
        """Facts by path, of those sources that are known as they are now."""
        keys = {key: source for source in sources if (key := self._key(source)) is not None}
        self._asked.update({source.path: key for key, source in keys.items()})
        found: dict[str, Facts] = {}
        for key, data in self._rows(list(keys)):
            facts = _unpacked(data)
            if facts is not None and facts.path == keys[key].path:
                found[facts.path] = facts
        return found

    def keep(self, read: Iterable[tuple[Source, Facts]]) -> None:
        """Keeps facts for the next time; not those of a file that changed since it was asked for, as it is not known which was read."""
        keyed = ((self._key(source), source, facts) for source, facts in read)
        rows = (
            (key, int(time.time()), _packed(facts))
            for key, source, facts in keyed
            if key is not None and key == self._asked.get(source.path, key)
        )
        with self._opened() as store:
            if store is not None:
                store.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", rows)
                _drop_unused(store)

    def _key(self, source: Source) -> bytes | None:
        if self._file is None:
            return None
        content = content_of(source)
        if content is None:
            return None
        reader = self._reader if source.kind in WITH_PICTURES else ""
        about = f"{source.path}\0{source.kind}\0{source.purpose}\0{reader}".encode("utf-8", "surrogateescape")
        return hashlib.sha256(_edition() + hashlib.sha256(about).digest() + content.encode()).digest()

    def _rows(self, keys: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
        with self._opened() as store:
            for start in range(0, len(keys) if store is not None else 0, _AT_ONCE):
                assert store is not None  # else there is no turn
                some = keys[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                yield from store.execute(f"SELECT key, data FROM facts WHERE key IN ({marks})", some).fetchall()
                store.execute(f"UPDATE facts SET used = ? WHERE key IN ({marks})", [int(time.time()), *some])

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection | None]:
        """The store, or None where it cannot be had; what goes wrong inside ends the use of it, and nothing else."""
        store = self._connected()
        if store is None:
            yield None
            return
        try:
            with closing(store), store:
                yield store
        except sqlite3.DatabaseError as problem:
            self._given_up(problem)

    def _connected(self) -> sqlite3.Connection | None:
        if self._file is None:
            return None
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self._file, os.O_CREAT | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), 0o600))
            store = sqlite3.connect(self._file, timeout=_WAIT_S)
        except (OSError, sqlite3.Error) as problem:
            logger.info("facts are not kept: %s", problem)
            return None
        try:
            store.execute("CREATE TABLE IF NOT EXISTS facts (key BLOB PRIMARY KEY, used INTEGER, data BLOB) WITHOUT ROWID")
            return store
        except sqlite3.DatabaseError as problem:
            store.close()
            self._given_up(problem)
            return None

    def _given_up(self, problem: sqlite3.DatabaseError) -> None:
        logger.info("kept facts are not used: %s", problem)
        if self._file is not None and not isinstance(problem, sqlite3.OperationalError):  # broken, not merely in use or read-only
            self._file.unlink(missing_ok=True)


def _drop_unused(store: sqlite3.Connection) -> None:
    size = 0
    for key, length in store.execute("SELECT key, length(data) FROM facts ORDER BY used DESC, key").fetchall():
        size += length
        if size > MAX_BYTES:
            store.execute("DELETE FROM facts WHERE key = ?", (key,))


# Packing


@lru_cache(maxsize=len(_KINDS))
def _adapter(kind: str) -> TypeAdapter[Facts]:
    return TypeAdapter(_KINDS[kind])


def _packed(facts: Facts) -> bytes:
    kind = next(kind for kind, cls in _KINDS.items() if type(facts) is cls)
    data = zlib.compress(_adapter(kind).dump_json(facts), 1)
    return kind.encode().ljust(8) + hashlib.sha256(data).digest() + data


def _unpacked(row: bytes) -> Facts | None:
    kind, checksum, data = row[:8].decode("ascii", "replace").strip(), row[8:40], row[40:]
    if kind not in _KINDS or hashlib.sha256(data).digest() != checksum:
        return None
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(data, _MAX_UNPACKED)
        return _adapter(kind).validate_json(text) if unpacking.eof else None
    except (zlib.error, ValidationError, ValueError):
        return None


@cache
def _edition() -> bytes:
    """A hash of the readers' code: facts of another edition are other facts."""
    return hashlib.sha256(active_pipeline().encode() + readers_edition()).digest()  # the pipeline classifies documents
