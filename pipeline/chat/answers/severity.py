"""Why a finding is as severe as it is: the rows of its decision table that moved it, and those that did not."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.listing import say_findings
from pipeline.chat.citing import distinct, of_evidence, of_finding, of_threat
from pipeline.chat.wording import finding_line, finding_subject, listed
from pipeline.findings.model import Finding, RiskRow
from pipeline.reports.wording import place

_AXES = ("likelihood", "impact", "confidence")


def answer(case: Case) -> Draft:
    draft = Draft()
    found = case.findings(of_all=True)
    if not found:
        return none_found(case, draft)
    finding = found[0]
    draft.subject = (finding_subject(finding),)
    sure = f"confidence {finding.confidence}"
    draft.say(
        f"{finding_line(finding)}. Severity {finding.severity}: likelihood {finding.likelihood} × impact {finding.impact}; {sure}.",
        of_finding(finding),
    )
    for axis in _AXES:
        rows = [row for row in finding.risk_table if row.axis == axis]
        if rows:
            _say_axis(draft, finding, axis, rows)
    in_full = any(word in case.asked.plain for word in ("cvss", "aivss", "score"))
    if finding.scores and not in_full:
        told = "; ".join(f"{score.system} {score.edition} {score.score:g}" for score in finding.scores)
        draft.say(f"Beside it, and not where it comes from: {told}.", of_finding(finding))
    for score in finding.scores if in_full else ():
        read = "; ".join(f"{given.metric}:{given.value} {given.because}" for given in score.read_inputs[:4])
        said = f"{score.system} {score.edition} {score.score:g} ({score.vector}){f', read from the system: {read}' if read else ''}"
        draft.say(f"{said}. The severity does not come from it.", of_finding(finding))
    if not finding.risk_table:
        threat = case.view.threat(finding.threat)
        cited = [of_threat(threat)] if threat is not None else []
        draft.say(f"Reasons: {listed(list(finding.risk_reasons), 8) or 'none are kept'}.", of_finding(finding), cited)
    if finding.doubt:
        draft.say(f"In doubt: {finding.doubt}", of_finding(finding))
    draft.list_findings([finding])
    say_others(case, draft, found)
    draft.follow_ups = ("what would change it?", "how do I fix it?", "where is it?")
    return draft


def _say_axis(draft: Draft, finding: Finding, axis: str, rows: list[RiskRow]) -> None:
    start = next((row for row in rows if row.answer == "start"), None)
    moved = [row for row in rows if row.answer == "yes" and row.step]
    held = [row for row in rows if row.answer == "yes" and not row.step]
    unseen = [row for row in rows if row.answer == "no"]
    parts = [f"starts at {start.step}" if start is not None else ""]
    parts += [f"{row.step:+d} {row.asked}{f' ({row.because})' if row.because else ''}" for row in moved]
    parts += [f"no further step: {row.asked}" for row in held]
    ends = {"likelihood": finding.likelihood, "impact": finding.impact}.get(axis)
    text = f"{axis.capitalize()} {'; '.join(filter(None, parts))}{f'; ends at {ends}' if ends is not None else ''}."
    if unseen:
        text += f" Asked for and not seen: {listed([row.asked for row in unseen], 8, 'others')}."
    at = [of_evidence(finding, one) for one in finding.evidence if any(place(one) in row.because for row in moved)]
    draft.say(text, at, of_finding(finding))


def say_others(case: Case, draft: Draft, found: tuple[Finding, ...]) -> None:
    """That the question could mean others, so that nobody takes one for all."""
    rest = [finding for finding in found[1:] if finding.id != found[0].id]
    if rest and case.asked.findings != (found[0].id,):
        names = [f"{finding.threat} ({finding.severity}, {finding.id[:8]})" for finding in rest]
        draft.say(f"It could also be asked of {listed(names, 4, 'others')}.", distinct(map(of_finding, rest), 4))
        draft.list_findings(rest)


def none_found(case: Case, draft: Draft) -> Draft:
    """No finding is meant: say what is at the part, or what could be asked."""
    view, asked = case.view, case.asked
    if asked.elements:
        draft.about_elements(view, asked.elements)
        through = view.through(case.elements)
        if through:
            say_findings(draft, through, 3)
        draft.not_answered = (
            "no finding of this scan is about it; findings on ways through it are above"
            if through
            else "no finding of this scan is about it: no rule matched in what was examined"
        )
    elif asked.threats:
        for slug in asked.threats[:2]:
            if (threat := view.threat(slug)) is not None:
                draft.say(f"{threat.slug}: {threat.summary}", of_threat(threat))
        draft.not_answered = (
            f"the scan has no finding of {listed(list(asked.threats), 3)}: nothing of the kind was seen in what was examined"
        )
    else:
        draft.not_answered = "there is no finding that this could mean; name one by its id, its threat or the part it is about"
    return draft
