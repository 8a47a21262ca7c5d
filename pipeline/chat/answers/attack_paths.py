"""How findings combine into attacks: the open attack paths, each hop of the first with its place, and what ends them."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.listing import say_findings
from pipeline.chat.citing import distinct, of_finding, of_path, of_path_place, of_scan
from pipeline.chat.model import Citation
from pipeline.chat.wording import path_subject
from pipeline.findings.model import AttackHop, AttackPath
from pipeline.reports.paths import counted, cut_words, ends_of, open_paths
from pipeline.reports.wording import place

_MOST = 5


def answer(case: Case) -> Draft:
    view, draft, asked = case.view, Draft(), case.asked
    paths = open_paths(view.scan)
    if asked.paths:
        paths = tuple(path for path in paths if path.id in asked.paths)
    elif asked.elements:
        draft.about_elements(view, asked.elements)
        wanted = set(case.elements)
        paths = tuple(
            path for path in paths if any(wanted.intersection((hop.source, hop.target)) for route in path.routes for hop in route.hops)
        )
    if not paths:
        draft.say("No chain of findings leads from an attacker to something worth having, in what was examined.", of_scan(view.scan))
        here = view.at(case.elements) if asked.elements else view.open
        if here:
            draft.say("What was found stands by itself:", of_scan(view.scan))
            say_findings(draft, here, 4)
        return draft
    told = counted(view.scan, len(view.scan.attack_paths))
    if len(paths) > 1:
        draft.say(f"{len(paths)} attack paths{f' ({told})' if told else ''}, the most dangerous first:", of_scan(view.scan))
    _say_whole(draft, case, paths[0])
    for path in paths[1:_MOST]:
        draft.say(f"{path.title} ({path.severity}; likelihood {path.likelihood} × impact {path.impact}).", of_path(path))
    if len(paths) > _MOST:
        draft.say(
            "Further: " + "; ".join(path.title for path in paths[_MOST:]) + ".",
            distinct((one for path in paths[_MOST:] for one in of_path(path)[:1]), 8),
        )
    draft.listed = [path_subject(path) for path in paths]
    if not draft.subject:
        draft.subject = (path_subject(paths[0]),)
    draft.follow_ups = ("how do I stop the first one?", "what about the second one?")
    return draft


def _say_whole(draft: Draft, case: Case, path: AttackPath) -> None:
    route = path.routes[0]
    draft.say(f"{path.title} ({path.severity}; likelihood {path.likelihood} × impact {path.impact}), by {route.attacker}:", of_path(path))
    for number, hop in enumerate(route.hops, 1):
        findings = [case.view.findings[one] for one in hop.findings if one in case.view.findings]
        because = f" because of {', '.join(f'{one.threat} ({one.id[:8]})' for one in findings)}" if findings else ""
        draft.say(f"{number}. {hop.does}{because} ({place(hop.evidence[0])}).", _places(path, hop), distinct(map(of_finding, findings), 2))
    if len(path.routes) > 1:
        draft.say(f"{len(path.routes) - 1} other ways end the same.", of_path(path))
    cuts = ends_of(path)
    for cut in cuts[:3]:
        finding = case.view.findings.get(cut.finding)
        draft.say(f"It ends with: {cut_words(cut)}", [of_finding(finding)] if finding is not None else [], of_path(path)[:1])


def _places(path: AttackPath, hop: AttackHop) -> tuple[Citation, ...]:
    return tuple(of_path_place(path, evidence) for evidence in hop.evidence[:2])
