"""Where reports go: stdout, or a file that is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.reports import FORMATS, format_named

if TYPE_CHECKING:
    from pipeline.findings.model import Scan

PLAIN_WIDTH = 100
NAMES = tuple(known.name for known in FORMATS)


@dataclass(frozen=True, slots=True)
class Output:
    """A format by its name, and the file it goes to; None is stdout."""

    name: str
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What stdout can show: how wide it is, whether in colour, and whether no more than ASCII."""

    width: int
    colour: bool
    ascii_only: bool


def parse_output(text: str, names: Sequence[str] = NAMES) -> Output:
    """`FORMAT` or `FORMAT=FILE`, of the formats of a scan or of those given."""
    name, equals, file = text.partition("=")
    if name not in names:
        raise click.UsageError(f"no such format: {name!r} (one of {', '.join(names)})")
    if equals and not file:
        raise click.UsageError(f"no file after {text!r} (write {name}=FILE, or {name} for stdout)")
    return Output(name, Path(file) if equals else None)


def check_outputs(outputs: Sequence[Output]) -> None:
    """Refuse before the scan what could not be written after it."""
    if sum(output.file is None for output in outputs) > 1:
        raise click.UsageError("two reports on stdout cannot be told apart (give all but one a file: --format json=scan.json)")
    files = [output.file.resolve() for output in outputs if output.file is not None]
    if len(set(files)) < len(files):
        raise click.UsageError("two reports in one file (give each its own)")
    for file in files:
        if file.is_dir():
            raise click.UsageError(f"{file} is a folder (give the name of a file in it)")
        if not file.parent.is_dir():
            raise click.UsageError(f"no such folder: {file.parent} (make it first, or write elsewhere)")
        if not os.access(file.parent, os.W_OK):
            raise click.UsageError(f"cannot write into {file.parent} (write elsewhere, or change its permissions)")


def deliver(scan: Scan, outputs: Sequence[Output]) -> None:
    """Make every report first, then write, so that a report that fails leaves no other behind."""
    write([(output, _rendered(scan, output)) for output in outputs])


def write(made: Sequence[tuple[Output, str]]) -> None:
    """Files first, then stdout."""
    for output, text in made:
        if output.file is not None:
            write_whole(output.file, text)
    for output, text in made:
        if output.file is None:
            click.echo(text.encode("utf-8", "backslashreplace"), nl=False)


def _rendered(scan: Scan, output: Output) -> str:
    if output.name == "table" and output.file is None:
        from pipeline.reports.table import render

        look = look_of_stdout()
        return render(scan, width=look.width, colour=look.colour, ascii_only=look.ascii_only)
    known = format_named(output.name)
    assert known is not None  # parse_output saw to it
    return known.render(scan)


def look_of_stdout(plain_width: int = PLAIN_WIDTH) -> Look:
    terminal = sys.stdout.isatty()
    return Look(shutil.get_terminal_size().columns if terminal else plain_width, terminal and colour_wanted(), not _draws_boxes())


def colour_wanted() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _draws_boxes() -> bool:
    try:
        "●✓│→…⋯".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def write_whole(file: Path, text: str) -> None:
    """Write next to the file, then rename: a reader sees the old bytes or the new ones, never a part."""
    target = file.resolve()
    data = text.encode("utf-8", "backslashreplace")
    try:
        if target.exists() and not target.is_file():  # a pipe or a device cannot be renamed over
            target.write_bytes(data)
            return
        beside = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
        try:
            with beside.open("xb") as stream:
                stream.write(data)
            beside.replace(target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                beside.unlink()
    except OSError as failure:
        raise click.UsageError(f"cannot write {file}: {failure.strerror} (write elsewhere with FORMAT=FILE)") from None
