"""What came and went between two systems, line by line, each with its weight.

Takes both scans; gives lines without an order. Nothing is told of elements of examples, nor of what one of the scans could not look at:
that would be a change of the scan, not of the system.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.findings.model import Scan, Suppression
from pipeline.findings.moves import moves_between, squeezed
from pipeline.findings.same_elements import same_elements
from pipeline.findings.story_lines import StoryKind, StoryLine, Tone
from pipeline.system.model import Claim, Control, Element, ElementKind, Evidence, Flow, Label, SinkRole

MOST_NAMED, MOST_EVIDENCE = 3, 3
KINDS: Mapping[str, str] = {
    "http_route": "HTTP route", "websocket": "websocket", "chat_ui": "chat page", "webhook": "webhook", "queue_consumer": "queue consumer",
    "mcp_tool": "MCP tool", "file_drop": "file drop", "hosted_llm": "hosted model", "local_llm": "local model", "ml_model": "model",
    "embedding_model": "embedding model", "mcp_server": "MCP server", "mcp_client": "MCP client", "ci_job": "CI job",
    "model_file": "model file", "third_party": "third party", "web_content": "content of the web", "interpreter": "place that runs code",
}  # fmt: skip
ENTRIES: frozenset[ElementKind] = frozenset({"http_route", "websocket", "chat_ui", "webhook", "queue_consumer", "mcp_tool", "file_drop"})
OUTSIDE: frozenset[ElementKind] = frozenset(
    {"external_service", "third_party", "mcp_server", "mcp_client", "model_registry", "web_content"}
)
MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "ml_model", "embedding_model", "model_file", "inference_server"})
ACTING: frozenset[ElementKind] = frozenset({"tool", "agent"})
STORES: frozenset[ElementKind] = frozenset({"vector_store", "memory", "data_store", "dataset", "queue", "file_store", "secret"})
_PEOPLE: frozenset[ElementKind] = frozenset({"end_user", "anonymous_public", "operator"})
_UNTOLD: frozenset[ElementKind] = frozenset({*_PEOPLE, "package", "document", "prompt", "command_line"})
DANGEROUS: Mapping[SinkRole, str] = {
    "code": "is run as code", "shell": "becomes a shell command", "process_arguments": "starts a program", "query": "becomes a query",
    "template": "becomes a template", "prompt_template": "becomes the template of a prompt", "html": "is rendered as markup",
    "path": "chooses a file", "url": "chooses where a request goes", "deserialised": "is deserialised",
    "model_source": "chooses which model is loaded", "training_data": "becomes training data", "system_prompt": "becomes a system prompt",
    "instructions": "becomes an agent's instructions", "payment": "moves money", "message": "is sent as a message", "deletion": "deletes",
}  # fmt: skip
_OPENING = (
    ("public", "Anyone may now read", "No longer may anyone read"),
    ("public_network", "The internet can now reach", "The internet can no longer reach"),
)
STRONG = frozenset({"authentication", "authorisation", "human_approval", "sandbox", "safe_loader", "session_identity", "tenant_filter"})


class Told(NamedTuple):
    line: StoryLine
    weight: int


class Both:
    """Two systems, with what is the same in both."""

    def __init__(self, old: Scan, new: Scan, renames: Mapping[str, str]) -> None:
        self.old, self.new = old, new
        self.moves = moves_between(old, new, renames)
        self.pairs = same_elements(old, new, self.moves)
        self.before = {element.id: element for element in old.system.elements}
        self.after = {element.id: element for element in new.system.elements}
        kept = set(self.pairs.values())
        self.came = tuple(element for element in new.system.elements if element.id not in kept and _is_told(element))
        self.went = tuple(
            element
            for element in old.system.elements
            if element.id not in self.pairs and _is_told(element) and self.was_looked_for(element.evidence)
        )
        self.bounded = frozenset(error.path for scan in (old, new) for error in scan.errors)

    def now(self, element: str) -> str:
        """The id that an element of the older scan has in the newer one; one that went keeps its own."""
        return self.pairs.get(element, element)

    def name(self, element: str) -> str:
        known = self.after.get(element) or self.before.get(element)
        return known.name if known is not None else element

    def was_looked_for(self, places: Iterable[Evidence]) -> bool:
        """Whether nothing that something of the older scan was known from was passed over this time."""
        left_out = {self.moves.path(place.path) for place in places} - set(self.new.examined)
        return not left_out & ({error.path for error in self.new.errors} | {skip.path for skip in self.new.skipped})


def all_told(both: Both) -> Iterator[Told]:
    """Everything there is to tell, without an order."""
    yield from _suppressions(both)
    yield from _elements(both)
    yield from _flows(both)
    yield from _controls(both)
    yield from _claims(both)
    yield from _tools(both)
    yield from _attributes(both)
    yield from _packages(both)


# Elements


def _elements(both: Both) -> Iterator[Told]:
    rest: list[Element] = []
    for element in both.came:
        text = f"New {_kind(element)} {element.name}"
        if element.kind in ENTRIES:
            is_guarded = _is_guarded(element, both.new.system.controls)
            behind = "behind authentication" if is_guarded else "no authentication was seen"
            yield _told("entry_added", "neutral" if is_guarded else "worse", f"{text}; {behind}", [element], 60 if is_guarded else 90)
        elif element.kind in OUTSIDE:
            yield _told("outside_added", "worse", text, [element], 76)
        elif element.kind in MODELS:
            yield _told("outside_added" if element.kind == "hosted_llm" else "element_added", "neutral", text, [element], 72)
        elif element.kind in ACTING:
            yield _told("tool_added", "worse", text, [element], 78)
        elif element.kind in STORES:
            yield _told("store_added", "neutral", text, [element], 45)
        else:
            rest.append(element)
    ends = {end for flow in both.new.system.flows if flow.crosses for end in (flow.source, flow.target)}  # told by their flows
    yield from _summed([element for element in rest if element.id not in ends], "element_added", "New: ", 15)
    gone: list[Element] = []
    for element in both.went:
        text = f"{_kind(element)} {element.name} is gone"
        text = text[0].upper() + text[1:]
        if element.kind in ENTRIES:
            yield _told("entry_removed", "better", text, [element], 42, gone=True)
        elif element.kind in OUTSIDE | MODELS:
            yield _told("outside_removed", "better", text, [element], 40, gone=True)
        elif element.kind in ACTING:
            yield _told("tool_removed", "better", text, [element], 41, gone=True)
        elif element.kind in STORES:
            yield _told("store_removed", "neutral", text, [element], 25, gone=True)
        else:
            gone.append(element)
    yield from _summed(gone, "element_removed", "Gone: ", 12, gone=True)
    for was, now in both.pairs.items():
        one, other = both.before[was], both.after[now]
        if one.kind in MODELS and one.name != other.name and both.moves.text(one.name) != other.name:
            yield _told("model_changed", "neutral", f"{other.name} takes the place of {one.name} as {_kind(other)}", [other], 70)


def _summed(elements: Sequence[Element], kind: StoryKind, said: str, weight: int, *, gone: bool = False) -> Iterator[Told]:
    if not elements:
        return
    yield _told(
        kind, "neutral", said + _listed(f"{_kind(element)} {element.name}" for element in elements), elements, weight, gone=gone,
        count=len(elements),
    )  # fmt: skip


def _tools(both: Both) -> Iterator[Told]:
    """Tools that an agent may use now, or not any more, where both are there on both sides."""
    before = {(both.now(tie.source), both.now(tie.target)) for tie in both.old.system.relations if tie.kind == "has_tool"}
    after = {(tie.source, tie.target): tie for tie in both.new.system.relations if tie.kind == "has_tool"}
    new = {element.id for element in both.came}
    for (agent, tool), tie in after.items():
        if (agent, tool) not in before and tool not in new and agent not in new:
            text = f"{both.name(agent)} may now use the tool {both.name(tool)}"
            yield Told(_line("tool_added", "worse", text, (agent, tool), tie.evidence), 77)
    gone = {element.id for element in both.went}
    for agent, tool in sorted(before - after.keys()):
        if agent in both.after and tool in both.after and not {agent, tool} & gone:
            text = f"{both.name(agent)} may no longer use the tool {both.name(tool)}"
            yield Told(_line("tool_removed", "better", text, (agent, tool), ()), 41)


def _attributes(both: Both) -> Iterator[Told]:
    for was, now in both.pairs.items():
        one, other = both.before[was].attributes, both.after[now].attributes
        element = both.after[now]
        for name, worse, better in (
            ("public", "anyone may read", "not anyone may read any more"),
            ("public_network", "the internet can reach", "the internet can no longer reach"),
        ):
            if bool(one.get(name)) != bool(other.get(name)):
                is_worse = bool(other.get(name))
                text = f"{(worse if is_worse else better).capitalize()} {element.name}"
                yield _told("attribute_changed", "worse" if is_worse else "better", text, [element], 80 if is_worse else 44)


# Flows


class _Way(NamedTuple):
    source: str
    target: str


def _flows(both: Both) -> Iterator[Told]:
    before, after = _ways(both.old, both.now), _ways(both.new, lambda element: element)
    came = {element.id for element in both.came}
    gone = {element.id for element in both.went}
    for way, flows in after.items():
        earlier = before.get(way, [])
        fresh = [
            flow for flow in flows if not any(flow.role == other.role and set(flow.carries) <= set(other.carries) for other in earlier)
        ]
        if not fresh or way.source in both.bounded or not all(_is_told_end(both.after.get(end)) for end in way):
            continue
        worst = max(fresh, key=lambda flow: (flow.role in DANGEROUS, len(flow.carries), flow.id))
        is_dangerous = worst.role in DANGEROUS and worst.stated_by != "document"
        if not is_dangerous and both.after[way.source].kind in MODELS and worst.role == "response" and way.target in came:
            continue  # that a new route answers is said by the route
        labels: set[Label] = {label for flow in fresh for label in flow.carries}
        text = f"{_labels(labels)} {'now also goes' if earlier else 'goes'} from {both.name(way.source)} to {both.name(way.target)}"
        if worst.role is not None and worst.role in DANGEROUS:
            text += f", where it {DANGEROUS[worst.role]}"
        ends = _zones(both, way)
        text = text[0].upper() + text[1:] + (f" ({ends})" if ends else "")
        weight = 88 if is_dangerous else 66 if both.after[way.target].zone == "third_party" else 50
        weight -= 6 if earlier else 0
        yield Told(_flow_line("flow_added", "worse", text, way, fresh), weight)
    for way, flows in before.items():
        if way in after or set(way) & gone or way.source in both.bounded or not all(_is_told_end(both.after.get(end)) for end in way):
            continue
        labels = {label for flow in flows for label in flow.carries}
        text = f"No {_labels(labels)} goes from {both.name(way.source)} to {both.name(way.target)} any more"
        yield Told(_flow_line("flow_removed", "better", text, way, flows, gone=True), 35)


def _ways(scan: Scan, named: Callable[[str], str]) -> dict[_Way, list[Flow]]:
    """Flows that cross a boundary, by their ends in the names of the newer scan."""
    ways: dict[_Way, list[Flow]] = defaultdict(list)
    for flow in scan.system.flows:
        if flow.crosses and flow.stated_by != "document":
            ways[_Way(named(flow.source), named(flow.target))].append(flow)
    return ways


def _is_told_end(element: Element | None) -> bool:
    return element is not None and element.kind not in _PEOPLE and not element.attributes.get("examples_only")


def _zones(both: Both, way: _Way) -> str:
    zones = [both.after[end].zone.replace("_", " ") for end in way]
    return f"{zones[0]} to {zones[1]}" if zones[0] != zones[1] else ""


def _flow_line(kind: StoryKind, tone: Tone, text: str, way: _Way, flows: Sequence[Flow], *, gone: bool = False) -> StoryLine:
    steps = [step for flow in flows[:1] for step in (*flow.steps[:1], *flow.steps[-1:])]
    line = _line(kind, tone, text, way, steps, gone=gone)
    return line.model_copy(update={"flows": tuple(flow.id for flow in flows), "count": len(flows)})


# Controls and claims


def _controls(both: Both) -> Iterator[Told]:
    before, after = _protected(both.old, both.now), _protected(both.new, lambda element: element)
    lost: dict[str, list[tuple[str, Control]]] = defaultdict(list)
    gained: dict[str, list[tuple[str, Control]]] = defaultdict(list)
    for (kind, element), control in before.items():
        if (kind, element) not in after and element in both.after and both.was_looked_for(control.evidence):
            lost[kind].append((element, control))
    was_there = set(both.pairs.values())
    for (kind, element), control in after.items():
        if (kind, element) not in before and element in was_there:
            gained[kind].append((element, control))
    for kind in sorted({*lost, *gained}):
        moved = {squeezed(place.quote) for _, one in lost[kind] for place in one.evidence} & {
            squeezed(place.quote) for _, one in gained[kind] for place in one.evidence
        }
        name = kind.replace("_", " ").removeprefix("own/")
        weight = 91 if kind in STRONG else 84
        if lost[kind]:
            elements = [element for element, _ in lost[kind]]
            text = f"{name.capitalize()} no longer protects {_listed(map(both.name, elements))}"
            if moved and gained[kind]:
                text += f", but {_listed(both.name(element) for element, _ in gained[kind])}"
            line = _line(
                "control_moved" if moved and gained[kind] else "control_removed", "worse", text, elements,
                [place for _, control in lost[kind] for place in control.evidence[:1]], gone=True, count=len(elements),
            )  # fmt: skip
            yield Told(line.model_copy(update={"controls": tuple(sorted({control.id for _, control in lost[kind]}))}), weight)
        if gained[kind] and not (moved and lost[kind]):
            elements = [element for element, _ in gained[kind]]
            text = f"{name.capitalize()} now protects {_listed(map(both.name, elements))}"
            line = _line(
                "control_added", "better", text, elements, [place for _, control in gained[kind] for place in control.evidence[:1]],
                count=len(elements),
            )  # fmt: skip
            yield Told(line.model_copy(update={"controls": tuple(sorted({control.id for _, control in gained[kind]}))}), 52)


def _protected(scan: Scan, named: Callable[[str], str]) -> dict[tuple[str, str], Control]:
    """Kinds of controls and the elements they protect; one that guards a flow protects where it ends."""
    ends = {flow.id: flow.target for flow in scan.system.flows}
    skipped = {element.id for element in scan.system.elements if not _is_told(element)}
    return {
        (control.kind, named(ends.get(item, item))): control
        for control in reversed(scan.system.controls)
        for item in control.protects
        if ends.get(item, item) not in skipped
    }


def _claims(both: Both) -> Iterator[Told]:
    before = {_said(claim): claim for claim in both.old.system.claims}
    for claim in both.new.system.claims:
        if claim.kind in ("threat", "drawing", "drawn_boundary"):
            continue
        was = before.get(_said(claim))
        about = tuple(element for element in claim.about if element in both.after)
        if claim.kept is False and (was is None or was.kept is not False):
            said = "is not kept any more" if was is not None else "is new and not kept"
            text = f"“{_short(claim.text)}” {said}" + (f": {claim.instead}" if claim.instead else "")
            yield Told(
                _line("claim_broken", "worse", text, about, (*claim.evidence[:1], *claim.against[:2])), 86 if was is not None else 68
            )
        elif claim.kept and was is not None and was.kept is False:
            yield Told(_line("claim_kept", "better", f"“{_short(claim.text)}” is kept again", about, claim.evidence[:1]), 54)


def _said(claim: Claim) -> tuple[str, str]:
    return claim.kind, squeezed(claim.text)


# Packages and suppressions


def _packages(both: Both) -> Iterator[Told]:
    before, after = (
        {(package.ecosystem, package.name): package for package in scan.system.packages if package.ai and package.scope != "development"}
        for scan in (both.old, both.new)
    )
    came, went = [after[key] for key in sorted(after.keys() - before.keys())], [before[key] for key in sorted(before.keys() - after.keys())]
    if came:
        places = [place for package in came for place in package.evidence[:1]]
        text = f"New AI package{'s' if len(came) > 1 else ''} {_listed(package.name for package in came)}"
        yield Told(_line("package_added", "neutral", text, (), places, count=len(came)), 34)
    if went:
        places = [place for package in went for place in package.evidence[:1]]
        text = f"No longer needed: {_listed(package.name for package in went)}"
        yield Told(_line("package_removed", "neutral", text, (), places, gone=True, count=len(went)), 20)


def _suppressions(both: Both) -> Iterator[Told]:
    before, after = ({_decided(one): one for one in scan.suppressions} for scan in (both.old, both.new))
    findings = {finding.id: finding for finding in both.new.findings}
    for key, one in after.items():
        if key in before or not one.findings:
            continue
        about = ", ".join(dict.fromkeys(findings[item].threat for item in one.findings if item in findings)) or one.threat
        many = f"{len(one.findings)} findings" if len(one.findings) > 1 else "a finding"
        text = f"{one.decision.where or 'A suppression'} closes {many} ({about}) as {one.decision.kind}: {_short(one.decision.reason)}"
        elements = tuple(dict.fromkeys(findings[item].element for item in one.findings if item in findings))
        places = [findings[item].evidence[0] for item in one.findings if item in findings]
        yield Told(_line("suppression_added", "worse", text, elements, places, count=len(one.findings)), 93)
    for key, one in before.items():
        if key not in after and one.findings:
            text = f"The suppression at {one.decision.where or 'an unnamed place'} is gone ({one.threat or one.finding})"
            yield Told(_line("suppression_removed", "better", text, (), ()), 48)


def _decided(one: Suppression) -> tuple[str, ...]:
    """A suppression without its line, which moves."""
    return one.decision.kind, one.decision.reason, one.threat, one.finding, one.path, one.decision.where.rpartition(":")[0]


# Words


def _is_told(element: Element) -> bool:
    return element.kind not in _UNTOLD and not element.attributes.get("examples_only")


def _is_guarded(element: Element, controls: Iterable[Control]) -> bool:
    return bool(element.attributes.get("authenticated")) or any(
        control.kind in ("authentication", "authorisation", "session_identity") and element.id in control.protects for control in controls
    )


def _kind(element: Element) -> str:
    return KINDS.get(element.kind, element.kind.replace("_", " "))


def _labels(labels: Iterable[Label]) -> str:
    return _listed(sorted(label.replace("_", " ") for label in labels)) or "data"


def _listed(names: Iterable[str]) -> str:
    known = list(dict.fromkeys(names))
    if len(known) > MOST_NAMED + 1:
        return f"{', '.join(known[:MOST_NAMED])} and {len(known) - MOST_NAMED} more"
    return " and ".join([", ".join(known[:-1]), known[-1]]) if len(known) > 1 else "".join(known)


def _short(text: str, most: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _told(kind: StoryKind, tone: Tone, text: str, elements: Sequence[Element], weight: int, *, gone: bool = False, count: int = 1) -> Told:
    places = [place for element in elements for place in element.evidence[:1]]
    return Told(_line(kind, tone, text, [element.id for element in elements], places, gone=gone, count=count), weight)


def _line(
    kind: StoryKind, tone: Tone, text: str, elements: Iterable[str], evidence: Iterable[Evidence], *, gone: bool = False, count: int = 1
) -> StoryLine:
    places = tuple(dict.fromkeys(evidence))[:MOST_EVIDENCE]
    return StoryLine(kind=kind, tone=tone, text=text, elements=tuple(elements), evidence=places, gone=gone, count=count)
