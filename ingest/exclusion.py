"""Patterns that leave files out of a scan, and who asked for it: the one who scans, or the scanned tree itself.

Takes patterns as in .gitignore, gives an `Exclusion` that names the pattern a path falls under, and the words
for skips. A tree may have been written to hide something, so what it leaves out is never said in the same
words as what its reader left out. Patterns are hostile too: their number, length and wildcards are bounded.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Self

from pathspec import GitIgnoreSpec

from ingest.errors import UnusableInput
from ingest.source import Skip

IGNORE_FILE = ".gitignore"
ENVIRONMENT_FILE = "pyvenv.cfg"
GENERATED_MARK = "@generated mark"
_BY_THE_TREE = "left out because the scanned tree's own "
_PATTERNS = 1000
_PATTERN_LENGTH = 400
_WILDCARDS = 3  # a pattern is matched by a backtracking engine: cost grows with this power of a name's length


class TreePattern(str):
    """A pattern that a settings file of the scanned tree names; it says which one."""

    __slots__ = ("file",)
    file: str

    def __new__(cls, pattern: str, file: str) -> Self:
        made = super().__new__(cls, pattern)
        made.file = file
        return made


def left_out_by_tree(who: str) -> str:
    """The reason of a skip that something in the scanned tree asked for."""
    return f"{_BY_THE_TREE}{who} says so"


def is_by_tree(reason: str) -> bool:
    """Whether a skip has such a reason."""
    return reason.startswith(_BY_THE_TREE)


def is_cheap(pattern: str) -> bool:
    """Whether a pattern is matched in bounded time, whatever the name."""
    return len(pattern) <= _PATTERN_LENGTH and pattern.replace("**", "").count("*") <= _WILDCARDS and pattern.count("**") <= 2


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Patterns in force; the last one that a path falls under decides, as in .gitignore."""

    patterns: tuple[str, ...]
    spec: GitIgnoreSpec

    def pattern_for(self, path: str) -> str | None:
        """The pattern that leaves this path out, if one does. Folders end in a slash."""
        found = self.spec.check_file(path)
        return self.patterns[found.index] if found.include and found.index is not None else None


def exclusion_of(patterns: tuple[str, ...]) -> Exclusion:
    """The patterns, compiled.

    Raises:
        UnusableInput: a pattern is none, or they would take too long.
    """
    patterns = tuple(pattern for pattern in patterns if pattern)
    costly = next((pattern for pattern in patterns if not is_cheap(pattern)), None)
    if costly is not None:
        what = f"pattern of {_asked_in(costly)} is too long or too complex"
        raise UnusableInput(what, ascii(costly[:100])[1:-1], "write several with at most 3 stars")
    if len(patterns) > _PATTERNS:
        raise UnusableInput(f"more than {_PATTERNS} patterns", _asked_in(patterns[0]), "name folders instead of files")
    try:
        return Exclusion(patterns, GitIgnoreSpec.from_lines(patterns))
    except ValueError:
        where = ascii(", ".join(patterns)[:200])[1:-1]
        raise UnusableInput(f"not a pattern in {_asked_in(patterns[0])}", where, "write it as in .gitignore: 'folder/'") from None


def skips_of(counts: Counter[str]) -> list[Skip]:
    """One skip for each pattern that left files out, with their number."""
    return [Skip(str(pattern), _reason(pattern), count) for pattern, count in counts.items()]


def _reason(pattern: str) -> str:
    return left_out_by_tree(pattern.file) if isinstance(pattern, TreePattern) else "left out because --exclude says so"


def _asked_in(pattern: str) -> str:
    return pattern.file if isinstance(pattern, TreePattern) else "--exclude"
