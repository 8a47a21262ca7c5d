"""`threatloom scan`: one tree, its design documents, as many reports as asked for."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.gate import SEVERITIES, exit_code, notes
from pipeline.interfaces.cli.output import Output, check_outputs, deliver, parse_output
from pipeline.interfaces.cli.own import with_knowledge
from pipeline.interfaces.cli.remembering import OFF, Memory, with_record
from pipeline.reports import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.baseline import Compared
    from pipeline.findings.model import Scan
    from pipeline.interfaces.settings import Settings
    from pipeline.progress import Progress
    from pipeline.scan import ScanSettings


@click.command(short_help="Build the threat model of a repository.")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--docs", multiple=True, metavar="PATH", help="A design document, or a folder of them; may lie elsewhere. Repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out what matches, as .gitignore would. Repeatable.")
@click.option(
    "--format", "formats", multiple=True, metavar="FORMAT[=FILE]",
    help=f"Report to write, to stdout or a file: {', '.join(known.name for known in FORMATS)}. Repeatable. Default: table.",
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice([*SEVERITIES, "never"]),
    help="Exit with 1 if a finding is at least this severe, whoever saw it. What a model alone saw counts unless its confidence is low: "
    "then neither a rule nor a second reading bears it out. Default: never.",
)  # fmt: skip
@click.option("--rev", metavar="REV", help="Scan this revision of git instead of the files as they lie there; nothing is checked out.")
@click.option(
    "--baseline", metavar="FILE|REV|record:last",
    help="Say of each finding whether it is new against an earlier scan: its JSON file, a revision of git, or record:last, record:N.",
)  # fmt: skip
@click.option("--new-only", is_flag=True, default=None, help="With --baseline: report, and count for --fail-on, only what is new or back.")
@click.option(
    "--trust", type=click.Choice(["tree", "baseline"]),
    help="With --baseline REV: whose settings file and suppressions count. With baseline, those a change adds do not yet. Default: tree.",
)  # fmt: skip
@with_knowledge
@click.option(
    "--llm", metavar="MODEL", help="Ask a model beside the rules, as PROVIDER:NAME (openai:gpt-5.5, ollama:qwen3:32b). Default: off."
)
@click.option("--base-url", metavar="URL", help="Address of an OpenAI-compatible endpoint for --llm.")
@click.option(
    "--budget",
    multiple=True,
    metavar="AMOUNT",
    help="What --llm may take at most: 200k (tokens), '5 USD', 10m (minutes), '40 calls'. Repeatable.",
)
@click.option(
    "--dry-run", is_flag=True, help="With --llm: show what would be sent, how many calls and tokens, what it would cost; send nothing."
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes to parse with. Default: one per processor.")
@click.option("--ocr", metavar="READER", help="Read the text in pictures: tesseract, tesseract:LANGUAGES, or vision:MODEL. Default: off.")
@click.option("--ocr-url", metavar="URL", help="OpenAI-compatible endpoint for vision:MODEL; pictures are sent there.")
@click.option("--offline", is_flag=True, default=None, help="Refuse settings that would send something over the network.")
@click.option(
    "--no-suppressions", is_flag=True, default=None,
    help="Close nothing because the scanned tree says so, in its settings or in comments: for who wants to see all.",
)  # fmt: skip
@click.option(
    "--part-of-ai-system", is_flag=True, default=None,
    help="List risks of ordinary parts though nothing of AI is found: for a folder or an infrastructure repository of an AI system.",
)  # fmt: skip
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file to use instead of the tree's own.")
@with_record
@click.option("--no-record", is_flag=True, help="Neither keep the scan in the record nor look at what was decided there.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep results: an unchanged tree is analysed again.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors, and the reports asked for by --format.")
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what is done and why.")
@click.pass_context
def scan(
    context: click.Context, path: Path, docs: tuple[str, ...], exclude: tuple[str, ...], formats: tuple[str, ...], fail_on: str | None,
    rev: str | None, baseline: str | None, new_only: bool | None, trust: str | None,
    knowledge: tuple[str, ...], llm: str | None, base_url: str | None,
    budget: tuple[str, ...], dry_run: bool, jobs: int | None,
    ocr: str | None, ocr_url: str | None, offline: bool | None, no_suppressions: bool | None,
    part_of_ai_system: bool | None, config: Path | None, record: str | None,
    no_record: bool, no_cache: bool, quiet: bool, verbose: bool,
) -> int:  # fmt: skip
    """Read PATH (default: this folder) and report what can go wrong, with the lines that prove it.

    Nothing of PATH is executed, no key or network is needed, and nothing leaves the machine unless you name a model that is not on it.

    \b
    Exit codes: 0 done; 1 findings at or above --fail-on; 2 wrong usage or
    unusable input; 3 the scan is incomplete, or a model gave no answer;
    130 interrupted.
    """
    import os

    from ingest import SourceSettings
    from ingest.errors import UnusableInput
    from ingest.text import reason_of
    from pipeline.interfaces.settings import load_settings
    from pipeline.reports.escape import shorten

    try:
        path.stat()
    except (OSError, ValueError) as problem:
        what = "no such file or folder" if isinstance(problem, FileNotFoundError) else f"cannot be opened, {reason_of(problem)}"
        raise UnusableInput(what, shorten(str(path), 200), "give the path of the tree to scan") from None
    given = {
        "docs": docs, "exclude": exclude, "format": formats, "fail_on": fail_on, "knowledge": knowledge, "jobs": jobs,
        "ocr": ocr, "ocr_url": ocr_url, "offline": offline, "llm": llm, "base_url": base_url, "budget": budget,
        "suppressions": False if no_suppressions else None, "record": OFF if no_record else record,
        "baseline": baseline, "new_only": new_only, "trust": trust, "part_of_ai_system": part_of_ai_system,
    }  # fmt: skip
    named = {name: value for name, value in given.items() if value not in ((), None)}
    settings = load_settings(path, named, os.environ, config)
    before: Settings | None = None  # what was in force at the baseline, where that is a revision
    if settings.baseline is not None and (at := _revision_of(settings.baseline)) is not None:
        before = settings_of_baseline(path, named, at, config, needed=settings.trust == "baseline")
        settings = before if before is not None and settings.trust == "baseline" else settings
    elif settings.trust == "baseline":
        raise click.UsageError("--trust baseline needs a revision of git as --baseline, whose settings file can be read")
    elif rev is not None:
        settings = load_settings(path, named, os.environ, config, rev)
    outputs = tuple(parse_output(text) for text in settings.format) or (() if quiet else (Output("table"),))
    check_outputs(outputs)
    for document in settings.docs:
        if not os.access(document, os.F_OK):
            raise UnusableInput("no such document", document, "correct --docs or the setting docs")
    if dry_run:
        from pipeline.interfaces.cli.rehearsal import rehearse

        return rehearse(path, settings, cached=not no_cache, quiet=quiet, verbose=verbose, rev=rev)
    if settings.new_only and settings.baseline is None:
        raise click.UsageError("--new-only says nothing without a baseline (add --baseline FILE|REV|record:last)")
    told: list[str] = []
    with Memory(path, settings.record) as memory:
        if settings.baseline is None:
            result = plain = memory.decided(scanned(path, settings, cached=not no_cache, quiet=quiet, verbose=verbose, rev=rev))
        else:
            against = compared(path, settings, memory, before, cached=not no_cache, quiet=quiet, verbose=verbose, rev=rev)
            result, plain, told = against.scan, against.new.scan, list(against.notes)
        deliver(result, outputs)
        if rev is None:  # an earlier revision is not what became of the system since
            memory.keep(plain, SourceSettings(docs=tuple(map(Path, settings.docs)), exclude=settings.exclude), quiet=quiet)
    if not quiet:
        for output in outputs:
            if output.file is not None:
                click.echo(f"threatloom: wrote {output.name} to {output.file}", err=True)
        for note in (*told, *notes(result, settings.fail_on), *_stale(result), *_unreached(result)):
            click.echo(f"threatloom: {note}", err=True)
    return exit_code(result, settings.fail_on)


def _revision_of(baseline: str) -> str | None:
    from pipeline.baseline.sides import revision_named

    return revision_named(baseline)


def settings_of_baseline(path: Path, named: Mapping[str, object], at: str, config: Path | None, *, needed: bool) -> Settings | None:
    """The settings as they would be with the file of the baseline; None where that cannot be used and nobody needs it."""
    import os

    from ingest.errors import UnusableInput
    from ingest.revision import commit_of, repository_of
    from pipeline.interfaces.settings import load_settings

    commit_of(repository_of((path if path.is_dir() else path.parent).resolve()), at)  # no such revision is an error of its own
    try:
        return load_settings(path, named, os.environ, config, at)
    except UnusableInput:
        if needed:
            raise
        return None  # it is mended by the very change that is looked at, or was of another version


def _stale(scan: Scan) -> list[str]:
    """Suppressions of the scanned tree that close nothing, which somebody should take out or mend."""
    from pipeline.reports.decided import stale_lines

    return list(stale_lines(scan, 10))


def _unreached(scan: Scan) -> list[str]:
    """What the budget of the LLM analyst did not reach: no error, but nothing to pass over in silence."""
    if scan.llm is None:
        return []
    from pipeline.agent.spending import BUDGET_ENDED
    from pipeline.reports.wording import plural

    missed = [one for one in scan.llm.unreached if BUDGET_ENDED in one.reason]
    went_on = "the same command with a larger --budget pays for the rest alone"
    return [f"{BUDGET_ENDED} before the model was asked about {plural(len(missed), 'element or part')}: {went_on}"] if missed else []


def scanned(path: Path, settings: Settings, *, cached: bool, quiet: bool, verbose: bool, rev: str | None = None) -> Scan:
    """The scan of a path, kept or made anew, with its progress on stderr."""
    from pipeline.scan import scan as run_scan

    with _started(path, settings, cached=cached, quiet=quiet, verbose=verbose, rev=rev) as (wanted, progress):
        return run_scan(path, wanted, progress)


def compared(
    path: Path,
    settings: Settings,
    memory: Memory,
    before: Settings | None,
    *,
    cached: bool,
    quiet: bool,
    verbose: bool,
    rev: str | None = None,
) -> Compared:
    """The scan of a path against its baseline, with its progress on stderr."""
    from pipeline.baseline import scan_against

    assert settings.baseline is not None
    with _started(path, settings, cached=cached, quiet=quiet, verbose=verbose, rev=rev) as (wanted, progress):
        return scan_against(
            settings.baseline, path, wanted, progress, new_only=settings.new_only, record=memory.opened, decided=memory.decided,
            suppress=None if before is None else before.suppress,
        )  # fmt: skip


@contextmanager
def _started(
    path: Path, settings: Settings, *, cached: bool, quiet: bool, verbose: bool, rev: str | None
) -> Iterator[tuple[ScanSettings, Progress]]:
    """What a scan is started with, and its progress on stderr while it lasts."""
    import os

    from pipeline.interfaces.cli.stderr import log_to_stderr, shown_progress

    log_to_stderr(verbose=verbose, quiet=quiet)
    wanted = scan_settings(path, settings, os.environ, cached=cached, rev=rev)
    if wanted.llm is not None and not quiet:
        for note in wanted.llm.endpoint.notes:
            click.echo(f"threatloom: {note}", err=True)
    try:
        with shown_progress(quiet=quiet) as progress:
            yield wanted, progress
    except KeyboardInterrupt:
        if wanted.llm is not None and wanted.llm.replies is not None and not quiet:
            click.echo("threatloom: the model's replies are kept: the same command goes on from there", err=True)
        raise


def scan_settings(
    path: Path, settings: Settings, environment: Mapping[str, str], *, cached: bool, dry: bool = False, rev: str | None = None
) -> ScanSettings:
    """What a scan is started with, by the settings and the environment."""
    from pipeline.interfaces.llm import agent_settings
    from pipeline.interfaces.pictures import picture_reader
    from pipeline.kept_results import default_folder
    from pipeline.scan import ScanSettings

    return ScanSettings(
        docs=tuple(map(Path, settings.docs)), exclude=settings.exclude, jobs=settings.jobs,
        cache=default_folder() if cached else None, knowledge=tuple(map(Path, settings.knowledge)),
        pictures=picture_reader(settings, path, environment), llm=agent_settings(settings, environment, cached=cached, dry=dry),
        index=Path(settings.index_dir) if settings.index_dir else None, suppress=settings.suppress,
        suppressions=settings.suppressions, part_of_ai_system=settings.part_of_ai_system, rev=rev, trust=settings.trust,
    )  # fmt: skip
