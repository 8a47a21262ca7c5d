"""Protocol buffers by their wire format: fields of a message, one by one, in bounded memory.

Takes a range of an open file, gives field numbers with numbers or with ranges. Messages inside are ranges too, read only when asked
for, so that gigabytes of weights cost a seek. No schema is needed: who asks knows the numbers. The library that ONNX brings builds
an object for every two bytes of a hostile file, and TensorFlow's needs TensorFlow.
See https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

_VARINT = 10  # bytes at most


class BadMessage(ValueError):
    """Bytes that are no message."""


class Field(NamedTuple):
    number: int
    value: int  # of a number; of a text or message its length
    start: int  # where a text or message begins, 0 for numbers
    is_range: bool


@dataclass(slots=True)
class Reader:
    """Reads fields of one file; `budget` is how many may be read in all."""

    handle: BinaryIO
    budget: int

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields between two bytes. Raises `BadMessage`."""
        at = start
        while at < end:
            self.budget -= 1
            if self.budget < 0:
                raise BadMessage(f"too many fields: examined up to byte {at}")
            self.handle.seek(at)
            head = self.handle.read(min(end - at, 2 * _VARINT))
            key, used = _varint(head, 0, at)
            number, wire = key >> 3, key & 7
            if number == 0:
                raise BadMessage(f"no field at byte {at}")
            if wire == 0:
                value, used = _varint(head, used, at)
                at += used
                yield Field(number, value, 0, False)
            elif wire == 2:
                length, used = _varint(head, used, at)
                if at + used + length > end:
                    raise BadMessage(f"a field longer than its message at byte {at}")
                yield Field(number, length, at + used, True)
                at += used + length
            elif wire in (1, 5):
                at += used + (8 if wire == 1 else 4)
                if at > end:
                    raise BadMessage(f"ends inside a field at byte {at}")
            else:
                raise BadMessage(f"no kind of field at byte {at}: {wire}")

    def text(self, field: Field, most: int = 4_096) -> str:
        """The text of a field, cut at so many bytes."""
        self.handle.seek(field.start)
        return self.handle.read(min(field.value, most)).decode("utf-8", "replace")


def _varint(data: bytes, position: int, at: int) -> tuple[int, int]:
    """A number, and where the next byte is."""
    number = 0
    for index in range(position, min(len(data), position + _VARINT)):
        number |= (data[index] & 0x7F) << (7 * (index - position))
        if data[index] < 0x80:
            return number, index + 1
    raise BadMessage(f"no number at byte {at}")
