"""A TypeScript or JavaScript system that is written differently and does the same is found to be the same system."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.languages.features import GROUPS, features
from tests.scan.metamorphic import typescript
from tests.scan.metamorphic.scanning import Change, Files, differences
from tests.scan.metamorphic.typescript import each
from tests.threats.test_pages import CASES

CHANGES: dict[str, Change] = {
    "long lines": each(typescript.in_long_lines),
    "short lines": each(typescript.in_short_lines),
    "remarks": each(typescript.with_remarks),
    "other variables": each(typescript.with_other_variables),
    "other functions": each(typescript.with_other_functions),
    "other order": each(typescript.in_other_order),
    "other files": typescript.in_other_files,
    "calls wrapped": each(typescript.with_calls_wrapped),
    "variables extracted": each(typescript.with_variables_extracted),
}
NAMES_CHANGE = {"other functions", "other files"}
_TABLE = "what one file writes into an object of another is not seen where that one uses it"
_STREAMED = "a reader of an answer that is made by a function of its own is not followed to its chunks"
_LOOPED = "a counter bounds a loop by its name"
KNOWN = {
    ("Dictionaries of tools in TypeScript", "other files"): _TABLE,
    ("record-of-another: A booking that a loop of one's own drops, with Prisma", "other variables"): _LOOPED,
    ("tool-without-approval: Cases of a function that dispatches, in TypeScript", "other variables"): _LOOPED,
    ("tool-without-approval: A dispatcher is told whether somebody agreed, in TypeScript", "other variables"): _LOOPED,
    (
        "signed-in-browser-agent: The browser that runs already, in TypeScript",
        "calls wrapped",
    ): "a browser that a function of its own connects to is not followed to its pages",
    (
        "unauthenticated-inference-endpoint: Handlers behind one adapter, each with its own check, in TypeScript",
        "long lines",
    ): "what a handler refuses is told apart by lines",
    ("model-output-rendered: A script of the page streams the answer into markup", "calls wrapped"): _STREAMED,
}


def systems() -> dict[str, Files]:
    """The cases of the threats' pages, reported and silent ones, and the pages of language features."""
    found = {f"{case.slug}: {case.title}": dict(case.files) for case in CASES if case.section in ("Reported", "Silent")}
    for group in GROUPS:
        for feature in features(group):
            for part in feature.parts:
                if part.case is not None and part.language in ("TypeScript", "JavaScript"):
                    found[f"{feature.title} in {part.language}"] = dict(part.case.files)
    return {name: files for name, files in found.items() if any(path.endswith((".ts", ".js", ".mjs")) for path in files)}


SYSTEMS = systems()


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_changes_most_systems_or_many(change: str) -> None:
    assert sum(CHANGES[change](files) != files for files in SYSTEMS.values()) >= 8


def cases() -> list[object]:
    return [
        pytest.param(files, change, id=f"{name}, {change}".replace(" ", "_"), marks=[pytest.mark.xfail(reason=known)] if known else [])
        for name, files in SYSTEMS.items()
        for change in CHANGES
        for known in [KNOWN.get((name, change))]
    ]


@pytest.mark.parametrize(("files", "change"), cases())
def test_a_system_written_differently_has_the_same_findings(files: Files, change: str, tmp_path: Path) -> None:
    changed = CHANGES[change](files)
    if changed != files:
        assert differences(files, changed, tmp_path, names_stay=change not in NAMES_CHANGE) == ([], [])
