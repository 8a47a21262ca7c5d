"""Compose files: services, what they publish, mount, are allowed and are told by their environment.

Takes the text, gives a `service` setting per service, an `environment` one per variable, and the commands they run. Other files
(`env_file`, `extends`, `include`) are not followed. `published` is true where a port is open on more than
the loopback interface. A default password is no secret of its variable but a fact of its service
(`default_passwords`): together with `published` it is a door without a lock.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from ingest.config.commands import command_settings
from ingest.config.nodes import Kind, Node, shaped
from ingest.config.packages import environment, image_parts, setting, without_variables
from ingest.config.yaml_nodes import yaml_node
from ingest.default_passwords import PASSWORD_NAME, is_default_key, is_default_password
from ingest.facts import Setting
from ingest.secret_marks import password_in
from ingest.secrets import is_placeholder, says_development
from ingest.source import Place, attributes_of

_REFERENCE = re.compile(r"\$\{?([A-Za-z_]\w{0,100})(?::?\?[^}]*)?\}?")
_TELLING = 8  # characters of a value that two variables do not share by chance
_LOOPBACK = ("127.", "localhost", "::1", "[::1]")


def read_compose(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    document = shaped(yaml_node(text), "the file", "map", write="services: at its top")
    services = shaped(document.get("services"), "services", "map", write="one key per service, with its settings below")
    told: dict[str, str] = {}  # secrets of the services before, each with the variable that held it first
    return tuple(found for name, node, line in services.entries() for found in _service(name, node, line, path, told))


def _service(name: str, node: Node, line: int, path: str, told: dict[str, str]) -> Iterator[Setting]:
    node = shaped(node, f"services.{name}", "map", write="its settings as keys, such as image:")
    place = Place(path, line, max(line, node.end_line))

    def part(key: str, *kinds: Kind, write: str) -> Node:
        return shaped(node.get(key), f"services.{name}.{key}", *kinds, write=write)

    image = part("image", "scalar", write="one reference, name:tag").text
    ports = tuple(_port(item) for item in part("ports", "list", write='a list, - "127.0.0.1:8080:80"').items)
    mounted = part("volumes", "list", write="a list, - data:/data").items
    volumes = tuple(item.text or f"{item.get('source').text}:{item.get('target').text}" for item in mounted)
    variables = tuple(_variables(part("environment", "map", "list", write="NAME: value, or a list of NAME=value"), path))
    beside = {key: text or "" for key, text, _ in variables}
    started = {key: without_variables(text) for key, text in beside.items()}
    limits = node.get("deploy").get("resources").get("limits")
    yield setting(
        "service", name, place,
        image=image_parts(image)[0] if image else None,
        tag=image_parts(image)[1] if image else None,
        pin=image_parts(image)[3] if image else None,
        image_line=node.get("image").line if image else None,
        build=node.get("build").kind != "none",
        built_from=_built_from(node.get("build")) or None,
        build_arguments=_build_arguments(node.get("build").get("args"), path) or None,
        ports=ports or None,
        published=any(not without_variables(port).startswith(_LOOPBACK) for port in ports),
        volumes=volumes or None,
        docker_socket=any("docker.sock" in volume for volume in volumes),
        privileged=node.get("privileged").is_true,
        powers_at=_powers(node, mounted) or None,
        network_mode=node.get("network_mode").text or None,
        pid_mode=node.get("pid").text or None,
        capabilities=node.get("cap_add").texts() or None,
        security_options=node.get("security_opt").texts() or None,
        user=node.get("user").text or None,
        limits=any(part.kind != "none" for part in (limits, node.get("mem_limit"), node.get("cpus"), node.get("pids_limit"))),
        default_passwords=tuple(key for key, text in started.items() if _is_known(key, text, started, image))
        + tuple(
            word
            for word, given in pairwise(_words(node.get("command")))
            if word == "--requirepass" and _stands_written(without_variables(given))
        )
        or None,
        refers=_refers(variables) or None,
        command=" ".join(node.get("command").texts()) or None,
        env_files=_env_files(node) or None,
    )  # fmt: skip
    for given in _started(node):
        lines = Place(path, max(line, given.line), max(line, given.line, given.end_line))
        script = given.text or shlex.join(given.texts()) if given.kind in ("scalar", "list") else ""
        yield from command_settings(script, lines, "compose", service=name, lines=False)
    for key, text, at in variables:
        yield _once(environment(key, text, at, beside=beside, service=name), text or "", told)


def _started(node: Node) -> tuple[Node, ...]:
    """What the entry point and the command of a service say; of a shell as entry point (`["sh", "-c"]`) the script that it is given."""
    entry, command = node.get("entrypoint"), node.get("command")
    words = entry.texts() if entry.kind == "list" else tuple(entry.text.split())
    script = command.items[0] if command.kind == "list" and len(command.items) == 1 and words[-1:] == ("-c",) else command
    return entry, script


def _is_known(name: str, value: str, beside: Mapping[str, str], image: str) -> bool:
    """Whether a password is one that everybody tries, or says itself that it is for development and stands here for all to read."""
    if is_default_password(name, value, beside, guessed=True) or ("minio" in image.lower() and is_default_key(name, value)):
        return True
    return PASSWORD_NAME.search(name) is not None and says_development(value)


def _stands_written(password: str) -> bool:
    """Whether a word of a command is the password itself, or its default: nothing else in the composition tells that it is one."""
    return bool(password) and "$" not in password and not is_placeholder(password)


def _refers(variables: tuple[tuple[str, str | None, Place], ...]) -> tuple[str, ...]:
    """Passwords that a variable of who starts it gives, without a default: `POSTGRES_PASSWORD=DB_PASSWORD`."""
    given = ((name, _REFERENCE.fullmatch(text or "")) for name, text, _ in variables if PASSWORD_NAME.search(name))
    return tuple(f"{name}={found[1]}" for name, found in given if found is not None)


def _powers(node: Node, mounted: tuple[Node, ...]) -> tuple[str, ...]:
    """Where it is said what a service may do to its host: `privileged=12`, `/var/run/docker.sock=15`."""
    folders = [(item.text or item.get("source").text, item.line) for item in mounted]
    found = [(folder.partition(":")[0], line) for folder, line in folders if "docker.sock" in folder]
    if node.get("privileged").is_true:
        found.append(("privileged", node.get("privileged").line))
    return tuple(f"{power}={line}" for power, line in found)


def _words(command: Node) -> list[str]:
    return [word for text in command.texts() or (command.text,) for word in text.split()]


def _once(variable: Setting, value: str, told: dict[str, str]) -> Setting:
    """A variable whose secret another service holds under another name repeats that one: the server's password at its clients."""
    if not variable.attributes.get("secret") or len(value) < _TELLING:
        return variable
    held = password_in(value)  # of an address: the password of the server is the same there
    first = told.setdefault(held, str(variable.attributes.get("repeats") or variable.name))
    return variable if first == variable.name else replace(variable, attributes=attributes_of(**{**variable.attributes, "repeats": first}))


def _variables(given: Node, path: str) -> Iterator[tuple[str, str | None, Place]]:
    for key, value, at in given.entries():
        yield key, value.text, Place(path, at, max(at, value.end_line))
    for item in given.items:
        key, separator, text = item.text.partition("=")
        yield key, text if separator else None, Place(path, item.line, item.end_line)


def _built_from(build: Node) -> str:
    """The container file of a service, relative to the composition."""
    context = build.text or build.get("context").text
    return posixpath.join(context or ".", build.get("dockerfile").text or "Dockerfile") if build.kind != "none" else ""


def _build_arguments(given: Node, path: str) -> tuple[str, ...]:
    return tuple(f"{key}={text}" for key, text, _place in _variables(given, path) if text)


def _env_files(node: Node) -> tuple[str, ...]:
    given = node.get("env_file")
    return given.texts() or tuple(item.get("path").text for item in given.items)


def _port(item: Node) -> str:
    if item.kind != "map":
        return item.text
    parts = (item.get("host_ip").text, item.get("published").text, item.get("target").text)
    return ":".join(part for part in parts if part)
