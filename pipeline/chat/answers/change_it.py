"""What would change the severity of a finding: controls that remove or lower it, and the facts it rests on."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.severity import none_found, say_others
from pipeline.chat.citing import distinct, of_evidence, of_finding, of_threat, of_word
from pipeline.chat.model import Citation
from pipeline.chat.wording import control_words, finding_line, finding_subject
from pipeline.handbook import load_control_words
from pipeline.reports.wording import place
from pipeline.threats.schema import Threat

_MOST = 10


def answer(case: Case) -> Draft:
    draft = Draft()
    found = case.findings(of_all=True)
    if not found:
        return none_found(case, draft)
    finding = found[0]
    threat = case.view.threat(finding.threat)
    draft.subject = (finding_subject(finding),)
    draft.say(f"{finding_line(finding)}: likelihood {finding.likelihood} × impact {finding.impact}.", of_finding(finding))
    for change in finding.would_change_it[:_MOST]:
        draft.say(f"{change[:1].upper()}{change[1:]}{_counts_when(change)}.", of_finding(finding), *_words(change))
    for row in [row for row in finding.risk_table if row.answer == "yes" and row.step > 0]:
        at = [of_evidence(finding, one) for one in finding.evidence if place(one) in row.because]
        draft.say(
            f"Less by {row.step} of {row.axis} without this: {row.asked}{f' ({row.because})' if row.because else ''}.",
            at,
            of_finding(finding),
        )
    if threat is not None:
        _say_dismissal(draft, threat)
    draft.list_findings([finding])
    say_others(case, draft, found)
    draft.follow_ups = ("how do I fix it?", "why is it so severe?")
    return draft


def _say_dismissal(draft: Draft, threat: Threat) -> None:
    draft.say(f"It is no threat where: {threat.not_a_threat_when}", of_threat(threat))


def _counts_when(change: str) -> str:
    """What has to be so for the control to count, of controls that the catalog knows."""
    known = load_control_words().controls
    kind = next((one for one in known if change.endswith(control_words(one))), None)
    return f" (it counts when: {known[kind].counts_when.rstrip('.')})" if kind is not None and change.startswith("removed") else ""


def _words(change: str) -> tuple[Citation, ...]:
    return distinct(
        (of_word(kind, says.is_) for kind, says in load_control_words().controls.items() if change.endswith(control_words(kind))), 1
    )
