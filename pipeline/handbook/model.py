"""The catalog as one value: threats, controls, frameworks, taxonomies and words, each with what it is tied to.

This is the machine-readable catalog (`threatloom threats|controls|frameworks --format json`, and `catalog.json` of the site); its JSON
Schema is `catalog.schema.json` beside this file.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.handbook.words import SeenIn
from pipeline.system.model import ControlKind, Frozen, Label, Severity, SinkRole
from pipeline.threats.ledger import Cases
from pipeline.threats.schema import Threat
from pipeline.threats.taxonomy import TaxonomyField

CATALOG_VERSION: Literal["1.0"] = "1.0"


class SeverityRange(Frozen):
    """The severities that the decision table of a threat can give; docs/risk.md says how."""

    starts: Severity = Field(description="With no factor and no control.")
    lowest: Severity
    highest: Severity


class ThreatEntry(Threat):
    """A threat with all its file says, and what follows from it."""

    severity: SeverityRange
    cases: Cases = Field(description="Cases of its paired page.")
    names: dict[str, str] = Field(description="Id of a taxonomy -> its name.")
    frameworks: tuple[str, ...] = Field(description="Frameworks whose calls make an element the threat is about.")
    own: str = Field(default="", description="The folder of own knowledge it comes from; empty: it ships.")
    leads_to: str = Field(default="", description="What it lets an attacker do in an attack path; empty: it takes part in none.")


class ControlEntry(Frozen):
    """A kind of control."""

    kind: ControlKind
    description: str
    counts_when: str = Field(default="", description="What has to be so for it to lower or remove a threat; empty of an own control.")
    not_when: str = Field(default="", description="What looks like it and does not count; empty of an own control.")
    seen_in: tuple[SeenIn, ...] = Field(description="Where it is recognised; empty: nowhere yet.")
    removes: tuple[str, ...] = Field(description="Slugs of the threats it removes.")
    lowers: tuple[str, ...] = Field(description="Slugs of the threats it makes less likely.")
    frameworks: tuple[str, ...] = Field(description="Frameworks in which a call, an argument or a decorator is this control.")


class Recognised(Frozen):
    """What a framework file knows as one kind of element or control, by name."""

    kind: str
    names: tuple[str, ...] = Field(description="Qualified names; `*` stands for any part. Of an argument, `name(argument)`.")


class FrameworkEntry(Frozen):
    name: str
    read_from: tuple[str, ...] = Field(description="Packages and versions the names were read from.")
    packages: tuple[str, ...] = Field(description="Top-level import names.")
    elements: tuple[Recognised, ...]
    controls: tuple[Recognised, ...]
    gives: tuple[Label, ...] = Field(description="Data that enters through it.")
    takes: tuple[SinkRole, ...] = Field(description="What data becomes in it.")
    threats: tuple[str, ...] = Field(description="Slugs of the threats about its elements.")


class ItemEntry(Frozen):
    id: str
    name: str
    threats: tuple[str, ...] = Field(description="Slugs of the threats that cover it.")
    cases: Cases
    reason: str = Field(default="", description="Why it is out of reach, where no threat covers it.")
    continues: str = Field(default="", description="Id of an earlier edition that means the same subject.")


class TaxonomyEntry(Frozen):
    key: str = Field(description="Name of its page.")
    field: TaxonomyField
    title: str
    edition: str
    published: str
    url: str
    licence: str
    items: tuple[ItemEntry, ...]


class WordEntry(Frozen):
    """A kind of element or a class of STRIDE."""

    word: str
    description: str
    threats: tuple[str, ...]


class Handbook(Frozen):
    """The whole catalog."""

    catalog_version: Literal["1.0"] = CATALOG_VERSION
    knowledge: str = Field(description="Hash of the knowledge files.")
    threats: tuple[ThreatEntry, ...]
    controls: tuple[ControlEntry, ...]
    frameworks: tuple[FrameworkEntry, ...]
    taxonomies: tuple[TaxonomyEntry, ...]
    elements: tuple[WordEntry, ...]
    stride: tuple[WordEntry, ...]

    def threat(self, slug: str) -> ThreatEntry | None:
        """The threat of a slug or of one of its former slugs."""
        return next((one for one in self.threats if slug == one.slug or slug in one.aliases), None)
