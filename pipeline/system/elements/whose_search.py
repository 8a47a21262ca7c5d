"""Filters of a search that say nothing of whose the passages are: by document, page, source or kind.

Takes a call that searches and its rule, gives the flags that may be read off it: without those that call a filter one of tenants
where the filter names fields, and neither a field nor a value in it is called by a word for a person, a group or what they may read.
A filter that is made elsewhere, by a parameter or a function of the project, is believed. Of a request that is put together before the
search, also in statements of its own (`request.filterExpression(...)`), it says whether it asks whose the passages are; a filter that
is left out where its value is missing does not, unless another stands on the other side of the test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.flags import read_flags
from pipeline.system.program.sites import CallSite
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.framework import Flag
from pipeline.system.rules.words import words_of

WHOSE = frozenset(
    {"user", "owner", "tenant", "account", "org", "organization", "organisation", "workspace", "customer", "identity", "group", "role",
     "team", "department", "company", "member", "author", "principal", "subject", "sub", "uid", "email", "permission", "acl", "access",
     "allowed", "acces", "private", "visibility", "public",
     "everybody", "everyone", "anyone", "shared", "session", "thread", "conversation", "chat", "namespace", "space", "project",
     "practice", "clinic", "patient", "client", "person", "caller", "me", "auth", "claim", "scope", "clearance", "partition",
     "authentication", "uploader", "creator"}
)  # fmt: skip
_BY = re.compile(r"(?:uploaded|created|owned|added|written|submitted)_?by", re.IGNORECASE)
_MADE_ELSEWHERE = frozenset({"filter", "where", "condition", "expr", "expression", "predicate", "kwarg", "param", "option", "arg"})
_MAX_PARTS = 200
_LINKS = 12  # calls of one chain


def flags_of_search(assembly: Assembly, site: CallSite) -> tuple[Flag, ...]:
    """The flags of a rule, without those whose filter is of no tenant."""
    return tuple(flag for flag in site.rule.flags if not _is_of_nobody(assembly, site, flag))


def asks_whose(assembly: Assembly, site: CallSite) -> bool:
    """Whether a request for a search, made by this call, has a filter of a tenant."""
    wanted = [flag for flag in site.rule.flags if flag.control == "tenant_filter"]
    if any(read_flags(assembly.program, site.node, (flag,)).controls for flag in wanted if not _is_of_nobody(assembly, site, flag)):
        return True
    names = {name for flag in wanted for name in flag.argument.split("|")}
    return any(
        not _is_optional(assembly, given) and not _names_nobody(assembly, given) for given in _said_apart(assembly, site.node, names)
    )


def _said_apart(assembly: Assembly, call: Node, names: set[str]) -> Iterator[Node]:
    """What a builder is told in a statement of its own, of the same function."""
    program = assembly.program
    builder = _first(program, call)
    for other in assembly.calls_in((call[0], program.value(call).scope)) if names else ():
        value = program.value(other)
        callee = program.value((other[0], value.inputs[0]))
        if callee.kind == "attribute" and callee.text in names and len(value.inputs) > 1 and _first(program, other) == builder:
            yield (other[0], value.inputs[1])


def _first(program: Program, call: Node) -> Node:
    """The call that a chain of calls begins with: `builder()` of `builder().query(text).build()`, also where a variable holds it."""
    current = call
    for _link in range(_LINKS):
        callee = program.value((current[0], program.value(current).inputs[0]))
        made = [] if callee.kind != "attribute" else program.origins((current[0], callee.inputs[0]))
        calls = [origin for origin in made if program.value(origin).kind == "call" and origin[0] == current[0]]
        if not calls:
            break
        current = calls[0]
    return current


def _is_optional(assembly: Assembly, given: Node) -> bool:
    """Whether a filter is only set where what it is made of was given: `if (id != null) request.filter("id == '" + id + "'")`."""
    return any(value.kind == "guarded" and value.text == "holds" for value in map(assembly.program.value, _parts(assembly, given)))


def _is_of_nobody(assembly: Assembly, site: CallSite, flag: Flag) -> bool:
    if not flag.present or (flag.control != "tenant_filter" and flag.attribute != "filtered"):
        return False
    given = argument_node(assembly.program, site.node, flag.argument, site.skip)
    return given is not None and _names_nobody(assembly, given)


def _names_nobody(assembly: Assembly, given: Node) -> bool:
    fields = 0
    for node in _parts(assembly, given):
        value = assembly.program.value(node)
        told = [value.text, *value.labels] if value.kind not in ("constant",) or value.constant_type == "string" else []
        words = {word.removesuffix("s") for text in told for word in words_of(text)}
        if words & WHOSE or any(map(_BY.search, told)) or (value.kind == "parameter" and words & _MADE_ELSEWHERE):
            return False
        if value.kind == "unknown" or (value.kind == "call" and assembly.program.targets(node)):
            return False
        fields += value.kind == "constant" and value.constant_type == "string"
        fields += value.kind == "collection" and any(value.labels)
    return fields > 0


def _parts(assembly: Assembly, node: Node) -> Iterator[Node]:
    """What an expression is made of, in the function it stands in."""
    program = assembly.program

    def made_of(current: Node) -> list[Node]:
        origins = program.origins(current) if program.value(current).kind == "name" else ()
        return [*inputs_of(program, current), *(origin for origin in origins if origin != current)]

    return walk(node, made_of, _MAX_PARTS)
