"""Files that were renamed or moved between two scans: as git says, or as what is quoted of them shows.

Takes two scans and the renames that are known; gives texts of the older one in the words of the newer one: paths, names of modules, and
what both are part of. A file counts as moved where it is read under one path in the older scan alone and under another in the newer one
alone, and what is quoted of the two is the same for the most part, more than of any other. Of files that nothing is quoted of nothing is
said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from pipeline.findings.model import Scan
from pipeline.findings.unique_best import unique_best
from pipeline.system.model import Evidence

_ALIKE, _ALIKE_OF_ONE_NAME = 0.5, 0.3  # of what is quoted of two files, what is the same; less where they have one name
_MARGIN = 0.05
DECISIVE = frozenset({"sink", "missing", "claim"})
"""Roles of the places that decide: where something ends, what is missing, what was promised."""
_WORD = re.compile(r"[^\s:,]+")
_MOST = 60  # files that one quote stands in, at most, for it to say anything of them


class Moves:
    """What is called what now."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self.paths = dict(paths)
        self._words = {**dict(_modules(self.paths)), **self.paths}

    def path(self, path: str) -> str:
        return self.paths.get(path, path)

    def text(self, text: str) -> str:
        """A name or id with the files and modules in it as they are called now."""
        return _WORD.sub(self._as_now, text) if self._words else text

    def _as_now(self, found: re.Match[str]) -> str:
        """One word of a name: a file, or a module and what is in it (`package.module.function`, `./src/module.function`)."""
        word, beginning = found.group(), ""
        if word.startswith("./"):
            beginning, word = "./", word[2:]
        rest = ""
        while word:
            if word in self._words:
                return f"{beginning}{self._words[word]}{rest}"
            word, dot, last = word.rpartition(".")
            rest = f"{dot}{last}{rest}"
        return found.group()


def moves_between(old: Scan, new: Scan, renames: Mapping[str, str]) -> Moves:
    """The files that are renamed, known ones and those that are told by what is quoted."""
    before, after = set(_read(old)), set(_read(new))
    known = {was: now for was, now in renames.items() if was not in after or now not in before}
    gone = before - after - known.keys()
    came = after - before - set(known.values())
    if not gone or not came:
        return Moves(known)
    said_before, said_after = _said(old, gone), _said(new, came)
    where: dict[str, list[str]] = defaultdict(list)
    for path, said in sorted(said_after.items()):
        for quote in said:
            where[quote].append(path)
    alike: dict[tuple[str, str], float] = {}
    for path, said in sorted(said_before.items()):
        for other in {other for quote in said if len(where[quote]) <= _MOST for other in where[quote]}:
            likeness = len(said & said_after[other]) / len(said | said_after[other])
            one_name = PurePosixPath(path).name == PurePosixPath(other).name
            if likeness >= (_ALIKE_OF_ONE_NAME if one_name else _ALIKE):
                alike[path, other] = likeness + 0.2 * one_name
    return Moves({**known, **unique_best(alike, _MARGIN)})


def squeezed(quote: str) -> str:
    """A quote without what a formatter changes: spaces, lines, the kind of quotation marks, trailing commas and semicolons."""
    bare = re.sub(r"\s+", "", quote).replace("'", '"').rstrip(";")
    return re.sub(r",(?=[)\]}])", "", bare)


def _read(scan: Scan) -> Iterable[str]:
    return scan.examined or {place.path for place in _places(scan)}


def _places(scan: Scan) -> Iterator[Evidence]:
    for element in scan.system.elements:
        yield from element.evidence
    for flow in scan.system.flows:
        yield from flow.steps
    for control in scan.system.controls:
        yield from control.evidence
    for finding in scan.findings:
        yield from finding.evidence


def _said(scan: Scan, paths: set[str]) -> dict[str, set[str]]:
    """What is quoted of each of some files."""
    said: dict[str, set[str]] = defaultdict(set)
    for place in _places(scan):
        if place.path in paths and (quote := squeezed(place.quote)):
            said[place.path].add(quote)
    return said


def _modules(paths: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Names of modules as elements have them: with slashes or dots, by the whole path and without the folders above that both have."""
    for was, now in sorted(paths.items()):
        yield str(PurePosixPath(was).with_suffix("")), str(PurePosixPath(now).with_suffix(""))
        one, other = _dotted(was), _dotted(now)
        while len(one) > 1 and len(other) > 1:
            yield ".".join(one), ".".join(other)
            if one[0] != other[0]:
                break
            one, other = one[1:], other[1:]
        if len(_dotted(was)) == 1:
            yield _dotted(was)[0], ".".join(_dotted(now))


def _dotted(path: str) -> tuple[str, ...]:
    parts = PurePosixPath(path).with_suffix("").parts
    return parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts
