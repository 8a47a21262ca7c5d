"""numpy's arrays: the header, and the pickle behind it where the array holds objects.

Takes a stream, gives entries of the listing. Numbers are not read. The header is a Python literal and is read as one.
"""

from __future__ import annotations

import ast
import re

from ingest.model_files.listing import Listing
from ingest.model_files.pickles import read_pickles
from ingest.model_files.stream import Stream

MAGIC = b"\x93NUMPY"
_HEADER = 64_000
_LONG = re.compile(r"(?<![\w'])(\d+)L\b")  # how Python 2 wrote numbers


def read_array(stream: Stream, listing: Listing, where: str = "") -> bool:
    """Entries of one array; whether it is one."""
    head = stream.read(8)
    if not head.startswith(MAGIC) or len(head) < 8:
        return False
    listing.format = listing.format or "numpy"
    length = int.from_bytes(stream.read(2 if head[6] == 1 else 4), "little")
    if length > _HEADER:
        listing.note(f"{where}not examined: a header of {length} bytes")
        return True
    try:
        header = ast.literal_eval(_LONG.sub(r"\1", stream.read(length).decode("utf-8").strip()))
        description, shape = header["descr"], header["shape"]
    except (ValueError, SyntaxError, KeyError, TypeError, RecursionError, MemoryError):
        listing.note(f"{where}not examined: its header cannot be read")
        return True
    listing.know(array=f"{description!r:.100} {shape!r:.100}", objects=_has_objects(description) or None)
    if _has_objects(description) and not read_pickles(stream, listing, where, suffix_says=True):
        listing.note(f"{where}not examined: objects that are no pickle")
    return True


def _has_objects(description: object) -> bool:
    """Whether a dtype, or one of its fields at any depth, is one of objects."""
    queue = [description]
    while queue:
        given = queue.pop()
        if isinstance(given, str):
            if given.lstrip("<>|=").startswith("O"):
                return True
        elif isinstance(given, list | tuple):
            # A field is (name, type) or (name, type, shape); names are told from types by their place.
            queue += [given[1]] if isinstance(given, tuple) and len(given) in (2, 3) and isinstance(given[0], str | tuple) else list(given)
    return False
