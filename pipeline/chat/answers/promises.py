"""Which promises of documents are kept: those that are not first, with the places that do not keep them."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.citing import against, distinct, of_claim, of_drawn, of_finding, of_scan
from pipeline.chat.model import Subject
from pipeline.chat.wording import code, elements_words, listed
from pipeline.reports.stated import drawn_not_found, found_not_drawn
from pipeline.system.model import Claim

_MOST = 8


def answer(case: Case) -> Draft:
    asked, view, draft = case.asked, case.view, Draft()
    draft.about_elements(view, asked.elements)
    claims: list[Claim] = [
        one
        for one in (view.claims_about(case.elements) if asked.elements else view.scan.system.claims)
        if one.kind not in ("threat", "denial", "intended_use")
    ]
    broken = [one for one in claims if one.kept is False]
    kept = [one for one in claims if one.kept is True]
    untold = [one for one in claims if one.kept is None]
    only_kept = (
        "kept" in asked.plain
        and not any(word in asked.plain for word in ("not kept", "broken", "are promises kept", "unkept"))
        and asked.plain.startswith(("which", "what", "list", "show"))
    )
    if not claims:
        about = f" about {elements_words(view, asked.elements)}" if asked.elements else ""
        draft.say(f"No sentence of a document{about} was read as a promise.", of_scan(view.scan))
        draft.not_answered = f"no promise{about} was found in the documents that were examined"
        return draft
    draft.say(
        f"{len(broken)} broken, {len(kept)} kept, {len(untold)} that could not be told from the code.",
        of_scan(view.scan),
        distinct((one for claim in (*broken, *kept, *untold) for one in of_claim(claim)[:1]), 4),
    )
    for claim in () if only_kept else broken[:_MOST]:
        found = [
            finding
            for finding in view.open
            if finding.source == "contradiction" and any(place in finding.evidence for place in claim.evidence)
        ]
        ids = f" ({found[0].threat}, {found[0].id[:8]}, {found[0].severity})" if found else ""
        instead = f" Instead: {claim.instead}." if claim.instead else ""
        where = (
            f" Not so at {listed([code(view.elements[one].name) for one in claim.about if one in view.elements], 3, 'others')}."
            if claim.about
            else ""
        )
        draft.say(f"Broken: “{claim.text}”{where}{instead}{ids}", of_claim(claim), against(claim), distinct(map(of_finding, found), 2))
        draft.list_findings(found[:1])
        if not found:
            draft.listed.append(Subject(kind="claim", id=claim.id, name=claim.text))
    for claim in kept[: _MOST if only_kept else 3]:
        draft.say(f"Kept: “{claim.text}”", of_claim(claim))
    for claim in untold[: 1 if broken else 4]:
        draft.say(f"Could not be told: “{claim.text}”", of_claim(claim))
    if not asked.elements:
        _say_drawings(case, draft)
    draft.follow_ups = ("how do I fix the first one?", "why is the first one so severe?")
    return draft


def _say_drawings(case: Case, draft: Draft) -> None:
    missing = drawn_not_found(case.view.scan)
    if missing:
        names = listed([code(one.name) for one in missing], 6, "others")
        draft.say(f"Drawn, and nothing was found for it: {names}.", distinct((one for drawn in missing for one in of_drawn(drawn)[:1]), 6))
    undrawn = found_not_drawn(case.view.scan)
    if undrawn:
        from pipeline.chat.citing import of_element

        names = listed([code(one.name) for one in undrawn], 6, "others")
        draft.say(f"Found, and in no drawing: {names}.", distinct(map(of_element, undrawn), 6))
