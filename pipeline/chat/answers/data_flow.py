"""Where data goes: what leaves for other parties first, then stores, logs, models, answers and pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.chat.answers import where
from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.ways import ACTORS, ENTRIES, KEPT, Hop, Way, carried, on_from, way_citations, way_words
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
_MOST, _MOST_FAR = 5, 3
_NEAR = 3  # hops
_ABOUT = ("data-to-third-party-model", "sensitive-text-in-logs", "unencrypted", "personal", "leak", "disclos", "retention")


def answer(case: Case) -> Draft:
    asked, view, draft = case.asked, case.view, Draft()
    draft.about_elements(view, asked.elements)
    if asked.labels and not asked.elements:
        found = _of_labels(case) or (_by_calls(view) if "user_input" in asked.labels else {})
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
    if not found and "secret_value" in asked.labels:
        return where.answer(
            replace(case, asked=replace(asked, elements=tuple(one.id for one in view.elements.values() if one.kind == "secret")))
        )
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
    return (Hop(flow.source, flow.target, flow),)


def _by_calls(view: View) -> dict[str, Way]:
    """Where no flow of what people send was seen: what the entries hand it on to, by calls and tools."""
    entries = [element.id for element in view.elements.values() if element.kind in ENTRIES]
    ways = on_from(view, entries, ties=True, most=_NEAR)
    return {one: way for one, way in ways.items() if view.elements[one].kind not in ENTRIES}


def _of_labels(case: Case) -> dict[str, Way]:
    """Where flows that carry data of this kind end, each by its shortest flow."""
    labels = set(case.asked.labels)
    found: dict[str, Way] = {}
    flows = sorted(case.view.scan.system.flows, key=lambda flow: (flow.stated_by in ("document", "model"), len(flow.steps)))
    for flow in flows:
        if labels.intersection(flow.carries) and case.view.elements[flow.source].kind not in ACTORS:
            found.setdefault(flow.target, _one_hop(flow))
    return found


def _say_group(draft: Draft, view: View, heading: str, ways: dict[str, Way]) -> None:
    """Ends of one hop by what they have in common; farther ends each with its way."""
    say_flows(draft, view, heading, [way[0].by for way in ways.values() if len(way) == 1 and isinstance(way[0].by, Flow)], by_source=False)
    far = {one: way for one, way in ways.items() if len(way) > 1}
    for one, way in list(far.items())[:_MOST_FAR]:
        draft.say(f"{heading}, farther on: {way_words(view, way)}.", way_citations(way), of_element(view.elements[one]))
    rest = list(far)[_MOST_FAR:]
    if rest:
        names = listed([code(view.elements[one].name) for one in rest], 8, "others")
        draft.say(f"{heading}, farther on, too: {names}.", distinct((of_element(view.elements[one]) for one in rest), 6))


def say_flows(draft: Draft, view: View, heading: str, flows: Sequence[Flow], *, by_source: bool) -> None:
    """Flows that share what they carry and one end are one statement."""
    groups: dict[tuple[str, str, str, str], list[Flow]] = {}
    for flow in flows:
        stated = f" (stated by a {flow.stated_by})" if flow.stated_by in ("document", "model") else ""
        groups.setdefault(
            (flow.target if by_source else flow.source, carried(flow), words(flow.role) if flow.role else "", stated), []
        ).append(flow)
    told = list(groups.items())
    for (end, what, role, stated), alike in told[:_MOST]:
        others = listed([named(view, flow.source if by_source else flow.target) for flow in alike], 6, "others")
        ends = f"from {others} to {named(view, end)}" if by_source else f"from {named(view, end)} to {others}"
        cited = [one for flow in alike[:4] for one in of_flow(flow, 2)]
        draft.say(f"{heading}: {what} {ends}{f', as {role}' if role else ''}{stated}.", cited)
    rest = [flow for _, alike in told[_MOST:] for flow in alike]
    if rest:
        names = listed(list(dict.fromkeys(named(view, flow.source if by_source else flow.target) for flow in rest)), 8, "others")
        draft.say(f"{heading}, too: {names}.", distinct((one for flow in rest for one in of_flow(flow, 1)), 6))


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
