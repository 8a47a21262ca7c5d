"""GGUF, the format of llama.cpp: its header, key by key.

Takes an open file, gives entries of the listing: what the file says of itself and its chat templates, which are Jinja programs that a
server runs. Tensors are counted by their descriptions, weights not read. The library `gguf` makes an array for each of a
vocabulary's words and believes the lengths a file gives; this reader does neither. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import BinaryIO

from ingest.model_files.listing import Listing
from ingest.model_files.stream import Ended, FileStream

MAGIC = b"GGUF"
_MAX_KEYS, _MAX_TENSORS, _MAX_ITEMS = 20_000, 200_000, 5_000_000
_TEXT = 262_144  # bytes of one text that are kept
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_KNOWN = {
    "general.architecture": "architecture", "general.license": "licence", "general.name": "name", "general.source.url": "source",
    "general.source.huggingface.repository": "source", "general.repo_url": "source", "general.base_model.0.repo_url": "base_model",
    "general.base_model.0.name": "base_model", "general.quantized_by": "producer", "general.author": "author",
}  # fmt: skip


class _Bad(ValueError):
    pass


@dataclass(slots=True)
class _Values:
    """Values of the header, in the file's own byte order."""

    stream: FileStream
    order: str
    items: int = _MAX_ITEMS

    def number(self, form: str) -> int | float | bool:
        data = self.stream.read(struct.calcsize(form))
        if len(data) < struct.calcsize(form):
            raise Ended(f"ends at byte {self.stream.position}")
        value: int | float | bool = struct.unpack(self.order + form, data)[0]
        return value

    def length(self) -> int:
        return int(self.number("Q"))

    def text(self) -> str:
        length = self.length()
        data = self.stream.read(min(length, _TEXT))
        if len(data) < min(length, _TEXT):
            raise Ended(f"ends at byte {self.stream.position}")
        self.stream.skip(length - len(data))
        return data.decode("utf-8", "replace")

    def value(self, kind: int, depth: int = 0) -> str | int | float | bool | None:
        """A text or number; None for an array, which is passed over."""
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            inner, count = int(self.number("I")), self.length()
            if inner in _SCALARS:
                self.stream.skip(count * struct.calcsize(_SCALARS[inner]))
                return None
            self.items -= count
            if self.items < 0 or depth > 3:
                raise _Bad(f"an array of {count} values before byte {self.stream.position}")
            for _ in range(count):
                if inner == _STRING:
                    self.stream.skip(self.length())
                else:
                    self.value(inner, depth + 1)
            return None
        if kind not in _SCALARS:
            raise _Bad(f"no kind of value before byte {self.stream.position}: {kind}")
        return self.number(_SCALARS[kind])


def read_gguf(handle: BinaryIO, size: int, listing: Listing) -> bool:
    """Entries of one file; whether it is one."""
    stream = FileStream(handle, 0, size)
    if stream.read(4) != MAGIC:
        return False
    listing.format = "gguf"
    version = stream.read(4)
    values = _Values(stream, "<" if version[1:] == b"\0\0\0" else ">")
    listing.know(version=int.from_bytes(version, "little" if values.order == "<" else "big"))
    try:
        tensors, keys = values.length(), values.length()
        listing.know(tensors=tensors)
        for _ in range(min(keys, _MAX_KEYS)):
            _read_key(values, listing)
        if keys > _MAX_KEYS or tensors > _MAX_TENSORS:
            listing.note(f"read in part: it has {keys} keys and {tensors} tensors")
        else:
            listing.know(parameters=sum(_parameters(values) for _ in range(tensors)))
    except (Ended, _Bad, struct.error) as problem:
        listing.note(f"read in part: {problem}")
    return True


def _read_key(values: _Values, listing: Listing) -> None:
    key = values.text()[:300]
    at = values.stream.position
    value = values.value(int(values.number("I")))
    if not isinstance(value, str):
        return
    if key.startswith("tokenizer.chat_template"):
        listing.add_text("template", key, value)
    elif key.startswith("general."):
        listing.add("metadata", key, f"{key}: {value}", f"byte {at}")
        if key in _KNOWN:
            listing.know(**{_KNOWN[key]: value})


def _parameters(values: _Values) -> int:
    """Weights of the next tensor, by its description."""
    values.text()
    dimensions = int(values.number("I"))
    if dimensions > 8:
        raise _Bad(f"a tensor of {dimensions} dimensions before byte {values.stream.position}")
    shape = [values.length() for _ in range(dimensions)]
    values.number("I")
    values.length()
    return math.prod(shape)
