"""What a question shows: the values of the prompts, made of scenes, findings and documents.

Everything scanned goes in as it may be sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from pipeline.agent.files import Context, Files, Span, joined
from pipeline.agent.model import Known, Proposal
from pipeline.agent.outline import (
    claim_line,
    clipped,
    control_line,
    element_line,
    finding_line,
    fitting,
    flow_lines,
    told_system,
    told_within,
    twins_of,
)
from pipeline.agent.scenes import Scene
from pipeline.system.model import ElementKind, Evidence, System
from pipeline.threats.catalog import Catalog
from pipeline.threats.contradictions import SLUGS
from prompts import Exhibit

_ROOM = {
    "Elements asked about": 900,
    "Beside them": 300,
    "Flows": 550,
    "Controls": 250,
    "Claims of documents": 450,
    "Other elements, by their ids alone": 450,
    "Said of them by an earlier reading": 300,
}  # tokens of a scene
_GLOSS = 70  # characters of what a slug means
_TOLD_OF: frozenset[ElementKind] = frozenset(  # what papers tell of, whatever they call it
    {"http_route", "chat_ui", "hosted_llm", "ml_model", "agent", "tool", "training_job", "dataset", "retriever", "vector_store", "memory"}
)
_FOUND_ROOM = 1_400  # tokens of findings that are named as already found
_SUMMARY_ROOM = 5_000
_AROUND = Context(6, 6)  # lines around a quote that a sceptic sees
Values = Mapping[str, str | Sequence[Exhibit]]


def survey_values(system: System, documents: Sequence[Exhibit], catalog: Catalog, room: int, weigh: Callable[[str], int]) -> Values:
    contradictions = [threat for slug in SLUGS.values() if (threat := catalog.get(slug))]
    return {
        "system": told_system(system, room, weigh),
        "documents": documents,
        "threats": "\n".join(f"- {threat.slug}: {threat.title}" for threat in contradictions),
    }


def scene_values(
    scene: Scene,
    system: System,
    known: Sequence[Known],
    catalog: Catalog,
    files: Files,
    purpose: str,
    weigh: Callable[[str], int],
    corrections: Sequence[tuple[str, str]] = (),
    proposed: Sequence[Proposal] = (),
) -> Values:
    ids = {element.id for element in scene.elements}
    flows = [flow for flow in system.flows if flow.source in ids or flow.target in ids]
    near = {end for flow in flows for end in (flow.source, flow.target)} - ids
    near |= {identity for claim in system.claims if any(_within(e, scene.spans) for e in claim.evidence) for identity in claim.about} - ids
    kinds = {element.kind for element in system.elements if element.id in ids or element.id in near}
    told_whole = scene.kind != "elements" or "component" in kinds  # what a paper tells of is of no known kind
    guarded: dict[str, list[str]] = {flow.id: [] for flow in flows}
    for control in system.controls:
        for identity in guarded.keys() & set(control.protects):
            guarded[identity].append(control.kind)
    twins = twins_of(system)
    parts = {
        "Elements asked about": [element_line(element) for element in scene.elements],
        "Beside them": [element_line(element) for element in system.elements if element.id in near],
        "Flows": flow_lines(flows, guarded, twins),
        "Controls": [control_line(c, ids) for c in system.controls if ids & set(c.protects)],
        "Claims of documents": [claim_line(claim) for claim in system.claims if ids & set(claim.about)],
        "Other elements, by their ids alone": [f"- {e.id}" for e in system.elements if e.id not in ids and e.id not in near],
        "Said of them by an earlier reading": [f"- {element}: {says}" for element, says in corrections if element in ids],
    }
    here = [k for k in known if k.element in ids]
    found = [*here, *(k for k in known if k not in here and any(_within(place, scene.spans) for place in k.evidence[:2]))]
    threats = [threat for threat in catalog.threats if kinds & set(threat.about) or (told_whole and _TOLD_OF & set(threat.about))]
    earlier = [
        f"- (by an earlier reading) {p.threat} at {p.element}: {p.title}"
        for p in proposed
        if p.element in ids | near or scene.kind != "elements"
    ]
    return {
        "threats": "\n".join(f"- {threat.slug}: {clipped(threat.title, _GLOSS)}" for threat in threats) or "none",
        "classes": _asked(scene),
        "purpose": purpose or "(not known)",
        "found": told_within([*earlier, *map(finding_line, found)], _FOUND_ROOM, weigh),
        "scene": "\n\n".join(f"{title}:\n{told_within(lines, _ROOM[title], weigh)}" for title, lines in parts.items() if lines),
        "evidence": files.exhibits(scene.spans),
    }


def _within(place: Evidence, spans: Sequence[Span]) -> bool:
    return any(s.path == place.path and s.page == (place.page or 0) and s.start <= place.start_line <= s.end for s in spans)


def _asked(scene: Scene) -> str:
    if scene.kind == "rest":
        return "What these lines do that nobody has looked at, all six classes; give the id of the element it happens at or that it serves."
    if scene.kind == "papers":
        return "What these documents say or leave out, all six classes: of the elements that are listed, and of the process as a whole."
    return f"All elements that are listed as asked about, each for: {', '.join(scene.strides)}."


def claim_values(proposals: Sequence[Proposal], files: Files, hide: Callable[[str], str]) -> Values:
    """Claims by number with the places they rest on, and those lines read anew; who said them and how sure they sounded stays out."""
    claims: list[str] = []
    shown: list[Span] = []
    for number, each in enumerate(proposals, 1):
        spans = files.around((place, _AROUND) for place in _places(each))
        places = ", ".join(f"{place.path}:{place.start_line}" for place in _places(each) if place.path in files.paths)
        claims.append(f"{number}. [at {each.element}; rests on {places or 'lines that may not be sent'}] {each.title}. {each.description}")
        shown += spans
    return {"claims": hide("\n".join(claims)), "evidence": files.exhibits(joined(shown))}


def _places(proposal: Proposal) -> Sequence[Evidence]:
    return (*proposal.evidence, *proposal.factors.values())[:8]


def summary_values(known: Sequence[Known], limits: str, purpose: str, weigh: Callable[[str], int]) -> Values:
    counts = Counter(finding.severity for finding in known)
    head = ", ".join(f"{count} {severity}" for severity, count in counts.items()) or "none"
    lines = [f"- {k.id} {k.severity} {k.threat} at {k.element}: {clipped(k.description, 180)}" for k in known]
    brief = [f"- {k.id} {k.severity} {k.threat} at {k.element}" for k in known]
    whole = len(fitting(lines, _SUMMARY_ROOM, weigh))
    told = [*lines[:whole], *fitting(brief[whole:], _SUMMARY_ROOM // 2, weigh)]
    more = f"\n- and {len(known) - len(told)} more, less severe" if len(told) < len(known) else ""
    return {"findings": f"{len(known)} findings: {head}\n" + "\n".join(told) + more, "limits": limits, "purpose": purpose or "(not known)"}


def documents_shown(files: Files, documents: Sequence[str], weigh: Callable[[str], int], most: int) -> tuple[Exhibit, ...]:
    """Documents in their order, as many whole ones as the tokens allow, then the beginnings of others; what is left out is named."""
    shown: list[Exhibit] = []
    left: list[str] = []
    room = most
    for path in documents:
        spans = [Span(path, page, 1, len(lines)) for page in files.pages(path) if (lines := files.lines(path, page))]
        text = files.text(spans)
        cost = weigh(text)
        if cost > room and room > 300 and spans:
            share = max(5, int(spans[0].end * room / max(cost, 1)))
            text, cost = files.text([Span(path, spans[0].page, 1, min(spans[0].end, share))]), room
            left.append(f"{path} (after line {share})")
        elif cost > room:
            left.append(path)
            continue
        shown.append(Exhibit(path, text))
        room -= cost
    if left:
        more = " and more" if len(left) > 20 else ""
        shown.append(Exhibit("documents that are not shown for want of room", ", ".join(left[:20]) + more))
    return tuple(shown)
