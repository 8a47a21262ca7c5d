"""`threatloom accept`, `dismiss` and `reopen`: what somebody decides about a finding, for later scans to know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import click

from pipeline.interfaces.cli.recorded import with_system
from pipeline.interfaces.cli.remembering import with_record

if TYPE_CHECKING:
    from pipeline.record import RecordedKind, TrackedFinding

F = TypeVar("F", bound=Callable[..., object])


def _decision(until: bool) -> Callable[[F], F]:
    options = [
        click.argument("finding"),
        click.option("--reason", required=True, metavar="TEXT", help="Why; shown with the finding from now on."),
        click.option("--by", metavar="WHO", help="Who decides. Default: your user name."),
        with_system,
        with_record,
    ]
    if until:
        last = click.DateTime(["%Y-%m-%d"])
        options.insert(
            2, click.option("--until", type=last, metavar="DATE", help="Last day it holds, as 2026-12-31. Default: it has no end.")
        )

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command(short_help="Accept the risk of a finding.")
@_decision(until=True)
def accept(finding: str, reason: str, until: datetime | None, by: str | None, system: str | None, record: str | None) -> None:
    """Accept the risk of FINDING (its id, or at least four characters of it): later scans show it as accepted and do not count it."""
    _decide("accepted", finding, reason, until, by, system, record)


@click.command(short_help="Say that a finding is none.")
@_decision(until=True)
def dismiss(finding: str, reason: str, until: datetime | None, by: str | None, system: str | None, record: str | None) -> None:
    """Say that FINDING (its id, or at least four characters of it) is none: later scans show it as dismissed and do not count it."""
    _decide("dismissed", finding, reason, until, by, system, record)


@click.command(short_help="End what was decided about a finding.")
@_decision(until=False)
def reopen(finding: str, reason: str, by: str | None, system: str | None, record: str | None) -> None:
    """End what was decided about FINDING (its id, or at least four characters of it): it is open again."""
    _decide("reopened", finding, reason, None, by, system, record)


def _decide(
    kind: RecordedKind, finding: str, reason: str, until: datetime | None, by: str | None, system: str | None, record: str | None
) -> None:
    from datetime import UTC
    from pathlib import Path

    from pipeline.interfaces.cli.recorded import of_folder, the_record, the_system

    with the_record(record) as opened:
        # Without a word on the system: that of this folder, or where there is none the only one that has the finding.
        here = of_folder(opened, Path()) if system is None else None
        key = the_system(opened, system).key if system is not None else here.key if here is not None else opened.find(finding).system
        decided = opened.decide(
            key, finding, kind, reason=reason, by=_user() if by is None else by, at=datetime.now(UTC), until=until.date() if until else None
        )
        _say(kind, decided, opened.system(key).name)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return ""


def _say(kind: RecordedKind, decided: TrackedFinding, system: str) -> None:
    from pipeline.reports.escape import visible
    from pipeline.reports.wording import headline, place

    finding = decided.finding
    click.echo(visible(f"{kind}: {finding.severity}[{finding.threat}] {finding.title}"))
    click.echo(visible(f"  --> {place(headline(finding))}   ({system}, finding {finding.id})"))
    if finding.decision is not None:
        by, until = finding.decision.by, finding.decision.until
        until = f"until {until}, that day included" if until else "from now on"
        click.echo(visible(f"  it does not count {until}{f', says {by}' if by else ''}"))
    elif finding.status == "unknown":
        click.echo("  the last scan did not look for it: the next one says whether it is there")
