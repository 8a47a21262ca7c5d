"""What configuration starts and code talks to, told to be one thing: the store of a compose file and the client that opens it.

Reads drafts of both, adds `same_as` between the two ends where names or the technology leave one on each side, with the reason as the
note of its evidence. Where there are several on one side nothing is said.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.draft import Draft
from pipeline.system.name_matching import Found, Known, match_name


def relate_same_things(assembly: Assembly) -> None:
    """Adds `same_as` from what code has to the service that configuration starts for it."""
    drafts = [draft for _, draft in sorted(assembly.drafts.by_id.items()) if draft.attributes.get("examples_only") is not True]
    services = [draft for draft in drafts if "product" in draft.attributes and "service" in draft.attributes]
    in_code = Found([Known.of(draft) for draft in drafts if "service" not in draft.attributes and draft.nodes])
    for service in services:
        match = match_name(str(service.attributes["service"]), str(service.attributes["product"]), service.kind, in_code)
        if match.element is None or _rivals(service, services):
            continue
        evidence = next(iter(service.evidence), None)
        noted = None if evidence is None else evidence.model_copy(update={"role": "step", "note": match.reason})
        if (match.element, "same_as", service.id) not in assembly.relations:
            assembly.relate(match.element, "same_as", service.id, noted)


def _rivals(service: Draft, services: list[Draft]) -> bool:
    """Whether another service is made of the same product."""
    return any(other is not service and other.attributes["product"] == service.attributes["product"] for other in services)
