"""A revision is taken out of git's objects: nothing of the repository changes, runs, or leads out of the folder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import list_paths, list_sources
from ingest.blobs import is_plain
from ingest.errors import UnusableInput
from ingest.renames import renames_between
from ingest.revision import known_commit, repository_of, revision_tree
from tests.repositories import ENVIRONMENT, Repository, everything, repository

APP = "import os\nprint(os.getcwd())\n"


def texts(root: Path, rev: str) -> dict[str, str]:
    with revision_tree(root, rev) as tree:
        found = list_sources(root, listing=tree.brought())
        assert not found.errors
        return {source.path: source.location.read_text() for source in found.sources}


def test_an_earlier_revision_is_read_while_another_is_checked_out(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"app.py": APP, "gone.py": "a = 1\n"})
    repo.git("rm", "-q", "gone.py")
    repo.commit({"app.py": "b = 2\n"})
    repo.write({"app.py": "uncommitted = 3\n", "new.py": "c = 4\n"})
    before = everything(repo.root)
    assert texts(repo.root, "HEAD~1") == {"app.py": APP, "gone.py": "a = 1\n"}
    assert texts(repo.root, "main") == {"app.py": "b = 2\n"}
    assert everything(repo.root) == before


def test_a_revision_lists_what_the_work_tree_lists(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {"a/app.py": APP, "README.md": "# x\n", "node_modules/x/i.js": "x\n", "weird \n\\ name.py": "x = 1\n", "data.bin": b"\0\1"},
    )
    (repo.root / "link.py").symlink_to("a/app.py")
    (repo.root / "out.py").symlink_to("../../elsewhere.py")
    (repo.root / "nowhere.py").symlink_to("missing.py")
    repo.commit()
    os.utime(repo.root / ".git" / "index", (4_000_000_000, 4_000_000_000))  # so that what git hashed is trusted
    with revision_tree(repo.root, "HEAD") as tree:
        there, here = list_sources(repo.root, listing=tree.brought()), list_sources(repo.root)
        assert [(one.path, one.kind, one.purpose, one.size, one.content) for one in there.sources] == [
            (one.path, one.kind, one.purpose, one.size, one.content) for one in here.sources
        ]
        assert (there.skipped, there.errors, there.revision, there.dirty) == (here.skipped, here.errors, here.revision, here.dirty)


def test_a_folder_or_a_file_of_a_revision_is_a_root_of_its_own(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"services/api/app.py": APP, "services/web.py": "w = 1\n", "other.py": "x = 1\n"})
    assert texts(repo.root / "services" / "api", "main") == {"app.py": APP}
    assert texts(repo.root / "services" / "web.py", "main") == {"web.py": "w = 1\n"}
    (repo.root / "fresh").mkdir()
    with pytest.raises(UnusableInput, match="fresh is not in this revision"):
        texts(repo.root / "fresh", "main")


@pytest.mark.parametrize(
    "name",
    ["", "-h", "--all", "--output=x", "nosuch", "HEAD~9", "main..HEAD", "^main", "HEAD:app.py", "HEAD:", "a\nb", "a\0b", "x" * 5000, ":/nothing", "@{u}", "*"],
)  # fmt: skip
def test_what_names_no_commit_is_one_line(tmp_path: Path, name: str) -> None:
    repo = repository(tmp_path / "r", {"app.py": APP})
    before = everything(repo.root)
    with pytest.raises(UnusableInput, match="no such revision"), revision_tree(repo.root, name):
        pass
    assert everything(repo.root) == before


@pytest.mark.parametrize("name", ["main", "HEAD", "@", "HEAD^{}", "v1", "heavy", ":/first", "main@{0}"])
def test_whatever_git_calls_a_commit_is_one(tmp_path: Path, name: str) -> None:
    repo = repository(tmp_path / "r", {"app.py": APP})
    repo.git("tag", "v1")
    repo.git("tag", "-a", "-m", "x", "heavy")
    assert known_commit(repository_of(repo.root), name) == repo.git("rev-parse", "HEAD")


def test_a_branch_that_only_the_remote_has_is_pointed_at(tmp_path: Path) -> None:
    source = repository(tmp_path / "source", {"app.py": APP})
    source.git("branch", "release")
    clone = Repository(tmp_path / "clone")
    source.git("clone", "-q", str(source.root), str(clone.root))
    with pytest.raises(UnusableInput, match="origin/release"):
        texts(clone.root, "release")
    assert texts(clone.root, "origin/release") == {"app.py": APP}


def test_a_shallow_clone_says_what_is_missing_and_fetches_nothing(tmp_path: Path) -> None:
    source = repository(tmp_path / "source", {"app.py": APP})
    source.commit({"app.py": "b = 2\n"})
    source.git("clone", "-q", "--depth", "1", f"file://{source.root}", str(tmp_path / "shallow"))
    before = everything(tmp_path / "shallow")
    with pytest.raises(UnusableInput, match="this clone is shallow"):
        texts(tmp_path / "shallow", "HEAD~1")
    assert texts(tmp_path / "shallow", "HEAD") == {"app.py": "b = 2\n"}
    assert everything(tmp_path / "shallow") == before


def test_a_partial_clone_says_what_is_missing_and_runs_no_remote(tmp_path: Path) -> None:
    source = repository(tmp_path / "source", {"app.py": APP, "film.mp4": b"\0"})
    source.git("config", "uploadpack.allowFilter", "true")
    partial = Repository(tmp_path / "partial")
    source.git("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{source.root}", str(partial.root))
    partial.git("config", "remote.origin.url", f"ext::sh -c 'touch {tmp_path}/ran'")
    partial.git("config", "protocol.ext.allow", "always")
    partial.git("config", "remote.origin.uploadpack", f"touch {tmp_path}/ran;")
    before = everything(partial.root)
    with pytest.raises(UnusableInput, match="1 file of this revision is not in this clone"):
        texts(partial.root, "HEAD")
    assert everything(partial.root) == before and not (tmp_path / "ran").exists()


def test_a_bare_repository_and_a_second_work_tree_are_read(tmp_path: Path) -> None:
    source = repository(tmp_path / "source", {"app.py": APP})
    source.git("clone", "-q", "--bare", str(source.root), str(tmp_path / "bare.git"))
    assert texts(tmp_path / "bare.git", "main") == {"app.py": APP}
    source.git("worktree", "add", "-q", str(tmp_path / "second"), "-b", "second")
    Repository(tmp_path / "second").commit({"app.py": "b = 2\n"})
    assert texts(tmp_path / "second", "HEAD") == {"app.py": "b = 2\n"}
    assert texts(tmp_path / "second", "main") == {"app.py": APP}


def test_no_repository_and_no_commit_yet_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="not in a git repository"):
        texts(tmp_path, "main")
    repo = repository(tmp_path / "unborn")
    with pytest.raises(UnusableInput, match="no such revision"):
        texts(repo.root, "HEAD")


def test_an_unmerged_index_is_left_as_it_is(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"app.py": "a = 1\n"})
    repo.git("checkout", "-qb", "other")
    repo.commit({"app.py": "a = 2\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"app.py": "a = 3\n"})
    merged = subprocess.run(["git", "merge", "-q", "other"], cwd=repo.root, env=ENVIRONMENT, capture_output=True, check=False)
    assert merged.returncode == 1
    before = everything(repo.root)
    assert texts(repo.root, "other") == {"app.py": "a = 2\n"} and texts(repo.root, "main") == {"app.py": "a = 3\n"}
    assert everything(repo.root) == before


def test_what_the_repository_would_run_is_not_run(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"app.py": APP, ".gitattributes": "* filter=bad diff=bad merge=bad\n"})
    marker, script = tmp_path / "ran", tmp_path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "filter.bad.smudge", "filter.bad.clean", "filter.bad.process",
                "diff.external", "diff.bad.command", "diff.bad.textconv", "core.alternateRefsCommand", "uploadpack.packObjectsHook"):  # fmt: skip
        repo.git("config", key, str(script))
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
        place = repo.root / ".git" / "hooks" / hook
        place.parent.mkdir(exist_ok=True)
        place.write_text(script.read_text())
        place.chmod(0o755)
    repo.write({"app.py": APP + "# changed\n"})
    before = everything(repo.root)
    assert texts(repo.root, "HEAD")["app.py"] == APP
    head = known_commit(repository_of(repo.root), "HEAD")
    assert head is not None and renames_between(repo.root, head) == {}
    assert not marker.exists() and everything(repo.root) == before


def test_names_that_lead_out_are_listed_and_made_nowhere(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"app.py": APP})
    odd: dict[bytes, tuple[str, bytes]] = {
        b".git": ("100644", b"x"), b".GIT": ("100644", b"x"), b"git~1": ("100644", b"x"), b".g\xe2\x80\x8cit": ("100644", b"x"),
        b"..": ("100644", b"x"), b".": ("100644", b"x"), b"../../up.py": ("100644", b"x"), b"/abs.py": ("100644", b"x"),
        b"a.py": ("100644", b"ok = 1\n"), b"link": ("120000", b"/etc"), b"link/passwd.py": ("100644", b"x"),
        b"\xff\xfe.py": ("100644", b"raw = 1\n"), b"long" * 80 + b".py": ("100644", b"x = 1\n"),
        b"twice.py": ("100644", b"t = 1\n"), b"sub": ("160000", b"x"),
    }  # fmt: skip
    commit = repo.tree(odd)
    with revision_tree(repo.root, commit) as tree:
        found = list_sources(repo.root, listing=tree.brought())
        assert {source.path for source in found.sources} >= {"a.py", "twice.py", "\\xff\\xfe.py"}
        base = tree.listing.base
        assert not any(os.path.lexists(base / name) for name in (".git", ".GIT", "git~1", "../../up.py", "../up.py"))
        assert all(Path(folder).resolve().is_relative_to(base) for folder, _, _ in os.walk(base))
        reasons = {skip.path: skip.reason for skip in found.skipped}
        assert reasons["../../up.py"] == reasons[".git"] == "a name that git itself does not check out"
        assert any("too long" in error.error for error in found.errors)
    assert not (tmp_path / "up.py").exists() and not Path("/abs.py").exists()


def test_a_link_is_never_a_folder_on_the_way(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"app.py": APP})
    outside = tmp_path / "outside"
    outside.mkdir()
    inner = repo.git("mktree", given=f"100644 blob {repo.git('hash-object', '-w', '--stdin', given=b'x = 1')}\tin.py\n".encode())
    link = repo.git("hash-object", "-w", "--stdin", given=str(outside).encode())
    listed = b"120000 d\0" + bytes.fromhex(link) + b"40000 d\0" + bytes.fromhex(inner)
    tree_id = repo.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=listed)
    with revision_tree(repo.root, repo.git("commit-tree", tree_id, "-m", "odd")) as tree:
        tree.brought()
        assert list(outside.iterdir()) == []


def test_a_link_whose_target_is_no_path_is_an_error_of_that_file(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"app.py": APP})
    commit = repo.tree({b"a.py": ("120000", b"x" * 3_000_000), b"b.py": ("120000", b"a\0b"), b"c.py": ("100644", b"x = 1\n")})
    with revision_tree(repo.root, commit) as tree:
        found = list_sources(repo.root, listing=tree.brought())
        assert {error.path for error in found.errors} == {"a.py", "b.py"} and [source.path for source in found.sources] == ["c.py"]


def test_large_files_are_bounded_and_pointers_of_lfs_are_said(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    repo = repository(tmp_path / "r", {"app.py": APP, "big.py": "x = 1\n" * 400_000, "design.pdf": pointer})
    with revision_tree(repo.root, "HEAD") as tree:
        reasons = {skip.path: skip.reason for skip in list_sources(repo.root, listing=tree.brought()).skipped}
        assert reasons["big.py"] == "larger than 2000000 bytes" and "pointer of Git LFS" in reasons["design.pdf"]
        assert (tree.listing.base / "big.py").stat().st_size == 2_400_000


def test_a_tree_that_names_more_files_than_a_disk_holds_ends_at_the_bound(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"app.py": APP})
    blob = repo.git("hash-object", "-w", "--stdin", given=b"x = 1")
    tree_id = repo.git("mktree", given="".join(f"100644 blob {blob}\tf{n}.py\n" for n in range(10)).encode())
    for _ in range(9):
        tree_id = repo.git("mktree", given="".join(f"040000 tree {tree_id}\td{n}\n" for n in range(10)).encode())
    from ingest import SourceSettings

    with revision_tree(repo.root, repo.git("commit-tree", tree_id, "-m", "bomb"), SourceSettings(max_files=500)) as tree:
        assert len(tree.listing.paths) == 500
        assert any("more than 500 files" in error.error for error in tree.listing.errors)


NAMES = st.binary(min_size=1, max_size=12).filter(lambda name: b"\0" not in name and b"/" not in name)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, min_size=1, max_size=6, unique=True))
def test_no_name_leads_out(tmp_path_factory: pytest.TempPathFactory, names: list[bytes]) -> None:
    root = tmp_path_factory.mktemp("r")
    repo = repository(root / "r")
    commit = repo.tree({name + b".py": ("100644", b"x = 1\n") for name in sorted(names)})
    with revision_tree(repo.root, commit) as tree:
        listing = tree.brought()
        made = {os.path.relpath(Path(folder) / name, listing.base) for folder, _, files in os.walk(listing.base) for name in files}
        assert made <= {os.fsdecode(name + b".py") for name in names}
        assert all(is_plain(path) for path in made)
    assert not listing.base.exists()


def test_files_that_were_renamed_are_known_whether_committed_or_not(tmp_path: Path) -> None:
    body = "".join(f"line_{n} = {n}\n" for n in range(40))
    repo = repository(tmp_path / "r", {"src/a.py": body, "src/b.py": body.replace("line", "other"), "top.py": "t = 1\n" * 9})
    first = repo.git("rev-parse", "HEAD")
    repo.git("mv", "src/a.py", "src/renamed.py")
    second = repo.commit({"src/renamed.py": body + "more = 1\n"})
    assert renames_between(repo.root, first, second) == {"src/a.py": "src/renamed.py"}
    assert renames_between(repo.root / "src", first, second) == {"a.py": "renamed.py"}
    (repo.root / "src" / "b.py").rename(repo.root / "src" / "moved.py")  # neither added nor committed
    before = everything(repo.root)
    assert renames_between(repo.root, first) == {"src/a.py": "src/renamed.py", "src/b.py": "src/moved.py"}
    assert everything(repo.root) == before
    assert renames_between(tmp_path, first, second) == {}


def test_what_git_hashed_keeps_its_name_so_that_facts_are_shared(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {"app.py": APP, "other.py": "a = 1\n"})
    repo.commit({"other.py": "a = 2\n"})
    os.utime(repo.root / ".git" / "index", (4_000_000_000, 4_000_000_000))
    work = list_paths(repo.root).contents
    with revision_tree(repo.root, "HEAD") as now, revision_tree(repo.root, "HEAD~1") as before:
        assert now.listing.contents == work and now.listing.names() == list_paths(repo.root).names()
        assert before.listing.contents["app.py"] == work["app.py"] and before.listing.contents["other.py"] != work["other.py"]
