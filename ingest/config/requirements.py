"""pip's requirement and constraint files: packages, how they are pinned, and where they come from.

Takes the text, gives settings by line. Included files (`-r`) are not followed; they are sources of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.config.packages import python_package, setting
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_LINES = 50_000


def read_requirements(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file; a file whose every package has a hash is a lock as well."""
    settings = [found for line, start, end in _logical_lines(text) for found in _read_line(line, Place(path, start, end))]
    packages = [found for found in settings if found.kind == "package"]
    if packages and all(found.attributes["pin"] == "hash" for found in packages):
        first = packages[0].place
        settings.append(setting("lock", path, first, ecosystem="pypi", hashes=True, packages=len(packages)))
    return tuple(settings)


def _logical_lines(text: str) -> Iterator[tuple[str, int, int]]:
    pieces: list[str] = []
    start = 1
    lines = split_lines(text)[:_LINES]
    for number, line in enumerate(lines, 1):
        start = start if pieces else number
        stripped = "" if line.lstrip().startswith("#") else line.split(" #", 1)[0].split("\t#", 1)[0].strip()
        pieces.append(stripped.removesuffix("\\").strip())
        if stripped.endswith("\\") and number < len(lines):
            continue
        joined = " ".join(piece for piece in pieces if piece)
        if joined:
            yield joined, start, number
        pieces = []


def _read_line(line: str, place: Place) -> Iterator[Setting]:
    words = line.split()
    option, _, joined = words[0].partition("=") if words[0].startswith("-") else ("", "", "")
    value = joined or (words[1] if len(words) > 1 else "")
    match option:
        case "-i" | "--index-url" | "--extra-index-url":
            yield setting("package_index", value, place, extra=option == "--extra-index-url", trusted_host=False)
        case "-f" | "--find-links":
            yield setting("package_index", value, place, extra=True, trusted_host=False)
        case "--trusted-host":
            yield setting("package_index", value, place, extra=False, trusted_host=True)
        case "-e" | "--editable":
            yield from _from_address(value, place)
        case "":
            requirement = line.split(" --hash", 1)[0].split(" --config-setting", 1)[0]
            package = python_package(requirement, place, hashed="--hash=" in line or "--hash " in line)
            if package is not None:
                yield package
            else:
                yield from _from_address(words[0], place)
        case _:
            return


def _from_address(address: str, place: Place) -> Iterator[Setting]:
    if "://" not in address:
        return  # a path: the code beside it is read by itself
    base, _, fragment = address.partition("#")
    named = [part.removeprefix("egg=") for part in fragment.split("&") if part.startswith("egg=")]
    name = named[0].split("[")[0] if named else base.rstrip("/").rsplit("/", 1)[-1].split("@")[0].removesuffix(".git")
    pin = "git" if base.startswith(("git+", "hg+", "svn+", "bzr+")) else "url"
    yield setting("package", name.lower(), place, specifier=base, pin=pin, ecosystem="pypi", direct=True)
