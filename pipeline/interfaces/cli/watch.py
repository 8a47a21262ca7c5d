"""`threatloom watch`: scans a tree again when its files change, and says in a few lines what that changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.own import with_knowledge

if TYPE_CHECKING:
    from pipeline.scan import ScanSettings


@click.command(short_help="Rescan on change, and say what is new and what is fixed.")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--docs", multiple=True, metavar="PATH", help="A design document, or a folder of them; may lie elsewhere. Repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out what matches, as .gitignore would. Repeatable.")
@with_knowledge
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file to use instead of the tree's own.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep results: slower, as every file is read again each time.")
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what is done and why.")
def watch(
    path: Path,
    docs: tuple[str, ...],
    exclude: tuple[str, ...],
    knowledge: tuple[str, ...],
    config: Path | None,
    no_cache: bool,
    verbose: bool,
) -> None:
    """Scan PATH (default: this folder), then again after each change of its files, until interrupted.

    Shows what is new, fixed, or of another severity since the scan before. Files that git ignores are not looked at; nothing is written
    into the tree, no model is asked, and the record is left alone.
    """
    import os

    from pipeline.interfaces.cli.scan import scan_settings
    from pipeline.interfaces.cli.stderr import log_to_stderr
    from pipeline.interfaces.cli.watching import changes_of, watched
    from pipeline.interfaces.settings import load_settings

    given = {"docs": docs, "exclude": exclude, "knowledge": knowledge}
    named = {name: value for name, value in given.items() if value}

    def settings() -> ScanSettings:
        """Read anew for each scan: its file is one of those that change."""
        return scan_settings(
            path, load_settings(path, named, os.environ, config).model_copy(update={"llm": None}), os.environ, cached=not no_cache
        )

    log_to_stderr(verbose=verbose, quiet=False)
    for line in watched(path, settings, changes_of(path)):
        click.echo(line)
