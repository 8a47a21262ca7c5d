"""Applications that their own code puts on loopback: `uvicorn.run("app.main:app", host="127.0.0.1")`.

Takes an assembly whose entries are known and the configuration, adds `network_isolation` to the routes of such an
application. It does not count where no host is written or the host is not constant, where another call puts the same
application on an outside address, where a container or script starts the module by itself, or where the container file around it
opens a port and does not say what it starts: what the code does is then the run of a developer. A command that names no address, or
loopback, is another such run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.code.program import Node
from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.program.applications import Applications
from pipeline.system.program.arguments import argument_positions

_RUNS = frozenset({"uvicorn.run", "uvicorn.Config", "waitress.serve"})
_METHODS = frozenset({"flask.Flask.run", "quart.Quart.run"})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SERVER = re.compile(r"\b(uvicorn|gunicorn|hypercorn|granian|daphne|waitress|fastapi|flask)\b")
_ADDRESS = re.compile(r"(?:--(?:host|bind|listen)=|-[bH])(\S+)")
_ADDRESS_WORDS = frozenset({"--host", "--bind", "--listen", "-b", "-H", "-h"})
_OPEN_UNLESS_TOLD = (("fastapi", "run"), ("waitress-serve",))
_TOKEN = re.compile(r"([\w.]+):\w+|([\w./-]+)\.py\b|--app[ =]([\w.]+)")


def add_loopback(assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
    """Routes of applications that listen on loopback only."""
    applications = Applications(assembly)
    started: dict[Node, list[tuple[Node, bool]]] = {}
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values):
            if value.kind == "call":
                for application in applications_started(assembly, applications, (file, identity)):
                    started.setdefault(application, []).append(((file, identity), _on_loopback(assembly, (file, identity))))
    elsewhere = _started_by_configuration(config) if started else set()
    containers = _opened_containers(config) if started else set()
    inside = {
        application: [call for call, _loopback in calls]
        for application, calls in started.items()
        if all(loopback for _call, loopback in calls)
        and not _names(assembly.program.files[application[0]].module) & elsewhere
        and not any(assembly.program.files[application[0]].path.startswith(folder) for folder in containers)
    }
    for entry in assembly.sites.entries if inside else ():
        route = assembly.entry_of_function.get(entry.function, "")
        if not route or assembly.draft(route).kind not in ENTRY_KINDS:
            continue
        above = applications_above(applications, entry.marker)
        if above & inside.keys() and not any(other in started and other not in inside for other in above):
            for call in sorted(call for application in above & inside.keys() for call in inside[application]):
                assembly.control("network_isolation", route, assembly.cite(call), "listens on loopback only")


def applications_started(assembly: Assembly, applications: Applications, call: Node) -> list[Node]:
    """The applications that a call starts: an object, or `module:name`."""
    program, value = assembly.program, assembly.program.value(call)
    names = set(program.names((call[0], value.inputs[0])))
    if names & _METHODS:
        return applications.makers(applications.receiver(call))
    if not names & _RUNS or len(value.inputs) < 2:
        return []
    given = (call[0], value.inputs[argument_positions(value, "app|0")[0]]) if argument_positions(value, "app|0") else None
    text = program.constant(given) if given is not None else None
    if isinstance(text, str):
        nodes, _outside = program.resolve(text.replace(":", "."), call[0])
        return [made for node in nodes for made in applications.makers(node)]
    return applications.makers(given) if given is not None else []


def _on_loopback(assembly: Assembly, call: Node) -> bool:
    value = assembly.program.value(call)
    hosts = [assembly.program.constant((call[0], value.inputs[position])) for position in argument_positions(value, "host")]
    return bool(hosts) and all(host in _LOOPBACK for host in hosts)


def applications_above(applications: Applications, marker: Node) -> set[Node]:
    """The applications and routers a route hangs on, and those they are included in."""
    found: set[Node] = set()
    queue = applications.of_marker(marker)
    while queue:
        current = queue.pop()
        if current not in found:
            found.add(current)
            for include in applications.includes(current):
                queue += applications.makers(applications.receiver(include))
    return found


def _names(module: str) -> set[str]:
    """What a command may call a module, by where it is started: `app.main`, `main`."""
    parts = module.split(".")
    return {".".join(parts[start:]) for start in range(len(parts))}


def _started_by_configuration(config: Sequence[ConfigFacts]) -> set[str]:
    """Modules that servers are started with in containers and scripts."""
    found: set[str] = set()
    for facts in config:
        told = [setting for setting in facts.settings if setting.kind != "command" or _is_open(setting)]
        texts = [str(given) for setting in told for given in (setting.name, *setting.attributes.values())]
        if any(_SERVER.search(text) for text in texts):  # a command may stand in parts: ["uvicorn", "main:app"]
            for text in texts:
                for match in _TOKEN.finditer(text[:4000]):
                    found |= {given.replace("/", ".").strip(".") for given in match.groups() if given}
    return found


def _is_open(command: Setting) -> bool:
    """Whether a command puts what it starts on an address that others reach; a platform that reads a Procfile gives the address."""
    words = command.attributes.get("words")
    given = words if isinstance(words, tuple) else ()
    if command.attributes.get("where") == "procfile":
        return True
    hosts = [after for word, after in pairwise(given) if word in _ADDRESS_WORDS]
    hosts += [match[1] for word in given if (match := _ADDRESS.fullmatch(word))]
    if not hosts:
        return any(given[: len(start)] == start for start in _OPEN_UNLESS_TOLD)
    return any(host.rpartition(":")[0] not in _LOOPBACK and host not in _LOOPBACK for host in hosts)


def _opened_containers(config: Sequence[ConfigFacts]) -> set[str]:
    """Folders of images that open a port and whose start names no module: a script that is not read, or nothing."""
    return {
        facts.path[: facts.path.rfind("/") + 1]
        for facts in config
        for setting in facts.settings
        if setting.kind == "container_build"
        and setting.attributes.get("exposes")
        and not _TOKEN.search(str(setting.attributes.get("entrypoint") or ""))
    }
