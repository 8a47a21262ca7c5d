"""What lies before the agent while it works on one scan: the system, what rules found in it, the files that may leave, the catalog.

Made once for a scan; every question to a model gets its tools from it. It is only read. What stands in no file that may leave is not
on it: an element or a finding that is known from such files alone is counted and not shown.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.agent.model import Known
from pipeline.agent.telling import Telling
from pipeline.agent.tools.characters import plain
from pipeline.agent.tools.pages import Pages, by_shown_name
from pipeline.retrieval.result import Hit
from pipeline.system.evidence import Lines
from pipeline.system.model import Element, Evidence, Flow, System
from pipeline.threats.catalog import Catalog
from pipeline.threats.taxonomy import Taxonomies

Search = Callable[[str, tuple[str, ...], int], Sequence[Hit]]
"""A question, globs of paths (none: all) and how many passages at most -> the best passages, best first. Called from any thread."""


class KeptBack(NamedTuple):
    """How much is known from files alone that may not be shown."""

    elements: int
    findings: int


class Bench:
    """One scan, indexed for the questions that tools answer."""

    def __init__(
        self,
        system: System,
        *,
        read_lines: Callable[[str], Lines],
        paths: Collection[str],
        catalog: Catalog,
        taxonomies: Taxonomies,
        findings: Iterable[Known] = (),
        search: Search | None = None,
        hide: Callable[[str], str] = lambda text: text,
    ) -> None:
        self.catalog, self.taxonomies, self.search, self.hide = catalog, taxonomies, search, hide
        self.pages = Pages(paths, read_lines, hide)
        self.lock = threading.Lock()  # readers of documents and the index are asked by one thread at a time
        told = tuple(findings)
        self._telling = Telling(system, told, self.pages.has)
        shown = self._telling.of(system)
        self.elements = {one.id: one for one in shown.elements}
        self.findings = {one.id: one for one in told if one.element in self.elements and self._telling.may(one.evidence)}
        self.flows = {one.id: one for one in shown.flows}
        self.relations, self.controls, self.claims = shown.relations, shown.controls, shown.claims
        self.kept_back = KeptBack(len(system.elements) - len(self.elements), len(told) - len(self.findings))
        self._elements = by_shown_name(tuple(self.elements), hide)
        self._flows = by_shown_name(tuple(self.flows), hide)

    def element_named(self, name: str) -> Element | None:
        """The element of an id, as it is or as it is shown."""
        return self.elements.get(self._elements.get(name, ""))

    def flow_named(self, name: str) -> Flow | None:
        """The flow of an id, as it is or as it is shown."""
        return self.flows.get(self._flows.get(name, ""))

    def flows_at(self, element: str) -> tuple[list[Flow], list[Flow]]:
        """What flows into an element and what flows out of it, drawings included."""
        flows = self.flows.values()
        return [flow for flow in flows if flow.target == element], [flow for flow in flows if flow.source == element]

    def findings_at(self, element: str) -> list[Known]:
        return [one for one in self.findings.values() if one.element == element]

    def controls_on(self, identities: Collection[str]) -> Mapping[str, tuple[Evidence, ...]]:
        """Kind of each control that covers one of these, to the places where it was seen."""
        found: dict[str, tuple[Evidence, ...]] = {}
        for control in self.controls:
            if not set(identities).isdisjoint(control.protects):
                found[control.kind] = (*found.get(control.kind, ()), *control.evidence)
        return dict(sorted(found.items()))

    def told(self, text: str) -> str:
        """A text about the system, as a model is told it: without names that only files have which may not be shown."""
        return plain(self._telling.text(text))
