"""What words mean: the catalog's threats, controls and kinds, classes of STRIDE, items of taxonomies, and words of the field.

Takes a phrase, gives what is known under it. Each entry says where it comes from, so that it can be cited.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import Field

from ingest.index.words import stem
from pipeline.chat.citing import of_item, of_threat, of_word
from pipeline.chat.model import Citation, Subject
from pipeline.handbook import load_control_words, load_glossary
from pipeline.reports.wording import words
from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.threats.catalog import Catalog
from pipeline.threats.taxonomy import Taxonomies


class FieldWord(Frozen):
    """A word of the field that is no kind, control or threat of the catalog."""

    says: str = Field(description="Names of it, as a regular expression would be too much: plain words, divided by `|`.")
    means: str


class FieldWords(Frozen):
    terms: dict[str, FieldWord]


@dataclass(frozen=True, slots=True)
class Term:
    """One entry: what it is called, what it is, and what that rests on."""

    name: str
    kind: str  # what sort of word it is
    text: str
    citation: Citation
    subject: Subject


class Terms:
    """All words that can be explained."""

    def __init__(self, catalog: Catalog, taxonomies: Taxonomies, path: Path = KNOWLEDGE / "terms.yaml") -> None:
        self._catalog, self._taxonomies, self._path = catalog, taxonomies, path

    def find(self, phrase: str) -> tuple[Term, ...]:
        """Entries called so, whatever the number, the case and the joints of the words; exact ones before those that hold the words."""
        wanted = _key(phrase)
        if not wanted:
            return ()
        exact = self._by_name.get(wanted, ())
        return exact or self._items(phrase) or self._threats(wanted)

    def name_of(self, taxonomy_id: str) -> str:
        """What an id of a taxonomy is called; empty where none has it."""
        return self._taxonomies.name_of(taxonomy_id) or ""

    @cached_property
    def _by_name(self) -> dict[tuple[str, ...], tuple[Term, ...]]:
        found: dict[tuple[str, ...], list[Term]] = {}

        def add(name: str, term: Term) -> None:
            found.setdefault(_key(name), []).append(term)

        for name, word in read_knowledge(self._path, FieldWords).terms.items():
            term = Term(name, "word", word.means, of_word(name, word.means), Subject(kind="word", id=name, name=name))
            for said in (name, *word.says.split("|")):
                add(said, term)
        for threat in self._catalog.threats:
            subject = Subject(kind="threat", id=threat.slug, name=threat.title)
            add(threat.slug, Term(threat.slug, "threat", f"{threat.title}. {threat.summary}", of_threat(threat), subject))
        glossary, controls = load_glossary(), load_control_words().controls
        for control, says in controls.items():
            text = f"{says.is_} It counts when: {says.counts_when} It does not count when: {says.not_when}"
            add(
                control,
                Term(words(control), "control", text, of_word(control, says.is_), Subject(kind="control", id=control, name=words(control))),
            )
        for stride, text in glossary.stride.items():
            add(
                stride,
                Term(words(stride), "class of STRIDE", text, of_word(stride, text), Subject(kind="word", id=stride, name=words(stride))),
            )
        for kind, text in glossary.elements.items():
            add(kind, Term(words(kind), "kind of element", text, of_word(kind, text), Subject(kind="word", id=kind, name=words(kind))))
        for file in self._taxonomies.files:
            for item, name in file.items.items():
                add(name, self._item(item))
        return {key: tuple(dict.fromkeys(terms)) for key, terms in found.items()}

    def _items(self, phrase: str) -> tuple[Term, ...]:
        wanted = phrase.strip().upper().replace("CWE ", "CWE-")
        return tuple(
            self._item(item)
            for file in self._taxonomies.files
            for item in file.items
            if wanted in (item.upper(), item.upper().partition(":")[0])
        )

    def _item(self, item: str) -> Term:
        file = self._taxonomies.file_of(item)
        assert file is not None
        slugs = [threat.slug for threat in self._catalog.threats if any(item in ids for _, ids in threat.taxonomy)]
        covered = f" In the catalog: {', '.join(slugs[:6])}{f' and {len(slugs) - 6} more' if len(slugs) > 6 else ''}." if slugs else ""
        text = f"{file.items[item]}, in {file.title} {file.edition}.{covered}"
        return Term(item, "taxonomy", text, of_item(item, file.items[item]), Subject(kind="taxonomy", id=item, name=file.items[item]))

    def _threats(self, wanted: tuple[str, ...]) -> tuple[Term, ...]:
        """Threats whose name holds all the words: `prompt injection`."""
        found = [threat for threat in self._catalog.threats if set(wanted) <= set(_key(threat.slug))]
        return tuple(
            Term(
                threat.slug,
                "threat",
                f"{threat.title}. {threat.summary}",
                of_threat(threat),
                Subject(kind="threat", id=threat.slug, name=threat.title),
            )
            for threat in found[:3]
        )


def _key(name: str) -> tuple[str, ...]:
    plain = name.lower().replace("-", " ").replace("_", " ").replace("'", "")
    return tuple(stem(word) for word in plain.split() if word not in ("a", "an", "the", "of"))
