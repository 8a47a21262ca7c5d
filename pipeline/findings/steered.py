"""Texts that speak to the model which reads what is scanned: told under the threat of hidden instructions.

Nobody writes one of our marks by accident, and the mark itself was taken out before a model saw it. A sentence in plain sight that tells a
reader what to find may also be there to warn, or as an example: it is told with low confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.findings.fingerprint import fingerprint
from pipeline.findings.listing import in_order
from pipeline.findings.model import Finding, Mitigation, Taxonomy
from pipeline.findings.risk import severity_of
from pipeline.system.model import Element, System
from pipeline.threats.catalog import Catalog

if TYPE_CHECKING:
    from pipeline.agent.model import Steering

THREAT = "hidden-instructions"
_MARKS = "imitates the marks that fence what a model is shown, so that what follows would speak to the model"
_IN_SIGHT = "tells a program that reads it what to find or to leave out; it may also be an example of such a text, or a warning"


def steering_findings(findings: Sequence[Finding], steering: Sequence[Steering], system: System, catalog: Catalog) -> tuple[Finding, ...]:
    """The findings, and one for each file that imitates our marks; places that are cited for this threat already are not told twice."""
    threat = catalog.get(THREAT)
    told = {(e.path, e.start_line) for f in findings if f.threat == THREAT for e in f.evidence}
    by_path: dict[tuple[str, bool], list[Steering]] = {}
    for each in steering:
        if (each.evidence.path, each.evidence.start_line) not in told:
            by_path.setdefault((each.evidence.path, each.in_sight), []).append(each)
    if threat is None or not by_path:
        return tuple(findings)
    fresh = []
    for (path, in_sight), here in sorted(by_path.items()):
        element = _element_of(path, system)
        likelihood, impact = threat.likelihood.base, threat.impact.base
        fresh.append(
            Finding(
                id=fingerprint(THREAT, f"{'sight' if in_sight else 'marks'}:{path}"), threat=THREAT, title=threat.title,
                description=f"`{path}` {_IN_SIGHT if in_sight else _MARKS}. {threat.summary}", stride=threat.stride,
                severity=severity_of(likelihood, impact), likelihood=likelihood, impact=impact,
                risk_reasons=(f"likelihood starts at {likelihood}", f"impact starts at {impact}"),
                confidence="low" if in_sight else "high", element=element, evidence=tuple(one.evidence for one in here),
                taxonomy=Taxonomy.model_validate(threat.taxonomy.model_dump()),
                mitigations=tuple(Mitigation(text=m.text, test=m.test) for m in threat.mitigations),
            )
        )  # fmt: skip
    return in_order((*findings, *fresh))


def _element_of(path: str, system: System) -> str:
    """What stands in the file; else whatever the system has first."""
    here = [element for element in system.elements if any(place.path == path for place in element.evidence)]
    found: Sequence[Element] = here or system.elements
    return found[0].id if found else "document:" + path
