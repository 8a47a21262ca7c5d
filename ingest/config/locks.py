"""Lock files: that one exists, whether it holds hashes, and what it pins.

Takes the text, gives one `lock` setting, and for poetry, uv, PDM and Pipenv the packages with their
versions (`direct=False`: who asked for them stands elsewhere). Those of npm, its relatives and Go are counted, not listed.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ingest.config.json_nodes import json_node
from ingest.config.nodes import misshapen, shaped
from ingest.config.packages import setting
from ingest.config.toml_files import parse_toml
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_BYTES = 20_000_000
_NPM_PACKAGE = {
    "package-lock.json": re.compile(r'^\s{4}"node_modules/', re.MULTILINE),
    "npm-shrinkwrap.json": re.compile(r'^\s{4}"node_modules/', re.MULTILINE),
    "yarn.lock": re.compile(r"^\S[^\n]*:$", re.MULTILINE),
    "pnpm-lock.yaml": re.compile(r"^ {4}resolution:", re.MULTILINE),
    "bun.lock": re.compile(r"^ {4}\"[^\n]*\": \[", re.MULTILINE),
}


def read_lock(text: str, path: str) -> tuple[Setting, ...]:
    """The lock first, then what it pins by name."""
    name = PurePosixPath(path).name.lower()
    top = Place(path, 1, 1)
    if name in _NPM_PACKAGE:
        text = "\n".join(split_lines(text))
        hashes = "integrity" in text or "sha512-" in text or "checksum:" in text
        return (setting("lock", path, top, ecosystem="npm", hashes=hashes, packages=len(_NPM_PACKAGE[name].findall(text))),)
    if name == "go.sum":
        packages_of = {line.split(" ", 2)[0] for line in split_lines(text) if " h1:" in line and "/go.mod h1:" not in line}
        return (setting("lock", path, top, ecosystem="go", hashes=bool(packages_of), packages=len(packages_of)),)
    packages = _pipfile(text, path) if name == "pipfile.lock" else _toml(text, path)
    hashes = bool(packages) and all(package.attributes["pin"] in {"hash", "git", "url"} for package in packages)
    return (setting("lock", path, top, ecosystem="pypi", hashes=hashes, packages=len(packages)), *packages)


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
