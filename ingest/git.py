"""git, asked about a repository that others made.

A repository's own configuration is hostile: only plumbing that runs no filter, hook, monitor, pager or transport is called, in an
environment that holds nothing but what is set here. Nothing is fetched: what a shallow or partial clone does not have is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_TIMEOUT, _LONG = 60.0, 600.0
_SETTINGS = (
    "core.fsmonitor=", "core.hooksPath=/dev/null", "core.excludesFile=/dev/null", "core.attributesFile=/dev/null",
    "core.untrackedCache=false", "core.pager=cat", "core.sshCommand=false", "core.quotePath=false",
    "protocol.allow=never", "safe.directory=*", "diff.external=", "submodule.recurse=false", "diff.orderFile=/dev/null",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Running:
    """A command that runs."""

    said: IO[bytes]
    process: subprocess.Popen[bytes]

    def succeeded(self) -> bool:
        """Whether it ended well; to be asked once everything it said was read."""
        return self.process.wait() == 0


@dataclass(frozen=True, slots=True)
class Git:
    """git on one repository."""

    program: str
    folder: Path  # `.git` of a work tree, or a bare repository
    top: Path  # of the work tree; of a bare repository itself

    def run(self, at: Path, *arguments: str, given: IO[bytes] | None = None) -> bytes | None:
        """What a command says; None where it fails."""
        result = self.call(at, arguments, given)
        return result.stdout if result is not None and result.returncode == 0 else None

    def call(self, at: Path, arguments: Sequence[str], given: IO[bytes] | None = None) -> subprocess.CompletedProcess[bytes] | None:
        """A finished command, whatever came of it; None where it could not run or did not end."""
        try:
            return subprocess.run(
                self._line(arguments), cwd=at, env=self._environment(), stdin=given or subprocess.DEVNULL, capture_output=True,
                timeout=_TIMEOUT, check=False,
            )  # fmt: skip
        except (OSError, ValueError, subprocess.SubprocessError):
            return None

    @contextmanager
    def running(self, *arguments: str, given: IO[bytes] | None = None) -> Iterator[Running]:
        """A command whose words are read while it says them; ended after a time, and when nobody listens any more."""
        process = subprocess.Popen(
            self._line(arguments), cwd=self.top, env=self._environment(), stdin=given or subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stdout is not None  # it is a pipe
        timer = threading.Timer(_LONG, process.kill)
        timer.daemon = True
        timer.start()
        try:
            with process.stdout as said:
                yield Running(said, process)
        finally:
            timer.cancel()
            process.kill()
            process.wait()

    def _line(self, arguments: Sequence[str]) -> list[str]:
        return [self.program, "--no-pager", *(part for setting in _SETTINGS for part in ("-c", setting)), *arguments]

    def _environment(self) -> dict[str, str]:
        return {
            # Named outright, so that core.worktree cannot move the tree and ownership of the folder does not matter.
            "GIT_DIR": str(self.folder), "GIT_WORK_TREE": str(self.top),
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1",
            # Missing objects of a partial clone would be fetched by a command the repository names.
            "GIT_ALLOW_PROTOCOL": "none", "GIT_PAGER": "cat", "LC_ALL": "C", "HOME": os.devnull, "PATH": os.defpath,
        }  # fmt: skip


def git_at(root: Path, *, bare: bool = False) -> Git | None:
    """git on the repository that a folder lies in, with `bare` also one that has no work tree; None where there is none, or no git."""
    top = _work_tree(root)
    folder = None if top is None else top / ".git"
    if top is None and bare:
        top = folder = next((one for one in (root, *root.parents) if _is_bare(one)), None)
    program = shutil.which("git")
    # A relative PATH entry could find a `git` inside the scanned tree.
    if top is None or folder is None or program is None or not Path(program).is_absolute() or Path(program).resolve().is_relative_to(top):
        return None
    return Git(program, folder, top)


def _work_tree(root: Path) -> Path | None:
    for folder in (root, *root.parents):
        if os.access(folder / ".git", os.F_OK):  # unlike Path.exists, False where we may not look
            return folder
    return None


def _is_bare(folder: Path) -> bool:
    return os.access(folder / "HEAD", os.R_OK) and os.access(folder / "objects", os.X_OK) and os.access(folder / "refs", os.X_OK)


def objects_of(git: Git, folder: Path) -> Git | None:
    """git on the objects of a repository alone, from an empty one made in `folder`: it has no settings, refs or index of that repository
    and asks nobody for what is missing. To be read only: git sets the time of an object that is written where it is already. None where the
    repository does not answer."""
    own = empty_beside(git, folder)
    return own if own is not None and borrow(git, own) else None


def empty_beside(git: Git, folder: Path) -> Git | None:
    """git on an empty repository, made in `folder`, whose objects are named as those of another one."""
    kind = git.run(git.top, "rev-parse", "--show-object-format")
    if kind is None:
        return None
    is_sha256 = kind.strip() == b"sha256"
    settings = f"[core]\n\trepositoryformatversion = {int(is_sha256)}\n\tbare = true\n"
    try:
        (folder / "objects" / "info").mkdir(parents=True)
        (folder / "refs").mkdir()
        (folder / "HEAD").write_text("ref: refs/heads/none\n")
        (folder / "config").write_text(settings + ("[extensions]\n\tobjectformat = sha256\n" if is_sha256 else ""))
    except OSError:
        return None
    return Git(git.program, folder, folder)


def borrow(git: Git, own: Git) -> bool:
    """Lets one repository read the objects of another; whether that could be done."""
    said = git.run(git.top, "rev-parse", "--git-path", "objects")
    if said is None:
        return False
    objects = (git.top / os.fsdecode(said.rstrip(b"\n"))).resolve()
    quoted = os.fsencode(objects).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    try:
        (own.folder / "objects" / "info" / "alternates").write_bytes(b'"%s"\n' % quoted)
    except OSError:
        return False
    return True
