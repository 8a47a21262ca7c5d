"""CycloneDX of other tools, in JSON or XML: vulnerabilities at the places of what they affect, and the components that have a place.

A bill of materials says where a component was seen by occurrences in its evidence, by a property, or by being a file itself; what came by
way of a manifest is seen there: from such a component the dependencies are followed upwards to a file. A component is an inventory's entry
and no claim that something is wrong; whoever scores says which of both counts.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from evals.peers.places import Told, inside

_LINE = re.compile(r"(.+?)(?:[:#]L?(\d+))?(?:-L?\d+)?(?::\d+)?")  # `src/app.py:12`, `src/app.js#42`
_IN_PROPERTIES = re.compile(r"(?:.*:)?(?:src_?file|file_?path|(?:source_?)?location(?::\d+:path)?)", re.IGNORECASE)
_FILE_TYPES = frozenset({"file", "application", "data"})
_MOST = 100_000


class _Place(NamedTuple):
    path: str
    line: int


def read_bom(text: str) -> Mapping[str, Any]:  # Any: JSON
    """The document, XML brought into the form of JSON.

    Raises `ValueError` where it is none.
    """
    if text.lstrip()[:1] == "<":
        return _of_xml(text)
    read = json.loads(text)
    if not isinstance(read, dict) or read.get("bomFormat") != "CycloneDX":
        raise ValueError("not a CycloneDX document")
    return read


def vulnerabilities(bom: Mapping[str, Any], system: Path) -> Iterator[Told]:
    """Each vulnerability at each place of what it affects."""
    places = _Places(bom, system)
    for vulnerability in bom.get("vulnerabilities") or ():
        rule = str(vulnerability.get("id") or "?")
        for affected in vulnerability.get("affects") or ():
            for place in places.of(str(affected.get("ref", ""))):
                yield Told(place.path, place.line, place.line, rule)


def components(bom: Mapping[str, Any], system: Path) -> Iterator[Told]:
    """Each component at each of its own places."""
    places = _Places(bom, system)
    for reference, component in places.components.items():
        for place in places.own[reference]:
            yield Told(place.path, place.line, place.line, f"{component.get('type', 'component')} {component.get('name', '?')}")


class _Places:
    """Components of a document by reference, where each was seen, and what depends on it."""

    def __init__(self, bom: Mapping[str, Any], system: Path) -> None:
        self.components: dict[str, Mapping[str, Any]] = {}
        self.own: dict[str, tuple[_Place, ...]] = {}
        self._users: dict[str, list[str]] = defaultdict(list)
        for component in _all_components(bom):
            reference = str(component.get("bom-ref") or f"component {len(self.components)}")
            self.components[reference] = component
            self.own[reference] = tuple(sorted(set(_seen(component, system))))
        for tie in bom.get("dependencies") or ():
            for needed in tie.get("dependsOn") or ():
                self._users[str(needed)].append(str(tie.get("ref", "")))

    def of(self, reference: str) -> tuple[_Place, ...]:
        """The component's own places; where it has none, those of the nearest components that depend on it and have some."""
        seen, level = {reference}, [reference]
        while level:
            found = {place for one in level for place in self.own.get(one, ())}
            if found:
                return tuple(sorted(found))
            level = [user for one in level for user in self._users.get(one, ()) if user not in seen]
            seen.update(level)
        return ()


def _all_components(bom: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    waiting = [*(bom.get("components") or ()), *filter(None, [(bom.get("metadata") or {}).get("component")])]
    count = 0
    while waiting and count < _MOST:
        component = waiting.pop(0)
        count += 1
        yield component
        waiting += component.get("components") or ()


def _seen(component: Mapping[str, Any], system: Path) -> Iterator[_Place]:
    for occurrence in (component.get("evidence") or {}).get("occurrences") or ():
        yield from _placed(str(occurrence.get("location", "")), occurrence.get("line"), system)
    for said in component.get("properties") or ():
        if _IN_PROPERTIES.fullmatch(str(said.get("name", ""))):
            yield from _placed(str(said.get("value", "")), None, system)
    if component.get("type") in _FILE_TYPES:
        yield from _placed(str(component.get("name", "")), None, system)


def _placed(location: str, line: int | None, system: Path) -> Iterator[_Place]:
    whole = inside(location, system)
    told = _LINE.fullmatch(location)
    path = whole or (inside(told[1], system) if told else None)
    if path is not None:
        at = line if line is not None else int(told[2]) if whole is None and told and told[2] else 1
        yield _Place(path, max(int(at), 1))


def _of_xml(text: str) -> Mapping[str, Any]:
    from io import StringIO

    from cyclonedx.model.bom import Bom
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion

    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # entities may grow without end: a scanned system may have written what a tool passes on
        raise ValueError("a document type, which no CycloneDX document has")
    try:
        bom = Bom.from_xml(StringIO(text))  # type: ignore[attr-defined]  # added by a decorator
        told = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    except Exception as problem:  # whatever a document made the library raise
        raise ValueError(f"{type(problem).__name__}: {' '.join(str(problem).split())[:160]}") from problem
    read: Mapping[str, Any] = json.loads(told)
    return read
