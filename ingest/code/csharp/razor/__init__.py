"""Razor files (`.razor` components, `.cshtml` views) into `CodeFacts`.

Takes the text of a file, gives its value graph with the places of the file: the markup is woven into C# (`component`), which the C# reader
reads. A component is one class with its `.razor.cs`.
"""

from __future__ import annotations

from ingest.code.csharp.razor.component import as_csharp
from ingest.code.csharp.razor.elements import page_of
from ingest.code.csharp.razor.markup import take_apart
from ingest.code.woven import Woven, in_place

__all__ = ["in_place", "woven"]


def woven(path: str, text: str) -> tuple[Woven, tuple[str, ...]]:
    """The C# of a file, and what could not be read."""
    page = page_of(path, text)
    taken = take_apart(text, page)
    errors = tuple(f"line {text.count(chr(10), 0, at) + 1}: {what}" for at, what in taken.errors)
    return as_csharp(path, text, taken, page), errors
