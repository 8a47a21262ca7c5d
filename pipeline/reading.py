"""The files of a scan: which of them are read, by how many processes, and the lines that evidence quotes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ingest import SourceList, lines_of, read_source
from ingest.demand import demanded
from ingest.documents import FORMATS
from ingest.facts import CodeFacts, ConfigFacts, DocumentFacts, Facts, ModelFacts, Transcript
from ingest.kept_facts import KeptFacts
from ingest.public_hosts import may_hold_address
from ingest.purpose import NOT_PRODUCT
from ingest.reading import CODE_KINDS, transcribed
from ingest.source import ReadError, Skip, Source
from ingest.text import read_bytes
from ingest.told_secrets import without_secrets
from pipeline.collection import collect_seldom
from pipeline.findings.model import ReadPicture
from pipeline.progress import Progress
from pipeline.system.evidence import EvidenceBook, Lines
from pipeline.system.rules.knowledge import FrameworkIndex
from pipeline.system.rules.topics import topics_of

if TYPE_CHECKING:  # imported where a picture is read
    from ingest.pictures.reader import PictureReader

_NOT_BUILT = frozenset({*FORMATS, "model_file", "lockfile", "card_file"})  # what tells of a system, or was made of it
_IN_PROCESS = 40  # fewer files than this are read faster without other processes
_SEALED = 2  # further lines of a value whose text goes on


def needed(found: SourceList, frameworks: FrameworkIndex) -> tuple[list[Source], tuple[Skip, ...]]:
    """What is read: all but code that is no part of the system, and code that has nothing to do with AI."""
    product = [source for source in found.sources if not is_outside(source)]
    code = [source for source in product if source.kind in CODE_KINDS]
    manifests = [source for source in found.sources if source.kind == "package_json"]
    demand = demanded(code, topics_of(frameworks), manifests, [source for source in product if source.kind == "ml_pipeline"])
    passed_over = frozenset(demand.passed_over)
    said = Skip("(no AI)", "code that neither mentions AI nor is joined to such code by imports: not read", len(passed_over))
    tests = [source for source in found.sources if is_outside(source) and source.purpose == "test" and _opens_something(source)]
    return [*(source for source in product if source not in passed_over), *tests], (said,) if passed_over else ()


def _opens_something(source: Source) -> bool:
    """Whether a test holds the address, with its password, of a database that a cloud runs."""
    data = read_bytes(source)
    return isinstance(data, bytes) and may_hold_address(data)


class Read(NamedTuple):
    """What came of reading."""

    facts: list[Facts]
    skipped: list[Skip]
    failed: list[ReadError]


def read_facts(sources: Sequence[Source], jobs: int | None, cache: Path | None, pictures: PictureReader | None, progress: Progress) -> Read:
    """The facts of each file; those that a cache holds of an unchanged file are not read again.

    Args:
        jobs: processes that read; None: one per processor.
        cache: folder of kept facts; None: nothing is kept.
        pictures: what reads the text in pictures; None: they are listed as not examined.
    """
    kept = KeptFacts(cache, pictures.identity if pictures else "")
    known = kept.known(sources)
    rest = [source for source in sources if source.path not in known]
    fresh: list[tuple[Source, Facts]] = []
    skipped: list[Skip] = []
    failed: list[ReadError] = []
    outcomes = _outcomes(rest, jobs or os.cpu_count() or 1, pictures is not None)
    if pictures is not None:
        outcomes = _with_pictures(rest, outcomes, pictures, progress)
    for done, (source, outcome) in enumerate(zip(rest, outcomes, strict=True), 1 + len(known)):
        progress.step("reading files", done, len(sources))
        if isinstance(outcome, Skip):
            skipped.append(outcome)
        elif isinstance(outcome, ReadError):
            failed.append(outcome)
        else:
            fresh.append((source, outcome))
    kept.keep((source, read) for source, read in fresh if not (isinstance(read, DocumentFacts) and read.failed))
    facts = [*known.values(), *(read for _source, read in fresh)]
    skipped += (Skip(read.path, f"read in part: {problem}") for read in facts if isinstance(read, CodeFacts) for problem in read.errors[:1])
    skipped += (Skip(read.path, note) for read in facts if isinstance(read, ModelFacts) for note in read.notes)
    skipped += (Skip(read.path, f"read in part: {what}") for read in facts if isinstance(read, DocumentFacts) for what in read.unexamined)
    failed += (ReadError(read.path, what) for read in facts if isinstance(read, DocumentFacts) for what in read.failed)
    return Read(facts, skipped, failed)


def _with_pictures(
    sources: Sequence[Source], outcomes: Iterable[Facts | Skip | ReadError], reader: PictureReader, progress: Progress
) -> Iterator[Facts | Skip | ReadError]:
    """The same, and the text in the pictures of documents; here and not where files are read, so that all of a scan are counted."""
    from ingest.pictures.transcribing import Transcription, has_pictures

    transcription = Transcription(reader)
    for done, (source, outcome) in enumerate(zip(sources, outcomes, strict=True), 1):
        if isinstance(outcome, DocumentFacts) and has_pictures(source, outcome):
            progress.step("reading pictures", done, len(sources))
            yield transcription.of(source, outcome)
        else:
            yield outcome


def _outcomes(sources: Sequence[Source], jobs: int, pictures: bool) -> Iterator[Facts | Skip | ReadError]:
    """Facts in the order of the sources, whichever process read them."""
    read = partial(read_source, pictures=pictures)
    if jobs == 1 or len(sources) < _IN_PROCESS:
        yield from map(read, sources)
        return
    done = 0
    try:
        with ProcessPoolExecutor(max_workers=jobs, initializer=collect_seldom) as pool:
            for outcome in pool.map(read, sources, chunksize=max(1, min(32, len(sources) // (jobs * 4)))):
                done += 1
                yield outcome
    except BrokenProcessPool:
        # A process was killed (out of memory, most likely): the file at fault is found by going on one by one.
        yield from map(read, sources[done:])


def evidence_book(sources: Iterable[Source], facts: Sequence[Facts]) -> EvidenceBook:
    """What quotes lines of the files, without the secrets in them."""
    by_path = {source.path: source for source in sources}

    def read_lines(path: str) -> Lines:
        source = by_path.get(path)
        return {} if source is None else transcribed(lines_of(source), transcripts.get(path, ()))

    transcripts = {read.path: read.transcripts for read in facts if isinstance(read, DocumentFacts) and read.transcripts}
    in_paragraphs = frozenset(read.path for read in facts if isinstance(read, DocumentFacts) and read.unit == "paragraph")
    in_entries = frozenset(read.path for read in facts if isinstance(read, ModelFacts))
    built = (path for path, source in by_path.items() if source.kind not in _NOT_BUILT and source.purpose in ("product", "example"))
    counted = {path: _counted(of) for path, of in transcripts.items()}
    return EvidenceBook(read_lines, without_secrets, in_paragraphs, in_entries, built, counted, _sealed(facts))


def _sealed(facts: Iterable[Facts]) -> dict[str, dict[int, str]]:
    """Lines of settings that give a secret to a name, by path: whatever the value looks like, no report shows it."""
    return {
        read.path: {
            line: setting.name
            for setting in read.settings
            if setting.kind == "environment" and setting.attributes.get("secret")
            for line in range(setting.place.start_line, min(setting.place.end_line, setting.place.start_line + _SEALED) + 1)
        }
        for read in facts
        if isinstance(read, ConfigFacts)
    }


def _counted(transcripts: Iterable[Transcript]) -> dict[int | None, int]:
    """Lines that were read out of pictures, by page."""
    counts: Counter[int | None] = Counter()
    for one in transcripts:
        counts[one.page] += len(one.lines)
    return counts


def pictures_of(facts: Iterable[Facts]) -> Iterator[ReadPicture]:
    """What was read out of pictures, and by whom."""
    for read in sorted(facts, key=lambda read: read.path):
        for one in read.transcripts if isinstance(read, DocumentFacts) else ():
            yield ReadPicture(path=read.path, where=one.where, reader=one.reader, sent_to=one.sent_to or None, lines=len(one.lines))


def is_outside(source: Source) -> bool:
    """Code that is no part of the system: it need not be read to know that."""
    return source.kind in CODE_KINDS and source.purpose in NOT_PRODUCT


def outside(sources: Iterable[Source]) -> list[Skip]:
    """Files that are not part of the system: said by kind of purpose, with their number."""
    counts = Counter(source.purpose for source in sources if is_outside(source))
    return [Skip(f"({purpose})", f"{purpose} code: not part of the system", count) for purpose, count in sorted(counts.items())]
