"""NuGet's files: package references of projects, versions kept in one place, lock files, sources of packages.

Takes the text of a `.csproj` (or `.fsproj`), of `Directory.Packages.props`, `packages.lock.json` or `NuGet.config`; gives packages by line,
for a lock one `lock`, and the sources that packages come from.
A reference without a version takes it from `Directory.Packages.props`, which lists the package itself. XML is
parsed without entities, external or internal; properties and conditions are not evaluated: a version that is a property is no pin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from ingest.config.json_nodes import json_node
from ingest.config.nodes import shaped
from ingest.config.packages import secret_variable, setting
from ingest.config.xml_root import xml_root
from ingest.facts import Setting
from ingest.source import Place

_ELEMENTS, _SOURCES = 20_000, 200
_ADDRESS = re.compile(r"https?://")
_PUBLIC = re.compile(r"https?://(?:api|www)\.nuget\.org/")
_EXACT = re.compile(r"\[?\d+(\.\d+)*(-[\w.-]+)?(\+[\w.-]+)?\]?")


def read_nuget(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    name = PurePosixPath(path).name.lower()
    if name == "packages.lock.json":
        return _lock(text, path)
    if name == "nuget.config":
        return tuple(_sources(text, path))
    return tuple(_project(text, path))


def _project(text: str, path: str) -> Iterator[Setting]:
    root = xml_root(text)
    for number, element in enumerate(root.iter("{*}PackageReference", "{*}PackageVersion", "{*}GlobalPackageReference")):
        if number >= _ELEMENTS:
            break
        name = str(element.get("Include") or element.get("Update") or "").strip()
        version = str(element.get("Version") or element.get("VersionOverride") or "").strip()
        version = version or next((str(child.text or "").strip() for child in element if str(child.tag).endswith("Version")), "")
        if not name or (not version and element.get("Update")):
            continue
        central = not version and str(element.tag).endswith("PackageReference")
        if central:
            continue  # its version, and so the package, stands in Directory.Packages.props
        line = element.sourceline or 1
        yield setting("package", name, Place(path, line, line), specifier=version, pin=pin_of(version), ecosystem="nuget", direct=True)


def _sources(text: str, path: str) -> Iterator[Setting]:
    """The sources of packages: each beside another one, unless a mapping says which names come from which; and passwords in clear."""
    root = xml_root(text)
    mapped = next(iter(root.iter("{*}packageSourceMapping")), None)
    bound = mapped is not None and any(str(child.tag).endswith("packageSource") for child in mapped)
    listed = [child for sources in root.iter("{*}packageSources") for child in sources][:_SOURCES]
    cleared = max((number for number, child in enumerate(listed) if str(child.tag).endswith("clear")), default=-1)
    given = [child for child in listed[cleared + 1 :] if str(child.tag).endswith("add") and _ADDRESS.match(str(child.get("value")))]
    several = len({child.get("value") for child in given}) > 1 or (cleared < 0 and any(not _is_public(child) for child in given))
    for child in given:
        line, address = child.sourceline or 1, str(child.get("value"))
        yield setting(
            "package_index", address, Place(path, line, line), ecosystem="nuget", extra=several and not bound and not _is_public(child),
            trusted_host=address.startswith("http:"),
        )  # fmt: skip
    for child in root.iter("{*}add"):
        if child.get("key") == "ClearTextPassword":
            line = child.sourceline or 1
            secret = secret_variable("nuget_password", str(child.get("value") or ""), Place(path, line, line), beside={})
            if secret is not None:
                yield secret


def _is_public(source: Any) -> bool:  # Any: lxml ships no types
    return _PUBLIC.match(str(source.get("value"))) is not None


def pin_of(version: str) -> str:
    """exact, range or none. A plain version is a lowest one, which NuGet takes where nothing asks for more: it is repeatable."""
    if not version or version.startswith("$") or version == "*":
        return "none"
    return "exact" if _EXACT.fullmatch(version) else "range"


def _lock(text: str, path: str) -> tuple[Setting, ...]:
    document = shaped(json_node(text), "the file", "map", write="it anew with its own program")
    found: dict[str, Setting] = {}
    hashed = True
    for _framework, packages, _line in document.get("dependencies").entries():
        for name, entry, line in packages.entries():
            if entry.get("type").text == "Project":
                continue
            has_hash = bool(entry.get("contentHash").text)
            hashed = hashed and has_hash
            found.setdefault(
                name,
                setting("package", name, Place(path, line, line), specifier=entry.get("resolved").text, pin="hash" if has_hash else "exact",
                        ecosystem="nuget", direct=False),
            )  # fmt: skip
    lock = setting("lock", path, Place(path, 1, 1), ecosystem="nuget", hashes=bool(found) and hashed, packages=len(found))
    return (lock, *found.values())
