"""Reading one document whatever its bytes: one of three outcomes, in bounded time, with places that say what they quote."""

from __future__ import annotations

import re
import time
from pathlib import Path

from ingest.documents import DocumentLimits, quotable_text, read_document
from ingest.facts import DocumentFacts
from ingest.source import ReadError, Skip, Source, SourceKind
from tests.ingest.documents.making import LIMITS, quote_of, source_of

INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200d\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]")
PATIENCE = 20.0  # seconds on a busy machine; most take less than one


def outcome(folder: Path, data: str | bytes, kind: SourceKind, limits: DocumentLimits = LIMITS) -> DocumentFacts | Skip | ReadError:
    source = source_of(folder, data, kind)
    started = time.monotonic()
    result = read_document(source, limits)
    assert time.monotonic() - started < PATIENCE
    assert isinstance(result, DocumentFacts | Skip | ReadError)
    if isinstance(result, DocumentFacts):
        assert_quotable(source, result)
    return result


def assert_quotable(source: Source, facts: DocumentFacts) -> None:
    """Each passage's words stand, in order, in the lines its place names."""
    pages = quotable_text(source, LIMITS)
    assert sum(map(len, pages.values())) == facts.lines
    if source.kind in ("markdown", "text"):
        covered = {line for passage in facts.passages for line in range(passage.place.start_line, passage.place.end_line + 1)}
        lost = [
            line
            for number, line in enumerate(pages[None], start=1)
            if number not in covered and re.search(r"[^\W_]", INVISIBLE.sub("", line))
        ]
        assert not lost
    for passage in facts.passages:
        quote = INVISIBLE.sub("", quote_of(pages, passage))
        if source.kind in ("docx", "pdf", "text") and passage.hidden != "invisible_characters":
            words, position = re.findall(r"\w+", passage.text), 0
            for word in words:
                position = quote.find(word, position)
                assert position >= 0, (word, quote)
