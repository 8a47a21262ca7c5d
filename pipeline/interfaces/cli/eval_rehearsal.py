"""`threatloom eval --llm MODEL --dry-run`: what each labelled system would take and cost, before anything is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evals.suite import Reference
    from pipeline.agent.settings import AgentSettings
    from pipeline.progress import Progress


def rehearsed(systems: Sequence[Reference], settings: AgentSettings, progress: Progress) -> str:
    """A row for each system and one for all of them; nothing is sent."""
    from evals.running.child import LEFT_OUT
    from pipeline.reports.escape import visible
    from pipeline.scan import ScanSettings, rehearse

    wide = max(12, *(len(visible(one.name)) for one in systems))
    rows = [f"{'system':<{wide}}  {'lines':>7}  {'calls':>5}  {'tokens in':>10}  {'out':>8}  cost"]
    lines = calls = sent = received = 0
    for number, one in enumerate(systems, 1):
        progress.step("planning", number, len(systems))
        rehearsal = rehearse(one.path, ScanSettings(exclude=LEFT_OUT, llm=settings))
        plan = rehearsal.plan
        rows.append(
            _row(visible(one.name), wide, rehearsal.scan.summary.lines, plan.calls, plan.input_tokens, plan.output_tokens, settings)
        )
        lines += rehearsal.scan.summary.lines
        calls, sent, received = calls + plan.calls, sent + plan.input_tokens, received + plan.output_tokens
    rows.append(_row("all", wide, lines, calls, sent, received, settings))
    where = "runs on this machine" if settings.endpoint.local else f"sent to {settings.endpoint.host}"
    depth = f"at most {settings.limits} for each" if settings.has_budget else "default depth"
    rows.append(f"{settings.endpoint.name}, {where}; {depth}. Nothing was sent; these are estimates. A repeat takes as much again,")
    rows.append("an attack on a system as much as the system (--attacks is one for each planted text, and their twin).")
    return "\n".join(rows)


def _row(name: str, wide: int, lines: int, calls: int, sent: int, received: int, settings: AgentSettings) -> str:
    return f"{name:<{wide}}  {lines:>7,}  {calls:>5}  {sent:>10,}  {received:>8,}  {_cost(sent, received, settings)}"


def _cost(sent: int, received: int, settings: AgentSettings) -> str:
    if settings.price is None:
        return "not known (THREATLOOM_LLM_PRICE=IN/OUT gives a price)"
    if settings.endpoint.local:
        return "nothing"
    return f"{settings.price.cost(sent, received):.2f} {settings.price.currency}"
