"""Pickles: plain ones of every protocol, joblib's with arrays between and compressed around, torch's legacy row of pickles.

Takes a stream, gives entries of the listing. A file may hold several pickles one after the other, each of which a loader may read;
what lies behind the last is said. A pickle that breaks off has run up to there: what was found before counts.
"""

from __future__ import annotations

import contextlib

from ingest.model_files.listing import Listing
from ingest.model_files.opcodes import Malformed
from ingest.model_files.pickle_machine import Machine
from ingest.model_files.stream import Ended, Stream, unpacked

MAX_UNPACKED = 512_000_000
_MAX_PICKLES = 64
_TORCH_MAGIC = b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."  # the number 0x1950a86a20f9469cfc6c, as every legacy checkpoint begins


def read_pickles(stream: Stream, listing: Listing, where: str = "", suffix_says: bool = False) -> bool:
    """Entries of all pickles in a stream; whether there was one at all.

    `suffix_says`: the name of the file says that it is a pickle; one of protocol 0 or 1 has no other sign.
    """
    head = _Pushback(stream)
    first = head.peek(16)
    if not looks_like_pickle(first) and not suffix_says:
        return False
    is_legacy = first[2:].startswith(_TORCH_MAGIC)
    found = 0
    protocol = 0
    while found < _MAX_PICKLES:
        machine = Machine(head, listing, where, lambda: _array_of_objects(head, listing, where))
        before = len(listing.parts)
        try:
            machine.run()
        except (Malformed, Ended) as problem:
            if found == 0 and len(listing.parts) == before and not looks_like_pickle(first):
                return False
            listing.note(f"{where}read in part: {problem}")
            break
        found += 1
        protocol = max(protocol, machine.protocol)
        if not looks_like_pickle(head.peek(2)):
            break
    if is_legacy:
        listing.format = listing.format or "torch_legacy"
    elif any(part.name.startswith("joblib.numpy_pickle") for part in listing.parts):
        listing.format = listing.format or "joblib"
    listing.format = listing.format or "pickle"
    listing.know(protocol=protocol)
    if not is_legacy and not where and head.peek(1):
        listing.note(f"bytes follow the pickle, from byte {head.position}: not examined")
    return True


def read_packed_pickles(stream: Stream, kind: str, listing: Listing) -> bool:
    """The same for a stream that is compressed, as joblib writes it."""
    if read_pickles(unpacked(stream, kind, MAX_UNPACKED), listing, "unpacked ", suffix_says=True):
        listing.format = "joblib"
        listing.know(compressed=kind)
        return True
    return False


def looks_like_pickle(head: bytes) -> bool:
    """Whether bytes begin as a pickle of protocol 2 or later does."""
    return len(head) >= 2 and head[0] == 0x80 and 2 <= head[1] <= 5


def _array_of_objects(stream: Stream, listing: Listing, where: str) -> None:
    Machine(stream, listing, where).run()


class _Pushback:
    """A stream whose next bytes can be looked at."""

    def __init__(self, stream: Stream) -> None:
        self._stream, self._ahead = stream, b""

    @property
    def position(self) -> int:
        return self._stream.position - len(self._ahead)

    @position.setter
    def position(self, value: int) -> None:
        raise AttributeError("only the stream moves")

    def peek(self, size: int) -> bytes:
        if len(self._ahead) < size:
            with contextlib.suppress(Ended):  # the limit: nothing more is seen
                self._ahead += self._stream.read(size - len(self._ahead))
        return self._ahead[:size]

    def read(self, size: int) -> bytes:
        if not self._ahead:
            return self._stream.read(size)
        given, self._ahead = self._ahead[:size], self._ahead[size:]
        return given + self._stream.read(size - len(given)) if len(given) < size else given

    def line(self, most: int) -> bytes:
        stop = self._ahead.find(b"\n") + 1
        if stop or len(self._ahead) >= most:
            return self.read(min(most, stop or most))
        given, self._ahead = self._ahead, b""
        return given + self._stream.line(most - len(given))

    def skip(self, size: int) -> None:
        given = min(size, len(self._ahead))
        self._ahead = self._ahead[given:]
        self._stream.skip(size - given)
