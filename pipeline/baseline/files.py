"""The files of a scan as they are at hand: whether one is there, and whether it still says what an earlier finding cites.

Takes a folder, or a revision of it; nothing is read but files that are asked for, each once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

from ingest import Listing, SourceSettings, lines_of
from ingest.examination import examined, is_plain
from ingest.revision import RevisionTree
from ingest.source import Source
from ingest.sources import safe_path
from ingest.told_secrets import without_secrets
from pipeline.system.model import Evidence

_MASKED = re.compile(r"\*{4,}")


class FilesAtHand:
    """Files below a folder. `found` gives the listing of them once it is needed."""

    def __init__(self, found: Callable[[], Listing], settings: SourceSettings, there: Callable[[str], bool] | None = None) -> None:
        self._found, self._settings, self._there = found, settings, there
        self._pages: dict[str, tuple[tuple[str, ...], ...]] = {}

    @classmethod
    def of(cls, tree: Listing | RevisionTree, settings: SourceSettings) -> FilesAtHand:
        """Of the files as they lie there, or of a revision."""
        if isinstance(tree, Listing):
            return cls(lambda: tree, settings)
        return cls(tree.brought, settings, tree.has)

    def exists(self, path: str) -> bool:
        """Whether there is such a file, read or not."""
        if self._there is not None:
            return self._there(path)
        place = self._paths.get(path, path)
        return self._is_inside(place) and os.path.lexists(self._listing.base / place)

    def still_says(self, evidence: Evidence) -> bool:
        """Whether the quoted text stands somewhere in that file; what a reader of pictures said is taken to stand there."""
        if evidence.unit == "transcript":
            return self.exists(evidence.path)
        wanted = [_pattern(line) for line in evidence.quote.split("\n")]
        return any(_stands_in(wanted, page) for page in self._pages_of(evidence.path))

    @cached_property
    def _listing(self) -> Listing:
        return self._found()

    @cached_property
    def _paths(self) -> dict[str, str]:
        return {safe_path(path): path for path in self._listing.paths}

    def _is_inside(self, place: str) -> bool:
        return not Path(place).is_absolute() and ".." not in Path(place).parts and is_plain(self._listing.base, str(Path(place).parent))

    def _pages_of(self, path: str) -> tuple[tuple[str, ...], ...]:
        if path not in self._pages:
            self._pages[path] = tuple(self._read(path))
        return self._pages[path]

    def _read(self, path: str) -> Iterator[tuple[str, ...]]:
        place = self._paths.get(path, path)
        if not self._is_inside(place):
            return
        source = examined(self._listing.base, place, path, self._settings)
        if isinstance(source, Source):
            for lines in lines_of(source).values():
                yield tuple(_squeezed(line) for line in without_secrets("\n".join(lines)).split("\n"))


def _squeezed(line: str) -> str:
    return " ".join(line.split())


def _pattern(line: str) -> re.Pattern[str] | str:
    """A quoted line: what is masked in it may be anything."""
    line = _squeezed(line)
    return re.compile(".*".join(map(re.escape, _MASKED.split(line)))) if _MASKED.search(line) else line


def _stands_in(wanted: list[re.Pattern[str] | str], page: tuple[str, ...]) -> bool:
    def says(line: str, asked: re.Pattern[str] | str) -> bool:
        return line == asked if isinstance(asked, str) else asked.fullmatch(line) is not None

    return any(
        all(says(page[start + offset], asked) for offset, asked in enumerate(wanted)) for start in range(len(page) - len(wanted) + 1)
    )
