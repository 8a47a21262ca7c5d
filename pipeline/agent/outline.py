"""The system model in few words: one line for an element, a flow, a control, a claim, a finding. Ids stand in it exactly as they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from pipeline.agent.model import Known
from pipeline.system.model import Claim, Control, Element, Evidence, Flow, System

_SHOWN_ATTRIBUTES = 6
_NAMED = 12  # ends of flows that are alike
_LONG = 40  # characters of one attribute


def element_line(element: Element) -> str:
    told = [f"{name}={_value(value)}" for name, value in sorted(element.attributes.items())][:_SHOWN_ATTRIBUTES]
    return " | ".join(part for part in (f"- {element.id}", element.zone, " ".join(told), _place(element.evidence)) if part)


def flow_line(flow: Flow, controls: Collection[str] = ()) -> str:
    return f"- {flow.source} -> {flow.target}: {_carried(flow)}{_guarded(controls)}{_at(flow.steps)}"


def flow_lines(flows: Iterable[Flow], controls: Callable[[Flow], Collection[str]] = lambda flow: ()) -> list[str]:
    """Flows; those of code, which need no place, as one line where they differ in one end alone."""
    listed_flows = list(flows)
    alike: dict[tuple[str, str], list[Flow]] = {}
    for flow in listed_flows:
        if flow.stated_by == "code":
            what = f"{_carried(flow)}{_guarded(controls(flow))}"
            alike.setdefault((flow.source, what), []).append(flow)
    into: dict[tuple[str, str], list[Flow]] = {}
    for (_, what), group in alike.items():
        if len({flow.target for flow in group}) == 1:
            into.setdefault((group[0].target, what), []).append(group[0])
    lines = []
    for flow in listed_flows:
        if flow.stated_by != "code":
            lines.append(flow_line(flow, controls(flow)))
            continue
        what = f"{_carried(flow)}{_guarded(controls(flow))}"
        group = alike[flow.source, what]
        if len({one.target for one in group}) > 1:
            lines.append(f"- {flow.source} -> {_named(one.target for one in group)}: {what}")
        else:
            lines.append(f"- {_named(one.source for one in into[flow.target, what])} -> {flow.target}: {what}")
    return list(dict.fromkeys(lines))


def control_line(control: Control, among: Collection[str]) -> str:
    return f"- {control.kind} on {', '.join([one for one in control.protects if one in among][:4])}{_at(control.evidence)}"


def claim_line(claim: Claim) -> str:
    kept = {True: "kept", False: "not kept", None: "not checked"}[claim.kept]
    about = f" about {', '.join(claim.about[:4])}" if claim.about else ""
    return f"- {claim.kind} ({kept}){about}: {_clipped(claim.text, 240)}{_at(claim.evidence)}"


def finding_line(finding: Known) -> str:
    return f"- {finding.id} {finding.severity} {finding.threat} at {finding.element}{_at(finding.evidence)}"


def told_system(system: System, room: int, weigh: Callable[[str], int]) -> str:
    """Elements, flows, claims and controls of a whole system, as many lines as the tokens allow; what is left out is said."""
    parts = (
        ("Elements (id | zone | attributes | place)", [element_line(element) for element in system.elements], 0.5),
        ("Flows", flow_lines(system.flows), 0.3),
        ("Claims of documents", [claim_line(claim) for claim in system.claims], 0.15),
        ("Controls", sorted({f"- {control.kind}" for control in system.controls}), 0.05),
    )
    told, left = [], 0.0
    for title, lines, share in parts:
        most = room * share + left
        left = most - sum(map(weigh, fitting(lines, int(most), weigh)))  # what one list does not need, the next may take
        if lines:
            told.append(f"{title}:\n{told_within(lines, int(most), weigh)}")
    return "\n\n".join(told)


def told_within(lines: Sequence[str], room: int, weigh: Callable[[str], int]) -> str:
    """The first lines that the tokens allow; the number of the others is said."""
    return listed(lines, len(fitting(lines, room, weigh)))


def fitting(lines: Sequence[str], room: int, weigh: Callable[[str], int]) -> list[str]:
    """The first lines that the tokens allow."""
    kept = []
    for line in lines:
        room -= weigh(line)
        if room < 0:
            break
        kept.append(line)
    return kept


def listed(lines: Iterable[str], most: int) -> str:
    """The lines, once each; of more than `most` the number of those left out is said."""
    known = list(dict.fromkeys(lines))
    more = [f"- and {len(known) - most} more, not shown"] if len(known) > most else []
    return "\n".join((*known[:most], *more)) or "- none"


def _carried(flow: Flow) -> str:
    return (", ".join(flow.carries) or "data") + (f" as {flow.role}" if flow.role else "")


def _named(ids: Iterable[str]) -> str:
    known = list(dict.fromkeys(ids))
    return ", ".join(known[:_NAMED]) + (f" and {len(known) - _NAMED} more" if len(known) > _NAMED else "")


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
