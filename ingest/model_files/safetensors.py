"""safetensors: the header, and whether the file is as long as it says.

Takes an open file, gives entries of the listing: what the file says of itself. The format holds no code. Sizes that disagree
mean a truncated file, or one with something behind its tensors. https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import math
from typing import BinaryIO

from ingest.model_files.listing import Listing

_MAX_HEADER = 100_000_000  # the format's own limit
_KNOWN = {
    "modelspec.architecture": "architecture", "modelspec.license": "licence", "modelspec.title": "name", "license": "licence",
    "modelspec.author": "author", "base_model": "base_model", "ss_sd_model_name": "base_model", "format": "producer",
}  # fmt: skip


def looks_like_safetensors(head: bytes, size: int) -> bool:
    """Whether a file begins with the length of a header and a header."""
    length = int.from_bytes(head[:8], "little")
    return len(head) > 8 and head[8:9] == b"{" and 2 <= length <= min(_MAX_HEADER, size - 8)


def read_safetensors(handle: BinaryIO, size: int, listing: Listing) -> bool:
    """Entries of one file; whether it is one."""
    handle.seek(0)
    length = int.from_bytes(handle.read(8), "little")
    if not 2 <= length <= min(_MAX_HEADER, size - 8):
        return False
    try:
        header = json.loads(handle.read(length))
    except (ValueError, RecursionError, MemoryError):
        return False
    if not isinstance(header, dict):
        return False
    listing.format = "safetensors"
    said = header.pop("__metadata__", {})
    for key, value in sorted(said.items()) if isinstance(said, dict) else ():
        if isinstance(value, str):
            listing.add("metadata", str(key), f"{key}: {value}", f"header {key}")
            if key in _KNOWN:
                listing.know(**{_KNOWN[key]: value})
    _measure(header, size - 8 - length, listing)
    return True


def _measure(tensors: dict[str, object], room: int, listing: Listing) -> None:
    ends, parameters, broken = 0, 0, False
    for tensor in tensors.values():
        offsets = tensor.get("data_offsets") if isinstance(tensor, dict) else None
        shape = tensor.get("shape") if isinstance(tensor, dict) else None
        if (
            isinstance(offsets, list)
            and len(offsets) == 2
            and all(isinstance(number, int) for number in offsets)
            and isinstance(shape, list)
        ):
            ends = max(ends, offsets[1])
            parameters += math.prod(length for length in shape if isinstance(length, int))
        else:
            broken = True
    listing.know(tensors=len(tensors), parameters=parameters)
    if broken:
        listing.note("read in part: a tensor without a shape or a place")
    if ends > room:
        listing.note(f"truncated: its tensors end {ends - room} bytes behind the end of the file")
    elif ends < room:
        listing.note(f"{room - ends} bytes follow its tensors: not examined")
