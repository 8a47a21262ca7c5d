"""Calls of a library that is not installed, in a module that nothing imports: an adapter that was left behind when the store was changed.

Takes an assembly and what manifests and locks say, gives its sites without such calls. Both must hold, as each alone is no proof: a module
may be found by its name, and a library may come with the machine. A module that does something when it is loaded, that holds an entry, or
whose name stands in a text, a setting or an import that leads nowhere, is kept; and so is everything where no lock says what came with the
packages that were asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.code.program import Program
from ingest.facts import ConfigFacts
from pipeline.system.assembly import Assembly
from pipeline.system.program.programs import imported
from pipeline.system.program.sites import CallSite, Sites

_PREPARES = frozenset(
    {"getLogger", "getenv", "get", "TypeVar", "Path", "namedtuple", "compile"}
)  # done when a module is loaded, and nothing else


def without_unreached(assembly: Assembly, config: Sequence[ConfigFacts]) -> Sites:
    """The sites of the program without calls that can never run."""
    sites, program = assembly.sites, assembly.program
    installed = _installed(config)
    if not installed:
        return sites
    missing = [site for site in sites.calls if _is_missing(program, site, installed)]
    files = {site.node[0] for site in missing} - {entry.function[0] for entry in sites.entries}
    files = {file for file in files if not _does_something(program, file)}
    if not files:
        return sites
    taken = {other for file in range(len(program.files)) for other in imported(program, file) if other != file}
    dead = {file for file in files - taken if not is_named_elsewhere(program, config, file)}
    gone = {id(site) for site in missing if site.node[0] in dead}
    return replace(sites, calls=tuple(site for site in sites.calls if id(site) not in gone))


def _installed(config: Sequence[ConfigFacts]) -> frozenset[str]:
    """Packages that manifests and locks name, whatever they are for; nothing where no lock names those that others need."""
    said = [setting for facts in config for setting in facts.settings if setting.kind == "package"]
    said = [setting for setting in said if setting.attributes.get("ecosystem", "pypi") == "pypi"]
    locked = any(setting.attributes.get("direct") is False for setting in said)
    return frozenset(_plain(setting.name) for setting in said) if locked else frozenset()


def _is_missing(program: Program, site: CallSite, installed: frozenset[str]) -> bool:
    """Whether a call is of a library that no installed package is called like."""
    facts = program.files[site.node[0]]
    if facts.language != "python" or not facts.path.endswith(".py"):
        return False
    tops = {statement.target.split(".")[0] for statement in facts.imports if program.file_of(statement.target, site.node[0]) is None}
    called = {name.split(".")[0] for name in program.callee_names(site.node)} if program.value(site.node).kind == "call" else set[str]()
    libraries = sorted(_plain(name) for name in called & tops)
    return bool(libraries) and not any(library in package for library in libraries for package in installed)


def _does_something(program: Program, file: int) -> bool:
    """Whether a module is run, or registers something, when it is loaded."""
    values = program.files[file].values
    return any(
        (value.kind == "call" and value.scope == 0 and values[value.inputs[0]].text not in _PREPARES)
        or (value.kind == "constant" and value.text == "__main__")
        for value in values
    )


def is_named_elsewhere(program: Program, config: Sequence[ConfigFacts], file: int) -> bool:
    """Whether a text, a setting or an import that leads nowhere names a module."""
    parts = program.files[file].path.removesuffix(".py").split("/")
    name = parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]
    for other, facts in enumerate(program.files):
        if other == file:
            continue
        if any(name in statement.target.split(".") and program.file_of(statement.target, other) is None for statement in facts.imports):
            return True
        if any(value.kind == "constant" and value.constant_type == "string" and name in value.text for value in facts.values):
            return True
    return any(
        isinstance(said, str) and name in said for facts in config for setting in facts.settings for said in setting.attributes.values()
    )


def _plain(name: str) -> str:
    """A name as indexes compare it, of a package or of what is imported."""
    return name.lower().replace("_", "-").replace(".", "-").split("[")[0]
