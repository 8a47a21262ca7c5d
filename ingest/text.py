r"""Bytes of a source, and their text.

Takes a `Source`, gives its bytes or its decoded text, or a `ReadError`. Nothing is normalised but the
encoding, so that line numbers are those of the file. `decode` is the only way unknown bytes become text, for
code, configuration and documents alike; `split_lines` is the only way lines are counted:
`\r\n`, `\n` and a lone `\r` end a line, nothing else does (parsers that count otherwise are given
`"\n".join(split_lines(text))`). Binary documents are not decoded here, and whether NUL bytes are text is for the caller to say.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import re
import stat
import tokenize
from pathlib import Path
from typing import BinaryIO

from ingest.source import ReadError, Source

DEFAULT_LIMIT = 20_000_000
_NAMED_BY_ENDS, _END = 256_000_000, 1 << 20

_LINE_END = re.compile(r"\r\n|\n|\r")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A cookie may name any codec: these are quadratic, not text, or turn escapes into line ends.
_REFUSED_CODECS = {"punycode", "idna", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined", "mbcs", "oem"}
_SAMPLE = 32_768  # as much as a guess at the encoding gets to see
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_ASCII = bytes(range(128))
_TOO_FEW = 16
_FEW = 0.2  # Western languages write most letters without accents; Cyrillic, Greek or Japanese hardly any


def split_lines(text: str) -> list[str]:
    """The lines of a text without their ends; a last line that ends in a line end adds no empty one."""
    lines = _LINE_END.split(text)
    if lines[-1] == "":
        lines.pop()
    return lines


def open_regular(location: Path) -> BinaryIO:
    """A regular file, opened so that neither a link nor a pipe put in its place can lead elsewhere or block."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(location, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("not a regular file")
    return os.fdopen(descriptor, "rb")


def open_source(source: Source) -> BinaryIO:
    """The file of a source, opened only where it still lies: a folder on the way that became a link since leads elsewhere."""
    handle = open_regular(source.location)
    try:
        if not _is_at(handle.fileno(), os.fspath(source.location)):
            raise OSError("lies behind a link")
    except BaseException:
        handle.close()
        raise
    return handle


def _is_at(descriptor: int, location: str) -> bool:
    """Whether an open file is the one at this very place, with no link on the way."""
    try:
        if os.readlink(f"/proc/self/fd/{descriptor}") == location:  # noqa: PTH115 - every file is asked, and pathlib takes longer
            return True
    except OSError:
        pass  # not Linux: looked up folder by folder
    real = os.path.realpath(location)
    return real == location and os.path.samestat(os.lstat(real), os.fstat(descriptor))


def read_bytes(source: Source, limit: int = DEFAULT_LIMIT) -> bytes | ReadError:
    """All bytes of the file, or why not. A file that outgrew the limit since it was listed is an error."""
    try:
        with open_source(source) as handle:
            data = handle.read(limit + 1)
    except (OSError, ValueError) as error:
        return ReadError(source.path, f"cannot be read: {reason_of(error)}")
    if len(data) > limit:
        return ReadError(source.path, f"is larger than {limit} bytes")
    return data


def read_text(source: Source, limit: int = DEFAULT_LIMIT) -> str | ReadError:
    """The decoded text of the file, or why not. A byte order mark is not part of the text."""
    data = read_bytes(source, limit)
    return data if isinstance(data, ReadError) else decode(data, source.kind == "python")


def content_of(source: Source) -> str | None:
    """What names the bytes of a file, of which equal ones make equal facts; read where git does not know it. None if unreadable.

    A model file of hundreds of megabytes is named by its size, its time and both its ends: reading it would take longer than the scan.
    """
    if source.content is not None:
        return source.content
    digest = hashlib.sha256()
    try:
        with open_source(source) as handle:
            status = os.fstat(handle.fileno())
            if source.kind == "model_file" and status.st_size > _NAMED_BY_ENDS:
                digest.update(f"{status.st_size} {status.st_mtime_ns}\0".encode() + handle.read(_END))
                handle.seek(-_END, os.SEEK_END)
            while block := handle.read(_END):
                digest.update(block)
    except (OSError, ValueError):
        return None
    return digest.hexdigest()


def decode(data: bytes, python: bool = False) -> str:
    """Text of any bytes: byte order mark, PEP 263 cookie, UTF-16 without a mark, UTF-8, then the best guess; never an exception.

    NUL bytes that no encoding explains stay in the text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    markless = None if python else unmarked_utf16(data)  # Python itself refuses such a file
    if markless is not None:
        return data.decode(markless, "replace")
    declared = _cookie(data) if python else None
    for candidate in ("utf-8",) if declared is None else (declared, "utf-8"):
        text = _strictly(data, candidate)
        if text is not None:
            return text
    return _guess(data)


def unmarked_utf16(data: bytes) -> str | None:
    """The byte order of UTF-16 written without a mark: of each pair of its first bytes, one and the same is nearly always zero."""
    head = data[:1024]
    for high, low, encoding in ((head[1::2], head[0::2], "utf-16-le"), (head[0::2], head[1::2], "utf-16-be")):
        if len(low) == len(high) >= 4 and not _CONTROL.search(low) and high.count(0) * 10 >= len(high) * 9:
            return encoding
    return None


def reason_of(error: BaseException) -> str:
    """The cause of an error without paths of this machine."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        return None


def _cookie(data: bytes) -> str | None:
    # https://peps.python.org/pep-0263/: only the first two lines count.
    try:
        name, _ = tokenize.detect_encoding(io.BytesIO(data[:1000]).readline)
        name = codecs.lookup(name).name
    except (SyntaxError, LookupError, ValueError):
        return None
    return None if name.replace("_", "-") in _REFUSED_CODECS else name


def _guess(data: bytes) -> str:
    # A UTF-8 text with a few broken bytes is still a UTF-8 text.
    lossy = data.decode("utf-8", "replace")
    broken = lossy.count("\ufffd")
    if sum(1 for _ in re.finditer(r"[^\x00-\x7f\ufffd]", lossy)) > broken:
        return lossy
    first = next(index for index, byte in enumerate(data) if byte > 127)
    sample = data[max(0, first - _SAMPLE // 2) : first + _SAMPLE // 2]
    letters = sum(byte > 127 or chr(byte).isalpha() for byte in sample)
    if sum(byte > 127 for byte in sample) <= max(_TOO_FEW, letters * _FEW):
        text = _strictly(data, "cp1252")  # a guess from so few signs is worth nothing: "caf\xe9" has been taken for Urdu
    else:
        from charset_normalizer import from_bytes  # only files that are not UTF-8 pay for the import

        best = from_bytes(sample).best()
        # What moves line ends would move every place in the file.
        is_safe = best is not None and _strictly(_ASCII, best.encoding) == _ASCII.decode("ascii")
        text = _strictly(data, best.encoding) if best is not None and is_safe else None
    return text if text is not None else data.decode("latin-1")
