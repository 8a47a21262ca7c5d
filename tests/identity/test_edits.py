"""What edits of a tree do to its findings: which ids stay, and what exactly is lost and new."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.findings.identity import matched
from pipeline.findings.model import Scan
from tests.identity import edits
from tests.identity.systems import CODE, LABELLED, NOTES, cases, labelled, scanned

KEEPING = st.sampled_from(edits.KEEPING)
SEEDS = st.integers(0, 2**16)
ONE_FILE = sorted(name for name, files in cases().items() if sum(path.endswith(CODE) for path in files) == 1)


@cache
def before(name: str) -> Scan:
    return scanned(NOTES[name] if name in NOTES else cases()[name])


def ids(scan: Scan) -> set[str]:
    return {finding.id for finding in scan.findings}


def became(old: Scan, new: Scan, renames: Mapping[str, str] | None = None) -> tuple[set[str], set[str]]:
    """Slugs of what is lost and of what is new."""
    pairs = matched(old, new, renames or {})
    came = set(pairs.values())
    return (
        {finding.threat for finding in old.findings if finding.id not in pairs},
        {finding.threat for finding in new.findings if finding.id not in came},
    )


def keeps_all_ids(old: Scan, files: Mapping[str, str], edit: edits.Edit, seed: int) -> None:
    try:
        edited = edit(files, random.Random(seed))
    except (SyntaxError, subprocess.CalledProcessError):
        return  # files of pages may be parts of a file
    assert edited == files or ids(scanned(edited)) == ids(old), edit.__name__


# Nothing of what the system is changes


@pytest.mark.parametrize("language", NOTES)
def test_edits_that_change_nothing_keep_every_id_in_every_language(language: str) -> None:
    for seed, edit in enumerate(edits.KEEPING):
        keeps_all_ids(before(language), NOTES[language], edit, seed)


@given(st.sampled_from(sorted(cases())), KEEPING, SEEDS)
@settings(max_examples=12, derandomize=True)
def test_edits_that_change_nothing_keep_every_id(name: str, edit: edits.Edit, seed: int) -> None:
    keeps_all_ids(before(name), cases()[name], edit, seed)


@pytest.mark.slow
@given(st.sampled_from(sorted(cases())), KEEPING, SEEDS)
@settings(max_examples=2000)
def test_edits_that_change_nothing_keep_every_id_of_every_page(name: str, edit: edits.Edit, seed: int) -> None:
    keeps_all_ids(before(name), cases()[name], edit, seed)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name for path in LABELLED.iterdir() if path.is_dir()))
def test_edits_that_change_nothing_keep_every_id_of_the_labelled_systems(name: str) -> None:
    old = scanned(labelled(name))
    for seed, edit in enumerate((*edits.KEEPING, *edits.KEEPING)):
        keeps_all_ids(old, labelled(name), edit, seed)


def test_all_edits_together_keep_every_id() -> None:
    files: Mapping[str, str] = NOTES["python"]
    for seed, edit in enumerate(edits.KEEPING):
        files = edit(files, random.Random(seed))
    assert files != NOTES["python"]
    assert ids(scanned(files)) == ids(before("python"))


UNCHECKED = sorted(name for name, files in cases().items() if any("InsecureSkipVerify: true" in text for text in files.values()))


@pytest.mark.parametrize("name", UNCHECKED)
def test_a_client_that_checks_no_certificate_is_not_named_by_its_line(name: str) -> None:
    assert "spoofed-agent-or-server" in {finding.threat for finding in before(name).findings}
    keeps_all_ids(before(name), cases()[name], edits.blank_lines_added, 1)


def test_what_stands_in_a_lambda_is_not_named_by_its_line() -> None:
    text = (
        "import pickle\n\nfrom openai import OpenAI\n\nLOADERS = [lambda path: pickle.load(open(path, 'rb'))]\n"
        "model = LOADERS[0]('model.pkl')\nOpenAI().responses.create(input=model.predict(1), model='gpt-5')\n"
    )
    old, new = scanned({"app.py": text}), scanned({"app.py": f"# moved\n\n{text}"})
    assert ids(old) == ids(new) != set()


# Renamed


def renamed(name: str, now: str) -> tuple[dict[str, str], dict[str, str]]:
    files = NOTES[name] if name in NOTES else cases()[name]
    path = next(path for path in files if path.endswith(CODE))
    given = PurePosixPath(path)
    later = str(given.with_name(f"{now}_{given.name}") if now != "moved" else PurePosixPath("moved/here") / given)
    return edits.file_renamed(files, path, later), {path: later}


@pytest.mark.parametrize("language", NOTES)
@pytest.mark.parametrize("now", ["fresh", "moved"])
def test_a_renamed_file_loses_and_gains_nothing_with_and_without_git(language: str, now: str) -> None:
    files, renames = renamed(language, now)
    new = scanned(files)
    assert became(before(language), new) == became(before(language), new, renames) == (set(), set())


@pytest.mark.slow
@pytest.mark.parametrize("name", ONE_FILE)
def test_a_renamed_file_of_any_page_loses_and_gains_nothing(name: str) -> None:
    files, renames = renamed(name, "moved")
    new = scanned(files)
    assert became(before(name), new) == became(before(name), new, renames) == (set(), set())


@pytest.mark.parametrize(
    ("language", "was", "now"),
    [
        ("python", "read_note", "open_note"),
        ("typescript", "read_note", "open_note"),
        ("go", "readNote", "openNote"),
        ("go", "read_note", "open_note"),
        ("csharp", "ReadNote", "OpenNote"),
        ("csharp", "NoteTools", "NoteTooling"),
        ("java", "OpsTools", "OpsToolbox"),
        ("java", "lookup", "resolveHost"),
        ("documents", "reindex", "rebuild"),
    ],
)
def test_a_renamed_symbol_loses_and_gains_nothing(language: str, was: str, now: str) -> None:
    files = edits.symbol_renamed(NOTES[language], was, now)
    assert files != NOTES[language]
    assert became(before(language), scanned(files)) == (set(), set())


def test_a_function_that_is_moved_into_another_file_loses_and_gains_nothing() -> None:
    whole = NOTES["python"]["notes/server.py"]
    start, end = whole.index("@server.tool()"), whole.index("server.run()")
    moved = "from pathlib import Path\n\nfrom notes.app import server\n\n\n" + whole[start:end]
    app = 'from mcp.server.fastmcp import FastMCP\n\nserver = FastMCP("notes")\n'
    run = "from notes.app import server\nfrom notes import reading\n\nserver.run()\n"
    assert became(before("python"), scanned({"notes/app.py": app, "notes/reading.py": moved, "notes/server.py": run})) == (set(), set())


# Added and taken away


OTHER_FILE = """\
from pathlib import Path

from notes.server import server


@server.tool()
def read_archive(title: str) -> str:
    return Path("/srv/archive", title).read_text()
"""


@pytest.mark.parametrize("path", ["notes/another.py", "notes/zebra.py"])
def test_a_tool_of_the_same_kind_in_another_file_is_new_and_takes_no_id(path: str) -> None:
    new = scanned(NOTES["python"] | {path: OTHER_FILE})
    assert ids(before("python")) < ids(new)
    lost, came = became(before("python"), new)
    assert lost == set() and "model-output-in-path-or-url" in came


@pytest.mark.parametrize("above", [True, False])
def test_a_tool_of_another_kind_in_the_same_file_leaves_the_id_of_the_first(above: bool) -> None:
    added = '@server.tool()\ndef greet(person: str) -> str:\n    return f"Hello {person}"\n\n\n'
    mark = "@server.tool()" if above else "server.run()"
    text = NOTES["python"]["notes/server.py"].replace(mark, added + mark, 1)
    assert ids(scanned({"notes/server.py": text})) == ids(before("python"))


def test_what_is_mended_is_lost_and_nothing_else() -> None:
    text = NOTES["python"]["notes/server.py"].replace('Path("/srv/notes", name).read_text()', "name.upper()")
    assert became(before("python"), scanned({"notes/server.py": text})) == ({"model-output-in-path-or-url"}, set())


def test_one_that_is_mended_while_another_comes_is_two_findings() -> None:
    text = NOTES["python"]["notes/server.py"].replace('Path("/srv/notes", name).read_text()', "name.upper()")
    new = scanned({"notes/server.py": text, "notes/another.py": OTHER_FILE})
    lost, came = became(before("python"), new)
    assert "model-output-in-path-or-url" in lost and "model-output-in-path-or-url" in came
