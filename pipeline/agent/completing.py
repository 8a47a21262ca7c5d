"""The system model as a survey completes it: elements and flows that a model saw and whose quotes stand in the files, marked as such.

Nothing that was there changes or goes: what a model says of a known element stands beside it, as a correction with its quotes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.agent.model import Dropped
from pipeline.agent.schemas import SystemSurvey
from pipeline.agent.taking import Taker
from pipeline.system.model import Element, Evidence, Flow, System

MOST_ELEMENTS, MOST_FLOWS, MOST_CORRECTIONS = 20, 30, 20
_NAME = 80


@dataclass(frozen=True, slots=True)
class Completed:
    system: System
    corrections: tuple[tuple[str, str, tuple[Evidence, ...]], ...]
    dropped: tuple[Dropped, ...]


def complete(system: System, survey: SystemSurvey, taker: Taker) -> Completed:
    """The system with what the survey adds to it."""
    dropped: list[Dropped] = []
    elements = {element.id: element for element in system.elements}
    for proposed in survey.elements[:MOST_ELEMENTS]:
        name = taker.prose(proposed.name, _NAME)
        identity = f"{proposed.kind}:{name}"
        evidence, _ = taker.evidence(proposed.quotes)
        if not name or not evidence:
            dropped.append(Dropped("element", identity, "no quote of it stands in the files"))
        elif identity in elements or _is_known(name, elements.values()):
            dropped.append(Dropped("element", identity, "it is in the model already"))
        else:
            given = {"stated_by": "model"}
            elements[identity] = Element(
                id=identity, kind=proposed.kind, name=name, zone=proposed.zone, attributes=given, evidence=evidence
            )
    flows = {flow.id: flow for flow in system.flows}
    known = {(flow.source, flow.target, flow.role) for flow in system.flows}
    for each in survey.flows[:MOST_FLOWS]:
        steps, _ = taker.evidence(each.quotes)
        identity = f"{each.source}->{each.target}:{each.role or 'data'}:model"
        if each.source not in elements or each.target not in elements or each.source == each.target:
            dropped.append(Dropped("flow", taker.prose(identity, 160), "it joins no two elements of the model"))
        elif not steps:
            dropped.append(Dropped("flow", taker.prose(identity, 160), "no quote of it stands in the files"))
        elif (each.source, each.target, each.role) not in known:
            flows[identity] = Flow(
                id=identity, source=each.source, target=each.target, carries=tuple(dict.fromkeys(each.carries)), role=each.role,
                steps=steps, stated_by="model",
            )  # fmt: skip
    corrections = []
    for correction in survey.corrections[:MOST_CORRECTIONS]:
        evidence, _ = taker.evidence(correction.quotes)
        if correction.element in elements and evidence:
            corrections.append((correction.element, taker.prose(correction.says, 400), evidence))
        else:
            reason = "no quote of it stands in the files" if correction.element in elements else "no such element"
            dropped.append(Dropped("correction", taker.prose(correction.element, 120), reason))
    were = {element.id for element in system.elements} | {flow.id for flow in system.flows}
    added = sorted((e for identity, e in elements.items() if identity not in were), key=lambda e: e.id)
    more = sorted((f for identity, f in flows.items() if identity not in were), key=lambda f: f.id)
    whole = system.model_copy(update={"elements": (*system.elements, *added), "flows": (*system.flows, *more)})
    return Completed(whole, tuple(corrections), tuple(dropped))


def _is_known(name: str, elements: Iterable[Element]) -> bool:
    squeezed = "".join(filter(str.isalnum, name.lower()))
    return any("".join(filter(str.isalnum, element.name.lower())) == squeezed for element in elements)
