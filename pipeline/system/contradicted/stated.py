"""Sentences that say how the system is: what may be held against code at all.

Takes documents, gives their sentences with what they stand below. Left out is whatever is not said of this system as it is: plans,
questions, quotations, manuals, conditions and choices ("when you use ...", "supports ...", "by default"), and what stands in a part about
one of several ways to run it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.documents.position import cell_place
from ingest.facts import DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.known_parties import names_local_way
from pipeline.system.documents.told import Told, describes, told_of
from pipeline.system.model import Evidence
from pipeline.system.rules.promises import (
    KEPT_SENTENCES,
    is_wished,
    lists_settings,
    modality_of,
    quotes_or_advises,
    speaks_of_another,
)
from pipeline.system.rules.words import words_of

_SHORTEST, _LONGEST = 15, 500
_CONDITIONAL = re.compile(
    r"\b(?:if|when|whenever|unless|optional(?:ly)?|opt(?:s|ed)?[- ]in|can be|configur\w+|choose[sn]?|choice|depending|depends|either"
    r"|e\.?g\.?|for example|for instance|such as|supports?|supported|compatible|should|may|might|would|could|recommend\w*"
    r"|by default|defaults?"
    r"|alternatives?|alternatively|prefer\w*|tested|inspired|similar|unlike|like|instead|option|options|or any|any other|modes?|flag"
    r"|setting|settings|try|imagine|suppose|want|wants|plan|tier|edition|enterprise|self-host\w*|imports?|installs?)\b",
    re.IGNORECASE,
)
_ONE_OF_SEVERAL = re.compile(
    r"\b(?:local|offline|options?|modes?|providers?|self-host\w*|backends?|integrations?|examples?|alternatives?|configur\w+|customi[sz]\w+"
    r"|troubleshooting|faq|comparison|vs|versus|benchmarks?|supported|changelog|why|motivation|problem|competitors?)\b",
    re.IGNORECASE,
)

# Documents that speak of the system as a whole; any other may be about one part of it.
_OF_ALL = frozenset(
    {"readme", "index", "overview", "privacy", "security", "architecture", "design", "adr", "dpa", "gdpr", "compliance", "protection",
     "processors", "subprocessors", "policy", "threat", "threats", "system", "data", "introduction", "about", "whitepaper"}
)  # fmt: skip
_OF_A_PART = frozenset({"extension", "plugin", "widget", "desktop", "mobile", "browser", "cli", "client", "addon"})


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that states how the system is."""

    text: str
    path: str
    heads: tuple[str, ...]
    told: Told

    @property
    def is_of_all(self) -> bool:
        """Whether its document speaks of the whole system, and its headings of no part of it."""
        named = "/".join(self.path.rsplit(".", 1)[0].split("/")[-2:])  # `data-privacy/content.md`
        return bool(set(words_of(named)) & _OF_ALL) and not self.is_of_a_part

    @property
    def is_of_a_part(self) -> bool:
        """Whether it, its headings or the name of its document speak of a part: an extension, a client."""
        return bool({word for text in (self.text, self.path, *self.heads) for word in words_of(text)} & _OF_A_PART)

    def cite(self, assembly: Assembly) -> Evidence | None:
        return assembly.cite_place(cell_place(self.told.passage, self.told.sentence), "claim")


def statements_of(documents: Sequence[DocumentFacts]) -> Iterator[Statement]:
    """What documents state without a condition, in their order."""
    for document in documents:
        if not describes(document):
            continue
        for told in told_of(document):
            if not told.passage.hidden and _states(told) and not _is_of_one_way(document.path, told):
                yield Statement(told.in_column, document.path, told.heads, told)


def _states(told: Told) -> bool:
    return _is_stated(told.in_column, told.passage.section)


@lru_cache(maxsize=KEPT_SENTENCES)
def _is_stated(text: str, section: tuple[str, ...]) -> bool:
    """Whether a sentence below these headings says how the system is; several readers ask."""
    return (
        _SHORTEST <= len(text) <= _LONGEST
        and not _CONDITIONAL.search(text)
        and not quotes_or_advises(text)
        and not speaks_of_another(text)
        and not lists_settings(text)
        and not is_wished(text, section)
        and modality_of(text) != "todo"
    )


def _is_of_one_way(path: str, told: Told) -> bool:
    """Whether a sentence is about one of several ways to run the system, by its headings or its document's name."""
    around = (path.rsplit("/", 1)[-1].replace("_", " "), *told.heads[:-1])  # the last one is the title of the document
    return any(_ONE_OF_SEVERAL.search(text) for text in around) or any(names_local_way(text) for text in around)
