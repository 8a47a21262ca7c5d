"""Own knowledge on the command line: the option that names its folders, and the catalog with what they add."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipeline.threats.catalog import Catalog
    from pipeline.threats.schema import Threat

with_knowledge = click.option(
    "--knowledge", multiple=True, metavar="DIR", help="A folder of own threats, frameworks, controls and severities. Repeatable."
)


def catalog_in_force(knowledge: Sequence[str]) -> Catalog:
    """What ships, and what the folders of the command line, or else of the environment, add."""
    import os

    from pipeline.interfaces.settings import knowledge_folders
    from pipeline.threats.catalog import catalog_with

    return catalog_with(knowledge_folders(knowledge, os.environ))


def own_words(catalog: Catalog, threat: Threat) -> Iterator[str]:
    """What own knowledge has to do with a threat, a line each; nothing for a shipped one that it leaves alone."""
    for folder in catalog.own.folders:
        if threat.slug in folder.threats:
            replaced = folder.threats[threat.slug]
            yield f"own threat of {folder.name}" + (f", in the place of {replaced}" if replaced else "")
    for name, slug, said in catalog.own.adjustments():
        if slug == threat.slug:
            starts = (("likelihood", said.likelihood), ("impact", said.impact))
            set_ = ", ".join(f"{axis} starts at {start}" for axis, start in starts if start is not None)
            yield f"{set_ or 'switched off'} by {name}: {said.reason}"
