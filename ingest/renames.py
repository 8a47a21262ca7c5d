"""Which files of an earlier revision are called otherwise now, as git sees it: by content, and by how much of it stayed.

Takes a root, an earlier commit, and a later one or the files as they lie there; gives old paths with new ones, below the root. git compares
two trees among copies of what it knows: of changed files it is given the bytes, so that neither filters nor the index take part. Where git
cannot tell, nothing is said to be renamed.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ingest.examination import is_plain
from ingest.git import Git, borrow, empty_beside, git_at
from ingest.gitfiles import git_files
from ingest.sources import safe_path

_MOST = "1000"  # files on either side that are compared with each other
_READ_AT_MOST = 200_000_000  # bytes of changed files


def renames_between(root: Path, old: str, new: str | None = None) -> Mapping[str, str]:
    """Old paths and what they are called now; `new` is a commit, None the files as they lie there. Both commits are full hashes."""
    root = root.resolve()
    root = root if root.is_dir() else root.parent
    git = git_at(root, bare=True)
    if git is None:
        return {}
    below = "" if root == git.top else root.relative_to(git.top).as_posix()
    with tempfile.TemporaryDirectory(prefix="threatloom-", ignore_cleanup_errors=True) as folder:
        own = empty_beside(git, Path(folder).resolve() / "git")
        if own is None:
            return {}
        later = f"{new}:{below}" if new is not None else _tree_of(root, own)
        # What is written is written before anything is borrowed: git would touch an object that is there already.
        return _renamed(own, f"{old}:{below}", later) if later is not None and borrow(git, own) else {}


def _renamed(objects: Git, old: str, new: str) -> Mapping[str, str]:
    told = ("diff-tree", "-r", "-z", "--name-status", "--diff-filter=R", "--no-ext-diff", "--no-textconv", f"-l{_MOST}")
    said = objects.run(objects.top, *told, "-M", old, new)
    if said is None:  # files are missing here: those that were moved unchanged are known all the same
        said = objects.run(objects.top, *told, "-M100%", old, new)
    parts = iter((said or b"").split(b"\0"))
    found = {safe_path(os.fsdecode(was)): safe_path(os.fsdecode(now)) for kind, was, now in zip(parts, parts, parts, strict=False) if kind}
    return dict(sorted(found.items()))


def _tree_of(root: Path, objects: Git) -> str | None:
    """A tree of the files that lie below a root; written beside git's objects, not among them."""
    known = git_files(root)
    if known is None:
        return None
    blobs = {path: content.partition("-")[0] for path, content in known.contents.items()}
    changed = list(_readable(root, (path for path in known.paths if path not in blobs and "\n" not in path)))
    with tempfile.TemporaryFile() as asked:
        asked.write(b"".join(os.fsencode(path) + b"\n" for path in changed))
        asked.seek(0)
        said = objects.run(root, "hash-object", "-w", "--no-filters", "--stdin-paths", given=asked)
    if said is None:
        return None
    blobs.update(zip(changed, said.decode("ascii", "replace").split(), strict=False))
    with tempfile.TemporaryFile() as asked:
        asked.write(b"".join(f"100644 {blob} 0\t".encode() + os.fsencode(path) + b"\0" for path, blob in sorted(blobs.items())))
        asked.seek(0)
        if objects.run(objects.top, "update-index", "-z", "--index-info", given=asked) is None:
            return None
    written = objects.run(objects.top, "write-tree", "--missing-ok")
    return None if written is None else written.decode("ascii", "replace").strip()


def _readable(root: Path, paths: Iterator[str]) -> Iterator[str]:
    left = _READ_AT_MOST
    for path in paths:
        try:
            status = (root / path).lstat()
        except (OSError, ValueError):
            continue
        if stat.S_ISREG(status.st_mode) and status.st_size <= left and is_plain(root, path.rpartition("/")[0] or "."):
            left -= status.st_size
            yield path
