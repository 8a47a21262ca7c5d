"""What a word means: from the catalog, the glossary and the taxonomies, and where this scan has it."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.citing import distinct, of_finding
from pipeline.chat.wording import listed, named

_MOST = 3


def answer(case: Case) -> Draft:
    asked, view, draft = case.asked, case.view, Draft()
    phrase = asked.term or " ".join(asked.controls[:1]) or " ".join(asked.threats[:1])
    found = case.terms.find(phrase)
    for term in found[:_MOST]:
        draft.say(f"{term.name} ({term.kind}): {term.text}", term.citation)
    draft.subject = tuple(term.subject for term in found[:_MOST])
    slugs = {term.subject.id for term in found if term.subject.kind == "threat"}
    items = {term.subject.id for term in found if term.subject.kind == "taxonomy"}
    stride = {term.subject.id for term in found}
    here = [
        finding
        for finding in view.open
        if finding.threat in slugs or any(items.intersection(ids) for _, ids in finding.taxonomy) or stride.intersection(finding.stride)
    ]
    if here:
        names = [f"{named(view, one.element)} ({one.threat}, {one.severity}, {one.id[:8]})" for one in here]
        draft.say(f"In this scan: {listed(names, 5, 'others')}.", distinct(map(of_finding, here), 5))
        draft.list_findings(here)
    if not found:
        draft.not_answered = (
            f"“{phrase}” is neither a word of the catalog, of its taxonomies or of the glossary, nor the name of a part of this system"
        )
    draft.follow_ups = ("how do I fix the first one?",) if here else ()
    return draft
