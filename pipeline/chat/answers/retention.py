"""How long data is kept: what documents say of it, and whether the code does so."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.ways import KEPT
from pipeline.chat.citing import against, distinct, of_claim, of_element
from pipeline.chat.wording import code, listed


def answer(case: Case) -> Draft:
    asked, view, draft = case.asked, case.view, Draft()
    draft.about_elements(view, asked.elements)
    said = [claim for claim in view.scan.system.claims if claim.kind == "retention"]
    if asked.elements:
        said = [claim for claim in said if not claim.about or set(claim.about).intersection(case.elements)]
    for claim in said[:5]:
        kept = {
            True: "; the code keeps it",
            False: f"; not so in the code{f': {claim.instead}' if claim.instead else ''}",
            None: "; whether it is so could not be told",
        }[claim.kept]
        draft.say(f"A document says: “{claim.text}”{kept}.", of_claim(claim), against(claim))
    if not said:
        stores = [element for element in view.elements.values() if element.kind in KEPT]
        if asked.elements:
            stores = [view.elements[one] for one in case.elements]
        draft.not_answered = (
            f"how long {asked.phrase or 'data'} is kept: no sentence of the documents that were examined says so,"
            " and no rule reads deletion from code"
        )
        if stores:
            draft.say(f"It is kept in {listed([code(one.name) for one in stores], 6, 'others')}.", distinct(map(of_element, stores), 6))
    return draft
