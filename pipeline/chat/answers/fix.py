"""How to fix a finding and how to test that it is fixed: what the catalog says, at the places of this system."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.severity import none_found, say_others
from pipeline.chat.citing import distinct, of_finding, of_finding_whole, of_path, of_threat
from pipeline.chat.wording import control_words, finding_line, finding_subject, holds_for, listed, path_subject
from pipeline.findings.model import Finding
from pipeline.reports.paths import cut_words, ends_of

_MOST_FINDINGS = 3


def answer(case: Case) -> Draft:
    draft, view = Draft(), case.view
    if case.asked.paths:
        return _of_path(case)
    if case.asked.controls and not case.asked.findings:
        named = tuple(finding for finding in view.open if set(case.asked.controls).intersection(finding.missing_controls))
        found = named or case.findings(of_all=True)
    else:
        found = case.findings(of_all=True)
    if not found and case.asked.threats:
        return _of_threat(case)
    if not found:
        return none_found(case, draft)
    several = bool(case.asked.elements) and not case.asked.findings
    for finding in found[: _MOST_FINDINGS if several else 1]:
        _say(draft, case, finding)
    draft.subject = (finding_subject(found[0]),)
    draft.list_findings(found[: _MOST_FINDINGS if several else 1])
    if several and len(found) > _MOST_FINDINGS:
        rest = found[_MOST_FINDINGS:]
        draft.say(
            f"And for {listed([f'{one.threat} ({one.id[:8]})' for one in rest], 5, 'others')}: ask for them by their id.",
            distinct(map(of_finding, rest), 5),
        )
    elif not several:
        say_others(case, draft, found)
    draft.follow_ups = ("what would change it?", "why is it so severe?")
    return draft


def _say(draft: Draft, case: Case, finding: Finding) -> None:
    threat = case.view.threat(finding.threat)
    draft.say(f"{finding_line(finding, holds_for(case.view, finding, case.elements))}.", of_finding_whole(finding, 2))
    page = [of_threat(threat)] if threat is not None else []
    for item in finding.mitigations:
        draft.say(f"Do: {item.text} Test: {item.test}", of_finding(finding), page)
    if threat is not None:
        removing = [control for control in finding.missing_controls if control in threat.removed_by]
        if removing:
            draft.say(
                f"A later scan takes it for removed where it sees {' or '.join(map(control_words, removing))}.", of_finding(finding), page
            )


def _of_threat(case: Case) -> Draft:
    draft = Draft()
    for slug in case.asked.threats[:1]:
        threat = case.view.threat(slug)
        if threat is None:
            continue
        draft.say(f"{threat.title}: {threat.summary}", of_threat(threat))
        for item in threat.mitigations:
            draft.say(f"Do: {item.text} Test: {item.test}", of_threat(threat))
        draft.not_answered = f"the scan has no finding of {slug}; this is what the catalog says of it"
    return draft


def _of_path(case: Case) -> Draft:
    draft = Draft()
    for path in [one for one in case.view.scan.attack_paths if one.id in case.asked.paths][:2]:
        draft.subject = (path_subject(path),)
        draft.say(f"{path.title} ({path.severity}). Any one of these ends its easiest way:", of_path(path))
        for cut in ends_of(path):
            finding = case.view.findings.get(cut.finding)
            draft.say(f"{cut_words(cut)}", [of_finding(finding)] if finding is not None else [], of_path(path))
            if finding is not None:
                draft.list_findings([finding])
    return draft
