"""Task definitions of Amazon ECS: what runs in a task, with which image, rights and variables.

Takes a task definition as JSON, or the values of one inside Terraform or CloudFormation (`resources.Flat`), gives a `workload` setting per
container as Kubernetes has them, its variables and the commands that it starts. Who reaches a task is said by its service and balancer,
which are not followed; files of variables in a bucket are not read.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from ingest.config.commands import command_settings
from ingest.config.json_nodes import json_node
from ingest.config.nodes import shaped
from ingest.config.packages import environment, image_parts, setting
from ingest.config.resources import Flat, flat_node
from ingest.facts import Setting
from ingest.source import Place

TASK_TYPES = frozenset({"aws_ecs_task_definition", "AWS::ECS::TaskDefinition"})
_CONTAINER = re.compile(r"container_?definitions(?:\.(?P<number>\d+))?\.(?P<name>[A-Za-z][\w.]*)", re.IGNORECASE)
_PAIR = re.compile(r"environment\.(?P<number>\d+)\.(?P<part>name|value)", re.IGNORECASE)
_HOST_PATH = re.compile(r"volumes?\.(?:\d+\.)?(?:host\.sourcepath|host_path)", re.IGNORECASE)
_OWN = re.compile(r"^\d{12}\.dkr\.ecr\.|\$\{")  # the account's own registry, where nobody else moves a name; or a name that is not known
_MOST_CONTAINERS = 50
_MOST_VARIABLES = 200


def read_ecs(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    document = shaped(json_node(text), "the file", "map", write="containerDefinitions at its top")
    inner = document.get("taskDefinition")
    values = tuple(flat_node(inner if inner.kind == "map" else document, ""))
    family = next((value.text for value in values if value.path == "family"), "task")
    return tuple(task_containers(family, values, Place(path, 1, max(1, document.end_line)), told=True))


def task_containers(family: str, values: Sequence[Flat], place: Place, *, told: bool) -> Iterator[Setting]:
    """The containers of one task; `told` says whether the values of variables are to be judged here."""
    grouped: dict[str, list[tuple[str, Flat]]] = {}
    for value in values:
        match = _CONTAINER.fullmatch(value.path)
        if match is not None and (match["number"] in grouped or len(grouped) < _MOST_CONTAINERS):
            grouped.setdefault(match["number"] or "0", []).append((match["name"].lower(), value))
    task = {value.path.lower().replace("_", ""): value.text for value in values if not _CONTAINER.fullmatch(value.path)}
    host_paths = tuple(sorted({value.text for value in values if _HOST_PATH.fullmatch(value.path)} - {""}))
    for parts in grouped.values():
        yield from _container(family, parts, task, host_paths, place, told)


def _container(
    family: str, parts: Sequence[tuple[str, Flat]], task: Mapping[str, str], host_paths: tuple[str, ...], place: Place, told: bool
) -> Iterator[Setting]:
    def texts(*names: str) -> tuple[str, ...]:
        return tuple(value.text for name in names for part, value in parts if part == name)

    def text(name: str) -> str:
        return next(iter(texts(name)), "")

    name, image = text("name") or "container", text("image")
    key = f"{family}/{name}"
    words = texts("entrypoint", "command")
    lines = [value.line for _name, value in parts]
    at = Place(place.path, max(1, min(lines)), max(lines))
    ports = tuple(value.text for part, value in parts if re.fullmatch(r"portmappings\.\d+\.containerport", part))
    user = text("user")
    yield setting(
        "workload", key, at, workload=family, resource="TaskDefinition", init=False,
        image=image_parts(image)[0] if image else None, pin=image_parts(image)[3] if image and not _OWN.search(image) else None,
        command=shlex.join(words) if words else None, ports=ports or None,
        privileged=text("privileged").lower() == "true", root=user.split(":")[0] in ("root", "0") if user else None,
        read_only_root=text("readonlyrootfilesystem").lower() == "true",
        capabilities=texts("linuxparameters.capabilities.add") or None, host_network=task.get("networkmode") == "host",
        host_paths=host_paths or None, docker_socket=any(folder.endswith("docker.sock") for folder in host_paths),
        limits=bool(text("memory") or text("cpu") or task.get("memory")),
        secrets_from=tuple(value.text for part, value in parts if re.fullmatch(r"secrets\.\d+\.name", part)) or None,
        service_account=task.get("taskrolearn") or None,
    )  # fmt: skip
    if words:
        yield from command_settings(shlex.join(words), at, "kubernetes", service=key, lines=False)
    yield from _variables(parts, place.path, key, told)


def _variables(parts: Sequence[tuple[str, Flat]], path: str, key: str, told: bool) -> Iterator[Setting]:
    pairs: dict[str, dict[str, Flat]] = {}
    for part, value in parts:
        match = _PAIR.fullmatch(part)
        if match is not None and len(pairs) <= _MOST_VARIABLES:
            pairs.setdefault(match["number"], {})[match["part"].lower()] = value
    complete = [(pair["name"].text, pair["value"]) for pair in pairs.values() if {"name", "value"} <= pair.keys()]
    beside = {name: value.text for name, value in complete}
    for name, value in complete:
        at = Place(path, max(1, value.line), max(1, value.line))
        if told:
            yield environment(name, value.text, at, beside=beside, service=key)
        else:  # its secret is told with the resource
            yield setting("environment", name, at, has_value=bool(value.text), service=key)
