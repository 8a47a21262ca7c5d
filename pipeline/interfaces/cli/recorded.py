"""Which system of the record a command is about: one that is named, or that of a folder, or of the nearest folder above it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipeline.record import Record, SystemEntry

with_system = click.option(
    "--system", metavar="NAME|PATH", help="The system: its folder, or its name in the record. Default: that of the current folder."
)


def the_record(named: str | None) -> Record:
    """The record in force: of the command line, else of the environment, else the user's own.

    Raises:
        UnusableInput: it is switched off, or cannot be used.
    """
    import os

    from ingest.errors import UnusableInput
    from pipeline.interfaces.cli.remembering import OFF
    from pipeline.record import open_record

    url = named or os.environ.get("THREATLOOM_RECORD", "").strip() or None
    if url == OFF:
        raise UnusableInput("the record is switched off", "--record" if named else "THREATLOOM_RECORD", "name a file or a URL")
    return open_record(url)


def of_folder(record: Record, folder: Path) -> SystemEntry | None:
    """The system of a folder, or of the nearest folder above it that is one."""
    from pipeline.record import system_key

    known = {entry.key: entry for entry in record.systems()}
    here = Path(system_key(folder))
    return next((known[str(place)] for place in (here, *here.parents) if str(place) in known), None)


def the_system(record: Record, named: str | None) -> SystemEntry:
    """The system that is named by its folder, name or key; without a name, that of the current folder.

    Raises:
        UnusableInput: the record does not have it.
    """
    from ingest.errors import UnusableInput

    folder = Path(named or ".")
    known = record.systems()
    if named and (not folder.exists() or any(named in (entry.name, entry.key) for entry in known)):
        return record.system(named)
    found = of_folder(record, folder)
    if found is None:
        names = ", ".join(entry.name for entry in known[:5])
        mend = f"scan it first, or name one with --system: {names}" if names else "scan it first"
        raise UnusableInput("no scan of this folder is kept", str(folder.resolve()), mend)
    return found
