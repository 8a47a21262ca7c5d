"""`threatloom explain FINDING`: one finding of a scan, its evidence, its decision table and its scores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.page import Page
from pipeline.reports.asked import CUSTOM

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table

    from pipeline.findings.model import Finding, RiskRow, Scan

_ID = re.compile(r"[0-9a-f]{6,64}")
_IN_REPORT = "what a model found is in the JSON report of its scan: --scan REPORT.json"
MOST_PLACES = 12


def may_be_finding(name: str) -> bool:
    """Whether a name looks like the id of a finding, the beginning of one, or a model's own name for a threat."""
    return _ID.fullmatch(name) is not None or name.startswith(CUSTOM)


def scan_of(path: Path, knowledge: tuple[str, ...], kept: Path | None, name: str) -> Scan:
    """The scan a finding is looked for in: a JSON report, or the scan of a folder.

    Raises:
        click.UsageError: the report is none, or only a model could have found what is asked for, and none is set up.
    """
    if kept is None:
        import os

        from pipeline.interfaces.cli.scan import scanned
        from pipeline.interfaces.settings import load_settings

        # The settings of `scan`, for the same findings.
        settings = load_settings(path, {"knowledge": knowledge} if knowledge else {}, os.environ, None)
        if settings.llm is None and name.startswith(CUSTOM):
            raise click.UsageError(f"{name!r} is a model's own name for a threat ({_IN_REPORT})")
        return scanned(path, settings, cached=True, quiet=False, verbose=False)
    import json

    from pipeline.findings.model import Scan

    try:
        # Not by pydantic's own reader: names of files that are no UTF-8 are written with halves of characters, which it refuses.
        return Scan.model_validate(json.loads(kept.read_bytes()))
    except (OSError, ValueError, RecursionError):
        raise click.UsageError(
            f"{str(kept)!r} is no JSON report of this version (write one with `threatloom scan --format json=FILE`)"
        ) from None


def finding_of(scan: Scan, name: str) -> Finding:
    """The finding whose id begins so, or that a model named so.

    Raises:
        click.UsageError: there is none, or more than one.
    """
    found = [finding for finding in scan.findings if finding.id.startswith(name) or finding.threat == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise click.UsageError(f"{name!r} may be {', '.join(finding.id for finding in found[:4])} (give more of the id)")
    hint = "`threatloom scan` lists the findings" if scan.llm else f"`threatloom scan` lists the findings; {_IN_REPORT}"
    raise click.UsageError(f"no finding {name!r} in the scan of {scan.target.name!r} ({hint})")


def print_finding(console: Console, scan: Scan, finding: Finding) -> None:
    """The page of one finding."""
    from rich.padding import Padding
    from rich.text import Text

    from pipeline.reports.escape import shorten, visible
    from pipeline.reports.wording import path_names, place, sentence, words

    page = Page(console)
    classes = ", ".join(words(name) for name in finding.stride)
    console.print(Text.assemble((visible(finding.id), "bold magenta"), (f"  {classes}; {visible(finding.threat)}", "dim")))
    console.print(Text(visible(sentence(finding)), "bold"))
    if finding.source == "llm" and (rest := finding.description.removeprefix(sentence(finding)).lstrip(". ")):
        console.print(Text(visible(rest)))
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
    _model(page, scan, finding)
    page.heading("What to do, and how to test it")
    for item in finding.mitigations:
        page.bullet(item.text, "green")
        page.beneath("test:", item.test)
    if finding.threat.startswith(CUSTOM):
        _custom(page)
    else:
        page.more(f"the threat itself: threatloom explain {finding.threat}")


def _model(page: Page, scan: Scan, finding: Finding) -> None:
    """Who saw it, what was asked, what is doubtful, and what was said for and against it."""
    from pipeline.reports.asked import arguments_of, origin_words, seen_by

    if seen := seen_by(scan, finding):
        page.heading(f"Seen by: {seen}")
        if finding.origin is not None:
            page.prose(f"{origin_words(finding.origin)} (digest {finding.origin.digest})")
    if finding.doubt:
        page.heading("Doubt")
        page.prose(finding.doubt, "yellow")
    said = arguments_of(finding)
    if said:
        page.heading("What a model says of it; it changes neither the finding nor its severity")
    for one in said:
        page.bullet(f"{one.stance}: {one.reason}", "yellow" if one.stance == "against" else "")
        for where, quote in zip(one.places, one.quotes, strict=True):
            page.beneath(f"{where}:", quote, "dim")


def _custom(page: Page) -> None:
    """What stands in for the page of a threat that the catalog has not."""
    from pipeline.findings.proposed import load_custom

    custom = load_custom()
    page.heading("A threat of the model's own, which has no page in the catalog")
    page.prose(custom.how_we_look)
    page.prose(f"It is none where: {custom.not_a_threat_when}")


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
