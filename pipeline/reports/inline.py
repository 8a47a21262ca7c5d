"""Pages that carry all they need: templates that escape, and the hashes by which a page lets only its own style and script run."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from types import CodeType

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from pipeline.reports.escape import visible


class Compiled(BytecodeCache):
    """Templates that this process has compiled before: compiling a page takes longer than filling it. For environments of equal options."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = Compiled()


def environment(*folders: Path) -> Environment:
    """Templates of these folders; every text is made visible and escaped."""
    return Environment(
        loader=FileSystemLoader(folders), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=shown,
        bytecode_cache=_COMPILED,
    )  # fmt: skip


def shown(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def source_hash(text: str) -> str:
    """What a Content-Security-Policy names an inline style or script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
