"""Whether something is used: a part, or a package that a manifest declares, by its name."""

from __future__ import annotations

from pipeline.chat.answers import describe
from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.citing import distinct, of_element, of_package
from pipeline.chat.wording import called, listed
from pipeline.reports.wording import place


def answer(case: Case) -> Draft:
    view, asked, draft = case.view, case.asked, Draft()
    if not asked.elements and not asked.phrase:
        return describe.answer(case)
    words = asked.phrase.replace("_", "-").split()
    packages = [
        one
        for one in view.scan.system.packages
        if any(word == one.name.lower() or one.name.lower().startswith(f"{word}-") for word in words)
    ]
    draft.about_elements(view, asked.elements)
    for one in asked.elements[:6]:
        element = view.elements[one]
        at = f" at {place(element.evidence[0])}" if element.evidence else ""
        draft.say(f"Yes: {called(element)}{at}.", of_element(element))
    if packages:
        names = [
            f"{one.name}{f' {one.version}' if one.version else ''} ({one.pin}{'' if one.scope == 'required' else ', ' + one.scope})"
            for one in packages
        ]
        draft.say(
            f"{'Also declared' if draft.statements else 'Yes: declared'}: {listed(names, 6, 'others')}.",
            distinct(map(of_package, packages), 6),
        )
    if not draft.statements:
        draft.not_answered = f"whether {asked.phrase} is used: no part and no declared package of that name was found in what was examined"
    draft.follow_ups = ("what can go wrong with it?",) if asked.elements else ()
    return draft
