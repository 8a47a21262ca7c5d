"""`threatloom scan --dry-run`: what a model would be asked, to whom it would go, how many tokens that takes, what it would cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipeline.interfaces.settings import Settings
    from pipeline.second_opinion import Rehearsal

_FILES_SHOWN = 12
_SCENES_SHOWN = 15


def rehearse(path: Path, settings: Settings, *, cached: bool, quiet: bool, verbose: bool, rev: str | None = None) -> int:
    """Shows the plan; sends nothing."""
    import os

    from ingest.errors import UnusableInput
    from pipeline.interfaces.cli.scan import scan_settings
    from pipeline.interfaces.cli.stderr import log_to_stderr, shown_progress
    from pipeline.scan import rehearse as run

    if settings.llm is None:
        raise UnusableInput("nothing would be asked of anybody", "--dry-run", "name a model with --llm")
    log_to_stderr(verbose=verbose, quiet=quiet)
    wanted = scan_settings(path, settings, os.environ, cached=cached, dry=True, rev=rev)
    with shown_progress(quiet=quiet) as progress:
        rehearsal = run(path, wanted, progress)
    click.echo(told(rehearsal))
    return 0


def told(rehearsal: Rehearsal) -> str:
    """The plan in words."""
    from pipeline.reports.escape import visible

    plan, settings = rehearsal.plan, rehearsal.settings
    spans = [span for scene in plan.scenes for span in scene.spans]
    lines: dict[str, int] = {}
    for span in spans:
        lines[span.path] = lines.get(span.path, 0) + span.end - span.start + 1
    order = sorted(lines, key=lambda path: (-lines[path], path))
    endpoint = settings.endpoint
    where = "it runs on this machine, nothing leaves it" if endpoint.local else f"sent to {endpoint.host}"
    said = [
        f"model       {endpoint.name}: {where}",
        f"questions   about {plan.calls} calls: survey, {len(plan.scenes)} scenes with a check of what is claimed, summary",
        f"tokens      about {plan.input_tokens:,} in and {plan.output_tokens:,} out{_per_thousand(rehearsal)}",
        f"cost        {_cost(rehearsal)}",
        f"budget      {settings.limits if settings.has_budget else f'the default depth, {plan.allowance:,} tokens'}",
        f"sent        {sum(lines.values()):,} lines of {len(lines)} files, secrets replaced"
        + (", personal data replaced" if settings.personal else "")
        + (f"; {rehearsal.kept_back} files are kept back" if rehearsal.kept_back else ""),
        *(f"            {lines[path]:>6} {visible(path)}" for path in order[:_FILES_SHOWN]),
        *([f"            and {len(order) - _FILES_SHOWN} more files"] if len(order) > _FILES_SHOWN else []),
        "scenes      most exposed first",
        *(f"            {scene.number:>3}. {visible(scene.about)}" for scene in plan.scenes[:_SCENES_SHOWN]),
        *([f"            and {len(plan.scenes) - _SCENES_SHOWN} more"] if len(plan.scenes) > _SCENES_SHOWN else []),
    ]
    if plan.left_out:
        whole = -(-(plan.input_tokens + plan.output_tokens + plan.beyond) * 5 // 4 // 10_000) * 10
        said.append(f"left out    {len(plan.left_out)} scenes beyond the default depth: --budget {whole}k would reach them too")
    return "\n".join((*said, "nothing was sent; the numbers are estimates, and the budget is held by what the endpoint counts"))


def _per_thousand(rehearsal: Rehearsal) -> str:
    lines = rehearsal.scan.summary.lines
    return f", {(rehearsal.plan.input_tokens + rehearsal.plan.output_tokens) * 1000 // lines:,} for 1,000 lines" if lines else ""


def _cost(rehearsal: Rehearsal) -> str:
    plan, settings = rehearsal.plan, rehearsal.settings
    price = settings.price
    if price is None:
        return "not known: no price of this model is on record (THREATLOOM_LLM_PRICE=IN/OUT gives one)"
    if settings.endpoint.local:
        return "nothing"
    cost = price.cost(plan.input_tokens, plan.output_tokens)
    since = f", prices of {price.as_of}" if price.as_of else ""
    return f"about {cost:.2f} {price.currency}{since} ({price.source})"
