"""Applications that their own code puts on loopback: `uvicorn.run("app.main:app", host="127.0.0.1")`.

Takes an assembly whose entries are known and the configuration, adds `network_isolation` to the routes of such an
application. Where no host is written and the server stays on loopback then (`app.run()` of Flask), they are only marked, for it is the
run of a developer as often: strangers are less likely, and what is wrong stays wrong. Neither counts where the host is not constant,
where another call puts the same application on an outside address, where a container or script starts the module by itself, or where the
container file around it opens a port and does not say what it starts. The mark needs more: no image around that opens a port, and no server
for such applications among the packages; files of platforms that run them (`vercel.json`) are not read. A command that names no address,
or loopback, is another such run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.code.program import Node
from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.elements.listening import LOOPBACK, Start, applications_above, starts_of
from pipeline.system.program.applications import Applications
from pipeline.system.program.arguments import argument_node

_ORIGINS = "origins"  # `websockets.serve(answer, "localhost", 8765, origins=[...])`
_SERVES = frozenset({"gunicorn", "waitress", "uwsgi", "pyuwsgi", "mod-wsgi", "hypercorn", "granian", "daphne", "gevent", "zappa", "mangum",
                     "serverless-wsgi", "apig-wsgi", "vercel", "modal"})  # fmt: skip
_SERVER = re.compile(r"\b(uvicorn|gunicorn|hypercorn|granian|daphne|waitress|fastapi|flask)\b")
_ADDRESS = re.compile(r"(?:--(?:host|bind|listen)=|-[bH])(\S+)")
_ADDRESS_WORDS = frozenset({"--host", "--bind", "--listen", "-b", "-H", "-h"})
_OPEN_UNLESS_TOLD = (("fastapi", "run"), ("waitress-serve",))
_TOKEN = re.compile(r"([\w.]+):\w+|([\w./-]+)\.py\b|--app[ =]([\w.]+)")


def add_loopback(assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
    """Routes of applications that listen on loopback only."""
    applications = Applications(assembly)
    started: dict[Node, list[Start]] = {}
    handlers: dict[Node, Start] = {}  # calls that start a server for one function
    for start in starts_of(assembly, applications):
        for application in start.applications:
            started.setdefault(application, []).append(start)
        if not start.applications:
            handlers[start.call] = start
    publishing = Publishing(assembly, config)
    inside = {
        application: starts
        for application, starts in started.items()
        if all(start.where != "elsewhere" for start in starts) and not publishing.starts(application[0])
    }
    for entry in assembly.sites.entries if inside or handlers else ():
        route = assembly.entry_of_function.get(entry.function, "")
        if not route or assembly.draft(route).kind not in ENTRY_KINDS:
            continue
        if entry.marker in handlers:
            start = handlers[entry.marker]
            if start.where != "elsewhere" and not publishing.starts(entry.marker[0]):
                asks = argument_node(assembly.program, start.call, _ORIGINS) is not None
                _keep_inside(assembly, publishing, route, entry.marker[0], [start], closed=asks)
            continue
        above = applications_above(applications, entry.marker)
        if above & inside.keys() and not any(other in started and other not in inside for other in above):
            for application in sorted(above & inside.keys()):
                _keep_inside(assembly, publishing, route, application[0], inside[application])


def _keep_inside(assembly: Assembly, publishing: Publishing, route: str, file: int, starts: Sequence[Start], closed: bool = True) -> None:
    """Says of a route that it is reached from this machine only.

    Where nobody wrote that down, it makes strangers less likely, no more; and so it does for a socket that asks for no origin (`closed`),
    for any page that is opened on the machine may connect to it.
    """
    if closed and all(start.where == "here" for start in starts):
        for start in sorted(starts, key=lambda one: one.call):
            assembly.control("network_isolation", route, assembly.cite(start.call), "listens on loopback only")
    elif all(start.where == "here" for start in starts) or not publishing.may_start(file):
        assembly.draft(route).attributes["listens_here"] = True


class Publishing:
    """What a tree starts beside its own code, for others: containers, scripts, Procfiles, platforms."""

    def __init__(self, assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
        self._files = assembly.program.files
        self._started = _started_by_configuration(config)
        self._containers = _opened_containers(config)
        self._images = _images(config)
        self._hosted = any(_is_hosted(facts) for facts in config)

    def starts(self, file: int) -> bool:
        """Whether something starts the application of a file, or a container around it opens a port without saying what it starts."""
        facts = self._files[file]
        return bool(names_of_module(facts.module) & self._started) or any(facts.path.startswith(folder) for folder in self._containers)

    def may_start(self, file: int) -> bool:
        """Whether the tree has an image around the file whose port is opened, or needs a server that runs such applications."""
        return self._hosted or self.starts(file) or any(self._files[file].path.startswith(folder) for folder in self._images)


def names_of_module(module: str) -> set[str]:
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
    return any(host.rpartition(":")[0] not in LOOPBACK and host not in LOOPBACK for host in hosts)


def _images(config: Sequence[ConfigFacts]) -> set[str]:
    """Folders of images that open a port."""
    return {
        facts.path[: facts.path.rfind("/") + 1]
        for facts in config
        for setting in facts.settings
        if setting.kind == "container_build" and setting.attributes.get("exposes")
    }


def _is_hosted(facts: ConfigFacts) -> bool:
    """Whether a manifest needs a server that starts applications of others."""
    return any(one.kind == "package" and one.name.lower().replace("_", "-") in _SERVES for one in facts.settings)


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
