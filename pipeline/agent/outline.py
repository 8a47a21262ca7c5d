"""The system model in few words: one line for an element, a flow, a control, a claim, a finding. Ids stand in it exactly as they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pipeline.agent.model import Known
from pipeline.system.model import Claim, Control, Element, Evidence, Flow, Relation, System

_SHOWN_ATTRIBUTES = 8
_LONG = 60  # characters of one attribute


def element_line(element: Element) -> str:
    told = [f"{name}={_value(value)}" for name, value in sorted(element.attributes.items())][:_SHOWN_ATTRIBUTES]
    return " | ".join(part for part in (f"- {element.id}", element.zone, " ".join(told), _place(element.evidence)) if part)


def flow_line(flow: Flow, controls: Collection[str] = ()) -> str:
    carried = ", ".join(flow.carries) or "data"
    role = f" as {flow.role}" if flow.role else ""
    return f"- {flow.source} -> {flow.target}: {carried}{role}{_guarded(controls)}{_at(flow.steps)}"


def relation_line(relation: Relation) -> str:
    return f"- {relation.source} {relation.kind} {relation.target}"


def control_line(control: Control) -> str:
    return f"- {control.kind} on {', '.join(control.protects[:6])}{_at(control.evidence)}"


def claim_line(claim: Claim) -> str:
    kept = {True: "kept", False: "not kept", None: "not checked"}[claim.kept]
    about = f" about {', '.join(claim.about[:4])}" if claim.about else ""
    return f"- {claim.kind} ({kept}){about}: {_clipped(claim.text, 240)}{_at(claim.evidence)}"


def finding_line(finding: Known) -> str:
    return f"- {finding.id} {finding.severity} {finding.threat} at {finding.element}{_at(finding.evidence)}: {_clipped(finding.title, 160)}"


def told_system(system: System, most: int) -> str:
    """Elements, flows, controls and claims of a whole system, at most so many lines of each; what is left out is said."""
    kinds: dict[str, list[str]] = {flow.id: [] for flow in system.flows}
    for control in system.controls:
        for identity in control.protects:
            if identity in kinds:
                kinds[identity].append(control.kind)
    parts = (
        ("Elements (id | zone | attributes | place)", [element_line(element) for element in system.elements]),
        ("Flows", [flow_line(flow, kinds[flow.id]) for flow in system.flows]),
        ("Ties", [relation_line(relation) for relation in system.relations]),
        ("Controls", [control_line(control) for control in system.controls]),
        ("Claims of documents", [claim_line(claim) for claim in system.claims]),
    )
    return "\n\n".join(f"{title}:\n" + listed(lines, most) for title, lines in parts if lines)


def listed(lines: Iterable[str], most: int) -> str:
    """The lines, once each; of more than `most` the number of those left out is said."""
    known = list(dict.fromkeys(lines))
    more = [f"- and {len(known) - most} more, not shown"] if len(known) > most else []
    return "\n".join((*known[:most], *more)) or "- none"


def _guarded(controls: Collection[str]) -> str:
    return f" [{', '.join(sorted(set(controls)))}]" if controls else ""


def _at(evidence: Iterable[Evidence]) -> str:
    place = _place(evidence)
    return f" ({place})" if place else ""


def _place(evidence: Iterable[Evidence]) -> str:
    first = next(iter(evidence), None)
    return f"{first.path}:{first.start_line}" if first else ""


def _value(value: object) -> str:
    text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return _clipped(text, _LONG)


def _clipped(text: str, most: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"
