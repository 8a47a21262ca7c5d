"""Components and pages (`.vue`, `.svelte`, `.html`) into the code they are.

Takes the text of a file, gives TypeScript that is woven out of it: scripts, and what the markup draws. The reader of TypeScript reads that,
and its facts get the places of the file.
"""

from __future__ import annotations

from ingest.code.typescript.pages import plain, svelte, vue
from ingest.code.typescript.pages.writing import Writer
from ingest.code.woven import Woven, weave
from ingest.page_scripts import is_page

__all__ = ["woven"]


def woven(path: str, text: str) -> tuple[Woven, tuple[str, ...]]:
    """The code of a component or a page, and what could not be read."""
    writer = Writer(text)
    if is_page(path):
        plain.write_page(writer)
    else:
        (vue if path.lower().endswith(".vue") else svelte).write_component(writer, path)
    errors = tuple(f"line {text.count(chr(10), 0, at) + 1}: {what}" for at, what in writer.errors[:50])
    return weave(text, writer.pieces), errors
