"""`threatloom explain`: anything the catalog names, or a finding of a scan: what it is, how it is recognised, what to do."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.own import catalog_in_force, with_knowledge

if TYPE_CHECKING:
    from rich.console import Console

NEAR_ENOUGH = 55  # of 100, by rapidfuzz
WIDEST = 100


@click.command(short_help="What a threat, a control, a framework, a taxonomy item or a finding is.")
@click.argument("name", metavar="NAME|FINDING")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@with_knowledge
@click.option("--scan", "kept", type=click.Path(path_type=Path), help="Look FINDING up in this JSON report instead of scanning PATH.")
@click.option("--all", "whole", is_flag=True, help="All examples of a threat, and all names a framework is known by.")
def explain(name: str, path: Path, knowledge: tuple[str, ...], kept: Path | None, whole: bool) -> None:
    """Show the page of a threat, `threatloom explain indirect-prompt-injection`, of a control (`human_approval`), a framework
    (`langchain`), an item of a taxonomy (`LLM01`, `AML.T0051`, `ASI02:2026`), a kind of element (`vector_store`), a class of
    STRIDE, or of a finding by its id.

    A finding is looked up in the scan of PATH (default: this folder), and shown with its decision table: every factor
    that was asked for, the answer, and what it did to likelihood and impact. What a model found is in the JSON report of its
    scan (--scan): by its id, or by its own name for the threat, `custom/...`, which no page of the catalog stands behind.
    """
    from pipeline.interfaces.cli.explain_finding import finding_of, may_be_finding, print_finding, scan_of

    console = _console()
    if may_be_finding(name):
        scan = scan_of(path, knowledge, kept, name)
        finding = finding_of(scan, name)
        with console.capture() as captured:
            print_finding(console, scan, finding)
    else:
        from pipeline.interfaces.cli.catalog import handbook
        from pipeline.interfaces.cli.explain_name import entries_named, names_of, print_entry

        catalog = catalog_in_force(knowledge)
        book = handbook(catalog)
        found = entries_named(book, name)
        if not found:
            near = nearest(name, names_of(book))
            hint = f"did you mean {' or '.join(near)}?" if near else "`threatloom threats`, `controls` and `frameworks` list what there is"
            raise click.UsageError(f"nothing is called {name!r} ({hint})")
        with console.capture() as captured:
            for number, entry in enumerate(found):
                if number:
                    console.print()
                print_entry(console, book, catalog, entry, whole=whole)
    text = captured.get()
    click.echo(text if console.is_terminal else "\n".join(line.rstrip() for line in text.split("\n")), nl=False)


def nearest(wanted: str, names: list[str]) -> list[str]:
    """At most three names that look alike, best first."""
    from rapidfuzz import fuzz, process, utils

    matches = process.extract(wanted, sorted(names), scorer=fuzz.WRatio, processor=utils.default_process, limit=3, score_cutoff=NEAR_ENOUGH)
    return [name for name, _, _ in matches]


def _console() -> Console:
    from rich.console import Console

    from pipeline.interfaces.cli.output import PLAIN_WIDTH, colour_wanted

    terminal = sys.stdout.isatty()
    width = min(shutil.get_terminal_size().columns, WIDEST) if terminal else PLAIN_WIDTH
    colour = terminal and colour_wanted()
    return Console(width=width, no_color=not colour, force_terminal=colour, markup=False, highlight=False, emoji=False)
