"""Results kept by what they were made of: a tree that did not change is not analysed again.

The key is a hash of files, of what was passed over and why, of the settings, and of this product's own code and knowledge;
not of the revision, so that a commit that changes nothing that is read is answered too. There are three: one of the names of
all files and what git has hashed of them, for which none is opened; one of the whole tree; and one of the files that are read.
A result is kept under the last, and the others only name it. What is found is checked by its own hash and by the schema; anything
broken, foreign or of another version is thrown away and made anew. A cache that cannot be used costs time, never
the scan. Files are readable by the user alone, for results quote what was scanned.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import to_json

from ingest import Listing, SourceList
from ingest.source import ReadError, Skip, Source
from ingest.text import content_of
from pipeline.findings.model import Scan

MAX_RESULTS = 64  # the longest unused are dropped
MAX_NAMED = 1024  # of notes which tree led to which result
MAX_BYTES = 256 * 1024 * 1024  # of one result, unpacked
_OURS = ("ingest", "pipeline")
_RESULT, _NAMED = ".json.gz", ".key"
_KEY = re.compile(r"[0-9a-f]{64}")
logger = logging.getLogger(__name__)


def default_folder() -> Path:
    """Where results are kept unless told otherwise: the user's cache folder."""
    from platformdirs import user_cache_path

    return user_cache_path("threatloom", appauthor=False) / "results"


class KeptResults:
    """The results of earlier scans: looked for by what git knows, then by the whole tree, then by the files that are read."""

    def __init__(self, folder: Path | None, name: str, settings: Sequence[str]) -> None:
        self._folder, self._about = folder, (name, *settings)
        self._leading: list[str] = []  # keys that name the result, as far as they were asked for
        self._key: str | None = None
        self._tree: str | None = None  # the hash of the whole tree

    def of_listing(self, listing: Listing) -> Scan | None:
        """The result of a tree that git says is the same; nothing of it is opened."""
        names = listing.names() if self._folder is not None else None
        return self._led_to(None if names is None else self._hash((*listing.skipped, *listing.errors), names))

    def of_tree(self, found: SourceList) -> Scan | None:
        """The result of this very tree."""
        self._tree = self._of_sources(found.sources, (*found.skipped, *found.errors))
        return self._led_to(self._tree)

    def of_files(self, sources: Sequence[Source], passed: Iterable[Skip | ReadError]) -> Scan | None:
        """The result of a tree of which the same is read; to be asked last."""
        self._key = self._of_sources(sources, passed)
        kept = _load(self._folder, self._key) if self._folder and self._key else None
        if kept is not None:
            self._lead()
        return kept

    def keep(self, result: Scan, *, of_all: bool = False) -> None:
        """Keeps the result for all questions; one for which files were looked into that are not read, for the whole tree only."""
        self._key = self._tree if of_all else self._key
        if self._folder and self._key and not result.errors:  # what could not be read may be readable next time
            _keep(self._folder, self._key, result)
            self._lead()

    def _led_to(self, leading: str | None) -> Scan | None:
        if self._folder is None or leading is None:
            return None
        self._key = _named(self._folder, leading)
        kept = _load(self._folder, self._key) if self._key else None
        if kept is not None:
            self._lead()
        self._leading.append(leading)
        return kept

    def _lead(self) -> None:
        if self._folder and self._key:
            for leading in self._leading:
                _name(self._folder, leading, self._key)

    def _of_sources(self, sources: Iterable[Source], passed: Iterable[Skip | ReadError]) -> str | None:
        """What a result depends on, as a hash; None where nothing is kept or a file cannot be read just now."""
        if self._folder is None:
            return None
        named: list[str] = []
        for source in sources:
            content = content_of(source)
            if content is None:
                return None
            named.append(f"{source.path}\0{source.kind}\0{source.purpose}\0{content}")
        return self._hash(passed, named)

    def _hash(self, passed: Iterable[Skip | ReadError], named: Sequence[str]) -> str:
        digest = hashlib.sha256()
        said = sorted(map(repr, passed))
        for part in (*_edition(), *self._about, str(len(said)), *said, *named):
            digest.update(_framed(part.encode("utf-8", "surrogatepass")))
        return digest.hexdigest()


def _named(folder: Path, whole: str) -> str | None:
    """The key of the result that the whole tree led to, if that is known."""
    try:
        said = (folder / f"{whole}{_NAMED}").read_bytes()[:128].decode("ascii", "replace")
    except OSError:
        return None
    return said if _KEY.fullmatch(said) else None


def _load(folder: Path, key: str) -> Scan | None:
    """The result kept under a key, or None."""
    file = folder / f"{key}{_RESULT}"
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


def _keep(folder: Path, key: str, scan: Scan) -> None:
    """Keeps a result, and drops the longest unused beyond the bound."""
    data = gzip.compress(to_json(scan), compresslevel=5, mtime=0)
    _write(folder, f"{key}{_RESULT}", hashlib.sha256(data).hexdigest().encode() + b"\n" + data, MAX_RESULTS)


def _name(folder: Path, whole: str, key: str) -> None:
    """Notes which result a whole tree led to."""
    _write(folder, f"{whole}{_NAMED}", key.encode(), MAX_NAMED)


def _write(folder: Path, file_name: str, data: bytes, most: int) -> None:
    """Writes a file whole or not at all; of its kind, the longest unused beyond a number are dropped."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
            file.write(data)
        Path(file.name).replace(folder / file_name)
        kind = file_name[file_name.index(".") :]
        known = sorted(folder.glob(f"*{kind}"), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in known[most:]:
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
