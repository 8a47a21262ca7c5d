"""`threatloom history`: what the record has of a system: its scans and what changed in each, its findings, the life of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.recorded import the_record, the_system
from pipeline.interfaces.cli.remembering import with_record

if TYPE_CHECKING:
    from pipeline.record import Record, SystemEntry

SCANS_SHOWN = 10


@click.command(short_help="Kept scans of a folder, and what changed from one to the next.")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--system", metavar="NAME", help="A system by its name in the record, instead of PATH.")
@click.option("--finding", metavar="ID", help="The life of one finding, by its id or at least four characters of it.")
@click.option("--findings", is_flag=True, help="All findings it ever had, with what became of them.")
@click.option("--systems", is_flag=True, help="All systems of the record.")
@click.option("--limit", type=click.IntRange(min=1), default=SCANS_SHOWN, metavar="N", help=f"Scans to show. Default: {SCANS_SHOWN}.")
@click.option("--forget", is_flag=True, help="Delete all that is kept of the system, decisions included.")
@click.option("--yes", is_flag=True, help="With --forget: do not ask.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="For people (default) or for programs.")
@with_record
def history(
    path: Path | None, system: str | None, finding: str | None, findings: bool, systems: bool, limit: int, forget: bool, yes: bool,
    form: str, record: str | None,
) -> None:  # fmt: skip
    """Show the kept scans of PATH (default: this folder), newest first, with what was new, fixed, reopened or decided in between."""
    from pipeline.interfaces.cli import history_shown as shown

    if sum((finding is not None, findings, systems, forget)) > 1:
        raise click.UsageError("--finding, --findings, --systems and --forget are different questions (give one of them)")
    if path is not None and system is not None:
        raise click.UsageError("PATH and --system both name a system (give one of them)")
    as_json = form == "json"
    with the_record(record) as opened:
        if systems:
            shown.show_systems(opened.systems(), opened.where, as_json=as_json)
            return
        entry = the_system(opened, system or (str(path) if path is not None else None))
        if forget:
            _forget(opened, entry, yes=yes)
        elif finding is not None:
            shown.show_life(shown.life_of(opened, entry, finding), as_json=as_json)
        elif findings:
            shown.show_findings(entry, opened.tracked(entry.key), as_json=as_json)
        else:
            shown.show_history(shown.history_of(opened, entry, limit), as_json=as_json)


def _forget(record: Record, entry: SystemEntry, *, yes: bool) -> None:
    from pipeline.reports.escape import visible
    from pipeline.reports.wording import plural

    what = f"{plural(entry.scans, 'scan')} of {entry.name} ({entry.key}), and all that was decided about its findings"
    if not yes:
        click.confirm(visible(f"delete {what}?"), abort=True, err=True)
    record.forget(entry.key)
    click.echo(visible(f"deleted {what}"))
