"""Ways through the system: who reaches an element, and how one gets from one element to another.

Takes a view; gives chains of hops, each a flow or a tie that the scan holds, shortest first. Hops along code and configuration are
taken before those that only a document draws.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.chat.citing import distinct, of_flow, of_relation
from pipeline.chat.model import Citation
from pipeline.chat.view import LEADS, View
from pipeline.chat.wording import named
from pipeline.reports.wording import words
from pipeline.system.model import ElementKind, Flow, Relation

ENTRIES: frozenset[ElementKind] = frozenset(
    {"http_route", "websocket", "chat_ui", "webhook", "queue_consumer", "mcp_tool", "command_line", "scheduled_job", "file_drop"}
)
ACTORS: frozenset[ElementKind] = frozenset({"end_user", "anonymous_public", "operator", "third_party"})
OUTSIDE: frozenset[ElementKind] = frozenset({"web_content", "dataset", "model_registry", "external_service", "package"})
KEPT: frozenset[ElementKind] = frozenset({"data_store", "vector_store", "file_store", "memory", "queue", "log"})
_MOST_HOPS = 8


@dataclass(frozen=True, slots=True)
class Hop:
    """From one element to the next, and by what."""

    source: str
    target: str
    by: Flow | Relation

    @property
    def citations(self) -> tuple[Citation, ...]:
        return of_flow(self.by, 2) if isinstance(self.by, Flow) else (of_relation(self.by),)

    @property
    def stated(self) -> bool:
        return isinstance(self.by, Flow) and self.by.stated_by in ("document", "model")


Way = tuple[Hop, ...]


def hops_into(view: View, element: str) -> Iterator[Hop]:
    found = [Hop(flow.source, element, flow) for flow in view.into.get(element, ())]
    found += [Hop(tie.source, element, tie) for tie in view.ties_to.get(element, ()) if tie.kind in LEADS]
    found += [Hop(tie.target, element, tie) for tie in view.ties_from.get(element, ()) if tie.kind == "same_as"]
    return iter(sorted(found, key=lambda hop: (hop.stated, not isinstance(hop.by, Flow))))


def hops_out_of(view: View, element: str, *, ties: bool = True) -> Iterator[Hop]:
    found = [Hop(element, flow.target, flow) for flow in view.out_of.get(element, ())]
    if ties:
        found += [Hop(element, tie.target, tie) for tie in view.ties_from.get(element, ()) if tie.kind in LEADS]
        found += [Hop(element, tie.source, tie) for tie in view.ties_to.get(element, ()) if tie.kind == "same_as"]
    return iter(sorted(found, key=lambda hop: (hop.stated, not isinstance(hop.by, Flow))))


def ways_to(view: View, targets: Collection[str]) -> dict[str, Way]:
    """For each element from which a target can be reached the shortest way there; the targets themselves are left out."""
    found: dict[str, Way] = {}
    queue: deque[tuple[str, Way]] = deque((target, ()) for target in targets)
    while queue:
        here, way = queue.popleft()
        if len(way) >= _MOST_HOPS:
            continue
        for hop in hops_into(view, here):
            if way and view.elements[here].kind in KEPT and not isinstance(hop.by, Flow) and _only_reads(view, hop.source):
                continue  # nothing of what others get out of the store comes from there
            if hop.source not in found and hop.source not in targets:
                found[hop.source] = (hop, *way)
                queue.append((hop.source, found[hop.source]))
    return found


def _only_reads(view: View, element: str) -> bool:
    return view.elements[element].attributes.get("method") == "GET"


def way_between(view: View, sources: Collection[str], targets: Collection[str], *, ties: bool = True) -> Way | None:
    """The shortest way from one of the sources to one of the targets."""
    seen = set(sources)
    queue: deque[tuple[str, Way]] = deque((source, ()) for source in sources)
    while queue:
        here, way = queue.popleft()
        for hop in hops_out_of(view, here, ties=ties):
            if hop.target in targets:
                return (*way, hop)
            if hop.target not in seen and len(way) < _MOST_HOPS:
                seen.add(hop.target)
                queue.append((hop.target, (*way, hop)))
    return None


def on_from(
    view: View,
    sources: Collection[str],
    goes_on: Callable[[str], bool] = lambda element: True,
    *,
    ties: bool = False,
    most: int = _MOST_HOPS,
) -> dict[str, Way]:
    """All that data of the sources flows to, each by the shortest way; `goes_on` says where it is followed, `ties` along calls too."""
    found: dict[str, Way] = {}
    queue: deque[tuple[str, Way]] = deque((source, ()) for source in sources)
    while queue:
        here, way = queue.popleft()
        if len(way) >= most or (way and not goes_on(here)):
            continue
        for hop in hops_out_of(view, here, ties=ties):
            if hop.target not in found and hop.target not in sources:
                found[hop.target] = (*way, hop)
                queue.append((hop.target, found[hop.target]))
    return found


def way_words(view: View, way: Sequence[Hop]) -> str:
    """`a -> b -> c`, by names."""
    return " → ".join([named(view, way[0].source), *(named(view, hop.target) for hop in way)])


def way_citations(way: Iterable[Hop]) -> tuple[Citation, ...]:
    return distinct((one for hop in way for one in hop.citations[:2]), 8)


def carried(flow: Flow) -> str:
    return " and ".join(map(words, flow.carries)) or "data"


def hop_words(view: View, hop: Hop) -> str:
    """`user input goes from a to b, as a prompt`."""
    source, target = named(view, hop.source), named(view, hop.target)
    if isinstance(hop.by, Flow):
        role = f" as {words(hop.by.role)}" if hop.by.role else ""
        drawn = f" (stated by a {hop.by.stated_by})" if hop.stated else ""
        return f"{carried(hop.by)} goes from {source} to {target}{role}{drawn}"
    return f"{source} {words(hop.by.kind)} {target}"
