"""Which files are read: a folder becomes sources, skips and errors.

Takes a root (or one file) and settings, gives a `SourceList`, sorted. In a git work tree the files are
those git tracks plus those it does not ignore; elsewhere a walk honours .gitignore. Nothing outside the
root is opened, except the documents a user names. At most a head of each file is read here; files of
kinds without a reader are counted by suffix and never opened. `list_paths` is the first half, in which no file is opened.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ingest.documents import FORMATS, diagrams
from ingest.errors import UnusableInput
from ingest.exclusion import GENERATED_MARK, IGNORE_FILE, exclusion_of, left_out_by_tree, skips_of
from ingest.gitfiles import git_files
from ingest.heads import kind_of_head, may_be_told
from ingest.purpose import is_generated, is_generated_name, is_python_script, kind_of, may_be_model, purpose_of, vendored_folder
from ingest.recognition import is_told_by_head, kind_by_head
from ingest.source import ReadError, Skip, Source, SourceKind
from ingest.text import open_regular, reason_of, unmarked_utf16
from ingest.walk import walk

DOCUMENT_KINDS: frozenset[SourceKind] = frozenset(FORMATS)
_BINARY: frozenset[SourceKind] = frozenset({"docx", "odt", "pptx", "xlsx", "pdf", "eml", "model_file"})
_LARGE: frozenset[SourceKind] = _BINARY | {"notebook", "lockfile", *diagrams.FORMATS}
_LONG_LINES_ARE_NORMAL: frozenset[SourceKind] = _LARGE | {"text", "markdown", "rst"}
_WRITTEN: frozenset[SourceKind] = frozenset({"python", "typescript", "java", "go", "csharp", "html"})
_HEAD = 8192
_LONG_HEAD = 65_536
_LONG_LINE = 20_000
_LONG_SCRIPT_LINE = 1_000  # bundlers break lines now and then
_SUFFIX = re.compile(r"\.[A-Za-z0-9_+~-]{1,15}")
_SUFFIXES_LISTED = 200
# Control characters, line and direction marks, lone surrogates (undecodable bytes) and the escape character itself.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\\\\\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What to read and how much of it."""

    docs: tuple[Path, ...] = ()  # documents or folders of documents, inside or outside the root
    exclude: tuple[str, ...] = ()  # patterns as in .gitignore; those the tree itself names are `TreePattern`
    max_file_bytes: int = 2_000_000  # code, configuration and plain text
    max_document_bytes: int = 20_000_000  # docx, pdf, notebooks and lock files
    max_files: int = 200_000
    use_git: bool = True


@dataclass(frozen=True, slots=True)
class SourceList:
    sources: tuple[Source, ...]
    skipped: tuple[Skip, ...]
    errors: tuple[ReadError, ...]
    revision: str | None
    dirty: bool


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
            if not content and (kind_of(path) is not None or _is_told_by_head(path) or _may_be_script(path)):
                location = self.base / path
                if not os.path.islink(location):  # noqa: PTH114 - false also where it may not be asked
                    return None
                content = _about_link(self.base, location)
            named.append(f"{path}\0{content}")
        return tuple(named)


def list_paths(root: Path, settings: SourceSettings | None = None) -> Listing:
    """The files of a folder, or one file. Raises `UnusableInput` where there is nothing to scan."""
    settings = settings or SourceSettings()
    base, only = _base(root)
    if only is None:
        return _listing(base, settings)
    if not _has_reader(base / only):
        raise UnusableInput("no reader for this kind of file", safe_path(str(root)), "give a folder, or a file of a kind that is read")
    known = git_files(base) if settings.use_git else None
    return Listing(
        base, (only,), (), (), known.revision if known else None, known.dirty if known else False, known.contents if known else {}
    )


def list_sources(root: Path, settings: SourceSettings | None = None, listing: Listing | None = None) -> SourceList:
    """Sources of a folder or of one file. Raises `UnusableInput` where there is nothing to scan."""
    settings = settings or SourceSettings()
    listing = listing or list_paths(root, settings)
    base = listing.base
    outcomes: list[Source | Skip | ReadError] = [*listing.skipped, *listing.errors]
    outcomes += _outcomes(listing, settings)
    taken = {outcome.path for outcome in outcomes if isinstance(outcome, Source)}
    outcomes += _documents(base, taken, settings)
    if not outcomes:
        raise UnusableInput("empty folder, nothing to scan", safe_path(str(root)), "give the folder that holds the source code")
    added = {outcome.path for outcome in outcomes if isinstance(outcome, Source)}
    return SourceList(
        tuple(sorted((outcome for outcome in outcomes if isinstance(outcome, Source)), key=lambda source: source.path)),
        # A pattern may be called like a file that was given as a document: what the listing left out is said all the same.
        tuple(sorted({*listing.skipped, *(skip for skip in outcomes if isinstance(skip, Skip) and skip.path not in added)})),
        tuple(sorted({outcome for outcome in outcomes if isinstance(outcome, ReadError)})),
        listing.revision,
        listing.dirty,
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


def _listing(base: Path, settings: SourceSettings) -> Listing:
    excluded = exclusion_of(settings.exclude)
    known = git_files(base) if settings.use_git else None
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


def _outcomes(listing: Listing, settings: SourceSettings) -> Iterator[Source | Skip | ReadError]:
    base = listing.base
    unread: Counter[str] = Counter()
    inside: dict[str, bool] = {}
    for path in listing.paths:
        kind = _kind(base, path)
        if kind is None and not _may_be_script(path):
            unread[_suffix(path)] += 1
            continue
        parent = str(PurePosixPath(path).parent)
        if parent not in inside:
            inside[parent] = _is_plain(base, parent)
        if not inside[parent]:
            yield Skip(safe_path(path), "lies behind a symbolic link")
            continue
        outcome = _examined(base, base / path, safe_path(path), kind, settings)
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
        yield Skip(f"*{suffix}", f"no reader yet for {suffix} files" if suffix else "no reader for files without a known suffix", count)
    rest = sum(unread.values()) - sum(listed.values())
    if rest:
        yield Skip("*.*", "no reader yet for files of other kinds", rest)


def _is_told_by_head(path: str) -> bool:
    return is_told_by_head(path) or may_be_told(path)


def _kind(base: Path, path: str) -> SourceKind | None:
    """The kind of a file by its name, or by its head where names of that sort leave it open; links are then followed nowhere."""
    known = kind_of(path)
    if known is not None or not _is_told_by_head(path) or not _is_plain(base, str(PurePosixPath(path).parent)):
        return known
    try:
        head = _head(base / path, _HEAD)
        return kind_by_head(path, head) or kind_of_head(path, head)
    except (OSError, ValueError):
        return None


def _examined(
    base: Path, location: Path, label: str, kind: SourceKind | None, settings: SourceSettings
) -> Source | Skip | ReadError | None:
    """One file, judged by its status and its head; None where it turns out to be of no kind that is read."""
    try:
        status = location.lstat()
        if stat.S_ISLNK(status.st_mode):
            return Skip(label, _about_link(base, location))
        if not stat.S_ISREG(status.st_mode):
            return Skip(label, "a folder where a file is tracked" if stat.S_ISDIR(status.st_mode) else "not a regular file")
        limit = settings.max_document_bytes if kind in _LARGE else settings.max_file_bytes
        if kind is not None and kind != "model_file" and status.st_size > limit:  # of models the weights are not read
            return Skip(label, f"larger than {limit} bytes")
        head = _head(location, _LONG_HEAD if status.st_size > _LONG_LINE and kind is not None else _HEAD)
    except FileNotFoundError:
        return Skip(label, "tracked, but not in the work tree")
    except (OSError, ValueError) as error:
        return ReadError(label, f"cannot be read: {reason_of(error)}")
    if kind is None:
        if not is_python_script(head):
            return None
        kind = "python"
        if status.st_size > settings.max_file_bytes:
            return Skip(label, f"larger than {settings.max_file_bytes} bytes")
    if kind == "model_file" and not may_be_model(label, head):
        return None
    if kind not in _BINARY and _is_binary(head[:_HEAD], kind):
        return Skip(label, "binary content")
    if kind in _WRITTEN and is_generated(label, head):
        return Skip(label, "generated by a program, as its name says" if is_generated_name(label) else left_out_by_tree(GENERATED_MARK))
    if kind not in _LONG_LINES_ARE_NORMAL and len(head) // (head.count(b"\n") + head.count(b"\r") + 1) > (
        _LONG_SCRIPT_LINE if kind == "typescript" else _LONG_LINE
    ):
        return Skip(label, "minified: its lines are too long to have been written")
    return Source(label, location, kind, purpose_of(label, head), status.st_size)


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
            files = [(location / path, path) for path in paths if _kind(location, path) in DOCUMENT_KINDS]
            if not files:
                raise UnusableInput(
                    "no documents in this folder", safe_path(str(given)), "give documents or diagrams of a kind that is read as --docs"
                )
        elif _kind(location.parent, location.name) in DOCUMENT_KINDS:
            files = [(location, location.name)]
        else:
            raise UnusableInput(
                "not a document that is read", safe_path(str(given)), "give documents or diagrams of a kind that is read as --docs"
            )
        for file, name in files:
            is_inside = file.is_relative_to(base)
            label = safe_path(file.relative_to(base).as_posix() if is_inside else f"docs/{name}")
            if is_inside and label in taken:
                continue
            label = label if is_inside else _unique(label, taken)
            taken.add(label)
            outcome = _examined(file.parent, file, label, _kind(file.parent, file.name), settings)
            if isinstance(outcome, Source):
                yield Source(label, file, outcome.kind, "documentation", outcome.size)
            elif outcome is not None:
                yield outcome


def _unique(label: str, taken: set[str]) -> str:
    pure = PurePosixPath(label)
    candidate, number = label, 2
    while candidate in taken:
        candidate = str(pure.with_name(f"{pure.stem}-{number}{pure.suffix}"))
        number += 1
    return candidate


def _is_plain(base: Path, parent: str) -> bool:
    # git tracks `folder/file` even after `folder` was replaced by a link to somewhere else.
    folder = base if parent == "." else base / parent
    return os.path.realpath(folder) == str(folder)


def _about_link(base: Path, location: Path) -> str:
    try:
        target = location.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return "symbolic link that leads nowhere"
    if target.is_relative_to(base):
        return "symbolic link; what it leads to is read in its own place"
    return "symbolic link that leads outside the root"


def _head(location: Path, size: int) -> bytes:
    with open_regular(location) as handle:
        return handle.read(size)


def _is_binary(head: bytes, kind: SourceKind) -> bool:
    # UTF-16 and UTF-32 are full of NUL bytes and say what they are by their first two; Python reads no UTF-16 that does not.
    if b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    if kind == "drawio" and head.startswith(b"\x89PNG"):
        return False  # a picture that carries its drawing
    return kind == "python" or unmarked_utf16(head) is None


def _may_be_script(path: str) -> bool:
    name = PurePosixPath(path).name
    return "." not in name and name.upper() != name


def _has_reader(location: Path) -> bool:
    """Whether a file that is given by itself is of a kind that is read, by its name or, where others use the suffix too, its head."""
    kind = _kind(location.parent, location.name)
    try:
        return may_be_model(location.name, _head(location, _HEAD)) if kind == "model_file" else kind is not None or _script(location)
    except (OSError, ValueError):
        return False


def _script(location: Path) -> bool:
    try:
        return _may_be_script(location.name) and is_python_script(_head(location, _HEAD))
    except (OSError, ValueError):
        return False


def _suffix(path: str) -> str:
    suffix = PurePosixPath(path).suffix
    return suffix.lower() if _SUFFIX.fullmatch(suffix) else ""
