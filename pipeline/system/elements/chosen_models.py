"""Hosted models of which the operator says who runs them: by an address that is a setting, or by a local model in their place.

Takes an assembly whose flows are known. A model is marked (`operators_choice`) where its client is given an address in which the code
names no public host, such as an Azure resource of one's own, or where a local model is made in the same place or asked by the same source.
Which of them is set is not known here.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.elements.model_addresses import ADDRESS, clients_of
from pipeline.system.model import SinkRole
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.naming import host_of, is_own_host

_ASKED: frozenset[SinkRole] = frozenset({"prompt", "system_prompt", "conversation", "instructions"})


def mark_chosen_models(assembly: Assembly) -> None:
    """Adds `operators_choice` to hosted models."""
    local = {
        source
        for source, target, role in assembly.flows
        if role in _ASKED and (assembly.draft(target).kind == "local_llm" or assembly.draft(target).attributes.get("local") is True)
    }
    for source, target, role in list(assembly.flows):
        if role in _ASKED and source in local and assembly.draft(target).kind == "hosted_llm":
            assembly.draft(target).attributes["operators_choice"] = True
    for draft in list(assembly.drafts.by_id.values()):
        if draft.kind != "hosted_llm" or not draft.nodes:
            continue
        if f"local_llm:{draft.name}" in assembly.drafts.by_id:  # named for the one function that makes both
            draft.attributes["operators_choice"] = True
        addresses = [
            address for node in draft.nodes if (address := _address(assembly, node, draft.attributes.get("recognised") == "shape"))
        ]
        if addresses and all(_is_a_setting(assembly, address) for address in addresses):
            draft.attributes["operators_choice"] = True


def _address(assembly: Assembly, node: Node, by_shape: bool) -> Node | None:
    """The address a model is asked at: of its client, or of a request that was recognised by its shape."""
    for client in clients_of(assembly, node):
        if (given := argument_node(assembly.program, client, ADDRESS)) is not None:
            return given
    value = assembly.program.value(node)
    return (node[0], value.inputs[1]) if by_shape and value.kind == "call" and len(value.inputs) > 1 else None


def _is_a_setting(assembly: Assembly, address: Node) -> bool:
    """Whether no host is written down anywhere that the address is made of."""
    program, queue, seen = assembly.program, [address], set[Node]()
    while queue and len(seen) < 60:
        current = queue.pop()
        if current in seen:
            continue
        seen.add(current)
        value = program.value(current)
        if value.kind == "constant" and (host := host_of(value.text)) is not None and not is_own_host(host):
            return False
        queue += [origin for origin in program.origins(current) if origin != current]
        queue += [(current[0], given) for given in value.inputs]
    return True
