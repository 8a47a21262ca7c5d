"""Who can hand files in: entries whose data is an uploaded file, and whether callers are asked who they are."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.data_flow import say_flows
from pipeline.chat.answers.reach import asked_who
from pipeline.chat.citing import distinct, of_element, of_finding
from pipeline.chat.wording import code, finding_line, listed

_ABOUT = ("caller-chooses-path", "open-to-writes", "deserialisation", "feedback-loop", "unsafe-model-load")


def answer(case: Case) -> Draft:
    view, draft = case.view, Draft()
    flows = [flow for flow in view.scan.system.flows if "uploaded_file" in flow.carries]
    entries = [one for one in dict.fromkeys(flow.source for flow in flows) if one in view.elements]
    draft.about_elements(view, entries)
    if entries:
        names = listed([code(view.elements[one].name) for one in entries], 8, "others")
        draft.say(
            f"Files come in at {names}; {asked_who(view, entries)}.", distinct((of_element(view.elements[one]) for one in entries), 6)
        )
        say_flows(draft, view, "They go on", flows, by_source=False)
        found = [one for one in view.at(entries) if any(part in one.threat for part in _ABOUT)][:3]
        for finding in found:
            draft.say(finding_line(finding), of_finding(finding))
        draft.list_findings(found)
    else:
        draft.not_answered = "no entry that takes files was found in what was examined: no flow carries an uploaded file"
    draft.follow_ups = ("what can go wrong with it?", "what protects it?")
    return draft
