"""Manifests and locks of the JVM: pom.xml, Gradle's build files in both their languages, version catalogs, gradle.lockfile.

Takes the text, gives a package per dependency that is written out, `group:name`. Properties of the same pom and versions of the same
catalog are filled in; what a parent, a bill of materials or a plugin decides has the pin `given`. Build files are programs: only
dependencies in their literal forms are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from ingest.config.nodes import Node
from ingest.config.packages import setting
from ingest.config.toml_nodes import toml_node
from ingest.config.xml_root import xml_root
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_ELEMENTS, _LINES = 20_000, 20_000
_PROPERTY = re.compile(r"\$\{([\w.-]{1,100})\}")
_CONFIGURATION = (
    r"\b(?:implementation|api|compileOnly|runtimeOnly|annotationProcessor|kapt|ksp"
    r"|(?:test|debug|release)?(?:Implementation|Api|RuntimeOnly))\b"
)
_SHORT = re.compile(_CONFIGURATION + r"\s*\(?\s*[\"']([\w.-]{1,200}):([\w.-]{1,200})(?::([^\"':@]{1,100}))?[\"':@]")
_LONG = re.compile(
    _CONFIGURATION + r"\s*\(?\s*group\s*[:=]\s*[\"']([\w.-]+)[\"']\s*,\s*name\s*[:=]\s*[\"']([\w.-]+)[\"']"
    r"(?:\s*,\s*version\s*[:=]\s*[\"']([^\"']+)[\"'])?"
)
_LOCKED = re.compile(r"([\w.-]+:[\w.-]+):([^=\s]+)=")


def read_maven(text: str, path: str) -> tuple[Setting, ...]:
    """The dependencies of a pom; those it only manages are none of its own."""
    root = xml_root(text)
    properties = {
        str(child.tag).rpartition("}")[2]: str(child.text or "").strip() for holder in root.findall("{*}properties") for child in holder
    }
    properties |= {f"project.{name}": str(root.findtext(f"{{*}}{name}") or "") for name in ("version", "groupId")}
    found: list[Setting] = []
    for number, element in enumerate(root.iterfind("{*}dependencies/{*}dependency")):
        if number >= _ELEMENTS:
            break
        group, name, version = (
            _filled(str(element.findtext(f"{{*}}{part}") or ""), properties) for part in ("groupId", "artifactId", "version")
        )
        if group and name:
            line = element.sourceline or 1
            scope = str(element.findtext("{*}scope") or "") or None
            found.append(_package(f"{group}:{name}", version, Place(path, line, line), scope))
    return tuple(found)


def _filled(text: str, properties: dict[str, str]) -> str:
    return _PROPERTY.sub(lambda match: properties.get(match[1]) or match[0], text.strip())


def _package(name: str, version: str, place: Place, scope: str | None = None, direct: bool = True) -> Setting:
    return setting(
        "package",
        name,
        place,
        specifier=version,
        pin=pin_of(version),
        ecosystem="maven",
        direct=direct,
        group="test" if scope == "test" else None,
    )


def pin_of(version: str) -> str:
    """exact, range, none, or given where something else says the version."""
    if not version or "$" in version:
        return "given"
    if version in ("LATEST", "RELEASE", "+", "latest.release", "latest.integration"):
        return "none"
    return "range" if version.startswith(("[", "(")) or version.endswith(("+", "-SNAPSHOT")) or "," in version else "exact"


def read_gradle(text: str, path: str) -> tuple[Setting, ...]:
    """The dependencies of a build file, a catalog or a lock."""
    name = PurePosixPath(path).name.lower()
    if name.endswith(".toml"):
        return tuple(_catalog(toml_node(text), path))
    if name.endswith(".lockfile"):
        return _lock(text, path)
    found: list[Setting] = []
    for number, line in enumerate(split_lines(text)[:_LINES], 1):
        code = line[:1000].split("//")[0]
        for match in (*_SHORT.finditer(code), *_LONG.finditer(code)):
            scope = "test" if match[0].startswith("test") else None
            found.append(_package(f"{match[1]}:{match[2]}", match[3] or "", Place(path, number, number), scope))
    return tuple(found)


def _catalog(document: Node, path: str) -> Iterator[Setting]:
    versions = {name: node.text or node.get("strictly", "require", "prefer").text for name, node, _ in document.get("versions").entries()}
    for _name, node, line in document.get("libraries").entries():
        if node.kind == "scalar":
            group, _, rest = node.text.partition(":")
            name, _, version = rest.partition(":")
        else:
            module = node.get("module").text
            group, name = module.split(":", 1) if ":" in module else (node.get("group").text, node.get("name").text)
            given = node.get("version")
            version = given.text or versions.get(given.get("ref").text, "")
        if group and name:
            yield _package(f"{group}:{name}", version, Place(path, line, line))


def _lock(text: str, path: str) -> tuple[Setting, ...]:
    packages = []
    for number, line in enumerate(split_lines(text)[:_LINES], 1):
        if (match := _LOCKED.match(line[:1000])) is not None:
            packages.append(_package(match[1], match[2], Place(path, number, number), direct=False))
    return (setting("lock", path, Place(path, 1, 1), ecosystem="maven", hashes=False, packages=len(packages)), *packages)
