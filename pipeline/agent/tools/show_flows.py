"""The tool `show_flows`: what flows into an element and out of it; of one flow, each hop with its text."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from pipeline.agent.tools.answer import Answer, listed
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.rows import evidence_row, flow_row, place_of
from pipeline.agent.tools.tool import Arguments, Tool
from pipeline.agent.tools.unknown import unknown_element
from pipeline.system.model import Flow


class ShowFlows(Arguments):
    id: str = Field(description="Id of an element or of a flow, exactly as listed.")
    start: int | None = Field(default=None, description="First row; null: 1.")


def answer(bench: Bench, asked: ShowFlows) -> Answer:
    if (flow := bench.flow_named(asked.id)) is not None:
        return listed(list(_hops(bench, flow)), asked.start)
    element = bench.element_named(asked.id)
    if element is None:
        return unknown_element(bench, asked.id)
    into, out_of = bench.flows_at(element.id)
    if not into and not out_of:
        return Answer("No flow into it or out of it is known.")
    rows = [f"{flow_row(flow)}{_ends(bench, flow)}" for flow in (*into, *(one for one in out_of if one.source != one.target))]
    return listed(rows, asked.start, f"{len(into)} in, then {len(out_of)} out.")


def _hops(bench: Bench, flow: Flow) -> Iterator[str]:
    yield flow_row(flow)
    for step in flow.steps:
        yield f"{step.role} {evidence_row(bench, step)}"


def _ends(bench: Bench, flow: Flow) -> str:
    places = list(dict.fromkeys(place_of(one) for one in flow.steps if bench.pages.has(one.path)))
    return f"; {' to '.join(places[:1] + places[1:][-1:])}" if places else ""


TOOL = Tool(
    "show_flows",
    "Data flows of an element: id, what it carries and what that becomes, boundaries crossed, controls on the way, first and last place."
    " By the id of a flow: each hop with its text.",
    ShowFlows,
    answer,
)
