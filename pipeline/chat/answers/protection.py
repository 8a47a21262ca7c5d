"""What protects a part: controls with their places, and the threats they keep away."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.missing import say_missing
from pipeline.chat.citing import distinct, of_cell, of_claim, of_control, of_element
from pipeline.chat.view import PROMISED
from pipeline.chat.wording import control_words, elements_words, listed, named
from pipeline.reports.wording import place, words
from pipeline.system.model import Control

_MOST = 8


def answer(case: Case) -> Draft:
    view, draft = case.view, Draft()
    whole = case.asked.whole or not case.asked.elements
    draft.about_elements(view, case.asked.elements)
    name = "the system" if whole else elements_words(view, case.asked.elements)
    controls = view.scan.system.controls if whole else view.controls_on(case.elements)
    real, promised = [one for one in controls if one.note != PROMISED], [one for one in controls if one.note == PROMISED]
    by_kind: dict[str, list[Control]] = {}
    for control in real:
        by_kind.setdefault(control.kind, []).append(control)
    for kind, found in list(by_kind.items())[:_MOST]:
        places = listed([place(one.evidence[0]) for one in found if one.evidence], 3, "more places")
        over = listed(sorted({_covered(case, one, whole) for one in found} - {""}), 3, "others")
        draft.say(f"{control_words(kind).capitalize()} at {places}{f', for {over}' if over else ''}.", distinct(map(of_control, found)))
    if len(by_kind) > _MOST:
        draft.say(
            f"And {listed([control_words(kind) for kind in list(by_kind)[_MOST:]], 12)}.",
            distinct((of_control(found[0]) for found in list(by_kind.values())[_MOST:]), 8),
        )
    for control in promised[:2]:
        draft.say(f"A document promises {control_words(control.kind)}; a promise alone closes nothing.", of_control(control))
    cells = [cell for one in case.elements for cell in view.cells.get(one, ()) if cell.state == "mitigated"]
    for cell in cells[:3]:
        draft.say(f"Mitigated: {words(cell.stride)}; {cell.reason}.", of_cell(cell))
    kept = [claim for claim in view.claims_about(case.elements) if claim.kept is True][:2]
    for claim in kept:
        draft.say(f"The code keeps what a document says: “{claim.text}”", of_claim(claim))
    if not real and not cells:
        cited = distinct((of_element(view.elements[one]) for one in case.elements), 3)
        if cited:
            draft.say(f"No control was seen at {name}, nor on a flow that ends or begins there.", cited)
        else:
            draft.not_answered = f"no control was seen at {name} in what was examined"
    if not whole:
        say_missing(case, draft, most=3, heading="Looked for and not seen")
    draft.follow_ups = ("what is missing at it?", "what can go wrong with it?")
    return draft


def _covered(case: Case, control: Control, whole: bool) -> str:
    """What it covers where that is not just what was asked for."""
    here = set(case.elements)
    flows = [flow for one in control.protects if (flow := case.view.flows.get(one)) is not None]
    touching = [flow for flow in flows if here.intersection((flow.source, flow.target))]
    for one in control.protects if whole or not touching else [flow.id for flow in touching]:
        if one in case.view.elements:
            if whole or len(case.asked.elements) > 1:
                return named(case.view, one)
        elif (flow := case.view.flows.get(one)) is not None:
            return f"what goes from {named(case.view, flow.source)} to {named(case.view, flow.target)}"
    return ""
