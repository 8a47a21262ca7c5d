"""What documents state that no rule judges: threats of threat models, and boxes of drawings beside what was found.

Takes a scan, gives lists in the order reports show them. Neither is a finding: a stated threat is its authors' word, and a box that
nothing was found for may be built somewhere else, or not yet.
"""

from __future__ import annotations

from collections import Counter

from pipeline.findings.model import Scan
from pipeline.reports.wording import words
from pipeline.system.model import Claim, DrawnName, Element, ElementKind

_ORDER = ("open", "", "accepted", "transferred", "mitigated", "not_applicable")
# What people draw a box for; entries, tools and tables are drawn as the parts they belong to.
_DRAWN_KINDS: frozenset[ElementKind] = frozenset({
    "agent", "hosted_llm", "local_llm", "inference_server", "ml_model", "embedding_model", "vector_store", "memory", "dataset",
    "training_job", "model_registry", "mcp_server", "data_store", "queue", "external_service", "guardrail", "interpreter",
})  # fmt: skip


def stated_threats(scan: Scan) -> tuple[Claim, ...]:
    """Threats that threat models state, open ones first."""
    threats = (claim for claim in scan.system.claims if claim.kind == "threat")
    return tuple(sorted(threats, key=lambda claim: (_ORDER.index(claim.state), _place(claim.evidence[0].path, claim), claim.id)))


def state_name(claim: Claim) -> str:
    return words(claim.state) if claim.state else "no state given"


def state_counts(claims: tuple[Claim, ...]) -> tuple[tuple[str, int], ...]:
    """States with their counts, open ones first."""
    return tuple(Counter(map(state_name, claims)).items())


def drawn_not_found(scan: Scan) -> tuple[DrawnName, ...]:
    """Boxes that nothing was found for, each once; none where only drawings were read."""
    if not _is_found(scan):
        return ()
    return tuple({name.element: name for name in reversed(scan.system.drawn) if not name.found}.values())[::-1]


def found_not_drawn(scan: Scan) -> tuple[Element, ...]:
    """What was found and is of a kind that is drawn, and stands in no drawing; none where nothing is drawn."""
    drawn = {name.element for name in scan.system.drawn}
    return tuple(
        element
        for element in scan.system.elements
        if drawn and element.kind in _DRAWN_KINDS and element.id not in drawn and _counts(element) and element.evidence
    )


def _is_found(scan: Scan) -> bool:
    return any(_counts(element) for element in scan.system.elements)


def _counts(element: Element) -> bool:
    return element.attributes.get("stated_by") not in ("document", "model") and element.attributes.get("examples_only") is not True


def _place(path: str, claim: Claim) -> tuple[str, int, int]:
    return path, claim.evidence[0].page or 0, claim.evidence[0].start_line
