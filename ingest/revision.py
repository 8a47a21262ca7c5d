"""A revision of a git repository as a tree to scan: its files are taken out of git's objects, and nothing of the repository changes.

Takes a root and the name of a revision, gives a `Listing` as of a work tree; the files themselves are written into a private folder when
they are asked for. Work tree, index, refs and configuration are not touched: no checkout is made, so no filter, hook or attribute runs.
Nothing is fetched: what a shallow or partial clone does not have is said.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ingest.blobs import MOST_OF_ONE, Entry, is_plain, write_out
from ingest.errors import UnusableInput
from ingest.examination import may_be_read
from ingest.git import Git, git_at, objects_of
from ingest.gitfiles import GitFiles
from ingest.pictures.names import may_describe
from ingest.purpose import kind_of
from ingest.source import ReadError, Skip, SourceSettings
from ingest.sources import Listing, listing_of, safe_path

MOST_OF_ALL = 4_000_000_000
FEW = 10  # where less than one in so many files is missing, the others are read
_BLOCK = 1 << 20
_NAME_LENGTH = 1000
_LINE = re.compile(rb"(\d{6}) (?:blob|commit) ([0-9a-f]{40,64}) +(\d+|-|BAD)\t(.*)", re.DOTALL)
_OBJECT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class RevisionTree:
    """The files of one revision; those that are read are written out by `brought`."""

    def __init__(
        self, listing: Listing, name: str, entries: Sequence[Entry], objects: Git, private: Path, settings: SourceSettings
    ) -> None:
        self.listing = listing
        self.private = private  # for whatever else belongs to this tree alone, and goes with it
        self._name, self._objects, self._settings = name, objects, settings
        wanted = frozenset(listing.paths)
        self._entries = tuple(entry for entry in entries if entry.path in wanted)
        self._brought: Listing | None = None
        self._names = frozenset(safe_path(entry.path) for entry in entries)

    def has(self, path: str) -> bool:
        """Whether the revision has a file of this name, read or not."""
        return path in self._names

    def brought(self) -> Listing:
        """The listing, once the files that a scan may open lie below its base.

        Raises:
            UnusableInput: this clone does not have them.
        """
        if self._brought is None:
            self._brought = self._bring()
        return self._brought

    def _bring(self) -> Listing:
        pictures = self._settings.pictures
        asked = [entry for entry in self._entries if may_be_read(entry.path) or (pictures and may_describe(entry.path))]
        missing = [entry for entry in asked if entry.size < 0]
        if len(missing) * FEW > len(asked):
            what = "1 file of this revision is" if len(missing) == 1 else f"{len(missing)} files of this revision are"
            raise UnusableInput(
                f"{what} not in this clone, which is partial", safe_path(self._name), "fetch them, as by checking it out once"
            )
        errors = [ReadError(safe_path(entry.path), "is not in this clone, which is partial") for entry in missing]
        skips: list[Skip] = []
        files: list[Entry] = []
        left = MOST_OF_ALL
        for entry in asked:
            if entry.size < 0:
                continue
            if kind_of(entry.path) == "model_file" and entry.size > MOST_OF_ONE:
                skips.append(Skip(safe_path(entry.path), f"a model file larger than {MOST_OF_ONE} bytes is not taken out of git"))
            elif (left := left - entry.size) < 0:
                skips.append(Skip(safe_path(entry.path), f"more than {MOST_OF_ALL} bytes of a revision are not taken out of git"))
            else:
                files.append(entry)
        errors += write_out(files, self._objects, self.listing.base, self._whole)
        gone = {skip.path for skip in skips} | {error.path for error in errors}
        return replace(
            self.listing,
            paths=tuple(path for path in self.listing.paths if safe_path(path) not in gone),
            skipped=(*self.listing.skipped, *skips),
            errors=(*self.listing.errors, *errors),
        )

    def _whole(self, entry: Entry) -> int:
        return MOST_OF_ONE if kind_of(entry.path) == "model_file" else self._settings.max_document_bytes


@contextmanager
def revision_tree(root: Path, name: str, settings: SourceSettings | None = None) -> Iterator[RevisionTree]:
    """A revision of what lies at `root`, for as long as the context lasts.

    Raises:
        UnusableInput: no repository, no such revision, nothing of that name in it, or objects that this clone does not have.
    """
    settings = settings or SourceSettings()
    root = root.resolve()
    git = repository_of(root)
    commit = commit_of(git, name)
    with tempfile.TemporaryDirectory(prefix="threatloom-", ignore_cleanup_errors=True) as folder:
        private = Path(folder).resolve()
        objects = objects_of(git, private / "git")
        if objects is None:
            raise UnusableInput("git does not answer", safe_path(str(git.top)), "check that it is a repository: git status")
        below = "" if root == git.top else root.relative_to(git.top).as_posix()
        entries, complete = _entries(objects, commit, below, name, settings.max_files)
        plain = [entry for entry in entries if is_plain(entry.path)]
        known = GitFiles(
            paths=tuple(sorted(entry.path for entry in plain if not entry.is_submodule)),
            submodules=tuple(sorted(entry.path for entry in plain if entry.is_submodule)),
            ignored=0, revision=commit, dirty=False,
            contents={entry.path: f"{entry.blob}-{entry.size}" for entry in plain if entry.is_file and entry.size >= 0},
        )  # fmt: skip
        base = private / "tree"
        base.mkdir()
        listing = listing_of(base, known, settings)
        skipped = [
            Skip(safe_path(entry.path), "a name that git itself does not check out") for entry in entries if not is_plain(entry.path)
        ]
        errors = [] if complete else [ReadError(".", f"more than {settings.max_files} files: the rest was not looked at")]
        listing = replace(listing, skipped=(*listing.skipped, *skipped), errors=(*listing.errors, *errors))
        yield RevisionTree(listing, name, plain, objects, private, settings)


def repository_of(root: Path) -> Git:
    """git on the repository that a resolved folder lies in.

    Raises:
        UnusableInput: there is none, or no git.
    """
    git = git_at(root, bare=True)
    if git is None:
        raise UnusableInput("not in a git repository, or git is not installed", safe_path(str(root)), "a revision needs both")
    return git


def commit_of(git: Git, name: str) -> str:
    """The commit that a name means.

    Raises:
        UnusableInput: there is none of that name here.
    """
    found = known_commit(git, name)
    if found is not None:
        return found
    mend = "name a branch, a tag or a commit that this clone has"
    if known_commit(git, f"origin/{name}") is not None:
        mend = f"write origin/{name}"
    elif git.run(git.top, "rev-parse", "--is-shallow-repository") == b"true\n":
        mend = "this clone is shallow: fetch the revision first"
    raise UnusableInput("no such revision", safe_path(name[:200]) or "an empty name", mend)


def text_at(root: Path, name: str, file: str, most: int) -> str | None:
    """What a file of the folder said at a revision; None where it is not there, is no plain file, or is larger than `most` bytes.

    Raises:
        UnusableInput: no repository, or no such revision.
    """
    root = root.resolve()
    git = repository_of(root)
    commit = commit_of(git, name)
    below = "" if root == git.top else f"{root.relative_to(git.top).as_posix()}/"
    listed = git.run(git.top, "ls-tree", "-z", "-l", "--full-tree", commit, "--", f"{below}{file}")
    match = _LINE.fullmatch((listed or b"").rstrip(b"\0"))
    if match is None or not match[1].startswith(b"100") or int(match[3] if match[3].isdigit() else most + 1) > most:
        return None
    said = git.run(git.top, "cat-file", "blob", match[2].decode())
    return None if said is None else said.decode("utf-8", "replace")


def known_commit(git: Git, name: str) -> str | None:
    """The commit that a name means, None where there is none; what looks like an option is none."""
    if not name or len(name) > _NAME_LENGTH or name.startswith("-") or not name.isprintable():
        return None
    found = _object(git, name)  # by itself first: what is appended to `:/words` would be taken for more words
    return None if found is None else _object(git, f"{found}^{{commit}}")


def _object(git: Git, name: str) -> str | None:
    said = git.run(git.top, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    text = (said or b"").decode("ascii", "replace").strip()
    return text if _OBJECT.fullmatch(text) else None


def _entries(objects: Git, commit: str, below: str, name: str, most: int) -> tuple[list[Entry], bool]:
    """What a folder of a commit holds, or one file of it, and whether that is all."""
    found = _object(objects, f"{commit}:{below}")
    if found is None:
        raise UnusableInput(
            f"{safe_path(below)} is not in this revision" if below else "no tree", safe_path(name), "give a path that it has"
        )
    kind = objects.run(objects.top, "cat-file", "-t", found)
    if kind == b"tree\n":
        entries, complete = _listed(objects, ("-r", found), name, most)
        return entries, complete
    if kind == b"blob\n":
        parent, _, last = below.rpartition("/")
        beside, _ = _listed(objects, (f"{commit}:{parent}",), name, most)
        return [entry for entry in beside if entry.path == last], True
    raise _missing(name)


def _listed(objects: Git, asked: Sequence[str], name: str, most: int) -> tuple[list[Entry], bool]:
    """Entries of a tree. A small repository can name more files than fit on any disk: what is beyond `most` is not asked for."""
    found: list[Entry] = []
    with objects.running("ls-tree", "-z", "-l", "--full-tree", *asked) as git:
        rest = b""
        while block := git.said.read(_BLOCK):
            *lines, rest = (rest + block).split(b"\0")
            for line in lines:
                if (match := _LINE.fullmatch(line)) is not None:
                    mode, blob, size, path = match.groups()
                    found.append(Entry(mode.decode(), blob.decode(), int(size) if size.isdigit() else -1, os.fsdecode(path)))
            if len(found) > most:
                return found[:most], False
        if not git.succeeded():
            raise _missing(name)
    return found, True


def _missing(name: str) -> UnusableInput:
    return UnusableInput("folders of this revision are not in this clone", safe_path(name), "fetch it whole, or check it: git fsck")
