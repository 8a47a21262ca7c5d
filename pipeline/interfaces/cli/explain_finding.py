"""`threatloom explain FINDING`: one finding of a scan, its evidence, its decision table and its scores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.page import Page

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table

    from pipeline.findings.model import Finding, RiskRow, Scan

_ID = re.compile(r"[0-9a-f]{6,64}")
MOST_PLACES = 12


def may_be_finding(name: str) -> bool:
    """Whether a name looks like the id of a finding, or the beginning of one."""
    return _ID.fullmatch(name) is not None


def scan_of(path: Path, knowledge: tuple[str, ...], kept: Path | None) -> Scan:
    """The scan a finding is looked for in: a JSON report, or the scan of a folder.

    Raises:
        click.UsageError: the report is none.
    """
    if kept is None:
        import os

        from pipeline.interfaces.cli.scan import scanned
        from pipeline.interfaces.settings import load_settings

        # The settings of `scan`, for the same findings.
        settings = load_settings(path, {"knowledge": knowledge} if knowledge else {}, os.environ, None)
        return scanned(path, settings, cached=True, quiet=False, verbose=False)
    from pydantic import ValidationError

    from pipeline.findings.model import Scan

    try:
        return Scan.model_validate_json(kept.read_bytes())
    except (OSError, ValueError, ValidationError):
        raise click.UsageError(
            f"{str(kept)!r} is no JSON report of this version (write one with `threatloom scan --format json=FILE`)"
        ) from None


def finding_of(scan: Scan, name: str) -> Finding:
    """The finding whose id begins so.

    Raises:
        click.UsageError: there is none, or more than one.
    """
    found = [finding for finding in scan.findings if finding.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise click.UsageError(f"{name!r} may be {', '.join(finding.id for finding in found[:4])} (give more of the id)")
    raise click.UsageError(f"no finding {name!r} in the scan of {scan.target.name!r} (`threatloom scan` lists the findings and their ids)")


def print_finding(console: Console, scan: Scan, finding: Finding) -> None:
    """The page of one finding."""
    from rich.padding import Padding
    from rich.text import Text

    from pipeline.reports.escape import shorten, visible
    from pipeline.reports.wording import path_names, place, sentence, words

    page = Page(console)
    classes = ", ".join(words(name) for name in finding.stride)
    console.print(Text.assemble((finding.id, "bold magenta"), (f"  {classes}; {finding.threat}", "dim")))
    console.print(Text(visible(sentence(finding)), "bold"))
    page.heading(f"Severity {finding.severity}: likelihood {finding.likelihood} x impact {finding.impact}; confidence {finding.confidence}")
    console.print(Padding(_table(finding.risk_table), (0, 0, 0, 2)))
    for score in finding.scores:
        page.heading(f"{score.system} {score.edition}: {score.score:g}")
        page.prose(score.vector)
        for given in score.read_inputs:
            page.prose(f"{given.metric} {given.value}: {given.because}", "dim")
    if finding.would_change_it:
        page.heading("What would change it")
        for change in finding.would_change_it:
            page.bullet(change)
    if len(finding.attack_path) > 1:
        page.heading("The way")
        page.prose(" → ".join(shorten(name, 80) for name in path_names(scan, finding)))
    page.heading("Evidence")
    for evidence in finding.evidence[:MOST_PLACES]:
        page.prose(f"{place(evidence)}  ({evidence.role})", "bold")
        for line in evidence.quote.split("\n")[:4]:
            console.print(Padding(Text(visible(line.rstrip())), (0, 0, 0, 4)))
    if len(finding.evidence) > MOST_PLACES:
        page.prose(f"and {len(finding.evidence) - MOST_PLACES} more places, in the JSON report")
    page.heading("What to do, and how to test it")
    for item in finding.mitigations:
        page.bullet(item.text, "green")
        page.beneath("test:", item.test)
    page.more(f"the threat itself: threatloom explain {finding.threat}")


def _table(rows: Sequence[RiskRow]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from pipeline.reports.escape import visible

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "asked", "answer", "step", "because"):
        table.add_column(name, justify="right" if name == "step" else "left", overflow="fold")
    before = ""
    for row in rows:
        step = f"{row.step}" if row.answer == "start" else f"{row.step:+d}" if row.step else ""
        style = "dim" if row.answer == "no" else ""
        cells = (row.axis if row.axis != before else "", row.asked, "" if row.answer == "start" else row.answer, step, row.because)
        table.add_row(*(Text(visible(cell), style) for cell in cells))
        before = row.axis
    return table
