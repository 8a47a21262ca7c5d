"""Packages by name: what the manifests of the product declare, with the version that a lock beside them holds.

Takes configuration facts, gives one `Package` for each name and version. What only a lock names came along with something else and is not
listed; manifests of tests and of vendored code are none of the product's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ingest.facts import ConfigFacts, Setting
from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import folder_of, normal
from pipeline.system.model import Evidence, Package
from pipeline.system.rules.words import load_words

_MANIFESTS = frozenset({"test", "vendored", "generated"})  # purposes whose manifests are not the product's
_EXACT = re.compile(r"(?:={2,3}|[=v])?\s*(\d[\w.+!-]*)")
_DEVELOPMENT = re.compile(r"^(dev|develop|development|devDependencies|tests?|testing|lint|docs?|ci|typing|build)$", re.IGNORECASE)
_MOST_PLACES = 8
_Scope = Literal["required", "optional", "development"]


@dataclass(slots=True)
class _Draft:
    name: str
    ecosystem: str
    version: str
    locked: bool
    specifiers: dict[str, None] = field(default_factory=dict)
    pins: dict[str, None] = field(default_factory=dict)
    scopes: set[_Scope] = field(default_factory=set)
    places: dict[Place, None] = field(default_factory=dict)


def packages_of(assembly: Assembly, files: Sequence[ConfigFacts]) -> tuple[Package, ...]:
    """All declared packages, by ecosystem and name."""
    used = [file for file in files if file.purpose not in _MANIFESTS]
    locked = _locked(used)
    drafts: dict[tuple[str, str, str], _Draft] = {}
    for file in used:
        for setting in file.settings:
            if setting.kind != "package" or setting.attributes.get("direct") is False:
                continue
            ecosystem, name = str(setting.attributes.get("ecosystem") or "pypi"), setting.name
            exact = _version(setting)
            version = exact or next((locked[key] for key in _keys(file, ecosystem, name) if key in locked), "")
            draft = drafts.setdefault((ecosystem, normal(name), version), _Draft(name, ecosystem, version, bool(version and not exact)))
            draft.specifiers[str(setting.attributes.get("specifier") or "")] = None
            draft.pins[str(setting.attributes.get("pin") or "none")] = None
            draft.scopes.add(_scope(setting, file))
            draft.places[setting.place] = None
    return tuple(_frozen(assembly, draft) for _key, draft in sorted(drafts.items()))


def _frozen(assembly: Assembly, draft: _Draft) -> Package:
    evidence: list[Evidence] = []
    for place in list(draft.places)[:_MOST_PLACES]:
        cited = assembly.cite_place(place)
        if cited is not None:
            evidence.append(cited)
    scope: _Scope = "required" if "required" in draft.scopes else "optional" if "optional" in draft.scopes else "development"
    return Package(
        name=draft.name, ecosystem=draft.ecosystem, version=draft.version, specifiers=tuple(s for s in draft.specifiers if s)[:10],
        pin="locked" if draft.locked else next(iter(draft.pins)), scope=scope, ai=normal(draft.name) in load_words().ai_packages,
        evidence=tuple(evidence),
    )  # fmt: skip


def _version(setting: Setting) -> str:
    """The version an exact specifier names; empty where it names none, or an address."""
    if setting.attributes.get("pin") not in ("exact", "hash"):
        return ""
    match = _EXACT.match(str(setting.attributes.get("specifier") or "").strip())
    return match[1] if match else ""


def _scope(setting: Setting, file: ConfigFacts) -> _Scope:
    group = str(setting.attributes.get("group") or "")
    name = re.split(r"[-_.]", file.path.rsplit("/", 1)[-1].lower())
    if _DEVELOPMENT.match(group) or ".github/" in file.path or (not group and any(_DEVELOPMENT.match(word) for word in name)):
        return "development"
    return "optional" if group and group not in ("dependencies", "main", "default") else "required"


def _locked(files: Sequence[ConfigFacts]) -> dict[tuple[str, str, str], str]:
    """Versions in lock files, by folder, ecosystem and name."""
    found: dict[tuple[str, str, str], str] = {}
    for file in files:
        for setting in file.settings:
            if setting.kind == "package" and setting.attributes.get("direct") is False and (version := _version(setting)):
                ecosystem = str(setting.attributes.get("ecosystem") or "pypi")
                found.setdefault((folder_of(file.path), ecosystem, normal(setting.name)), version)
    return found


def _keys(file: ConfigFacts, ecosystem: str, name: str) -> Iterator[tuple[str, str, str]]:
    """Where a lock may hold the version: in the manifest's folder, and in those above it, for workspaces."""
    folder = folder_of(file.path)
    while True:
        yield folder, ecosystem, normal(name)
        if not folder:
            return
        folder = folder.rpartition("/")[0]
