"""`threatloom threats test`: the pages of own threats, run case by case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.own import with_knowledge

if TYPE_CHECKING:
    from pipeline.paired_pages import PageRun
    from pipeline.reports.escape import Json
    from pipeline.threats.own import OwnKnowledge

FAILED = 1


@click.command(name="test", short_help="Run the cases of your own threats' pages.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@with_knowledge
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="For people (default) or for programs.")
def test(folder: Path, knowledge: tuple[str, ...], form: str) -> int:
    """Scan every case of the pages in DIR/threats and compare what is found with the marks of its lines.

    Knowledge given with --knowledge, or by the environment, is known before DIR, as in a scan that is given both.

    \b
    Exit codes: 0 every case is as written; 1 one is not, or is still to be
    written; 2 wrong usage, or something in DIR cannot be used.
    """
    import os

    from pipeline.interfaces.settings import knowledge_folders
    from pipeline.reports.escape import json_text, visible
    from pipeline.threats.catalog import catalog_with

    before = [known for known in knowledge_folders(knowledge, os.environ) if known.resolve() != folder.resolve()]
    folders = (*before, folder)
    own = catalog_with(folders).own
    slugs = sorted(own.folders[-1].threats)
    runs = list(_runs(own, slugs, folders))
    if form == "json":
        click.echo(json_text({"threats": tuple(map(_as_json, runs))}), nl=False)
    else:
        for line in _lines(own, runs):
            click.echo(visible(line))
    return 0 if all(run.state == "passed" for run in runs) else FAILED


def _runs(own: OwnKnowledge, slugs: Sequence[str], folders: Sequence[Path]) -> Iterator[PageRun]:
    from pipeline.paired_pages import run_page
    from pipeline.scan import ScanSettings

    settings = ScanSettings(jobs=1, knowledge=tuple(folders))
    for slug in slugs:
        page = own.pages.get(slug)
        yield run_page(slug, page.data.decode("utf-8") if page is not None else "", settings)


def _as_json(run: PageRun) -> Json:
    from pipeline.threats.pages import GAPS, REPORTED, SILENT

    return {
        "threat": run.slug,
        "state": run.state,
        "reported": run.count(REPORTED),
        "silent": run.count(SILENT),
        "known_gaps": run.count(GAPS),
        "lacks": list(run.lacks),
        "cases": [
            {"section": ran.case.section, "title": ran.case.title, "state": ran.state, "differs": list(ran.differs)} for ran in run.cases
        ],
    }


def _lines(own: OwnKnowledge, runs: Sequence[PageRun]) -> Iterator[str]:
    from pipeline.reports.wording import plural
    from pipeline.threats.pages import GAPS, REPORTED, SILENT

    words = {"passed": "ok", "failed": "FAILED", "to_be_written": "TO BE WRITTEN"}
    for run in runs:
        counts = f"{run.count(REPORTED)} reported, {run.count(SILENT)} silent, {run.count(GAPS)} known gaps"
        yield f"{words[run.state]:<14}{run.slug}: {counts}"
        page = own.pages.get(run.slug)
        where = page.below if page is not None else f"threats/{run.slug}.md is missing"
        for ran in run.cases:
            if ran.state == "to_be_written":
                yield f"  {where}: {ran.case.section}, {ran.case.title}"
            for what in ran.differs:
                yield f"  {where}: {ran.case.section}, {ran.case.title or 'the case without a title'}: {what}"
        yield from (f"  {where}: {lack}" for lack in run.lacks)
    passed = sum(run.state == "passed" for run in runs)
    counted = plural(len(runs), "threat")
    yield f"{counted}: {passed} as written, {len(runs) - passed} not" if runs else "no threats in this folder: nothing to run"
