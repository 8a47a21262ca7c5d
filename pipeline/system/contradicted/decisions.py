"""Decisions that documents leave to people, and that code takes by what a model said.

Takes statements and an assembly, adds a claim of kind "promise" where a sentence says that something is decided by people, or not by a
score or a model alone, and a branch on a model's verdict does that very thing: "no claim is declined on a score alone" beside
`letters.declined(claim)`. What is done is known by the words of what is called there; a sentence and a branch that share none are about
different things. Left out: sentences with an amount, which leave the small cases to the machine, and models whose verdict a person is asked
about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.quantities import amounts
from pipeline.system.contradicted.stated import Statement
from pipeline.system.controls.acted_on import following
from pipeline.system.documents.documents import claim_id, is_built, speaks_of
from pipeline.system.flows.made_of import callee_text
from pipeline.system.model import DECIDED_HERE, Claim, ElementKind, Evidence
from pipeline.system.name_matching import COMMON, stem
from pipeline.system.rules.words import words_of

_PERSON = (
    r"(?:an? |the |our |two )?(?:[\w-]+ ){0,2}?(?:person|people|humans?|adjusters?|officers?|clerks?|dispatchers?|reviewers?|colleagues?"
    r"|staff|underwriters?|doctors?|physicians?|examiners?|teachers?|recruiters?|managers?|operators?|experts?|employees|caseworkers?|desk|team)"
)
_MACHINE = r"(?:scores?|models?|predictions?|verdicts?|ratings?|algorithms?|ai|machine|assistant|bot|agent)"
_BY_PEOPLE = re.compile(
    rf"\b(?:is|are) (?:always |only |solely |still )?(?:decided|taken|made) (?:on )?(?:only )?by {_PERSON}\b", re.IGNORECASE
)
_NOT_ALONE = re.compile(
    rf"\bno [\w-]+ (?:is|are|gets?) (?:ever )?(\w+ed|paid|sent) (?:on|by|because of|through|due to) (?:an? |the |its )?(?:[\w-]+ )?"
    rf"{_MACHINE} (?:alone|only)\b"
    rf"|\b(?:is|are) never (\w+ed|paid|sent) (?:automatically|(?:by|on) (?:the |an? )?{_MACHINE}(?: alone)?)\b",
    re.IGNORECASE,
)
_NO_DECISION = re.compile(rf"\b(?:{_MACHINE}|it) (?:takes?|makes?) no decisions? (?:about|on|over) (.{{3,160}})", re.IGNORECASE)
_MODELS: frozenset[ElementKind] = frozenset({"ml_model", "hosted_llm", "local_llm", "agent"})
_ASKED = frozenset({"human_approval", "review_before_use"})
_NO_THING = frozenset(
    {"every", "each", "all", "decision", "score", "model", "result", "case", "person", "request", "status", "system", "claims"}
)
_ALIKE = 5  # letters with which two forms of one verb begin: decline and declined, refuse and refused
_LONGEST = 40  # characters of a text that a call is given and that says what it does


def add_decisions(assembly: Assembly, statements: Sequence[Statement]) -> None:
    """A claim for every statement that leaves a decision to people which code takes by a model's verdict."""
    deciding = list(_deciding(assembly))
    known = {claim.text for claim in assembly.claims if claim.kind == "promise" and claim.kept is False}
    for statement in statements if deciding else ():
        words, verb = _about(statement.text)
        if not words or amounts(statement.text) or statement.text in known:
            continue
        for identity, place in deciding:
            deed = _deed(assembly, place, words, verb) if speaks_of(statement.path, assembly.draft(identity)) else None
            evidence = statement.cite(assembly) if deed is not None else None
            if deed is not None and evidence is not None:
                assembly.claims.append(
                    Claim(
                        id=f"{claim_id(evidence, statement.text)}:decision:{identity}", text=statement.text, about=(identity,), kept=False,
                        promises=("human_approval",), evidence=(evidence,), against=tuple(dict.fromkeys((place, deed))),
                    )
                )  # fmt: skip
                break


def _about(text: str) -> tuple[frozenset[str], bool]:
    """The words of what a sentence leaves to people, and whether they are the deed itself; none where it leaves nothing to them."""
    alone = _NOT_ALONE.search(text)
    if alone is not None:
        return _stems([alone[1] or alone[2]]), True
    people = _BY_PEOPLE.search(text)
    if people is not None:
        return _stems(words_of(text[: people.start()])), False
    none = _NO_DECISION.search(text)
    return (_stems(words_of(none[1])), False) if none is not None else (frozenset(), False)


def _stems(words: Sequence[str]) -> frozenset[str]:
    forms = {stem(word.lower()) for word in words if len(word) > _ALIKE - 1 and word.lower() not in COMMON}
    return frozenset(forms - {stem(word) for word in _NO_THING} - _NO_THING)


def _deciding(assembly: Assembly) -> Iterator[tuple[str, Evidence]]:
    """Models whose verdict is acted on without asking anybody, and the lines that act on it."""
    asked = {identity for (kind, _place), (covered, _cited) in assembly.controls.items() if kind in _ASKED for identity in covered}
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind not in _MODELS or draft.attributes.get("decides") is not True or identity in asked or not is_built(draft):
            continue
        if draft.attributes.get("stated_by") == "document" or draft.attributes.get("examples_only") is True:
            continue
        yield from (
            (identity, evidence.model_copy(update={"role": "sink"})) for evidence in draft.evidence if evidence.note == DECIDED_HERE
        )


def _deed(assembly: Assembly, place: Evidence, words: frozenset[str], verb: bool) -> Evidence | None:
    """The first call that follows from a verdict and does what the words say."""
    program = assembly.program
    for file, facts in enumerate(program.files):
        if facts.path != place.path:
            continue
        for branch in facts.branches:
            if not place.start_line <= branch.line <= place.end_line:
                continue
            for value in following(facts, branch):
                if facts.values[value].kind == "call" and _says(_done(assembly, (file, value)), words, verb):
                    return assembly.cite((file, value), "sink")
    return None


def _done(assembly: Assembly, call: Node) -> frozenset[str]:
    """The words of what a call does: its name, that of what it is a method of, and short texts it is given."""
    value = assembly.program.value(call)
    name = callee_text(assembly, call) or assembly.program.value((call[0], value.inputs[0])).text
    given = (assembly.program.constant((call[0], one)) for one in value.inputs[1:])
    said = [text for text in given if isinstance(text, str) and len(text) <= _LONGEST and " " not in text]
    return frozenset(stem(word) for text in (*name.split(".")[-2:], *said) for word in words_of(text) if len(word) > _ALIKE - 1)


def _says(done: frozenset[str], words: frozenset[str], verb: bool) -> bool:
    if verb:
        return any(one[:_ALIKE] == other[:_ALIKE] for one in done for other in words)
    return not done.isdisjoint(words)
