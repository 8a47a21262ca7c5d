"""What lies before the agent while it works on one scan: the system, what rules found in it, the files that may leave, the catalog.

Made once for a scan; every question to a model gets its tools from it. It is only read. What stands in no file that may leave is not
on it: an element or a finding that is known from such files alone is counted and not shown.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.agent.tools.characters import plain
from pipeline.agent.tools.pages import Pages, by_shown_name
from pipeline.retrieval.result import Hit
from pipeline.system.evidence import Lines
from pipeline.system.model import Element, Evidence, Flow, Severity, System
from pipeline.threats.catalog import Catalog
from pipeline.threats.taxonomy import Taxonomies

Search = Callable[[str, tuple[str, ...], int], Sequence[Hit]]
"""A question, globs of paths (none: all) and how many passages at most -> the best passages, best first. Called from any thread."""


@dataclass(frozen=True, slots=True)
class Known:
    """A finding of the rules, as far as the agent is told of it."""

    id: str
    threat: str
    title: str
    severity: Severity
    element: str
    description: str
    evidence: tuple[Evidence, ...] = ()


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
        self.elements = {one.id: one for one in system.elements if self._may_be_shown(one.evidence)}
        self.findings = {one.id: one for one in told if one.element in self.elements and self._may_be_shown(one.evidence)}
        flows = [one for one in system.flows if {one.source, one.target} <= self.elements.keys() and self._may_be_shown(one.steps)]
        self.flows = {one.id: one for one in flows}
        self.relations = tuple(
            one for one in system.relations if {one.source, one.target} <= self.elements.keys() and self._may_be_shown(one.evidence)
        )
        self.controls = tuple(one for one in system.controls if self._may_be_shown(one.evidence))
        self.claims = tuple(one for one in system.claims if self._may_be_shown(one.evidence))
        self.kept_back = KeptBack(len(system.elements) - len(self.elements), len(told) - len(self.findings))
        self._withheld = _withheld(system, told, self)
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
        return plain(text if self._withheld is None else self._withheld.sub("(withheld)", text))

    def _may_be_shown(self, evidence: Sequence[Evidence]) -> bool:
        return not evidence or any(self.pages.has(one.path) for one in evidence)


def _withheld(system: System, findings: Iterable[Known], bench: Bench) -> re.Pattern[str] | None:
    """Paths of files that may not be shown, and names in backticks of elements that only these have."""
    cited = (evidence for group in (system.elements, findings) for one in group for evidence in one.evidence)
    steps = (step for flow in system.flows for step in flow.steps)
    paths = {one.path for one in (*cited, *steps) if not bench.pages.has(one.path)}
    shown = {one.name for one in bench.elements.values()}
    names = {f"`{one.name}`" for one in system.elements if one.id not in bench.elements and one.name not in shown}
    written = sorted(paths | names, key=lambda name: (-len(name), name))
    return re.compile("|".join(map(re.escape, written))) if written else None
