"""Comments that speak to threatloom, such as `# threatloom: accept SLUG -- why`.

Takes a source and its bytes, gives `Comment`s: the words behind the mark, where they stand, and the lines they stand beside. What a
comment is, the syntax of the file says: a string, a block of text, a prompt and the prose of a document are data, and data says nothing
here. What the words mean is for a later room. Files whose bytes do not have the mark, nearly all, are not looked into.

Left out: formats without comments, and those whose comments no reader here tells from data (docx, PDF, rst, plain text and prompts).
"""

from __future__ import annotations

import logging

from ingest.comments.code import code_comments, notebook_comments, shell_comments
from ingest.comments.markup import html_comments, markdown_comments
from ingest.comments.settings import settings_comments
from ingest.comments.speaking import spoken
from ingest.facts import SPEAKS_TO_US, Comment
from ingest.page_scripts import is_page
from ingest.source import Source
from ingest.text import decode, split_lines

__all__ = ["comments_of"]

logger = logging.getLogger(__name__)
_CODE = frozenset({"python", "typescript", "java", "kotlin", "go", "csharp"})
_SHELL = frozenset({"shell_script", "entry_script"})


def comments_of(source: Source, data: bytes) -> tuple[Comment, ...]:
    """What comments of a file say to threatloom, in the order they stand."""
    if SPEAKS_TO_US not in data.lower() or source.kind == "model_file":
        return ()
    text = "\n".join(split_lines(decode(data, source.kind == "python")))
    try:
        if is_page(source.path):
            pieces = html_comments(text)
        elif source.kind in _CODE:
            pieces = code_comments(source.path, source.kind, text)
        elif source.kind == "notebook":
            pieces = notebook_comments(text)
        elif source.kind in _SHELL:
            pieces = shell_comments(text)
        elif source.kind == "markdown":
            pieces = markdown_comments(text)
        else:
            pieces = settings_comments(source.path, source.kind, text)
        return tuple(spoken(source.path, pieces))
    except Exception as problem:  # around one file: what is no such file, or a bug it meets, has no comments, and closes nothing
        logger.info("comments of %s are not read: %s", source.path, type(problem).__name__)
        return ()
