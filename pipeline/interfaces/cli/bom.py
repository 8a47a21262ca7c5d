"""`threatloom bom`: the AI bill of materials of one tree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.own import with_knowledge

if TYPE_CHECKING:
    from pipeline.findings.model import Scan

FORMATS = ("cyclonedx", "table", "markdown")
INCOMPLETE = 3


@click.command(short_help="List models, data, prompts, tools, servers and packages.")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--docs", multiple=True, metavar="PATH", help="A design document, or a folder of them; may lie elsewhere. Repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out what matches, as .gitignore would. Repeatable.")
@with_knowledge
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: table on a terminal, else cyclonedx (CycloneDX 1.6 JSON).")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file, whole or not at all.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep results: an unchanged tree is analysed again.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors.")
def bom(
    path: Path, docs: tuple[str, ...], exclude: tuple[str, ...], knowledge: tuple[str, ...], form: str | None, output: Path | None,
    no_cache: bool, quiet: bool,
) -> int:  # fmt: skip
    """Write what the system at PATH (default: this folder) is made of, each item with the lines it was seen at.

    \b
    Exit codes: 0 done; 2 wrong usage or unusable input; 3 something could
    not be read.
    """
    import os
    import sys

    from pipeline.interfaces.cli.output import Output, check_outputs, write_whole
    from pipeline.interfaces.cli.scan import scanned
    from pipeline.interfaces.settings import load_settings

    given = {"docs": docs, "exclude": exclude, "knowledge": knowledge}
    settings = load_settings(path, {name: value for name, value in given.items() if value}, os.environ, None)
    settings = settings.model_copy(update={"llm": None})  # nothing of a bill comes from a model
    form = form or ("table" if output is None and sys.stdout.isatty() else "cyclonedx")
    check_outputs((Output(form, output),))
    result = scanned(path, settings, cached=not no_cache, quiet=quiet, verbose=False)
    text = _rendered(result, form)
    if output is not None:
        write_whole(output, text)
    else:
        click.echo(text.encode("utf-8", "backslashreplace"), nl=False)
    return INCOMPLETE if result.errors else 0


def _rendered(result: Scan, form: str) -> str:
    if form == "cyclonedx":
        from pipeline.reports.cyclonedx import render

        return render(result)
    from pipeline.reports.bom import render_markdown, render_table

    return render_table(result) if form == "table" else render_markdown(result)
