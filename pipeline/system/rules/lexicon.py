"""Verbs and nouns of design documents by class: what `knowledge/lexicon.yaml` says, and every form in which its words stand in a text.

Gives the forms of verbs, and the classes of a phrase by the words in it. The words are compared as they are stemmed elsewhere; phrases of
several words have to stand together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipeline.system.model import ElementKind, Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "lexicon.yaml"
_VOWELS = frozenset("aeiou")


class NamedWords(Frozen):
    """How models are named."""

    heads: dict[ElementKind, tuple[str, ...]]
    none: tuple[str, ...]
    loose: tuple[str, ...]
    common: tuple[str, ...]
    goes_on: tuple[str, ...]
    supplier: tuple[str, ...]
    supplies: tuple[str, ...]


class Lexicon(Frozen):
    verbs: dict[str, tuple[str, ...]]
    nouns: dict[str, tuple[str, ...]]
    lacking: tuple[str, ...]
    nothing: tuple[str, ...]
    named: NamedWords


@dataclass(frozen=True, slots=True)
class VerbForm:
    """What a form can be of a verb."""

    base: str
    plain: bool = False  # "send"
    third: bool = False  # "sends"
    past: bool = False  # "sent"
    participle: bool = False  # "was sent"
    going: bool = False  # "sending"


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    return read_knowledge(_FILE, Lexicon)


@lru_cache(maxsize=1)
def verb_classes() -> Mapping[str, frozenset[str]]:
    """Base form -> the classes of the verb."""
    found: dict[str, set[str]] = {}
    lexicon = load_lexicon()
    for name, listed in lexicon.verbs.items():
        for entry in listed:
            found.setdefault(entry.partition("/")[0], set()).add(name)
    for base in lexicon.lacking:
        found.setdefault(base, set()).add("lack")
    return {base: frozenset(names) for base, names in found.items()}


@lru_cache(maxsize=1)
def verb_forms() -> Mapping[tuple[str, ...], tuple[VerbForm, ...]]:
    """Words of a form -> what it can be; of several words the first is the one that changes."""
    irregular: dict[str, str] = {}
    lexicon = load_lexicon()
    for entry in (*(entry for listed in lexicon.verbs.values() for entry in listed), *lexicon.lacking):
        base = entry.partition("/")[0]
        if base not in irregular or "/" in entry:
            irregular[base] = entry
    forms: dict[tuple[str, ...], list[VerbForm]] = {}
    for entry in irregular.values():
        base, *told = entry.split("/")
        first, *rest = base.split()
        tail = tuple(rest)
        past = told[0] if told else " ".join((_past(first), *rest))
        participle = told[1] if len(told) > 1 else past
        made = {
            tuple(base.split()): {"plain": True},
            (_third(first), *tail): {"third": True},
            (_going(first), *tail): {"going": True},
        }
        for form, what in ((past, "past"), (participle, "participle")):
            made.setdefault(tuple(form.split()), {})[what] = True
        for words, flags in made.items():
            forms.setdefault(words, []).append(VerbForm(base, **flags))
    return {words: tuple(found) for words, found in forms.items()}


def _third(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return f"{verb[:-1]}ies"
    if verb in ("go", "do"):
        return f"{verb}es"
    if verb in ("have", "be"):
        return {"have": "has", "be": "is"}[verb]
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z")) else f"{verb}s"


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return f"{verb[:-1]}ied"
    return f"{_doubled(verb)}ed"


def _going(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith("ee") and len(verb) > 2:
        return f"{verb[:-1]}ing"
    return f"{_doubled(verb)}ing"


def _doubled(verb: str) -> str:
    """A short verb doubles its last consonant: "stop" -> "stopp"."""
    short = len(verb) <= 4 and sum(letter in _VOWELS for letter in verb) == 1
    return verb + verb[-1] if short and len(verb) > 2 and verb[-2] in _VOWELS and verb[-1] not in "wxyh" else verb


# Nouns


def singular(word: str) -> str:
    """A noun without the ending of its plural."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


@lru_cache(maxsize=1)
def _nouns() -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """First word of a noun -> all its words, and the class."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, listed in load_lexicon().nouns.items():
        for phrase in listed:
            words = tuple(singular(word) for word in phrase.lower().split())
            found.setdefault(words[0], []).append((words, name))
    return {word: tuple(entries) for word, entries in found.items()}


@lru_cache(maxsize=1 << 14)
def classes_of(words: tuple[str, ...]) -> frozenset[str]:
    """The classes of all nouns that stand in a phrase, given in lower case."""
    plain = tuple(singular(word.removesuffix("'s").removesuffix("\u2019s").removesuffix("s'").rstrip("'\u2019")) for word in words)
    return frozenset(_found(plain))


def _found(words: tuple[str, ...]) -> Iterator[str]:
    nouns = _nouns()
    for at, word in enumerate(words):
        for phrase, name in nouns.get(word, ()):
            if words[at : at + len(phrase)] == phrase:
                yield name


def says_nothing(words: Iterable[str]) -> bool:
    """Whether a phrase is of the words that stand for nothing at all."""
    return " ".join(words) in load_lexicon().nothing
