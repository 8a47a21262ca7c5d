"""The coverage ledger: each item of each shipped taxonomy, with the threats that cover it or the reason why none can.

Takes the catalog, the taxonomies and the stated reasons (`pipeline/knowledge/out_of_reach.yaml`) and a date; gives one value that
the command line and the generated page show. An item that is a part of another (`AML.T0051.000` of `AML.T0051`) covers that one
too. CWE is left out: of it those weaknesses are shipped that threats end in, and no list is claimed to be covered.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, get_args

from pydantic import Field

from pipeline.system.model import Frozen, Stride
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.threats.catalog import Catalog
from pipeline.threats.pages import GAPS, REPORTED, SILENT, read_cases
from pipeline.threats.taxonomy import Taxonomies, TaxonomyFile

REASONS = KNOWLEDGE / "out_of_reach.yaml"
MOST_DAYS = 180
_PARTS = {"atlas": re.compile(r"(AML\.T\d{4})\.\d{3}"), "nist_aml": re.compile(r"(NISTAML\.\d\d)\d")}
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


class OutOfReach(Frozen):
    """Why items of taxonomies are not seen in code, configuration or documents."""

    reviewed: date = Field(description="When the reasons and the editions were last gone through.")
    reasons: dict[str, Annotated[str, Field(min_length=40)]] = Field(description="Id of a taxonomy -> why no threat covers it.")


class Cases(Frozen):
    """How many cases of paired pages show that a threat is found, that its near misses are silent, and what is still missed."""

    reported: int = 0
    silent: int = 0
    known_gaps: int = 0


class LedgerItem(Frozen):
    id: str
    name: str
    threats: tuple[str, ...] = Field(default=(), description="Slugs of the threats that cover it.")
    cases: Cases = Cases()
    reason: str = Field(default="", description="Why it is out of reach, where no threat covers it.")

    @property
    def is_open(self) -> bool:
        """Whether it is neither covered nor explained."""
        return not self.threats and not self.reason


class LedgerEdition(Frozen):
    title: str
    edition: str
    published: str
    old: bool = Field(description="Whether the edition is older than 180 days: there may be a newer one.")
    items: tuple[LedgerItem, ...]


class Ledger(Frozen):
    as_of: date
    editions: tuple[LedgerEdition, ...]


def load_out_of_reach(path: Path = REASONS) -> OutOfReach:
    """The stated reasons; raises `KnowledgeError` where the file is not what it must be."""
    return read_knowledge(path, OutOfReach)


def ledger_of(catalog: Catalog, taxonomies: Taxonomies, out_of_reach: OutOfReach, as_of: date) -> Ledger:
    """The ledger as it stands on a day."""
    cited: dict[str, list[str]] = {}
    for threat in catalog.threats:
        for field, ids in threat.taxonomy:
            for identity in dict.fromkeys(whole for given in ids for whole in (given, *_wholes(field, given))):
                cited.setdefault(identity, []).append(threat.slug)
    counted = {threat.slug: cases_of(catalog, threat.slug) for threat in catalog.threats}
    editions = [_stride(catalog, counted)]
    for file in taxonomies.files:
        if file.field == "cwe":
            continue
        items = tuple(_item(identity, name, cited, counted, out_of_reach.reasons) for identity, name in file.items.items())
        editions.append(
            LedgerEdition(title=file.title, edition=file.edition, published=file.published, old=is_old(file, as_of), items=items)
        )
    return Ledger(as_of=as_of, editions=tuple(editions))


def is_old(file: TaxonomyFile, as_of: date) -> bool:
    """Whether an edition is older than 180 days; of a date without day or month the latest day it may mean counts."""
    match = _DATE.match(file.published)
    if match is None:
        return True
    year, month = int(match[1]), int(match[2] or 12)
    day = int(match[3]) if match[3] else monthrange(year, month)[1]
    return (as_of - date(year, month, day)).days > MOST_DAYS


def _wholes(field: str, identity: str) -> tuple[str, ...]:
    part = _PARTS[field].fullmatch(identity) if field in _PARTS else None
    return (part[1],) if part else ()


def _item(identity: str, name: str, cited: Mapping[str, list[str]], counted: Mapping[str, Cases], reasons: Mapping[str, str]) -> LedgerItem:
    slugs = tuple(cited.get(identity, ()))
    return LedgerItem(id=identity, name=name, threats=slugs, cases=_sum(slugs, counted), reason="" if slugs else reasons.get(identity, ""))


def _stride(catalog: Catalog, counted: Mapping[str, Cases]) -> LedgerEdition:
    items = []
    for stride in get_args(Stride):
        slugs = tuple(threat.slug for threat in catalog.threats if stride in threat.stride)
        items.append(LedgerItem(id=stride, name=stride.replace("_", " ").capitalize(), threats=slugs, cases=_sum(slugs, counted)))
    return LedgerEdition(title="STRIDE for AI", edition="", published="", old=False, items=tuple(items))


def _sum(slugs: tuple[str, ...], counted: Mapping[str, Cases]) -> Cases:
    found = [counted[slug] for slug in slugs]
    return Cases(
        reported=sum(cases.reported for cases in found),
        silent=sum(cases.silent for cases in found),
        known_gaps=sum(cases.known_gaps for cases in found),
    )


def cases_of(catalog: Catalog, slug: str) -> Cases:
    """How many cases of each kind the page of a threat has."""
    sections = Counter(case.section for case in read_cases(slug, catalog.page(slug)))
    return Cases(reported=sections[REPORTED], silent=sections[SILENT], known_gaps=sections[GAPS])
