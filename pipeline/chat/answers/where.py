"""Where something stands, and what shows it: the places of an element, a finding, a claim, with their lines."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.citing import distinct, of_cell, of_claim, of_element_whole, of_evidence, of_finding
from pipeline.chat.model import Citation
from pipeline.chat.wording import code, finding_line, named
from pipeline.reports.wording import ROLES, span

_MOST = 6


def answer(case: Case) -> Draft:
    asked, view, draft = case.asked, case.view, Draft()
    found = case.findings() if (asked.findings or asked.threats) else ()
    for finding in found[:2]:
        draft.say(f"{finding_line(finding)}:", of_finding(finding))
        for evidence in finding.evidence[:_MOST]:
            note = f"; {evidence.note}" if evidence.note else ""
            draft.say(f"{span(evidence)}: {ROLES[evidence.role]}{note}.", of_evidence(finding, evidence))
        rest = finding.evidence[_MOST:]
        if rest:
            draft.say(f"And {len(rest)} more places.", [of_evidence(finding, one) for one in rest[:6]])
    draft.list_findings(found[:2])
    draft.subject = tuple(draft.listed[:1])
    if found:
        draft.follow_ups = ("how do I fix it?", "why is it so severe?")
        return draft
    draft.about_elements(view, asked.elements)
    for one in asked.elements[:8]:
        element = view.elements[one]
        if element.evidence:
            places = ", ".join(span(place) for place in element.evidence[:_MOST])
            more = f" and {len(element.evidence) - _MOST} more" if len(element.evidence) > _MOST else ""
            draft.say(f"{code(element.name)}: {places}{more}.", of_element_whole(element, _MOST))
        else:
            cells: tuple[Citation, ...] = distinct(map(of_cell, view.cells.get(one, ())), 1)
            draft.say(f"{named(view, one)} has no place of its own: it follows from others.", of_element_whole(element), cells)
    for claim in [claim for claim in view.claims_about(asked.elements) if claim.kind != "threat"][:2] if len(asked.elements) == 1 else []:
        draft.say(f"Spoken of at {span(claim.evidence[0])}: “{claim.text}”", of_claim(claim))
    draft.listed = list(draft.subject)
    if not draft.statements:
        draft.not_answered = "nothing that this could mean has a place in what was examined; name a part or a finding"
    draft.follow_ups = ("what can go wrong with it?", "who can reach it?")
    return draft
