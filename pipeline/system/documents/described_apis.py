"""Descriptions of an API against its code: a route that is described as asking who calls, and does not.

Takes `api_route` settings and the routes of the code, gives a claim for each route that the description secures and the code has, with
whether the code keeps it. Only a description of the project's own routes is held against it: one of which the code has few of the routes
is somebody else's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.draft import Draft
from pipeline.system.model import Claim

_PARAMETER = re.compile(r"\{[^}]*\}|:[A-Za-z_]\w*|<[^>]*>|\[[^\]]*\]")
_SHARE = 0.5  # of the description's routes that the code must have


def add_described_apis(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Claims out of descriptions."""
    routes: dict[tuple[str, str], Draft] = {}
    for draft in assembly.drafts.by_id.values():
        if draft.kind == "http_route" and draft.attributes.get("path"):
            routes[str(draft.attributes.get("method") or ""), _shape(str(draft.attributes["path"]))] = draft
    for file in files:
        described = [setting for setting in file.settings if setting.kind == "api_route"]
        matched = [(setting, route) for setting in described if (route := _route(setting, routes)) is not None]
        if described and len(matched) >= _SHARE * len(described):
            for setting, route in matched:
                if setting.attributes.get("secured"):
                    _claim(assembly, setting, route)


def _route(setting: Setting, routes: dict[tuple[str, str], Draft]) -> Draft | None:
    method, shape = str(setting.attributes.get("method")), _shape(str(setting.attributes.get("path")))
    return routes.get((method, shape)) or routes.get(("", shape))


def _shape(path: str) -> str:
    """A path without its parameters' names and without what a server puts before it."""
    return "/" + _PARAMETER.sub("{}", path).strip("/")


def _claim(assembly: Assembly, setting: Setting, route: Draft) -> None:
    evidence = assembly.cite_place(setting.place, "claim")
    known = route.attributes.get("authenticated")
    if evidence is None or not isinstance(known, bool):
        return
    digest = hashlib.sha256(f"{setting.place.path}\n{setting.name}".encode()).hexdigest()[:12]
    assembly.claims.append(
        Claim(
            id=f"claim:{digest}", text=f"{setting.name} asks for a credential", about=(route.id,), promises=("authentication",),
            modality="must", kept=known, evidence=(evidence,),
        )
    )  # fmt: skip
