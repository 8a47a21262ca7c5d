"""Results kept by what they were made of: a tree that did not change is not analysed again.

The key is a hash of every file that would be read, of what was passed over and why, of the settings, and of this
product's own code and knowledge. What is found under it is checked by its own hash and by the schema; anything
broken, foreign or of another version is thrown away and made anew. A cache that cannot be used costs time, never
the scan. Files are readable by the user alone, for results quote what was scanned.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from pydantic import ValidationError

from ingest import SourceList
from pipeline.findings.model import Scan

MAX_RESULTS = 64  # the longest unused are dropped
MAX_BYTES = 256 * 1024 * 1024  # of one result, unpacked
_OURS = ("ingest", "pipeline")
logger = logging.getLogger(__name__)


def default_folder() -> Path:
    """Where results are kept unless told otherwise: the user's cache folder."""
    from platformdirs import user_cache_path

    return user_cache_path("threatloom", appauthor=False) / "results"


def key_of(found: SourceList, name: str, settings: Iterable[str]) -> str | None:
    """What a result depends on, as a hash; None where a file cannot be read just now."""
    digest = hashlib.sha256()
    for part in (*_edition(), name, found.revision or "", str(found.dirty), *settings):
        digest.update(_framed(part.encode("utf-8", "surrogateescape")))
    for passed in sorted(map(repr, (*found.skipped, *found.errors))):
        digest.update(_framed(passed.encode("utf-8", "backslashreplace")))
    for source in found.sources:
        try:
            content = hashlib.sha256(source.location.read_bytes()).digest()
        except OSError:
            return None
        digest.update(_framed(f"{source.path}\0{source.kind}\0{source.purpose}".encode("utf-8", "surrogateescape")) + content)
    return digest.hexdigest()


def load(folder: Path, key: str) -> Scan | None:
    """The result kept under a key, or None."""
    file = folder / f"{key}.json.gz"
    try:
        with file.open("rb") as packed:
            checksum, data = packed.readline().strip().decode("ascii", "replace"), packed.read()
        if hashlib.sha256(data).hexdigest() != checksum:
            raise ValueError("its checksum is another")
        with gzip.GzipFile(fileobj=BytesIO(data)) as unpacked:
            text = unpacked.read(MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise ValueError("it is too large")
        result = Scan.model_validate_json(text)
        os.utime(file)
        return result
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, ValidationError) as problem:
        logger.info("a kept result is not used: %s", str(problem)[:200])
        try:
            file.unlink(missing_ok=True)
        except OSError as stuck:
            logger.info("it cannot be removed: %s", stuck)
        return None


def keep(folder: Path, key: str, scan: Scan) -> None:
    """Keeps a result, and drops the longest unused beyond the bound."""
    data = gzip.compress(scan.model_dump_json().encode(), compresslevel=5, mtime=0)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
            file.write(hashlib.sha256(data).hexdigest().encode() + b"\n" + data)
        Path(file.name).replace(folder / f"{key}.json.gz")
        known = sorted(folder.glob("*.json.gz"), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in known[MAX_RESULTS:]:
            old.unlink(missing_ok=True)
    except OSError as problem:
        logger.info("the result is not kept: %s", problem)


@cache
def _edition() -> tuple[str, ...]:
    """A hash of our own code and knowledge: a result of another edition is another result."""
    return (hashlib.sha256(b"".join(_framed(text) for text in _own_files())).hexdigest(),)


def _own_files() -> Iterator[bytes]:
    root = Path(__file__).resolve().parent.parent
    for room in _OURS:
        for file in sorted((root / room).rglob("*")):
            if file.suffix in (".py", ".yaml", ".yml", ".csv", ".json") and file.is_file():
                yield file.relative_to(root).as_posix().encode()
                yield file.read_bytes()


def _framed(part: bytes) -> bytes:
    """Length before content, so that no two sequences of parts are the same bytes."""
    return len(part).to_bytes(8, "big") + part
