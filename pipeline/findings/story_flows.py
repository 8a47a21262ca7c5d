"""Lines of a story on flows that cross a boundary: what can be reached now, and what cannot any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.findings.model import Scan
from pipeline.findings.story_lines import StoryKind, StoryLine, Tone
from pipeline.findings.story_sides import PEOPLE, Both, Told, labels_words, line_of, listed
from pipeline.system.model import Element, Flow, Label, SinkRole

DANGEROUS: Mapping[SinkRole, str] = {
    "code": "as code", "shell": "as a shell command", "process_arguments": "as arguments of a program", "query": "as a query",
    "template": "as a template", "prompt_template": "as the template of a prompt", "html": "as markup", "path": "as the path of a file",
    "url": "as the address of a request", "deserialised": "to be deserialised", "model_source": "as the choice of a model",
    "training_data": "as training data", "system_prompt": "as a system prompt", "instructions": "as an agent's instructions",
    "payment": "as a payment", "message": "as a message", "deletion": "as what to delete",
}  # fmt: skip


class _Way(NamedTuple):
    source: str
    target: str


class _Reached(NamedTuple):
    """What makes flows into one element one line."""

    target: str
    role: SinkRole | None
    labels: tuple[Label, ...]
    again: bool  # the two were joined before, by something else


def tell_flows(both: Both) -> Iterator[Told]:
    before, after = _ways(both.old, both.now), _ways(both.new, lambda element: element)
    came, gone = {element.id for element in both.came}, {element.id for element in both.went}
    found: dict[_Reached, list[Flow]] = defaultdict(list)
    for way, flows in after.items():
        earlier = before.get(way, [])
        fresh = [
            flow for flow in flows if not any(flow.role == other.role and set(flow.carries) <= set(other.carries) for other in earlier)
        ]
        if not fresh or way.source in both.bounded or not all(_is_told_end(both.after.get(end)) for end in way):
            continue
        if _is_only_logged(both.after[way.target], fresh):
            continue
        worst = max(fresh, key=lambda flow: (flow.role in DANGEROUS, len(flow.carries), flow.id))
        if worst.role not in DANGEROUS and worst.role == "response" and way.target in came:
            continue  # that a new route answers is said by the route
        labels = tuple(sorted({label for flow in fresh for label in flow.carries}))
        found[_Reached(way.target, worst.role if worst.role in DANGEROUS else None, labels, bool(earlier))].append(worst)
    # What the same sources reach in no dangerous way is one line.
    joined: dict[tuple[object, ...], list[tuple[_Reached, list[Flow]]]] = defaultdict(list)
    for reached, flows in found.items():
        sources = tuple(dict.fromkeys(flow.source for flow in flows))
        alone = (reached,) if reached.role is not None else (reached.again, both.after[reached.target].zone)
        joined[sources, reached.labels, alone].append((reached, flows))
    for parts in joined.values():
        targets = [reached.target for reached, _ in parts]
        flows = [flow for _, some in parts for flow in some]
        yield Told(_reached_line(both, parts[0][0], targets, flows), _reached_weight(both, parts[0][0]))
    lost: dict[tuple[str, tuple[Label, ...]], list[Flow]] = defaultdict(list)
    for way, flows in before.items():
        if way in after or set(way) & gone or way.source in both.bounded or not all(_is_told_end(both.after.get(end)) for end in way):
            continue
        if _is_only_logged(both.after[way.target], flows):
            continue
        lost[way.target, tuple(sorted({label for flow in flows for label in flow.carries}))].append(flows[0])
    for (target, labels), flows in lost.items():
        sources = tuple(dict.fromkeys(both.now(flow.source) for flow in flows))
        text = f"{labels_words(labels)} of {listed(map(both.name, sources))} can no longer reach {both.name(target)}"
        yield Told(_flow_line("flow_removed", "better", text[0].upper() + text[1:], (*sources, target), flows, gone=True), 35)


def _reached_line(both: Both, reached: _Reached, targets: Sequence[str], flows: Sequence[Flow]) -> StoryLine:
    sources = tuple(dict.fromkeys(flow.source for flow in flows))
    text = f"{labels_words(reached.labels)} of {listed(map(both.name, sources))} can now {'also ' if reached.again else ''}reach"
    text += f" {listed(map(both.name, targets))}{' ' + DANGEROUS[reached.role] if reached.role is not None else ''}"
    zones = {both.after[source].zone for source in sources}, both.after[reached.target].zone
    if len(zones[0]) == 1 and zones[1] not in zones[0]:
        text += f" ({min(zones[0])} to {zones[1]})".replace("_", " ")
    return _flow_line("flow_added", "worse", text[0].upper() + text[1:], (*sources, *targets), flows)


def _reached_weight(both: Both, reached: _Reached) -> int:
    weight = 88 if reached.role is not None else 66 if both.after[reached.target].zone == "third_party" else 50
    return weight - 6 * reached.again


def _ways(scan: Scan, named: Callable[[str], str]) -> dict[_Way, list[Flow]]:
    """Flows that cross a boundary, by their ends in the names of the newer scan."""
    ways: dict[_Way, list[Flow]] = defaultdict(list)
    for flow in scan.system.flows:
        if flow.crosses and flow.stated_by != "document":
            ways[_Way(named(flow.source), named(flow.target))].append(flow)
    return ways


def _is_told_end(element: Element | None) -> bool:
    return element is not None and element.kind not in PEOPLE and not element.attributes.get("examples_only")


def _is_only_logged(target: Element, flows: Iterable[Flow]) -> bool:
    """Whether what arrives is written to a log, and is no secret: nearly everything is."""
    return target.kind == "log" and not any("secret_value" in flow.carries for flow in flows)


def _flow_line(kind: StoryKind, tone: Tone, text: str, elements: Iterable[str], flows: Sequence[Flow], *, gone: bool = False) -> StoryLine:
    steps = [step for flow in flows[:1] for step in (*flow.steps[-1:], *flow.steps[:1])]  # where it ends comes first
    line = line_of(kind, tone, text, elements, steps, gone=gone)
    return line.model_copy(update={"flows": tuple(flow.id for flow in flows), "count": len(flows)})
