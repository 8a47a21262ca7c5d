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
    from evals.running.asked import AskedModel
    from evals.suite import Suite
    from pipeline.agent.settings import AgentSettings
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
@click.option("--llm", "model", metavar="MODEL", help="Measure the analyst with this model, beside rules alone, as PROVIDER:NAME.")
@click.option("--base-url", metavar="URL", help="Address of an OpenAI-compatible endpoint for --llm.")
@click.option(
    "--budget", multiple=True, metavar="AMOUNT", help="What --llm may take at most for each scan: 200k (tokens), '5 USD', 10m. Repeatable."
)
@click.option("--dry-run", is_flag=True, help="With --llm: show what each system would take and cost; scan and send nothing else.")
@click.option("--no-cache", is_flag=True, help="With --llm: ask everything anew, also what kept replies of former runs answer.")
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
@click.option(
    "--timeout", type=click.FloatRange(min=1), metavar="SECONDS", help="Longest a scan may take. Default: 600, with a model 3600."
)
@click.option("-q", "--quiet", is_flag=True, help="Only errors, and the reports asked for by --format.")
def evaluate(
    patterns: tuple[str, ...], folder: Path | None, split: str | None, model: str | None, base_url: str | None, budget: tuple[str, ...],
    dry_run: bool, no_cache: bool, repeat: int, variants: bool, attacks: bool, formats: tuple[str, ...], old: Path | None,
    least: tuple[str, ...], most: tuple[str, ...], bars_file: Path | None, record: bool, jobs: int, timeout: float | None, quiet: bool,
) -> int:  # fmt: skip
    """Scan labelled systems and say how much of what their labels expect is found, and how often what is said is right.

    A system is a folder with a labels.yaml (docs/evals.md says how to write one). Name systems or patterns to run only these. With --llm
    each is scanned with the model and without, and what the model adds stands beside what it takes; no answer key is ever sent.

    \b
    Exit codes: 0 done; 1 a score is under its bar; 2 wrong usage or
    unusable input; 3 a system could not be scanned; 130 interrupted.
    """
    from evals.comparing import compare
    from evals.kept import read_kept
    from evals.running.many import check_there
    from evals.running.run import TIMEOUT, TIMEOUT_WITH_MODEL, RunSettings, run_suite
    from evals.suite import read_suite
    from pipeline.interfaces.cli.eval_rehearsal import rehearsed
    from pipeline.interfaces.cli.output import Output, check_outputs, parse_output
    from pipeline.interfaces.cli.stderr import log_to_stderr, shown_progress

    asked, settings = _asked(model, base_url, budget, dry_run=dry_run, no_cache=no_cache)
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
    if dry_run and settings is not None:
        with shown_progress(quiet=quiet) as progress:
            click.echo(rehearsed(systems, settings, progress))
        return 0
    longest = timeout or (TIMEOUT if asked is None else TIMEOUT_WITH_MODEL)
    with shown_progress(quiet=quiet) as progress:
        result = run_suite(suite, systems, RunSettings(jobs, repeat, longest, many, asked), progress)
    if before is not None:
        result = result.model_copy(update={"comparison": compare(before, result)})
    result = _with_bars(result, bars)
    _deliver(result, outputs, suite, quiet=quiet)
    if record:
        _record(result, suite, quiet=quiet)
    return _exit_code(result)


def _asked(
    model: str | None, base_url: str | None, budget: tuple[str, ...], *, dry_run: bool, no_cache: bool
) -> tuple[AskedModel | None, AgentSettings | None]:
    """The model to measure and what asking it is set to; both None without one. What cannot be asked is refused before any scan."""
    import os

    from ingest.errors import UnusableInput

    if model is None:
        given = {"--base-url": base_url, "--budget": budget, "--dry-run": dry_run, "--no-cache": no_cache}
        if named := next((name for name, value in given.items() if value), None):
            raise UnusableInput("nothing is asked of anybody", named, "name a model with --llm")
        return None, None
    from evals.running.asked import AskedModel
    from pipeline.interfaces.llm import agent_settings
    from pipeline.interfaces.settings import model_settings

    asked = {name: value for name, value in (("llm", model), ("base_url", base_url), ("budget", budget)) if value}
    named_settings = model_settings(asked, os.environ)
    settings = agent_settings(named_settings, os.environ, cached=True)
    return AskedModel(model, named_settings.base_url, named_settings.budget, no_cache), settings


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
    from evals.suite import HISTORY, results_of
    from pipeline.interfaces.cli.output import write_whole

    kept = suite.folder / results_of(result.model)
    write_whole(kept, kept_json(result))
    write_whole(suite.folder / HISTORY, history_json(with_run(read_history(suite.folder / HISTORY), result)))
    if not quiet:
        click.echo(f"threatloom: wrote {kept} and {suite.folder / HISTORY}", err=True)


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
    if silent := [one for one in result.systems if result.model is not None and one.added is None]:
        names = ", ".join(visible(one.name) for one in silent)
        click.echo(f"threatloom: what the model adds could not be measured: {names}", err=True)
        return INCOMPLETE
    return 0
