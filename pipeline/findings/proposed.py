"""Findings that a model proposed: rated by the table that rates all others, worded by the model within bounds, never sure.

Takes a proposal whose quotes were located, gives a finding. A slug of the catalog brings its classes, ids and mitigations along; a custom
one has those the model names.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pipeline.findings.factors import Seen
from pipeline.findings.fingerprint import fingerprint
from pipeline.findings.model import Finding, Mitigation, Origin, Taxonomy
from pipeline.findings.risk import assess
from pipeline.findings.scores import scores_of
from pipeline.system.model import Confidence, ControlKind, Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.threats.catalog import Catalog
from pipeline.threats.engine import Match
from pipeline.threats.schema import Condition, Scale, Threat, ThreatMitigation
from pipeline.threats.view import View

if TYPE_CHECKING:
    from pipeline.agent.model import Proposal

_ADVICE = ThreatMitigation(
    text="Decide who owns this risk, and change the place that is cited.",
    test="The sequence that is described is tried, and does not succeed any more.",
)


class CustomThreat(Frozen):
    """How threats outside of the catalog are rated."""

    likelihood: Scale
    impact: Scale
    lowered_by: tuple[ControlKind, ...]
    not_a_threat_when: str
    how_we_look: str


@cache
def load_custom() -> CustomThreat:
    return read_knowledge(KNOWLEDGE / "custom_threat.yaml", CustomThreat)


def threat_of(proposal: Proposal, catalog: Catalog) -> Threat:
    """The threat of the catalog, or one with the same fields made of what the proposal says."""
    known = catalog.get(proposal.threat)
    if known is not None:
        return known
    custom = load_custom()
    return Threat(
        slug=proposal.threat, stride=proposal.stride, title=proposal.title, summary=proposal.description, sentence="{element}",
        about=("component",), when=(Condition(the_element={}),), lowered_by=custom.lowered_by, likelihood=custom.likelihood,
        impact=custom.impact, confidence="medium", how_we_look=custom.how_we_look, not_a_threat_when=custom.not_a_threat_when,
        mitigations=(_ADVICE,),
    )  # fmt: skip


def finding_of(view: View, proposal: Proposal, catalog: Catalog) -> Finding:
    """The finding of a proposal."""
    threat = threat_of(proposal, catalog)
    element = view.elements[proposal.element]
    others = tuple(view.elements[identity] for identity in proposal.path if identity in view.elements and identity != element.id)
    lowered = tuple(view.controls_on(element.id, threat.lowered_by))
    match = Match(threat, element, (), others, proposal.evidence, lowered)
    stated = {factor: Seen(element.name, place) for factor, place in proposal.factors.items()}
    risk = assess(view, match, stated)
    removed = view.controls_on(element.id, threat.removed_by)
    given = tuple(Mitigation(text=text, test=test) for text, test in proposal.mitigations if text and test)
    own = () if proposal.threat.startswith("custom/") else tuple(Mitigation(text=m.text, test=m.test) for m in threat.mitigations)
    path = proposal.path if element.id in proposal.path else (*proposal.path, element.id)
    return Finding(
        id=fingerprint(proposal.threat, element.id), threat=proposal.threat, title=proposal.title or threat.title,
        description=proposal.description, stride=threat.stride, severity=risk.severity, likelihood=risk.likelihood, impact=risk.impact,
        risk_reasons=risk.reasons, would_change_it=risk.would_change_it, risk_table=risk.rows,
        scores=scores_of(risk.around, risk.factors), confidence=_confidence(proposal, risk.confidence, closed=bool(removed)),
        source="llm", element=element.id, attack_path=path, evidence=proposal.evidence,
        taxonomy=Taxonomy.model_validate(threat.taxonomy.model_dump()), mitigations=own or given or (Mitigation(**_ADVICE.model_dump()),),
        missing_controls=tuple(kind for kind in threat.removed_by if kind not in {c.kind for c in removed}),
        origin=Origin(**_fields(proposal)), doubt=proposal.doubt,
    )  # fmt: skip


def _fields(proposal: Proposal) -> dict[str, str | int]:
    origin = proposal.origin
    return {"model": origin.model, "prompt": origin.prompt, "version": origin.version, "digest": origin.digest}


def _confidence(proposal: Proposal, rated: Confidence, *, closed: bool) -> Confidence:
    """At most medium: no rule saw it. Low where a second reading could not prove it, or a control that removes it was seen."""
    if proposal.doubt or closed or rated == "low":
        return "low"
    return "medium"
