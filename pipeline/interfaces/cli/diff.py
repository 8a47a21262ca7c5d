"""`threatloom diff`: what changed between two scans, revisions, or scans of the record, as a story and in findings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.gate import FOUND, INCOMPLETE, SEVERITIES, counts
from pipeline.interfaces.cli.output import Output, check_outputs, look_of_stdout, parse_output, write
from pipeline.interfaces.cli.own import with_knowledge
from pipeline.interfaces.cli.remembering import OFF, Memory, with_record

if TYPE_CHECKING:
    from pipeline.findings.difference import Difference

NAMES = ("table", "json", "markdown", "html")


@click.command(short_help="Show what changed between two scans or revisions.")
@click.argument("old")
@click.argument("new", default=".")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option(
    "--format", "formats", multiple=True, metavar="FORMAT[=FILE]",
    help=f"Report to write, to stdout or a file: {', '.join(NAMES)}. Repeatable. Default: table.",
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice([*SEVERITIES, "never"]), default="never", help="Exit with 1 if a new finding is at least this severe."
)
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out what matches, as .gitignore would. Repeatable.")
@with_knowledge
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file to use instead of the tree's own.")
@with_record
@click.option("--no-record", is_flag=True, help="Do not look at what was decided in the record.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep results.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors and the report.")
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what is done and why.")
def diff(
    old: str, new: str, path: Path, formats: tuple[str, ...], fail_on: str, exclude: tuple[str, ...], knowledge: tuple[str, ...],
    config: Path | None, record: str | None, no_record: bool, no_cache: bool, quiet: bool, verbose: bool,
) -> int:  # fmt: skip
    """Compare OLD with NEW (default: the files as they lie there) of the tree at PATH (default: this folder).

    OLD and NEW are a scan's JSON file (ends in .json, or file:NAME), a revision of git, record:last or record:N; NEW may be `.`.

    \b
    Exit codes: 0 done, whatever changed; 1 new findings at or above
    --fail-on; 2 wrong usage, or a side that cannot be used; 3 the newer
    side is incomplete; 130 interrupted.
    """
    import os

    from pipeline.baseline import difference_of_sides
    from pipeline.interfaces.cli.scan import scan_settings
    from pipeline.interfaces.cli.stderr import log_to_stderr, shown_progress
    from pipeline.interfaces.settings import load_settings

    outputs = tuple(parse_output(text, NAMES) for text in formats) or (Output("table"),)
    check_outputs(outputs)
    given = {"exclude": exclude, "knowledge": knowledge, "record": OFF if no_record else record}
    settings = load_settings(path, {name: value for name, value in given.items() if value not in ((), None)}, os.environ, config)
    log_to_stderr(verbose=verbose, quiet=quiet)
    wanted = scan_settings(path, settings.model_copy(update={"llm": None}), os.environ, cached=not no_cache)
    with Memory(path, settings.record) as memory, shown_progress(quiet=quiet) as progress:
        difference, both = difference_of_sides(old, new, path, wanted, progress, record=memory.opened, decided=memory.decided)
    write([(output, _rendered(difference, output)) for output in outputs])
    if any(counts(change.finding, fail_on) for change in both.changes if change.kind == "new"):
        return FOUND
    return INCOMPLETE if both.new.scan.errors else 0


def _rendered(difference: Difference, output: Output) -> str:
    if output.name == "table" and output.file is None:
        from pipeline.reports.difference.table import render as render_table

        look = look_of_stdout()
        return render_table(difference, width=look.width, colour=look.colour, ascii_only=look.ascii_only)
    from pipeline.reports.difference import render

    return render(difference, output.name)
