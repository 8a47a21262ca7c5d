"""Whether an archive is safe to hand to a library that unpacks all of it.

Takes the bytes of a ZIP file, raises where it is none, is damaged, or unpacks to more than the limits allow. Each entry is
really unpacked, in pieces that are thrown away: the sizes written in a ZIP file are claims, and libraries that trust them
can be made to fill the memory. Archives inside the archive are not opened, here or later.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from copy import copy

from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Unreadable

_PIECE = 256 * 1024
_SMALL = 1024 * 1024  # entries below this are never a bomb, whatever their ratio


def check_archive(data: bytes, limits: DocumentLimits, deadline: Deadline) -> None:
    """Return if the archive can be unpacked within the limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > limits.max_archive_entries:
                raise LimitReached(f"archive with {len(entries)} entries (limit {limits.max_archive_entries})")
            if sum(entry.file_size for entry in entries) > limits.max_unpacked_bytes:
                raise LimitReached(f"archive unpacks to more than {limits.max_unpacked_bytes} bytes")
            left = limits.max_unpacked_bytes
            for entry in entries:
                left -= _unpacked_size(archive, entry, left, limits, deadline)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise Unreadable(f"is no readable archive: {error}") from error


def _unpacked_size(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, limits: DocumentLimits, deadline: Deadline) -> int:
    if entry.flag_bits & 0x1:
        raise Unreadable("is an encrypted archive")
    unbounded = copy(entry)
    unbounded.file_size = left + 1  # read on past the size the entry claims
    del unbounded.CRC  # it is made of the claimed bytes alone
    size = 0
    with archive.open(unbounded) as stream:
        while piece := stream.read(_PIECE):
            deadline.check()
            size += len(piece)
            if size > left:
                raise LimitReached(f"archive unpacks to more than {limits.max_unpacked_bytes} bytes")
            if size > _SMALL and size > limits.max_ratio * max(1, entry.compress_size):
                raise LimitReached(f"archive entry is packed more than {limits.max_ratio}:1")
    if size > entry.file_size:
        raise Unreadable("is an archive with an entry larger than it claims")
    if size > limits.max_part_bytes and entry.filename.endswith((".xml", ".rels")):
        raise LimitReached(f"archive part of {size} bytes (limit {limits.max_part_bytes})")
    return size
