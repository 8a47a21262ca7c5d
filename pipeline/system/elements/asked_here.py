"""Models that a program asks on its own machine unless it is told another address: `os.getenv("OLLAMA_HOST", "http://localhost:11434")`.

Takes an assembly whose elements are known, marks models whose requests are written by hand (`here_by_default`) where every address that is
written down for them is the machine itself. Nobody's account is charged there, and only models that the operator has loaded answer.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.elements.second_look import HOSTS_HERE
from pipeline.system.program.walking import inputs_of, passed_for, walk

_ADDRESS = re.compile(r"(?:https?|wss?)://", re.IGNORECASE)
_HERE = re.compile(rf"(?:https?|wss?)://(?:{HOSTS_HERE}|ollama)(?=[:/?#]|$)", re.IGNORECASE)
_GIVEN_AS = ("url", "URL", "uri", "")
_MOST, _CALLERS = 80, 6


def mark_asked_here(assembly: Assembly) -> None:
    """Adds `here_by_default`."""
    for _identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind != "hosted_llm" or draft.attributes.get("recognised") != "shape" or not draft.nodes:
            continue
        addresses = [_addresses(assembly, node) for node in draft.nodes]
        if all(found and all(_HERE.match(text) for text in found) for found in addresses):
            draft.attributes["here_by_default"] = True


def _addresses(assembly: Assembly, call: Node) -> list[str]:
    """Whole addresses that the first argument of a request is made of, or the one that is named for it."""
    program, value = assembly.program, assembly.program.value(call)
    if value.kind != "call":
        return []
    given = [(call[0], one) for label, one in zip(value.labels[1:], value.inputs[1:], strict=False) if label in _GIVEN_AS]

    def behind(node: Node) -> list[Node]:
        kind = program.value(node).kind
        stepped = [one for one in program.origins(node) if one != node] if kind in ("name", "attribute", "parameter") else []
        return [*inputs_of(program, node), *stepped, *(passed_for(program, node, _CALLERS) if kind == "parameter" else ())]

    texts = (program.value(node) for one in given[:2] for node in walk(one, behind, _MOST, nearest_first=True))
    return [one.text for one in texts if one.kind == "constant" and one.constant_type == "string" and _ADDRESS.match(one.text)]
