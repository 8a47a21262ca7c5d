"""Lock files: that one exists, whether it holds hashes, and what it pins.

Takes the text, gives one `lock` setting, and the packages with their versions (`direct=False`: who asked for them stands elsewhere).
"""

from __future__ import annotations

from pathlib import PurePosixPath

from ingest.config.json_nodes import json_node
from ingest.config.nodes import misshapen, shaped
from ingest.config.npm_locks import read_npm_lock
from ingest.config.packages import setting
from ingest.config.toml_files import parse_toml
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_BYTES = 20_000_000
_NPM = frozenset({"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"})


def read_lock(text: str, path: str) -> tuple[Setting, ...]:
    """The lock first, then what it pins by name."""
    name = PurePosixPath(path).name.lower()
    top = Place(path, 1, 1)
    if name in _NPM:
        return read_npm_lock(text, path)
    if name == "go.sum":
        return _go_sum(text, path)
    packages = _pipfile(text, path) if name == "pipfile.lock" else _toml(text, path)
    hashes = bool(packages) and all(package.attributes["pin"] in {"hash", "git", "url"} for package in packages)
    return (setting("lock", path, top, ecosystem="pypi", hashes=hashes, packages=len(packages)), *packages)


def _go_sum(text: str, path: str) -> tuple[Setting, ...]:
    """Modules whose content has a hash; a module of which only its go.mod has one is not built in."""
    packages = []
    for number, line in enumerate(split_lines(text), 1):
        words = line.split()
        if len(words) == 3 and words[2].startswith("h1:") and not words[1].endswith("/go.mod"):
            place = Place(path, number, number)
            packages.append(setting("package", words[0], place, specifier=words[1], pin="hash", ecosystem="go", direct=False))
    names = {package.name for package in packages}
    return (setting("lock", path, Place(path, 1, 1), ecosystem="go", hashes=bool(names), packages=len(names)), *packages)


def _toml(text: str, path: str) -> tuple[Setting, ...]:
    document = parse_toml(text, _BYTES)
    starts = [number for number, line in enumerate(split_lines(text), 1) if line.strip() == "[[package]]"]
    entries = document.get("package", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise misshapen("package", "no list of tables", "one", "[[package]] above each, or have the lock file made anew", 1)
    files = document.get("metadata", {})
    files = files.get("files", {}) if isinstance(files, dict) else {}
    found = []
    for index, entry in enumerate(entries):
        source = entry.get("source")
        kinds = set(source) if isinstance(source, dict) else set()
        if kinds & {"editable", "virtual", "directory", "path"}:
            continue  # the project itself
        line = starts[index] if index < len(starts) else 1
        is_git = "git" in kinds or (isinstance(source, dict) and source.get("type") == "git")
        listed = files.get(str(entry.get("name", ""))) if isinstance(files, dict) else None  # where older versions keep hashes
        hashed = any((entry.get("files"), entry.get("wheels"), entry.get("sdist"), listed))
        version = str(entry.get("version", ""))
        found.append(
            setting(
                "package",
                str(entry.get("name", "")),
                Place(path, line, line),
                specifier=f"=={version}",
                pin="git" if is_git else "hash" if hashed else "exact",
                ecosystem="pypi",
                direct=False,
            )
        )
    return tuple(found)


def _pipfile(text: str, path: str) -> tuple[Setting, ...]:
    document = shaped(json_node(text), "the file", "map", write="it anew with its own program")
    found = []
    for group in ("default", "develop"):
        packages = shaped(document.get(group), group, "map", write="the lock file anew with its own program")
        for name, entry, line in packages.entries():
            pin = "git" if entry.get("git").text else "hash" if entry.get("hashes").items else "exact"
            specifier = entry.get("git", "version").text
            found.append(setting("package", name, Place(path, line, line), specifier=specifier, pin=pin, ecosystem="pypi", direct=False))
    return tuple(found)
