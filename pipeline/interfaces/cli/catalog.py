"""`threatloom controls` and `threatloom frameworks`: what a scan takes for a control, and whose calls it understands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.own import catalog_in_force, with_knowledge

if TYPE_CHECKING:
    from pydantic import BaseModel

    from pipeline.handbook import Handbook
    from pipeline.threats.catalog import Catalog

_format = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", help="For people (default) or for programs."
)


def handbook(catalog: Catalog) -> Handbook:
    """A catalog joined with frameworks and the taxonomies in force."""
    from pipeline.handbook import handbook_of
    from pipeline.interfaces.editions import taxonomies_in_force
    from pipeline.threats.ledger import load_out_of_reach

    return handbook_of(catalog, taxonomies_in_force(), load_out_of_reach())


def show_json(entries: Iterable[BaseModel]) -> None:
    """Entries as one JSON list; its form is that of `pipeline/handbook/catalog.schema.json`."""
    from pipeline.handbook.json import render_list

    click.echo(render_list(entries), nl=False)


@click.command(short_help="The controls a scan recognises.")
@with_knowledge
@_format
def controls(form: str, knowledge: tuple[str, ...]) -> None:
    """List the kinds of controls, what each removes and lowers, and in how many frameworks it is recognised."""
    from pipeline.reports.wording import plural

    found = handbook(catalog_in_force(knowledge)).controls
    if form == "json":
        show_json(found)
        return
    width = max(len(control.kind) for control in found)
    for control in found:
        effect = f"removes {len(control.removes)}, lowers {len(control.lowers)}"
        seen = plural(len(control.frameworks), "framework") if control.frameworks else ", ".join(control.seen_in)
        click.echo(f"  {control.kind:<{width}}  {effect:<24}  {seen or 'recognised nowhere yet'}")
    unseen = sum(not control.seen_in for control in found)
    click.echo(f"{plural(len(found), 'kind')} of controls, {unseen} of them recognised nowhere yet; `threatloom explain KIND` shows one")


@click.command(short_help="The frameworks a scan understands.")
@with_knowledge
@_format
def frameworks(form: str, knowledge: tuple[str, ...]) -> None:
    """List the frameworks whose calls are understood, with the versions they were read from."""
    from pipeline.reports.escape import shorten
    from pipeline.reports.wording import plural

    found = handbook(catalog_in_force(knowledge)).frameworks
    if form == "json":
        show_json(found)
        return
    width = max(len(framework.name) for framework in found)
    for framework in found:
        click.echo(f"  {framework.name:<{width}}  {shorten(', '.join(framework.read_from), 76 - width)}")
    click.echo(f"{plural(len(found), 'framework')}; `threatloom explain NAME` shows one")
