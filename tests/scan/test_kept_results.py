"""An unchanged tree is answered from what was kept; a changed one, a broken or foreign result never is."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from ingest import examination, read_source, text
from ingest.facts import Facts
from ingest.gitfiles import git_files
from ingest.source import ReadError, Skip, Source
from pipeline import kept_results, reading
from pipeline import scan as scanning
from pipeline.findings.model import Scan
from pipeline.scan import ScanSettings, scan

APP = 'import pickle\nfrom openai import OpenAI\n\nreply = OpenAI().responses.create(model="m", input="x").output_text\nexec(reply)\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "system"
    root.mkdir()
    (root / "app.py").write_text(APP, "utf-8")
    return root


def scanned(root: Path, folder: Path | None) -> Scan:
    return scan(root, ScanSettings(jobs=1, cache=folder))


def without_times(result: Scan) -> Scan:
    return result.model_copy(update={"started_at": "", "duration_s": 0.0})


def never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("the tree is read again")

    monkeypatch.setattr(scanning, "read_facts", refuse)


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def committed(root: Path) -> None:
    """Commits all of a tree, by an index that is written late enough to tell its files from later ones."""
    for file in (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts):
        os.utime(file, (1_000_000_000, 1_000_000_000))  # the change time is now, which no program can choose
    git(root, "init", "-q")
    time.sleep(0.05)  # coarser than the clock of any file system met here
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")


def known_contents(root: Path) -> Mapping[str, str]:
    listed = git_files(root)
    assert listed is not None
    return listed.contents


def test_an_unchanged_tree_is_not_analysed_again_and_says_the_same(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = scanned(tree, tmp_path / "kept")
    assert fresh.findings
    never_read(monkeypatch)
    kept = scanned(tree, tmp_path / "kept")
    assert without_times(kept).model_dump_json() == without_times(fresh).model_dump_json()


def test_a_change_of_one_byte_is_seen(tree: Path, tmp_path: Path) -> None:
    assert [f.threat for f in scanned(tree, tmp_path / "kept").findings if f.threat == "model-output-executed"]
    (tree / "app.py").write_text(APP.replace("exec(reply)", "#xec(reply)"), "utf-8")
    assert not [f.threat for f in scanned(tree, tmp_path / "kept").findings if f.threat == "model-output-executed"]


def test_settings_and_names_are_part_of_what_a_result_is(tree: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    scanned(tree, folder)
    assert not scan(tree, ScanSettings(jobs=1, cache=folder, exclude=("app.py",))).findings
    other = tree.rename(tree.parent / "other")
    assert scanned(other, folder).target.name == "other"


@pytest.mark.parametrize("broken", [b"", b"no hash\n", b"\x1f\x8b", b"0" * 64 + b"\n{}"])
def test_a_broken_result_is_made_anew(tree: Path, tmp_path: Path, broken: bytes) -> None:
    folder = tmp_path / "kept"
    fresh = scanned(tree, folder)
    (file,) = folder.glob("*.json.gz")
    file.write_bytes(broken)
    assert without_times(scanned(tree, folder)) == without_times(fresh)
    assert file.read_bytes() != broken


def test_a_result_of_another_edition_is_not_used(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "kept"
    scanned(tree, folder)
    monkeypatch.setattr(kept_results, "_edition", lambda: ("another",))
    scanned(tree, folder)
    assert len(list(folder.glob("*.json.gz"))) == 2


def test_only_the_user_can_read_what_is_kept_and_the_number_is_bounded(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "kept"
    monkeypatch.setattr(kept_results, "MAX_RESULTS", 2)
    for number in range(4):
        (tree / "app.py").write_text(f"{APP}# {number}\n", "utf-8")
        scanned(tree, folder)
    kept = list(folder.iterdir())
    assert len([file for file in kept if file.name.endswith(".json.gz")]) == 2
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert scanned(tree, tmp_path / "file" / "kept").findings


def test_nothing_is_kept_unless_asked(tree: Path, tmp_path: Path) -> None:
    scanned(tree, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["system"]


def test_a_change_of_code_without_ai_is_answered_from_what_was_kept(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "billing.py").write_text("TAX = 19\n", "utf-8")
    fresh = scanned(tree, tmp_path / "kept")
    (tree / "billing.py").write_text("TAX = 20\n", "utf-8")
    never_read(monkeypatch)
    assert without_times(scanned(tree, tmp_path / "kept")) == without_times(fresh)


def test_code_that_begins_to_use_ai_is_read(tree: Path, tmp_path: Path) -> None:
    (tree / "billing.py").write_text("TAX = 19\n", "utf-8")
    assert scanned(tree, tmp_path / "kept").summary.files == 1
    (tree / "billing.py").write_text("import openai\nTAX = 19\n", "utf-8")
    assert scanned(tree, tmp_path / "kept").summary.files == 2


def test_a_commit_that_changes_nothing_is_answered_with_its_own_revision(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(tree)
    fresh = scanned(tree, tmp_path / "kept")
    git(tree, "commit", "-qm", "two", "--allow-empty")
    never_read(monkeypatch)
    kept = scanned(tree, tmp_path / "kept")
    assert (kept.findings, kept.target.dirty) == (fresh.findings, False)
    assert kept.target.revision == git(tree, "rev-parse", "HEAD") != fresh.target.revision


@pytest.mark.parametrize("broken", [b"", b"../../elsewhere", b"0" * 64, b"\xff" * 64])
def test_a_note_that_leads_nowhere_is_written_anew(tree: Path, tmp_path: Path, broken: bytes) -> None:
    folder = tmp_path / "kept"
    fresh = scanned(tree, folder)
    (note,) = folder.glob("*.key")
    right = note.read_bytes()
    note.write_bytes(broken)
    assert without_times(scanned(tree, folder)) == without_times(fresh)
    assert note.read_bytes() == right


def test_of_a_changed_tree_only_the_changed_file_is_read_and_the_result_is_that_of_a_fresh_scan(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "words.py").write_text("LIMIT = 3\n", "utf-8")
    (tree / "app.py").write_text(APP.replace("import pickle", "import words"), "utf-8")
    (tree / "README.md").write_text("# System\n\nEvery reply is checked by a person.\n", "utf-8")
    scanned(tree, tmp_path / "kept")
    (tree / "words.py").write_text("LIMIT = 4\n", "utf-8")
    fresh = scanned(tree, None)
    opened: list[str] = []

    def counted(source: Source, *, pictures: bool) -> Facts | Skip | ReadError:
        opened.append(source.path)
        return read_source(source, pictures=pictures)

    monkeypatch.setattr(reading, "read_source", counted)
    assert without_times(scanned(tree, tmp_path / "kept")) == without_times(fresh)
    assert opened == ["words.py"]


def test_no_file_of_an_unchanged_git_tree_is_opened(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    committed(tree)
    fresh = scanned(tree, tmp_path / "kept")

    def refuse(location: Path) -> None:
        raise AssertionError(f"{location} is opened")

    monkeypatch.setattr(examination, "open_regular", refuse)
    monkeypatch.setattr(text, "open_regular", refuse)
    assert without_times(scanned(tree, tmp_path / "kept")) == without_times(fresh)
    with pytest.raises(AssertionError, match=r"app\.py is opened"):
        scanned(tree, None)


def test_a_change_behind_the_back_of_size_and_time_is_seen(tree: Path, tmp_path: Path) -> None:
    committed(tree)
    scanned(tree, tmp_path / "kept")
    before = (tree / "app.py").stat()
    (tree / "app.py").write_text(APP.replace("exec(reply)", "#xec(reply)"), "utf-8")
    os.utime(tree / "app.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (tree / "app.py").stat().st_mtime_ns == before.st_mtime_ns
    assert "model-output-executed" not in {f.threat for f in scanned(tree, tmp_path / "kept").findings}


def test_an_index_that_came_with_a_tree_is_not_believed(tree: Path, tmp_path: Path) -> None:
    committed(tree)
    assert "app.py" in known_contents(tree)
    packed = shutil.copytree(tree, tmp_path / "packed", symlinks=True)  # with its times, as an archive keeps them
    assert (packed / "app.py").stat().st_mtime_ns == (tree / "app.py").stat().st_mtime_ns
    assert not known_contents(packed)


def test_what_a_link_leads_to_is_part_of_what_a_tree_is(tree: Path, tmp_path: Path) -> None:
    (tree / ".gitignore").write_text("later.py\n", "utf-8")
    (tree / "linked.py").symlink_to("later.py")
    nowhere = "symbolic link that leads nowhere"
    committed(tree)
    assert nowhere in {skip.reason for skip in scanned(tree, tmp_path / "kept").skipped}
    (tree / "later.py").write_text("x = 1\n", "utf-8")
    assert nowhere not in {skip.reason for skip in scanned(tree, tmp_path / "kept").skipped}


def test_what_was_looked_for_in_all_files_is_not_answered_for_a_tree_of_which_another_file_changed(tree: Path, tmp_path: Path) -> None:
    (tree / "docs").mkdir()
    (tree / "docs" / "architecture.md").write_text("# Architecture\n\nAnswers are written by Claude 3.5 Sonnet.\n", "utf-8")
    (tree / "app.py").write_text(APP.replace('model="m"', 'model="gpt-5-mini"'), "utf-8")
    (tree / "jobs.py").write_text("def nightly(day):\n    return day\n", "utf-8")  # mentions no AI, and is not read
    folder = tmp_path / "cache"
    first = scanned(tree, folder)
    assert "undocumented-model" in {finding.threat for finding in first.findings}
    assert without_times(scanned(tree, folder)) == without_times(first)
    (tree / "jobs.py").write_text("WRITER = 'claude-3-5-sonnet'\n", "utf-8")
    assert "undocumented-model" not in {finding.threat for finding in scanned(tree, folder).findings}
