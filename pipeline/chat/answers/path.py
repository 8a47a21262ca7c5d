"""The way from one part to another, hop by hop; or that none was seen."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.ways import hop_words, way_between, way_citations, way_words
from pipeline.chat.citing import distinct, of_control, of_element, of_finding
from pipeline.chat.wording import control_words, elements_words, finding_line, listed
from pipeline.reports.wording import place
from pipeline.system.model import Flow


def answer(case: Case) -> Draft:
    view, draft = case.view, Draft()
    sources, targets = _sources(case), view.same_as(case.asked.others)
    draft.about_elements(view, (*sources[:3], *case.asked.others[:3]))
    first, second = _said(case), elements_words(view, case.asked.others)
    if not sources or not targets:
        draft.not_answered = f"{case.asked.phrase} and {second or 'the other end'} could not both be found in what was examined"
        return draft
    way = way_between(view, sources, targets)
    if way is None:
        back = way_between(view, targets, sources)
        cited = distinct(of_element(view.elements[one]) for one in (*sources[:2], *targets[:2]))
        draft.say(f"No way from {first} to {second} was seen: no chain of flows, calls or tools joins them in this direction.", cited)
        if back is not None:
            draft.say(f"The other way round there is one: {way_words(view, back)}.", way_citations(back))
        draft.not_answered = (
            f"a way from {first} to {second} was looked for along all flows and ties of the scan;"
            " one in code that was not read, or in another system, would not be among them"
        )
        return draft
    draft.say(f"Yes, in {len(way)} {'hop' if len(way) == 1 else 'hops'}: {way_words(view, way)}.", way_citations(way))
    if len(way) > 1 or isinstance(way[0].by, Flow):
        for number, hop in enumerate(way, 1):
            at = f" ({place(hop.by.steps[-1])})" if isinstance(hop.by, Flow) and hop.by.steps else ""
            draft.say(f"{number}. {hop_words(view, hop)}{at}.", hop.citations)
    passed = [hop.target for hop in way]
    controls = [
        control for hop in way if isinstance(hop.by, Flow) for one in hop.by.controls if (control := view.controls.get(one)) is not None
    ]
    controls += [control for one in passed for control in view.controls_on((one,), flows=False)]
    if controls:
        kinds = list(dict.fromkeys(control_words(control.kind) for control in controls))
        draft.say(f"On the way stands: {listed(kinds, 6)}.", distinct(map(of_control, controls), 6))
    wanted = {way[0].source, *passed}
    found = [finding for finding in view.open if len(wanted.intersection(finding.attack_path)) > 1][:3]
    for finding in found:
        draft.say(f"On it: {finding_line(finding)}", of_finding(finding))
    draft.list_findings(found)
    draft.follow_ups = ("what protects it?", "what can go wrong with it?")
    return draft


def _sources(case: Case) -> tuple[str, ...]:
    """Where it begins: elements, or all from which data of the named kind comes."""
    if case.asked.elements:
        return case.elements
    labels = set(case.asked.labels)
    return tuple(dict.fromkeys(flow.source for flow in case.view.scan.system.flows if labels.intersection(flow.carries)))


def _said(case: Case) -> str:
    return elements_words(case.view, case.asked.elements) if case.asked.elements else case.asked.phrase
