"""Bytes of a file, or of a packed part of one, read forward in bounded pieces.

Takes an open file and gives `Stream`s: `read` a little, `skip` a lot, know where one is. A skip in a plain file is a seek, so
that gigabytes of weights cost nothing; in a packed stream it unpacks and throws away, up to a limit.
"""

from __future__ import annotations

import bz2
import lzma
import zipfile
import zlib
from typing import BinaryIO, Protocol

_BLOCK = 1 << 16
_LZMA_MEMORY = 128_000_000


class Ended(ValueError):
    """There are no more bytes where some should be, or more than are looked at."""


class Stream(Protocol):
    position: int

    def read(self, size: int) -> bytes:
        """That many bytes, or fewer at the end."""
        ...

    def skip(self, size: int) -> None:
        """Goes on behind that many bytes. Raises `Ended` where they are not there."""
        ...

    def line(self, most: int) -> bytes:
        """The bytes up to and with the next line end, or as many as are wanted at most."""
        ...


class FileStream:
    """A range of a plain file."""

    def __init__(self, handle: BinaryIO, start: int, end: int) -> None:
        self._handle, self._start, self._end, self.position = handle, start, end, 0
        handle.seek(start)

    def read(self, size: int) -> bytes:
        data = self._handle.read(min(size, self._end - self._start - self.position))
        self.position += len(data)
        return data

    def skip(self, size: int) -> None:
        if self._start + self.position + size > self._end:
            raise Ended(f"ends before byte {self.position + size}")
        self.position += size
        self._handle.seek(self._start + self.position)

    def line(self, most: int) -> bytes:
        data = self._handle.readline(min(most, self._end - self._start - self.position))
        self.position += len(data)
        return data


class PackedStream:
    """What another source gives, read forward only and no further than a limit. Corrupt data raises `ValueError`."""

    def __init__(self, source: _Unpacker, limit: int) -> None:
        self._source, self._limit, self.position = source, limit, 0
        self._buffer, self._used = b"", 0

    def read(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size and (piece := self._next(size)):
            parts.append(piece)
            size -= len(piece)
        return b"".join(parts)

    def skip(self, size: int) -> None:
        while size:
            piece = self._next(size)
            if not piece:
                raise Ended(f"ends at byte {self.position}")
            size -= len(piece)

    def line(self, most: int) -> bytes:
        parts: list[bytes] = []
        while most and (piece := self._next(most, b"\n")):
            parts.append(piece)
            most -= len(piece)
            if piece.endswith(b"\n"):
                break
        return b"".join(parts)

    def _next(self, most: int, until: bytes = b"") -> bytes:
        """Some of the bytes that come next; none at the end."""
        if self._used == len(self._buffer):
            if self.position >= self._limit:
                raise Ended(f"unpacks to more than {self._limit} bytes: the rest was not looked at")
            try:
                self._buffer, self._used = self._source.read(_BLOCK), 0
            except (OSError, EOFError, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as problem:
                raise Ended(f"cannot be unpacked: {str(problem)[:100]}") from problem
        stop = self._buffer.find(until, self._used, self._used + most) + 1 if until else 0
        piece = self._buffer[self._used : stop or self._used + most]
        self._used += len(piece)
        self.position += len(piece)
        return piece


class _Unpacker(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Decompressor:
    """zlib, gzip, bz2, xz or lzma, never more than asked for at once."""

    def __init__(self, source: Stream, kind: str) -> None:
        self._source = source
        self._zlib = zlib.decompressobj(47) if kind == "zlib" else None  # 47: zlib or gzip, as the head says
        self._other = (
            bz2.BZ2Decompressor() if kind == "bz2" else lzma.LZMADecompressor(lzma.FORMAT_AUTO, _LZMA_MEMORY) if kind == "lzma" else None
        )
        self._tail = b""

    def read(self, size: int, /) -> bytes:
        while True:
            if self._zlib is not None:
                if self._zlib.eof:
                    return b""
                given = self._tail or self._source.read(_BLOCK)
                data = self._zlib.decompress(given, size)
                self._tail = self._zlib.unconsumed_tail
            else:
                assert self._other is not None  # one of the two was made
                if self._other.eof:
                    return b""
                given = self._source.read(_BLOCK) if self._other.needs_input else b""
                if self._other.needs_input and not given:
                    return b""
                data = self._other.decompress(given, size)
            if data or (not given and self._other is None):
                return data


_PACKINGS = (
    (b"\x1f\x8b", "zlib"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "lzma"), (b"]\x00\x00", "lzma"),
    (b"x\x01", "zlib"), (b"x\x5e", "zlib"), (b"x\x9c", "zlib"), (b"x\xda", "zlib"),
)  # fmt: skip


def packing_of(head: bytes) -> str | None:
    """How a stream is packed, by its first bytes: zlib (gzip too), bz2, lzma (xz too); None where it is not."""
    return next((kind for mark, kind in _PACKINGS if head.startswith(mark)), None)


def unpacked(source: Stream, kind: str, limit: int) -> PackedStream:
    """The content of a packed stream."""
    return PackedStream(_Decompressor(source, kind), limit)
