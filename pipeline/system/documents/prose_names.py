"""Names in prose: what kind of thing each is, what data is, and which names mean the same.

Takes names as statements give them (`statements.py`). The last words of a name say what bears it ("triage service" is a
service), brands say it wherever they stand. What bears no such word is data or nothing of the system. "The agent" is the one
agent that was named in full.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from pipeline.system.documents.statements import OWN, load_prose
from pipeline.system.model import ElementKind, Label
from pipeline.system.name_matching import stem
from pipeline.system.rules.told_words import load_told
from pipeline.system.rules.words import words_of


@lru_cache(maxsize=4096)
def key_of(name: str) -> tuple[str, ...]:
    """Words of a name as they are compared."""
    return tuple(stem(word) for word in words_of(name))


def kind_of_name(name: str) -> ElementKind | None:
    """What bears a name; None for data and all else."""
    if name == OWN:
        return "component"
    prose, words = load_prose(), key_of(name)
    if is_administrative(name):
        return "http_route"
    groups: Sequence[dict[ElementKind, tuple[str, ...]]] = (prose.stores, prose.models, prose.sources, prose.entries)
    for group in groups:
        for kind, listed in group.items():
            if any(_ends(words, key_of(phrase)) for phrase in listed):
                return kind
    if _ends_with_any(words, prose.actors):
        return "end_user"
    if _ends_with_any(words, prose.components):
        return "component"
    for group in groups[:2]:
        for kind, listed in group.items():
            if any(phrase in prose.anywhere and _holds(words, key_of(phrase)) for phrase in listed):
                return kind
    return None


def is_public(name: str) -> bool:
    """Whether a name stands for anybody at all."""
    return _ends_with_any(key_of(name), load_prose().public_actors)


def is_administrative(name: str) -> bool:
    """Whether a name is that of a page by which people run a system."""
    return _ends_with_any(key_of(name), load_told().administrative)


def is_staff(name: str) -> bool:
    """Whether a name stands for people who work with a system inside."""
    return _ends_with_any(key_of(name), load_told().staff)


def label_of(data: str) -> Label | None:
    """What data is, by its words."""
    words = set(key_of(data))
    for label, listed in load_prose().data.items():
        if any(set(key_of(phrase)) <= words for phrase in listed):
            return label
    return None


def fuller(name: str, known: Iterable[str]) -> str:
    """The one longer name that a name is the end of; the name as it was first written where there is none or more than one."""
    words = key_of(name)
    ending = {key_of(other): other for other in reversed(list(known)) if _ends(key_of(other), words)}
    longer = [other for key, other in ending.items() if key != words]
    return longer[0] if len(longer) == 1 else ending.get(words, name)


def _ends_with_any(words: tuple[str, ...], listed: Iterable[str]) -> bool:
    return any(_ends(words, key_of(phrase)) for phrase in listed)


def _ends(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    return bool(phrase) and words[-len(phrase) :] == phrase


def _holds(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    return any(words[at : at + len(phrase)] == phrase for at in range(len(words) - len(phrase) + 1))
