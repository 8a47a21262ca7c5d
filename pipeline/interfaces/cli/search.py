"""`threatloom search`: the passages of a tree that answer a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.index import index_settings, system_of

if TYPE_CHECKING:
    from pipeline.retrieval import Hit

LINES_SHOWN = 6
NO_HITS = "nothing was found"


@click.command(short_help="Find the passages of a repository that answer a question.")
@click.argument("query")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(1, 100), default=10, metavar="N", help="Most passages to show. Default: 10.")
@click.option("--path", "paths", multiple=True, metavar="GLOB", help="Only files that match, as in .gitignore. Repeatable.")
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="Only function, method, class, module, cell, section, settings or text."
)
@click.option("--language", "languages", multiple=True, metavar="NAME", help="Only this language or kind of file. Repeatable.")
@click.option("--element", "elements", multiple=True, metavar="ID", help="Only where this element of the system stands. Repeatable.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="For people (default) or for programs.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def search(
    query: str, path: Path, limit: int, paths: tuple[str, ...], kinds: tuple[str, ...], languages: tuple[str, ...],
    elements: tuple[str, ...], form: str, quiet: bool,
) -> None:  # fmt: skip
    """Show the passages of PATH (default: this folder) that answer QUERY, best first, with their lines.

    The index is made or brought up to date first. Words, meaning and the system model each rank the passages.
    """
    from ingest.errors import UnusableInput
    from pipeline.interfaces.cli.stderr import log_to_stderr, shown_progress
    from pipeline.reports.escape import json_text
    from pipeline.retrieval import Filter, Query, Retriever

    log_to_stderr(verbose=False, quiet=quiet)
    if not query.strip():
        raise UnusableInput("nothing is asked for", "QUERY", "write a question or a few words")
    settings = index_settings(path, {})
    with shown_progress(quiet=quiet) as progress:
        system = system_of(path, settings, progress)
        with Retriever(path, system, settings, progress) as retriever:
            hits = retriever.search(Query(query, limit, Filter(paths, kinds, languages, elements)))
    if form == "json":
        click.echo(json_text([asdict(hit) for hit in hits]), nl=False)
    else:
        click.echo(_table(hits))


def _table(hits: Sequence[Hit]) -> str:
    return "\n".join(_shown(number, hit) for number, hit in enumerate(hits, 1)) or NO_HITS


def _shown(number: int, hit: Hit) -> str:
    from pipeline.reports.escape import shorten, visible

    place = f"{hit.path}:{hit.start_line}-{hit.end_line}" + (f" (page {hit.page})" if hit.page else "")
    named = hit.symbol or " > ".join(hit.section[:3])
    head = f"{number:>2}. {place}" + (f"  {named}" if named else "")
    lines = [line for line in hit.text.split("\n") if line.strip()]
    shown = [f"    | {shorten(visible(line), 120)}" for line in lines[:LINES_SHOWN]]
    more = [f"    | ... {len(lines) - LINES_SHOWN} more lines"] if len(lines) > LINES_SHOWN else []
    return "\n".join([shorten(visible(head), 160), *shown, *more, f"    = {shorten(visible('; '.join(hit.why)), 160)}", ""])
