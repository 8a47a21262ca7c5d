"""A release of MITRE ATLAS, read from the file its publisher gives out, and what it changes.

Takes the bytes of `ATLAS.yaml` in either of its formats: up to 5.6 one list of techniques inside of `matrices`, since 2026 a map from
ids to techniques with the version under `collection`. Gives an edition like the shipped one: ids, names, version. Descriptions, tactics,
mitigations and case studies are left out. The bytes are hostile: size, depth and counts are bounded, and aliases are refused, which the
publisher does not use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from pipeline.system.model import Frozen
from pipeline.threats.taxonomy import TaxonomyFile

MOST_BYTES = 16 * 1024 * 1024
MOST_DEPTH = 40
MOST_TECHNIQUES = 5000
MOST_LETTERS = 200
_TECHNIQUE = re.compile(r"AML\.T\d{4}(\.\d{3})?")
_CALENDAR = re.compile(r"(20\d\d)\.(\d\d)(?:\.\d+)?")
_NUMBERED = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,3}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class NoRelease(Exception):
    """The bytes are not a release of ATLAS; the message is one clause that says why."""


class Change(Frozen):
    """What one edition changes against another."""

    before: str
    after: str
    new: dict[str, str]
    gone: dict[str, str]
    renamed: dict[str, tuple[str, str]]
    cited: dict[str, tuple[str, ...]]  # id that is gone -> threats that cite it


def read_release(data: bytes, known: TaxonomyFile) -> TaxonomyFile:
    """The edition a file holds, in the place of the known one.

    Raises:
        NoRelease: it is no release, or not a whole one.
    """
    root = _mapping(_loaded(data), "the file")
    calendar = isinstance(root.get("techniques"), Mapping)
    named = _of_map(root["techniques"]) if calendar else _of_matrices(root.get("matrices"))
    version = str((_mapping(root.get("collection"), "collection") if calendar else root).get("version", ""))
    if len(named) * 2 < len(known.items):
        raise NoRelease(f"it holds {len(named)} techniques where {len(known.items)} are known, so it is not a whole release")
    names = {identity: _full_name(identity, named) for identity in sorted(named)}
    return known.model_copy(
        update={
            "edition": version,
            "published": _published(version, root, calendar),
            "items": names,
            "retired": {old: new for old, new in known.retired.items() if old not in names},
        }
    )


def newer(file: TaxonomyFile, than: TaxonomyFile) -> bool:
    """Whether one edition came out after the other: releases named by year and month follow all numbered ones."""
    return _order(file.edition) > _order(than.edition)


def compare(before: TaxonomyFile, after: TaxonomyFile, cited: Mapping[str, Iterable[str]]) -> Change:
    """What changes from one edition to another; `cited` says which threats name an id."""
    gone = {identity: name for identity, name in before.items.items() if identity not in after.items}
    return Change(
        before=before.edition,
        after=after.edition,
        new={identity: name for identity, name in after.items.items() if identity not in before.items},
        gone=gone,
        renamed={
            identity: (before.items[identity], name)
            for identity, name in after.items.items()
            if identity in before.items and before.items[identity] != name
        },
        cited={identity: tuple(cited[identity]) for identity in gone if identity in cited},
    )


def _loaded(data: bytes) -> object:
    if len(data) > MOST_BYTES:
        raise NoRelease(f"it is larger than {MOST_BYTES // 1024 // 1024} MB")
    depth = 0
    try:
        text = data.decode("utf-8-sig")
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise NoRelease("it has aliases, which releases do not have")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH:
                raise NoRelease("it is nested deeper than releases are")
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except UnicodeDecodeError:
        raise NoRelease("it is not UTF-8 text") from None
    except (yaml.YAMLError, ValueError) as failure:  # ValueError: a date or number that is none
        mark = getattr(failure, "problem_mark", None)
        raise NoRelease(f"it is not YAML{f' (line {mark.line + 1})' if mark else ''}") from None


def _of_map(techniques: Mapping[Any, Any]) -> dict[str, str]:  # Any: keys and values of a stranger's YAML
    return _named((identity, value) for identity, value in techniques.items())


def _of_matrices(matrices: object) -> dict[str, str]:
    if not isinstance(matrices, list):
        raise NoRelease("it has neither `techniques` nor `matrices`, so it is no ATLAS release")
    listed = [technique for matrix in matrices if isinstance(matrix, Mapping) for technique in _list(matrix.get("techniques"))]
    return _named((_mapping(technique, "a technique").get("id"), technique) for technique in listed)


def _named(pairs: Iterable[tuple[object, object]]) -> dict[str, str]:
    names: dict[str, str] = {}
    for identity, value in pairs:
        if not isinstance(identity, str) or not _TECHNIQUE.fullmatch(identity):
            raise NoRelease(f"{str(identity)[:40]!r} is no id of a technique")
        technique = _mapping(value, identity)
        name = technique.get("name")
        if not isinstance(name, str) or not name.strip() or len(name) > MOST_LETTERS or not name.isprintable():
            raise NoRelease(f"{identity} has no usable name")
        if technique.get("deprecated") is not True:
            names[identity] = name.strip()
        if len(names) > MOST_TECHNIQUES:
            raise NoRelease(f"it has more than {MOST_TECHNIQUES} techniques")
    return names


def _full_name(identity: str, named: Mapping[str, str]) -> str:
    """A part is named with its whole, as findings print it; both formats keep the part's name alone."""
    whole = named.get(identity[: len("AML.T0000")], "") if len(identity) > len("AML.T0000") else ""
    return f"{whole}: {named[identity]}" if whole and not named[identity].startswith(f"{whole}: ") else named[identity]


def _published(version: str, root: Mapping[Any, Any], calendar: bool) -> str:
    if match := _CALENDAR.fullmatch(version):
        return f"{match[1]}-{match[2]}"
    if calendar or not _NUMBERED.fullmatch(version):
        raise NoRelease(f"it states no version that releases have ({version[:20]!r})")
    techniques = [one for matrix in root["matrices"] if isinstance(matrix, Mapping) for one in _list(matrix.get("techniques"))]
    dated = [str(_mapping(one, "a technique").get("modified_date", "")) for one in techniques]
    return max((day for day in dated if _DAY.fullmatch(day)), default="")


def _order(edition: str) -> tuple[bool, tuple[int, ...]]:
    return _CALENDAR.fullmatch(edition) is not None, tuple(int(part) for part in edition.split(".") if part.isdecimal())


def _mapping(value: object, what: str) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise NoRelease(f"{what} is not a list of keys")
    return value


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
