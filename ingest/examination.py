"""One file of a tree, judged by its name, its status and its head: a source, a skip or an error.

Takes a folder and a path below it. Nothing but a head of the file is read, and links are followed nowhere.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from ingest.documents import FORMATS, diagrams
from ingest.exclusion import GENERATED_MARK, left_out_by_tree
from ingest.heads import kind_of_head, may_be_told
from ingest.page_scripts import LONGEST, as_script, is_page, is_program
from ingest.pictures.names import is_picture
from ingest.purpose import is_generated, is_generated_name, is_python_script, kind_of, may_be_model, purpose_of
from ingest.recognition import is_told_by_head, kind_by_head
from ingest.source import ReadError, Skip, Source, SourceKind, SourceSettings
from ingest.text import open_regular, reason_of, unmarked_utf16

DOCUMENT_KINDS: frozenset[SourceKind] = frozenset(FORMATS)
_BINARY: frozenset[SourceKind] = frozenset({"docx", "odt", "pptx", "xlsx", "pdf", "eml", "picture", "model_file"})
_LARGE: frozenset[SourceKind] = _BINARY | {"notebook", "lockfile", *diagrams.FORMATS}
_LONG_LINES_ARE_NORMAL: frozenset[SourceKind] = _LARGE | {"text", "markdown", "rst"}
_WRITTEN: frozenset[SourceKind] = frozenset({"python", "typescript", "java", "kotlin", "go", "csharp", "html"})
_HEAD = 8192
_LONG_HEAD = 65_536
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_LONG_LINE = 20_000
_LONG_SCRIPT_LINE = 1_000  # bundlers break lines now and then


def has_reader(location: Path) -> bool:
    """Whether a file that is given by itself is of a kind that is read, by its name or, where others use the suffix too, its head."""
    kind = kind_in(location.parent, location.name)
    try:
        return may_be_model(location.name, _head(location, _HEAD)) if kind == "model_file" else kind is not None
    except (OSError, ValueError):
        return False


def _is_told_by_head(path: str) -> bool:
    return is_told_by_head(path) or may_be_told(path)


def may_be_read(path: str) -> bool:
    """Whether a file's name gives a reason to open it."""
    return kind_of(path) is not None or _is_told_by_head(path) or _may_be_script(path)


def _told(path: str, head: bytes) -> SourceKind | None:
    """The kind of a file whose name leaves it open, by its first bytes."""
    told = (kind_by_head(path, head) or kind_of_head(path, head)) if _is_told_by_head(path) else None
    return "python" if told is None and _may_be_script(path) and is_python_script(head) else told


def kind_in(base: Path, path: str) -> SourceKind | None:
    """The kind of a file by its name, or by its head where names of that sort leave it open; links are then followed nowhere."""
    known = kind_of(path)
    if known is not None or not may_be_read(path) or not is_plain(base, str(PurePosixPath(path).parent)):
        return known
    try:
        return _told(path, _head(base / path, _HEAD))
    except (OSError, ValueError):
        return None


def examined(base: Path, path: str, label: str, settings: SourceSettings) -> Source | Skip | ReadError | None:
    """One file, judged by its status and its head; None where it turns out to be of no kind that is read.

    Whether a picture is asked for is for the caller to say.
    """
    location, kind = base / path, kind_of(path) or ("picture" if is_picture(path) else None)
    is_open = kind is None and not _may_be_script(path)  # most JSON and YAML is data that nobody asks about
    try:
        status = location.lstat()
        if is_open and not stat.S_ISREG(status.st_mode):
            return None
        if stat.S_ISLNK(status.st_mode):
            return Skip(label, about_link(base, location))
        if not stat.S_ISREG(status.st_mode):
            return Skip(label, "a folder where a file is tracked" if stat.S_ISDIR(status.st_mode) else "not a regular file")
        if kind is not None and (too_large := _too_large(label, kind, status.st_size, settings)):
            return too_large
        head = _head(location, _LONG_HEAD if status.st_size > _LONG_LINE and kind is not None else _HEAD)
        if kind is None:
            kind = _told(path, head)
            if kind is None:
                return None
            if too_large := _too_large(label, kind, status.st_size, settings):
                return too_large
            if status.st_size > _HEAD and kind != "python":
                head = _head(location, _LONG_HEAD)
        if kind == "html" and status.st_size <= LONGEST and is_program(path, _head(location, LONGEST)):
            kind = "typescript"
    except FileNotFoundError:
        return None if is_open else Skip(label, "tracked, but not in the work tree")
    except (OSError, ValueError) as error:
        return None if is_open else ReadError(label, f"cannot be read: {reason_of(error)}")
    if head.startswith(_LFS_POINTER):
        return Skip(label, "a pointer of Git LFS: what it points to is not here")
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
    named = as_script(label) if kind == "typescript" and is_page(label) else label
    return Source(label, location, kind, purpose_of(named, head), status.st_size)


def _too_large(label: str, kind: SourceKind, size: int, settings: SourceSettings) -> Skip | None:
    if kind == "model_file":  # the weights are not read
        return None
    limit = settings.max_document_bytes if kind in _LARGE else settings.max_file_bytes
    return Skip(label, f"larger than {limit} bytes") if size > limit else None


def is_plain(base: Path, parent: str) -> bool:
    """Whether a folder lies where its name says: git tracks `folder/file` even after `folder` was replaced by a link to somewhere else."""
    folder = base if parent == "." else base / parent
    return os.path.realpath(folder) == str(folder)


def about_link(base: Path, location: Path) -> str:
    """Why a symbolic link is passed over; what lies outside of the root is not asked about."""
    try:
        target = location.resolve()
        if not target.is_relative_to(base):
            return "symbolic link that leads outside the root"
        target.stat()
    except (OSError, RuntimeError, ValueError):
        return "symbolic link that leads nowhere"
    return "symbolic link; what it leads to is read in its own place"


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
