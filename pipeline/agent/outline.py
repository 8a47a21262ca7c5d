"""The system model in few words: one line for an element, a flow, a control, a claim, a finding. Ids stand in it exactly as they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from pipeline.agent.model import Known
from pipeline.system.model import Claim, Control, Element, Evidence, Flow, System

_SHOWN_ATTRIBUTES = 6
_NAMED = 12  # ends of flows that are alike
_LONG = 40  # characters of one attribute


def element_line(element: Element) -> str:
    if element.attributes.get("stated_by") == "document":  # its lines are shown, and say more than what was read out of them
        return f"- {element.id} | {element.zone}"
    told = [f"{name}={_value(value)}" for name, value in sorted(element.attributes.items())][:_SHOWN_ATTRIBUTES]
    return " | ".join(part for part in (f"- {element.id}", element.zone, " ".join(told), _place(element.evidence)) if part)


def twins_of(system: System) -> Mapping[str, str]:
    """Ids that stand for the same thing, each with the one that is shown: that of code before that of a drawing."""
    found: dict[str, str] = {}
    drawn = {element.id for element in system.elements if element.attributes.get("stated_by") == "document"}
    for relation in system.relations:
        if relation.kind == "same_as":
            one, other = sorted((relation.source, relation.target), key=lambda identity: (identity in drawn, identity))
            found[other] = found.get(one, one)
    return found


def flow_lines(flows: Iterable[Flow], guarded: Mapping[str, Collection[str]], twins: Mapping[str, str]) -> list[str]:
    """The flows, those between twins told once, what code does before what papers say."""
    found: dict[tuple[str, str, object], Flow] = {}
    for flow in sorted(flows, key=lambda flow: (flow.stated_by != "code", flow.id)):
        source, target = twins.get(flow.source, flow.source), twins.get(flow.target, flow.target)
        shown = flow.model_copy(update={"source": source, "target": target})
        key = (source, target, flow.role)
        if source != target and not (flow.stated_by == "document" and any(known[:2] == key[:2] for known in found)):
            found.setdefault(key, shown)
    return _alike_together(found.values(), guarded)


def _alike_together(flows: Iterable[Flow], guarded: Mapping[str, Collection[str]]) -> list[str]:
    """A line for each flow; those of code, which need no place, in one where they differ in an end alone."""
    told = [(flow, f"{_carried(flow)}{_guarded(guarded.get(flow.id, ()))}") for flow in flows]
    out_of: dict[tuple[str, str], list[str]] = {}
    into: dict[tuple[str, str], list[str]] = {}
    for flow, what in told:
        if flow.stated_by == "code":
            out_of.setdefault((flow.source, what), []).append(flow.target)
    for (source, what), targets in out_of.items():
        if len(targets) == 1:
            into.setdefault((targets[0], what), []).append(source)
    lines = []
    for flow, what in told:
        if flow.stated_by != "code":
            lines.append(f"- {flow.source} -> {flow.target}: {what}{_at(flow.steps)}")
        elif len(targets := out_of[flow.source, what]) > 1:
            lines.append(f"- {flow.source} -> {_named(targets)}: {what}")
        else:
            lines.append(f"- {_named(into[flow.target, what])} -> {flow.target}: {what}")
    return list(dict.fromkeys(lines))


def control_line(control: Control, among: Collection[str]) -> str:
    return f"- {control.kind} on {', '.join([one for one in control.protects if one in among][:4])}{_at(control.evidence)}"


def claim_line(claim: Claim) -> str:
    kept = {True: "kept", False: "not kept", None: "not checked"}[claim.kept]
    about = f" about {', '.join(claim.about[:4])}" if claim.about else ""
    return f"- {claim.kind} ({kept}){about}: {clipped(claim.text, 240)}{_at(claim.evidence)}"


def finding_line(finding: Known) -> str:
    return f"- {finding.id} {finding.threat} at {finding.element}{_at(finding.evidence)}"


def told_system(system: System, room: int, weigh: Callable[[str], int]) -> str:
    """Elements, flows, claims and controls of a whole system, as many lines as the tokens allow; what is left out is said."""
    parts = (
        ("Elements (id | zone | attributes | place)", [element_line(element) for element in system.elements], 0.5),
        ("Flows", flow_lines(system.flows, {}, twins_of(system)), 0.3),
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


def _named(ids: Sequence[str]) -> str:
    known = sorted(dict.fromkeys(ids))
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
    return clipped(text, _LONG)


def clipped(text: str, most: int) -> str:
    """The text as one line; a longer one ends between two words."""
    flat = " ".join(text.split())
    if len(flat) <= most:
        return flat
    cut = flat[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut) + "…"
