"""`threatloom knowledge`: the catalog as a site, and newer editions of what it is anchored in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.site import site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.threats.atlas_release import Change

SHOWN = 40


@click.group(short_help="The catalog as a site, and newer editions of taxonomies.")
def knowledge() -> None:
    """Write the catalog as a site, or bring newer editions of the taxonomies that threats name."""


knowledge.add_command(site)


@knowledge.command(name="import", short_help="Read a release of MITRE ATLAS.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="For people (default) or for programs.")
def import_(file: Path, form: str) -> None:
    """Read a release of MITRE ATLAS (the file ATLAS.yaml of its data repository, in its old or its new format), say what it changes,
    and keep it in the user's data folder for later commands if it is newer than the edition in force.
    """
    from pipeline.interfaces.editions import imported_atlas, keep_atlas, taxonomies_in_force
    from pipeline.reports.escape import json_text, visible
    from pipeline.threats.atlas_release import NoRelease, compare, newer, read_release
    from pipeline.threats.catalog import load_catalog

    before = taxonomies_in_force().edition_in("atlas")
    try:
        after = read_release(_bytes(file), before)
    except NoRelease as failure:
        raise click.UsageError(f"{file} cannot be imported: {failure} (give the ATLAS.yaml of a release)") from None
    cited: dict[str, list[str]] = {}
    for threat in load_catalog().threats:
        for identity in threat.taxonomy.atlas:
            cited.setdefault(identity, []).append(threat.slug)
    change, kept = compare(before, after, cited), newer(after, than=before)
    where = keep_atlas(after) if kept else imported_atlas()
    if form == "json":
        click.echo(json_text({**change.model_dump(mode="json"), "kept": str(where) if kept else None}), nl=False)
        return
    click.echo("\n".join(visible(line) for line in _told(change)))
    click.echo(f"kept in {visible(str(where))}" if kept else f"not kept: {visible(before.edition)}, which is in force, is not older")


def _bytes(file: Path) -> bytes:
    from pipeline.threats.atlas_release import MOST_BYTES

    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except OSError as failure:
        raise click.UsageError(f"cannot read {file}: {failure.strerror} (give the ATLAS.yaml of a release)") from None


def _told(change: Change) -> Iterator[str]:
    yield f"ATLAS {change.after}, against {change.before} in force"
    yield from _block("new", [f"{identity}  {name}" for identity, name in change.new.items()])
    yield from _block("gone", [f"{identity}  {name}" for identity, name in change.gone.items()])
    yield from _block("renamed", [f"{identity}  {old} -> {new}" for identity, (old, new) in change.renamed.items()])
    yield from _block("threats that name what is gone", [f"{identity}  {', '.join(slugs)}" for identity, slugs in change.cited.items()])


def _block(title: str, lines: list[str]) -> Iterator[str]:
    yield f"{title}: {len(lines) or 'none'}"
    yield from (f"  {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"  and {len(lines) - SHOWN} more (all with --format json)"
