"""A tree into its index: what is read is cut, told what the system model says of it, and stored.

Takes a root and the system that a scan built of it. Left out, and counted: what ingest skips, and code that is no part of the
system. Files that did not change are neither read nor embedded again; where only the system model changed, chunks are told so.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest import SourceSettings, list_sources, read_source
from ingest.errors import UnusableInput
from ingest.index import (
    Changes,
    Chunk,
    Chunked,
    Embedder,
    Embedding,
    FileEntry,
    IndexPlace,
    LeftOut,
    Retold,
    Update,
    changes,
    chunk_source,
    make_embedder,
    marks_known,
    place_of,
    write,
)
from ingest.marks import mark_of
from ingest.purpose import NOT_PRODUCT
from ingest.reading import CODE_KINDS
from ingest.source import ReadError, Skip, Source
from pipeline.progress import Progress, Silent
from pipeline.retrieval.places import SystemPlaces
from pipeline.system.model import System

_IN_PROCESS = 40  # fewer files than this are cut faster without other processes
_ATTEMPTS = 5  # other processes may write between looking and writing


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What is indexed, with which model, and where to."""

    docs: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    jobs: int | None = None
    embedding: Embedding = field(default_factory=Embedding)
    folder: Path | None = None  # of all indexes; None: the user's cache folder
    server: str | None = None  # a Chroma server that holds the vectors
    patience_s: float = 60.0  # how long another process is waited for


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What the index holds now and what was done for it."""

    files: int
    chunks: int
    embedded: int
    removed: int
    skipped: tuple[Skip, ...]
    errors: tuple[ReadError, ...]
    left_out: tuple[LeftOut, ...] = ()  # lines with text that are in no passage, of the files that were cut this time


def index_place(root: Path, settings: IndexSettings) -> IndexPlace:
    return place_of(root, settings.folder, settings.server, settings.patience_s)


def index_tree(
    root: Path, system: System | None = None, settings: IndexSettings | None = None, progress: Progress | None = None,
    *, embedder: Embedder | None = None, rebuild: bool = False,
) -> IndexReport:  # fmt: skip
    """Brings the index of a tree up to date.

    Raises:
        UnusableInput: there is nothing to index, the model is not there, or another process holds the index for too long.
    """
    settings, progress = settings or IndexSettings(), progress or Silent()
    embedder = embedder or make_embedder(settings.embedding)
    place, system_places = index_place(root, settings), SystemPlaces(system or System())
    known = {} if rebuild else marks_known(place)
    found = list_sources(root, SourceSettings(docs=settings.docs, exclude=settings.exclude), marks=known)
    sources = {source.path: source for source in found.sources if not _is_outside(source)}
    outside = Counter(source.purpose for source in found.sources if _is_outside(source))
    skipped = [*found.skipped, *(Skip(f"({purpose})", f"{purpose} code: not indexed", count) for purpose, count in sorted(outside.items()))]
    for _ in range(_ATTEMPTS):
        marks = {path: mark for path, source in sources.items() if (mark := mark_of(source)) is not None}
        lacking = changes(place, embedder, marks, rebuild=rebuild)
        rebuild = False
        cut = list(_cut([sources[path] for path in lacking.changed], settings.jobs, progress))
        update = _update(lacking, marks, cut, system_places)
        if not (update.files or update.removed or update.retold or lacking.unfinished):
            return IndexReport(len(marks), len(lacking.kept), 0, 0, tuple(sorted(skipped)), found.errors)
        written = write(place, embedder, update, lambda done, total: progress.step("embedding", done, total))
        if written is not None:
            skipped += (outcome for _, outcome in cut if isinstance(outcome, Skip))
            errors = [*found.errors, *(outcome for _, outcome in cut if isinstance(outcome, ReadError))]
            left_out = (left for _, outcome in cut if isinstance(outcome, Chunked) for left in outcome.left_out if left.reason != "blank")
            counts = (written.chunks, written.embedded, written.removed)
            return IndexReport(len(marks), *counts, tuple(sorted(skipped)), tuple(sorted(errors)), tuple(left_out))
    raise UnusableInput("other processes keep changing the index", str(place.folder), "wait for them to end, then try again")


def _is_outside(source: Source) -> bool:
    return source.kind in CODE_KINDS and source.purpose in NOT_PRODUCT


def _cut(sources: Sequence[Source], jobs: int | None, progress: Progress) -> Iterator[tuple[Source, Chunked | Skip | ReadError]]:
    for done, (source, outcome) in enumerate(zip(sources, _outcomes(sources, jobs or os.cpu_count() or 1), strict=True), 1):
        progress.step("cutting files", done, len(sources))
        yield source, outcome


def _outcomes(sources: Sequence[Source], jobs: int) -> Iterator[Chunked | Skip | ReadError]:
    if jobs == 1 or len(sources) < _IN_PROCESS:
        yield from map(_chunked, sources)
        return
    done = 0
    try:
        with ProcessPoolExecutor(max_workers=jobs) as pool:
            for outcome in pool.map(_chunked, sources, chunksize=max(1, min(32, len(sources) // (jobs * 4)))):
                done += 1
                yield outcome
    except BrokenProcessPool:  # one was killed: the file at fault is found by going on one by one
        yield from map(_chunked, sources[done:])


def _chunked(source: Source) -> Chunked | Skip | ReadError:
    facts = read_source(source)
    if isinstance(facts, Skip | ReadError):
        return facts
    try:
        return chunk_source(source, facts)
    except Exception as problem:  # around one file: what one holds must not cost the others their place in the index
        return ReadError(source.path, f"not cut into chunks: {type(problem).__name__}: {str(problem)[:200]}")


def _update(
    lacking: Changes, marks: dict[str, str], cut: Iterable[tuple[Source, Chunked | Skip | ReadError]], places: SystemPlaces
) -> Update:
    entries, chunks = [], list[Chunk]()
    for source, outcome in cut:
        entries.append(FileEntry(source.path, marks[source.path]))
        if not isinstance(outcome, Chunked):
            continue
        for chunk in outcome.chunks:
            spot = places.at(chunk.path, chunk.start_line, chunk.end_line, chunk.page)
            chunks.append(replace(chunk, elements=spot.elements, roles=spot.roles))
    retold = []
    for one in lacking.kept:
        spot = places.at(one.path, one.start_line, one.end_line, one.page)
        if (spot.elements, spot.roles) != (one.elements, one.roles):
            retold.append(Retold(one.id, spot.elements, spot.roles))
    return Update(lacking.generation, tuple(entries), tuple(chunks), lacking.removed, tuple(retold))
