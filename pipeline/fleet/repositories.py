"""Repositories of others, fetched into bare ones of ours: no work tree, no hook, no filter, no submodule, nothing of git's settings.

Takes where a repository is, gives a folder and a revision that can be scanned from git's objects. As little is fetched as a server lets us:
one commit where it names one, else its branches and tags. What is fetched is bounded in size by the system, in time by the process that
asks. A token goes to git by its environment and to one host, and is in nothing that is said, stored or seen in a list of processes.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ingest.errors import UnusableInput
from pipeline.fleet.fleet_file import SCHEMES
from pipeline.fleet.order import GitSource, Limits, Workplace
from pipeline.reports.escape import shorten, visible

_SETTINGS = (
    "core.hooksPath=/dev/null", "core.fsmonitor=", "core.attributesFile=/dev/null", "core.excludesFile=/dev/null", "core.pager=cat",
    "credential.helper=", "core.askPass=", "protocol.allow=never", "fetch.unpackLimit=1", "fetch.recurseSubmodules=no",
    "submodule.recurse=false", "gc.auto=0", "maintenance.auto=false", "fetch.writeCommitGraph=false", "http.maxRequests=2",
    "transfer.bundleURI=false", "transfer.advertiseSID=false", "remote.origin.promisor=false",
)  # fmt: skip
_SSH = "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oForwardAgent=no -oConnectTimeout=20"
_BLOCK = 512  # bytes, what `ulimit -f` counts
_FULL = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")


class Checkout(NamedTuple):
    """A folder and the revision of it that is scanned; nothing of it is checked out."""

    folder: Path
    rev: str


@contextlib.contextmanager
def revision_of(source: GitSource, place: Workplace, limits: Limits) -> Iterator[Checkout]:
    """What a source means, for as long as the context lasts.

    Raises:
        UnusableInput: there is no such repository, revision or folder, or it is too large.
    """
    parts = urlsplit(source.repository)
    if not source.is_remote or parts.scheme == "file":
        path = Path(unquote(parts.path) if source.is_remote else source.repository)
        if source.is_remote and parts.netloc not in ("", "localhost"):
            raise UnusableInput("a file URL names no other host", visible(source.repository), "write file:///PATH")
        yield Checkout(_below(path, source.folder), source.rev)
        return
    if parts.scheme not in SCHEMES or source.repository.startswith("-") or source.rev.startswith("-"):
        raise UnusableInput("this is no address of a repository", visible(source.repository), f"use {', '.join(SCHEMES)}")
    if place.cache is None:
        with tempfile.TemporaryDirectory(prefix="threatloom-", ignore_cleanup_errors=True) as room:
            folder = Path(room) / "repository.git"
            rev = _Fetching(folder, source, place, limits).fetched()
            yield Checkout(_below(folder, source.folder), rev)
        return
    with _room(source, place.cache) as folder:  # for the time of fetching: several systems may lie in one repository
        rev = _Fetching(folder, source, place, limits).fetched()
    yield Checkout(_below(folder, source.folder), rev)


def _below(repository: Path, folder: str) -> Path:
    """A folder of a repository; where a link of a work tree leads out of it, there is none."""
    whole = repository.resolve()
    if not whole.is_dir():
        raise UnusableInput("no such repository", visible(str(repository)), "correct the fleet file")
    wanted = (whole / folder).resolve()
    if not wanted.is_relative_to(whole):
        raise UnusableInput("this folder leads out of its repository", visible(folder), "correct `folder`")
    return wanted


@contextlib.contextmanager
def _room(source: GitSource, cache: Path) -> Iterator[Path]:
    """The bare repository of ours for a URL, for nobody else to fetch into until the end."""
    name = hashlib.sha256(source.repository.encode()).hexdigest()[:32]
    rooms = cache / "repositories"
    rooms.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (rooms / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield rooms / f"{name}.git"


class _Fetching:
    def __init__(self, folder: Path, source: GitSource, place: Workplace, limits: Limits) -> None:
        self._folder, self._source, self._place, self._limits = folder, source, place, limits
        parts = urlsplit(source.repository)
        self._scheme, self._host = parts.scheme, parts.hostname or ""
        self._token = place.tokens.get(self._host.lower(), "")
        program = shutil.which("git", path=os.defpath)
        if program is None:
            raise UnusableInput("git is not installed", "a repository is fetched by it", "install git")
        self._program = program

    def fetched(self) -> str:
        """Brings the revision here; what it is called here."""
        most = self._limits.clone_mb * 1024 * 1024
        if self._folder.exists() and (not (self._folder / "HEAD").is_file() or _size(self._folder) > 2 * most):
            shutil.rmtree(self._folder)
        if not self._folder.exists():
            self._must(["init", "--quiet", "--bare", "--template=", str(self._folder)], at=self._folder.parent)
        ref = f"refs/threatloom/{hashlib.sha256(self._source.rev.encode()).hexdigest()[:16]}"
        said = self._git(["fetch", *_PLAIN, "--depth=1", "--", self._source.repository, f"+{self._source.rev}:{ref}"], at=self._folder)
        if said.returncode == 0:
            return ref
        if self._source.rev == "HEAD" or not _no_such_ref(said.stderr):
            raise self._failed(said)
        # A server need not give a commit by its name, and knows no shortened one: its branches and tags then.
        self._must(["fetch", *_PLAIN, "--prune", *self._unshallow(), "--", self._source.repository, *_FULL], at=self._folder)
        return self._source.rev

    def _unshallow(self) -> Sequence[str]:
        return ("--unshallow",) if (self._folder / "shallow").is_file() else ()

    def _must(self, arguments: Sequence[str], *, at: Path) -> None:
        said = self._git(arguments, at=at)
        if said.returncode != 0:
            raise self._failed(said)

    def _git(self, arguments: Sequence[str], *, at: Path) -> subprocess.CompletedProcess[bytes]:
        """git under a bound on how large a file it may write; a pack is one file."""
        settings = [part for setting in (*_SETTINGS, f"protocol.{self._scheme}.allow=always") for part in ("-c", setting)]
        blocks = self._limits.clone_mb * 1024 * 1024 // _BLOCK
        line = ["/bin/sh", "-c", 'ulimit -f "$1"; shift; exec "$@"', "sh", str(blocks), self._program, "--no-pager", *settings, *arguments]
        try:
            return subprocess.run(
                line, cwd=at, env=self._environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                timeout=self._limits.seconds, check=False,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as problem:
            raise UnusableInput(f"git could not be run, {type(problem).__name__}", self._shown, "try again") from None

    def _environment(self) -> Mapping[str, str]:
        said = {
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "/bin/false", "SSH_ASKPASS": "/bin/false", "GIT_ALLOW_PROTOCOL": self._scheme, "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_NO_REPLACE_OBJECTS": "1", "GIT_SSH_COMMAND": _SSH, "GIT_PROTOCOL_FROM_USER": "0", "LC_ALL": "C", "HOME": os.devnull,
            "PATH": os.defpath,
        }  # fmt: skip
        if self._place.ssh_agent and self._scheme == "ssh":
            said["SSH_AUTH_SOCK"] = self._place.ssh_agent
        if self._token and self._scheme == "https":
            word = base64.b64encode(f"x-access-token:{self._token}".encode()).decode()
            # No redirect is followed with a token: it is for this host alone.
            pairs = {f"http.https://{self._host}/.extraHeader": f"Authorization: Basic {word}", "http.followRedirects": "false"}
            said["GIT_CONFIG_COUNT"] = str(len(pairs))
            for number, (key, value) in enumerate(pairs.items()):
                said[f"GIT_CONFIG_KEY_{number}"], said[f"GIT_CONFIG_VALUE_{number}"] = key, value
        return said

    def _reached(self) -> bool:
        """Whether a file is as large as it may be: git does not say what it was ended by."""
        most = self._limits.clone_mb * 1024 * 1024 // _BLOCK * _BLOCK
        packs = (self._folder / "objects" / "pack").glob("tmp_pack_*")
        return any(pack.stat().st_size >= most for pack in packs)

    @property
    def _shown(self) -> str:
        return visible(self._source.repository)

    def _failed(self, said: subprocess.CompletedProcess[bytes]) -> UnusableInput:
        text = said.stderr.decode("utf-8", "replace")
        if self._reached():
            shutil.rmtree(self._folder, ignore_errors=True)
            return UnusableInput(f"the repository is larger than its limit of {self._limits.clone_mb} MB", self._shown, "raise clone_mb")
        if "could not read Username" in text or "Authentication failed" in text or " 401" in text or " 403" in text:
            return UnusableInput("the repository asks for credentials", self._shown, "give them in THREATLOOM_GIT_TOKENS, as HOST=TOKEN")
        if _no_such_ref(said.stderr):
            return UnusableInput(f"the repository has no {visible(self._source.rev)}", self._shown, "correct `rev`")
        last = next((line for line in reversed(text.splitlines()) if line.startswith(("fatal:", "error:"))), "git failed")
        if self._token:
            last = last.replace(self._token, "***")
        return UnusableInput(f"the repository cannot be fetched, {shorten(visible(last), 200)}", self._shown, "check address and access")


_PLAIN = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance", "--no-write-fetch-head", "--force")


def _no_such_ref(complaint: bytes) -> bool:
    return any(
        words in complaint for words in (b"couldn't find remote ref", b"Server does not allow request", b"not our ref", b"invalid refspec")
    )


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
