"""A system, indexed for asking: what flows in and out of an element, what covers it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.system.flows.columns import CATALOGUE, FILTER, NAMES
from pipeline.system.model import (
    TOLD_OR_INDEXED,
    AttributeValue,
    Claim,
    Control,
    ControlKind,
    Element,
    ElementKind,
    Flow,
    Relation,
    SinkRole,
    System,
)
from pipeline.threats.schema import FlowPattern, RelationPattern
from pipeline.threats.telling import telling

MAX_HOPS = 6
_MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm"})
_STORES: frozenset[ElementKind] = frozenset({"data_store", "vector_store", "memory", "file_store"})
_READS = re.compile(r"(?i)\.(?:find|find_?one|aggregate|count_?documents)\(|\bselect\b")
_WRITES = re.compile(r"(?i)\b(?:insert|update|upsert|merge|replace|create|set|call|exec)\b|_and_(?:update|replace)")
_CHOOSES: frozenset[SinkRole] = frozenset({"path", "index_query", "deletion"})
_WRITTEN: frozenset[SinkRole | None] = frozenset({"store_write", "query", "query_parameters"})
_ASKS: frozenset[SinkRole] = frozenset({"url", "request_body", "path"})
_KEEPS: frozenset[ElementKind] = frozenset(
    {"data_store", "vector_store", "retriever", "memory", "file_store", "tool", "mcp_tool", "dataset", "log"}
)
_REQUESTS: frozenset[ElementKind] = frozenset({"http_route", "websocket", "webhook", "chat_ui"})
_ACTORS: frozenset[ElementKind] = frozenset({"end_user", "anonymous_public", "operator"})
AI_KINDS: frozenset[ElementKind] = frozenset(
    {
        "hosted_llm",
        "local_llm",
        "ml_model",
        "embedding_model",
        "agent",
        "tool",
        "vector_store",
        "retriever",
        "training_job",
        "mcp_server",
        "mcp_tool",
    }
)
Wanted = Mapping[str, object]


@dataclass
class View:
    """Indexes of one system; built once, asked often."""

    system: System
    elements: dict[str, Element] = field(init=False)
    into: dict[str, list[Flow]] = field(init=False)
    out_of: dict[str, list[Flow]] = field(init=False)
    relations_from: dict[str, list[Relation]] = field(init=False)
    relations_to: dict[str, list[Relation]] = field(init=False)
    controls: dict[str, list[Control]] = field(init=False)
    denials: dict[str, list[Claim]] = field(init=False)
    drawn_only: frozenset[str] = field(init=False)  # elements known from drawings, in a system whose code was read

    def __post_init__(self) -> None:
        self.elements = {element.id: element for element in self.system.elements}
        self.into, self.out_of, self.relations_from, self.relations_to, self.controls = {}, {}, {}, {}, {}
        built = any(e.evidence and e.attributes.get("stated_by") != "document" and e.kind in AI_KINDS for e in self.system.elements)
        self.drawn_only = frozenset(e.id for e in self.system.elements if built and e.attributes.get("stated_by") == "document")
        for flow in self.system.flows:
            if built and flow.stated_by == "document":
                continue  # a drawing does not outweigh code that was read
            self.into.setdefault(flow.target, []).append(flow)
            self.out_of.setdefault(flow.source, []).append(flow)
        for relation in self.system.relations:
            self.relations_from.setdefault(relation.source, []).append(relation)
            self.relations_to.setdefault(relation.target, []).append(relation)
        self.denials = {}
        for claim in self.system.claims:
            for identity in claim.about if claim.kind == "denial" else ():
                self.denials.setdefault(identity, []).append(claim)
        for control in self.system.controls:
            for covered in control.protects:
                self.controls.setdefault(covered, []).append(control)

    def controls_on(self, identity: str, kinds: Iterable[ControlKind]) -> list[Control]:
        wanted = set(kinds)
        return [control for control in self.controls.get(identity, ()) if control.kind in wanted]

    def controls_of_way(self, way: tuple[Flow, ...], kinds: Iterable[ControlKind]) -> list[Control]:
        """Controls of these kinds on any flow of a way or on an element it passes."""
        wanted = tuple(kinds)
        found: dict[str, Control] = {}
        for flow in way:
            for identity in (flow.id, flow.source, flow.target):
                for control in self.controls_on(identity, wanted):
                    found[control.id] = control
        return list(found.values())

    def ways(self, element: Element, pattern: FlowPattern) -> Iterator[tuple[Flow, ...]]:
        """Flows, or chains of flows ending here, that match a pattern; each from its beginning to its end."""
        if pattern.out_of is not None:
            for flow in self.out_of.get(element.id, ()):
                if self._matches(flow, pattern) and self._near_end(flow, pattern) and self._bare((flow,), pattern):
                    yield (flow,)
            return
        for flow in self.into.get(element.id, ()):
            if pattern.role and flow.role not in pattern.role:
                continue
            if self._begins(flow, pattern):
                if self._bare((flow,), pattern):
                    yield self._lengthened((flow,), pattern)
            elif pattern.upstream:
                way = self._upstream(flow, pattern)
                if way is not None and self._bare(way, pattern):
                    yield self._lengthened(way, pattern)

    def _lengthened(self, way: tuple[Flow, ...], pattern: FlowPattern) -> tuple[Flow, ...]:
        """The way from further back, while what it carries is seen to come from further back."""
        for _ in range(3):
            passed = {flow.source for flow in way} | {flow.target for flow in way}
            before = [
                flow for flow in self.into.get(way[0].source, ())
                if flow.steps
                and flow.source not in passed
                and not self.is_answer(flow)
                and self.comes_out(flow, way[0])
                and self.elements[flow.source].kind not in _ACTORS
                and set(flow.carries) & set(pattern.carries) & set(way[0].carries)
            ]  # fmt: skip
            if not before:
                break
            way = (before[0], *way)
        return way

    def _upstream(self, last: Flow, pattern: FlowPattern) -> tuple[Flow, ...] | None:
        queue: list[tuple[Flow, ...]] = [(last,)]
        seen = {last.source, last.target}
        while queue:
            way = queue.pop(0)
            if len(way) >= MAX_HOPS:
                continue
            begun: list[tuple[Flow, ...]] = []
            for flow in self.into.get(way[0].source, ()):
                if (
                    flow.source in seen
                    or self.is_answer(flow)
                    or not self.comes_out(flow, way[0])
                    or (pattern.live and self.elements[way[0].source].kind in _KEEPS)
                ):
                    continue
                if self._begins(flow, pattern):
                    begun.append((flow, *way))
                    continue
                seen.add(flow.source)
                queue.append((flow, *way))
            if begun:
                return min(begun, key=telling)
        return None

    def asks_now(self, way: tuple[Flow, ...]) -> bool:
        """Whether the request that a way begins with runs a model; who stands outside, and what is no request, is not asked."""
        begins = self.elements[way[0].source]
        return begins.kind not in _REQUESTS or begins.attributes.get("runs_inference") is True

    def is_asked_elsewhere(self, way: tuple[Flow, ...]) -> bool:
        """Whether a way goes on by a reply to a model that no code which answers anybody asks: a script that judges replies by hand."""
        through = {flow.source for flow in way[1:] if self.elements[flow.source].kind in _MODELS}
        asked = {
            relation.target for relation in self.relations_from.get(way[0].source, ()) if relation.kind == "calls"
        } if through else set()  # fmt: skip
        return bool(through & asked) and not any(relation.kind == "calls" for relation in self.relations_to.get(way[-1].target, ()))

    def is_answer(self, flow: Flow) -> bool:
        """What an entry answers does not come back in as its next request."""
        return flow.role == "response" and self.elements[flow.target].kind not in ("tool", "mcp_tool")

    def comes_out(self, kept: Flow, after: Flow) -> bool:
        """Whether what flows into an element may be in what flows out of it: what only chooses a file or a row is not kept there."""
        if self.elements[kept.target].kind in _STORES and (kept.role in _CHOOSES or kept.fields == (FILTER,) or _looks_up(kept)):
            return False
        if NAMES in kept.fields and after.role in TOLD_OR_INDEXED:
            return False
        if self.elements[kept.target].kind == "web_content" and kept.role in _ASKS:
            return False  # what others have written is not what they were asked
        if self.elements[kept.target].kind == "interpreter" and kept.role == "process_arguments" and "stored_data" in kept.carries:
            return False  # what a program of the machine says is not what it was started with
        return not self._in_other_columns(kept, after) and self._same_asker(kept, after) and self.answers(after, kept)

    def answers(self, answered: Flow, asked: Flow) -> bool:
        """Whether a reply may be one to a question: what a shared client gives back goes to the call that asked."""
        return not asked.way or asked.way not in answered.answers_not

    def _in_other_columns(self, kept: Flow, after: Flow) -> bool:
        """What is written to one column is not read from another, and no record is what a database tells of its tables."""
        read = after.fields_read if after.role in _WRITTEN else after.fields
        if self.elements[kept.target].kind != "data_store" or not read:
            return False
        written = set(kept.fields) - {NAMES}
        return read == (CATALOGUE,) or (bool(written) and written.isdisjoint(read))

    def _same_asker(self, asked: Flow, answered: Flow) -> bool:
        """Whether what goes into a model can be in what comes out of it: two files that ask one model by its name are two conversations."""
        if self.elements[asked.target].kind not in _MODELS or "code" not in (asked.stated_by, answered.stated_by):
            return True
        if not asked.steps or not answered.steps:
            return True
        return asked.steps[-1].path == answered.steps[0].path

    def _begins(self, flow: Flow, pattern: FlowPattern) -> bool:
        if pattern.carries and not set(pattern.carries) & set(flow.carries):
            return False
        source = self.elements[flow.source]
        if pattern.from_kind and source.kind not in pattern.from_kind:
            return False
        if pattern.from_zone and source.zone not in pattern.from_zone:
            return False
        # Who stands outside comes in by the entry, and is as it is: what staff send is sent by staff.
        return has_attributes(source, pattern.from_where) and (
            source.kind not in _ACTORS or has_attributes(self.elements[flow.target], pattern.from_where)
        )

    def _matches(self, flow: Flow, pattern: FlowPattern) -> bool:
        if pattern.carries and not set(pattern.carries) & set(flow.carries):
            return False
        return not pattern.role or flow.role in pattern.role

    def _near_end(self, flow: Flow, pattern: FlowPattern) -> bool:
        target = self.elements[flow.target]
        if pattern.to_kind and target.kind not in pattern.to_kind:
            return False
        return has_attributes(target, pattern.to_where)

    def _bare(self, way: tuple[Flow, ...], pattern: FlowPattern) -> bool:
        return not pattern.without or not self.controls_of_way(way, pattern.without)

    def related(self, element: Element, pattern: RelationPattern) -> Iterator[tuple[Relation, Element]]:
        relations = self.relations_from.get(element.id, ()) if pattern.to_kind else self.relations_to.get(element.id, ())
        for relation in relations:
            other = self.elements[relation.target if pattern.to_kind else relation.source]
            if pattern.kind and relation.kind not in pattern.kind:
                continue
            if other.kind in (pattern.to_kind or pattern.from_kind) and has_attributes(other, pattern.where):
                yield relation, other


def _looks_up(flow: Flow) -> bool:
    """Whether a parameter of a query only says which records are read: `find_one({"id": id})`, `SELECT ... WHERE id = ?`."""
    if flow.role != "query_parameters" or not flow.steps:
        return False
    return _READS.search(flow.steps[-1].quote) is not None and _WRITES.search(flow.steps[-1].quote) is None


def has_attributes(element: Element, wanted: Wanted) -> bool:
    return all(_holds(element.zone if name == "zone" else element.attributes.get(name), value) for name, value in wanted.items())


def _holds(actual: AttributeValue | None, wanted: object) -> bool:
    if wanted == "absent":
        return actual is None
    if wanted == "present":
        return actual is not None and actual is not False
    options = wanted if isinstance(wanted, tuple) else (wanted,)
    values: tuple[object, ...] = actual if isinstance(actual, tuple) else (actual,)
    return any(value == option and isinstance(value, bool) == isinstance(option, bool) for option in options for value in values)
