"""A flow that a document tells of: made once, whatever number of sentences tell of it."""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.model import Evidence, Flow, Label, SinkRole


def add_told_flow(
    assembly: Assembly, source: str, target: str, role: SinkRole | None, carries: tuple[Label, ...], evidence: Evidence
) -> None:
    """The flow, unless one like it is known or both ends are one thing."""
    if source == target or any(set(carries) <= set(flow.carries) for flow in assembly.flows.get((source, target, role), ())):
        return
    identity = f"{source}->{target}:told:{role or ''}:{'+'.join(carries)}"
    flow = Flow(id=identity, source=source, target=target, carries=carries, role=role, steps=(evidence,), stated_by="document")
    assembly.flow(flow)
