"""What a scan finds, apart from places: threats, what they are about, how bad they are, and their identity.

Where a change gives functions or files other names, names lose what the change put into them (`MARK`, `BESIDE`), and identities, which
are made of names, are left out. Changes that leave names alone are made together, which is one scan for several; where the findings are
others then, each is made by itself, so that a failure names the change it comes from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import pytest

from pipeline.findings.model import Finding
from pipeline.scan import ScanSettings, scan

MARK = "_x"  # ends the name of a renamed function
BESIDE = "moved_"  # begins the name of a file that took something over
Files = Mapping[str, str]
Change = Callable[[Files], Files]
_ADDED = re.compile(rf"{MARK}\b|{BESIDE}")


def differences(before: Files, after: Files, folder: Path, *, names_stay: bool) -> tuple[list[str], list[str]]:
    """What only the system before has, and what only the one after."""
    first, second = _known(tuple(before.items()), folder / "before"), _findings(after, folder / "after")
    if names_stay:
        old, new = Counter(map(_said, first)), Counter(map(_said, second))
        return sorted((old - new).elements()), sorted((new - old).elements())
    # One finding may become two where what it is about now stands in two files.
    left, right = ({_ADDED.sub("", _said(finding, identity=False)) for finding in found} for found in (first, second))
    return sorted(left - right), sorted(right - left)


# In this order: what works on the text comes after what works on the tree.
TOGETHER = (
    ("other variables", "other order", "short lines", "remarks"),
    ("variables extracted", "calls wrapped", "long lines"),
    ("other functions", "other files"),
)
NAMES_CHANGE = frozenset({"other functions", "other files"})


def parameters(name: str, files: Files, known: Mapping[tuple[str, str], str]) -> list[object]:
    """The changes of one system, those together that are made together; a known failure by itself, with its reason."""
    expected = [change for group in TOGETHER for change in group if (name, change) in known]
    groups = [tuple(change for change in group if change not in expected) for group in TOGETHER]
    return [
        *(pytest.param(files, group, id=f"{name}, {' + '.join(group)}".replace(" ", "_")) for group in groups if group),
        *(
            pytest.param(files, (one,), id=f"{name}, {one}".replace(" ", "_"), marks=pytest.mark.xfail(reason=known[name, one]))
            for one in expected
        ),
    ]


def culprits(files: Files, changes: Mapping[str, Change], names: Sequence[str], folder: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Which of these changes change the findings, and what only the system before and only the one after has."""
    changed = files
    for name in names:
        changed = changes[name](changed)
    names_stay = NAMES_CHANGE.isdisjoint(names)
    if changed == files or (len(names) > 1 and _same(files, changed, folder / "together", names_stay=names_stay)):
        return {}
    alone = {name: changes[name](files) for name in names}
    found = {
        name: differences(files, one, folder / name, names_stay=name not in NAMES_CHANGE) for name, one in alone.items() if one != files
    }
    return {name: difference for name, difference in found.items() if difference != ([], [])}


def _same(files: Files, changed: Files, folder: Path, *, names_stay: bool) -> bool:
    """Code that several changes make unreadable is not the same either."""
    try:
        return differences(files, changed, folder, names_stay=names_stay) == ([], [])
    except AssertionError:
        return False


@lru_cache(maxsize=4)  # the changes of a case follow one another, and what was before is the same for all of them
def _kept(files: tuple[tuple[str, str], ...]) -> list[tuple[Finding, ...]]:
    return []


def _known(files: tuple[tuple[str, str], ...], folder: Path) -> tuple[Finding, ...]:
    kept = _kept(files)
    if not kept:
        kept.append(_findings(dict(files), folder))
    return kept[0]


def _findings(files: Files, folder: Path) -> tuple[Finding, ...]:
    for path, text in files.items():
        target = folder / "system" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    result = scan(folder / "system", ScanSettings(jobs=1))
    assert result.errors == ()
    assert not [skip for skip in result.skipped if "in part" in skip.reason], "the change made code that cannot be read"
    return result.findings


def _said(finding: Finding, *, identity: bool = True) -> str:
    return f"{finding.severity} {finding.threat} at {finding.element}{f' ({finding.id})' if identity else ''}"
