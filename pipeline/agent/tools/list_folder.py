"""The tool `list_folder`: what lies in a folder, as the scan saw it."""

from __future__ import annotations

from collections import Counter

from pydantic import Field

from pipeline.agent.tools.answer import Answer, listed
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.characters import plain
from pipeline.agent.tools.tool import Arguments, Tool


class ListFolder(Arguments):
    path: str | None = Field(default=None, description="Folder as listed; null: the root.")
    start: int | None = Field(default=None, description="First row; null: 1.")


def answer(bench: Bench, asked: ListFolder) -> Answer:
    inside = "" if asked.path in (None, "", ".", "./") else f"{plain((asked.path or '').removeprefix('./').removesuffix('/'))}/"
    files: list[str] = []
    folders: Counter[str] = Counter()
    for path in bench.pages.paths:
        seen = plain(path)
        if not seen.startswith(inside):
            continue
        first, deeper, _rest = seen[len(inside) :].partition("/")
        if deeper:
            folders[f"{first}/"] += 1
        else:
            files.append(first)
    if not files and not folders:
        return Answer("No such folder in this scan; path null shows the root.")
    return listed([*(f"{name} {count}" for name, count in sorted(folders.items())), *sorted(files)], asked.start)


TOOL = Tool(
    "list_folder",
    "Folders, with the number of files in them, and files of the scan; there are no others.",
    ListFolder,
    answer,
)
