"""Who can reach a part: the people, and what outsiders write, with the way of each and whether anybody is asked who they are."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.ways import ACTORS, ENTRIES, KEPT, OUTSIDE, Way, hops_into, way_citations, way_words, ways_to
from pipeline.chat.citing import distinct, of_boundary, of_cell, of_control, of_element, of_finding, of_flow
from pipeline.chat.view import View, is_stated_only
from pipeline.chat.wording import code, elements_words, finding_line, kind_words, listed, named
from pipeline.system.model import Element, Flow

_MOST_ENTRIES, _MOST_CONTENT = 5, 4
_NEAR = 3  # hops
_OPEN = (
    "unauthenticated",
    "exposed",
    "open-ai-administration",
    "cross-tenant",
    "public",
    "unauthorised",
    "unauthorized",
    "no-authentication",
)


def answer(case: Case) -> Draft:
    view, draft, targets = case.view, Draft(), case.elements
    if case.asked.whole or not targets:
        return _of_system(case)
    draft.about_elements(view, case.asked.elements)
    name = elements_words(view, case.asked.elements)
    if case.asked.general and len(case.asked.elements) > 1 and all(view.elements[one].kind in ENTRIES for one in targets):
        return _of_system(case)
    ways = ways_to(view, targets)
    people = sorted((one for one in ways if view.elements[one].kind in ACTORS), key=lambda one: (_rank(view, one), len(ways[one]), one))
    people = [one for one in people if not is_stated_only(view.elements[one])] or people
    entries = {one: ways[one] for one in ways if view.elements[one].kind in ENTRIES}
    if any(view.elements[one].kind in ENTRIES for one in targets):  # a door is come in by itself
        entries = {one: () for one in targets if view.elements[one].kind in ENTRIES}
    said = False
    near = [one for one in people if not _is_far(view, ways[one])] or people[:1]
    for person in near:
        said = True
        _say_person(draft, view, person, ways[person], entries, targets)
    far = [one for one in people if one not in near]
    if far:
        stores = dict.fromkeys(hop.target for one in far for hop in ways[one][:-1] if view.elements[hop.target].kind in KEPT)
        names = listed([code(view.elements[one].name) for one in far], 4, "others")
        over = listed([named(view, one) for one in stores], 3, "others")
        draft.say(f"Further off, over what is kept in {over}: {names}.", *(way_citations(ways[one])[-2:] for one in far[:4]))
    if not people:
        said = _say_entries(draft, view, entries, name) or said
    are_doors = any(view.elements[one].kind in ENTRIES for one in targets)
    said = (not are_doors and _say_content(draft, view, ways, name)) or said
    exposed = [finding for finding in view.at(targets) if finding.threat.startswith(_OPEN) or any(part in finding.threat for part in _OPEN)]
    for finding in exposed[:2]:
        draft.say(finding_line(finding), of_finding(finding))
    draft.list_findings(exposed)
    attributes = _listening(view, targets)
    for element, text in attributes:
        said = True
        draft.say(text, of_element(element))
    if not said:
        _say_nobody(case, draft, name)
    draft.follow_ups = ("what can go wrong with it?", "what protects it?")
    return draft


def _is_far(view: View, way: Way) -> bool:
    """Whether it leads over more than one store, or over one and far from it: then what arrives is mostly somebody else's."""
    kept = sum(view.elements[hop.target].kind in KEPT for hop in way[:-1])
    return kept > 1 or (kept == 1 and len(way) > _NEAR + 1)


def _rank(view: View, identity: str) -> int:
    kinds = ("anonymous_public", "third_party", "end_user", "operator")
    return kinds.index(view.elements[identity].kind) if view.elements[identity].kind in kinds else len(kinds)


def _say_person(draft: Draft, view: View, person: str, way: Way, entries: dict[str, Way], targets: Sequence[str]) -> None:
    """One kind of people: the doors they come by, and the shortest way from there."""
    who = view.elements[person]
    doors = [one for one in entries if any(hop.source == person for hop in hops_into(view, one))]
    doors.sort(key=lambda one: (len(entries[one]), one))
    doors = [one for one in doors if not any(view.elements[hop.target].kind in KEPT for hop in entries[one][:-1])] or doors
    name = who.name if who.name[:1].islower() else code(who.name)
    name = name[:1].upper() + name[1:]
    kept = [hop.target for hop in way[:-1] if view.elements[hop.target].kind in KEPT]
    over = f", over what is kept in {listed([named(view, one) for one in dict.fromkeys(kept)], 3)}" if kept else ""
    if doors:
        through = listed([code(view.elements[one].name) for one in doors], _MOST_ENTRIES, "other entries")
        asked = asked_who(view, doors[:_MOST_ENTRIES])
        shortest = f"; the shortest way: {way_words(view, way)}" if len(way) > 1 else ""
        cited = [of_element(view.elements[one]) for one in doors[:3]] + [
            of_control(control)
            for one in doors[:3]
            for control in view.controls_on((one,), flows=False)
            if control.kind == "authentication"
        ]
        draft.say(f"{name} can, through {through} ({asked}){shortest}{over}.", way_citations(way), cited)
    else:
        draft.say(f"{name} can: {way_words(view, way)}{over}.", way_citations(way), of_element(who))


def asked_who(view: View, doors: Sequence[str]) -> str:
    """Whether callers of these entries are asked who they are."""
    answers = {view.elements[one].attributes.get("authenticated") for one in doors}
    if answers == {True}:
        return "callers have to prove who they are"
    if answers == {False}:
        return "nobody is asked who they are"
    if True in answers and False in answers:
        open_ones = [code(view.elements[one].name) for one in doors if view.elements[one].attributes.get("authenticated") is False]
        return f"nobody is asked who they are at {listed(open_ones, 3)}"
    return "whether callers are asked who they are was not seen"


def _say_entries(draft: Draft, view: View, entries: dict[str, Way], name: str) -> bool:
    for one in sorted(entries, key=lambda each: (len(entries[each]), each))[:_MOST_ENTRIES]:
        way = entries[one]
        if not way:
            kind = kind_words(view.elements[one].kind)
            draft.say(
                f"{code(view.elements[one].name)} is an entry itself, {_article(kind)}; {asked_who(view, [one])}.",
                of_element(view.elements[one]),
            )
            continue
        by = f": {way_words(view, way)}"
        draft.say(
            f"Whoever calls {code(view.elements[one].name)} reaches {name}{by}; {asked_who(view, [one])}.",
            of_element(view.elements[one]),
            way_citations(way),
        )
    return bool(entries)


def _say_content(draft: Draft, view: View, ways: dict[str, Way], name: str) -> bool:
    """What others write or make, and that ends there."""
    content = [one for one in ways if view.elements[one].kind in OUTSIDE]
    content = [one for one in content if _carries(ways[one]) and len(ways[one]) <= _NEAR and not _is_far(view, ways[one])]
    content.sort(key=lambda one: (len(ways[one]), view.elements[one].kind != "web_content", one))
    for one in content[:_MOST_CONTENT]:
        what = "what outsiders write" if view.elements[one].kind == "web_content" else "what others provide"
        draft.say(f"Also {what}: {way_words(view, ways[one])}.", way_citations(ways[one]), of_element(view.elements[one]))
    return bool(content)


def _article(kind: str) -> str:
    return f"{'an' if kind[:1] in 'aeiouM' else 'a'} {kind}"


def _carries(way: Way) -> bool:
    """Whether data comes along all of it; that something is called says not what it gives back."""
    return all(isinstance(hop.by, Flow) or hop.by.kind in ("has_tool", "loads", "same_as") for hop in way)


def _listening(view: View, targets: Sequence[str]) -> list[tuple[Element, str]]:
    """What configuration says of ports and networks."""
    found = []
    for one in targets:
        element = view.elements[one]
        attributes = element.attributes
        if attributes.get("published") is True or attributes.get("exposed") is True:
            asks = attributes.get("authenticated")
            login = ", and it asks for no credentials" if asks is False else ", and it asks for credentials" if asks is True else ""
            how = (
                "its port is published by the file that starts it"
                if attributes.get("published") is True
                else "it can be reached from outside of its network"
            )
            found.append((element, f"{code(element.name)}: {how}{login}."))
        elif attributes.get("public") is True:
            found.append((element, f"{code(element.name)}: anyone may read it."))
        elif attributes.get("authenticated") is False and element.kind not in ENTRIES:
            found.append((element, f"{code(element.name)} asks for no credentials: whoever is on its network reaches it."))
    return found


def _say_nobody(case: Case, draft: Draft, name: str) -> None:
    view = case.view
    cells = [cell for one in case.elements for cell in view.cells.get(one, ()) if cell.state == "not_examined"]
    inside = [boundary for boundary in view.scan.system.boundaries if not set(boundary.elements).isdisjoint(case.elements)]
    if inside:
        zones = listed([code(boundary.name) for boundary in inside], 3)
        draft.say(
            f"{name[:1].upper()}{name[1:]} stands in {zones}; no way from a person or from outside content to it was seen.",
            distinct(map(of_boundary, inside), 3),
            distinct(of_element(view.elements[one]) for one in case.elements),
        )
    why = f"; {cells[0].reason}" if cells else ""
    draft.not_answered = f"no flow, call or entry that leads to {name} was found in what was examined{why}"
    if cells:
        draft.say(f"Not examined there: {cells[0].reason}.", distinct(map(of_cell, cells), 3))


def _of_system(case: Case) -> Draft:
    """The doors of the whole: who may come in by which, open ones first."""
    view, draft = case.view, Draft()
    chosen = case.asked.elements if case.asked.elements and not case.asked.whole else tuple(view.elements)
    doors = [one for one in chosen if view.elements[one].kind in ENTRIES]
    if case.asked.elements and not case.asked.whole:
        draft.about_elements(view, case.asked.elements)
    groups = (
        (False, "Open to anyone who can reach them (nobody is asked who they are)"),
        (True, "For callers who prove who they are"),
        (None, "Whether callers are asked who they are was not seen"),
    )
    for state, text in groups:
        found = [view.elements[one] for one in doors if view.elements[one].attributes.get("authenticated") is state]
        if found:
            guards = [
                control
                for element in found[:4]
                for control in view.controls_on((element.id,), flows=False)
                if control.kind == "authentication"
            ]
            draft.say(
                f"{text}: {listed([code(element.name) for element in found], 10, 'others')}.",
                distinct(map(of_element, found), 6),
                distinct(map(of_control, guards), 2),
            )
    actors = [element for element in view.elements.values() if element.kind in ACTORS]
    if actors and not doors:
        for actor in actors[:6]:
            flows = view.out_of.get(actor.id, ())
            to = listed([named(view, flow.target) for flow in flows], 4) if flows else "nothing that was seen"
            draft.say(f"{code(actor.name)} reaches {to}.", of_element(actor), *(of_flow(flow, 1) for flow in flows[:3]))
    if not draft.statements:
        draft.not_answered = "no entry of the system, such as a route, a page or a command, was found in what was examined"
    draft.follow_ups = ("what are the top risks?", "show me the attack paths")
    return draft
