"""The taxonomies in force on this machine: what ships, or an edition the user imported where that is newer.

An imported edition lies in the user's data folder and nowhere else: a scanned tree can neither hold one nor name one.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from ingest.errors import UnusableInput
from pipeline.system.rules.knowledge_file import KnowledgeError
from pipeline.threats.atlas_release import MOST_BYTES, newer
from pipeline.threats.taxonomy import Taxonomies, TaxonomyFile, load_taxonomies, read_taxonomy


def imported_atlas() -> Path:
    """Where an imported edition of ATLAS is kept."""
    from platformdirs import user_data_path

    return user_data_path("threatloom", appauthor=False) / "taxonomies" / "atlas.yaml"


def taxonomies_in_force() -> Taxonomies:
    """Shipped editions, or the imported one of ATLAS where it is newer.

    Raises:
        UnusableInput: the file in the data folder is not what an import writes.
    """
    shipped, path = load_taxonomies(), imported_atlas()
    try:
        if not path.is_file():
            return shipped
        if path.stat().st_size > MOST_BYTES:
            raise KnowledgeError("too large")
        imported = read_taxonomy(path)
        if imported.field != "atlas" or imported.retired.keys() & imported.items.keys():
            raise KnowledgeError("not an edition of ATLAS")
    except (OSError, UnicodeDecodeError, KnowledgeError):
        raise UnusableInput("the imported edition of ATLAS cannot be read", str(path), "import it again, or remove the file") from None
    return shipped.with_edition(imported) if newer(imported, than=shipped.edition_in("atlas")) else shipped


def keep_atlas(file: TaxonomyFile) -> Path:
    """Keep an edition for later commands; raises `UnusableInput` where the folder cannot be written."""
    from pipeline.interfaces.cli.output import write_whole

    path = imported_atlas()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise UnusableInput("cannot make the data folder", str(path.parent), failure.strerror or "make it first") from None
    write_whole(path, yaml.safe_dump(file.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=200))
    return path
