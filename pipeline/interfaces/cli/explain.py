"""`threatloom explain`: a threat of the catalog, or a finding of a scan; what it is, how it is recognised, what to do, how to test that."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.own import catalog_in_force, own_words, with_knowledge
from pipeline.interfaces.cli.page import Page

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.threats.catalog import Catalog
    from pipeline.threats.schema import Threat

NEAR_ENOUGH = 55  # of 100, by rapidfuzz
WIDEST = 100


@click.command(short_help="What a threat or a finding is, how it is recognised, what to do.")
@click.argument("name", metavar="THREAT|FINDING")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@with_knowledge
@click.option("--scan", "kept", type=click.Path(path_type=Path), help="Look FINDING up in this JSON report instead of scanning PATH.")
def explain(name: str, path: Path, knowledge: tuple[str, ...], kept: Path | None) -> None:
    """Show the page of a threat, `threatloom explain indirect-prompt-injection`, or of a finding by its id.

    A finding is looked up in the scan of PATH (default: this folder), and shown with its decision table: every factor
    that was asked for, the answer, and what it did to likelihood and impact.
    """
    from pipeline.interfaces.cli.explain_finding import finding_of, may_be_finding, print_finding, scan_of

    catalog, console = catalog_in_force(knowledge), _console()
    found = catalog.get(name)
    if found is None and may_be_finding(name):
        scan = scan_of(path, knowledge, kept)
        finding = finding_of(scan, name)
        with console.capture() as captured:
            print_finding(console, scan, finding)
    elif found is None:
        near = nearest(name, [known.slug for known in catalog.threats])
        hint = f"did you mean {' or '.join(near)}?" if near else "`threatloom threats` lists them all"
        raise click.UsageError(f"no such threat: {name!r} ({hint})")
    else:
        with console.capture() as captured:
            _print(console, found, catalog)
    text = captured.get()
    click.echo(text if console.is_terminal else "\n".join(line.rstrip() for line in text.split("\n")), nl=False)


def nearest(wanted: str, slugs: list[str]) -> list[str]:
    """At most three slugs that look alike, best first."""
    from rapidfuzz import fuzz, process

    matches = process.extract(wanted.lower(), sorted(slugs), scorer=fuzz.WRatio, limit=3, score_cutoff=NEAR_ENOUGH)
    return [slug for slug, _, _ in matches]


def _console() -> Console:
    from rich.console import Console

    from pipeline.interfaces.cli.output import PLAIN_WIDTH, colour_wanted

    terminal = sys.stdout.isatty()
    width = min(shutil.get_terminal_size().columns, WIDEST) if terminal else PLAIN_WIDTH
    colour = terminal and colour_wanted()
    return Console(width=width, no_color=not colour, force_terminal=colour, markup=False, highlight=False, emoji=False)


def _print(console: Console, threat: Threat, catalog: Catalog) -> None:
    from rich.markdown import Markdown
    from rich.text import Text

    from pipeline.interfaces.editions import taxonomies_in_force
    from pipeline.reports.escape import visible, visible_lines
    from pipeline.reports.wording import words

    printed = Page(console)
    console.print(Text.assemble((threat.slug, "bold magenta"), ("  " + ", ".join(words(name) for name in threat.stride), "dim")))
    console.print(Text(visible(threat.title), "bold"))
    for line in own_words(catalog, threat):
        console.print(Text(visible(line), "yellow"))
    console.print()
    printed.prose(threat.summary)
    printed.heading("How we look")
    printed.prose(threat.how_we_look)
    printed.heading("Not a threat when")
    printed.prose(threat.not_a_threat_when)
    printed.heading("What to do, and how to test it")
    for item in threat.mitigations:
        printed.prose(f"• {item.text}", "green")
        printed.prose(f"  test: {item.test}")
    for title, controls in (("Removed by", threat.removed_by), ("Lowered by", threat.lowered_by)):
        if controls:
            printed.heading(title)
            printed.prose(", ".join(words(control) for control in controls))
    taxonomies = taxonomies_in_force()
    ids = [
        f"{words(name)}: {', '.join(f'{one} ({taxonomies.name_of(one)})' if taxonomies.name_of(one) else one for one in values)}"
        for name, values in threat.taxonomy.model_dump().items()
        if values
    ]
    if ids:
        printed.heading("Known as")
        for line in ids:
            printed.prose(line)
    if (page := catalog.page(threat.slug)).strip():
        console.print()
        console.print(Markdown("\n".join(visible_lines(page)), hyperlinks=False, code_theme="ansi_dark"))
    if threat.references:
        printed.heading("Read more")
        for reference in threat.references:
            printed.prose(reference)
