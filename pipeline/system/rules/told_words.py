"""What prose tells of controls and habits: `knowledge/told.yaml`, and how a sentence is held against it.

Gives the controls a sentence promises or denies where nothing but documents tells of a system. What is said to be off, not yet there or
out of scope for now is denied; what somebody hopes for, asks or would do says nothing of now.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from pydantic import Field

from pipeline.system.model import AttributeValue, ControlKind, ElementKind, Frozen
from pipeline.system.rules.deeds import denied_by_deeds, facts_by_deeds, promised_by_deeds
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.system.rules.promises import (
    Modality,
    Promise,
    is_of_now,
    load_promises,
    modality_of,
    negated_before,
    quotes_or_advises,
    spelled_out,
)

_FILE = KNOWLEDGE / "told.yaml"


class ToldControl(Frozen):
    """Words for one control, beside those of `promises.yaml`."""

    nouns: tuple[str, ...] = ()
    promised: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    about: tuple[ElementKind, ...] = ()
    kept_by: tuple[ControlKind, ...] = Field(default=(), description="Of a control that `promises.yaml` does not have.")
    words: tuple[str, ...] = ()


class ToldFact(Frozen):
    """Something a sentence tells of the thing it is about."""

    says: tuple[str, ...]
    unless: tuple[str, ...] = ()
    about: tuple[ElementKind, ...] = ()
    sets: dict[str, AttributeValue] = Field(default_factory=dict)


class ToldWords(Frozen):
    controls: dict[ControlKind, ToldControl]
    facts: dict[str, ToldFact]
    administrative: tuple[str, ...]
    staff: tuple[str, ...]
    people_data: tuple[str, ...]
    no_people_data: tuple[str, ...]
    decided_about: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def load_told() -> ToldWords:
    return read_knowledge(_FILE, ToldWords)


@lru_cache(maxsize=1)
def described_promises() -> dict[ControlKind, Promise]:
    """The controls of prose: those of `promises.yaml` with the further kinds they are for, and those that only prose tells of."""
    known = load_promises().promises
    made: dict[ControlKind, Promise] = dict(known)
    for kind, told in load_told().controls.items():
        if kind in known:
            made[kind] = known[kind].model_copy(update={"about": (*known[kind].about, *told.about), "only_where": {}})
        else:
            made[kind] = Promise(phrases=(), about=told.about, kept_by=told.kept_by, words=told.words)
    return made


_NO_LATER = re.compile(
    r"\b(?:for|at a|a|any|in) later \w+|\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?) later\b"
    r"|\blater (?:analysis|use|review|training|answers?|conversations?|sessions?)\b",
    re.IGNORECASE,
)


def modality_told(sentence: str) -> Modality:
    """As `modality_of`; what is kept "for later analysis" is kept now."""
    return modality_of(_NO_LATER.sub(" ", sentence))


def promised_in_prose(sentence: str) -> list[ControlKind]:
    """Controls that a sentence of a system known from documents only says are there or must be, by the words of prose."""
    if quotes_or_advises(sentence) or modality_told(sentence) == "todo":
        return []
    lowered = spelled_out(sentence)
    gone = set(denied_in_prose(sentence))
    found = list(promised_by_deeds(sentence))
    if _any_of("promised").search(lowered) is not None:
        found += [kind for kind, told in load_told().controls.items() if any(_holds(lowered, text) for text in told.promised)]
    return [kind for kind in load_told().controls if kind in found and kind not in gone]


def denied_in_prose(sentence: str, clauses: str | None = None) -> list[ControlKind]:
    """Controls that it says are not there, off, not yet there or left out for now; `clauses` is what of it is read clause by clause."""
    lowered = spelled_out(sentence)
    if quotes_or_advises(sentence):
        return []
    found = set(denied_by_deeds(sentence if clauses is None else clauses))
    if _any_of("denied").search(lowered) is not None:
        found |= {kind for kind, told in load_told().controls.items() if any(_is_denial(lowered, text) for text in _denials(told))}
    return [kind for kind in load_told().controls if kind in found]


def _denials(told: ToldControl) -> tuple[str, ...]:
    return (*told.denied, *_absent(told.nouns))


@lru_cache(maxsize=2)
def _any_of(which: Literal["promised", "denied"]) -> re.Pattern[str]:
    """All patterns in one: most sentences speak of no control."""
    told = load_told().controls.values()
    return re.compile("|".join(text for each in told for text in (each.promised if which == "promised" else _denials(each))))


def _holds(lowered: str, pattern: str) -> bool:
    match = compiled(pattern).search(lowered)
    return match is not None and not negated_before(lowered, match.start())


def _is_denial(lowered: str, pattern: str) -> bool:
    match = compiled(pattern).search(lowered)
    return match is not None and is_of_now(lowered, match.start(), match.end()) and not negated_before(lowered, match.start())


@lru_cache(maxsize=64)
def _absent(nouns: tuple[str, ...]) -> tuple[str, ...]:
    """Ways to say that something called so is not there."""
    if not nouns:
        return ()
    noun = f"(?:{'|'.join(nouns)})"
    gone = (
        r"(?:off|disabled|missing|absent|switched off|turned off|deactivated|removed|dropped|deferred|postponed|skipped|lacking"
        r"|left out|out of scope"
        r"|not (?:yet |currently |really )?(?:implemented|enabled|enforced|built|in place|done|configured|available|active|applied"
        r"|set|supported|there|used|required|part of))"
    )
    others = r"(?:[a-z][\w -]{1,24}(?:, (?:and |or |nor )?| and | or | nor )){0,3}"  # "no authentication, monitoring or rate limits"
    return (
        rf"\b(?:no|without(?: any| a| an)?|lacks?(?: any| an?)?|missing|skips?|bypass(?:es)?)(?: (?:proper|real|further|such"
        rf"|per-\w+|dedicated|formal))? {others}{noun}(?![\w-])(?! (?:errors?|failures?|changes?))",
        rf"\b{noun}(?:,? (?:and|or) [\w-]+(?: [\w-]+)?)?(?: (?:for|of|on|in|by|at) (?:[\w-]+ ){{1,4}}?| )(?:is|are|was|were"
        rf"|has been|have been|remains?|stays?) (?:currently |still |temporarily |also |now |simply )?{gone}(?![\w-])",
        rf"\b{noun} ?(?::|\||=|\u2013|\u2014| - ) ?(?:none|no|{gone}|n/a|todo|tbd|planned|\u274c|\u2717|-)(?=$|[\s.,;|(])",
        rf"\b{noun}\b[^.;|]{{0,30}}\b(?:not yet|out of scope|deferred (?:to|until)|postponed|planned for|comes? (?:with|in) (?:v\d"
        rf"|version|release|q\d))\b",
    )


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@lru_cache(maxsize=1)
def _any_fact() -> re.Pattern[str]:
    return re.compile("|".join(text for fact in load_told().facts.values() for text in fact.says))


def facts_in(sentence: str, topic: str = "") -> list[str]:
    """Names of the facts that a sentence tells; `topic` is the heading or the question that it stands below."""
    lowered = spelled_out(sentence)
    if quotes_or_advises(sentence) or modality_told(sentence) in ("todo", "must_not"):
        return []
    found = set(facts_by_deeds(sentence, topic))
    if _any_fact().search(lowered) is not None:
        found |= {name for name, fact in load_told().facts.items() if any(compiled(text).search(lowered) for text in fact.says)}
    return [
        name for name, fact in load_told().facts.items()
        if name in found and not any(compiled(text).search(lowered) for text in fact.unless)
    ]  # fmt: skip
