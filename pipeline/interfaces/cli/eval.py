"""`threatloom eval`: labelled systems scanned, each in a process of its own, and held against their labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.reporting import FORMATS

if TYPE_CHECKING:
    from evals.bars import Bars
    from evals.result import EvalResult
    from evals.running.apart import What
    from evals.suite import Suite
    from pipeline.interfaces.cli.output import Output

UNDER_A_BAR, INCOMPLETE = 1, 3
PLAIN_WIDTH = 140


@click.command(name="eval", short_help="Measure threatloom on labelled systems.")
@click.argument("patterns", nargs=-1, metavar="[SYSTEM|GLOB]...")
@click.option(
    "--systems",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of labelled systems; default: the reference systems of the source tree.",
)
@click.option("--split", type=click.Choice(["development", "validation"]), help="Only systems of this split.")
@click.option("--llm", "model", metavar="MODEL", help="Measure the analyst with this model.")
@click.option("--repeat", type=click.IntRange(min=1), default=1, metavar="N", help="Scan each system N times and compare. Default: 1.")
@click.option("--variants", is_flag=True, help="Scan variants of each system that mean the same, and compare.")
@click.option("--attacks", is_flag=True, help="Attack the analyst through what it reads.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help=f"Report to write, to stdout or a file: {', '.join(FORMATS)}. Repeatable. Default: table.",
)
@click.option(
    "--compare", "old", type=click.Path(path_type=Path), metavar="OLD.json", help="A former result: what changed, with its interval."
)
@click.option(
    "--min",
    "least",
    multiple=True,
    metavar="SCORE=VALUE",
    help="A score that must be reached, as recall=0.8 or validation.recall=0.4. Repeatable.",
)
@click.option("--max", "most", multiple=True, metavar="SCORE=VALUE", help="A score that must not be passed, as invented=0. Repeatable.")
@click.option("--bars", "bars_file", type=click.Path(path_type=Path), metavar="FILE", help="Bars from a YAML file.")
@click.option("--record", is_flag=True, help="Keep the result in DIR: results.json and a line of history.json.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, metavar="N", help="Scans at a time. Default: 2.")
@click.option("--timeout", type=click.FloatRange(min=1), default=600.0, metavar="SECONDS", help="Longest a scan may take. Default: 600.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors, and the reports asked for by --format.")
def evaluate(
    patterns: tuple[str, ...], folder: Path | None, split: str | None, model: str | None, repeat: int, variants: bool, attacks: bool,
    formats: tuple[str, ...], old: Path | None, least: tuple[str, ...], most: tuple[str, ...], bars_file: Path | None, record: bool,
    jobs: int, timeout: float, quiet: bool,
) -> int:  # fmt: skip
    """Scan labelled systems and say how much of what their labels expect is found, and how often what is said is right.

    A system is a folder with a labels.yaml (docs/evals.md says how to write one). Name systems or patterns to run only these.

    \b
    Exit codes: 0 done; 1 a score is under its bar; 2 wrong usage or
    unusable input; 3 a system could not be scanned; 130 interrupted.
    """
    from evals.comparing import compare
    from evals.kept import read_kept
    from evals.running.many import check_there
    from evals.running.run import RunSettings, run_suite
    from evals.suite import read_suite
    from ingest.errors import UnusableInput
    from pipeline.interfaces.cli.output import Output, check_outputs, parse_output
    from pipeline.interfaces.cli.stderr import log_to_stderr, shown_progress

    if model is not None:
        raise UnusableInput("no analyst with a model is built yet", model, "leave out --llm: the offline analyst is measured")
    many: tuple[What, ...] = (*(("variants",) if variants else ()), *(("attacks",) if attacks else ()))
    for what in many:
        check_there(what)
    outputs = tuple(parse_output(text, FORMATS) for text in formats) or (() if quiet else (Output("table"),))
    check_outputs(outputs)
    bars = _bars(least, most, bars_file)
    before = read_kept(old) if old is not None else None
    suite = read_suite(folder)
    systems = suite.chosen(patterns, "development" if split == "development" else "validation" if split else None)
    if record and len(systems) < len(suite.systems):
        raise click.UsageError("--record keeps a run of all systems (leave out names and --split)")
    log_to_stderr(verbose=False, quiet=quiet)
    with shown_progress(quiet=quiet) as progress:
        result = run_suite(suite, systems, RunSettings(jobs, repeat, timeout, many), progress)
    if before is not None:
        result = result.model_copy(update={"comparison": compare(before, result)})
    result = _with_bars(result, bars)
    _deliver(result, outputs, suite, quiet=quiet)
    if record:
        _record(result, suite, quiet=quiet)
    return _exit_code(result)


def _bars(least: tuple[str, ...], most: tuple[str, ...], file: Path | None) -> Bars:
    from evals.bars import Bars, parse_bars, read_bars

    of_file = read_bars(file) if file is not None else Bars()
    given = {"min": {**of_file.min, **parse_bars(least, "min")}, "max": {**of_file.max, **parse_bars(most, "max")}}
    return of_file.model_copy(update=given)


def _with_bars(result: EvalResult, bars: Bars) -> EvalResult:
    from evals.bars import check_bars

    return result.model_copy(update={"bars": check_bars(result, bars)})


def _deliver(result: EvalResult, outputs: tuple[Output, ...], suite: Suite, *, quiet: bool) -> None:
    from evals.reporting import render, table
    from evals.reporting.history import read_history
    from evals.suite import HISTORY
    from pipeline.interfaces.cli.output import look_of_stdout, write

    history = read_history(suite.folder / HISTORY)
    made: list[tuple[Output, str]] = []
    for output in outputs:
        if output.name == "table" and output.file is None:
            look = look_of_stdout(PLAIN_WIDTH)
            made.append((output, table.render(result, width=look.width, colour=look.colour, ascii_only=look.ascii_only)))
        else:
            made.append((output, render(result, output.name, history, suite.folder)))
    write(made)
    if not quiet:
        for output, _text in made:
            if output.file is not None:
                click.echo(f"threatloom: wrote {output.name} to {output.file}", err=True)


def _record(result: EvalResult, suite: Suite, *, quiet: bool) -> None:
    from evals.kept import kept_json
    from evals.reporting.history import history_json, read_history, with_run
    from evals.suite import HISTORY, RESULTS
    from pipeline.interfaces.cli.output import write_whole

    write_whole(suite.folder / RESULTS, kept_json(result))
    write_whole(suite.folder / HISTORY, history_json(with_run(read_history(suite.folder / HISTORY), result)))
    if not quiet:
        click.echo(f"threatloom: wrote {suite.folder / RESULTS} and {suite.folder / HISTORY}", err=True)


def _exit_code(result: EvalResult) -> int:
    """1 under a bar, else 3 where a system could not be scanned, else 0; each said in one line."""
    from evals.reporting.wording import bar_line, unreached
    from pipeline.reports.escape import visible

    if missed := unreached(result.bars):
        more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
        click.echo(f"threatloom: under its bar: {visible(bar_line(missed[0]))}{more}", err=True)
        return UNDER_A_BAR
    if failed := [one for one in result.systems if not one.judged]:
        names = ", ".join(visible(one.name) for one in failed)
        click.echo(f"threatloom: could not be scanned: {names}", err=True)
        return INCOMPLETE
    return 0
