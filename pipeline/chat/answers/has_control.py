"""Whether something is in place: a control with evidence, a promise, a refusal, or nothing; and what counts as it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.ways import ENTRIES
from pipeline.chat.citing import against, distinct, of_cell, of_claim, of_control, of_element, of_finding, of_flow, of_word
from pipeline.chat.model import Subject
from pipeline.chat.view import PROMISED
from pipeline.chat.wording import code, control_words, elements_words, finding_line, holds_for, listed, named
from pipeline.handbook import load_control_words
from pipeline.reports.wording import place
from pipeline.system.model import Claim, Control, Element, Flow, ShippedControl

_MOST = 5


def answer(case: Case) -> Draft:
    asked, view, draft = case.asked, case.view, Draft()
    kinds = asked.controls
    elements = case.elements
    draft.about_elements(view, asked.elements)
    if not draft.subject:
        draft.subject = tuple(Subject(kind="control", id=kind, name=control_words(kind)) for kind in kinds[:1])
    name = control_words(kinds[0])
    at = f" at {elements_words(view, asked.elements)}" if asked.elements else ""
    if kinds[0] == "authentication" and _say_doors(case, draft):
        return draft
    if kinds[0] == "tls" and _say_encryption(case, draft):
        return draft
    controls = view.controls_on(elements) if elements else view.scan.system.controls
    seen = [one for one in controls if one.kind in kinds and one.note != PROMISED]
    seen.sort(key=lambda one: kinds.index(one.kind))
    claims = _claims(case, kinds)
    lacking = [
        finding for finding in (view.at(elements) if elements else view.open) if set(kinds[:2]).intersection(finding.missing_controls)
    ]
    for control in seen[:_MOST]:
        note = f" ({control.note})" if control.note else ""
        lead = f"{_yes(draft, asked.elements)}{control_words(control.kind)}"
        draft.say(f"{lead} at {_at(control)}, for {_over(case, control)}{note}.", of_control(control))
    if not seen and elements and not lacking and not any(claim.kept is False for claim in claims):
        draft.say(f"No {name} was seen{at}.", distinct(of_element(view.elements[one]) for one in elements))
    elif not seen and (lacking or any(claim.kept is False for claim in claims)):
        cited = (
            distinct(map(of_finding, lacking), 3)
            or distinct((one for claim in claims for one in against(claim)), 3)
            or distinct((one for claim in claims for one in of_claim(claim)), 3)
        )
        draft.say(f"No {name} was seen{at}.", cited)
    for claim in claims[:3]:
        _say_claim(draft, claim)
    for finding in lacking[: 3 if seen else 4]:
        draft.say(f"Without it: {finding_line(finding, holds_for(view, finding, elements))}", of_finding(finding))
    if len(lacking) > 4:
        draft.say(f"And {len(lacking) - 4} more findings that it would remove or lower.", distinct(map(of_finding, lacking[4:]), 4))
    draft.list_findings(lacking)
    if not seen and not lacking and not claims and not elements:
        _say_not_seen(case, draft, name, at)
    draft.follow_ups = ("how do I fix the first one?", "which promises are broken?") if lacking else ("what is missing?",)
    return draft


def _yes(draft: Draft, elements: Sequence[str]) -> str:
    return "Yes: " if not draft.statements and len(elements) == 1 else ""


def _at(control: Control) -> str:
    return place(control.evidence[0]) if control.evidence else "no place that is kept"


def _over(case: Case, control: Control) -> str:
    view = case.view
    names = []
    for one in control.protects:
        if one in view.elements:
            names.append(named(view, one))
        elif (flow := view.flows.get(one)) is not None:
            names.append(f"what goes from {named(view, flow.source)} to {named(view, flow.target)}")
    return listed(names, 3, "others") or "nothing that is named"


def _claims(case: Case, kinds: Sequence[ShippedControl]) -> list[Claim]:
    """What documents say of these controls; of a part, what they say of it or of nothing that could be told."""
    wanted, elements = set(kinds), set(case.elements)
    found = [
        claim
        for claim in case.view.scan.system.claims
        if wanted.intersection(claim.promises) and (not elements or not claim.about or elements.intersection(claim.about))
    ]
    if elements and (own := [claim for claim in found if claim.about]):
        found = own
    return sorted(found, key=lambda claim: ({False: 0, None: 1, True: 2}[claim.kept], claim.id))


def _say_claim(draft: Draft, claim: Claim) -> None:
    if claim.kind == "denial":
        draft.say(f"A document says that there is none: “{claim.text}”", of_claim(claim))
    elif claim.kept is False:
        instead = f" Instead: {claim.instead}." if claim.instead else ""
        draft.say(f"A document promises it, and the code does not keep that: “{claim.text}”{instead}", of_claim(claim), against(claim))
    elif claim.kept is True:
        draft.say(f"A document says it, and the code keeps it: “{claim.text}”", of_claim(claim))
    else:
        draft.say(f"A document says it; whether it is kept could not be told: “{claim.text}”", of_claim(claim))


def _say_not_seen(case: Case, draft: Draft, name: str, at: str) -> None:
    known = load_control_words().controls.get(case.asked.controls[0])
    cells = [cell for one in case.elements for cell in case.view.cells.get(one, ()) if cell.state == "not_examined"]
    if known is not None:
        draft.say(f"What counts as {name}: {known.counts_when}", of_word(case.asked.controls[0], known.is_))
    if cells:
        draft.say(f"Not examined there: {cells[0].reason}.", distinct(map(of_cell, cells), 3))
    unseen = "; nothing recognises this control yet" if known is not None and not known.seen_in else ""
    draft.not_answered = f"no {name} was seen{at} in what was examined, no document promises it, and no finding asks for it{unseen}"


def _say_doors(case: Case, draft: Draft) -> bool:
    """Authentication is known of each entry: those with and those without."""
    view = case.view
    doors = [
        view.elements[one]
        for one in (case.elements or tuple(view.elements))
        if view.elements[one].kind in ENTRIES and "authenticated" in view.elements[one].attributes
    ]
    others = [
        view.elements[one]
        for one in case.elements
        if view.elements[one].kind not in ENTRIES and "authenticated" in view.elements[one].attributes
    ]
    if case.elements and not doors and not others:
        return _say_entries_before(case, draft)
    if not doors and not others:
        return False
    for state, text in ((False, "Without authentication"), (True, "With authentication")):
        found = [element for element in (*doors, *others) if element.attributes["authenticated"] is state]
        if found:
            guards = [
                control for element in found for control in view.controls_on((element.id,), flows=False) if control.kind == "authentication"
            ]
            lead = ("No. " if state is False else "Yes. ") if len(case.asked.elements) == 1 else ""
            draft.say(
                f"{lead}{text}: {listed([code(element.name) for element in found], 10, 'others')}.",
                distinct(map(of_element, found), 6),
                distinct(map(of_control, guards), 3),
            )
    for claim in _claims(case, ("authentication",))[:2]:
        _say_claim(draft, claim)
    lacking = [
        finding for finding in (view.at(case.elements) if case.elements else view.open) if "authentication" in finding.missing_controls
    ]
    for finding in lacking[:2]:
        draft.say(f"Without it: {finding_line(finding)}", of_finding(finding))
    draft.list_findings(lacking)
    return True


def _say_entries_before(case: Case, draft: Draft) -> bool:
    """Of what is no entry itself: whether the entries that lead to it ask."""
    from pipeline.chat.answers.ways import way_citations, way_words, ways_to

    view = case.view
    ways = ways_to(view, case.elements)
    doors = sorted(
        (one for one in ways if view.elements[one].kind in ENTRIES and "authenticated" in view.elements[one].attributes),
        key=lambda one: (len(ways[one]), one),
    )
    for state, text in ((False, "Not at"), (True, "Yes, at")):
        found = [one for one in doors if view.elements[one].attributes["authenticated"] is state]
        if found:
            guards = [control for one in found for control in view.controls_on((one,), flows=False) if control.kind == "authentication"]
            names = listed([code(view.elements[one].name) for one in found], 6, "others")
            draft.say(
                f"{text} {names}: {way_words(view, ways[found[0]])}.",
                distinct((of_element(view.elements[one]) for one in found), 4),
                way_citations(ways[found[0]]),
                distinct(map(of_control, guards), 2),
            )
    return bool(doors)


def _say_encryption(case: Case, draft: Draft) -> bool:
    """Encryption is known of elements by settings, and of flows by what diagrams say."""
    view = case.view
    elements: list[Element] = [view.elements[one] for one in (case.elements or tuple(view.elements))]
    clear = [
        one
        for one in elements
        if one.attributes.get("tls") is False
        or one.attributes.get("plain_http") is True
        or one.attributes.get("asked_in_clear") is True
        or one.attributes.get("tls_verification") is False
    ]
    safe = [one for one in elements if one.attributes.get("tls") is True]
    flows: list[Flow] = [
        flow
        for flow in view.scan.system.flows
        if flow.stated is not None
        and flow.stated.encrypted is not None
        and (not case.elements or {flow.source, flow.target}.intersection(case.elements))
    ]
    if not (clear or safe or flows):
        return False
    if clear:
        draft.say(
            f"Without encryption, or without checking certificates: {listed([code(one.name) for one in clear], 8, 'others')}.",
            distinct(map(of_element, clear), 6),
        )
    if safe:
        draft.say(f"Encrypted: {listed([code(one.name) for one in safe], 8, 'others')}.", distinct(map(of_element, safe), 6))
    for flow in flows[:4]:
        says = "encrypted" if flow.stated is not None and flow.stated.encrypted else "not encrypted"
        draft.say(
            f"A diagram says that what goes from {named(view, flow.source)} to {named(view, flow.target)} is {says}.", of_flow(flow, 1)
        )
    seen = [
        control
        for control in view.scan.system.controls
        if control.kind == "tls" and (not case.elements or set(control.protects).intersection(case.elements))
    ]
    for control in seen[:3]:
        draft.say(
            f"{'A document promises TLS' if control.note == PROMISED else 'TLS'} at {_at(control)}, for {_over(case, control)}.",
            of_control(control),
        )
    for claim in _claims(case, ("tls",))[:2]:
        _say_claim(draft, claim)
    return True
