"""`threatloom landscape`: all systems of a fleet file are scanned and kept, and one page says what a security lead must know."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.every import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from pipeline.fleet import Executor, Outcome
    from pipeline.fleet.fleet_file import Fleet
    from pipeline.fleet.landscape import Before, Landscape
    from pipeline.system.model import Severity

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
FOUND, INCOMPLETE = 1, 3


@click.command(short_help="Scan all systems of a fleet and say what got better and worse.")
@click.argument("fleet_file", metavar="FLEET.yaml", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "files", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="Where to write it: a name that ends in .html, .md or .json. Repeatable. Default: Markdown to stdout.",
)  # fmt: skip
@click.option(
    "--since", default="last", metavar="WHEN", help="Compare with: last (the night before), 24h, 7d, 4w, or a date. Default: last."
)
@click.option("--jobs", type=click.IntRange(min=1, max=256), metavar="N", help="Systems scanned at a time. Default: one per processor.")
@click.option("--record", metavar="URL", help="Where scans are kept: a file, or postgresql://... Default: THREATLOOM_RECORD, or your own.")
@click.option(
    "--workers", type=click.Choice(["local", "celery"]), default="local", help="Who scans. Default: local, processes of this machine."
)
@click.option(
    "--fail-on", type=click.Choice([*SEVERITIES, "never"]), default="never",
    help="Exit with 1 if a finding came that is at least this severe, in a system that was scanned before. Default: never.",
)  # fmt: skip
@click.option(
    "--run", "run_name", metavar="NAME", help="Name of the run. What it has scanned already is not scanned again. Default: fleet and day."
)
@click.option("--again", is_flag=True, help="Begin a second run today instead of going on with the first.")
@click.option("--every", type=Interval(), metavar="TIME", help="Do it again and again, 24h or 7d from one beginning to the next.")
@click.option("--no-scan", is_flag=True, help="Scan nothing: write the landscape of what the record has.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep results: unchanged systems are analysed again.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what is done and why.")
def landscape(
    fleet_file: Path, files: tuple[Path, ...], since: str, jobs: int | None, record: str | None, workers: str, fail_on: str,
    run_name: str | None, again: bool, every: timedelta | None, no_scan: bool, no_cache: bool, quiet: bool, verbose: bool,
) -> int:  # fmt: skip
    """Scan the systems that FLEET.yaml names, keep the scans in the record, and write one page about all of them.

    One system that fails costs its own line and no other. Stopped in the middle, the same command goes on where it was.

    \b
    Exit codes: 0 done; 1 something came at or above --fail-on; 2 wrong usage
    or an unusable fleet file; 3 some systems could not be scanned;
    130 interrupted.
    """
    import os
    from datetime import UTC, datetime

    from pipeline.fleet.fleet_file import read_fleet
    from pipeline.interfaces.cli.every import repeated
    from pipeline.interfaces.cli.stderr import log_to_stderr
    from pipeline.interfaces.fleet_settings import record_address

    _check(files)
    if run_name is not None and (again or every or not run_name.strip() or len(run_name) > 200):
        raise click.UsageError("--run names a run of its own (leave out --again and --every, or give --run another name)")
    log_to_stderr(verbose=verbose, quiet=quiet)
    place = record_address(record, os.environ)
    if place == "off":
        raise click.UsageError("a landscape is made of what the record has (give --record FILE)")

    def night(now: datetime, again: bool) -> int:
        fleet = read_fleet(fleet_file)
        result, outcomes = _made(
            fleet, place, _before(since, now), now, run_name=run_name, again=again, scan=not no_scan, workers=workers, jobs=jobs,
            cached=not no_cache, quiet=quiet,
        )  # fmt: skip
        _deliver(result, files, quiet=quiet)
        bar = SEVERITIES[: next((place for place, name in enumerate(SEVERITIES, 1) if name == fail_on), 0)]
        if any(result.summary.came[severity] for severity in bar):
            return FOUND
        return INCOMPLETE if any(not outcome.is_good or outcome.errors for outcome in outcomes) else 0

    if every is not None:
        read_fleet(fleet_file)  # what is wrong from the beginning ends at the beginning
        return repeated(every, lambda now, another: night(now, again or another))
    return night(datetime.now(UTC), again)


def _before(since: str, now: datetime) -> Before:
    from pipeline.fleet.landscape import since as parsed

    try:
        return parsed(since, now)
    except (ValueError, OverflowError):
        raise click.UsageError(f"--since cannot be {since!r} (give last, 24h, 7d, 4w, or a date such as 2026-11-01)") from None


def _check(files: Sequence[Path]) -> None:
    """Refuses before the scans what could not be written after them."""
    from pipeline.fleet.rendering import SUFFIXES, renderer
    from pipeline.interfaces.cli.output import Output, check_outputs

    for file in files:
        if renderer(file) is None:
            raise click.UsageError(f"nothing is written as {file.suffix or file.name!r} (a name must end in {', '.join(SUFFIXES)})")
    check_outputs([Output(file.suffix, file) for file in files])


def _made(
    fleet: Fleet, place: str | None, before: Before, now: datetime, *, run_name: str | None, again: bool, scan: bool, workers: str,
    jobs: int | None, cached: bool, quiet: bool,
) -> tuple[Landscape, list[Outcome]]:  # fmt: skip
    """Scans what is left of the night, then asks the record about all of it."""
    from pipeline.fleet.landscape import landscape_of
    from pipeline.fleet.night import begun, divided, last_run_of, outcomes_of, run_of
    from pipeline.interfaces.cli.version import version
    from pipeline.record import open_record

    outcomes: list[Outcome] = []
    with open_record(place) as kept:
        run = run_name or (None if scan else last_run_of(fleet, kept)) or run_of(fleet, kept, now.date(), again=again)
        known, rest = divided(fleet.orders(run, now), kept)
    if scan:
        outcomes += known
        if known and not quiet:
            click.echo(f"threatloom: {len(known)} of {len(fleet.members)} systems were scanned in this run already", err=True)
        executor = _executor(workers, place, jobs, cached=cached, quiet=quiet)
        tell = _Teller(len(fleet.members), len(known), quiet=quiet)
        try:
            for outcome in outcomes_of(rest, executor):
                tell(outcome)
                outcomes.append(outcome)
        except KeyboardInterrupt:
            click.echo("threatloom: what was scanned is kept: the same command goes on from there", err=True)
            raise
    with open_record(place) as kept:
        night = begun(fleet, kept, run, now)
        return landscape_of(
            fleet, kept, run=run, night=night, now=max(now, night), before=before, outcomes=outcomes, version=version()
        ), outcomes  # fmt: skip


def _executor(workers: str, place: str | None, jobs: int | None, *, cached: bool, quiet: bool) -> Executor:
    import os

    from pipeline.fleet import LocalExecutor
    from pipeline.interfaces.fleet_settings import broker_address, workplace

    if workers == "celery":
        from pipeline.interfaces.distributed import distributed

        def say(line: str) -> None:
            if not quiet:
                click.echo(f"threatloom: {line}", err=True)

        executor: Executor = distributed().DistributedExecutor(broker_address(None, os.environ), place, say)
        return executor
    processors = os.cpu_count() or 1
    at_once = jobs or processors
    return LocalExecutor(workplace(place, os.environ, cached=cached, processes=max(1, processors // at_once)), at_once)


class _Teller:
    """One line for each system as it ends: on a terminal of all, elsewhere of those that could not be scanned."""

    def __init__(self, total: int, done: int, *, quiet: bool) -> None:
        import sys

        self._total, self._done, self._quiet, self._all = total, done, quiet, sys.stderr.isatty()

    def __call__(self, outcome: Outcome) -> None:
        from pipeline.reports.escape import visible

        self._done += 1
        if self._quiet or (outcome.is_good and not self._all):
            return
        said = "scanned" if outcome.is_good else outcome.reason
        errors = f", {outcome.errors} errors" if outcome.errors else ""
        width = len(str(self._total))
        click.echo(f"[{self._done:{width}}/{self._total}] {visible(outcome.name)}: {said}{errors} ({outcome.seconds:.1f} s)", err=True)


def _deliver(result: Landscape, files: Sequence[Path], *, quiet: bool) -> None:
    from pipeline.fleet.rendering import renderer
    from pipeline.interfaces.cli.output import Output, write

    made = []
    for file in files or (None,):
        render = renderer(file)
        assert render is not None  # `_check` saw to it
        made.append((Output(file.suffix if file else "md", file), render(result)))
    write(made)
    for file in files if not quiet else ():
        click.echo(f"threatloom: wrote {file}", err=True)
