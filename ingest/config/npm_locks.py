"""Lock files of npm, pnpm, yarn and bun: what they pin, each package with its version and whether its hash stands there.

Takes the text, gives one `lock` and its packages (`direct=False`). These files are long and made by programs: they are read
line by line in the forms that their programs write, and what is written otherwise is only counted. `bun.lock` is counted, not listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.config.packages import setting
from ingest.facts import Setting
from ingest.source import Place, attributes_of
from ingest.text import split_lines

_MOST_PACKAGES = 5000
_BUN = re.compile(r"^ {4}\"[^\n]*\": \[", re.MULTILINE)
_NPM_HEAD = re.compile(r"^    \"(?:[^\"]*/)?node_modules/((?:@[^/\"]+/)?[^/\"]+)\": \{")
_YARN_HEAD = re.compile(r"^\"?((?:@[^/\"@\s]+/)?[^@\"\s,]+)@[^\n]*:$")
_PNPM_HEAD = re.compile(r"^  '?/?((?:@[^/'@\s]+/)?[^@/'\s(]+)[@/](\d[^:'(\s]*)[^\n]*:$")
_FIELD = re.compile(r"^\s+\"?(version|resolved|resolution|integrity|checksum|link)\"?:? \"?([^\"\n]*)\"?,?$")
_PLAIN = re.compile(r"[\w@./+~:-]{1,214}")
_OTHER_SOURCE = re.compile(r"^git|^github:|\.git(?:#|$)|@git@|^ssh:|codeload\.github\.com|type: git")


@dataclass(slots=True)
class _Entry:
    name: str
    line: int
    version: str = ""
    source: str = ""
    hashed: bool = False
    linked: bool = False


def read_npm_lock(text: str, path: str) -> tuple[Setting, ...]:
    """The lock first, then its packages in the order of the file."""
    name = PurePosixPath(path).name.lower()
    lines = split_lines(text)
    if name == "bun.lock":
        count = len(_BUN.findall("\n".join(lines)))
        return (setting("lock", path, Place(path, 1, 1), ecosystem="npm", hashes="sha512-" in text, packages=count),)
    entries = [entry for entry in _entries(lines, name) if not entry.linked]
    hashes = any(entry.hashed for entry in entries)
    lock = setting("lock", path, Place(path, 1, 1), ecosystem="npm", hashes=hashes, packages=len(entries))
    return (lock, *(_package(entry, path) for entry in entries[:_MOST_PACKAGES]))


def _entries(lines: list[str], name: str) -> Iterator[_Entry]:
    head = {"yarn.lock": _YARN_HEAD, "pnpm-lock.yaml": _PNPM_HEAD}.get(name, _NPM_HEAD)
    packages = name != "pnpm-lock.yaml"
    current: _Entry | None = None
    for number, line in enumerate(lines, 1):
        if len(line) > 2000:
            continue
        if name == "pnpm-lock.yaml" and line[:1] not in (" ", ""):
            packages = line.startswith("packages:")
        match = head.match(line) if packages else None
        if match is not None:
            if current is not None:
                yield current
            current = _Entry(match[1], number, match[2] if name == "pnpm-lock.yaml" else "")
            current.linked = line.startswith('"') and "@workspace:" in line
        elif current is not None and packages and (field := _FIELD.match(line)) is not None:
            _note(current, field[1], field[2])
    if current is not None:
        yield current


def _note(entry: _Entry, name: str, value: str) -> None:
    if name == "version":
        entry.version = entry.version or value
    elif name == "link":
        entry.linked = True
    elif name in ("integrity", "checksum"):
        entry.hashed = True
    else:
        entry.source = value
        entry.hashed = entry.hashed or "integrity:" in value


def _package(entry: _Entry, path: str) -> Setting:
    pin = "git" if _OTHER_SOURCE.search(entry.source) else "hash" if entry.hashed else "exact"
    place = Place(path, entry.line, entry.line)
    if _PLAIN.fullmatch(entry.name) and _PLAIN.fullmatch(entry.version):  # thousands of them, which hold no secret to look for
        attributes = attributes_of(specifier=entry.version, pin=pin, ecosystem="npm", direct=False)
        return Setting("package", entry.name, attributes, place)
    return setting("package", entry.name, place, specifier=entry.version, pin=pin, ecosystem="npm", direct=False)
