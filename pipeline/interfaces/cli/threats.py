"""`threatloom threats`: the catalog, whole or one class of STRIDE."""

from __future__ import annotations

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
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="For people (default) or for programs.")
def threats(stride: str | None, form: str) -> None:
    """List the threats that scans look for."""
    from pipeline.reports.escape import json_text, visible
    from pipeline.reports.wording import words
    from pipeline.threats.catalog import load_catalog

    found = [threat for threat in load_catalog().threats if stride is None or stride in threat.stride]
    if form == "json":
        click.echo(json_text([threat.model_dump(mode="json", exclude={"when"}) for threat in found]), nl=False)
        return
    width = max((len(threat.slug) for threat in found), default=0)
    for name in CLASSES:
        group = [threat for threat in found if (threat.stride[0] if stride is None else stride) == name]
        if not group:
            continue
        click.secho(words(name), bold=True)
        for threat in sorted(group, key=lambda threat: threat.slug):
            click.echo(f"  {visible(threat.slug):<{width}}  {visible(threat.title)}")
    click.echo(f"{len(found)} threat{'' if len(found) == 1 else 's'}; `threatloom explain NAME` shows one")
