"""The tool `show_element`: all that is known of one element, each thing in a row."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from pipeline.agent.tools.answer import Answer, listed
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.characters import plain, shown
from pipeline.agent.tools.rows import attributes_of, evidence_row, finding_row, place_of
from pipeline.agent.tools.tool import Arguments, Tool
from pipeline.agent.tools.unknown import unknown_element
from pipeline.system.model import Element

_PLACES, _CLAIM = 8, 240
_KEPT = {True: "kept", False: "not kept", None: "not checked"}


class ShowElement(Arguments):
    id: str = Field(description="Id of the element, exactly as listed.")
    start: int | None = Field(default=None, description="First row; null: 1.")


def answer(bench: Bench, asked: ShowElement) -> Answer:
    element = bench.element_named(asked.id)
    return unknown_element(bench, asked.id) if element is None else listed(list(_rows(bench, element)), asked.start)


def _rows(bench: Bench, element: Element) -> Iterator[str]:
    yield " ".join(part for part in (plain(element.id), element.zone, attributes_of(bench, element)) if part)
    for place in element.evidence[:_PLACES]:
        yield f"at {evidence_row(bench, place)}"
    if len(element.evidence) > _PLACES:
        yield f"at {len(element.evidence) - _PLACES} more places"
    for relation in bench.relations:
        if relation.source == element.id:
            yield f"{relation.kind} {plain(relation.target)}"
        elif relation.target == element.id:
            yield f"{plain(relation.source)} {relation.kind} it"
    for kind, places in bench.controls_on((element.id,)).items():
        cited = ", ".join(place_of(one) for one in places if bench.pages.has(one.path))
        yield f"control {kind} {cited}".rstrip()
    for claim in bench.claims:
        if element.id in claim.about:
            said = next((place_of(one) for one in claim.evidence if bench.pages.has(one.path)), "")
            yield f"claim ({claim.kind}, {_KEPT[claim.kept]}) {said} {shown(' '.join(claim.text.split()), _CLAIM)}"
    for finding in bench.findings_at(element.id):
        yield f"finding {finding_row(finding)}"
    into, out_of = bench.flows_at(element.id)
    yield f"flows: {len(into)} in, {len(out_of)} out (show_flows)"


TOOL = Tool(
    "show_element",
    "One element: its places with their text, relations, controls, claims of documents, findings.",
    ShowElement,
    answer,
)
