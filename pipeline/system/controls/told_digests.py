"""Digests that come in the same answer as the address of the file: whoever writes the answer writes both, and the check says nothing.

Takes an assembly and a comparison, says whether what a digest is held against was told by the answer that named the download. What is told
by another answer (a list of sums beside the file) is left to count, for it may lie on another machine.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.walking import inputs_of, walk

_ASKS = re.compile(
    r"^(?:requests|httpx)\.(?:Session\.|Client\.|AsyncClient\.)?(?:get|request|stream)$|^aiohttp\.ClientSession\.get$|^urllib\.request\.urlopen$"
    r"|^urllib3\.PoolManager\.request$"
)
_DEPTH, _MOST = 8, 40


def told_with_file(assembly: Assembly, check: Node) -> bool:
    """Whether one side of a check is made of what was fetched from an address, and another stands in the answer that told it."""
    sides = inputs_of(assembly.program, check)
    told = {told for side in sides if (told := _telling(assembly, side)) is not None}
    return bool(told) and any(asked_for(assembly, side) in told for side in sides)


def _telling(assembly: Assembly, data: Node) -> Node | None:
    """The request whose answer named the address that data, or what a digest is made of, was fetched from."""
    program = assembly.program

    def onward(node: Node) -> list[Node]:
        return [*inputs_of(program, node), *(origin for origin in program.origins(node) if origin != node)]

    for node in walk(data, onward, _MOST, nearest_first=True):
        download = asked_for(assembly, node)
        address = argument_node(program, download, "url|0") if download is not None else None
        told = asked_for(assembly, address) if address is not None else None
        if told is not None and told != download:
            return told
    return None


def asked_for(assembly: Assembly, data: Node) -> Node | None:
    """The request that data is the answer of."""
    program, level = assembly.program, [data]
    for _ in range(_DEPTH):
        after: list[Node] = []
        for node in level:
            for origin in (node, *program.origins(node)):
                value = program.value(origin)
                if value.kind == "call" and any(_ASKS.match(assembly.index.canonical(name)) for name in program.callee_names(origin)):
                    return origin
                if value.kind == "call":
                    callee = program.value((origin[0], value.inputs[0]))
                    after += [(origin[0], callee.inputs[0])] if callee.kind == "attribute" else []  # answer.iter_content(...)
                elif value.kind in ("attribute", "element_of", "await", "index", "guarded", "choice"):
                    after.append((origin[0], value.inputs[0]))
        level = after[:20]
    return None
