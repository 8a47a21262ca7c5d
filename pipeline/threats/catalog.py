"""The threat catalog: all threat files of a folder, validated, and the page that stands beside each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.threats.own import NOTHING, Adjustment, OwnKnowledge, read_own_knowledge
from pipeline.threats.schema import Scale, SetScale, Threat, ThreatTaxonomy
from pipeline.threats.taxonomy import Taxonomies, load_taxonomies

THREATS = KNOWLEDGE / "threats"


@dataclass(frozen=True)
class Catalog:
    """Threats by slug, in the order of their slugs; those of own knowledge are among them."""

    threats: tuple[Threat, ...]
    folder: Path
    own: OwnKnowledge = NOTHING

    @property
    def switched_off(self) -> Mapping[str, str]:
        """Slugs of threats that are not reported, with who said so and why."""
        return {slug: f"{folder}: {said.reason}" for folder, slug, said in self.own.adjustments() if said.switched_off}

    def get(self, slug: str) -> Threat | None:
        """The threat of a slug or of one of its former slugs."""
        return next((threat for threat in self.threats if slug == threat.slug or slug in threat.aliases), None)

    def page(self, slug: str) -> str:
        """The paired page of a threat, as Markdown; empty where there is none."""
        threat = self.get(slug)
        if threat is None:
            return ""
        if self.own.folder_of(threat.slug):
            page = self.own.pages.get(threat.slug)
            return "" if page is None else page.data.decode("utf-8")
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


def extended(catalog: Catalog, own: OwnKnowledge) -> Catalog:
    """A catalog with own knowledge: its threats beside or in the place of those known, starts where it sets them."""
    taxonomies = load_taxonomies()
    known = [threat for threat in catalog.threats if threat.slug not in own.replaced]
    known += [_in_all_editions(threat, taxonomies) for threat in own.threats]
    said = {slug: (folder, adjustment) for folder, slug, adjustment in own.adjustments()}
    threats = (_adjusted(threat, *said[threat.slug]) if threat.slug in said else threat for threat in known)
    return replace(catalog, threats=tuple(sorted(threats, key=lambda threat: threat.slug)), own=own)


def _adjusted(threat: Threat, folder: str, said: Adjustment) -> Threat:
    starts = (("likelihood", threat.likelihood, said.likelihood), ("impact", threat.impact, said.impact))
    because = f"{folder}: {said.reason}"
    return threat.model_copy(update={axis: _set(scale, start, because) for axis, scale, start in starts if start is not None})


def _set(scale: Scale, start: int, because: str) -> SetScale:
    return SetScale(base=start, raise_when=scale.raise_when, lower_when=scale.lower_when, because=f"set by {because} (was {scale.base})")


def catalog_with(folders: Sequence[Path]) -> Catalog:
    """The shipped catalog with own knowledge of folders, read anew each time.

    Raises:
        UnusableInput: a folder cannot be read.
        KnowledgeError: something in one cannot be used.
    """
    shipped = load_catalog()
    return extended(shipped, read_own_knowledge(folders, shipped.threats, load_taxonomies())) if folders else shipped


def _in_all_editions(threat: Threat, taxonomies: Taxonomies) -> Threat:
    """The threat with the ids that later editions give the same subjects."""
    given = {
        field: tuple(dict.fromkeys(shown for identity in ids for shown in (identity, *taxonomies.later_editions_of(identity))))
        for field, ids in threat.taxonomy
    }
    return threat.model_copy(update={"taxonomy": ThreatTaxonomy(**given)})


def hash_with(own: OwnKnowledge) -> str:
    """A hash over what ships and own knowledge: two scans with the same hash asked the same questions."""
    if not own.folders:
        return knowledge_hash()
    return hashlib.sha256("\0".join((knowledge_hash(), *own.digests)).encode("utf-8", "surrogateescape")).hexdigest()[:16]


@lru_cache(maxsize=1)
def knowledge_hash() -> str:
    """A hash over all shipped knowledge files."""
    digest = hashlib.sha256()
    for path in sorted(KNOWLEDGE.rglob("*.yaml")):
        digest.update(path.relative_to(KNOWLEDGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
