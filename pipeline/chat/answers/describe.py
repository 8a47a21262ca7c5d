"""What a part is and does: its place, its ties, what comes in and goes out, and how many findings are about it. Of a finding: its page."""

from __future__ import annotations

from pipeline.chat.answers import attack_paths, term, threats_of
from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.listing import counts
from pipeline.chat.answers.ways import ENTRIES, carried
from pipeline.chat.citing import distinct, of_claim, of_element_whole, of_evidence, of_finding, of_flow, of_relation
from pipeline.chat.view import View, is_stated_only
from pipeline.chat.wording import called, elements_words, finding_subject, listed, named
from pipeline.findings.model import Finding
from pipeline.handbook import load_glossary
from pipeline.reports.wording import ROLES, place, words
from pipeline.system.model import AttributeValue, Element, Flow

_HIDDEN = {"hashes", "stated_by", "method", "path", "names"}
_MOST_PLACES = 4


def answer(case: Case) -> Draft:
    asked, view = case.asked, case.view
    if asked.paths:
        return attack_paths.answer(case)
    if asked.findings:
        return _of_finding(case, case.findings()[0])
    if asked.term or (asked.controls and not asked.elements):
        return term.answer(case)
    if asked.threats:
        return threats_of.answer(case)
    if not asked.elements:
        from pipeline.chat.answers import summary

        return summary.answer(case)
    draft = Draft()
    draft.about_elements(view, asked.elements)
    if len(asked.elements) > 2:
        for one in asked.elements[:8]:
            element = view.elements[one]
            draft.say(f"{_head(element)} {counts(view.at((one,))).capitalize()}.", of_element_whole(element, 1))
        draft.listed = list(draft.subject)
        return draft
    for one in asked.elements:
        _say_element(draft, view, view.elements[one])
    draft.follow_ups = ("what can go wrong with it?", "who can reach it?", "what protects it?")
    return draft


def _head(element: Element) -> str:
    at = f", at {place(element.evidence[0])}" if element.evidence else ""
    stated = " Only a document tells of it." if is_stated_only(element) else ""
    name = called(element)
    return f"{name[:1].upper()}{name[1:]}{at}.{stated}"


def _say_element(draft: Draft, view: View, element: Element) -> None:
    draft.say(f"{_head(element)} {load_glossary().elements[element.kind]}", of_element_whole(element, 2))
    known = [
        f"{words(name)} {_value(value)}"
        for name, value in sorted(element.attributes.items())
        if name not in _HIDDEN and _is_telling(value, element)
    ]
    if known:
        draft.say(f"Known of it: {listed(known, 8, 'more')}.", of_element_whole(element, 3))
    ties: dict[str, list[str]] = {}
    for tie in view.ties_from.get(element.id, ()):
        ties.setdefault(words(tie.kind), []).append(named(view, tie.target))
    if ties:
        told = "; ".join(f"{kind} {listed(targets, 6, 'others')}" for kind, targets in ties.items())
        draft.say(f"It {told}.", *(of_relation(tie) for tie in view.ties_from[element.id][:6]))
    _say_flows(draft, view, "Comes in", [flow for flow in view.into.get(element.id, ()) if flow.source != element.id], source=True)
    _say_flows(draft, view, "Goes out", [flow for flow in view.out_of.get(element.id, ()) if flow.target != element.id], source=False)
    users = [tie for tie in view.ties_to.get(element.id, ()) if tie.kind != "same_as"]
    if users and element.kind not in ENTRIES:
        draft.say(
            f"Used by {listed([f'{named(view, tie.source)} ({words(tie.kind)})' for tie in users], 5, 'others')}.",
            *(of_relation(tie) for tie in users[:5]),
        )
    for claim in [one for one in view.claims_about((element.id,)) if one.kind != "threat"][:2]:
        draft.say(f"A document says: “{claim.text}”", of_claim(claim))
    found = view.at((element.id,))
    if found:
        draft.say(
            f"{counts(found).capitalize()}; the worst: {found[0].title} ({found[0].threat}, {found[0].id[:8]}).",
            distinct(map(of_finding, found), 3),
        )
        draft.list_findings(found)


def _say_flows(draft: Draft, view: View, heading: str, flows: list[Flow], *, source: bool) -> None:
    if flows:
        told = [f"{carried(flow)} {'from' if source else 'to'} {named(view, flow.source if source else flow.target)}" for flow in flows]
        draft.say(f"{heading}: {listed(list(dict.fromkeys(told)), 5, 'more flows')}.", *(of_flow(flow, 1) for flow in flows[:5]))


def _of_finding(case: Case, finding: Finding) -> Draft:
    draft, view = Draft(), case.view
    draft.subject = (finding_subject(finding),)
    element = view.elements.get(finding.element)
    where = f" At {elements_words(view, (finding.element,))}." if element is not None else ""
    known = f"{finding.severity} ({finding.threat}, {finding.id[:8]}, {finding.status}, confidence {finding.confidence})"
    draft.say(f"{known}: {finding.description}{where}", of_finding(finding))
    if len(finding.attack_path) > 1:
        draft.say(f"The way: {' → '.join(named(view, one) for one in finding.attack_path)}.", of_finding(finding))
    for evidence in finding.evidence[:_MOST_PLACES]:
        note = f"; {evidence.note}" if evidence.note else ""
        draft.say(f"{place(evidence)}: {ROLES[evidence.role]}{note}.", of_evidence(finding, evidence))
    if len(finding.evidence) > _MOST_PLACES:
        draft.say(
            f"And {len(finding.evidence) - _MOST_PLACES} more places.",
            [of_evidence(finding, one) for one in finding.evidence[_MOST_PLACES:]],
        )
    for argument in finding.arguments[:3]:
        draft.say(
            f"A model says {argument.stance} it: {argument.reason}",
            [of_evidence(finding, one) for one in argument.evidence[:2]] or of_finding(finding),
        )
    draft.list_findings([finding])
    draft.follow_ups = ("why is it so severe?", "how do I fix it?", "what would change it?")
    return draft


def _is_telling(value: AttributeValue, element: Element) -> bool:
    return not (isinstance(value, str) and value in element.name)


def _value(value: AttributeValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value[:6]) if isinstance(value, tuple) else str(value)
