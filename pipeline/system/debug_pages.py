"""Error pages of a framework's debug mode, where others reach them: `app.run(host="0.0.0.0", debug=True)`, `DEBUG = True` for public hosts.

Takes an assembly and the configuration, adds a route for diagnosis per application or project. Flask's page carries Werkzeug's console,
which runs what is typed into it; Django's shows source, settings and the variables of every frame. What another server starts (gunicorn
in a container, a Procfile) has neither, for the call then is the run of a developer, and so is one on this machine alone. Settings
that the environment decides, and files that are named for development, say nothing of what is served.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.code.program import Node
from ingest.facts import CodeFacts, ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.development import is_for_development
from pipeline.system.elements.listening import LOOPBACK, Start, starts_of
from pipeline.system.elements.loopback import Publishing
from pipeline.system.flows.debug_switches import is_on_demand
from pipeline.system.model import AttributeValue
from pipeline.system.program.applications import Applications
from pipeline.system.program.arguments import argument_node
from pipeline.system.rules.commands import option, words_of

_DEBUGGED = {"flask.Flask.run": "debug|2", "flask_socketio.SocketIO.run": "debug"}  # by call: where its debug mode is said
_SERVING = frozenset({"docker", "compose", "procfile", "systemd"})
_SWITCH, _ON = "FLASK_DEBUG", frozenset({"1", "true", "yes", "on"})
_OWN_HOST = re.compile(r"127\.|localhost$|\.localhost$|\[?::1\]?$|testserver$|10\.0\.2\.2$|host\.docker\.internal$|[^.*]+$")
_FOR_DEVELOPERS = re.compile(r"(^|[/_.-])(dev|devel|development|local|test|tests|testing|ci|debug|example|sample)([/_.-]|$)", re.IGNORECASE)
_CONSOLE: dict[str, AttributeValue] = {"effects": ("execute",)}


def add_debug_pages(assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
    """Pages of all applications whose debug mode is on where others reach them."""
    publishing = Publishing(assembly, config)
    for start in starts_of(assembly, Applications(assembly)):
        if start.where == "elsewhere" and _is_debugged(assembly, start) and not publishing.starts(start.call[0]):
            facts = assembly.program.files[start.call[0]]
            identity = _put(assembly, f"Werkzeug's debugger ({facts.path})", facts.purpose, _CONSOLE)
            assembly.cite_of(identity, assembly.place(start.call))
    for file in config:
        for one in file.settings:
            if one.kind == "command" and one.name == "flask" and _serves_debugger(file, one):
                identity = _put(assembly, f"Werkzeug's debugger ({file.path})", file.purpose, _CONSOLE)
                assembly.cite_of(identity, one.place)
    _add_django(assembly)


def _put(assembly: Assembly, name: str, purpose: str, more: dict[str, AttributeValue]) -> str:
    attributes: dict[str, AttributeValue] = {"authenticated": False, "diagnostics": True, "after_an_error": True, **more}
    return assembly.drafts.put("http_route", name, None, attributes, None, None, purpose)


def _is_debugged(assembly: Assembly, start: Start) -> bool:
    """Whether a call starts Werkzeug with its console: told to the call itself, or to the application before."""
    program = assembly.program
    wanted = next((_DEBUGGED[name] for name in map(assembly.index.canonical, program.callee_names(start.call)) if name in _DEBUGGED), None)
    if wanted is None or is_on_demand(assembly, start.call):
        return False
    console = argument_node(program, start.call, "use_debugger")
    if console is not None and program.constant(console) is not True:
        return False
    said = argument_node(program, start.call, wanted)
    if said is not None:
        return program.constant(said) is True
    return any(_is_set(assembly, application) for application in start.applications)


def _is_set(assembly: Assembly, application: Node) -> bool:
    """`app.debug = True`, `app.config["DEBUG"] = True`."""
    program, file = assembly.program, application[0]
    given: list[Node] = []
    for store in program.files[file].stores:
        base = (file, store.base)
        if store.attribute == "DEBUG" and program.value(base).kind == "attribute" and program.value(base).text == "config":
            base = (file, program.value(base).inputs[0])
        elif store.attribute != "debug":
            continue
        if application in program.origins(base):
            given.append((file, store.value))
    return bool(given) and all(program.constant(value) is True for value in given)


def _serves_debugger(file: ConfigFacts, command: Setting) -> bool:
    """`flask run --debug --host=0.0.0.0`, or with the variable that says so beside it."""
    where = command.attributes.get("where")
    if where not in _SERVING or command.attributes.get("for_development") or is_for_development(file.path):
        return False
    words = words_of(command)
    host = option(words, ("--host", "-h"))
    if "run" not in words or not host or host in LOOPBACK:
        return False
    if "--debug" in words:
        return "--no-debugger" not in words
    variables = command.attributes.get("variables")
    given = variables if isinstance(variables, tuple) else ()
    if any(name == _SWITCH and value.lower() in _ON for name, _equal, value in (str(each).partition("=") for each in given)):
        return True
    return any(one.kind == "environment" and one.name == _SWITCH and one.attributes.get("switch") in _ON for one in file.settings)


def _add_django(assembly: Assembly) -> None:
    settings = [
        (number, facts) for number, facts in enumerate(assembly.program.files) if "DEBUG" in facts.variables and _is_settings(facts)
    ]
    for number, facts in settings:
        others = (other for other, known in settings if other != number and _beside(facts.path, known.path))
        if _FOR_DEVELOPERS.search(facts.path) or not _is_on(assembly, number) or any(not _is_on(assembly, other) for other in others):
            continue
        hosts = [value for value in facts.variables.get("ALLOWED_HOSTS", ()) if _lets_others(assembly, (number, value))]
        if hosts:
            identity = _put(assembly, f"Django's error pages ({facts.path})", facts.purpose, {})
            for value in (*facts.variables["DEBUG"][:1], hosts[0]):
                assembly.cite_of(identity, assembly.place((number, value)))


def _is_settings(facts: CodeFacts) -> bool:
    """A module of Django's settings, or one that changes another's: `from .base import *`."""
    if {"INSTALLED_APPS", "ROOT_URLCONF"} & facts.variables.keys():
        return True
    return "settings" in facts.path and any(one.local == "*" for one in facts.imports)


def _beside(path: str, other: str) -> bool:
    """Whether two modules of settings are of one project: one stands in the folder of the other, or below it."""
    folders = [each[: each.rfind("/") + 1] for each in (path, other)]
    return folders[0].startswith(folders[1]) or folders[1].startswith(folders[0])


def _is_on(assembly: Assembly, file: int) -> bool:
    """Whether all that a module gives `DEBUG` is the constant."""
    given = assembly.program.files[file].variables["DEBUG"]
    return all(assembly.program.constant((file, value)) is True for value in given)


def _lets_others(assembly: Assembly, node: Node) -> bool:
    """Whether a list of hosts names one that others ask for."""
    named = [assembly.program.constant(one) for one in assembly.program.elements(node)]
    return any(isinstance(host, str) and (host == "*" or _OWN_HOST.match(host.lower()) is None) for host in named)
