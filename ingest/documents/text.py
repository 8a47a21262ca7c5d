"""Plain text (and what is written like it: reStructuredText, AsciiDoc) as passages with the true lines of the file.

Blocks and their kinds come from `blocks.py`, which asks `unstructured` about possible titles. Left out: directives, roles and
other markup of these languages, which stays in the text as it stands.
"""

from __future__ import annotations

from ingest.documents.blocks import split_blocks
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading
from ingest.documents.lines import text_lines
from ingest.documents.outline import Outline
from ingest.facts import Passage
from ingest.source import Place


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of the file, which are what evidence quotes."""
    deadline.check()
    return {None: text_lines(data, limits)}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """Blocks in the order of the file."""
    lines = text_lines(data, limits)
    outline = Outline()
    passages: list[Passage] = []
    for block in split_blocks(lines, hard_wrapped=False):
        deadline.check()
        section = outline.enter(block.level, block.text) if block.kind == "title" else outline.section
        passages.append(Passage(block.text, block.kind, section, Place(path, block.first, block.last)))
        if len(passages) > limits.max_passages:
            raise LimitReached(f"has more than {limits.max_passages} passages")
    title = next((passage.text for passage in passages if passage.kind == "title"), "")
    return Reading(title, tuple(passages), (), len(lines))
