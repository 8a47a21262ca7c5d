"""What `threatloom ask` and `threatloom chat` share: their options, the scan they speak of, and a conversation about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipeline.interfaces.cli.own import with_knowledge
from pipeline.interfaces.cli.remembering import OFF, with_record

if TYPE_CHECKING:
    from pipeline.chat import Answer, Conversation
    from pipeline.chat.asking import ModelTalk
    from pipeline.findings.model import Scan
    from pipeline.interfaces.settings import Settings
    from pipeline.retrieval import Hit
    from pipeline.scan import Ruled

MOST_TOKENS = 150_000  # of a model, in one conversation, where no budget is given
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


class Talk:
    """A conversation, with a model in it where one is named."""

    def __init__(self, inner: Conversation, model: ModelTalk | None, quiet: bool) -> None:
        self._inner, self._model, self._quiet = inner, model, quiet

    @property
    def scan(self) -> Scan:
        return self._inner.scan

    @property
    def history(self) -> list[Answer]:
        return self._inner.history

    def ask(self, question: str) -> Answer:
        """The answer; what a model looks at meanwhile is told on stderr."""
        return self._inner.ask(question) if self._model is None else self._model.ask(question, None if self._quiet else _told)

    def forget(self) -> None:
        self._inner.forget()


def _told(step: str) -> None:
    from pipeline.reports.escape import shorten, visible

    click.echo(f"threatloom: the model {shorten(visible(step), 120)}", err=True)


@contextmanager
def conversation(path: Path, given: Mapping[str, Any], kept: Path | None, *, quiet: bool) -> Iterator[Talk]:
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
    from pipeline.interfaces.talking import ground_of
    from pipeline.record import open_record
    from pipeline.reports.escape import shorten, visible

    if kept is None and not os.access(path, os.F_OK):
        raise UnusableInput("no such file or folder", shorten(str(path), 200), "give the path of the tree to ask about")
    named = {name: value for name, value in given.items() if value not in ((), None) and name != "no_record"}
    if given.get("no_record"):
        named["record"] = OFF
    settings = load_settings(path if kept is None else Path(), named, os.environ, None)
    catalog, taxonomies = catalog_in_force(settings.knowledge), taxonomies_in_force()
    if kept is not None:
        from pipeline.interfaces.cli.explain_finding import scan_of

        if settings.llm is not None:
            raise UnusableInput("a model needs the files, not a report of them", str(kept)[:200], "leave --scan or --llm out")
        yield Talk(Conversation(scan_of(path, (), kept, ""), catalog, taxonomies=taxonomies), None, quiet)
        return

    def warn(text: str) -> None:
        if not quiet:
            click.echo(f"threatloom: warning: {visible(' '.join(text.split()))}", err=True)

    ruled = _ruled(path, settings, quiet) if settings.llm is not None else None
    without = settings.model_copy(update={"llm": None})

    def scan() -> Scan:
        return ruled.scan if ruled is not None else scanned(path, without, cached=True, quiet=quiet, verbose=False)

    record = None if settings.record == OFF or settings.knowledge else lambda: open_record(settings.record)
    with ground_of(path, scan, record, lambda: index_settings(path, {}), warn, recorded=ruled is None) as ground:
        made = Conversation(
            ground.scan, catalog, earlier=ground.earlier, earlier_name=ground.earlier_name, search=ground.search, taxonomies=taxonomies
        )
        if ruled is None:
            yield Talk(made, None, quiet)
            return
        with _with_model(made, ruled, path, settings, ground.search) as model:
            yield Talk(made, model, quiet)


def _ruled(path: Path, settings: Settings, quiet: bool) -> Ruled:
    """What rules say, with the files at hand that a model is shown."""
    import os

    from pipeline.interfaces.cli.scan import scan_settings
    from pipeline.interfaces.cli.stderr import log_to_stderr, shown_progress
    from pipeline.scan import ruled

    log_to_stderr(verbose=False, quiet=quiet)
    with shown_progress(quiet=quiet) as progress:
        return ruled(path, scan_settings(path, settings, os.environ, cached=True), progress)


def _with_model(
    talk: Conversation, ruled: Ruled, path: Path, settings: Settings, search: Callable[[str], Sequence[Hit]] | None
) -> ModelTalk:
    """The model of the settings, within a budget of its own where none is given."""
    import os
    from dataclasses import replace

    from pipeline.chat.asking import ModelTalk
    from pipeline.interfaces.cli.scan import scan_settings
    from pipeline.second_opinion import subject_of

    asked = scan_settings(path, settings, os.environ, cached=True).llm
    assert asked is not None
    if not asked.has_budget:
        asked = replace(asked, limits=replace(asked.limits, tokens=MOST_TOKENS))

    def passages(question: str, paths: tuple[str, ...], limit: int) -> Sequence[Hit]:
        found = search(question) if search is not None else ()
        if paths:
            from pathspec import GitIgnoreSpec

            wanted = GitIgnoreSpec.from_lines(paths)
            found = [hit for hit in found if wanted.match_file(hit.path)]
        return found[:limit]

    return ModelTalk(talk, subject_of(talk.scan, ruled.material, passages), asked, search)
