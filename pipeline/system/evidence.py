"""Evidence is cut from the files themselves: a place goes in, the exact lines come out.

`EvidenceBook` is the only maker of `Evidence`. A place whose lines do not exist is refused, so that a
finding which cannot show its lines cannot be built. Secrets in the lines are masked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from ingest.assigned_words import without_values
from ingest.source import Place
from pipeline.system.model import Evidence, Role, Unit

MAX_QUOTED_LINES = 6
Lines = Mapping[int | None, tuple[str, ...]]
"""Lines (or paragraphs) of a file, by page; page None where a file has none."""


class UnknownPlace(Exception):
    """A place that does not exist in the file it names."""


class EvidenceBook:
    """Quotes places. `read_lines` gives a file's lines, `built` are the paths of code and configuration."""

    def __init__(
        self,
        read_lines: Callable[[str], Lines],
        mask: Callable[[str], str] = lambda text: text,
        paragraphs: frozenset[str] = frozenset(),
        entries: frozenset[str] = frozenset(),
        built: Iterable[str] = (),
        transcribed: Mapping[str, Mapping[int | None, int]] = MappingProxyType({}),
        sealed: Mapping[str, Mapping[int, str]] = MappingProxyType({}),
    ) -> None:
        self._read_lines, self._mask, self._paragraphs, self._entries = read_lines, mask, paragraphs, entries
        self._built = tuple(built)
        self._standing: dict[re.Pattern[str], bool] = {}
        self._transcribed = transcribed  # path and page to how many of the page's last lines were read out of pictures
        self._sealed = sealed  # path and line to the name that a secret is given there
        self._lines: dict[str, Lines] = {}
        self._masked: dict[tuple[str, int | None], tuple[str, ...]] = {}
        self._kept: dict[tuple[Place, Role, str, str], Evidence] = {}
        self._hidden: tuple[str, ...] = ()

    def quote(self, place: Place, role: Role, note: str = "") -> Evidence:
        """The evidence at a place; long ranges keep their first lines.

        Raises:
            UnknownPlace: the file has no such lines.
        """
        key = (place, role, note, place.where)
        if key in self._kept:
            return self._kept[key]
        page = self.lines_of(place.path).get(place.page)
        if page is None or not 1 <= place.start_line <= place.end_line <= len(page):
            raise UnknownPlace(f"{place.path}: no lines {place.start_line}-{place.end_line}")
        end = min(place.end_line, place.start_line + MAX_QUOTED_LINES - 1)
        text = "\n".join(self.masked_lines(place.path, place.page)[place.start_line - 1 : end])
        made = Evidence(
            path=place.path, start_line=place.start_line, end_line=end, quote=text, role=role, page=place.page,
            unit=self._unit(place, page), note=note,
            where=self.masked(place.where),
        )  # fmt: skip
        self._kept[key] = made
        return made

    def lines_of(self, path: str) -> Lines:
        """The lines that places of a file are quoted from: read once, so that all of a scan is quoted from the same text."""
        lines = self._lines.get(path)
        if lines is None:
            lines = self._lines[path] = self._read_lines(path)
        return lines

    def texts(self, paths: Iterable[str]) -> Iterator[str]:
        """The text of each page of these files; what nothing is quoted from is not kept."""
        for path in paths:
            for page in (self._lines.get(path) or self._read_lines(path)).values():
                yield "\n".join(page)

    def masked_lines(self, path: str, page: int | None) -> tuple[str, ...]:
        """The lines of a page without its secrets. Masked whole: a secret may be written in pieces over several lines."""
        known = self._masked.get((path, page))
        if known is None:
            lines = self.lines_of(path)[page]
            masked = tuple(self.masked("\n".join(lines)).split("\n"))
            # Were a masker to change the number of lines, each line by itself is still masked.
            masked = masked if len(masked) == len(lines) else tuple(self.masked(line) for line in lines)
            sealed = self._sealed.get(path, {})
            known = self._masked[path, page] = without_values(masked, sealed, frozenset(sealed.values()))
        return known

    @property
    def asked_of_all(self) -> bool:
        """Whether something was looked for in all code and configuration, also in files of which nothing else was read."""
        return bool(self._standing)

    def stands_anywhere(self, pattern: re.Pattern[str]) -> bool:
        """Whether code or configuration has a text, also where nothing else was read of it. For what is said not to be there."""
        if pattern not in self._standing:
            # Lines of files that nothing is quoted from are not kept: memory stays what it is, however large the tree.
            pages = (page for path in self._built for page in (self._lines.get(path) or self._read_lines(path)).values())
            self._standing[pattern] = any(pattern.search(line) for page in pages for line in page)
        return self._standing[pattern]

    def lines_that(self, pattern: re.Pattern[str]) -> Iterator[tuple[str, int, re.Match[str]]]:
        """Path, number and match of each line of code or configuration with a text, also where nothing else was read of it."""
        for path in self._built:
            for page, lines in (self._lines.get(path) or self._read_lines(path)).items():
                for number, line in enumerate(lines, 1) if page is None else ():
                    if (found := pattern.search(line)) is not None:
                        yield path, number, found

    def _unit(self, place: Place, page: tuple[str, ...]) -> Unit:
        if place.start_line > len(page) - self._transcribed.get(place.path, {}).get(place.page, 0):
            return "transcript"
        return "paragraph" if place.path in self._paragraphs else "entry" if place.path in self._entries else "line"

    def masked(self, text: str) -> str:
        """A text that is told rather than quoted, without its secrets."""
        for value in self._hidden:
            text = text.replace(value, f"{value[: min(4, len(value) // 4)]}****")
        return self._mask(text)

    @property
    def hidden(self) -> tuple[str, ...]:
        """Values that are masked because of where they stand."""
        return self._hidden

    def hide(self, values: Iterable[str]) -> None:
        """Masks values from here on that are known to be secrets by where they stand; what was quoted before is quoted anew."""
        self._hidden = tuple(sorted({*self._hidden, *filter(None, values)}, key=lambda value: (-len(value), value)))
        self._masked.clear()
        self._kept.clear()
