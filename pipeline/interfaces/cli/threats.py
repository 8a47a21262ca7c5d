"""`threatloom threats`: the catalog, whole or one class of STRIDE."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

import click

CLASSES = ("spoofing", "tampering", "repudiation", "information_disclosure", "denial_of_service", "elevation_of_privilege")


def _class(_: click.Context, __: click.Parameter, said: str | None) -> str | None:
    if said is None:
        return None
    wanted = said.lower().replace("-", "_").replace(" ", "_")
    found = next((name for name in CLASSES if name == wanted or name[0] == wanted), None)
    if found is None:
        raise click.BadParameter(f"{said!r} is no class of STRIDE (one of {', '.join(CLASSES)}, or its first letter)")
    return found


@click.command(short_help="The catalog of threats.")
@click.option("--stride", callback=_class, metavar="CLASS", help="Only one class, such as tampering, or its first letter.")
@click.option("--ledger", is_flag=True, help="Each item of each taxonomy, with its threats or the reason why none covers it.")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="With --ledger: the day editions are judged old on. Default: today."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="For people (default) or for programs.")
def threats(stride: str | None, ledger: bool, as_of: datetime | None, form: str) -> None:
    """List the threats that scans look for."""
    if ledger:
        if stride is not None:
            raise click.UsageError("--ledger shows all classes (leave --stride out)")
        _show_ledger(as_of.date() if as_of else _today(), form)
        return
    if as_of is not None:
        raise click.UsageError("--as-of says on which day editions are judged old (give --ledger too)")
    _list(stride, form)


def _show_ledger(as_of: date, form: str) -> None:
    from pipeline.interfaces.editions import taxonomies_in_force
    from pipeline.reports.escape import json_text
    from pipeline.reports.ledger import render_text
    from pipeline.threats.catalog import load_catalog
    from pipeline.threats.ledger import ledger_of, load_out_of_reach

    shown = ledger_of(load_catalog(), taxonomies_in_force(), load_out_of_reach(), as_of)
    click.echo(json_text(shown.model_dump(mode="json")) if form == "json" else render_text(shown), nl=False)


def _today() -> date:
    # What makes builds repeatable elsewhere does so here: https://reproducible-builds.org/specs/source-date-epoch/
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(given) if given.isdecimal() else datetime.now(UTC).timestamp(), UTC).date()


def _list(stride: str | None, form: str) -> None:
    from pipeline.interfaces.cli.catalog import shipped_handbook, show_json
    from pipeline.reports.escape import visible
    from pipeline.reports.wording import words
    from pipeline.threats.catalog import load_catalog

    if form == "json":
        show_json(threat for threat in shipped_handbook().threats if stride is None or stride in threat.stride)
        return
    found = [threat for threat in load_catalog().threats if stride is None or stride in threat.stride]
    width = max((len(threat.slug) for threat in found), default=0)
    for name in CLASSES:
        group = [threat for threat in found if (threat.stride[0] if stride is None else stride) == name]
        if not group:
            continue
        click.secho(words(name), bold=True)
        for threat in sorted(group, key=lambda threat: threat.slug):
            click.echo(f"  {visible(threat.slug):<{width}}  {visible(threat.title)}")
    click.echo(f"{len(found)} threat{'' if len(found) == 1 else 's'}; `threatloom explain NAME` shows one")
