"""Filters of a search that say nothing of whose the passages are: by document, page, source or kind.

Takes a call that searches and its rule, gives the flags that may be read off it: without those that call a filter one of tenants
where the filter names fields, and neither a field nor a value in it is called by a word for a person, a group or what they may read.
A filter that is made elsewhere, by a parameter or a function of the project, is believed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.sites import CallSite
from pipeline.system.rules.framework import Flag
from pipeline.system.rules.words import words_of

_WHOSE = frozenset(
    {"user", "owner", "tenant", "account", "org", "organization", "organisation", "workspace", "customer", "identity", "group", "role",
     "team", "department", "company", "member", "author", "principal", "subject", "sub", "uid", "email", "permission", "acl", "access",
     "allowed", "acces", "private", "visibility", "public", "session", "thread", "conversation", "chat", "namespace", "space", "project",
     "practice", "patient", "client", "person", "caller", "me", "auth", "claim", "scope", "clearance", "partition"}
)  # fmt: skip
_MADE_ELSEWHERE = frozenset({"filter", "where", "condition", "expr", "expression", "predicate", "kwarg", "param", "option", "arg"})
_MAX_PARTS = 200


def flags_of_search(assembly: Assembly, site: CallSite) -> tuple[Flag, ...]:
    """The flags of a rule, without those whose filter is of no tenant."""
    return tuple(flag for flag in site.rule.flags if not _is_of_nobody(assembly, site, flag))


def _is_of_nobody(assembly: Assembly, site: CallSite, flag: Flag) -> bool:
    if not flag.present or (flag.control != "tenant_filter" and flag.attribute != "filtered"):
        return False
    given = argument_node(assembly.program, site.node, flag.argument, site.skip)
    if given is None:
        return False
    fields = 0
    for node in _parts(assembly, given):
        value = assembly.program.value(node)
        told = [value.text, *value.labels] if value.kind not in ("constant",) or value.constant_type == "string" else []
        words = {word.removesuffix("s") for text in told for word in words_of(text)}
        if words & _WHOSE or (value.kind == "parameter" and words & _MADE_ELSEWHERE):
            return False
        if value.kind == "unknown" or (value.kind == "call" and assembly.program.targets(node)):
            return False
        fields += value.kind == "constant" and value.constant_type == "string"
        fields += value.kind == "collection" and any(value.labels)
    return fields > 0


def _parts(assembly: Assembly, node: Node) -> Iterator[Node]:
    """What an expression is made of, in the function it stands in."""
    queue, seen = [node], set[Node]()
    while queue and len(seen) < _MAX_PARTS:
        current = queue.pop()
        if current in seen:
            continue
        seen.add(current)
        yield current
        value = assembly.program.value(current)
        queue += [(current[0], given) for given in value.inputs]
        if value.kind == "name":
            queue += [origin for origin in assembly.program.origins(current) if origin != current]
