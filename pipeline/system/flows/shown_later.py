"""Replies of models that a table keeps and another request shows as markup: what the model said is stored, not only answered.

Takes the flows of an assembly; adds one from the model to the page where the reply is written to a column that is read by name or place
into markup which nothing encodes. Where either side names no column, or takes many, nothing is said: a table holds much that no model
wrote.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.model import Flow, SinkRole

_WRITTEN: frozenset[SinkRole | None] = frozenset({"store_write", "query_parameters"})
_CLEANS = ("output_encoding", "schema_validation", "type_cast")
_MOST_COLUMNS = 3
_MOST_FLOWS = 40


def add_shown_later(assembly: Assembly) -> None:
    """A flow of markup for each reply that is kept and shown."""
    checked = {
        flow for (kind, _place), (covered, _evidence) in assembly.controls.items() if kind in _CLEANS for flow in covered
    }  # fmt: skip
    kept: list[Flow] = []
    shown: dict[str, list[Flow]] = {}
    for (source, target, role), flows in assembly.flows_in_order():
        for flow in flows:
            if role in _WRITTEN and "model_reply" in flow.carries and flow.fields and assembly.draft(target).kind == "data_store":
                kept.append(flow)
            elif role == "html" and "stored_data" in flow.carries and 0 < len(flow.fields) <= _MOST_COLUMNS and flow.id not in checked:
                shown.setdefault(source, []).append(flow)
    for written in kept[:_MOST_FLOWS]:
        for read in shown.get(written.target, ())[:_MOST_FLOWS]:
            if not set(written.fields).isdisjoint(read.fields) and (written.source, read.target, "html") not in assembly.flows:
                steps = (
                    *written.steps[:-1],
                    *(step.model_copy(update={"role": "step"}) for step in (*written.steps[-1:], *read.steps[:-1])),
                )
                assembly.flow(
                    Flow(
                        id=f"{written.source}->{read.target}:html", source=written.source, target=read.target, carries=("model_reply",),
                        role="html", steps=(*steps, *read.steps[-1:]),
                    )
                )  # fmt: skip
