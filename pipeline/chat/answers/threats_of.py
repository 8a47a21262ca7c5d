"""What can go wrong with a part: findings about it, findings whose way leads by it, and what of it was not examined."""

from __future__ import annotations

from pipeline.chat.answers import top_risks
from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.listing import counts, say_findings
from pipeline.chat.citing import distinct, of_cell, of_element, of_finding, of_threat
from pipeline.chat.wording import elements_words, finding_line, listed, seen_words
from pipeline.reports.wording import LETTERS, words
from pipeline.system.model import Stride

_MOST_BY_WAY = 3


def answer(case: Case) -> Draft:
    asked, view, draft = case.asked, case.view, Draft()
    if asked.findings:
        draft.list_findings(case.findings())
        say_findings(draft, case.findings())
        draft.listed = draft.listed[: len(asked.findings)]
        draft.subject = tuple(draft.listed[:1])
        return draft
    if asked.threats:
        return _of_threats(case)
    if asked.filters.files and not asked.elements:
        from pipeline.chat.answers import list_findings

        return list_findings.answer(case)
    if asked.whole or not asked.elements:
        return top_risks.answer(case)
    draft.about_elements(view, asked.elements)
    name = elements_words(view, asked.elements)
    found, passing = view.at(case.elements), view.through(case.elements)
    places = distinct(of_element(view.elements[one]) for one in asked.elements)
    if found:
        draft.say(f"At {name}: {counts(found)}.", places, distinct(map(of_finding, found), 4))
        say_findings(draft, found, case=case)
    if passing:
        first = passing[:_MOST_BY_WAY]
        for finding in first:
            draft.say(f"On a way through it: {finding_line(finding)}", of_finding(finding))
        if len(passing) > len(first):
            rest = [f"{finding.threat} ({finding.id[:8]})" for finding in passing[len(first) :]]
            draft.say(f"And on ways through it: {listed(rest, 6, 'others')}.", distinct(map(of_finding, passing[len(first) :]), 6))
        draft.list_findings(passing)
    _unexamined(case, draft, name, bool(found or passing))
    draft.follow_ups = (
        ("why is the first one so severe?", "how do I fix the first one?", "what protects it?", "who can reach it?")
        if found
        else ("who can reach it?", "what protects it?")
    )
    return draft


def _unexamined(case: Case, draft: Draft, name: str, found: bool) -> None:
    """Classes nobody could look at, so that silence is not taken for safety."""
    view = case.view
    cells = [cell for one in case.elements for cell in view.cells.get(one, ())]
    missed = [cell for cell in cells if cell.state == "not_examined"]
    if missed:
        classes: dict[str, list[Stride]] = {}
        for cell in missed:
            classes.setdefault(cell.reason, []).append(cell.stride)
        for reason, strides in list(classes.items())[:2]:
            draft.say(
                f"Not examined at {name}: {listed([words(one) for one in dict.fromkeys(strides)], 6)}; {reason}.",
                distinct(map(of_cell, missed), 4),
            )
    if found:
        return
    rest = [cell for cell in cells if cell.state in ("mitigated", "not_applicable")]
    if rest:
        told = "; ".join(f"{LETTERS[cell.stride]}: {words(cell.state)}, {cell.reason}" for cell in rest[:4])
        draft.say(f"No finding at {name}. {told}.", distinct(map(of_cell, rest), 6))
    elif not missed:
        draft.not_answered = (
            f"no finding is about {name}, and the matrix has no cell of it; that says that no rule matched,"
            f" not that nothing can go wrong{seen_words(view.elements[case.asked.elements[0]])}"
        )


def _of_threats(case: Case) -> Draft:
    """A threat by its name: where it was found, or that it was not."""
    draft, view = Draft(), case.view
    found = case.findings()
    for slug in case.asked.threats[:2]:
        if (threat := view.threat(slug)) is not None:
            draft.say(f"{threat.title}: {threat.summary}", of_threat(threat))
    say_findings(draft, found)
    if not found:
        draft.not_answered = (
            f"no finding of this scan is of {listed(list(case.asked.threats), 4)}; that says that no rule matched in what was examined"
        )
    draft.subject = tuple(draft.listed[:1])
    return draft
