"""The catalogue of an index: files and chunks as they are now, their words, and whether the vectors are up to date.

One SQLite file beside the vectors, and the truth about them: a vector that is not listed here does not exist for a reader. A write
marks the index as `writing` before the first vector changes and as `ready` in the transaction that lists the result, so
that a process that dies in between is seen by the next. A file that is not a catalogue of this edition is refused.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ingest.index import postings
from ingest.index.chunk import Chunk

EDITION = "4"
FILE = "catalogue.db"
_WAIT_S = 5.0
_TABLES = f"""
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (path TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE chunks (
  row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, path TEXT NOT NULL,
  start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, page INTEGER,
  kind TEXT NOT NULL, language TEXT NOT NULL, purpose TEXT NOT NULL, symbol TEXT NOT NULL,
  section TEXT NOT NULL,
  text TEXT NOT NULL, around TEXT NOT NULL, content_hash TEXT NOT NULL, elements TEXT NOT NULL, roles TEXT NOT NULL, length REAL NOT NULL);
CREATE INDEX chunks_by_path ON chunks (path);
CREATE TABLE windows (id TEXT PRIMARY KEY, vectors BLOB NOT NULL) WITHOUT ROWID;
{postings.TABLES}
"""
_COLUMNS = "id, path, start_line, end_line, page, kind, language, purpose, symbol, section, text, around, content_hash, elements, roles"


class BrokenCatalogue(Exception):
    """The file is not a catalogue, is of another edition, or is damaged."""


@dataclass(frozen=True, slots=True)
class About:
    """What an index is: the token of its vectors, their model, how often it was written, and whether that ended well."""

    token: str
    model: str
    dimension: int
    readers: str  # the edition of the code that made the chunks
    generation: int
    ready: bool


class Listed(NamedTuple):
    """One chunk as it stands in the index, without its text. A tuple, as each change takes all of them into memory."""

    row: int
    id: str
    path: str
    kind: str
    language: str
    length: float  # in words
    elements: tuple[str, ...]
    roles: str
    start_line: int
    end_line: int
    page: int | None


class Catalogue:
    """An open catalogue."""

    def __init__(self, store: sqlite3.Connection) -> None:
        self.store = store

    def about(self) -> About:
        said = dict(self.store.execute("SELECT key, value FROM about"))
        try:
            if said["edition"] != EDITION:
                raise BrokenCatalogue(f"edition {said['edition']}")
            return About(
                said["token"], said["model"], int(said["dimension"]), said["readers"], int(said["generation"]), said["state"] == "ready"
            )
        except (KeyError, ValueError) as problem:
            raise BrokenCatalogue(f"says nothing of {problem}") from None

    def describe(self, model: str, dimension: int, readers: str, token: str) -> None:
        """Begins an empty catalogue; `writing`, as nobody knows yet which vectors there are."""
        said = {
            "edition": EDITION, "token": token, "model": model, "dimension": str(dimension), "readers": readers, "generation": "0",
            "state": "writing",
        }  # fmt: skip
        self.store.executemany("INSERT INTO about VALUES (?, ?)", said.items())

    def begin_writing(self) -> None:
        self.store.execute("UPDATE about SET value = 'writing' WHERE key = 'state'")
        self.store.commit()

    def end_writing(self) -> None:
        """To be called in the transaction that lists what was written."""
        self.store.execute("UPDATE about SET value = 'ready' WHERE key = 'state'")
        self.store.execute("UPDATE about SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")
        self.store.commit()

    def rename_vectors(self, token: str) -> None:
        """From now on the vectors are those of another collection."""
        self.store.execute("UPDATE about SET value = ? WHERE key = 'token'", (token,))
        self.store.commit()

    # Files

    def marks(self) -> dict[str, str]:
        """What was seen of each file when it was indexed."""
        return dict(self.store.execute("SELECT path, mark FROM files"))

    def counts(self) -> tuple[int, int]:
        """Files and chunks."""
        files, chunks = self.store.execute("SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM chunks)").fetchone()
        return files, chunks

    def set_files(self, files: Iterable[tuple[str, str]]) -> None:
        self.store.executemany("INSERT OR REPLACE INTO files VALUES (?, ?)", files)

    def drop_files(self, paths: Iterable[str]) -> None:
        self.store.executemany("DELETE FROM files WHERE path = ?", ((path,) for path in paths))

    # Chunks

    def ids(self) -> set[str]:
        return {id_ for (id_,) in self.store.execute("SELECT id FROM chunks")}

    def listed(self) -> list[Listed]:
        found = self.store.execute(
            "SELECT row, id, path, kind, language, length, elements, roles, start_line, end_line, page FROM chunks ORDER BY row"
        )
        return [
            Listed(row, id_, path, kind, language, length, _texts(elements), roles, start, end, page)
            for row, id_, path, kind, language, length, elements, roles, start, end, page in found
        ]

    def chunks(self, rows: Sequence[int] | None = None) -> dict[int, Chunk]:
        """Chunks by their row; all of them, or those named."""
        if rows is None:
            found = self.store.execute(f"SELECT row, {_COLUMNS} FROM chunks ORDER BY row")
        else:
            found = self.store.execute(f"SELECT row, {_COLUMNS} FROM chunks WHERE row IN ({','.join('?' * len(rows))})", list(rows))
        return {row[0]: _chunk(row[1:]) for row in found}

    def chunks_of(self, paths: Iterable[str]) -> Iterator[tuple[int, Chunk]]:
        for path in paths:
            for row in self.store.execute(f"SELECT row, {_COLUMNS} FROM chunks WHERE path = ? ORDER BY row", (path,)):
                yield row[0], _chunk(row[1:])

    def add(self, chunks: Iterable[Chunk]) -> None:
        def added() -> Iterator[tuple[int, dict[str, int]]]:
            for chunk in chunks:
                counts = postings.counted(chunk)
                cursor = self.store.execute(
                    f"INSERT INTO chunks ({_COLUMNS}, length) VALUES ({','.join('?' * 16)})", (*_row(chunk), sum(counts.values()))
                )
                assert cursor.lastrowid is not None
                yield cursor.lastrowid, counts

        postings.write_segment(self.store, added())

    def remove(self, ids: Iterable[str]) -> None:
        self.store.executemany("DELETE FROM chunks WHERE id = ?", ((id_,) for id_ in ids))

    # Vectors of a few lines of a chunk, packed as bytes

    def without_windows(self, paths: Sequence[str] | None) -> list[int]:
        """Rows of chunks whose windows are not there; of these files, or of all."""
        lacking = "SELECT row FROM chunks WHERE id NOT IN (SELECT id FROM windows)"
        if paths is None:
            return [row for (row,) in self.store.execute(f"{lacking} ORDER BY row")]
        lacking = "SELECT row FROM chunks WHERE path = ? AND NOT EXISTS (SELECT 1 FROM windows WHERE windows.id = chunks.id) ORDER BY row"
        return [row for path in paths for (row,) in self.store.execute(lacking, (path,))]

    def add_windows(self, windows: Iterable[tuple[str, bytes]]) -> None:
        self.store.executemany("INSERT OR REPLACE INTO windows VALUES (?, ?)", windows)

    def drop_windows(self, ids: Iterable[str]) -> None:
        self.store.executemany("DELETE FROM windows WHERE id = ?", ((id_,) for id_ in ids))

    def windows(self, ids: Sequence[str]) -> dict[str, bytes]:
        marks = ",".join("?" * len(ids))
        return dict(self.store.execute(f"SELECT id, vectors FROM windows WHERE id IN ({marks})", list(ids)))

    def move(self, chunks: Iterable[Chunk]) -> None:
        """Other lines or elements of chunks whose words stay."""
        self.store.executemany(
            "UPDATE chunks SET start_line = ?, end_line = ?, page = ?, elements = ? WHERE id = ?",
            ((chunk.start_line, chunk.end_line, chunk.page, json.dumps(chunk.elements), chunk.id) for chunk in chunks),
        )


@contextmanager
def opened(folder: Path) -> Iterator[Catalogue]:
    """The catalogue in a folder.

    Raises:
        BrokenCatalogue: there is none, or it cannot be trusted.
    """
    file = folder / FILE
    if file.is_symlink() or not file.is_file():
        raise BrokenCatalogue("there is none")
    try:
        with closing(sqlite3.connect(file, timeout=_WAIT_S)) as store:
            yield Catalogue(store)
    except sqlite3.DatabaseError as problem:
        raise BrokenCatalogue(str(problem)) from None


def created(folder: Path, model: str, dimension: int, readers: str, token: str) -> None:
    """An empty catalogue, in place of whatever was there; with the token of an earlier one, its vectors can be used again."""
    wipe_catalogue(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / FILE
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(file, timeout=_WAIT_S)) as store:
        store.executescript(_TABLES)
        Catalogue(store).describe(model, dimension, readers, token)
        store.commit()


def wipe_catalogue(folder: Path) -> None:
    for ending in ("", "-journal", "-wal", "-shm"):
        (folder / (FILE + ending)).unlink(missing_ok=True)


def _row(chunk: Chunk) -> tuple[str | int | None, ...]:
    return (
        chunk.id, chunk.path, chunk.start_line, chunk.end_line, chunk.page, chunk.kind, chunk.language, chunk.purpose, chunk.symbol,
        json.dumps(chunk.section), chunk.text, chunk.around, chunk.content_hash, json.dumps(chunk.elements), chunk.roles,
    )  # fmt: skip


def _chunk(row: Sequence[object]) -> Chunk:
    values = list(row)
    values[9], values[13] = _texts(values[9]), _texts(values[13])
    return Chunk(*values)  # type: ignore[arg-type]  # columns in the order of the fields, written by `_row`


def _texts(packed: object) -> tuple[str, ...]:
    if packed == "[]":
        return ()
    try:
        return tuple(map(str, json.loads(str(packed))))
    except (ValueError, TypeError, RecursionError):
        raise BrokenCatalogue("holds a list that is none") from None
