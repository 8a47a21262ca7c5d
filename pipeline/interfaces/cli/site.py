"""`threatloom knowledge site`: the catalog as a static site in a folder.

The folder is new, empty, or holds a site that was written before: its list of files says which. Of an older site only pages of
that list go; whatever else lies in the folder stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import click

from pipeline.interfaces.cli.own import catalog_in_force, with_knowledge

LIST = ".threatloom-site"
MOST_LISTED = 2_000_000  # bytes


@click.command(short_help="Write the catalog as a static site.")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@with_knowledge
def site(out: Path, knowledge: tuple[str, ...]) -> None:
    """Write a page per threat, control, framework and taxonomy into the folder OUT, with an index, a search, and the catalog as JSON.

    The pages need no server and load nothing: open OUT/index.html.
    """
    from pipeline.handbook.site import pages
    from pipeline.interfaces.cli.catalog import handbook
    from pipeline.interfaces.cli.output import write_whole
    from pipeline.reports.escape import visible

    before = _files_before(out)
    catalog = catalog_in_force(knowledge)
    _make(out)  # before the seconds that the pages take
    files = pages(handbook(catalog), catalog)
    for folder in sorted({(out / name).parent for name in files}):
        _make(folder)
    write_whole(
        out / LIST, "".join(f"{name}\n" for name in sorted({*before, *files}))
    )  # first, so that a write that fails leaves no stranger
    for name, text in files.items():
        write_whole(out / name, text)
    _remove(out, before - files.keys())
    write_whole(out / LIST, "".join(f"{name}\n" for name in sorted(files)))
    click.echo(f"{len(files)} files in {visible(str(out))}; open {visible(str(out / 'index.html'))}")


def _files_before(out: Path) -> set[str]:
    """What an earlier site left in the folder; refuses a folder that holds something else."""
    listed = out / LIST
    try:
        if not out.exists() or (out.is_dir() and not any(out.iterdir())):
            return set()
        if not listed.is_file() or listed.is_symlink() or listed.stat().st_size > MOST_LISTED:
            raise click.UsageError(f"{out} holds something else (give a new folder, or one that a site was written into)")
        return set(listed.read_text(encoding="utf-8", errors="replace").split("\n")) - {""}
    except OSError as failure:
        raise click.UsageError(f"cannot read {out}: {failure.strerror} (write elsewhere)") from None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise click.UsageError(f"cannot make {folder}: {failure.strerror} (write elsewhere)") from None


def _remove(out: Path, names: Iterable[str]) -> None:
    """Pages that are no more; a name that is none of a page's is left alone, whoever wrote it into the list."""
    from pipeline.handbook.site import FOLDERS

    page = re.compile(rf"(?:{'|'.join(FOLDERS)})/[A-Za-z0-9_-][A-Za-z0-9_.-]*\.html")
    for name in names:
        if page.fullmatch(name) and not (out / name).parent.is_symlink():
            (out / name).unlink(missing_ok=True)
