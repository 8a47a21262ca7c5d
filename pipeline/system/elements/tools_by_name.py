"""Tools that a model is given by their names, or by what a container hands in: `toolNames("weather")`, `tools(mcpTools)`.

Takes an assembly whose calls and entries have their elements, and a value that is given as tools; gives ids of tools. A name that no tool
of the same framework has is none; a client of tool servers that is injected becomes an element, as the one that is constructed does.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import ElementKind

_TOOLS: frozenset[ElementKind] = frozenset({"tool", "mcp_tool"})


def tools_by_name(assembly: Assembly, given: Node, framework: str) -> Iterator[str]:
    """The tools of a framework that are meant where they are not handed over themselves."""
    program = assembly.program
    for origin in program.elements(given):
        value = program.value(origin)
        if value.kind == "constant" and value.constant_type == "string":
            for kind in sorted(_TOOLS):
                draft = assembly.drafts.by_id.get(f"{kind}:{value.text}")
                if draft is not None and draft.attributes.get("framework", framework) == framework:
                    yield draft.id
        elif value.kind in ("parameter", "attribute") and origin not in assembly.element_of_call:
            yield from _injected(assembly, origin)


def _injected(assembly: Assembly, origin: Node) -> Iterator[str]:
    """A client of tool servers that is known by its class alone."""
    for name in assembly.program.types(origin):
        for known in assembly.index.for_call((name,)):
            if known.rule.kind == "mcp_client" and known.rule.element_from == "call":
                rule = known.rule
                yield assembly.drafts.put(
                    "mcp_client", rule.name or known.framework, rule.zone, dict(rule.attributes), assembly.cite(origin), origin,
                    assembly.purpose(origin[0]),
                )  # fmt: skip
