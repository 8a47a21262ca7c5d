"""Changes of a tree into its index: only what changed is embedded, what is gone is removed.

`changes` says what an index lacks, `write` brings it in. Between the two, other processes may write: `write` then gives None and
the caller asks again. Both hold the index's lock for themselves alone. A chunk's id follows from its text, so a vector that is there
is right, whoever wrote it: after a crash the vectors are compared with what should be there, and only the difference is made. What
is broken, foreign or of another model is made anew.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from ingest.edition import readers_edition
from ingest.errors import UnusableInput
from ingest.index.catalogue import About, BrokenCatalogue, Catalogue, Listed, created, opened
from ingest.index.chunk import Chunk
from ingest.index.embedding import Embedder, embedded_text, windows_of
from ingest.index.lock import held
from ingest.index.place import IndexPlace
from ingest.index.vectors import BrokenVectors, VectorStore, open_vectors, wipe_vectors

logger = logging.getLogger(__name__)
_EMBEDDED_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Changes:
    """What an index lacks."""

    generation: int
    changed: tuple[str, ...]  # paths that are new or other than they were
    removed: tuple[str, ...]
    kept: tuple[Listed, ...]  # chunks of files that did not change
    unfinished: bool  # an earlier write did not end


@dataclass(frozen=True, slots=True)
class Retold:
    """Another role of a chunk in the system, where its text is what it was."""

    id: str
    elements: tuple[str, ...]
    roles: str


@dataclass(frozen=True, slots=True)
class FileEntry:
    path: str
    mark: str


@dataclass(frozen=True, slots=True)
class Update:
    """What is to be brought into the index of that generation."""

    generation: int
    files: tuple[FileEntry, ...]  # that changed
    chunks: tuple[Chunk, ...]  # all those of the files that changed
    removed: tuple[str, ...] = ()
    retold: tuple[Retold, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    chunks: int  # in the index now
    embedded: int
    removed: int


def marks_known(place: IndexPlace) -> dict[str, str]:
    """The marks of the files in the index, where what was found out about them then still holds."""
    if not place.folder.is_dir():
        return {}
    with held(place.lock, place.patience_s), suppress(BrokenCatalogue), opened(place.folder) as catalogue:
        if catalogue.about().readers == readers_edition().hex():
            return catalogue.marks()
    return {}


def changes(place: IndexPlace, embedder: Embedder, marks: Mapping[str, str], *, rebuild: bool = False) -> Changes:
    """How the index differs from files with these marks; there is an index afterwards, if only an empty one."""
    with held(place.lock, place.patience_s):
        if rebuild:
            _begin_anew(place, embedder)
        try:
            return _compared(place, embedder, marks)
        except BrokenCatalogue as problem:
            logger.info("the index is made anew: %s", problem)
            _begin_anew(place, embedder)
            return _compared(place, embedder, marks)


def write(
    place: IndexPlace, embedder: Embedder, update: Update, step: Callable[[int, int], None] = lambda done, total: None
) -> Written | None:
    """Brings an update in; None where the index is no longer the one it was made for.

    Raises:
        UnusableInput: the index cannot be written, or the model does not answer.
    """
    with held(place.lock, place.patience_s), _catalogue(place) as catalogue:
        about = catalogue.about()
        if (about.generation, about.model) != (update.generation, embedder.identity):
            return None
        try:
            return _written(place, embedder, catalogue, about, update, step)
        except BrokenVectors as problem:
            logger.info("the vectors are made anew: %s", problem)
            catalogue.store.rollback()
            catalogue.begin_writing()
        try:
            return _written(place, embedder, catalogue, _fresh_vectors(place, catalogue, about), update, step)
        except BrokenVectors as problem:
            raise UnusableInput(
                f"the index cannot be written: {problem}", str(place.folder), "free space there, or name another folder"
            ) from None


def belongings(about: About) -> dict[str, str]:
    """What a collection says of itself if it is this index's."""
    return {"threatloom": about.token, "model": about.model}


@contextmanager
def _catalogue(place: IndexPlace) -> Iterator[Catalogue]:
    try:
        with opened(place.folder) as catalogue:
            yield catalogue
    except BrokenCatalogue as problem:  # `changes` has just made it usable: what fails now is the disk
        raise UnusableInput(
            f"the index cannot be written: {problem}", str(place.folder), "free space there, or name another folder"
        ) from None


def _compared(place: IndexPlace, embedder: Embedder, marks: Mapping[str, str]) -> Changes:
    with opened(place.folder) as catalogue:
        about = catalogue.about()
        if about.model != embedder.identity or about.dimension != embedder.dimension:
            raise BrokenCatalogue(f"made with {about.model}")
        known, listed = catalogue.marks(), catalogue.listed()
    if about.readers != readers_edition().hex():  # other chunks, and perhaps other words: the vectors of those that stay are used again
        created(place.folder, embedder.identity, embedder.dimension, readers_edition().hex(), about.token)
        return _compared(place, embedder, marks)
    changed = {path for path, mark in marks.items() if known.get(path) != mark}
    return Changes(
        generation=about.generation,
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(known.keys() - marks.keys())),
        kept=tuple(one for one in listed if one.path in marks and one.path not in changed),
        unfinished=not about.ready,
    )


def _begin_anew(place: IndexPlace, embedder: Embedder) -> None:
    token = None
    with suppress(BrokenCatalogue), opened(place.folder) as catalogue:
        token = catalogue.about().token
    wipe_vectors(place.folder, place.server, token)
    try:
        created(place.folder, embedder.identity, embedder.dimension, readers_edition().hex(), secrets.token_hex(8))
    except (OSError, sqlite3.Error) as problem:
        raise UnusableInput(
            f"the index cannot be written: {problem}", str(place.folder), "make the folder writable, or name another"
        ) from None


def _fresh_vectors(place: IndexPlace, catalogue: Catalogue, about: About) -> About:
    """An empty collection in place of the one that was there."""
    wipe_vectors(place.folder, place.server, about.token)
    fresh = replace(about, token=secrets.token_hex(8), ready=False)
    catalogue.rename_vectors(fresh.token)
    open_vectors(place.folder, place.server, fresh.token, belongings(fresh), create=True).close()
    return fresh


def _written(
    place: IndexPlace, embedder: Embedder, catalogue: Catalogue, about: About, update: Update, step: Callable[[int, int], None]
) -> Written:
    touched = [*(entry.path for entry in update.files), *update.removed]
    before = {chunk.id: chunk for _, chunk in catalogue.chunks_of(touched)}
    after = {chunk.id: chunk for chunk in update.chunks}
    gone = before.keys() - after.keys()
    staying = catalogue.ids() - gone
    catalogue.begin_writing()
    vectors = open_vectors(place.folder, place.server, about.token, belongings(about), create=False)
    try:
        wanted = staying | after.keys()
        present = staying | gone if about.ready else vectors.ids()  # what is missing all the same is seen when all are counted below
        lacking = wanted - present
        _embed(vectors, embedder, [*_texts_of(catalogue, after, lacking)], step)
        vectors.drop(sorted(present - wanted))
        moved = [chunk for id_, chunk in after.items() if id_ in before and before[id_] != chunk]
        retold = _retold(catalogue, update.retold)
        vectors.tell(*_told([chunk for chunk in (*moved, *retold) if chunk.id not in lacking]))
        if vectors.count() != len(wanted):
            raise BrokenVectors("vectors are missing after they were written")
    finally:
        vectors.close()
    reworded = [chunk for chunk in moved if before[chunk.id].roles != chunk.roles] + retold
    catalogue.move(moved)
    catalogue.remove([*gone, *(chunk.id for chunk in reworded)])
    catalogue.add([*(chunk for id_, chunk in after.items() if id_ not in before), *reworded])
    if embedder.windowed:
        catalogue.drop_windows(gone)
        _add_windows(catalogue, embedder, touched if about.ready else None)
    catalogue.set_files((entry.path, entry.mark) for entry in update.files)
    catalogue.drop_files(update.removed)
    catalogue.end_writing()
    return Written(len(wanted), len(lacking), len(gone))


def _texts_of(catalogue: Catalogue, new: Mapping[str, Chunk], lacking: Iterable[str]) -> Iterator[Chunk]:
    """The chunks to embed: new ones, and after a crash also listed ones whose vectors are not there."""
    rest = {id_ for id_ in lacking if id_ not in new}
    yield from (new[id_] for id_ in lacking if id_ in new)
    if rest:
        yield from (chunk for chunk in catalogue.chunks().values() if chunk.id in rest)


def _embed(vectors: VectorStore, embedder: Embedder, chunks: Sequence[Chunk], step: Callable[[int, int], None]) -> None:
    ordered = sorted(chunks, key=lambda chunk: (chunk.path, chunk.page or 0, chunk.start_line, chunk.id))
    for start in range(0, len(ordered), _EMBEDDED_AT_ONCE):
        batch = ordered[start : start + _EMBEDDED_AT_ONCE]
        ids, told = _told(batch)
        vectors.put(ids, embedder.embed([embedded_text(chunk) for chunk in batch]), told)
        step(start + len(batch), len(ordered))


def _add_windows(catalogue: Catalogue, embedder: Embedder, paths: Sequence[str] | None) -> None:
    """Vectors of a few lines each, in whole numbers: they only order what was found already."""
    import numpy as np

    rows = catalogue.without_windows(paths)
    for start in range(0, len(rows), _EMBEDDED_AT_ONCE):
        chunks = list(catalogue.chunks(rows[start : start + _EMBEDDED_AT_ONCE]).values())
        texts = [windows_of(chunk) for chunk in chunks]
        vectors = np.rint(embedder.embed([text for some in texts for text in some]) * 127).astype(np.int8)
        ends = np.cumsum([len(some) for some in texts])
        catalogue.add_windows((chunk.id, part.tobytes()) for chunk, part in zip(chunks, np.split(vectors, ends[:-1]), strict=True))


def _told(chunks: Sequence[Chunk]) -> tuple[list[str], list[dict[str, str | int]]]:
    """What Chroma is told of each chunk."""
    return [chunk.id for chunk in chunks], [
        {
            "path": chunk.path, "start_line": chunk.start_line, "end_line": chunk.end_line, "page": chunk.page or 0, "kind": chunk.kind,
            "language": chunk.language, "symbol": chunk.symbol, "content_hash": chunk.content_hash, "elements": "\n".join(chunk.elements),
        }
        for chunk in chunks
    ]  # fmt: skip


def _retold(catalogue: Catalogue, retold: Sequence[Retold]) -> list[Chunk]:
    said = {one.id: one for one in retold}
    rows = [one.row for one in catalogue.listed() if one.id in said] if said else []
    found = [chunk for start in range(0, len(rows), 500) for chunk in catalogue.chunks(rows[start : start + 500]).values()]
    return [replace(chunk, elements=said[chunk.id].elements, roles=said[chunk.id].roles) for chunk in found]
