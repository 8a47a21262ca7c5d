"""Where data goes: what leaves for other parties first, then stores, logs, models, answers and pages."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.ways import KEPT, Way, hop_words, on_from, way_citations, way_words
from pipeline.chat.citing import distinct, of_claim, of_element, of_finding, of_flow, of_scan
from pipeline.chat.view import View
from pipeline.chat.wording import code, elements_words, finding_line, listed, named
from pipeline.findings.model import Finding
from pipeline.reports.wording import words
from pipeline.system.model import ElementKind, Flow

_GROUPS: tuple[tuple[str, frozenset[ElementKind]], ...] = (
    ("To other parties", frozenset({"hosted_llm", "external_service", "third_party", "web_content", "model_registry"})),
    ("Into stores and memory", frozenset({"data_store", "vector_store", "file_store", "memory", "queue", "dataset", "training_job"})),
    ("Into logs", frozenset({"log"})),
    (
        "To models and agents here",
        frozenset({"agent", "local_llm", "ml_model", "embedding_model", "inference_server", "prompt", "tool", "mcp_tool", "retriever"}),
    ),
    ("Run or rendered", frozenset({"interpreter", "renderer"})),
    (
        "Back to callers",
        frozenset(
            {"http_route", "websocket", "chat_ui", "webhook", "end_user", "anonymous_public", "operator", "mcp_server", "command_line"}
        ),
    ),
)
_MOST = 5
_ABOUT = ("data-to-third-party-model", "sensitive-text-in-logs", "unencrypted", "personal", "leak", "disclos", "retention")


def answer(case: Case) -> Draft:
    asked, view, draft = case.asked, case.view, Draft()
    draft.about_elements(view, asked.elements)
    if asked.labels and not asked.elements:
        found = _of_labels(case)
        name = asked.phrase
    elif asked.elements:
        found = on_from(view, case.elements, lambda one: view.elements[one].kind not in KEPT or one in case.elements)
        name = elements_words(view, asked.elements)
    else:
        found = {
            flow.target: way
            for flow in view.scan.system.flows
            if view.elements[flow.target].zone == "third_party"
            for way in [_one_hop(flow)]
        }
        name = "data"
    if not found:
        return _nothing(case, draft, name)
    said: set[str] = set()
    for heading, kinds in _GROUPS:
        ends = [one for one in found if view.elements[one].kind in kinds and one not in said]
        said.update(ends)
        _say_group(draft, view, heading, {one: found[one] for one in sorted(ends, key=lambda each: (len(found[each]), each))})
    others = [one for one in found if one not in said]
    _say_group(draft, view, "Also", {one: found[one] for one in others})
    for finding in _findings(case, found):
        draft.say(finding_line(finding), of_finding(finding))
        draft.list_findings([finding])
    for claim in [one for one in view.scan.system.claims if one.kind == "destination" and one.kept is False][:2]:
        draft.say(f"A document says otherwise: “{claim.text}”", of_claim(claim))
    draft.follow_ups = ("what protects it?", "who can reach it?", "how long is it kept?")
    return draft


def _one_hop(flow: Flow) -> Way:
    from pipeline.chat.answers.ways import Hop

    return (Hop(flow.source, flow.target, flow),)


def _of_labels(case: Case) -> dict[str, Way]:
    """Where flows that carry data of this kind end, each by its shortest flow."""
    labels = set(case.asked.labels)
    found: dict[str, Way] = {}
    flows = sorted(case.view.scan.system.flows, key=lambda flow: (flow.stated_by in ("document", "model"), len(flow.steps)))
    for flow in flows:
        if labels.intersection(flow.carries):
            found.setdefault(flow.target, _one_hop(flow))
    return found


def _say_group(draft: Draft, view: View, heading: str, ways: dict[str, Way]) -> None:
    for one, way in list(ways.items())[:_MOST]:
        text = hop_words(view, way[0]) if len(way) == 1 else f"{way_words(view, way)}"
        draft.say(f"{heading}: {text}.", way_citations(way), of_element(view.elements[one]))
    rest = list(ways)[_MOST:]
    if rest:
        draft.say(
            f"{heading}, too: {listed([code(view.elements[one].name) for one in rest], 8, 'others')}.",
            distinct((of_element(view.elements[one]) for one in rest), 6),
        )


def _findings(case: Case, ends: Iterable[str]) -> tuple[Finding, ...]:
    """What was found about data that goes there."""
    here = {*ends, *case.elements}
    found = [one for one in case.view.open if one.element in here and any(part in one.threat for part in _ABOUT)]
    return tuple(found[:3])


def _nothing(case: Case, draft: Draft, name: str) -> Draft:
    view = case.view
    into = [flow for one in case.elements for flow in view.into.get(one, ())]
    if into:
        sources = listed([named(view, flow.source) for flow in into], 4)
        draft.say(f"It takes in data from {sources}; no flow out of {name} was seen.", *(of_flow(flow, 1) for flow in into[:4]))
    elif case.elements:
        draft.say(f"No flow into or out of {name} was seen.", distinct(of_element(view.elements[one]) for one in case.elements))
    else:
        kinds = listed([words(label) for label in case.asked.labels], 3)
        draft.say(f"No flow that carries {kinds or name} was seen.", of_scan(view.scan))
    draft.not_answered = f"where {name} goes: no flow of it was found in what was examined"
    return draft
