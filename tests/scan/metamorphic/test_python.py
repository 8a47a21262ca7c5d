"""A Python system that is written differently and does the same is found to be the same system."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.labels import SYSTEMS
from tests.scan.metamorphic import python
from tests.scan.metamorphic.python import each
from tests.scan.metamorphic.scanning import NAMES_CHANGE, Change, Files, culprits, differences, parameters
from tests.threats.test_pages import CASES

SAMPLE = SYSTEMS / "support-assistant"
CHANGES: dict[str, Change] = {
    "long lines": each(python.in_long_lines),
    "short lines": python.in_short_lines,
    "remarks": python.with_remarks,
    "other variables": each(python.with_other_variables),
    "other functions": python.with_other_functions,
    "other order": each(python.in_other_order),
    "other files": python.in_other_files,
    "calls wrapped": each(python.with_calls_wrapped),
    "variables extracted": each(python.with_variables_extracted),
}
_QUEUED = "a queue that is put into by a function of its own: that what waits in it is a ticket is not known any more"
KNOWN = {
    (
        "unauthenticated-inference-endpoint: A middleware that asks only where a variable says so",
        "calls wrapped",
    ): "a variable that switches a login on is known through one function",
    (
        "default-password-on-open-port: A Redis with a word of a manual that nothing asks, beside sessions of a database",
        "other files",
    ): "that a module called `session` is the program's own is not known of one that takes its functions from another module",
    ("no-model-lineage: A model beside ratings", "calls wrapped"): "whether an estimator is only read off is judged inside of one function",
    ("cross-tenant-retrieval: A filter by source and page, in Weaviate", "calls wrapped"): "a filter that a function makes is believed",
    (
        "cross-tenant-retrieval: The collection of a record that is its owner's",
        "calls wrapped",
    ): "whose record names a collection is looked for where it is asked for",
    (
        "tool-without-approval: Functions of a module, by the name in the reply",
        "other files",
    ): "functions found by `getattr` on a module are looked for in that module, not in one it takes them from",
    (
        "unauthenticated-inference-endpoint: A key without which the program does not start",
        "other files",
    ): "that a program ends where its key is missing is looked for in the file that compares it",
    (
        "model-chosen-identity: A connector that acts as who is asking",
        "calls wrapped",
    ): "whose token a client holds is looked for one call deep",
    (
        "model-chosen-identity: Which of the operator's own sessions is used",
        "calls wrapped",
    ): "a table of the operator's own sessions is known where it is asked itself",
    (
        "identity-check-without-liveness: A login by picture",
        "calls wrapped",
    ): "the size of a picture that a function of its own reads is not followed to the library of faces",
    (
        "default-signing-key: A script makes the administrator with a password from the source",
        "other variables",
    ): "a password that makes an account is known by the names it is handed over under",
    (
        "failed-check-releases-model: The run warns itself and releases",
        "other variables",
    ): "a measure that is held against its bar is known by its name",
    (
        "failed-check-releases-model: The file that the service loads is written in any case",
        "other variables",
    ): "a measure that is held against its bar is known by its name",
    (
        "caller-chooses-path: A function raises for what leads out of the folder, in Python",
        "remarks",
    ): "a refusal that stands further below its test is not believed: something else may lie between",
    (
        "caller-sets-identity-header: A branch that asks whether the caller said something, in Python",
        "calls wrapped",
    ): "what a function of its own takes out of the request is not held against the token",
    (
        "untrusted-text-in-system-prompt: A record that a repository keeps, and its base class reads",
        "calls wrapped",
    ): "a statement that a function of its own runs for a base class is not told apart by table",
    ("caller-chooses-address: A worker behind a queue calls back", "other functions"): _QUEUED,
    ("caller-chooses-address: A worker behind a queue calls back", "other files"): _QUEUED,
}


def test_the_sample_system_is_changed_by_every_change() -> None:
    files = sample()
    assert [name for name, change in CHANGES.items() if change(files) == files] == []


@pytest.mark.parametrize("change", CHANGES)
def test_the_sample_system_written_differently_has_the_same_findings(change: str, tmp_path: Path) -> None:
    files = sample()
    assert differences(files, CHANGES[change](files), tmp_path, names_stay=change not in NAMES_CHANGE) == ([], [])


def sample() -> Files:
    texts = [path for path in SAMPLE.rglob("*") if path.is_file() and path.suffix not in (".docx", ".pdf")]
    return {path.relative_to(SAMPLE).as_posix(): path.read_text("utf-8") for path in sorted(texts)}


def cases() -> list[object]:
    """The cases of the threats' pages, reported and silent ones, each with all changes; what is known to fail stands by itself."""
    found: list[object] = []
    for case in CASES:
        files = dict(case.files)
        if case.section not in ("Reported", "Silent") or not any(path.endswith(".py") for path in files):
            continue
        found += parameters(f"{case.slug}: {case.title}", files, KNOWN)
    return found


@pytest.mark.parametrize(("files", "changes"), cases())
def test_a_case_written_differently_has_the_same_findings(files: Files, changes: tuple[str, ...], tmp_path: Path) -> None:
    assert (
        culprits(files, CHANGES, changes, tmp_path) == {}
    )  # most cases have something for each change, and the sample has something for all
