"""Contradictions between documents and code: a promised control that is not there.

Reads the claims of the system model, gives one match per broken promise: the sentence on one side, the
elements without the control on the other. Sentences that promise the same of the same are one finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.system.model import Claim, System
from pipeline.threats.engine import Match
from pipeline.threats.schema import Threat

SLUG = "promised-control-missing"
MAX_ELEMENTS = 5


def claims_not_kept(system: System, threat: Threat) -> Iterator[Match]:
    """A match for every claim that the code was seen not to keep."""
    elements = {element.id: element for element in system.elements}
    groups: dict[str, list[Claim]] = {}
    for claim in system.claims:
        if claim.kept is False and claim.about:
            groups.setdefault(f"{claim.promises[0]}:{claim.about[0]}", []).append(claim)
    for group, claims in sorted(groups.items()):
        claims = sorted(claims, key=lambda claim: (-len(claim.text), claim.id))
        broken = [elements[identity] for identity in dict.fromkeys(identity for claim in claims for identity in claim.about)]
        places = tuple(e.model_copy(update={"role": "missing"}) for element in broken[:MAX_ELEMENTS] for e in element.evidence[:1])
        cited = tuple(e for claim in claims for e in claim.evidence)
        yield Match(threat, broken[0], (), tuple(broken[1:]), (*cited, *places), (), group=group, said=claims[0].text)
