"""Whole scans and findings as bytes: compressed, with the hash of what is in them and the version of their form."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from ingest.errors import UnusableInput
from pipeline.findings.model import SCHEMA_VERSION

T = TypeVar("T", bound=BaseModel)
MAX_BYTES = 512 * 1024 * 1024  # of one scan, unpacked


class Packed(NamedTuple):
    form: str
    digest: str  # of the text inside, so that the same content is known without unpacking
    data: bytes


def pack(value: BaseModel) -> Packed:
    try:
        text = to_json(value)
    except ValueError:  # half of a character, as names of files have it that are no UTF-8
        text = json.dumps(value.model_dump(mode="json")).encode()
    return Packed(SCHEMA_VERSION, hashlib.sha256(text).hexdigest(), zlib.compress(text, 6))


def unpack(kind: type[T], packed: Packed, what: str) -> T:
    """What was packed; `what` names it for the user where it cannot be read."""
    if packed.form != SCHEMA_VERSION:
        raise UnusableInput(
            f"{what} was kept in the form {packed.form}, and this version reads {SCHEMA_VERSION}", "the record", "scan the system again"
        )
    try:
        reader = zlib.decompressobj()
        text = reader.decompress(packed.data, MAX_BYTES)
        if not reader.eof or hashlib.sha256(text).hexdigest() != packed.digest:
            raise ValueError("it is not what was kept")
        return _read(kind, text)
    except (zlib.error, ValidationError, ValueError, RecursionError):
        raise UnusableInput(f"{what} is damaged", "the record", "scan the system again; what was decided is not lost") from None


def _read(kind: type[T], text: bytes) -> T:
    try:
        return kind.model_validate_json(text)
    except ValidationError:
        return kind.model_validate(json.loads(text))  # halves of characters, which pydantic's own reader refuses
