"""What git knows about a folder: which files belong to it, at which revision, changed or not.

Takes a root, gives a `GitFiles`, or None where git is missing, the folder is in no work tree, or git
does not answer. Whether files are changed is judged by size, time and our own hash, since git would run clean filters
for it; a file that git converts on checkout (line ends) may therefore count as changed.

What git has hashed need not be read: a file whose size, times and inode are still those of the index has the index's blob as
its content. Change time and inode are set by this machine alone, so an index that came along with a tree cannot claim them.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.git import Git, git_at
from ingest.text import open_regular

_HASHED_AT_MOST = 200_000_000
_ENTRY = re.compile(
    rb"(\d{6}) ([0-9a-f]{40,64}) \d\t([^\0]*)\0"
    rb"  ctime: (\d+):(\d+)\n  mtime: (\d+):(\d+)\n  dev: \d+\tino: (\d+)\n  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: [0-9a-f]+\n"
)


@dataclass(frozen=True, slots=True)
class GitFiles:
    paths: tuple[str, ...]  # relative to the root, undecodable bytes as surrogates; sorted
    submodules: tuple[str, ...]
    ignored: int  # files and whole folders that ignore rules leave out
    revision: str | None
    dirty: bool
    contents: Mapping[str, str]  # path -> what names its content, of tracked files that are surely as git knows them


@dataclass(frozen=True, slots=True)
class _Entry:
    mode: str
    blob: str
    path: str
    ctime_ns: int
    mtime_ns: int
    inode: int
    size: int

    @property
    def is_link(self) -> bool:
        return self.mode == "120000"

    def looks_unchanged(self, status: os.stat_result) -> bool:
        """By size and time of the last change of content, which whoever packs a tree may choose."""
        return (status.st_mtime_ns, status.st_size) == (self.mtime_ns, self.size)

    def is_unchanged(self, status: os.stat_result, indexed_ns: int) -> bool:
        """Also by what only this machine sets, and long enough before the index was written to tell (as in "racy git")."""
        return (
            self.looks_unchanged(status)
            and (status.st_ctime_ns, status.st_ino & 0xFFFFFFFF) == (self.ctime_ns, self.inode)
            and max(self.ctime_ns, self.mtime_ns) < indexed_ns
        )


def git_files(root: Path) -> GitFiles | None:
    """What git lists below the root, or None where a walk has to do."""
    git = git_at(root)
    if git is None:
        return None
    staged = git.run(root, "ls-files", "-z", "--stage", "--debug")
    others = git.run(root, "ls-files", "-z", "--others", "--exclude-standard")
    if staged is None or others is None:
        return None
    entries = _entries(staged)
    if entries is None:
        return None
    untracked = [os.fsdecode(name) for name in others.split(b"\0") if name]
    nested = [name.rstrip("/") for name in untracked if name.endswith("/")]
    tracked = [entry for entry in entries if entry.mode != "160000"]
    paths = {entry.path for entry in tracked} | {name for name in untracked if not name.endswith("/")}
    submodules = {entry.path for entry in entries if entry.mode == "160000"} | set(nested)
    if not paths and not submodules and root != git.top:
        return None  # a folder the outer repository ignores: its owner asked for it all the same
    left_out = git.run(root, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory") or b""
    revision = _revision(git, root)
    statuses = _statuses(root, tracked)
    dirty = bool(untracked) or _staged(git, root, revision) or _changed(root, tracked, statuses)
    contents = _contents(tracked, statuses, _indexed_ns(git, root))
    return GitFiles(tuple(sorted(paths)), tuple(sorted(submodules)), left_out.count(b"\0"), revision, dirty, contents)


def _entries(output: bytes) -> list[_Entry] | None:
    entries: list[_Entry] = []
    position = 0
    while position < len(output):
        match = _ENTRY.match(output, position)
        if match is None:
            return None
        mode, blob, name, changed_s, changed_ns, modified_s, modified_ns, inode, size = match.groups()
        changed, modified = (
            int(second) * 1_000_000_000 + int(rest) for second, rest in ((changed_s, changed_ns), (modified_s, modified_ns))
        )
        entries.append(_Entry(mode.decode(), blob.decode(), os.fsdecode(name), changed, modified, int(inode), int(size)))
        position = match.end()
    return entries


def _revision(git: Git, root: Path) -> str | None:
    output = git.run(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    text = (output or b"").decode("ascii", "replace").strip()
    return text if re.fullmatch(r"[0-9a-f]{40,64}", text) else None


def _staged(git: Git, root: Path, revision: str | None) -> bool:
    if revision is None:
        return True
    # Index against tree: the work tree is not looked at, so no filter runs.
    result = git.call(root, ("diff-index", "--cached", "--quiet", "--no-ext-diff", "--no-textconv", revision, "--", "."))
    return result is None or result.returncode != 0


def _indexed_ns(git: Git, root: Path) -> int:
    """When the index was written; 0 where that cannot be told."""
    place = git.run(root, "rev-parse", "--git-path", "index")
    try:
        return (root / os.fsdecode(place.rstrip(b"\n"))).stat().st_mtime_ns if place else 0
    except (OSError, ValueError):
        return 0


def _statuses(root: Path, tracked: Sequence[_Entry]) -> Sequence[os.stat_result | None]:
    """Of each tracked file, None where there is none."""
    prefix = f"{root}{os.sep}"  # a tenth of the time of building paths

    def status(path: str) -> os.stat_result | None:
        try:
            return os.lstat(prefix + path)
        except (OSError, ValueError):
            return None

    return [status(entry.path) for entry in tracked]


def _contents(tracked: Sequence[_Entry], statuses: Sequence[os.stat_result | None], indexed_ns: int) -> Mapping[str, str]:
    # With the size, as filters may leave one blob as two files (a pointer, or what it points to).
    return {
        entry.path: f"{entry.blob}-{entry.size}"
        for entry, status in zip(tracked, statuses, strict=True)
        if status is not None and stat.S_ISREG(status.st_mode) and not entry.is_link and entry.is_unchanged(status, indexed_ns)
    }


def _changed(root: Path, tracked: Sequence[_Entry], statuses: Sequence[os.stat_result | None]) -> bool:
    budget = _HASHED_AT_MOST
    for entry, status in zip(tracked, statuses, strict=True):
        if status is None or stat.S_ISLNK(status.st_mode) != entry.is_link:
            return True
        if entry.looks_unchanged(status):
            continue
        budget -= status.st_size
        if budget < 0 or (entry.size and status.st_size != entry.size) or _blob(root / entry.path, entry, status) != entry.blob:
            return True
    return False


def _blob(location: Path, entry: _Entry, status: os.stat_result) -> str | None:
    digest = hashlib.sha1(usedforsecurity=False) if len(entry.blob) == 40 else hashlib.sha256()
    digest.update(b"blob %d\0" % status.st_size)
    try:
        if stat.S_ISLNK(status.st_mode):
            digest.update(os.fsencode(location.readlink()))
        else:
            with open_regular(location) as handle:
                while block := handle.read(1 << 20):
                    digest.update(block)
    except (OSError, ValueError):
        return None
    return digest.hexdigest()
