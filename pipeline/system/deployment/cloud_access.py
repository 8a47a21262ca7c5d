"""Who may do what in a cloud, as far as it touches AI: rights of what a resource runs as, and open doors to functions that ask a model.

Takes `Resources` and the knowledge about policies and doors. A function asks a model where the policies of its role say that it may; only
policies written in the same module or template are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.system.assembly import Assembly
from pipeline.system.deployment.resources import Line, Resource, Resources
from pipeline.system.model import AttributeValue
from pipeline.system.rules.infrastructure import Door, Infrastructure

_IAM = re.compile(r"^(?:data\.)?aws_iam_|^AWS::IAM::|^google_(?:service_account|project_iam)|^azurerm_role")
_MOST_RING = 40


def all_rights_of(resource: Resource, known: Infrastructure) -> Line | None:
    """The line that lets what a resource runs as do everything."""
    return _granted(resource, known, known.all_rights, known.all_rights_names)


def wide_rights_of(resource: Resource, known: Infrastructure) -> Line | None:
    """The line that lets what a resource runs as do everything with a service that holds data, secrets or rights."""
    return _granted(resource, known, known.wide_rights, known.wide_rights_names)


def _granted(resource: Resource, known: Infrastructure, statement: Sequence[str], names: str) -> Line | None:
    for policy in _policies(resource, known):
        for line in policy.lines:
            if re.fullmatch(names, line.text):
                return line
        if (found := policy.together(statement)) is not None:
            return found
    return None


def _policies(resource: Resource, known: Infrastructure) -> Iterator[Resource]:
    """The roles that a resource is given, and the policies that hang on them."""
    roles = [
        role for line in resource.lines if re.search(known.role_paths, line.path)
        for role in resource.index.referred(resource, line.text) if _IAM.search(role.type)
    ]  # fmt: skip
    seen: dict[tuple[str, str], Resource] = {}
    ring = list(roles)
    while ring and len(seen) < _MOST_RING:
        current = ring.pop()
        if current.key in seen:
            continue
        seen[current.key] = current
        ring += [other for other in current.index.referring(current) if _IAM.search(other.type)]
        if not re.search(r"iam_role$|IAM::Role$|service_account$", current.type):
            ring += [other for other in current.refers if re.search(r"iam_policy|IAM::(?:Managed)?Policy|iam_role$", other.type)]
    yield from seen.values()


def add_doors(assembly: Assembly, resources: Resources, known: Infrastructure) -> None:
    """Routes by which a function that asks a model is called, and whether anybody is asked who calls."""
    for resource in resources.all:
        for door in known.doors:
            if resource.type in door.types:
                for function in _functions(resource, door, known):
                    if (asks := _asks_a_model(function, known)) is not None:
                        _route(assembly, resource, door, function, asks)


def _functions(resource: Resource, door: Door, known: Infrastructure) -> list[Resource]:
    """The functions behind a door: itself, those it names, or those of the integration beside it."""
    if not door.of:
        return [resource]
    named = [other for line in resource.lines if line.path in door.of for other in resource.index.referred(resource, line.text)]
    beside = [other for near in named for other in resource.index.referring(near) if "integration" in other.type]
    own = [other for other in resource.index.referring(resource) if "integration" in other.type]
    behind = [*named, *(other for near in (own or beside or named) for other in (near, *near.refers))]
    return list({function.key: function for function in behind if function.type in known.functions}.values())


def _asks_a_model(function: Resource, known: Infrastructure) -> Line | None:
    for policy in (function, *_policies(function, known)):
        for line in policy.lines:
            if re.search(r"(?:^|\.)(?:actions?|Action)$", line.path) and re.fullmatch(known.asks_a_model, line.text):
                return line
    return None


def _route(assembly: Assembly, resource: Resource, door: Door, function: Resource, asks: Line) -> None:
    opened = resource.at(door.open) if door.open else None
    is_open = opened is not None if door.open else resource.at(door.unless) is None
    if door.closed and resource.at(door.closed) is not None:
        is_open = False
    if not is_open and not door.of:
        return
    name = resource.text("route_key") or f"{resource.address} ({resource.file.path})"
    attributes: dict[str, AttributeValue] = {"authenticated": not is_open, "runs_inference": True, "provisioned": True}
    place = assembly.cite_place(opened.place if opened is not None else resource.setting.place)
    route = assembly.drafts.put("http_route", name, None, attributes, place, None, resource.file.purpose)
    for further in (function.setting.place, asks.place):
        evidence, draft = assembly.cite_place(further), assembly.draft(route)
        draft.show(evidence)
    if not is_open:
        assembly.control("authentication", route, place)
