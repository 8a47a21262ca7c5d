"""One file into chunks: takes a `Source` and its facts, gives `Chunked`.

Facts keep no text, so the lines are read again, with secrets masked before anything else is done with them. Every line ends in a
chunk or in the list of what was left out. Lock files are left out: they name packages and hashes, nothing that is asked for in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from ingest.facts import CodeFacts, ConfigFacts, DocumentFacts, Facts
from ingest.index.chunk import Chunk, Chunked, LeftOut, Lines, Piece, content_hash, shown_text
from ingest.index.code_chunks import code_pieces
from ingest.index.cutting import Size
from ingest.index.document_chunks import Pages, config_pieces, document_pieces, plain_pieces
from ingest.reading import lines_of
from ingest.source import Source
from ingest.text import split_lines
from ingest.told_secrets import without_secrets

_SHOWN_AS_LINES = frozenset({"markdown", "text", "docx", "pdf"})  # documents whose lines are what a reader sees
_NOT_ASKED_FOR = frozenset({"lockfile"})


def chunk_source(source: Source, facts: Facts, size: Size | None = None) -> Chunked:
    """The chunks of one file, in the order of its lines."""
    size = size or Size()
    pages = {page: _masked(lines) for page, lines in lines_of(source).items() if lines}
    if source.kind in _NOT_ASKED_FOR:
        return Chunked((), tuple(LeftOut(source.path, Lines(1, len(text), page), "lock file") for page, text in pages.items() if text))
    pieces = list(_pieces(source, facts, pages, size))
    return Chunked(tuple(_chunks(source, facts, pages, pieces)), tuple(_left_out(source.path, pages, pieces)))


def _masked(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(without_secrets("\n".join(lines)).split("\n"))


def _pieces(source: Source, facts: Facts, pages: Pages, size: Size) -> Iterator[Piece]:
    text = pages.get(None, ())
    if isinstance(facts, CodeFacts) and source.kind != "notebook":
        return code_pieces(facts, text, size)
    if isinstance(facts, DocumentFacts):
        return document_pieces(facts, pages, size, source.kind in _SHOWN_AS_LINES)
    if isinstance(facts, ConfigFacts):
        return config_pieces(facts, text, size)
    return plain_pieces(pages, size)


def _chunks(source: Source, facts: Facts, pages: Pages, pieces: Iterable[Piece]) -> Iterator[Chunk]:
    language = facts.language if isinstance(facts, CodeFacts) else source.kind
    seen: Counter[str] = Counter()
    for piece in pieces:
        lines = piece.lines
        kept = pages.get(lines.page, ())[lines.start - 1 : lines.end] if piece.text is None else split_lines(without_secrets(piece.text))
        text = "\n".join(map(shown_text, kept))
        if not text.strip():
            continue
        around = shown_text(without_secrets(piece.around)) if piece.around else ""
        hashed = content_hash(source.path, piece.kind, piece.symbol, "\n".join(piece.section), text, around)
        seen[hashed] += 1
        yield Chunk(
            id=content_hash(hashed, str(seen[hashed])), path=source.path, start_line=lines.start, end_line=lines.end, page=lines.page,
            kind=piece.kind, language=language, purpose=source.purpose, symbol=piece.symbol, section=piece.section, text=text,
            around=around, content_hash=hashed,
        )  # fmt: skip


def _left_out(path: str, pages: Mapping[int | None, tuple[str, ...]], pieces: Iterable[Piece]) -> Iterator[LeftOut]:
    covered: dict[int | None, set[int]] = {page: set() for page in pages}
    blank = {page: not any(line.strip() for line in text) for page, text in pages.items()}
    for piece in pieces:
        covered.setdefault(piece.lines.page, set()).update(range(piece.lines.start, piece.lines.end + 1))
    for page, text in pages.items():
        missing = [number for number in range(1, len(text) + 1) if blank[page] or number not in covered[page]]
        for start, end in _runs_of(missing):
            nothing = not any(line.strip() for line in text[start - 1 : end])
            yield LeftOut(path, Lines(start, end, page), "blank" if nothing else "holds no text that a reader sees")


def _runs_of(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    start = end = 0
    for number in numbers:
        if start and number == end + 1:
            end = number
            continue
        if start:
            yield start, end
        start = end = number
    if start:
        yield start, end
