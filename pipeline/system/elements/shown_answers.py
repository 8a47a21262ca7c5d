"""Replies of models that a page shows: the page asks a route of the same system, the route answers with the reply.

Takes an assembly whose flows are known. Where the answer of an own route becomes markup, and a model's reply leaves by that route, a flow
from the model to the markup is added, with the steps and the checks of both ways. Which field of the answer is shown is not compared with
the field that the reply is in.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.model import Flow

OWN_ROUTE = "own route "
_MOST = 4  # ways between one model and one page


def add_shown_answers(assembly: Assembly) -> None:
    """Flows from models to markup in the pages that ask for their replies."""
    answered: dict[str, list[Flow]] = {}
    for (_source, route, role), flows in sorted(assembly.flows.items(), key=lambda item: item[0][:2]):
        path = assembly.draft(route).attributes.get("path") if role == "response" else None
        if isinstance(path, str):
            answered.setdefault(path, []).extend(flow for flow in flows if "model_reply" in flow.carries)
    shown = [flow for (_source, _target, role), flows in assembly.flows.items() if role == "html" for flow in flows]
    for page in shown:
        draft = assembly.draft(page.source)
        if draft.kind == "component" and draft.name.startswith(OWN_ROUTE):
            for answer in answered.get(draft.name.removeprefix(OWN_ROUTE), [])[:_MOST]:
                _join(assembly, answer, page)


def _join(assembly: Assembly, answer: Flow, page: Flow) -> None:
    identity = f"{answer.id}=>{page.id}"
    assembly.flow(
        Flow(
            id=identity, source=answer.source, target=page.target, carries=("model_reply",), role="html", steps=(*answer.steps, *page.steps)
        )
    )
    for covered, _cited in assembly.controls.values():
        if page.id in covered or answer.id in covered:
            covered.add(identity)
