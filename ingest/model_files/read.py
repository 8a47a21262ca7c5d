"""The one way into the model-file readers: a source becomes facts, by what the bytes are and not by what the name says.

Takes a `Source`, gives `ModelFacts`, a `Skip` for content of no format that is known here, or a `ReadError`. Nothing is loaded,
unpickled or imported; weights are passed over. Where the name promises another format than the bytes hold, both are said.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import BinaryIO, cast

from ingest.facts import ModelFacts, ModelFormat
from ingest.model_files import archives, gguf, hdf5, numpy_files, pickles, safetensors
from ingest.model_files.graphs import read_onnx, read_saved_model
from ingest.model_files.listing import Listing, printable
from ingest.model_files.stream import FileStream, packing_of
from ingest.model_files.tokenizer import read_tokenizer_config
from ingest.source import ReadError, Skip, Source
from ingest.text import open_source, reason_of

MAX_HASHED = 2_000_000_000  # bytes; the hash of a larger file would take longer than the scan
_MAX_JSON = 32_000_000
_POINTER = b"version https://git-lfs.github.com/spec/"
_OID = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_POINTED_SIZE = re.compile(rb"^size (\d{1,18})$", re.MULTILINE)
_PICKLED = ("pickle", "joblib", "torch", "torch_legacy", "torchscript", "numpy_archive", "numpy")
PROMISED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    ".safetensors": ("safetensors",), ".gguf": ("gguf",), ".onnx": ("onnx",), ".keras": ("keras",), ".h5": ("keras", "hdf5"),
    ".hdf5": ("keras", "hdf5"), ".npy": ("numpy",), ".npz": ("numpy_archive",), ".pb": ("saved_model",),
    ".json": ("tokenizer_config",), ".pt": _PICKLED, ".pth": _PICKLED, ".ckpt": _PICKLED, ".bin": _PICKLED, ".pkl": _PICKLED,
    ".pickle": _PICKLED, ".dill": _PICKLED, ".joblib": _PICKLED,
})  # fmt: skip
"""What a suffix promises. Loaders of pickles open each other's formats."""
_BARE_PICKLES = frozenset({".pkl", ".pickle", ".joblib", ".dill"})


def read_model_file(source: Source) -> ModelFacts | Skip | ReadError:
    """What the file is made of, entry by entry."""
    try:
        with open_source(source) as handle:
            return _read(source, handle)
    except (OSError, ValueError) as problem:
        return ReadError(source.path, f"cannot be read: {reason_of(problem)[:200]}")
    except Exception as problem:  # around one file: a reader's bug or a hostile file must not end the scan
        return ReadError(source.path, f"model_file reader failed: {type(problem).__name__}: {reason_of(problem)[:200]}")


def listed_lines(source: Source) -> tuple[str, ...]:
    """The listing as evidence quotes it: the file is read anew, so that what is quoted is what stands there."""
    facts = read_model_file(source)
    return tuple(printable(part.text.rstrip("\r\n")) for part in facts.parts) if isinstance(facts, ModelFacts) else ()


def _read(source: Source, handle: BinaryIO) -> ModelFacts | Skip | ReadError:
    size = handle.seek(0, 2)
    handle.seek(0)
    head = handle.read(4096)
    listing = Listing(source.path)
    if head.startswith(_POINTER):
        return _pointer(source, head)
    suffix = PurePosixPath(source.path.lower()).suffix
    if not _examine(handle, head, size, suffix, listing) or not listing.format:
        if listing.notes:
            return ReadError(source.path, listing.notes[0])
        return Skip(source.path, f"not examined: its content is of no format of models that is known, whatever {suffix or 'its name'} says")
    promised = PROMISED.get(suffix, ())
    listing.know(size=size, sha256=_hash(handle, size), promises=None if listing.format in promised or not promised else suffix)
    return ModelFacts(
        source.path, source.purpose, cast(ModelFormat, listing.format), dict(sorted(listing.attributes.items())),
        listing.entries(size), tuple(listing.notes),
    )  # fmt: skip


def _examine(handle: BinaryIO, head: bytes, size: int, suffix: str, listing: Listing) -> bool:
    """Reads by what the first bytes are; whether a format was found."""
    if not head:
        return False
    if suffix == ".json":
        handle.seek(0)
        return size <= _MAX_JSON and read_tokenizer_config(handle.read(_MAX_JSON), listing)
    if head.startswith(gguf.MAGIC):
        return gguf.read_gguf(handle, size, listing)
    if head.startswith(hdf5.MAGIC):
        return hdf5.read_hdf5(handle, listing)
    if head.startswith(numpy_files.MAGIC):
        return numpy_files.read_array(FileStream(handle, 0, size), listing)
    if head.startswith(b"PK\x03\x04"):
        return archives.read_zip(handle, size, listing)
    if safetensors.looks_like_safetensors(head, size) and safetensors.read_safetensors(handle, size, listing):
        return True
    if head[257:262] == b"ustar" and archives.read_torch_tar(handle, size, listing):
        return True
    if suffix == ".pb":
        return read_saved_model(handle, size, listing)
    if suffix == ".onnx" and not pickles.looks_like_pickle(head):
        return read_onnx(handle, size, listing)
    return _examine_pickle(handle, head, size, suffix in _BARE_PICKLES, listing)


def _examine_pickle(handle: BinaryIO, head: bytes, size: int, suffix_says: bool, listing: Listing) -> bool:
    packing = packing_of(head)
    found = False
    if packing is not None and not pickles.looks_like_pickle(head):
        found = suffix_says and pickles.read_packed_pickles(FileStream(handle, 0, size), packing, listing)
    if not found:
        found = pickles.read_pickles(FileStream(handle, 0, size), listing, suffix_says=suffix_says)
    if found and archives.has_zip_directory(handle, size):
        inner = listing.format
        if archives.read_zip(handle, size, listing):  # loaders that look for a zip first find another file than those that do not
            listing.format = inner
            listing.know(polyglot=True)
    return found


def _pointer(source: Source, head: bytes) -> ModelFacts:
    named, size = _OID.search(head), _POINTED_SIZE.search(head)
    listing = Listing(source.path, format="pointer")
    length = int(size[1]) if size else None
    listing.know(sha256=named[1].decode() if named else None, size=length)
    note = "not examined: a Git LFS pointer, the model is elsewhere"
    return ModelFacts(source.path, source.purpose, "pointer", listing.attributes, listing.entries(length or 0), (note,))


def _hash(handle: BinaryIO, size: int) -> str | None:
    if size > MAX_HASHED:
        return None
    handle.seek(0)
    digest = hashlib.sha256()
    while block := handle.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
