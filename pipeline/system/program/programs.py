"""Which program a file belongs to, as far as the identity of models goes.

Two programs that ask a model of the same name are two users of it: what reaches the one does not reach the other. Takes the
program and its entries, gives a name per file: files that import each other are one program, and so are those below one
manifest that people reach over a network, since frameworks assemble them by their folders. Programs of one folder that
nobody reaches from outside, its scripts, count as one. Code that is only loaded at run time counts as a script.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.code.program import Program
from ingest.facts import ConfigFacts
from pipeline.system.model import ElementKind
from pipeline.system.program.sites import EntrySite

# What is called by others over a network, in contrast to what somebody starts.
_SERVER, _SCRIPTS = " server", " scripts"
_REACHED: frozenset[ElementKind] = frozenset({"http_route", "websocket", "chat_ui", "webhook", "mcp_tool", "queue_consumer"})


def programs_of(program: Program, entries: Iterable[EntrySite], configuration: Iterable[ConfigFacts]) -> dict[int, str]:
    """A name per file; the files of one program share it."""
    manifests = sorted(
        {_folder(file.path) for file in configuration if any(setting.kind in ("package", "project") for setting in file.settings)}
    )
    component = _components(program)
    reached = {component[entry.function[0]] for entry in entries if entry.rule.kind in _REACHED}
    homes: dict[int, str] = {}
    for file, first in component.items():
        homes.setdefault(first, _home(program.files[file].path, manifests))
    return {file: f"{homes[first]}{_SERVER if first in reached else _SCRIPTS}".strip() for file, first in component.items()}


def home_of(name: str) -> str:
    """The folder of a program, by the name that its files share: its server and its scripts have one home."""
    return f" {name}".removesuffix(_SERVER).removesuffix(_SCRIPTS).strip()


def _components(program: Program) -> dict[int, int]:
    """The first file of those that are tied by imports, for every file."""
    above = {file: file for file in range(len(program.files))}

    def first(file: int) -> int:
        while above[file] != file:
            file = above[file]
        return file

    for file in above:
        for other in imported(program, file):
            one, two = sorted((first(file), first(other)))
            above[two] = one
    return {file: first(file) for file in above}


def imported(program: Program, file: int) -> set[int]:
    """Files of the project that a file imports, and those that what it takes of them comes from: a file that hands on is run as well."""
    found: set[int] = set()
    for statement in program.files[file].imports:
        if (named := program.file_of(statement.target, file)) is not None:
            found.add(named)
        nodes, names = program.resolve(statement.target, file)
        found |= {node[0] for node in nodes}
        found |= {int(name.removeprefix("module:")) for name in names if name.startswith("module:")}
    return found


def _home(path: str, manifests: Iterable[str]) -> str:
    """The folder of the nearest manifest; the top folder where there is none."""
    near = [folder for folder in manifests if not folder or path.startswith(folder + "/")]
    if near:
        return max(near, key=len)
    return path.split("/")[0] if "/" in path else ""


def _folder(path: str) -> str:
    return path.rsplit("/", 1)[0] if "/" in path else ""
