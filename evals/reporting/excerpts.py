"""The lines a label or a finding names, and the line of labels.yaml that names it, for reports that show them.

Only plain text is shown, a few lines of it, secrets masked; what is not text, or no longer there, has no excerpt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evals.labels import FILE
from ingest.told_secrets import without_secrets
from pipeline.reports.escape import shorten, visible

MOST_LINES, MOST_BYTES, WIDEST = 6, 1 << 20, 200


@dataclass(frozen=True, slots=True)
class Excerpt:
    where: str
    lines: tuple[tuple[int, str], ...]
    more: int


class Excerpts:
    """Of the systems of one folder; None: there is nothing to read them from."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._read = cache(self._lines)

    def of(self, system: str, place: str) -> Excerpt | None:
        """`path:10-12`, `path:10` or `path`, of which the first lines are shown."""
        path, _, numbers = place.rpartition(":") if place.rpartition(":")[2].replace("-", "").isdigit() else (place, "", "")
        lines = self._read(system, path)
        first, _, last = numbers.partition("-")
        start, end = (int(first), int(last or first)) if numbers else (1, MOST_LINES)
        if not lines or start > len(lines):
            return None
        shown = tuple(
            (number, shorten(visible(lines[number - 1]), WIDEST))
            for number in range(start, min(end, start + MOST_LINES - 1, len(lines)) + 1)
        )
        return Excerpt(place, shown, max(end - start + 1 - MOST_LINES, 0))

    def line_of_label(self, system: str, label: str) -> str:
        """`labels.yaml:12`, where the label stands."""
        return self._line_of(system, rf"[-\s]*id:\s*[\"']?{re.escape(label)}[\"']?\s*(#.*)?")

    def line_of_trap(self, system: str, claim: str) -> str:
        """The same of a trap."""
        return self._line_of(system, rf".*claim:.*{re.escape(claim)}.*")

    def _line_of(self, system: str, pattern: str) -> str:
        lines = enumerate(self._read(system, FILE), 1)
        number = next((number for number, line in lines if re.fullmatch(pattern, line)), None)
        return f"{system}/{FILE}:{number}" if number else f"{system}/{FILE}"

    def _lines(self, system: str, path: str) -> Sequence[str]:
        if self._folder is None:
            return ()
        root = (self._folder / system).resolve()
        file = (root / path).resolve()
        try:
            if root not in file.parents or file.stat().st_size > MOST_BYTES:
                return ()
            text = file.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return ()
        masked = without_secrets(text).splitlines()
        # Were the masker to change the number of lines, each line by itself is still masked.
        return masked if len(masked) == len(text.splitlines()) else [without_secrets(line) for line in text.splitlines()]
