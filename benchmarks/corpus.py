"""The corpus: source archives of public packages, fetched by name, checked by hash, and laid out as trees of several sizes.

Takes `corpus.yaml` and a cache folder, gives a folder per size that holds the Python files of its packages and nothing
else. Archives are data: they are unpacked with tarfile's `data` filter and never executed, imported or built. Trees are
laid out anew for every session, so that nothing an earlier one left behind is measured.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tarfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import yaml

from benchmarks.errors import Unusable

FILE = Path(__file__).with_name("corpus.yaml")
Group = Literal["ai", "ordinary"]
Fetch = Callable[[str, str], bytes]  # address, wanted media type -> body
_FIELDS = {"name", "version", "file", "sha256", "group", "from", "lines"}
_SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
_MOST_DOWNLOADED = 64 * 1024 * 1024
_MOST_UNPACKED = 256 * 1024 * 1024  # of one package's Python files


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    version: str
    file: str
    sha256: str
    group: Group
    first_size: str  # the smallest tree it is part of; larger ones hold it too
    lines: int  # of Python, as counted when it was pinned


@dataclass(frozen=True, slots=True)
class Corpus:
    sizes: tuple[str, ...]  # ascending
    packages: tuple[Package, ...]

    def of_size(self, size: str) -> tuple[Package, ...]:
        """The packages of one tree."""
        wanted = self.sizes[: self.sizes.index(size) + 1]
        return tuple(package for package in self.packages if package.first_size in wanted)


@dataclass(frozen=True, slots=True)
class Tree:
    """One laid out tree and what is in it."""

    size: str
    folder: Path
    files: int
    lines: int
    bytes: int
    ai_lines: int


def read_corpus(path: Path = FILE) -> Corpus:
    """The corpus file, refused where an entry is not pinned in full."""
    data = yaml.safe_load(path.read_text("utf-8"))
    sizes = tuple(str(size) for size in data["sizes"])
    return Corpus(sizes, tuple(_package(entry, sizes) for entry in data["packages"]))


def _package(entry: dict[str, object], sizes: tuple[str, ...]) -> Package:
    name = entry.get("name")
    if set(entry) != _FIELDS:
        raise Unusable(f"corpus: {name} has the fields {sorted(entry)}, wanted are {sorted(_FIELDS)}")
    lines = entry["lines"]
    text = {key: str(value) for key, value in entry.items()}
    group = next((known for known in get_args(Group) if known == text["group"]), None)
    if group is None or text["from"] not in sizes or not isinstance(lines, int):
        raise Unusable(f"corpus: {name} needs a group of {get_args(Group)}, a size of {sizes} and a number of lines")
    if not re.fullmatch(r"[0-9a-f]{64}", text["sha256"]):
        raise Unusable(f"corpus: {name} is not pinned by a SHA-256")
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*\.tar\.gz", text["file"]) or text["version"] not in text["file"]:
        raise Unusable(f"corpus: {text['file']} is no source archive of {name} {text['version']}")
    return Package(text["name"], text["version"], text["file"], text["sha256"], group, text["from"], lines)


def fetch_over_https(address: str, media_type: str) -> bytes:
    """The body behind an https address, bounded in size."""
    if not address.startswith("https://"):
        raise Unusable(f"{address}: only https is fetched from")
    request = urllib.request.Request(address, headers={"Accept": media_type, "User-Agent": "threatloom-benchmarks"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        body: bytes = answer.read(_MOST_DOWNLOADED + 1)
    if len(body) > _MOST_DOWNLOADED:
        raise Unusable(f"{address} is larger than {_MOST_DOWNLOADED} bytes")
    return body


def fetch_archive(package: Package, cache: Path, index: str, fetch: Fetch = fetch_over_https) -> Path:
    """The archive in the cache, fetched where it is not there or not what was pinned; any other bytes are refused."""
    kept = cache / package.file
    if kept.is_file() and _sha256(kept.read_bytes()) == package.sha256:
        return kept
    body = fetch(_address(package, index, fetch), "application/octet-stream")
    if (got := _sha256(body)) != package.sha256:
        raise Unusable(f"{package.file} has the SHA-256 {got}, pinned is {package.sha256}: not used")
    cache.mkdir(parents=True, exist_ok=True)
    part = kept.with_name(kept.name + ".part")
    part.write_bytes(body)
    part.replace(kept)
    return kept


def _address(package: Package, index: str, fetch: Fetch) -> str:
    listed = json.loads(fetch(f"{index.rstrip('/')}/{package.name}/", _SIMPLE_JSON))["files"]
    for entry in listed:
        if entry["filename"] == package.file:
            return str(entry["url"])
    raise Unusable(f"{package.file} is not at {index}: pin another version in benchmarks/corpus.yaml")


def lay_out(size: str, archives: dict[Package, Path], trees: Path) -> Tree:
    """A fresh tree of these packages' Python files."""
    folder = trees / size
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files = lines = read = ai_lines = 0
    for package, archive in sorted(archives.items(), key=lambda pair: pair[0].name):
        unpack_python(archive, folder / package.name)
        for path in python_files(folder / package.name):
            body = path.read_bytes()
            found = body.count(b"\n")
            files, lines, read = files + 1, lines + found, read + len(body)
            ai_lines += found if package.group == "ai" else 0
    return Tree(size, folder, files, lines, read, ai_lines)


def unpack_python(archive: Path, folder: Path) -> None:
    """The regular `.py` files of an archive below a folder; links, devices and all other files stay inside the archive."""
    folder.mkdir(parents=True)
    with tarfile.open(archive) as opened:
        wanted = [member for member in opened if member.isfile() and member.name.endswith(".py")]
        if sum(member.size for member in wanted) > _MOST_UNPACKED:
            raise Unusable(f"{archive.name} unpacks to more than {_MOST_UNPACKED} bytes")
        opened.extractall(folder, members=wanted, filter="data")


def python_files(folder: Path) -> list[Path]:
    """Every Python file below a folder, in a fixed order."""
    return sorted(path for path in folder.rglob("*.py") if path.is_file())


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
