"""One document as facts: the way from a `Source` to `DocumentFacts`, a `Skip` or a `ReadError`, and never anything else.

Takes a source and limits, chooses the format's module by the source's kind and hands it the bytes. Here, around one file, every
failure becomes a value; below here, modules raise. Left out: which files are documents, which the source already says.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

from ingest.documents import diagrams
from ingest.documents.characters import uncovered
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading, Unreadable
from ingest.documents.position import positioned
from ingest.facts import DocumentFacts
from ingest.source import ReadError, Skip, Source, SourceKind
from ingest.text import open_source

FORMATS: tuple[SourceKind, ...] = (
    "markdown",
    "docx",
    "odt",
    "pptx",
    "xlsx",
    "html",
    "pdf",
    "rst",
    "eml",
    "text",
    "picture",
    *diagrams.FORMATS,
)
"""Kinds of source that are documents; each has a module of that name in this folder, or in `diagrams/`."""

LIBRARIES: Mapping[SourceKind, tuple[str, ...]] = {
    "markdown": ("markdown-it-py",),
    "docx": ("python-docx", "unstructured", "lxml"),
    "odt": ("lxml",),
    "pptx": ("python-pptx", "lxml"),
    "xlsx": ("openpyxl", "lxml"),
    "html": ("unstructured", "lxml"),
    "pdf": ("pypdf", "unstructured"),
    "rst": ("docutils", "unstructured"),
    "text": ("unstructured",),
}
"""Packages that the formats are read with; the others need none."""

PARAGRAPH_KINDS: frozenset[SourceKind] = frozenset({"docx", "odt", "pptx"})
"""Kinds whose places count paragraphs, as they have no lines."""

_MAX_MESSAGE = 300
_POINTER = b"version https://git-lfs.github.com/spec/"


class _Format(Protocol):
    def read_pages(self, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages: ...

    def read_passages(self, path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading: ...


def read_document(source: Source, limits: DocumentLimits, *, pictures: bool = False) -> DocumentFacts | Skip | ReadError:
    """The passages and diagrams of a document, why it was passed over, or why it could not be read.

    With `pictures`, a document that holds nothing else is none to pass over: somebody reads them next.
    """
    try:
        format_ = _format_of(source)
        data = _bytes_of(source, limits)
        reading = format_.read_passages(source.path, data, limits, Deadline.after(limits.max_seconds))
    except LimitReached as reason:
        return Skip(source.path, str(reason))
    except Unreadable as error:
        return ReadError(source.path, _one_line(str(error)))
    except OSError as error:
        return ReadError(source.path, _one_line(f"cannot be opened: {error.strerror or type(error).__name__}"))
    except Exception as error:  # libraries meet hostile bytes here; whatever they raise is this file's error and no other's
        return ReadError(source.path, _one_line(f"cannot be read as {source.kind}: {type(error).__name__}: {error}"))
    if reading.textless and not pictures:
        return Skip(source.path, reading.textless)
    return DocumentFacts(
        path=source.path,
        purpose=source.purpose,
        title=reading.title,
        passages=positioned(uncovered(reading.passages), source.kind),
        diagrams=reading.diagrams,
        lines=reading.lines,
        unit="paragraph" if source.kind in PARAGRAPH_KINDS else reading.unit,
        unexamined=reading.unexamined,
        settings=reading.settings,
    )


def quotable_text(source: Source, limits: DocumentLimits) -> Mapping[int | None, tuple[str, ...]]:
    """What the places of a document count: page (None where there are none) to lines or paragraphs; empty if unreadable.

    `Place(start_line=a, end_line=b, page=p)` says `quotable_text(...)[p][a - 1 : b]`.
    """
    try:
        return _format_of(source).read_pages(_bytes_of(source, limits), limits, Deadline.after(limits.max_seconds))
    except Exception:  # `read_document` reports the reason of the same failure; what cannot be read cannot be quoted
        return {}


def _format_of(source: Source) -> _Format:
    """The module of the format, imported when its first file comes: some of them import large libraries."""
    if source.kind not in FORMATS:
        raise Unreadable(f"is of kind {source.kind}, which is no document")
    folder = "ingest.documents.diagrams" if source.kind in diagrams.FORMATS else "ingest.documents"
    return cast(_Format, import_module(f"{folder}.{source.kind}"))  # a module that has both functions of the protocol


def _bytes_of(source: Source, limits: DocumentLimits) -> bytes:
    with open_source(source) as stream:
        data = stream.read(limits.max_bytes + 1)
    if len(data) > limits.max_bytes:
        raise LimitReached(f"is larger than {limits.max_bytes} bytes")
    if data.startswith(_POINTER):
        raise LimitReached("a Git LFS pointer: the document itself is not here")
    return data


def _one_line(text: str) -> str:
    """Error text of a library, which may quote the file: no control characters, no line breaks, not endless."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text[: 4 * _MAX_MESSAGE]).split())
    return line if len(line) <= _MAX_MESSAGE else line[: _MAX_MESSAGE - 1] + "\u2026"
