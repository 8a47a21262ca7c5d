"""The opcodes of a pickle, one by one and without building anything.

Takes a stream, gives each opcode with its argument and where it stands. The table of opcodes is the standard library's
(`pickletools.opcodes`); arguments are read here, since `pickletools.genops` reads gigabytes of array data into memory: what is
longer than a few thousand bytes is passed over and given as None.
"""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Iterator
from typing import NamedTuple

from ingest.model_files.stream import Ended, Stream

_KEPT = 8_192  # bytes of one argument that are looked at
_LINE = 65_536  # of an argument that ends with its line
_TABLE = {info.code: info for info in pickletools.opcodes}
_COUNTED = {
    pickletools.TAKEN_FROM_ARGUMENT1: "<B", pickletools.TAKEN_FROM_ARGUMENT4: "<i",
    pickletools.TAKEN_FROM_ARGUMENT4U: "<I", pickletools.TAKEN_FROM_ARGUMENT8U: "<Q",
}  # fmt: skip
_INTEGERS = {"uint1": "<B", "uint2": "<H", "int4": "<i", "uint4": "<I", "uint8": "<Q"}

Argument = str | int | None


class Opcode(NamedTuple):
    name: str
    argument: Argument  # text, number, or None where there is none or it is of no interest
    at: int  # byte in the stream


class Malformed(ValueError):
    """No pickle from here on."""


def opcodes(stream: Stream, most: int) -> Iterator[Opcode]:
    """Opcodes up to and with STOP. Raises `Malformed` where there is none, `Ended` at the end or past the most that are looked at."""
    for _ in range(most):
        at = stream.position
        code = stream.read(1)
        if not code:
            raise Ended(f"ends at byte {at} without a STOP")
        info = _TABLE.get(code.decode("latin-1"))
        if info is None:
            raise Malformed(f"no opcode at byte {at}: 0x{code.hex()}")
        yield Opcode(info.name, _argument(info, stream) if info.arg is not None else None, at)
        if info.name == "STOP":
            return
    raise Ended(f"more than {most} opcodes: examined up to byte {stream.position}")


def _argument(info: pickletools.OpcodeInfo, stream: Stream) -> Argument:
    assert info.arg is not None  # asked for those that have one
    size = info.arg.n
    if size == pickletools.UP_TO_NEWLINE:
        line = _line(stream)
        return f"{line} {_line(stream)}" if info.arg.name == "stringnl_noescape_pair" else line
    counted = _COUNTED.get(size)
    if counted is not None:
        size = _number(stream, counted)
        if size < 0:
            raise Malformed(f"a negative length before byte {stream.position}")
        if size > _KEPT:
            stream.skip(size)
            return None
        data = _exactly(stream, size)
        if info.arg.name.startswith("long"):
            return int.from_bytes(data, "little", signed=True) if size <= 16 else None
        # Bytes are names too where a program of Python 2 wrote them.
        return data.decode("utf-8", "surrogateescape") if "unicode" in info.arg.name else data.decode("latin-1")
    if info.arg.name in _INTEGERS:
        return _number(stream, _INTEGERS[info.arg.name])
    _exactly(stream, size)
    return None


def _number(stream: Stream, form: str) -> int:
    number: int = struct.unpack(form, _exactly(stream, struct.calcsize(form)))[0]
    return number


def _exactly(stream: Stream, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise Ended(f"ends at byte {stream.position} inside an opcode")
    return data


def _line(stream: Stream) -> str:
    line = stream.line(_LINE)
    if not line.endswith(b"\n"):
        problem = f"a line of more than {_LINE} bytes before" if len(line) == _LINE else "ends inside an opcode at"
        raise Malformed(f"{problem} byte {stream.position}")
    return line[:-1].decode("utf-8", "surrogateescape")
