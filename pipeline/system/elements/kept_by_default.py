"""Applications that nothing in the tree puts on an address for others, and whose only start that is written down keeps to this machine.

Takes an assembly whose entries are known, the configuration and the documents; marks routes of such applications (`listens_here`), which
makes strangers less likely, no more. Two starts are known: a command of a document that names no address (`uvicorn api.main:app`,
`fastapi dev`), which listens on loopback then, and the launch settings of an ASP.NET project, all of loopback, beside which Kestrel keeps
to loopback too. Neither counts where the program starts itself, where a container, a command, a platform or a workflow starts or publishes
it, or where a document names an address for others as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from posixpath import dirname

from ingest.config.app_settings import LAUNCHED
from ingest.facts import ConfigFacts, DocumentFacts
from ingest.source import Attribute
from pipeline.system.assembly import Assembly
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.elements.listening import applications_above, starts_of
from pipeline.system.elements.loopback import Publishing, names_of_module
from pipeline.system.program.applications import Applications

_COMMAND = re.compile(r"\b(?:uvicorn|hypercorn|fastapi[ \t]+dev)[ \t]+[^\n;|&`]{1,300}")
_APPLICATION = re.compile(r"(?:^|\s)(?:([\w.]+):\w+|([\w./-]+)\.py)\b")
_OPENED = re.compile(r"--(?:host|bind)[= ](?!(?:127\.|localhost\b|\[?::1))|--uds\b|-b ")
_MAKES = re.compile(r"^(?:fastapi\.FastAPI|starlette\.applications\.Starlette|litestar\.Litestar|quart\.Quart)$")
_HERE = re.compile(r"https?://(?:localhost|127\.[\d.]+|\[::1\])(?:[:/]|$)", re.IGNORECASE)
_DEVELOPER = re.compile(r"dev|local|test", re.IGNORECASE)
_SENT_OUT = frozenset({"container_build", "workload", "resource"})  # what makes an image or a machine for others
_TOLD = frozenset({"UseUrls", "ListenAnyIP", "ConfigureKestrel", "Listen"})
_DEPLOYS = re.compile(r"deploy|publish|release", re.IGNORECASE)


def mark_kept_by_default(assembly: Assembly, config: Sequence[ConfigFacts], documents: Sequence[DocumentFacts]) -> None:
    """Routes of Python and of .NET that only their developer's own start serves."""
    _of_python(assembly, config, documents)
    _of_dotnet(assembly, config)


def _of_python(assembly: Assembly, config: Sequence[ConfigFacts], documents: Iterable[DocumentFacts]) -> None:
    here, elsewhere = _commands(documents)
    if not here - elsewhere:
        return
    applications, publishing = Applications(assembly), Publishing(assembly, config)
    started = {application for start in starts_of(assembly, applications) for application in start.applications}
    for entry in assembly.sites.entries:
        route = assembly.entry_of_function.get(entry.function, "")
        if not route or assembly.draft(route).kind not in ENTRY_KINDS:
            continue
        above = {one for one in applications_above(applications, entry.marker) if _is_made(assembly, one)}
        modules = [names_of_module(assembly.program.files[file].module) for file, _node in above]
        if not above or above & started or any(publishing.may_start(file) for file, _node in above):
            continue
        if all(names & here and not names & elsewhere for names in modules):
            assembly.draft(route).attributes["listens_here"] = True


def _is_made(assembly: Assembly, application: tuple[int, int]) -> bool:
    names = assembly.program.callee_names(application) if assembly.program.value(application).kind == "call" else ()
    return any(_MAKES.match(assembly.index.canonical(name)) for name in names)


def _commands(documents: Iterable[DocumentFacts]) -> tuple[set[str], set[str]]:
    """Modules that a document starts without an address, and those that one starts for others."""
    here, elsewhere = set[str](), set[str]()
    for document in documents:
        for passage in document.passages:
            for command in _COMMAND.finditer(passage.text):
                named = {
                    name.replace("/", ".").strip(".") for found in _APPLICATION.finditer(command[0]) for name in found.groups() if name
                }
                (elsewhere if _OPENED.search(command[0]) else here).update(named)
    return here, elsewhere


def _of_dotnet(assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
    settings = [(facts, setting) for facts in config for setting in facts.settings]
    if any(setting.kind in _SENT_OUT or (setting.kind == "workflow_step" and _deploys(setting.attributes)) for _, setting in settings):
        return
    launched: dict[str, list[str]] = {}
    for facts, setting in settings:
        if setting.kind == "listener" and setting.attributes.get("environment") == LAUNCHED:
            project = dirname(dirname(facts.path))  # `Properties/launchSettings.json` lies below the project
            launched.setdefault(project, []).append(setting.name)
        elif setting.kind == "listener" and not _DEVELOPER.search(str(setting.attributes.get("environment") or "")):
            return  # an address of the application's own settings
    kept = {folder for folder, addresses in launched.items() if all(_HERE.match(address) for address in addresses)}
    if not kept or _is_told(assembly):
        return
    for (file, _number), identity in assembly.entry_of_function.items():
        code = assembly.program.files[file]
        if assembly.draft(identity).kind in ENTRY_KINDS and code.language == "csharp" and _below(code.path, kept):
            assembly.draft(identity).attributes["listens_here"] = True


def _deploys(step: Mapping[str, Attribute]) -> bool:
    return any(_DEPLOYS.search(str(step.get(key) or "")) for key in ("uses", "run", "job"))


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(not folder or path.startswith(f"{folder}/") for folder in folders)


def _is_told(assembly: Assembly) -> bool:
    """Whether code of the tree gives a host of .NET an address."""
    return any(
        value.kind == "call" and facts.values[value.inputs[0]].text in _TOLD
        for facts in assembly.program.files
        if facts.language == "csharp" and facts.purpose != "test"
        for value in facts.values
    )
