"""The landscape as a page, as a message, as data: one function each, chosen by the name of the file. They compute nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.fleet.landscape.model import Landscape

__all__ = ["SUFFIXES", "renderer"]

SUFFIXES = (".html", ".md", ".json")


def renderer(file: Path | None) -> Callable[[Landscape], str] | None:
    """What writes a file of this name; None where nothing does. Without a file it is Markdown."""
    from pipeline.fleet.rendering import html, json, markdown

    known: Mapping[str, Callable[[Landscape], str]] = {
        ".html": html.render,
        ".htm": html.render,
        ".md": markdown.render, ".markdown": markdown.render, ".json": json.render,
    }  # fmt: skip
    return markdown.render if file is None else known.get(file.suffix.lower())
