"""Applications whose server asks every caller for a certificate: `uvicorn main:app --ssl-ca-certs ca.crt --ssl-cert-reqs 2`.

Takes an assembly whose entries are known and the configuration, adds `authentication` to the routes of such an application. What scripts,
containers and compositions start counts, and `uvicorn.run(..., ssl_cert_reqs=ssl.CERT_REQUIRED)` where nothing else starts the application.
A start that does not ask opens the application again, unless it stands in a branch of a script for tests or development. A certificate
that is only wanted (`--ssl-cert-reqs 1`) is asked of nobody; where it comes from is not looked at.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from ingest.code.program import Node
from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.elements.listening import applications_above, applications_started
from pipeline.system.model import Evidence
from pipeline.system.program.applications import Applications
from pipeline.system.program.arguments import argument_positions
from pipeline.system.rules.commands import option, words_of

_Start = tuple[bool, Evidence | None]  # whether it asks for a certificate, and where that is said
_REQUIRED = {  # by program: what requires a certificate, and what it is held against
    "uvicorn": (("--ssl-cert-reqs",), ("--ssl-ca-certs",)),
    "gunicorn": (("--cert-reqs",), ("--ca-certs",)),
    "hypercorn": (("--verify-mode",), ("--ca-certs",)),
}
_ASKS = re.compile(r"2|(?:ssl\.)?(?:VerifyMode\.)?CERT_REQUIRED")
_APPLICATION = re.compile(r"([\w.]+):\w+(?:\(\))?")
_RUNS_ELSEWHERE = ("build", "workflow")


def add_client_certificates(assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
    """Routes of applications that are only reached by callers with a certificate."""
    told: dict[str, list[_Start]] = {}
    for file in config:
        for one in file.settings:
            if one.kind == "command" and one.name in _REQUIRED and one.attributes.get("where") not in _RUNS_ELSEWHERE:
                for module in _modules(assembly, file, one) if not one.attributes.get("for_development") else ():
                    told.setdefault(module, []).append((_requires(one), assembly.cite_place(one.place)))
    applications = Applications(assembly)
    by_command = frozenset(told)
    for module, started in _in_code(assembly, applications):
        if module not in by_command:
            told.setdefault(module, []).append(started)
    closed = {module: starts for module, starts in told.items() if all(asks for asks, _evidence in starts)}
    for entry in assembly.sites.entries if closed else ():
        route = assembly.entry_of_function.get(entry.function, "")
        if not route or assembly.draft(route).kind not in ENTRY_KINDS:
            continue
        modules = {assembly.program.files[application[0]].path for application in applications_above(applications, entry.marker)}
        for module in sorted(modules & closed.keys()):
            for _asks, evidence in closed[module]:
                assembly.control("authentication", route, evidence, "the server asks for a certificate")


def _requires(command: Setting) -> bool:
    required, against = _REQUIRED[command.name]
    words = words_of(command)
    return _ASKS.fullmatch(option(words, required)) is not None and bool(option(words, against))


def _modules(assembly: Assembly, file: ConfigFacts, command: Setting) -> Iterator[str]:
    """The file of the program that a command names: beside the command, or the only one of that name."""
    words = words_of(command)
    named = next((match[1] for word in words[1:] if (match := _APPLICATION.fullmatch(word)) is not None), "")
    if not named:
        return
    wanted = named.replace(".", "/") + ".py"
    paths = [facts.path for facts in assembly.program.files if facts.path == wanted or facts.path.endswith(f"/{wanted}")]
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), option(words, ("--app-dir", "--chdir")), wanted))
    if beside in paths:
        yield beside
    elif len(paths) == 1:
        yield paths[0]


def _in_code(assembly: Assembly, applications: Applications) -> Iterator[tuple[str, _Start]]:
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values):
            if value.kind == "call":
                for application in applications_started(assembly, applications, (file, identity)):
                    asks = _is_required(assembly, (file, identity))
                    yield assembly.program.files[application[0]].path, (asks, assembly.cite((file, identity)))


def _is_required(assembly: Assembly, call: Node) -> bool:
    program, value = assembly.program, assembly.program.value(call)
    given = [(call[0], value.inputs[position]) for position in argument_positions(value, "ssl_cert_reqs")]
    against = list(argument_positions(value, "ssl_ca_certs"))
    asked = [program.constant(one) == 2 or any(name.endswith("ssl.CERT_REQUIRED") for name in program.names(one)) for one in given]
    return bool(against) and bool(asked) and all(asked)
