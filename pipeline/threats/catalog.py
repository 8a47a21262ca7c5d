"""The threat catalog: all threat files of a folder, validated, and the page that stands beside each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.system.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.threats.schema import Threat, ThreatTaxonomy
from pipeline.threats.taxonomy import Taxonomies, load_taxonomies

THREATS = KNOWLEDGE / "threats"


@dataclass(frozen=True)
class Catalog:
    """Threats by slug, in the order of their slugs."""

    threats: tuple[Threat, ...]
    folder: Path

    def get(self, slug: str) -> Threat | None:
        """The threat of a slug or of one of its former slugs."""
        return next((threat for threat in self.threats if slug == threat.slug or slug in threat.aliases), None)

    def page(self, slug: str) -> str:
        """The paired page of a threat, as Markdown; empty where there is none."""
        threat = self.get(slug)
        if threat is None:
            return ""
        path = self.folder / threat.stride[0] / f"{threat.slug}.md"
        return path.read_text("utf-8") if path.is_file() else ""


def read_threat(path: Path) -> Threat:
    """One threat file; its slug is the file's name, its first class the folder's.

    Raises:
        KnowledgeError: the file is not a valid threat; the message says where.
    """

    def named(data: object) -> object:
        if not isinstance(data, dict):
            return data
        given = data.get("stride") or []
        also = [given] if isinstance(given, str) else list(given)
        stride = [path.parent.name, *(name for name in also if name != path.parent.name)]
        return {**data, "slug": path.stem, "stride": stride}

    return read_knowledge(path, Threat, named)


@lru_cache(maxsize=4)
def load_catalog(folder: Path = THREATS) -> Catalog:
    """All threats below a folder.

    Raises:
        KnowledgeError: one of the files cannot be used; a catalog is whole or not at all.
    """
    taxonomies = load_taxonomies()
    threats = sorted((_in_all_editions(read_threat(path), taxonomies) for path in folder.glob("*/*.yaml")), key=lambda threat: threat.slug)
    return Catalog(tuple(threats), folder)


def _in_all_editions(threat: Threat, taxonomies: Taxonomies) -> Threat:
    """The threat with the ids that later editions give the same subjects."""
    given = {
        field: tuple(dict.fromkeys(shown for identity in ids for shown in (identity, *taxonomies.later_editions_of(identity))))
        for field, ids in threat.taxonomy
    }
    return threat.model_copy(update={"taxonomy": ThreatTaxonomy(**given)})


@lru_cache(maxsize=1)
def knowledge_hash() -> str:
    """A hash over all knowledge files: two scans with the same hash asked the same questions."""
    digest = hashlib.sha256()
    for path in sorted(KNOWLEDGE.rglob("*.yaml")):
        digest.update(path.relative_to(KNOWLEDGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
