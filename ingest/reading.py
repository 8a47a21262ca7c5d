"""One source into facts, by the reader of its kind; and the lines that evidence quotes.

Whatever goes wrong with a file ends as a `Skip` or a `ReadError` of that file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ingest.documents import FORMATS
from ingest.facts import SPEAKS_TO_US, CodeFacts, ConfigFacts, DocumentFacts, Facts, ModelFacts, Passage, TextFacts, Transcript
from ingest.source import ReadError, Skip, Source

CODE_KINDS = frozenset({"python", "notebook", "typescript", "java", "kotlin", "go", "csharp"})
_COMMENTED_DOCUMENTS = frozenset({"markdown", "html"})  # whose comments are told from their words


def read_source(source: Source, *, pictures: bool = False) -> Facts | Skip | ReadError:
    """The facts of one file. With `pictures`, those that hold nothing else are not passed over: they are read next."""
    read = _read(source, pictures)
    if not isinstance(read, CodeFacts | ConfigFacts | TextFacts) and source.kind not in _COMMENTED_DOCUMENTS:
        return read
    from ingest.text import read_bytes

    data = read_bytes(source)
    if isinstance(data, ReadError) or isinstance(read, Skip | ReadError | ModelFacts):
        return read
    if not isinstance(read, DocumentFacts) and (unseen := _unseen(source, data)):
        read = replace(read, unseen=unseen)
    if SPEAKS_TO_US in data.lower():
        from ingest.comments import comments_of

        return replace(read, comments=comments_of(source, data))
    return read


def _unseen(source: Source, data: bytes) -> tuple[Passage, ...]:
    """What people do not see of a file that is no document; most have nothing of the kind, which their bytes tell."""
    from ingest.text import decode, split_lines

    if source.kind == "notebook":
        from ingest.documents.notebook_hidden import unseen_in_notebook

        return unseen_in_notebook(source.path, decode(data, True))
    if data.isascii():
        return ()
    from ingest.documents.characters import unseen_in_lines

    return unseen_in_lines(source.path, split_lines(decode(data, source.kind == "python")))


def _read(source: Source, pictures: bool) -> Facts | Skip | ReadError:
    if source.kind in CODE_KINDS:
        return _read_code(source)
    if source.kind in FORMATS:
        from ingest.documents import DocumentLimits, read_document

        return read_document(source, DocumentLimits(), pictures=pictures)  # has its own net around one file
    if source.kind == "prompt_file":
        from ingest.texts import read_texts

        return read_texts(source)  # and this
    if source.kind == "model_file":
        from ingest.model_files import read_model_file

        return read_model_file(source)  # and this
    from ingest.config import read_config

    return read_config(source)  # so has this


def _read_code(source: Source) -> CodeFacts | Skip | ReadError:
    from ingest.code.csharp import read_csharp
    from ingest.code.go import read_go
    from ingest.code.java import read_java
    from ingest.code.kotlin import read_kotlin
    from ingest.code.notebook import joined_code, read_cells
    from ingest.code.python import read_python
    from ingest.code.typescript import read_typescript
    from ingest.text import read_text, split_lines

    text = read_text(source)
    if isinstance(text, ReadError):
        return text
    try:
        if source.kind == "notebook":
            code, starts = joined_code(read_cells(text))
            return read_python(source.path, source.purpose, code, tuple(number for start in starts for number in start))
        others = {"typescript": read_typescript, "java": read_java, "kotlin": read_kotlin, "go": read_go, "csharp": read_csharp}
        read = others.get(source.kind, read_python)
        return read(source.path, source.purpose, "\n".join(split_lines(text)))
    except ValueError as problem:
        return ReadError(source.path, f"not read as {source.kind}: {problem}")
    except Exception as problem:  # around one file: a reader's bug must not end the scan
        return ReadError(source.path, f"{source.kind} reader failed: {type(problem).__name__}: {str(problem)[:200]}")


def transcribed(lines: Mapping[int | None, tuple[str, ...]], transcripts: Iterable[Transcript]) -> Mapping[int | None, tuple[str, ...]]:
    """The lines of a document, those that were read out of its pictures behind the others of their page."""
    joined = dict(lines)
    for one in transcripts:
        joined[one.page] = (*joined.get(one.page, ()), *one.lines)
    return joined


def lines_of(source: Source) -> Mapping[int | None, tuple[str, ...]]:
    """What places in a file count: page or cell (None where there are none) to its lines."""
    from ingest.text import read_text, split_lines

    if source.kind in FORMATS:
        from ingest.documents import DocumentLimits, quotable_text

        return quotable_text(source, DocumentLimits())
    if source.kind == "model_file":
        from ingest.model_files import listed_lines

        return {None: listed_lines(source)}
    text = read_text(source)
    if isinstance(text, ReadError):
        return {}
    if source.kind == "notebook":
        from ingest.code.notebook import read_cells

        try:
            return {cell.number: (*cell.lines, *cell.shown) for cell in read_cells(text)}
        except ValueError:
            return {}
    return {None: tuple(split_lines(text))}
