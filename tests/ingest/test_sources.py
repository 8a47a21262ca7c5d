"""Which files are read: git and walks, links, limits, hostile trees."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import BinaryIO

import pytest

from ingest.errors import UnusableInput
from ingest.exclusion import TreePattern, is_by_tree
from ingest.marks import mark_of
from ingest.source import ReadError, SourceSettings
from ingest.sources import SourceList, list_sources, safe_path
from ingest.text import open_regular, read_bytes, read_text


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        place(root, name, text)
    return root


def place(root: Path, name: str, data: str | bytes = "x = 1\n") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def git(root: Path, *arguments: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "init.defaultBranch=main", "-c", "core.hooksPath=/dev/null"]
    subprocess.run(["git", *identity, *arguments], cwd=root, env=environment, check=True, capture_output=True)


def paths(found: SourceList) -> list[str]:
    return [source.path for source in found.sources]


def count(found: SourceList, path: str) -> int:
    return next(skip.count for skip in found.skipped if skip.path == path)


def reason(found: SourceList, path: str) -> str:
    return next(skip.reason for skip in found.skipped if skip.path == path)


def test_what_git_tracks_and_does_not_ignore_is_read(tmp_path: Path) -> None:
    git(tmp_path, "init")
    place(tmp_path, "tracked.py")
    place(tmp_path, "kept.log.py")
    place(tmp_path, ".gitignore", "*.log.py\nbuild/\n!again.log.py\n")
    git(tmp_path, "add", "-f", "tracked.py", "kept.log.py")
    git(tmp_path, "commit", "-m", "one")
    clean = list_sources(tmp_path)
    assert clean.revision is not None and len(clean.revision) == 40
    place(tmp_path, "new.py")
    place(tmp_path, "ignored.log.py")
    place(tmp_path, "again.log.py")
    place(tmp_path, "build/out.py")
    found = list_sources(tmp_path)
    assert paths(found) == ["again.log.py", "kept.log.py", "new.py", "tracked.py"]
    assert "tree's own .gitignore says so" in reason(found, ".gitignore") and count(found, ".gitignore") == 2


def test_a_tree_is_dirty_once_a_file_changes_and_clean_when_only_touched(tmp_path: Path) -> None:
    git(tmp_path, "init")
    file = place(tmp_path, "a.py", "one = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "one")
    assert list_sources(tmp_path).dirty is False
    os.utime(file, (1, 1))
    assert list_sources(tmp_path).dirty is False
    file.write_text("two = 2\n")
    os.utime(file, (2, 2))
    assert list_sources(tmp_path).dirty is True


def test_a_subfolder_of_a_work_tree_is_read_by_itself(tmp_path: Path) -> None:
    git(tmp_path, "init")
    place(tmp_path, "outer.py")
    place(tmp_path, "tests/inner/app.py")
    git(tmp_path, "add", ".")
    found = list_sources(tmp_path / "tests/inner")
    assert [(source.path, source.purpose) for source in found.sources] == [("app.py", "product")]


def test_a_folder_that_the_outer_repository_ignores_is_walked(tmp_path: Path) -> None:
    git(tmp_path, "init")
    place(tmp_path, ".gitignore", "unpacked/\n")
    place(tmp_path, "unpacked/app.py")
    assert paths(list_sources(tmp_path / "unpacked")) == ["app.py"]


def test_nested_ignore_files_count_outside_of_git(tmp_path: Path) -> None:
    place(tmp_path, ".gitignore", "*.gen.py\n/only_here.py\nlogs/\n")
    place(tmp_path, "sub/.gitignore", "!kept.gen.py\nlocal.py\n")
    for name in (
        "a.gen.py",
        "only_here.py",
        "sub/only_here.py",
        "sub/kept.gen.py",
        "sub/local.py",
        "local.py",
        "logs/x.py",
        "sub/logs/y.py",
    ):
        place(tmp_path, name)
    assert paths(list_sources(tmp_path)) == ["local.py", "sub/kept.gen.py", "sub/only_here.py"]


def test_without_git_the_walk_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init")
    place(tmp_path, "a.py")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    found = list_sources(tmp_path)
    assert (paths(found), found.revision) == (["a.py"], None)


@pytest.mark.parametrize("key", ["core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "core.editor", "alias.ls-files"])
def test_a_hostile_repository_configuration_runs_nothing(tmp_path: Path, key: str) -> None:
    root, witness = tmp_path / "repo", tmp_path / "witness"
    root.mkdir()
    git(root, "init")
    place(root, "a.py")
    place(root, ".gitattributes", "*.py filter=evil diff=evil\n")
    git(root, "add", ".")
    git(root, "commit", "-m", "one")
    script = place(tmp_path, "evil.sh", f"#!/bin/sh\ntouch {witness}\ncat\n")
    script.chmod(0o755)
    for name in (key, "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "diff.evil.command"):
        git(root, "config", name, f"!{script}" if name.startswith("alias") else str(script))
    git(root, "config", "filter.evil.required", "true")
    for hook in ("fsmonitor-watchman", "post-index-change", "reference-transaction"):
        shutil.copy(script, root / ".git/hooks" / hook)
    place(root, "a.py", "changed = 1\n")
    os.utime(root / "a.py", (5, 5))
    found = list_sources(root)
    assert paths(found) == ["a.py"] and found.dirty
    assert not witness.exists()


def test_a_partial_clone_fetches_nothing_by_a_command_of_its_own(tmp_path: Path) -> None:
    root, witness = tmp_path / "repo", tmp_path / "witness"
    root.mkdir()
    git(root, "init")
    place(root, "sub/a.py")
    git(root, "add", ".")
    git(root, "commit", "-m", "one")
    script = place(tmp_path, "evil.sh", f"#!/bin/sh\ntouch {witness}\n")
    script.chmod(0o755)
    for name, value in (
        ("remote.origin.url", str(tmp_path)), ("remote.origin.promisor", "true"), ("remote.origin.uploadpack", str(script)),
        ("extensions.partialClone", "origin"), ("core.repositoryFormatVersion", "1"), ("core.worktree", "/etc"),
    ):  # fmt: skip
        git(root, "config", name, value)
    for kind in ("tree", "commit"):
        for item in (root / ".git/objects").glob("??/*"):
            if kind == "tree" and item.stat().st_size < 70:
                item.unlink()
    assert paths(list_sources(root)) == ["sub/a.py"]
    assert not witness.exists()


def test_links_never_lead_out_and_cycles_are_harmless(tmp_path: Path) -> None:
    root = tmp_path / "root"
    place(root, "real/a.py")
    place(tmp_path, "outside/secret.py")
    (root / "passwd.txt").symlink_to("/etc/passwd")
    (root / "inside.py").symlink_to("real/a.py")
    (root / "loop.py").symlink_to("loop.py")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "real/up").symlink_to("..")
    found = list_sources(root)
    assert paths(found) == ["real/a.py"]
    assert "outside the root" in reason(found, "passwd.txt")
    assert "own place" in reason(found, "inside.py")
    assert "nowhere" in reason(found, "loop.py")


def test_a_tracked_folder_replaced_by_a_link_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    place(root, "pkg/a.py")
    place(tmp_path, "outside/a.py", "secret = 1\n")
    git(root, "init")
    git(root, "add", ".")
    shutil.rmtree(root / "pkg")
    (root / "pkg").symlink_to(tmp_path / "outside")
    found = list_sources(root)
    assert paths(found) == []
    assert "symbolic link" in reason(found, "pkg/a.py")


def test_pipes_binaries_and_large_files_cost_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    place(tmp_path, "binary.py", b"x\0y")
    for name in ("huge.py", "huge.min.js", "huge.pdf"):
        os.truncate(place(tmp_path, name, ""), 200_000_000)
    place(tmp_path, "long.py", b"x=1;" * 40_000)
    place(tmp_path, "bundle.js", ("x=1;" * 1000 + "\n") * 20)
    place(tmp_path, "wide.ipynb", b'{"a": "' + b"y" * 90_000 + b'"}')
    start = time.monotonic()
    found = list_sources(tmp_path)
    assert time.monotonic() - start < 2
    assert paths(found) == ["wide.ipynb"]
    assert "regular" in reason(found, "pipe.py") and "binary" in reason(found, "binary.py")
    assert "larger" in reason(found, "huge.py") and "minified" in reason(found, "long.py")
    assert "larger" in reason(found, "huge.min.js") and "minified" in reason(found, "bundle.js")


def test_generated_and_vendored_files_are_skipped_and_counted(tmp_path: Path) -> None:
    place(tmp_path, "api_pb2.py")
    place(tmp_path, "client.py", "# Code generated by tool. DO NOT EDIT.\nx = 1\n")
    place(tmp_path, "app.py", '"""Finds the words Code generated by in files."""\n')
    place(tmp_path, "requirements.txt", "# autogenerated by pip-compile\nflask==3.0\n")
    for name in ("node_modules/a/b.py", "node_modules/c.js", "src/vendor/d.py", ".venv/e.py", "odd/pyvenv.cfg", "odd/lib/f.py"):
        place(tmp_path, name)
    found = list_sources(tmp_path)
    assert paths(found) == ["app.py", "requirements.txt"]
    assert count(found, "node_modules/") == 2
    assert (reason(found, "odd/"), count(found, "odd/")) == ("left out because the scanned tree's own pyvenv.cfg says so", 2)
    assert {"src/vendor/", ".venv/", "odd/", "api_pb2.py", "client.py"} <= {skip.path for skip in found.skipped}


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_an_unreadable_file_is_an_error_of_its_own(tmp_path: Path) -> None:
    place(tmp_path, "a.py").chmod(0)
    place(tmp_path, "b.py")
    found = list_sources(tmp_path)
    assert paths(found) == ["b.py"]
    assert found.errors[0].path == "a.py"


@pytest.mark.parametrize("use_git", [True, False])
def test_hostile_names_are_escaped_and_still_open(tmp_path: Path, use_git: bool) -> None:
    for name in (b"new\nline.py", b"bad\xff.py", b"esc\x1b[31m.py", b"back\\slash.py", "bidi\u202e.py".encode()):
        (tmp_path / os.fsdecode(name)).write_bytes(b"x = 1\n")
    if use_git:
        git(tmp_path, "init")
    found = list_sources(tmp_path)
    assert sorted(paths(found)) == sorted([r"new\x0aline.py", r"bad\xff.py", r"esc\x1b[31m.py", r"back\\slash.py", r"bidi\u202e.py"])
    assert all(read_text(source) == "x = 1\n" for source in found.sources)
    assert [text.encode("utf-8") for text in paths(found)]


def test_the_same_tree_gives_the_same_list(tmp_path: Path) -> None:
    for name in ("b.py", "a.md", "z.weird", "y.odd", "c/d.py", "node_modules/q.js"):
        place(tmp_path, name)
    first = list_sources(tmp_path)
    assert first == list_sources(tmp_path)
    git(tmp_path, "init")
    assert paths(list_sources(tmp_path)) == paths(first)


def test_more_files_than_allowed_is_an_incomplete_scan(tmp_path: Path) -> None:
    for number in range(12):
        place(tmp_path, f"f{number}.py")
    found = list_sources(tmp_path, SourceSettings(max_files=10))
    assert len(found.sources) == 10
    assert "more than 10 files" in found.errors[0].error


def test_what_cannot_be_scanned_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    place(tmp_path, "photo.jpg")
    os.mkfifo(tmp_path / "pipe")
    for name, what in (("missing", "no such path"), ("empty", "empty"), ("photo.jpg", "no reader"), ("pipe", "neither")):
        with pytest.raises(UnusableInput, match=what):
            list_sources(tmp_path / name)


def test_one_file_may_be_scanned(tmp_path: Path) -> None:
    place(tmp_path, "tests/a.py")
    place(tmp_path, "tests/b.py")
    assert [(source.path, source.purpose) for source in list_sources(tmp_path / "tests/a.py").sources] == [("a.py", "product")]


def test_excluded_files_are_left_out_and_counted(tmp_path: Path) -> None:
    for name in ("a.py", "b_old.py", "sub/c_old.py", "gone/d.py"):
        place(tmp_path, name)
    found = list_sources(tmp_path, SourceSettings(exclude=("*_old.py", "gone/")))
    assert paths(found) == ["a.py"]
    assert [(skip.path, skip.count) for skip in found.skipped] == [("*_old.py", 2), ("gone/", 1)]
    assert {skip.reason for skip in found.skipped} == {"left out because --exclude says so"}


@pytest.mark.parametrize("use_git", [False, True])
def test_what_the_tree_itself_leaves_out_is_said_with_the_file_that_asks_for_it(tmp_path: Path, use_git: bool) -> None:
    if use_git:
        git(tmp_path, "init")
    for name in ("a.py", "hidden/one.py", "hidden/two.py", "b.py", "sub/c.py"):
        place(tmp_path, name)
    place(tmp_path, "sub/.gitignore", "c.py\n")
    place(tmp_path, "made.py", "# @generated\nx = 1\n")
    place(tmp_path, "api_pb2.py")
    patterns = tuple(TreePattern(pattern, ".threatloom.yaml") for pattern in ("hidden/", "", "b.py"))
    found = list_sources(tmp_path, SourceSettings(exclude=patterns))
    assert paths(found) == ["a.py"]
    own = "left out because the scanned tree's own "
    assert (reason(found, "hidden/"), count(found, "hidden/")) == (own + ".threatloom.yaml says so", 2)
    assert reason(found, "b.py") == own + ".threatloom.yaml says so"
    assert reason(found, ".gitignore" if use_git else "sub/.gitignore").startswith(own + ".gitignore says so")
    assert reason(found, "made.py") == own + "@generated mark says so"
    assert reason(found, "api_pb2.py") == "generated by a program, as its name says"
    assert {skip.path for skip in found.skipped if is_by_tree(skip.reason)} == {
        "hidden/", "b.py", "made.py", ".gitignore" if use_git else "sub/.gitignore",
    }  # fmt: skip


def test_a_pattern_named_like_a_file_that_is_read_after_all_is_still_said(tmp_path: Path) -> None:
    place(tmp_path, "a.py")
    document = place(tmp_path, "plan.md", "# plan\n")
    place(tmp_path, "sub/plan.md", "# hidden\n")
    found = list_sources(tmp_path, SourceSettings(docs=(document,), exclude=(TreePattern("plan.md", ".threatloom.yaml"),)))
    assert paths(found) == ["a.py", "plan.md"]
    assert "tree's own" in reason(found, "plan.md") and count(found, "plan.md") == 2


def test_patterns_are_bounded_in_number_and_cost(tmp_path: Path) -> None:
    place(tmp_path, "a.py")
    for patterns in (tuple(f"x{number}" for number in range(2000)), ("*a*a*a*a*b",), ("!",)):
        with pytest.raises(UnusableInput, match="--exclude"):
            list_sources(tmp_path, SourceSettings(exclude=patterns))
        with pytest.raises(UnusableInput, match=r"settings\.yaml"):
            list_sources(tmp_path, SourceSettings(exclude=tuple(TreePattern(pattern, "settings.yaml") for pattern in patterns)))


def test_documents_the_user_names_are_read_from_anywhere(tmp_path: Path) -> None:
    root = tmp_path / "root"
    place(root, "app.py")
    place(root, "docs/design.md", "# own\n")
    place(root, ".gitignore", "private/\n")
    inside = place(root, "private/notes.md", "# notes\n")
    outside = place(tmp_path, "design.md", "# given\n")
    place(tmp_path, "more/adr.txt", "text")
    found = list_sources(root, SourceSettings(docs=(inside, outside, tmp_path / "more")))
    assert paths(found) == ["app.py", "docs/adr.txt", "docs/design-2.md", "docs/design.md", "private/notes.md"]
    assert {source.purpose for source in found.sources[1:]} == {"documentation"}
    with pytest.raises(UnusableInput, match="no such document"):
        list_sources(root, SourceSettings(docs=(tmp_path / "gone.docx",)))


def test_documents_among_examples_are_data_unless_they_are_named(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{"app.py": "x = 1\n", "examples/report.txt": "A report.\n", "examples/README.md": "# How\n", "design.txt": "A design.\n"},
    )
    found = list_sources(tmp_path, SourceSettings())
    assert paths(found) == ["app.py", "design.txt", "examples/README.md"]
    assert [skip.path for skip in found.skipped if "data" in skip.reason] == ["examples/report.txt"]
    named = list_sources(tmp_path, SourceSettings(docs=(tmp_path / "examples/report.txt",)))
    assert [(source.path, source.purpose) for source in named.sources if source.kind == "text" and "report" in source.path] == [
        ("examples/report.txt", "documentation")
    ]


def test_a_rule_built_to_stall_the_walk_is_reported_and_not_applied(tmp_path: Path) -> None:
    place(tmp_path, ".gitignore", "a*a*a*a*a*a*a*a*a*a*b\n")
    place(tmp_path, "a" * 200 + ".py")
    start = time.monotonic()
    found = list_sources(tmp_path)
    assert time.monotonic() - start < 2
    assert "not applied" in reason(found, ".gitignore") and len(found.sources) == 1


def test_a_python_script_without_suffix_is_python(tmp_path: Path) -> None:
    place(tmp_path, "bin/serve", "#!/usr/bin/env python3\nx = 1\n")
    place(tmp_path, "bin/other", "#!/bin/sh\n")
    found = list_sources(tmp_path)
    assert [(source.path, source.kind) for source in found.sources] == [("bin/serve", "python")]
    assert "without a known suffix" in reason(found, "*") and count(found, "*") == 1


def test_utf16_without_a_mark_is_text_unless_it_is_python(tmp_path: Path) -> None:
    for name in ("plan.md", "requirements.txt", "app.py"):
        place(tmp_path, name, "x = 1, and so on\n".encode("utf-16-le"))
    place(tmp_path, "data.md", b"\0\0\0\1" * 50)
    found = list_sources(tmp_path)
    assert paths(found) == ["plan.md", "requirements.txt"]
    assert (reason(found, "app.py"), reason(found, "data.md")) == ("binary content", "binary content")


def test_a_file_that_grew_is_not_read_past_its_limit(tmp_path: Path) -> None:
    place(tmp_path, "a.py", "x" * 100)
    source = list_sources(tmp_path).sources[0]
    assert not isinstance(read_bytes(source, 50), bytes)


def test_escapes_are_one_to_one() -> None:
    assert safe_path("a\\x0a") != safe_path("a\n")


def test_a_file_that_still_has_its_mark_is_not_looked_into_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app.py").write_text("import openai\n")
    (tmp_path / "design.md").write_text("# Design\n")
    time.sleep(1.05)  # what changed a moment ago gets a mark that is not found again
    first = list_sources(tmp_path)
    marks = {source.path: mark for source in first.sources if (mark := mark_of(source)) is not None}
    looked_into: list[str] = []

    def noted(location: Path) -> BinaryIO:
        looked_into.append(location.name)
        return open_regular(location)

    monkeypatch.setattr("ingest.examination.open_regular", noted)
    assert list_sources(tmp_path, marks=marks).sources == first.sources
    assert looked_into == ["design.md"]  # what a document is for follows from the settings too


def test_a_file_that_became_another_is_judged_anew_whatever_mark_it_had(tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_text("import openai\n")
    time.sleep(1.05)
    marks = {source.path: mark for source in list_sources(tmp_path).sources if (mark := mark_of(source)) is not None}
    file.write_text("# Code generated by a program. DO NOT EDIT.\nimport openai\n")
    assert [source.path for source in list_sources(tmp_path, marks=marks).sources] == []
    file.unlink()
    file.symlink_to(tmp_path / "elsewhere.py")
    (tmp_path / "elsewhere.py").write_text("import openai\n")
    assert paths(list_sources(tmp_path, marks=marks)) == ["elsewhere.py"]


@pytest.mark.parametrize("descriptors_have_names", [True, False])
def test_a_file_is_not_read_through_a_folder_that_became_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, descriptors_have_names: bool
) -> None:
    (tmp_path / "root/src").mkdir(parents=True)
    (tmp_path / "root/src/app.py").write_text("import openai\n")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/app.py").write_text("outside\n")
    (source,) = list_sources(tmp_path / "root").sources
    if not descriptors_have_names:  # as on other systems than Linux
        real = os.readlink
        monkeypatch.setattr(os, "readlink", lambda path, **more: real("/none" if str(path).startswith("/proc/") else path, **more))
    assert read_text(source) == "import openai\n"
    (tmp_path / "root/src").rename(tmp_path / "root/was")
    (tmp_path / "root/src").symlink_to(tmp_path / "outside")
    assert read_text(source) == ReadError("src/app.py", "cannot be read: lies behind a link")
