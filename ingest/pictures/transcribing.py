"""The text in a document's pictures, put into the facts of the document, marked as what it is.

Takes facts as the document's own reader gave them, gives them again with what a reader of pictures made of its pictures: passages whose
places say who read them, and the lines that evidence quotes. Those are no bytes of the file: such a quote can be held against the picture
by a person, and by nothing else. What was passed over is named, what failed is an error of that file. A picture that was seen before in
the same scan is not read twice. All pictures of a scan together are bounded in number and time, and an endpoint that fails again
and again is asked no more.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from ingest.documents.blocks import split_blocks
from ingest.documents.characters import uncovered
from ingest.documents.limits import NO_TEXT, PICTURES, DocumentLimits, LimitReached
from ingest.documents.outline import Outline
from ingest.facts import DocumentFacts, Passage, Transcript
from ingest.pictures.finding import Missed, pictures_in
from ingest.pictures.names import WITH_PICTURES
from ingest.pictures.opening import PictureBounds
from ingest.pictures.reader import NotRead, Picture, PictureReader
from ingest.reading import lines_of
from ingest.source import Place, ReadError, Skip, Source
from ingest.text import read_bytes

_WITH_PICTURES = frozenset({PICTURES, NO_TEXT})
_FAILURES_ENDURED = 3  # one after the other
_NOTHING = "no text was found in its pictures"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScanBounds:
    """Bounds on the pictures of all documents of one scan together."""

    max_pictures: int = 300
    max_seconds: float = 1_800.0
    at_once: int = 2
    picture: PictureBounds = field(default_factory=PictureBounds)
    document: DocumentLimits = field(default_factory=lambda: DocumentLimits(max_seconds=60.0))  # unpacking and scaling, not reading


def has_pictures(source: Source, facts: DocumentFacts) -> bool:
    """Whether pictures of a document are left to be read."""
    return source.kind in WITH_PICTURES and (source.kind == "picture" or not _WITH_PICTURES.isdisjoint(facts.unexamined))


class Transcription:
    """The pictures of one scan: it counts them, and knows those it has seen, thus mutable."""

    def __init__(self, reader: PictureReader, bounds: ScanBounds | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._reader, self._bounds, self._clock = reader, bounds or ScanBounds(), clock
        self._until = clock() + self._bounds.max_seconds
        self._known: dict[bytes, tuple[str, ...] | NotRead] = {}
        self._taken = self._failed_in_a_row = 0

    def of(self, source: Source, facts: DocumentFacts) -> DocumentFacts | Skip | ReadError:
        """The facts with the text in the pictures; for a file that is nothing but pictures also why there is none."""
        pictures, missed = self._found(source)
        results = self._read(pictures)
        read = [(picture, result) for picture, result in zip(pictures, results, strict=True) if not isinstance(result, NotRead)]
        failed = [
            f"{pic.place or 'picture'}: {result}" for pic, result in zip(pictures, results, strict=True) if isinstance(result, NotRead)
        ]
        failed += [one.reason for one in missed if one.broken]
        left = [
            note for note in facts.unexamined if note not in _WITH_PICTURES or (note == NO_TEXT and not any(lines for _, lines in read))
        ]
        left += [one.reason for one in missed if not one.broken]
        transcripts = tuple(self._transcript(picture, lines) for picture, lines in read)
        if not facts.passages and not any(one.lines for one in transcripts):
            sent = f" (sent to {self._reader.sent_to})" if read and self._reader.sent_to else ""
            return ReadError(source.path, failed[0]) if failed else Skip(source.path, left[-1] if left and not read else _NOTHING + sent)
        passages = tuple(uncovered(tuple(_passages(source, transcripts))))
        return replace(
            facts,
            title=facts.title or next((passage.text for passage in passages if passage.kind == "title"), ""),
            passages=(*facts.passages, *passages),
            lines=facts.lines + sum(len(one.lines) for one in transcripts),
            unexamined=tuple(dict.fromkeys(left)),
            transcripts=transcripts,
            failed=tuple(dict.fromkeys(failed)),
        )

    def _found(self, source: Source) -> tuple[list[Picture], list[Missed]]:
        data = read_bytes(source)
        if isinstance(data, ReadError):
            return [], [Missed(data.error, broken=True)]
        bounds, pictures, missed = self._bounds, list[Picture](), list[Missed]()
        try:
            for one in pictures_in(source.kind, data, self._reader.most_side, bounds.picture, bounds.document):
                if isinstance(one, Missed):
                    missed.append(one)
                elif self._taken >= bounds.max_pictures:
                    missed.append(Missed(f"pictures after the first {bounds.max_pictures} of this scan were not examined"))
                    break
                else:
                    self._taken += 1
                    pictures.append(one)
        except LimitReached as reason:
            missed.append(Missed(f"further pictures in it were not examined: {reason}"))
        except Exception as problem:  # around one file: libraries meet hostile bytes here, and what they raise is this file's error
            missed.append(Missed(f"pictures in it cannot be taken out: {type(problem).__name__}", broken=True))
        return pictures, missed

    def _read(self, pictures: Sequence[Picture]) -> list[tuple[str, ...] | NotRead]:
        keys = [hashlib.sha256(picture.png).digest() for picture in pictures]
        new = {key: picture for key, picture in zip(keys, pictures, strict=True) if key not in self._known}
        with ThreadPoolExecutor(self._bounds.at_once) as pool:
            self._known.update(zip(new, pool.map(self._one, new.values()), strict=True))
        return [self._known[key] for key in keys]

    def _one(self, picture: Picture) -> tuple[str, ...] | NotRead:
        if self._clock() > self._until:
            return NotRead(f"the pictures of this scan took longer than {self._bounds.max_seconds:g} s")
        if self._failed_in_a_row >= _FAILURES_ENDURED:
            return NotRead("not tried: reading pictures has failed too often before")
        sent_to = self._reader.sent_to
        if sent_to:
            logger.info("a picture of %d bytes is sent to %s", len(picture.png), sent_to)
        try:
            lines = self._reader.lines(picture)
        except NotRead as reason:
            self._failed_in_a_row += 1
            logger.info("a picture was not read: %s", reason)
            return NotRead(f"{reason} (the picture was sent to {sent_to})") if sent_to else reason
        self._failed_in_a_row = 0
        return lines if any(line.strip() for line in lines) else ()

    def _transcript(self, picture: Picture, lines: tuple[str, ...]) -> Transcript:
        by = f"read by {self._reader.told}"
        where = f"{picture.place} ({by})" if picture.place else by
        return Transcript(picture.page, where, lines, self._reader.identity, self._reader.sent_to)


def _passages(source: Source, transcripts: Iterable[Transcript]) -> Iterator[Passage]:
    """Blocks of the lines, whose places count on behind the lines that the page has of its own."""
    ends = {page: len(lines) for page, lines in lines_of(source).items()}
    for one in transcripts:
        before = ends.get(one.page, 0)
        outline = Outline()
        for block in split_blocks(one.lines, hard_wrapped=False):
            section = outline.enter(block.level, block.text) if block.kind == "title" else outline.section
            place = Place(source.path, before + block.first, before + block.last, one.page, one.where)
            yield Passage(block.text, block.kind, section, place)
        ends[one.page] = before + len(one.lines)
