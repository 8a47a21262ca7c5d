"""How an index is, for whoever only wants to know: nothing is made, changed, locked or embedded."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.edition import readers_edition
from ingest.index.catalogue import FILE, opened
from ingest.index.place import IndexPlace


@dataclass(frozen=True, slots=True)
class Condition:
    """What an index says of itself."""

    model: str  # identity of the model that made its vectors
    files: int
    chunks: int
    whole: bool  # the last write ended
    current: bool  # its chunks are what this edition of the readers would make


def condition_of(place: IndexPlace) -> Condition | None:
    """How the index is; None where there is none.

    Raises:
        BrokenCatalogue: there is one, and it cannot be read.
    """
    if not (place.folder / FILE).exists():
        return None
    with opened(place.folder) as catalogue:
        about = catalogue.about()
        return Condition(about.model, *catalogue.counts(), about.ready, about.readers == readers_edition().hex())
