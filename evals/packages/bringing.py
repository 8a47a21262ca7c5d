"""Brings the archives of labelled packages: fetched from their index, checked by hash, unpacked within bounds, never run.

An installer is not asked: `pip download` runs the build of a source archive to learn its name. What is unpacked holds plain files and
folders below one folder, and nothing else: an archive with a link or a path out of it is refused whole.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
import tempfile
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from evals.labels import FILE as LABELS
from evals.packages.model import FOLDER, PackageLabels, Source, read_packages
from evals.suite import ADJUDICATED
from evals.yaml_file import read_yaml

_MOST_BYTES = 64 * 1024 * 1024
_MOST_UNPACKED = 256 * 1024 * 1024
_MOST_FILES = 20_000

Fetch = Callable[[str], bytes]


class NotBrought(Exception):
    """A package could not be had as it was when it was read; the text says which one and why."""


def fetched(address: str) -> bytes:
    """What an index answers.

    Raises:
        NotBrought: it does not answer, with too much, or not over https.
    """
    if not address.startswith("https://"):
        raise NotBrought(f"{address} is not an https address")
    wanted = urllib.request.Request(address, headers={"Accept": "application/vnd.pypi.simple.v1+json, application/json;q=0.9, */*;q=0.1"})
    try:
        with urllib.request.urlopen(wanted, timeout=60) as answer:
            given: bytes = answer.read(_MOST_BYTES + 1)
    except OSError as failure:
        raise NotBrought(f"{address}: {failure}") from None
    if len(given) > _MOST_BYTES:
        raise NotBrought(f"{address} gives more than {_MOST_BYTES} bytes")
    return given


def bring(labels: PackageLabels, folder: Path, fetch: Fetch = fetched) -> Path:
    """The root of a package below `folder`, brought there if need be.

    Raises:
        NotBrought: the index does not have it, or other bytes, or what came may not be unpacked.
    """
    root = _root(labels, folder)
    archive = folder / "archives" / labels.source.file
    try:
        if not archive.exists():
            archive.parent.mkdir(parents=True, exist_ok=True)
            given = fetch(_address(labels.source, fetch))
            _same_bytes(labels.source.file, hashlib.sha256(given).hexdigest(), labels.source.sha256)
            archive.write_bytes(given)
        checked(archive, labels.source.sha256)
        if not root.exists():
            _unpack(archive, root)
        # Beside what it says, as the labels of any system; the eval leaves it out of what is scanned.
        (root / LABELS).write_text(written(labels), "utf-8")
    except NotBrought as problem:
        raise NotBrought(f"{labels.system}: {problem}") from None
    return root


def written(labels: PackageLabels) -> str:
    """The labels in the form of a system's, without the archive they were read from."""
    given = labels.model_dump(mode="json", exclude={"source"}, exclude_none=True)
    return yaml.safe_dump(given, sort_keys=False, allow_unicode=True, width=140)


def lay_verdicts(folder: Path, of: Path = FOLDER) -> None:
    """What readers judged of findings on the packages that were brought, where the eval looks for it."""
    judged = read_yaml(of / ADJUDICATED)
    there = {name: verdicts for name, verdicts in judged.items() if (folder / name / LABELS).is_file()}
    (folder / ADJUDICATED).write_text(yaml.safe_dump(there, sort_keys=False, allow_unicode=True, width=140), "utf-8")


def checked(file: Path, sha256: str) -> Path:
    """The file, if it holds the bytes that were read.

    Raises:
        NotBrought: it holds others.
    """
    _same_bytes(file.name, hashlib.sha256(file.read_bytes()).hexdigest(), sha256)
    return file


def labelled(folder: Path) -> list[tuple[str, Path, PackageLabels]]:
    """Name, root and labels of every package, as `bring` left them in a folder.

    Raises:
        NotBrought: one of them is not there; figures of fewer packages are figures of something else.
    """
    found = [(labels.system, _root(labels, folder), labels) for labels in read_packages()]
    for name, root, _labels in found:
        if not root.is_dir():
            raise NotBrought(f"{name} is not in {folder}: bring it by python -m evals.packages bring {folder}")
    return found


def _root(labels: PackageLabels, folder: Path) -> Path:
    return folder / f"{labels.system}-{labels.source.version}"


def _same_bytes(name: str, found: str, wanted: str) -> None:
    if found != wanted:
        raise NotBrought(f"{name} is not the file that was read (sha256 {found[:12]}..., not {wanted[:12]}...)")


def _address(source: Source, fetch: Fetch) -> str:
    """Where the index has the archive: what it says is not trusted, as the hash is ours."""
    name = urllib.parse.quote(source.name, safe="@")
    if source.registry == "npm":
        address = _said(fetch(f"https://registry.npmjs.org/{name}/{source.version}"), "dist", "tarball")
    else:
        files = _said(fetch(f"https://pypi.org/simple/{name}/"), "files")
        address = next((_said(file, "url") for file in files or () if _said(file, "filename") == source.file), None)
    if not isinstance(address, str):
        raise NotBrought(f"{source.registry} has no {source.file}")
    return address


def _said(answer: Any, *keys: str) -> Any:  # Any: whatever JSON an index answers with
    if isinstance(answer, bytes):
        try:
            answer = json.loads(answer)
        except ValueError:
            raise NotBrought("the index answered with something that is not JSON") from None
    for key in keys:
        answer = answer.get(key) if isinstance(answer, dict) else None
    return answer


def _unpack(archive: Path, root: Path) -> None:
    """Unpacks beside the root and moves the one folder there at the end, so that what is there is whole."""
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".unpacking-") as beside:
        try:
            with tarfile.open(archive, "r:gz") as tar:
                members = _plain(tar, archive.name)
                tar.extractall(beside, members=members, filter="data")
        except (tarfile.TarError, OSError, EOFError, zlib.error) as failure:
            raise NotBrought(f"{archive.name} cannot be unpacked: {failure}") from None
        (Path(beside) / PurePosixPath(members[0].name).parts[0]).rename(root)


def _plain(tar: tarfile.TarFile, name: str) -> list[tarfile.TarInfo]:
    """The members of an archive, all of them files and folders below one folder."""
    members: list[tarfile.TarInfo] = []
    size = 0
    for member in tar:
        path = PurePosixPath(member.name)
        if not (member.isfile() or member.isdir()):
            raise NotBrought(f"{name} holds {member.name!r}, which is neither a file nor a folder")
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise NotBrought(f"{name} holds {member.name!r}, a path out of it")
        size += member.size
        members.append(member)
        if path.parts[1:] == (LABELS,):
            raise NotBrought(f"{name} holds a {LABELS} of its own")
        if size > _MOST_UNPACKED or len(members) > _MOST_FILES:
            raise NotBrought(f"{name} is larger than {_MOST_FILES} files or {_MOST_UNPACKED} bytes")
    if len({PurePosixPath(member.name).parts[0] for member in members}) != 1 or any(
        member.isfile() and "/" not in member.name for member in members
    ):
        raise NotBrought(f"{name} holds other things than one folder")
    return members
