"""Methods that are marked as tools, of objects that no model is given: with Spring AI an annotation alone offers nothing.

Takes an assembly and gives its sites without the marked methods of classes whose objects are handed to no client and no provider, where
the program hands over others and all that it hands over is known by its class. A program that hands nothing over may be a library of
tools, and a server of MCP finds marked beans by itself: there all marked methods stay, and so they do where one thing that is handed over
is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import Package
from pipeline.system.program.sites import EntrySite, Sites

_MARKS = frozenset({"org.springframework.ai.tool.annotation.Tool"})
_FRAMEWORK = "spring_ai"
_GATHERS = frozenset({"toolObjects", "from"})  # of providers, which hand on the methods of objects; in a chain of a builder, its entries
_PROVIDERS = ("org.springframework.ai.tool.", "org.springframework.ai.support.ToolCallbacks")
_FINDS_BY_ITSELF = "mcp-server"  # a starter


def without_unhanded(assembly: Assembly, packages: Callable[[], Iterable[Package]]) -> Sites:
    """The sites of the program without tools of objects that nobody is given."""
    sites, program = assembly.sites, assembly.program
    marked = [entry for entry in sites.entries if entry.framework == _FRAMEWORK and not _MARKS.isdisjoint(entry.rule.decorator)]
    if not marked or any(_FINDS_BY_ITSELF in package.name for package in packages()):
        return sites
    given = _handed_over(assembly)
    if not given:
        return sites

    def is_given(entry: EntrySite) -> bool:
        owner = program.function(entry.function).owner
        return owner is None or not given.isdisjoint((owner, *program.bases(owner)))

    dead = {id(entry) for entry in marked if not is_given(entry)}
    return replace(sites, entries=tuple(entry for entry in sites.entries if id(entry) not in dead))


def _handed_over(assembly: Assembly) -> set[str]:
    """Classes of the objects that clients and providers are given; nothing where one is not known."""
    program, found = assembly.program, set[str]()
    for node in _given(assembly):
        if program.value(node).kind == "constant":
            continue
        known = {name.removesuffix("()") for name in program.types(node)}
        known &= program.classes.keys()
        if not known and not _is_provider(assembly, node):
            return set()
        found |= known
    return found


def _given(assembly: Assembly) -> Iterable[Node]:
    program = assembly.program
    for site in assembly.sites.calls:
        if site.framework == _FRAMEWORK and "has_tool" in site.rule.relations.values():
            yield from ((site.node[0], given) for given in program.value(site.node).inputs[1:])
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values) if facts.language in ("java", "kotlin") else ():
            gathers = value.kind == "call" and not _GATHERS.isdisjoint(
                (facts.values[value.inputs[0]].text.rpartition(".")[2], *value.labels)
            )
            if gathers and any(name.startswith(_PROVIDERS) for name in program.callee_names((file, identity))):
                yield from ((file, given) for given in value.inputs[1:])


def _is_provider(assembly: Assembly, node: Node) -> bool:
    """Whether what is handed over was gathered from objects, which are looked at where they are."""
    program = assembly.program
    origins = (node, *program.origins(node))
    names = [name for one in origins if program.value(one).kind == "call" for name in program.callee_names(one)]
    return any(name.startswith(_PROVIDERS) for name in names)
