"""Files of a git tree written into a folder: their bytes as git has them, unconverted, and nowhere but below that folder.

Takes entries of a tree and git on its objects. Names and contents were written by others: no name leads out of the folder, files are made
anew and never written over, links are made last and are followed by nobody. Of what is larger than a reader takes, the head and the size
are written; of what is larger still, the size.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ingest.errors import UnusableInput
from ingest.git import Git
from ingest.source import ReadError
from ingest.sources import safe_path
from ingest.text import reason_of

MOST_OF_ONE = 256_000_000  # bytes; nothing of what is larger is taken out
_HEAD, _BLOCK = 65_536, 1 << 20
_LINK = "120000"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, a link or a submodule of a tree."""

    mode: str
    blob: str
    size: int  # bytes; -1 where the clone does not have it
    path: str  # undecodable bytes as surrogates

    @property
    def is_submodule(self) -> bool:
        return self.mode == "160000"

    @property
    def is_file(self) -> bool:
        return self.mode.startswith("100")


def is_plain(path: str) -> bool:
    """Whether a path may be made below a folder; git itself checks out no other."""
    if any(part in ("", ".", "..") or _is_repository(part) for part in path.split("/")):
        return False
    return os.name != "nt" or not re.search(r'[\\:<>"|?*]|[ .](/|$)|(^|/)(con|prn|aux|nul|com\d|lpt\d)(\.|/|$)', path, re.IGNORECASE)


def _is_repository(part: str) -> bool:
    # As file systems read it that know no case, have short names, or pass over characters that do not show.
    seen = "".join(char for char in part if char.isprintable()).casefold().split(":")[0].rstrip(" .")
    return seen == ".git" or re.fullmatch(r"git~\d+", seen) is not None


def write_out(entries: Sequence[Entry], objects: Git, base: Path, whole: Callable[[Entry], int]) -> list[ReadError]:
    """Writes files below `base`, each with so many of its bytes as `whole` says and its true size; gives those that could not be made.

    Raises:
        UnusableInput: git does not give what it says it has.
    """
    folders = {""}
    errors: list[ReadError] = []
    links: list[tuple[Entry, bytes]] = []
    taken = [entry for entry in entries if entry.size <= MOST_OF_ONE]
    with tempfile.TemporaryFile() as asked:
        asked.write(b"".join(entry.blob.encode() + b"\n" for entry in taken))
        asked.seek(0)
        with objects.running("cat-file", "--batch", given=asked) as git:
            for entry in taken:
                if git.said.readline(200).split()[1:] != [b"blob", b"%d" % entry.size]:
                    raise _broken(entry)
                if entry.mode == _LINK:
                    links.append((entry, _beginning(git.said, entry)))
                else:
                    errors += _made(base, entry, folders, git.said, whole(entry))
                git.said.read(1)
    for entry in entries:
        if entry.size > MOST_OF_ONE:
            errors += _made(base, entry, folders, None, 0)
    for entry, target in links:
        errors += _linked(base, entry, folders, target)
    return errors


def _made(base: Path, entry: Entry, folders: set[str], content: IO[bytes] | None, whole: int) -> list[ReadError]:
    left, kept = entry.size, entry.size if entry.size <= whole else _HEAD
    failed: list[ReadError] = []
    try:
        _make_folders(base, entry.path, folders)
        descriptor = os.open(base / entry.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except (OSError, ValueError) as problem:
        failed, descriptor = [_unmade(entry, problem)], -1
    try:
        while content is not None and left:
            block = _read(content, entry, min(left, _BLOCK))
            left -= len(block)
            if descriptor >= 0 and kept > 0:
                os.write(descriptor, block[:kept])
                kept -= len(block)
        if descriptor >= 0:
            os.truncate(descriptor, entry.size)
    except OSError as problem:
        raise UnusableInput(
            f"files of a revision cannot be written, {reason_of(problem)}", str(base), "make room there, or set TMPDIR"
        ) from None
    finally:
        if descriptor >= 0:
            os.close(descriptor)
    return failed


def _linked(base: Path, entry: Entry, folders: set[str], target: bytes) -> list[ReadError]:
    try:
        _make_folders(base, entry.path, folders)
        (base / entry.path).symlink_to(os.fsdecode(target))
    except (OSError, ValueError) as problem:
        return [_unmade(entry, problem)]
    return []


def _make_folders(base: Path, path: str, folders: set[str]) -> None:
    """The folders a path needs. A link is never one of them: links are made when all files are."""
    folder = path.rpartition("/")[0]
    if folder in folders:
        return
    at = ""
    for part in folder.split("/"):
        at = f"{at}/{part}" if at else part
        if at not in folders:
            try:
                (base / at).mkdir(0o700)
            except FileExistsError:
                if (base / at).is_symlink() or not (base / at).is_dir():
                    raise
            folders.add(at)


def _read(content: IO[bytes], entry: Entry, size: int) -> bytes:
    block = content.read(size)
    if len(block) != size:
        raise _broken(entry)
    return block


def _beginning(content: IO[bytes], entry: Entry) -> bytes:
    """Where a link leads; all of what is too long to be a path is read, and its beginning kept."""
    kept = b""
    left = entry.size
    while left:
        block = _read(content, entry, min(left, _BLOCK))
        left -= len(block)
        kept = kept or block[:_HEAD]
    return kept


def _unmade(entry: Entry, problem: BaseException) -> ReadError:
    if isinstance(problem, FileExistsError | NotADirectoryError):
        return ReadError(safe_path(entry.path), "another entry of this revision has the same name here")
    return ReadError(safe_path(entry.path), f"cannot be taken out of git: {reason_of(problem)}")


def _broken(entry: Entry) -> UnusableInput:
    return UnusableInput("a file of this revision cannot be taken out of git", safe_path(entry.path), "check the repository: git fsck")
