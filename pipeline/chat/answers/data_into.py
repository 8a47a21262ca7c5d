"""Which data comes to a part: what each flow into it carries, and from where."""

from __future__ import annotations

from dataclasses import replace

from pipeline.chat.answers import reach
from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.data_flow import say_flows
from pipeline.chat.citing import distinct, of_claim, of_element, of_finding
from pipeline.chat.wording import elements_words, finding_line

_OUTSIDE = frozenset(
    {"hosted_llm", "embedding_model", "external_service", "web_content", "vector_store", "third_party", "inference_server"}
)
_ABOUT = (
    "data-to-third-party",
    "undocumented-third-party",
    "traced-elsewhere",
    "sensitive-text",
    "secret-in-prompt",
    "unencrypted",
    "without-tls",
)


def answer(case: Case) -> Draft:
    view, draft = case.view, Draft()
    if not case.asked.elements:
        return reach.answer(case)
    outside = tuple(one for one in case.asked.elements if view.elements[one].kind in _OUTSIDE)
    if outside and not case.asked.general:  # a company is asked of as who gets data, not as whose library is used
        case = replace(case, asked=replace(case.asked, elements=outside))
    draft.about_elements(view, case.asked.elements)
    flows = [flow for one in case.elements for flow in view.into.get(one, ())]
    say_flows(draft, view, "Comes in", flows, by_source=True)
    name = elements_words(view, case.asked.elements)
    found = [one for one in view.at(case.elements) if any(part in one.threat for part in _ABOUT)][:3]
    for finding in found:
        draft.say(finding_line(finding), of_finding(finding))
    draft.list_findings(found)
    for claim in [one for one in view.claims_about(case.elements) if one.kind == "destination"][:2]:
        draft.say(f"A document says: “{claim.text}”", of_claim(claim))
    if not flows:
        draft.say(f"No flow into {name} was seen.", distinct((of_element(view.elements[one]) for one in case.elements), 4))
        draft.not_answered = f"which data {name} gets: no flow into it was found in what was examined"
    draft.follow_ups = ("what protects it?", "what can go wrong with it?")
    return draft
