"""Tools that a factory would make and nobody calls for: `def create_sql_tools(engine): return [QuerySQLDatabaseTool(db=db)]`.

Takes a program and its sites, gives the sites without the tools of such factories. A factory hands back nothing but tools; one whose
name stands anywhere in the program, in a text that may name it to a loader included, may be called. So may all of them in a tree that
serves nobody: a library makes tools for others. Methods and decorated functions are called by frameworks, and stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import OFFERED
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.program.enclosing import outermost
from pipeline.system.program.sites import Sites
from pipeline.system.program.walking import inputs_of, walk

_GATHERS = frozenset({"collection", "choice", "name", "guarded", "await", "element_of", "operation", "update"})
_LANGUAGES = frozenset({"python", "javascript", "typescript", "tsx"})
_LISTED = "__all__"  # what is offered to others is not called thereby
_LAST = re.compile(r"[.:/#]")  # before the last part of a text that names a function to a loader: `agents.tools:create_tools`
_MOST = 200


def without_unbuilt(program: Program, sites: Sites) -> Sites:
    """The sites of the program without tools that nobody makes."""
    if not any(entry.rule.kind in ENTRY_KINDS for entry in sites.entries):
        return sites
    made: dict[FunctionRef, set[Node]] = {}
    for site in sites.calls:
        if site.rule.kind == "tool" and not site.is_read:
            made.setdefault(outermost(program, (site.node[0], program.value(site.node).scope)), set()).add(site.node)
    marked: dict[FunctionRef, set[FunctionRef]] = {}
    for entry in sites.entries:
        if entry.rule.kind == "tool" and entry.function[0] == entry.marker[0]:
            factory = outermost(program, entry.function)
            marked.setdefault(factory, set()).add(entry.function)
            made.setdefault(factory, set()).add(entry.marker)
    factories = {one for one in made if _hands_back_tools(program, one, made[one], marked.get(one, set()))}
    dead = factories - _named(program, factories)
    if not dead:
        return sites
    tools = {node for one in dead for node in made[one]}
    return replace(
        sites,
        calls=tuple(site for site in sites.calls if site.node not in tools),
        entries=tuple(one for one in sites.entries if one.rule.kind != "tool" or one.marker not in tools),
    )


def _hands_back_tools(program: Program, factory: FunctionRef, made: set[Node], marked: set[FunctionRef]) -> bool:
    """Whether a plain function returns tools it makes, in a list or alone, and nothing that it makes of them."""
    function = program.function(factory)
    if not factory[1] or function.owner is not None or function.decorators or not function.returns or factory in marked:
        return False
    if program.files[factory[0]].language not in _LANGUAGES or function.name.startswith("<"):
        return False
    names = {program.function(one).qualified_name for one in marked}
    return all(
        any(node in made or _is_one(program, node, names) for node in _gathered(program, (factory[0], given))) for given in function.returns
    )


def _is_one(program: Program, node: Node, names: set[str]) -> bool:
    return program.value(node).kind == "name" and not names.isdisjoint(program.names(node))


def _gathered(program: Program, given: Node) -> Iterator[Node]:
    """What a list is put together of, through the variables that hold it."""

    def onward(node: Node) -> list[Node]:
        value = program.value(node)
        return [*inputs_of(program, node), *program.step_back(node)] if value.kind in _GATHERS else []

    return walk(given, onward, _MOST)


def _named(program: Program, factories: set[FunctionRef]) -> set[FunctionRef]:
    """The factories that something may call: by their own name, by another that an import gives them, by a text."""
    found = set[FunctionRef]()
    names: dict[str, set[FunctionRef]] = {}
    for one in factories:
        names.setdefault(program.function(one).name, set()).add(one)
    for file, facts in enumerate(program.files):
        for entry in facts.imports:
            called = entry.target.rpartition(".")[2]
            if entry.local not in (called, "*", OFFERED):
                found |= names.get(called, set())  # `import { createTools as make }`
        listed = {(file, inner) for given in facts.variables.get(_LISTED, ()) for inner in (given, *facts.values[given].inputs)}
        for identity, value in enumerate(facts.values):
            if value.kind in ("name", "attribute"):
                found |= names.get(value.text, set())
            elif value.kind == "constant" and value.constant_type == "string" and (file, identity) not in listed and " " not in value.text:
                found |= names.get(_LAST.split(value.text)[-1], set())
    return found | {one for one in factories if "default" in program.files[one[0]].variables}
