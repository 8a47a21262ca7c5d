"""One scan, ready to be asked: what stands at an element, what comes into it, what it is tied to.

Takes a scan and the catalog, gives look-ups in the order of the scan. It judges nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar

from pipeline.findings.listing import in_order
from pipeline.findings.model import Coverage, Finding, Scan
from pipeline.reports.wording import CLOSED
from pipeline.system.model import Claim, Control, Element, Flow, Relation, RelationKind
from pipeline.threats.catalog import Catalog
from pipeline.threats.schema import Threat

T = TypeVar("T")
LEADS: frozenset[RelationKind] = frozenset(
    {"has_tool", "uses_model", "uses_memory", "uses_retriever", "uses_store", "calls", "loads", "same_as"}
)
"""Ties along which who reaches the one reaches the other."""
PROMISED = "promised in a document"


class View:
    """Look-ups over one scan."""

    def __init__(self, scan: Scan, catalog: Catalog) -> None:
        self.scan, self.catalog = scan, catalog
        self.elements = {element.id: element for element in scan.system.elements}
        self.flows = {flow.id: flow for flow in scan.system.flows}
        self.controls = {control.id: control for control in scan.system.controls}
        self.claims = {claim.id: claim for claim in scan.system.claims}
        self.findings = {finding.id: finding for finding in in_order(scan.findings)}
        self.open = tuple(finding for finding in self.findings.values() if finding.status not in CLOSED)

    @cached_property
    def into(self) -> dict[str, list[Flow]]:
        return _grouped((flow.target, flow) for flow in self.scan.system.flows)

    @cached_property
    def out_of(self) -> dict[str, list[Flow]]:
        return _grouped((flow.source, flow) for flow in self.scan.system.flows)

    @cached_property
    def ties_from(self) -> dict[str, list[Relation]]:
        return _grouped((relation.source, relation) for relation in self.scan.system.relations)

    @cached_property
    def ties_to(self) -> dict[str, list[Relation]]:
        return _grouped((relation.target, relation) for relation in self.scan.system.relations)

    @cached_property
    def cells(self) -> dict[str, list[Coverage]]:
        return _grouped((cell.element, cell) for cell in self.scan.coverage)

    @cached_property
    def _claims(self) -> dict[str, list[Claim]]:
        return _grouped((element, claim) for claim in self.scan.system.claims for element in claim.about)

    @cached_property
    def _controls(self) -> dict[str, list[Control]]:
        return _grouped((protected, control) for control in self.scan.system.controls for protected in control.protects)

    def at(self, elements: Iterable[str]) -> tuple[Finding, ...]:
        """Open findings about one of the elements, worst first; a finding that holds for several is in the cells of each."""
        wanted = set(elements)
        ids = {one for element in wanted for cell in self.cells.get(element, ()) for one in cell.findings}
        return tuple(finding for finding in self.open if finding.element in wanted or finding.id in ids)

    def through(self, elements: Iterable[str]) -> tuple[Finding, ...]:
        """Open findings about others, whose way leads by one of the elements."""
        wanted, here = set(elements), set(self.at(elements))
        return tuple(finding for finding in self.open if finding not in here and not wanted.isdisjoint(finding.attack_path))

    def claims_about(self, elements: Iterable[str]) -> tuple[Claim, ...]:
        return tuple(dict.fromkeys(claim for element in elements for claim in self._claims.get(element, ())))

    def controls_on(self, elements: Iterable[str], *, flows: bool = True) -> tuple[Control, ...]:
        """Controls that cover the elements, and those on flows that end or begin at them."""
        found: dict[str, Control] = {}
        for element in elements:
            ids = [element]
            if flows:
                ids += (flow.id for flow in (*self.into.get(element, ()), *self.out_of.get(element, ())))
                on_flows = [one for flow in (*self.into.get(element, ()), *self.out_of.get(element, ())) for one in flow.controls]
                found.update((one, self.controls[one]) for one in on_flows if one in self.controls)
            found.update((control.id, control) for one in ids for control in self._controls.get(one, ()))
        return tuple(found.values())

    def threat(self, slug: str) -> Threat | None:
        return self.catalog.get(slug)

    def same_as(self, elements: Iterable[str]) -> tuple[str, ...]:
        """The elements, and those that are the same thing by another name."""
        found = dict.fromkeys(elements)
        for element in list(found):
            found.update((tie.target, None) for tie in self.ties_from.get(element, ()) if tie.kind == "same_as")
            found.update((tie.source, None) for tie in self.ties_to.get(element, ()) if tie.kind == "same_as")
        return tuple(one for one in found if one in self.elements)


def is_stated_only(element: Element) -> bool:
    """Whether nothing but a document or a model says that it is there."""
    return element.attributes.get("stated_by") in ("document", "model")


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)
