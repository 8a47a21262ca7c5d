"""Consoles of a composition: what administers a system or its stores, and a port leads to it.

Takes a service that publishes a port, gives what it is (`consoles` of `images.yaml`) and what opens it: that it asks nobody, that a
variable signs whoever comes in, or a password that everybody tries, which a variable says or a command of the composition makes an
administrator with (`airflow users create --password admin`). Logins that somebody makes by hand are not known, and count as asked.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.config.commands import KNOWN_PASSWORD
from ingest.facts import ConfigFacts, Setting
from ingest.source import Place, parts_of
from pipeline.system.deployment.deployment import folder_of, inside
from pipeline.system.rules.images import KnownConsole, known_built, known_console

_SCRIPTS = ("shell", "image", "docker", "make")


@dataclass(frozen=True, slots=True)
class OpenedConsole:
    """A console, what opens it, and where that is said beside the service itself."""

    console: KnownConsole
    opened_by: tuple[str, ...]
    places: tuple[Place, ...]


def composed_console(service: Setting, file: ConfigFacts, files: Sequence[ConfigFacts]) -> OpenedConsole | None:
    """The console that a published service is, where nothing more than a known password, or none, is asked."""
    command = str(service.attributes.get("command") or "")
    variables = _variables(file, service.name)
    image = str(service.attributes.get("image") or "")
    console = known_console(image, command, [variable.name for variable in variables])
    if console is None:
        return _built_store(service, file, files)
    governing = next((v for v in variables if v.name == console.governing and v.attributes.get("governs")), None)
    if governing is not None:
        return OpenedConsole(console, (governing.name,), (governing.place,))
    signed_in = next((v for v in variables if console.opened_by is not None and re.search(console.opened_by, v.name)), None)
    if signed_in is not None:
        return OpenedConsole(console, (signed_in.name,), (signed_in.place,))
    known = (*_known_passwords(console, file), *_made_administrators(console, file, files))
    if known:
        return OpenedConsole(console, tuple(dict.fromkeys(name for name, _ in known)), tuple(place for _, place in known))
    words = (
        *(v.name for v in variables),
        command,
        *parts_of(service.attributes.get("volumes")),
        *parts_of(service.attributes.get("env_files")),
    )
    closed = console.asks or parts_of(service.attributes.get("env_files"))
    if closed or (console.closed_by is not None and any(re.search(console.closed_by, word) for word in words)):
        return None
    return OpenedConsole(console, (console.without,), ())


def _built_store(service: Setting, file: ConfigFacts, files: Sequence[ConfigFacts]) -> OpenedConsole | None:
    """The store that a service's own image is, where that image gives its administrator a password which everybody tries."""
    written = posixpath.normpath(posixpath.join(folder_of(file.path), str(service.attributes.get("built_from") or "")))
    image = next((other for other in files if other.path == written), None) if service.attributes.get("built_from") else None
    if image is None or parts_of(service.attributes.get("env_files")):
        return None
    built = known_built(
        [s.name for s in image.settings if s.kind == "image"],
        [str(s.attributes.get("command") or "") for s in image.settings if s.kind == "run_command"],
    )
    if built is None:
        return None
    own = {variable.name for variable in _variables(file, service.name)}
    known = [
        s for s in image.settings
        if s.kind == "environment" and s.attributes.get("known") and re.search(built.passwords, s.name) and s.name not in own
    ]  # fmt: skip
    console = KnownConsole(product=built.product, kind=built.kind)
    return OpenedConsole(console, tuple(s.name for s in known), tuple(s.place for s in known)) if known else None


def _variables(file: ConfigFacts, service: str) -> list[Setting]:
    return [s for s in file.settings if s.kind == "environment" and s.attributes.get("service") == service]


def _known_passwords(console: KnownConsole, file: ConfigFacts) -> Iterator[tuple[str, Place]]:
    """Variables of the composition that give its administrator a password which everybody tries."""
    for service in file.settings if console.passwords is not None else ():
        for name in parts_of(service.attributes.get("default_passwords")) if service.kind == "service" else ():
            if console.passwords is not None and re.search(console.passwords, name):
                at = next((v.place for v in _variables(file, service.name) if v.name == name), service.place)
                yield name, at


def _made_administrators(console: KnownConsole, file: ConfigFacts, files: Sequence[ConfigFacts]) -> Iterator[tuple[str, Place]]:
    """Commands of the composition, or of a script below its folder, that make an administrator with such a password."""
    for other in files if console.creates else ():
        near = other.path == file.path or inside(other.path, folder_of(file.path))
        for command in other.settings if near else ():
            of_it = other.path == file.path or command.attributes.get("where") in _SCRIPTS
            makes = command.kind == "command" and command.name == console.creates
            if of_it and makes and KNOWN_PASSWORD in parts_of(command.attributes.get("words")):
                yield "the password its administrator is made with", command.place
