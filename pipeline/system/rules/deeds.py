"""What clauses tell of a system: `knowledge/deeds.yaml`, and how a clause is held against it.

Gives the controls that a sentence denies or promises and the facts that it tells, by who does what with which thing. The words of
`told.yaml` and `promises.yaml` say what whole phrases mean; these say what a verb means with the classes of nouns around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from pydantic import Field

from pipeline.system.model import ControlKind, Frozen
from pipeline.system.rules.clauses import Clause, read_clauses
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.system.rules.lexicon import classes_of, says_nothing

Name = TypeVar("Name", bound=str)
_FILE = KNOWLEDGE / "deeds.yaml"
# Of a clause that tells of what will be, would be or should be.
_NOT_NOW = frozenset({"will", "shall", "should", "would", "could", "might"})
_OF_LATER = re.compile(
    r"\b(?:todo|tbd|planned|plan to|plans to|we (?:want|hope|intend)|proposed|in (?:the )?future|later (?:this|in)"
    r"|next (?:quarter|release|year|version)|to be (?:done|decided|added)"
    r"|postponed|wanted to|earlier (?:draft|version|plan)|if we|had we|for example|e\.g\.|imagine|suppose|an? attacker"
    r"|attackers|in general|typically|often used)\b"
)
_LONGEST = 600  # characters of a sentence


class Deed(Frozen):
    """What a clause has to be of to tell something."""

    verb: tuple[str, ...] = ()
    doer: tuple[str, ...] = ()
    thing: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    topic: tuple[str, ...] = Field(default=(), description="Classes of the heading or the question that the sentence answers.")
    absent: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    negated: bool | None = None
    passive: bool | None = None
    unless: tuple[str, ...] = ()
    words: str = ""
    not_words: str = ""


class Deeds(Frozen):
    denied: dict[ControlKind, tuple[Deed, ...]]
    promised: dict[ControlKind, tuple[Deed, ...]]
    facts: dict[str, tuple[Deed, ...]]


@lru_cache(maxsize=1)
def load_deeds() -> Deeds:
    return read_knowledge(_FILE, Deeds)


@lru_cache(maxsize=1 << 12)
def clauses_of(sentence: str) -> tuple[Clause, ...]:
    """The clauses of a sentence that tell of now."""
    if len(sentence) > _LONGEST or _OF_LATER.search(sentence.lower()) or sentence.rstrip().endswith("?"):
        return ()
    return tuple(
        clause for clause in read_clauses(sentence)
        if clause.modal not in _NOT_NOW and not clause.conditional and not (clause.modal == "do" and not clause.doer)  # "do not write"
    )  # fmt: skip


def denied_by_deeds(sentence: str) -> list[ControlKind]:
    """Controls that a clause of the sentence says are not there."""
    return _told(load_deeds().denied, sentence)


def promised_by_deeds(sentence: str) -> list[ControlKind]:
    """Controls that a clause of the sentence says are there."""
    return _told(load_deeds().promised, sentence)


def facts_by_deeds(sentence: str, topic: str = "") -> list[str]:
    """Names of facts that a clause of the sentence tells; `topic` is what the sentence stands below."""
    asked = classes_of(tuple(re.findall(r"[a-z][a-z'-]*", topic.lower()))) if topic else frozenset()
    return _told(load_deeds().facts, sentence, asked)


def _told(deeds: Mapping[Name, Sequence[Deed]], sentence: str, topic: frozenset[str] = frozenset()) -> list[Name]:
    clauses, lowered = clauses_of(sentence), sentence.lower()
    return [name for name, listed in deeds.items() if any(tells(clause, deed, lowered, topic) for deed in listed for clause in clauses)]


def tells(clause: Clause, deed: Deed, lowered: str, topic: frozenset[str] = frozenset()) -> bool:
    """Whether a clause is of what a deed asks for."""
    if deed.verb and not (clause.kinds & set(deed.verb) or clause.verb in deed.verb):
        return False
    if deed.negated is not None and deed.negated != clause.denied:
        return False
    if deed.passive is not None and deed.passive != clause.passive:
        return False
    doer = clause.doer.classes | ({"nothing"} if says_nothing(word.lower() for word in clause.doer.words) else set())
    everything = clause.everything
    asked = (
        (deed.doer, doer),
        (deed.thing, clause.thing.classes),
        (deed.place, clause.place),
        (deed.any, everything),
        (deed.topic, topic),
        (deed.absent, clause.absent),
        (deed.without, clause.without),
    )
    if any(wanted and not _holds(wanted, found) for wanted, found in asked):
        return False
    if deed.unless and _holds(deed.unless, everything):
        return False
    if deed.words and _compiled(deed.words).search(lowered) is None:
        return False
    return not (deed.not_words and _compiled(deed.not_words).search(lowered))


def _holds(wanted: Sequence[str], found: frozenset[str] | set[str]) -> bool:
    return any(set(name.split("+")) <= found for name in wanted)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
