"""Ways that begin at a step of a graph, beside those that begin where its state comes in.

A step is called with the state of its graph, and what a caller put there reaches it as the caller's text; who says it is whoever starts the
graph. Takes the matches of one finding; where the text is followed from a request, the steps are no callers of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.findings.grouping import with_ways
from pipeline.system.model import Flow
from pipeline.threats.engine import Match

_ENTRIES = ("http_route:", "websocket:", "webhook:", "chat_ui:", "queue_consumer:", "mcp_tool:", "cli:")


def told_from_entries(matches: Sequence[Match]) -> list[Match]:
    """The matches without ways that begin at a step, if others begin at an entry."""
    if not any(way[0].source.startswith(_ENTRIES) for match in matches for way in match.ways):
        return list(matches)
    kept: list[Match] = []
    for match in matches:
        ways = tuple(way for way in match.ways if not _begins_at_a_step(way))
        if ways == match.ways:
            kept.append(match)
        elif ways:
            kept.append(with_ways(match, ways))
    return kept or list(matches)


def _begins_at_a_step(way: tuple[Flow, ...]) -> bool:
    """Whether a caller's text is told of from a step on; what a step itself fetched is nobody's request."""
    return way[0].source.startswith("component:") and set(way[0].carries) == {"user_input"}
