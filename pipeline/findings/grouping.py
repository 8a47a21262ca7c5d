"""What belongs into one finding: matches of one threat that are mended at one place.

Takes matches, gives the group each of them is in. A way that ends in a file or an address is mended in the module that
opens it; where one function hands the same text on to many modules, or a tool one of its arguments, it is mended there; queries that
one function puts together are one, and so is all code that one class runs. Models, agents and providers that the same callers reach
are mended where the callers come in, and so are the stores they write into. Agents that are made in one folder are one service, and are
taught to ask before they act in one way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from ingest.page_scripts import is_page
from pipeline.system.model import Evidence, Flow
from pipeline.threats.engine import Match, evidence_of

_TWIN = re.compile(r"^(_*)(?:async_|a)(?=[a-z])")  # `_arun` beside `_run`, `async_search` beside `search`
_CLASS = re.compile(r"[:.][A-Z]\w*$")
_METHOD = re.compile(r"[A-Z]\w*\.\w+ \(")
_SHOWN = re.compile(r"[\w-]{2,}\*{4}")
_CODE = (".py", ".ts", ".tsx", ".js", ".mjs", ".vue", ".svelte", ".go", ".templ", ".java", ".kt", ".cs", ".ipynb")
_MODELS = frozenset({"hosted_llm", "local_llm", "agent"})
_REQUESTS = frozenset({"http_route", "websocket", "webhook"})
_BEHIND_CALLERS = {**dict.fromkeys(_MODELS, "llm"), "vector_store": "vector_store"}  # kinds, with the name of their groups
_SAME_FUNCTION = 10  # lines between two queries of a way, at most, for them to be one to mend
_OF_RECORD = re.compile(r"(?<![\w.])(?:req|request|body|payload|input|params|form)\w*\.(\w+)\b(?!\s*\()")
_WRITES_PAGE = re.compile(r"\.(?:innerHTML|outerHTML)\s*\+?=|\.insertAdjacentHTML\(|\bdocument\.write(?:ln)?\(")
_LAST = "~"  # before keys that hold lines: they join, and never name a group, so that its id stays where lines move
_TWICE = "written twice"  # the same lines in two files; in one file they are two things
_IMAGE = re.compile(r"^\s*(?:-\s+)?(?:image:|FROM(?:\s+--\S+)*)\s*[\"']?([^\s\"'#]+)", re.IGNORECASE)
_REMOTE = "(remote shell)"
_COPIED = 3  # lines of a function, at least, that are the same in another file


class Groups:
    """Keys that were found to be one; the least of them names the group."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def join(self, keys: Iterable[str]) -> None:
        roots = {self.name(key) for key in keys}
        for root in roots:
            self._above[root] = min(roots)

    def name(self, key: str) -> str:
        while (above := self._above.setdefault(key, key)) != key:
            key = above
        return key


def ends_of(matches: Iterable[Match]) -> Groups:
    """Ends of ways, joined where one function hands what it is given on to several modules."""
    modules: dict[str, set[str]] = {}
    handed: list[tuple[str, list[str]]] = []
    groups = Groups()
    for match in matches:
        if match.threat.group_by == "sink":
            for one, other in _one_query(match):
                groups.join(f"{match.threat.slug}:{_end_of(way[-1])}" for way in (one, other))
            for way in match.ways:
                end = f"{match.threat.slug}:{_end_of(way[-1])}"
                groups.join([end, *(f"{match.threat.slug}:{_LAST}{opener}" for opener in _opener(way))])
                hubs = [f"{match.threat.slug}:{_LAST}{hub}" for hub in _handed_on(way)]
                handed.append((end, hubs))
                for argument in (_argument(way), _field(way), _script(way)):
                    if argument:
                        groups.join([end, f"{match.threat.slug}:{_LAST}{argument}"])
                for hub in hubs:
                    modules.setdefault(hub, set()).add(way[-1].steps[-1].path)
    for end, hubs in handed:
        groups.join([end, *(hub for hub in hubs if len(modules[hub]) > 1)])
    return groups


def _one_query(match: Match) -> Iterator[tuple[tuple[Flow, ...], tuple[Flow, ...]]]:
    """Neighbouring ways whose queries one function runs: a query that names two tables is one text."""
    asked = [way for way in match.ways if way[-1].role == "query" and way[-1].steps]
    asked.sort(key=lambda way: (way[-1].steps[-1].path, way[-1].steps[-1].start_line))
    for one, other in pairwise(asked):
        last, following = one[-1].steps[-1], other[-1].steps[-1]
        if last.path == following.path and following.start_line - last.start_line <= _SAME_FUNCTION:
            yield one, other


def by_sink(match: Match, groups: Groups) -> list[Match]:
    """One match per place where the ways end, for threats that are mended there."""
    if match.threat.group_by != "sink" or not match.ways:
        return [match]
    ends: dict[str, list[tuple[Flow, ...]]] = {}
    for way in match.ways:
        end = groups.name(f"{match.threat.slug}:{_end_of(way[-1])}").removeprefix(f"{match.threat.slug}:")
        ends.setdefault(end, []).append(way)
    return [_part(match, tuple(ways), f"sink:{end}") for end, ways in sorted(ends.items())]


def _part(match: Match, ways: tuple[tuple[Flow, ...], ...], group: str) -> Match:
    return replace(with_ways(match, ways), group=group)


def with_ways(match: Match, ways: tuple[tuple[Flow, ...], ...]) -> Match:
    """The match as it is with these of its ways."""
    return replace(match, ways=ways, evidence=evidence_of(match.threat, match.element, _shown(ways), (*match.cited, *_places(ways))))


def _shown(ways: Sequence[tuple[Flow, ...]]) -> tuple[tuple[Flow, ...], ...]:
    """The ways whose steps are shown: where there are many ends, one way to them is enough, and the room goes to the ends."""
    return tuple(ways if len(_places(ways)) <= 4 else ways[:1])


def _places(ways: Iterable[tuple[Flow, ...]]) -> tuple[Evidence, ...]:
    """Where ways end: each of these places has to be seen when the finding is mended."""
    return tuple(dict.fromkeys(way[-1].steps[-1] for way in ways if way[-1].steps))


def _end_of(last: Flow) -> str:
    """Files and addresses opened in one module are mended there, once: by a function of that module that proves them. So is what the
    scripts of one page of HTML write into it."""
    if last.role == "html" and last.steps and is_page(last.steps[-1].path):
        return f"{last.steps[-1].path}:{last.role}"
    if last.role in ("path", "url") and last.steps:
        return f"{last.steps[-1].path}:{last.role}"
    if last.role == "shell" and last.target.endswith(_REMOTE) and last.steps:
        return f"{last.steps[-1].path.rpartition('/')[0]}:{_REMOTE}"  # however many ways a client has to send a command
    owner, dot, _method = last.target.split(" (")[0].rpartition(".")
    if last.role == "code" and dot and last.steps and _CLASS.search(owner):
        return f"{last.steps[-1].path}:{owner}:code"
    return last.target


def _opener(way: tuple[Flow, ...]) -> list[str]:
    """The function that opens what it is given, a file or an address, as a model names it: both are refused there."""
    steps = way[-1].steps if way[-1].role in ("path", "url") else ()
    taken = next((step for step in reversed(steps[:-1]) if step.taken_by), None)
    return [f"{taken.taken_by} opens"] if taken is not None and taken.path == steps[-1].path else []


def _argument(way: tuple[Flow, ...]) -> str:
    """The argument of a tool or a request that a path or an address is: wherever it is opened, it is checked where it is taken.

    The one name of an uploaded file is known by the line that reads it; of what a tool or a request is given, by where it goes next.
    """
    steps, last, kind = way[0].steps, way[-1], way[0].source.partition(":")[0]
    role = "path" if last.role == "deletion" else last.role  # of a file that is written there as well
    if role not in ("path", "url") or len(steps) < 2 or kind not in {"tool", "mcp_tool", "chat_ui", *_REQUESTS}:
        return ""
    if kind in {"chat_ui", *_REQUESTS} and "uploaded_file" in way[0].carries:
        return f"{way[0].source}:{steps[0].path}:{steps[0].start_line}:{role}"
    if len(steps) < 3 or kind == "chat_ui":  # one page asks for many things
        return ""
    return f"{way[0].source}:{steps[0].start_line}:{steps[1].path}:{steps[1].start_line}:{role}"


def _script(way: tuple[Flow, ...]) -> str:
    """The script whose functions write a reply into a page: one function of it that cleans a text mends them all."""
    last = way[-1]
    written = last.role == "html" and last.steps and _WRITES_PAGE.search(last.steps[-1].quote)
    return f"{way[0].source}:{last.steps[-1].path}:html" if written else ""


def _field(way: tuple[Flow, ...]) -> str:
    """The field of a request's record that a path is: `req.output_dir` of several routes of a module is checked by one function of it."""
    first, last = way[0], way[-1]
    if last.role not in ("path", "deletion") or first.source.partition(":")[0] not in _REQUESTS or not first.steps:
        return ""
    near = [step for step in first.steps[1:3] if step.path == first.steps[0].path]
    named = [found[1] for step in near if len(found := [step, *_OF_RECORD.findall(step.quote)]) == 2]
    return f"{first.steps[0].path}:.{named[0]}:path" if named else ""


def _handed_on(way: tuple[Flow, ...]) -> list[str]:
    """Functions of other modules, neither the model's nor the one that opens it, that took the path or address on its way.

    What a function gives back is used by whoever asked for it, each for its own purpose; what it is given, it passes on.
    """
    steps = [step for flow in way for step in flow.steps]
    if way[-1].role not in ("path", "url") or len(steps) < 3:
        return []
    apart = {steps[0].path, steps[-1].path}
    return [step.taken_by for step in steps[1:-1] if step.path not in apart and step.taken_by]


def sources_joined(matches: Iterable[Match]) -> list[Match]:
    """Matches that are mended where callers come in, with one group for all that share a caller: providers or stores of one switch."""
    found = list(matches)
    callers = {
        number: [f"{match.threat.slug}:{_caller(way[0].source)}" for way in match.ways]
        for number, match in enumerate(found)
        if match.threat.group_by == "source" and match.ways and not match.group and match.element.kind in _BEHIND_CALLERS
    }
    groups = Groups()
    for keys in callers.values():
        groups.join(keys)
    joined = [
        replace(
            match, group=f"{_BEHIND_CALLERS[match.element.kind]}<-" + groups.name(callers[number][0]).removeprefix(f"{match.threat.slug}:")
        )
        if number in callers
        else match
        for number, match in enumerate(found)
    ]
    return _folders_joined(_agents_joined(_branches_joined(joined)))


def _folders_joined(matches: list[Match]) -> list[Match]:
    """Elements that are made in code of one folder, of threats that are mended there: named by the first of them."""
    first: dict[tuple[str, str], str] = {}
    for match in sorted(matches, key=lambda match: match.element.id):
        if (folder := _folder(match)) is not None:
            first.setdefault((match.threat.slug, folder), match.element.id)
    return [
        replace(match, group=first[match.threat.slug, folder]) if (folder := _folder(match)) is not None else match for match in matches
    ]


def _folder(match: Match) -> str | None:
    if match.threat.group_by != "folder" or match.group or not match.evidence or not match.evidence[0].path.endswith(_CODE):
        return None
    return match.evidence[0].path.rpartition("/")[0]


def _agents_joined(matches: list[Match]) -> list[Match]:
    """Tools of several agents that are made in one folder: one service, whose agents are taught to ask in one way."""
    made = {
        number: [
            f"{match.threat.slug}:{match.ways[0][0].source}", f"{match.threat.slug}:{_LAST}{match.evidence[0].path.rpartition('/')[0]}",
        ]
        for number, match in enumerate(matches)
        if match.threat.group_by == "source" and match.ways and not match.group and match.element.kind == "tool"
        and match.ways[0][0].source.startswith("agent:") and match.evidence
    }  # fmt: skip
    groups = Groups()
    for keys in made.values():
        groups.join(keys)
    return [
        replace(match, group="tool<-" + groups.name(made[number][0]).removeprefix(f"{match.threat.slug}:")) if number in made else match
        for number, match in enumerate(matches)
    ]


def _branches_joined(matches: list[Match]) -> list[Match]:
    """The embedding model that a function asks in one branch, with the model it asks in the other: one method, told once."""
    asked = {_asked_in(match): match.group for match in reversed(matches) if match.element.kind in _MODELS and match.group}
    return [
        replace(match, group=asked[_asked_in(match)]) if match.element.kind == "embedding_model" and _asked_in(match) in asked else match
        for match in matches
    ]


def _asked_in(match: Match) -> tuple[str, ...]:
    """The threat, and the caller and the function of a way, where a threat is mended where callers come in."""
    source = match.ways[0][0].source if match.threat.group_by == "source" and match.ways else ""
    return match.threat.slug, source, match.element.name, match.element.evidence[0].path if match.element.evidence else ""


def _caller(source: str) -> str:
    """Whoever calls; functions that are given the shared state of a graph have the same callers, those of the graph."""
    return "component:" if source.startswith("component:") else source


def copies_joined(matches: Mapping[tuple[str, str], list[Match]]) -> dict[tuple[str, str], list[Match]]:
    """Groups that are the same thing in two places are one: a copied file, a credential in two files, a method and its async twin."""
    kept: dict[tuple[str, str], list[Match]] = {}
    first: dict[tuple[object, ...], tuple[str, str]] = {}
    for key, found in sorted(matches.items()):
        alike = _alike(found)
        same = first.setdefault((key[0], *(alike or sorted({_lines(e) for match in found for e in match.evidence}))), key)
        paths = {e.path for match in matches[same] for e in match.evidence}
        elsewhere = any(e.path not in paths for match in found for e in match.evidence)
        if same != key and (elsewhere or (alike and alike[0] != _TWICE)):
            kept[same] = [*kept[same], *found]
        else:
            kept[key] = found
    return kept


def _alike(found: Sequence[Match]) -> tuple[object, ...]:
    """What says that another group is about the same thing; empty where only equal lines of a copied file do."""
    element, group = found[0].element, group_of(found[0])
    if element.kind == "secret":  # one to revoke: the same name, and the same of its value that the mask leaves
        shown = sorted({e.quote.strip() for match in found for e in match.evidence})
        return ("secret", element.name.split(" in ")[0], *shown) if all(_SHOWN.search(quote) for quote in shown) else ()
    if found[0].threat.group_by == "image" and (images := _images(found)):
        return images
    if copied := _copied(found) or _written_twice(found) or _same_code(found):
        return copied
    owner, dot, method = element.name.split(" (")[0].rpartition(".")
    if group == element.id and dot:
        plain = _TWIN.sub(r"\1", method)
        return (
            "twin",
            element.kind,
            owner,
            plain,
            element.name.partition(" (")[2].partition(" in ")[0],
            *sorted({e.path for m in found for e in m.evidence}),
        )
    return ()


def _images(found: Sequence[Match]) -> tuple[object, ...]:
    """The images that are named, where all are: the same ones in another folder are held by mending the same names."""
    named = [_IMAGE.search(e.quote) for match in found for e in match.evidence]
    names = {one[1] for one in named if one is not None and "{" not in one[1] and "$" not in one[1]}
    return ("images", *sorted(names)) if names and all(named) and len(names) == len({one[1] for one in named if one}) else ()


def _copied(found: Sequence[Match]) -> tuple[object, ...]:
    """The lines of the function that ends the ways, from where it takes what it is given: copied into another class they are the same."""
    ends = {way[-1].steps[-1].path for match in found for way in match.ways if way[-1].steps}
    if len(ends) != 1 or not found[0].ways:
        return ()
    steps = [step for flow in found[0].ways[0] for step in flow.steps]
    inside = list(takewhile(lambda step: step.path in ends, reversed(steps)))[::-1]
    begun = next((place for place, step in enumerate(inside) if step.taken_by), None)
    lines = [step.quote.strip() for step in inside[begun:]] if begun is not None else []
    return ("copy", found[0].ways[0][0].source, *lines) if len(lines) >= _COPIED else ()


def _same_code(found: Sequence[Match]) -> tuple[object, ...]:
    """Methods of a class in a file of some name, with the lines that are told of them: a copied class has the same."""
    names = sorted({match.element.name.partition(" in ")[0] for match in found})
    if found[0].threat.group_by != "file" or not all(_METHOD.match(name) for name in names):
        return ()
    return ("same code", *names, *sorted({(e.path.rpartition("/")[2], e.quote.strip()) for match in found for e in match.evidence}))


def _written_twice(found: Sequence[Match]) -> tuple[object, ...]:
    """The lines of a way inside one file, up to its end: an entry that was copied into another file does the same with what it is given."""
    steps = [step for flow in found[0].ways[0] for step in flow.steps] if found[0].ways else []
    lines = [step.quote.strip() for step in steps[:-1]]
    alone = len(found) == 1 and len({step.path for step in steps}) == 1
    return (_TWICE, *lines) if alone and len(lines) >= _COPIED else ()


def _lines(evidence: Evidence) -> tuple[str, int, int, str]:
    return evidence.path.rsplit("/", 1)[-1], evidence.page or 0, evidence.start_line, evidence.quote


def group_of(match: Match) -> str:
    """What one finding is about: matches of a threat in the same group are one finding with its places."""
    if match.group:
        return match.group
    match match.threat.group_by:
        case "source" if match.ways:
            # The models and agents behind one entry are one finding: what comes in is mended once.
            kind = "llm" if match.element.kind in _MODELS else match.element.kind
            return f"{kind}<-{match.ways[0][0].source}"
        case "element" if match.element.kind == "mcp_client" and match.evidence[0].path.endswith(_CODE):
            # A client per call, of the server that the same settings name: where they are read, it is pinned.
            return f"mcp_client in {match.evidence[0].path.rpartition('/')[0]}"
        case "element" if match.element.attributes.get("tls_verification") is False and "unchecked_by" in match.element.attributes:
            return f"unchecked by {match.element.attributes['unchecked_by']}"  # a request per method, of one client that checks nothing
        case "element" | "tools" | "source" | "sink" | "folder":
            return match.element.id
        case "file":
            return f"file:{match.evidence[0].path}"
        case "kind":
            return f"kind:{match.element.kind}"
        case "image":  # how the name of an image is held has nothing to do with what is started from it; see `images`
            return "kind:ci_job" if match.element.kind == "ci_job" else "kind:container"
        case "system":
            return "system"
