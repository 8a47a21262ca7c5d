"""Which words stand in which chunks, and how often: an inverted index in the catalogue's SQLite file.

Each write adds a segment, as in a log-structured merge tree (O'Neil et al. 1996): a changed file costs its own words and not the
whole index. Segments are merged when there are many. Rows that were removed stay in them until then, so a reader asks which
rows are alive. Why not a library: bm25s scores at indexing time, with the average length and document frequencies of
that moment inside its matrix, so that one changed file means all of it anew; SQLite's own full-text index ranks every match in
its own loop and takes half a second for a question of ten words over 50,000 chunks.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.index.chunk import Chunk
from ingest.index.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TABLES = """
CREATE TABLE segments (segment INTEGER PRIMARY KEY, chunks INTEGER NOT NULL);
CREATE TABLE postings (word TEXT NOT NULL, segment INTEGER NOT NULL, rows BLOB NOT NULL, counts BLOB NOT NULL,
                       PRIMARY KEY (word, segment)) WITHOUT ROWID;
"""
_MOST_SEGMENTS = 8
_GROWN = 4  # the later segments together are a quarter of the first: all become one
_NAMED = 2  # a word of the path, the symbol or the titles counts as often as this many in the text


@dataclass(frozen=True, slots=True)
class Posting:
    """Where one word stands."""

    rows: NDArray[np.int32]
    counts: NDArray[np.float32]


def counted(chunk: Chunk) -> Counter[str]:
    """The words of a chunk, weighted by where they stand."""
    counts = Counter(words(chunk.text))
    for word in words(" ".join((chunk.path, chunk.symbol, *chunk.section, chunk.roles))):
        counts[word] += _NAMED
    return counts


def write_segment(store: sqlite3.Connection, chunks: Iterable[tuple[int, Mapping[str, int]]]) -> None:
    """Adds the words of new rows; merges segments where there are too many."""
    import numpy as np

    rows: dict[str, list[int]] = {}
    counts: dict[str, list[int]] = {}
    number = 0
    for row, counter in chunks:
        number += 1
        for word, count in counter.items():
            rows.setdefault(word, []).append(row)
            counts.setdefault(word, []).append(count)
    if not number:
        return
    (segment,) = store.execute("SELECT coalesce(max(segment), 0) + 1 FROM segments").fetchone()
    store.execute("INSERT INTO segments VALUES (?, ?)", (segment, number))
    store.executemany(
        "INSERT INTO postings VALUES (?, ?, ?, ?)",
        (
            (word, segment, np.asarray(rows[word], np.int32).tobytes(), np.asarray(counts[word], np.float32).tobytes())
            for word in sorted(rows)
        ),
    )
    _merge_where_many(store)


def read_postings(store: sqlite3.Connection, asked: Sequence[str]) -> dict[str, Posting]:
    """Postings of words, rows that are no longer alive included."""
    import numpy as np

    found: dict[str, list[tuple[bytes, bytes]]] = {}
    marks = ",".join("?" * len(asked))
    for word, rows, counts in store.execute(f"SELECT word, rows, counts FROM postings WHERE word IN ({marks})", list(asked)):
        found.setdefault(word, []).append((rows, counts))
    return {
        word: Posting(
            np.frombuffer(b"".join(rows for rows, _ in parts), np.int32), np.frombuffer(b"".join(counts for _, counts in parts), np.float32)
        )
        for word, parts in found.items()
    }


def _merge_where_many(store: sqlite3.Connection) -> None:
    sizes = store.execute("SELECT segment, chunks FROM segments ORDER BY segment").fetchall()
    if len(sizes) < 2:
        return
    later = sum(chunks for _, chunks in sizes[1:])
    if later * _GROWN > sizes[0][1] and later > 1_000:
        _merge(store, [segment for segment, _ in sizes])
    elif len(sizes) > _MOST_SEGMENTS:
        _merge(store, [segment for segment, _ in sizes[1:]])


def _merge(store: sqlite3.Connection, segments: Sequence[int]) -> None:
    """These segments become the first of them, without rows that are gone."""
    import numpy as np

    alive = np.asarray([row for (row,) in store.execute("SELECT row FROM chunks ORDER BY row")], np.int32)
    marks = ",".join("?" * len(segments))
    merged: dict[str, list[tuple[bytes, bytes]]] = {}
    for word, rows, counts in store.execute(
        f"SELECT word, rows, counts FROM postings WHERE segment IN ({marks}) ORDER BY word, segment", list(segments)
    ):
        merged.setdefault(word, []).append((rows, counts))
    store.execute(f"DELETE FROM postings WHERE segment IN ({marks})", list(segments))
    store.execute(f"DELETE FROM segments WHERE segment IN ({marks})", list(segments))
    total: set[int] = set()
    for word, parts in merged.items():
        rows = np.frombuffer(b"".join(rows for rows, _ in parts), np.int32)
        counts = np.frombuffer(b"".join(counts for _, counts in parts), np.float32)
        kept = np.isin(rows, alive)
        if kept.any():
            total.update(rows[kept].tolist())
            store.execute("INSERT INTO postings VALUES (?, ?, ?, ?)", (word, segments[0], rows[kept].tobytes(), counts[kept].tobytes()))
    store.execute("INSERT INTO segments VALUES (?, ?)", (segments[0], len(total)))
