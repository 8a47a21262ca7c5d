"""`threatloom threats`: the catalog, whole or one class of STRIDE, and the commands for threats of one's own."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.own import catalog_in_force, own_words, with_knowledge
from pipeline.interfaces.cli.strides import CLASSES, stride_class
from pipeline.interfaces.cli.threats_new import new, schema
from pipeline.interfaces.cli.threats_test import test
from pipeline.interfaces.cli.threats_words import words as words_

if TYPE_CHECKING:
    from pipeline.threats.catalog import Catalog


@click.group(short_help="The catalog of threats; write and test your own.", invoke_without_command=True)
@click.option("--stride", callback=stride_class, metavar="CLASS", help="Only one class, such as tampering, or its first letter.")
@click.option("--ledger", is_flag=True, help="Each item of each taxonomy, with its threats or the reason why none covers it.")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="With --ledger: the day editions are judged old on. Default: today."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="For people (default) or for programs.")
@with_knowledge
@click.pass_context
def threats(
    context: click.Context, stride: str | None, ledger: bool, as_of: datetime | None, form: str, knowledge: tuple[str, ...]
) -> None:
    """List the threats that scans look for; with a command, write and test threats of your own (docs/extending.md)."""
    if context.invoked_subcommand is not None:
        return
    if ledger:
        if stride is not None:
            raise click.UsageError("--ledger shows all classes (leave --stride out)")
        _show_ledger(as_of.date() if as_of else _today(), form, catalog_in_force(knowledge))
        return
    if as_of is not None:
        raise click.UsageError("--as-of says on which day editions are judged old (give --ledger too)")
    _list(stride, form, catalog_in_force(knowledge))


for _command in (new, test, schema, words_):
    threats.add_command(_command)


def _show_ledger(as_of: date, form: str, catalog: Catalog) -> None:
    from pipeline.interfaces.editions import taxonomies_in_force
    from pipeline.reports.escape import json_text
    from pipeline.reports.ledger import render_text
    from pipeline.threats.ledger import ledger_of, load_out_of_reach

    shown = ledger_of(catalog, taxonomies_in_force(), load_out_of_reach(), as_of)
    click.echo(json_text(shown.model_dump(mode="json")) if form == "json" else render_text(shown), nl=False)


def _today() -> date:
    # What makes builds repeatable elsewhere does so here: https://reproducible-builds.org/specs/source-date-epoch/
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(given) if given.isdecimal() else datetime.now(UTC).timestamp(), UTC).date()


def _list(stride: str | None, form: str, catalog: Catalog) -> None:
    from pipeline.interfaces.cli.catalog import handbook, show_json
    from pipeline.reports.escape import visible
    from pipeline.reports.wording import words

    if form == "json":
        show_json(threat for threat in handbook(catalog).threats if stride is None or stride in threat.stride)
        return
    found = [threat for threat in catalog.threats if stride is None or stride in threat.stride]
    width = max((len(threat.slug) for threat in found), default=0)
    for name in CLASSES:
        group = [threat for threat in found if (threat.stride[0] if stride is None else stride) == name]
        if not group:
            continue
        click.secho(words(name), bold=True)
        for threat in sorted(group, key=lambda threat: threat.slug):
            own = "; ".join(own_words(catalog, threat))
            click.echo(f"  {visible(threat.slug):<{width}}  {visible(threat.title)}{visible(f' [{own}]') if own else ''}")
    click.echo(f"{len(found)} threat{'' if len(found) == 1 else 's'}; `threatloom explain NAME` shows one")
