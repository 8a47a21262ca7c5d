"""Things that are variants of one: the fallback of an engine, the trainers of a table behind one request and one base, servers of one list.

Takes matches, gives those of one threat one group where the same request reaches them through the same place of the program, outside of
the file of the request, or in one file through the same function: what has to be mended there is mended once. So are the entries of one
file that lists servers of MCP, the credentials of a file or a secret that holds nothing but settings (it is taken out, and each of them
is made anew), and tools where a threat says that one remedy serves them all. The group is named for the least of its
elements, so that the finding of that one keeps its name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.findings.grouping import Groups
from pipeline.threats.engine import Match

_KINDS = frozenset({"ml_model", "training_job", "local_llm"})
_TOOLS = frozenset({"tool", "mcp_tool"})
_REQUESTS = ("http_route:", "websocket:", "webhook:", "queue_consumer:")


def variants_joined(matches: Iterable[Match]) -> list[Match]:
    """Matches, each variant with the group of all of them."""
    found = list(matches)
    joined, keys = Groups(), dict[int, list[str]]()
    for number, match in enumerate(found):
        if match.group:
            continue
        if match.threat.group_by == "tools" and match.element.kind in _TOOLS:
            keys[number] = [f"{match.threat.slug} {match.element.kind}"]
            joined.join([f"{number:06}", *keys[number]])
        if match.threat.group_by != "element":
            continue
        if match.element.kind in _KINDS:
            keys[number] = [f"{match.threat.slug} {match.element.kind} {key}" for key in _reached_by(match)]
        elif match.element.kind == "mcp_client" and match.element.attributes.get("configured") is True:
            keys[number] = [f"{match.threat.slug} listed in {evidence.path}" for evidence in match.element.evidence[:1]]
        elif match.element.kind == "secret" and match.element.attributes.get("kept_together") is True:
            keys[number] = [f"{match.threat.slug} kept in {match.element.name.rpartition(' in ')[2]}"]
        if number in keys:
            joined.join([f"{number:06}", *keys[number]])
    groups: dict[str, list[int]] = {}
    for number in keys:
        groups.setdefault(joined.name(f"{number:06}"), []).append(number)
    for numbers in groups.values():
        if len(numbers) > 1:
            group = min(found[number].element.id for number in numbers)
            for number in numbers:
                found[number] = replace(found[number], group=group)
    return found


def _reached_by(match: Match) -> list[str]:
    """Each request with each place that its data, or the answer to it, comes by on the way, but for both ends."""
    keys: dict[str, None] = {}
    for way in match.ways:
        steps = [step for flow in way for step in flow.steps]
        ends = {steps[0].path, steps[-1].path} if steps else set()
        requests = [end for flow in way for end in (flow.source, flow.target) if end.startswith(_REQUESTS)]
        own = {step.path for flow in way for step in (flow.steps[:1] if flow.source.startswith(_REQUESTS) else flow.steps[-1:])}
        between = [step for step in steps[1:-1] if step.path not in own or (len(ends) == 1 and step.taken_by)]
        keys.update((f"{request} {step.path}:{step.start_line}", None) for request in requests for step in between)
    return list(keys)
