"""A TypeScript or JavaScript system that is written differently and does the same is found to be the same system."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.languages.features import GROUPS, features
from tests.scan.metamorphic import typescript
from tests.scan.metamorphic.scanning import Change, Files, culprits, parameters
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
_TABLE = "what one file writes into an object of another is not seen where that one uses it"
_LOOPED = "a counter bounds a loop by its name"
_ONE_LINE = "what one line says is told apart by lines: two statements on it are one"
_FACTORY = "a factory that is called from a function nobody calls, or told of in another file, is taken for one that is called"
_BY_LINE = "what a setting is called and what it is set to are looked for on one line"
_BY_LINES = "what is done about a verdict is told by the lines it stands on"
_OWN_SESSION = "a list of the operator's own accounts is known where it is looked through itself"
_BROUGHT = "whether a caller brings anything at all is asked where the check stands"
_OPTED, _CENTS = "Who opted out is left out, and nothing asks for it", "The same in cents, as the default of a schema"
_DECIDED = "Decisions that are taken by people, and a route that lets a model take them"
KNOWN = {
    (f"promised-control-missing: {_OPTED}", "short lines"): _BY_LINE,
    (f"promised-control-missing: {_DECIDED}", "long lines"): _BY_LINES,
    (f"promised-control-missing: {_DECIDED}", "short lines"): _BY_LINES,
    (f"promised-control-weaker: {_CENTS}", "long lines"): _BY_LINE,
    (f"promised-control-weaker: {_CENTS}", "short lines"): _BY_LINE,
    ("model-chosen-identity: Which of the configured mailboxes is used, in TypeScript", "calls wrapped"): _OWN_SESSION,
    (
        "unauthenticated-inference-endpoint: Whoever brings no cookie is a guest, and may ask as well, in TypeScript",
        "calls wrapped",
    ): _BROUGHT,
    (
        "unauthenticated-inference-endpoint: A guard of Nest that throws at a wrong token, and lets pass who brings none",
        "calls wrapped",
    ): _BROUGHT,
    ("Dictionaries of tools in TypeScript", "other files"): _TABLE,
    (
        "caller-chooses-path: A group that lists its letters, in Python, Go and TypeScript",
        "calls wrapped",
    ): "the pattern of a match is read where the match is made",
    (
        "client-controlled-conversation: The schema that the turns are read with has no system, in TypeScript",
        "calls wrapped",
    ): "who may speak by a schema is known where the body is read with it",
    (
        "unauthenticated-inference-endpoint: A wrapper hands the handler on with what runs before it",
        "calls wrapped",
    ): "whether a wrapper minds what a step answers is told where it calls the step",
    ("record-of-another: A booking that a loop of one's own drops, with Prisma", "other variables"): _LOOPED,
    ("tool-without-approval: Cases of a function that dispatches, in TypeScript", "other variables"): _LOOPED,
    ("tool-without-approval: A dispatcher is told whether somebody agreed, in TypeScript", "other variables"): _LOOPED,
    (
        "unauthenticated-inference-endpoint: Handlers behind one adapter, each with its own check, in TypeScript",
        "long lines",
    ): "what a handler refuses is told apart by lines",
    (
        "untrusted-text-in-system-prompt: Commands of a bot that lie in a folder, in JavaScript and TypeScript",
        "other files",
    ): "what a file of a folder of commands took over stands beside them, and belongs to no bot by its folder",
    ("memory-poisoning: A table of notes that stands in everybody's system prompt", "long lines"): _ONE_LINE,
    ("memory-poisoning: Notes that are asked for by their author", "long lines"): _ONE_LINE,
    ("open-records: A function that chooses among routes by itself asks first, in TypeScript", "long lines"): _ONE_LINE,
    ("model-output-in-query: No agent is given the tool that a factory would make", "other files"): _FACTORY,
    ("model-output-in-query: No agent is given the tool that a factory would make", "calls wrapped"): _FACTORY,
    ("record-of-another: The number of a record that the tool itself has just made", "other variables"): _LOOPED,
    ("record-of-another: A claim that a registry of one's own settles by a number, in TypeScript", "other variables"): _LOOPED,
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
    return [one for name, files in SYSTEMS.items() for one in parameters(name, files, KNOWN)]


@pytest.mark.parametrize(("files", "changes"), cases())
def test_a_system_written_differently_has_the_same_findings(files: Files, changes: tuple[str, ...], tmp_path: Path) -> None:
    assert culprits(files, CHANGES, changes, tmp_path) == {}
