"""Contradictions between documents and code: what a document or a drawing says, and what was found instead.

Reads the claims of the system model, gives one match per broken claim: the sentence or the box on one side, the places that do not keep
it on the other. Claims that say the same of the same are one finding. Which claims are kept is decided where they are made
(`pipeline/system/contradicted/`); here is only said which threat a broken one is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.system.model import Claim, System
from pipeline.threats.engine import Match
from pipeline.threats.schema import Threat

SLUGS: Mapping[str, str] = {
    "promise": "promised-control-missing",
    "amount": "promised-control-weaker",
    "retention": "kept-longer-than-stated",
    "destination": "undocumented-third-party",
    "model": "undocumented-model",
    "drawing": "diagram-out-of-date",
    "drawn_control": "drawn-control-absent",
    "drawn_boundary": "undrawn-boundary-crossing",
}
"""Kinds of claims, and the threat that a claim of the kind is when it is not kept."""
MAX_ELEMENTS = 5
_DRAWN = "a diagram draws \u201c{text}\u201d"
_SAID = "\u201c{text}\u201d says a document"


def claims_not_kept(system: System, threat: Threat, kind: str) -> Iterator[Match]:
    """A match for every claim of a kind that the code was seen not to keep."""
    elements = {element.id: element for element in system.elements}
    groups: dict[str, list[Claim]] = {}
    for claim in system.claims:
        if claim.kept is False and claim.about and claim.kind == kind:
            what = claim.promises[0] if claim.promises else claim.instead or claim.kind
            groups.setdefault(f"{what}:{claim.about[0]}", []).append(claim)
    for group, claims in sorted(groups.items()):
        claims = sorted(claims, key=lambda claim: (-len(claim.text), claim.id))
        broken = [elements[identity] for identity in dict.fromkeys(identity for claim in claims for identity in claim.about)]
        places = tuple(e for claim in claims for e in claim.against) or tuple(
            e.model_copy(update={"role": "missing"}) for element in broken[:MAX_ELEMENTS] for e in element.evidence[:1]
        )
        cited = tuple(e for claim in claims for e in claim.evidence)
        said = (_DRAWN if claims[0].drawn else _SAID).format(text=claims[0].text)
        yield Match(threat, broken[0], (), tuple(broken[1:]), (*cited, *places), (), group=group, said=said, instead=claims[0].instead)
