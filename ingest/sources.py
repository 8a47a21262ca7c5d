"""Which files are read: a folder becomes sources, skips and errors.

Takes a root (or one file) and settings, gives a `SourceList`, sorted. In a git work tree the files are
those git tracks plus those it does not ignore; elsewhere a walk honours .gitignore. Nothing outside the
root is opened, except the documents a user names. Files of kinds without a reader are counted by suffix
and never opened; what the others are, `examination` tells. `list_paths` is the first half, in which no file is opened.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ingest.built import built_from, looks_built
from ingest.errors import UnusableInput
from ingest.examination import DOCUMENT_KINDS, about_link, examined, has_reader, is_plain, kind_in, may_be_read
from ingest.exclusion import IGNORE_FILE, exclusion_of, left_out_by_tree, skips_of
from ingest.gitfiles import GitFiles, git_files
from ingest.marks import unchanged
from ingest.pictures.names import is_picture, may_describe
from ingest.purpose import DECLARATIONS, vendored_folder
from ingest.source import ReadError, Skip, Source, SourceKind, SourceSettings
from ingest.text import reason_of
from ingest.walk import walk

_SUFFIX = re.compile(r"\.[A-Za-z0-9_+~-]{1,15}")
_SUFFIXES_LISTED = 200
# Control characters, line and direction marks, lone surrogates (undecodable bytes) and the escape character itself.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\\\\\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SourceList:
    sources: tuple[Source, ...]
    skipped: tuple[Skip, ...]
    errors: tuple[ReadError, ...]
    revision: str | None
    dirty: bool
    built: tuple[str, ...] = ()  # paths of sources that a build made, of what is not in the tree


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a tree by name, before any of them is opened."""

    base: Path
    paths: tuple[str, ...]  # as the file system names them
    skipped: tuple[Skip, ...]
    errors: tuple[ReadError, ...]
    revision: str | None
    dirty: bool
    contents: Mapping[str, str]  # path -> what names its content, where git knows that

    def names(self) -> tuple[str, ...] | None:
        """Each path, with what names the content of those that would be opened; None where that takes reading."""
        named: list[str] = []
        for path in self.paths:
            content = self.contents.get(path, "")
            if not content and may_be_read(path):
                location = self.base / path
                if not os.path.islink(location):  # noqa: PTH114 - false also where it may not be asked
                    return None
                content = about_link(self.base, location)
            named.append(f"{path}\0{content}")
        return tuple(named)


def list_paths(root: Path, settings: SourceSettings | None = None) -> Listing:
    """The files of a folder, or one file. Raises `UnusableInput` where there is nothing to scan."""
    settings = settings or SourceSettings()
    base, only = _base(root)
    if only is None:
        return listing_of(base, git_files(base) if settings.use_git else None, settings)
    if not has_reader(base / only):
        raise UnusableInput("no reader for this kind of file", safe_path(str(root)), "give a folder, or a file of a kind that is read")
    known = git_files(base) if settings.use_git else None
    return Listing(
        base, (only,), (), (), known.revision if known else None, known.dirty if known else False, known.contents if known else {}
    )


def list_sources(
    root: Path, settings: SourceSettings | None = None, listing: Listing | None = None, marks: Mapping[str, str] | None = None
) -> SourceList:
    """Sources of a folder or of one file. Those that still have the mark they had, by path, are not looked into again.

    Raises `UnusableInput` where there is nothing to scan.
    """
    settings = settings or SourceSettings()
    listing = listing or list_paths(root, settings)
    base = listing.base
    outcomes: list[Source | Skip | ReadError] = [*listing.skipped, *listing.errors]
    outcomes += _outcomes(listing, settings, marks or {})
    taken = {outcome.path for outcome in outcomes if isinstance(outcome, Source)}
    outcomes += _documents(base, taken, settings)
    made = built_from(outcome for outcome in outcomes if isinstance(outcome, Source))
    outcomes = [
        Skip(outcome.path, "built from another file of the tree, which is read") if outcome.path in made else outcome
        for outcome in outcomes
    ]
    if not outcomes:
        raise UnusableInput("empty folder, nothing to scan", safe_path(str(root)), "give the folder that holds the source code")
    added = {outcome.path for outcome in outcomes if isinstance(outcome, Source)}
    names = frozenset(listing.paths)
    return SourceList(
        tuple(sorted((outcome for outcome in outcomes if isinstance(outcome, Source)), key=lambda source: source.path)),
        # A pattern may be called like a file that was given as a document: what the listing left out is said all the same.
        tuple(sorted({*listing.skipped, *(skip for skip in outcomes if isinstance(skip, Skip) and skip.path not in added)})),
        tuple(sorted({outcome for outcome in outcomes if isinstance(outcome, ReadError)})),
        listing.revision,
        listing.dirty,
        tuple(sorted(path for path in added if looks_built(path, names))),
    )


def safe_path(path: str) -> str:
    """A path whose every character can be shown: control characters and undecodable bytes become escapes, one to one."""

    def escape(match: re.Match[str]) -> str:
        code = ord(match[0])
        if match[0] == "\\":
            return "\\\\"
        if 0xDC80 <= code <= 0xDCFF:
            return f"\\x{code - 0xDC00:02x}"
        return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"

    return _UNSAFE.sub(escape, path.replace(os.sep, "/") if os.sep != "/" else path)


def _base(root: Path) -> tuple[Path, str | None]:
    try:
        resolved = root.resolve(strict=True)
        status = resolved.stat()
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, FileNotFoundError):
            raise UnusableInput("no such path", safe_path(str(root)), "check the spelling") from None
        raise UnusableInput(f"cannot be opened, {reason_of(error)}", safe_path(str(root)), "check the path and its permissions") from None
    if stat.S_ISDIR(status.st_mode):
        if not os.access(resolved, os.R_OK | os.X_OK):
            raise UnusableInput("folder cannot be read", safe_path(str(root)), "check its permissions")
        return resolved, None
    if stat.S_ISREG(status.st_mode):
        return resolved.parent, resolved.name
    raise UnusableInput("neither a folder nor a file", safe_path(str(root)), "give a folder with source code")


def listing_of(base: Path, known: GitFiles | None, settings: SourceSettings) -> Listing:
    """The listing of a folder by what git knows of it; without that, by a walk."""
    excluded = exclusion_of(settings.exclude)
    skipped: list[Skip] = []
    errors: list[ReadError] = []
    contents: Mapping[str, str]
    if known is None:
        walked = walk(base, settings.max_files, excluded)
        paths, complete, left_out = walked.paths, walked.complete, walked.excluded
        skipped += [Skip(safe_path(path), left_out_by_tree(IGNORE_FILE), count) for path, count in walked.ignored.items()]
        skipped += [Skip(safe_path(skip.path), skip.reason, skip.count) for skip in walked.skipped]
        errors += [ReadError(safe_path(error.path), error.error) for error in walked.errors]
        revision, dirty, contents = None, False, {}
    else:
        paths, complete, left_out = list(known.paths[: settings.max_files]), len(known.paths) <= settings.max_files, Counter()
        if known.ignored:
            skipped.append(Skip(IGNORE_FILE, left_out_by_tree(IGNORE_FILE) + " (a whole folder counts as one)", known.ignored))
        skipped += [Skip(safe_path(path) + "/", "a repository of its own: scan it by itself") for path in known.submodules]
        revision, dirty, contents = known.revision, known.dirty, known.contents
    if not complete:
        errors.append(ReadError(".", f"more than {settings.max_files} files: the rest was not looked at"))
    folders: Counter[str] = Counter()
    kept = []
    for path in paths:
        folder = vendored_folder(path)
        if folder is not None:
            folders[folder] += 1
        elif (pattern := excluded.pattern_for(path)) is not None:
            left_out[pattern] += 1
        else:
            kept.append(path)
    skipped += [Skip(safe_path(folder) + "/", "vendored or built", count) for folder, count in folders.items()]
    skipped += [Skip(safe_path(skip.path), skip.reason, skip.count) for skip in skips_of(left_out)]
    return Listing(base, tuple(kept), tuple(skipped), tuple(errors), revision, dirty, contents)


def _outcomes(listing: Listing, settings: SourceSettings, marks: Mapping[str, str]) -> Iterator[Source | Skip | ReadError]:
    base = listing.base
    unread: Counter[str] = Counter()
    inside: dict[str, bool] = {}
    for path in listing.paths:
        label = safe_path(path)
        if label not in marks and not may_be_read(path) and not (settings.pictures and may_describe(path)):
            unread[_suffix(path)] += 1
            continue
        parent = path.rpartition("/")[0] or "."
        if parent not in inside:
            inside[parent] = is_plain(base, parent)
        if not inside[parent]:
            yield Skip(label, "lies behind a symbolic link")
            continue
        known = unchanged(base, path, label, marks[label]) if label in marks else None
        if known is None or known.kind in DOCUMENT_KINDS:  # what a document is for follows from the settings too
            outcome = examined(base, path, label, settings)
        else:
            outcome = known
        if isinstance(outcome, Source) and _is_data(outcome):
            outcome = Skip(outcome.path, "a document among tests, examples or data: no description of the system (--docs reads it)")
        if outcome is None:
            unread[_suffix(path)] += 1
        elif isinstance(outcome, Source) and path in listing.contents:
            yield replace(outcome, content=listing.contents[path])
        else:
            yield outcome
    listed = dict(sorted(unread.items(), key=lambda item: (-item[1], item[0]))[:_SUFFIXES_LISTED])
    for suffix, count in listed.items():
        yield Skip(f"*{suffix}", _why_unread(suffix, settings), count)
    rest = sum(unread.values()) - sum(listed.values())
    if rest:
        yield Skip("*.*", "no reader yet for files of other kinds", rest)


def _why_unread(suffix: str, settings: SourceSettings) -> str:
    if is_picture(f"x{suffix}"):
        said = "not told by their names to describe the system (--docs reads them)" if settings.pictures else "no OCR is set up"
        return f"pictures were not examined: {said}"
    if suffix == ".d.ts":
        return "types of code that stands somewhere else"
    return f"no reader yet for {suffix} files" if suffix else "no reader for files without a known suffix"


_DATA_KINDS: frozenset[SourceKind] = DOCUMENT_KINDS - {"markdown"}


def _is_data(source: Source) -> bool:
    """Documents among tests and examples are what a program is tried on, not what describes it; sheets in a folder of data are data."""
    if source.kind == "xlsx" and {"data", "dataset", "datasets"} & set(source.path.lower().split("/")[:-1]):
        return True
    return (
        source.kind in _DATA_KINDS
        and source.purpose in ("test", "example")
        and not source.path.lower().rsplit("/", 1)[-1].startswith("readme")
    )


def _documents(base: Path, taken: set[str], settings: SourceSettings) -> Iterator[Source | Skip | ReadError]:
    for given in settings.docs:
        try:
            location = given.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            raise UnusableInput("no such document", safe_path(str(given)), "check the path given as --docs") from None
        if location.is_dir():
            paths = walk(location, settings.max_files, exclusion_of(settings.exclude)).paths
            folder, files = location, [path for path in paths if _is_document(location, path, settings)]
            if not location.is_relative_to(base):  # those of the tree itself were listed with it
                unread = Counter(_suffix(path) for path in paths if is_picture(path) and not settings.pictures)
                yield from (Skip(f"docs/*{suffix}", _why_unread(suffix, settings), count) for suffix, count in sorted(unread.items()))
            if not files:
                raise UnusableInput(
                    "no documents in this folder", safe_path(str(given)), "give documents or diagrams of a kind that is read as --docs"
                )
        elif _is_document(location.parent, location.name, settings):
            folder, files = location.parent, [location.name]
        else:
            raise UnusableInput(
                "not a document that is read", safe_path(str(given)), "give documents or diagrams of a kind that is read as --docs"
            )
        for name in files:
            file = folder / name
            is_inside = file.is_relative_to(base)
            label = safe_path(file.relative_to(base).as_posix() if is_inside else f"docs/{name}")
            if is_inside and label in taken:
                continue
            label = label if is_inside else _unique(label, taken)
            taken.add(label)
            outcome = examined(folder, name, label, settings)
            if isinstance(outcome, Source):
                yield Source(label, file, outcome.kind, "documentation", outcome.size)
            elif outcome is not None:
                yield outcome


def _is_document(folder: Path, path: str, settings: SourceSettings) -> bool:
    return kind_in(folder, path) in DOCUMENT_KINDS or (settings.pictures and is_picture(path))


def _unique(label: str, taken: set[str]) -> str:
    pure = PurePosixPath(label)
    candidate, number = label, 2
    while candidate in taken:
        candidate = str(pure.with_name(f"{pure.stem}-{number}{pure.suffix}"))
        number += 1
    return candidate


def _suffix(path: str) -> str:
    if path.lower().endswith(DECLARATIONS):
        return ".d.ts"
    suffix = PurePosixPath(path).suffix
    return suffix.lower() if _SUFFIX.fullmatch(suffix) else ""
