"""Archives that hold a model: torch's zip, TorchScript, numpy's npz, Keras' .keras; and torch's old tar.

Takes an open file, gives entries of the listing. A zip's parts are found by its directory and read as streams with a limit; nothing
is unpacked to disk, and names that lead out of a folder lead nowhere. An archive without any of these parts is none of ours.
"""

from __future__ import annotations

import struct
import tarfile
import zipfile
from collections.abc import Callable
from typing import BinaryIO

from ingest.model_files.keras import read_keras_config, read_keras_metadata
from ingest.model_files.listing import Listing
from ingest.model_files.numpy_files import read_array
from ingest.model_files.pickles import MAX_UNPACKED, read_pickles
from ingest.model_files.stream import FileStream, PackedStream, Stream

_MAX_DIRECTORY = 32_000_000  # bytes of a zip's list of parts
_MAX_PARTS = 100_000
_MAX_READ = 200  # parts that are looked into
_CONFIG = 64_000_000
_TAIL = 66_000  # where a zip's end record lies
_Reader = Callable[[Stream, Listing, str], object]


def has_zip_directory(handle: BinaryIO, size: int) -> bool:
    """Whether a file ends as a zip does, of a size that can be read."""
    return _directory_size(handle, size) is not None


def read_zip(handle: BinaryIO, size: int, listing: Listing) -> bool:
    """Entries of what lies in a zip; whether it is a model at all."""
    directory = _directory_size(handle, size)
    if directory is None or directory > _MAX_DIRECTORY:
        if directory is not None:
            listing.note(f"not examined: its list of parts has {directory} bytes")
        return False
    try:
        archive = zipfile.ZipFile(handle)
        infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, struct.error) as problem:
        listing.note(f"not examined: a zip that cannot be read: {str(problem)[:100]}")
        return False
    if len(infos) > _MAX_PARTS:
        listing.note(f"not examined: a zip of {len(infos)} parts")
        return False
    listing.know(archive_parts=len(infos))
    names = [info.filename for info in infos]
    pickles = [info for info in infos if info.filename.endswith(".pkl")]
    if "config.json" in names and any(name.endswith((".weights.h5", ".weights.npz")) or name == "metadata.json" for name in names):
        listing.format = "keras"
        _read_keras(archive, listing)
    elif any(info.filename.rsplit("/", 1)[-1] == "data.pkl" for info in pickles):
        code = [name for name in names if "/code/" in f"/{name}" and name.endswith(".py")]
        listing.format = "torchscript" if code else "torch"
        for name in code[:20]:
            listing.add("code", name.rsplit("/code/", 1)[-1], name, name)
        listing.know(tensors=sum(1 for name in names if "/data/" in f"/{name}") or None)
    elif any(name.endswith(".npy") for name in names):
        listing.format = "numpy_archive"
        for info in [info for info in infos if info.filename.endswith(".npy")][:_MAX_READ]:
            _examine(archive, info, listing, read_array)
    elif not pickles:
        return False
    for info in pickles[:_MAX_READ]:
        _examine(archive, info, listing, lambda stream, found, where: read_pickles(stream, found, where, suffix_says=True))
    if len(pickles) > _MAX_READ:
        listing.note(f"read in part: {len(pickles) - _MAX_READ} pickles were not looked into")
    return True


def _examine(archive: zipfile.ZipFile, info: zipfile.ZipInfo, listing: Listing, read: _Reader) -> None:
    try:
        with archive.open(info) as part:
            read(PackedStream(part, MAX_UNPACKED), listing, f"{info.filename} ")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as problem:
        listing.note(f"{info.filename}: not examined: {str(problem)[:100]}")


def _read_keras(archive: zipfile.ZipFile, listing: Listing) -> None:
    for name, read in (("config.json", read_keras_config), ("metadata.json", read_keras_metadata)):
        try:
            with archive.open(name) as part:
                read(PackedStream(part, _CONFIG).read(_CONFIG), listing, name)
        except KeyError:
            continue
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as problem:
            listing.note(f"{name}: not examined: {str(problem)[:100]}")


def read_torch_tar(handle: BinaryIO, size: int, listing: Listing) -> bool:
    """Entries of a tar of torch's first format: parts called `pickle`, `storages` and `tensors`."""
    handle.seek(0)
    found = 0
    try:
        with tarfile.open(fileobj=handle, mode="r:") as archive:
            for index, member in enumerate(archive):
                if index >= _MAX_READ:
                    listing.note(f"read in part: more than {_MAX_READ} parts")
                    break
                if member.isreg() and member.name.lstrip("./") in ("pickle", "storages", "tensors", "sys_info"):
                    end = min(size, member.offset_data + member.size)
                    found += read_pickles(FileStream(handle, member.offset_data, end), listing, f"{member.name} ", suffix_says=True)
    except (tarfile.TarError, OSError, ValueError, EOFError) as problem:
        listing.note(f"read in part: {str(problem)[:100]}")
    if found:
        listing.format = "torch_legacy"
    return bool(found)


def _directory_size(handle: BinaryIO, size: int) -> int | None:
    """Bytes of a zip's list of parts, by its end record; None where there is none. `zipfile` would read it whole, whatever it says."""
    handle.seek(max(0, size - _TAIL))
    tail = handle.read(_TAIL)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return None
    length: int = struct.unpack_from("<I", tail, at + 12)[0]
    if length != 0xFFFFFFFF:
        return length
    wide = tail.rfind(b"PK\x06\x06", 0, at)
    if wide < 0 or len(tail) < wide + 56:
        return None
    return int(struct.unpack_from("<Q", tail, wide + 40)[0])
