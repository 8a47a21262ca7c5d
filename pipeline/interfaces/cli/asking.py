"""What `threatloom ask` and `threatloom chat` share: their options, the scan they speak of, and a conversation about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipeline.interfaces.cli.own import with_knowledge
from pipeline.interfaces.cli.remembering import OFF, with_record

if TYPE_CHECKING:
    from pipeline.chat import Conversation
    from pipeline.interfaces.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


def with_ground(command: F) -> F:
    """The options that say what is spoken of, and who may be asked besides."""
    options = (
        click.option("--scan", "kept", type=click.Path(path_type=Path), help="Speak of this JSON report instead of scanning PATH."),
        with_knowledge,
        with_record,
        click.option("--no-record", is_flag=True, help="Do not look into the record: neither decisions nor earlier scans."),
        click.option("--llm", metavar="MODEL", help="Let a model answer with the same evidence, as PROVIDER:NAME. Default: off."),
        click.option("--base-url", metavar="URL", help="Address of an OpenAI-compatible endpoint for --llm."),
        click.option(
            "--budget", multiple=True, metavar="AMOUNT", help="What --llm may take at most: 50k (tokens), '1 USD', 2m. Repeatable."
        ),
        click.option("--offline", is_flag=True, default=None, help="Refuse settings that would send something over the network."),
        click.option("-q", "--quiet", is_flag=True, help="No progress and no warnings."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def conversation(path: Path, given: Mapping[str, Any], kept: Path | None, *, quiet: bool) -> Iterator[Conversation]:
    """A conversation about PATH, or about a report.

    Raises:
        UnusableInput, click.UsageError: there is nothing to speak of, or the model cannot be asked.
    """
    import os

    from ingest.errors import UnusableInput
    from pipeline.chat import Conversation
    from pipeline.interfaces.cli.index import index_settings
    from pipeline.interfaces.cli.own import catalog_in_force
    from pipeline.interfaces.cli.scan import scanned
    from pipeline.interfaces.editions import taxonomies_in_force
    from pipeline.interfaces.settings import load_settings
    from pipeline.interfaces.talking import Ground, ground_of
    from pipeline.record import open_record
    from pipeline.reports.escape import shorten, visible

    if kept is None and not os.access(path, os.F_OK):
        raise UnusableInput("no such file or folder", shorten(str(path), 200), "give the path of the tree to ask about")
    named = {name: value for name, value in given.items() if value not in ((), None) and name != "no_record"}
    if given.get("no_record"):
        named["record"] = OFF
    settings = load_settings(path if kept is None else Path(), named, os.environ, None)
    catalog, taxonomies = catalog_in_force(settings.knowledge), taxonomies_in_force()

    def warn(text: str) -> None:
        if not quiet:
            click.echo(f"threatloom: warning: {visible(' '.join(text.split()))}", err=True)

    if kept is not None:
        from pipeline.interfaces.cli.explain_finding import scan_of

        ground = Ground(scan_of(path, (), kept, ""))
        yield _talk(Conversation(ground.scan, catalog, taxonomies=taxonomies), settings, ground, path, quiet)
        return
    without = settings.model_copy(update={"llm": None})  # the model answers; it does not scan

    def scan() -> Any:
        return scanned(path, without, cached=True, quiet=quiet, verbose=False)

    record = None if settings.record == OFF or settings.knowledge else lambda: open_record(settings.record)
    with ground_of(path, scan, record, lambda: index_settings(path, {}), warn) as ground:
        made = Conversation(
            ground.scan, catalog, earlier=ground.earlier, earlier_name=ground.earlier_name, search=ground.search, taxonomies=taxonomies
        )
        yield _talk(made, settings, ground, path, quiet)


def _talk(made: Conversation, settings: Settings, ground: object, path: Path, quiet: bool) -> Conversation:
    return made
