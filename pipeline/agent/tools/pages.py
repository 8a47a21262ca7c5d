"""The lines of files that may leave, without their secrets.

Takes the paths that may be read and who reads them, gives lines by page. A path that is not among these does not exist here, however
it is written; nothing is looked up in a file system. Secrets are hidden in the whole of a page, because they may be written in pieces
over several lines, and before anything is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

from pipeline.agent.tools.characters import plain
from pipeline.system.evidence import Lines
from pipeline.system.model import Evidence

_FILES, _PAGES = 8, 64  # kept at once


class Pages:
    """Answers for one scan; files that were read lately are kept."""

    def __init__(self, paths: Collection[str], read_lines: Callable[[str], Lines], hide: Callable[[str], str]) -> None:
        self.paths = tuple(sorted(paths))
        self._by_name = by_shown_name(self.paths, hide)
        self._read = lru_cache(maxsize=_FILES)(read_lines)
        self._hide = hide
        self._hidden = lru_cache(maxsize=_PAGES)(self._without_secrets)

    def path_named(self, name: str) -> str | None:
        """The path that is called so, as it is or as it is shown; None where no file of the scan is."""
        return self._by_name.get(name) or self._by_name.get(name.removeprefix("./"))

    def has(self, path: str) -> bool:
        return self._by_name.get(path) == path

    def numbers(self, path: str) -> tuple[int | None, ...]:
        """The pages of a file in their order; one that is None where it has none."""
        return tuple(sorted(self._read(path), key=lambda page: page or 0)) if self.has(path) else ()

    def lines(self, path: str, page: int | None) -> tuple[str, ...]:
        """The lines of a page; none where there is no such page."""
        return self._hidden(path, page) if self.has(path) else ()

    def cited(self, evidence: Evidence) -> str | None:
        """What evidence quotes, from the file as it is shown to a model; None where that may not be shown."""
        if not self.has(evidence.path):
            return None
        lines = self.lines(evidence.path, evidence.page)[evidence.start_line - 1 : evidence.end_line]
        return "\n".join(lines) or self._hide(evidence.quote)

    def _without_secrets(self, path: str, page: int | None) -> tuple[str, ...]:
        lines = self._read(path).get(page, ())
        hidden = tuple(self._hide("\n".join(lines)).split("\n"))
        return hidden if len(hidden) == len(lines) else tuple(self._hide(line) for line in lines)


def by_shown_name(names: Collection[str], hide: Callable[[str], str]) -> Mapping[str, str]:
    """Each name by itself and by what a model sees of it; what two names are shown as, means neither."""
    as_shown = hide("\n".join(plain(name) for name in names)).split("\n")
    if len(as_shown) != len(names):
        as_shown = [hide(plain(name)) for name in names]
    found: dict[str, str] = {}
    twice: set[str] = set()
    for name, seen in zip(names, as_shown, strict=True):
        twice.update({seen} & found.keys())
        found[seen] = name
    return {**{seen: name for seen, name in found.items() if seen not in twice}, **{name: name for name in names}}
