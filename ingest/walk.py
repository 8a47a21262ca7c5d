"""The files below a folder that is no git work tree, by a walk that honours nested .gitignore files.

Takes a root and limits, gives file paths, skipped folders and errors. Symbolic links are listed and
never entered. The ignore rules of a scanned tree are hostile too: their number, length and wildcards
are bounded, and a rule that is not applied is reported.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from ingest.exclusion import ENVIRONMENT_FILE, IGNORE_FILE, Exclusion, is_cheap, left_out_by_tree
from ingest.purpose import vendored_folder
from ingest.source import ReadError, Skip
from ingest.text import decode, open_regular, reason_of, split_lines

_DEPTH = 100
_RULES = 1000
_RULES_BYTES = 200_000
_COUNTED = 100_000
_HIDDEN = frozenset({".git", ".hg", ".svn"})


@dataclass(slots=True)
class Walked:
    """What one walk saw; filled by `walk` and read once it is done."""

    paths: list[str] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    errors: list[ReadError] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)  # .gitignore -> files its rules leave out
    excluded: Counter[str] = field(default_factory=Counter)  # pattern -> files in the folders it leaves out
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Rules:
    folder: str  # relative, "" for the root, else ends in "/"
    spec: GitIgnoreSpec


def walk(root: Path, max_files: int, excluded: Exclusion) -> Walked:
    """Every file below the root that no rule leaves out, as relative paths, sorted."""
    result = Walked()
    pending: list[tuple[str, int, tuple[_Rules, ...]]] = [("", 0, ())]
    while pending:
        folder, depth, rules = pending.pop()
        entries = _entries(root, folder, result)
        rules = (*_rules(root, folder, entries, result), *rules)
        for name, is_folder in entries:
            path = folder + name
            if is_folder:
                if name in _HIDDEN:
                    continue
                ignorer, pattern = _ignorer(path + "/", rules), excluded.pattern_for(path + "/")
                if ignorer is not None:
                    result.ignored[ignorer] += _counted(root / path)
                elif vendored_folder(path + "/x") is not None:
                    result.skipped.append(Skip(path + "/", "vendored or built", _counted(root / path)))
                elif os.access(root / path / ENVIRONMENT_FILE, os.F_OK):  # an empty one hides a folder as well as a true one
                    result.skipped.append(Skip(path + "/", left_out_by_tree(ENVIRONMENT_FILE), _counted(root / path)))
                elif depth >= _DEPTH:
                    result.errors.append(ReadError(path, f"folders nested deeper than {_DEPTH} are not looked at"))
                elif pattern is not None:
                    result.excluded[pattern] += _counted(root / path)
                else:
                    pending.append((path + "/", depth + 1, rules))
            elif (ignorer := _ignorer(path, rules)) is not None:
                result.ignored[ignorer] += 1
            elif len(result.paths) >= max_files:
                result.complete = False
            else:
                result.paths.append(path)
        if not result.complete:
            break
    result.paths.sort()
    return result


def _entries(root: Path, folder: str, result: Walked) -> list[tuple[str, bool]]:
    try:
        with os.scandir(root / folder) as found:
            return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)
    except OSError as error:
        result.errors.append(ReadError(folder.rstrip("/") or ".", f"folder cannot be read: {reason_of(error)}"))
        return []


def _rules(root: Path, folder: str, entries: list[tuple[str, bool]], result: Walked) -> Iterator[_Rules]:
    if (IGNORE_FILE, False) not in entries:
        return
    path = folder + IGNORE_FILE
    try:
        with open_regular(root / path) as handle:
            lines = split_lines(decode(handle.read(_RULES_BYTES)))
    except OSError as error:
        result.errors.append(ReadError(path, f"cannot be read: {reason_of(error)}"))
        return
    kept: list[str] = []
    for number, line in enumerate(lines, 1):
        if len(kept) >= _RULES or not is_cheap(line):
            result.skipped.append(Skip(path, f"line {number}: this ignore rule is too long or too complex and was not applied"))
            if len(kept) >= _RULES:
                break
            continue
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue  # git passes over malformed rules too
        kept.append(line)
    yield _Rules(folder, GitIgnoreSpec.from_lines(kept))


def _ignorer(path: str, rules: tuple[_Rules, ...]) -> str | None:
    """The .gitignore that leaves a path out, if one does."""
    # Innermost first: the rules of a deeper folder have the last word.
    for rule in rules:
        verdict = rule.spec.check_file(path[len(rule.folder) :]).include
        if verdict is not None:
            return rule.folder + IGNORE_FILE if verdict else None
    return None


def _counted(folder: Path) -> int:
    """Files below a folder; counting ends at a bound, so that a huge folder costs little."""
    count = 0
    for _, _, names in os.walk(folder):
        count += len(names)
        if count > _COUNTED:
            break
    return count
