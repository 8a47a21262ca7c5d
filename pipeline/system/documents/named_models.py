"""Models, agents and vector stores that sentences name: "the damage model", "GPT-4o", "Sonara (our speech-to-text vendor)".

Takes what is told, gives names with their kinds and where they stand. A name ends in a word for a model or is that of a product; words
before it belong to it as far as they tell which one it is. What is only weighed, planned, denied or listed as an example
names nothing of the system.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.system.documents.prose_names import key_of
from pipeline.system.documents.statements import load_prose
from pipeline.system.documents.told import Told, is_asked_for
from pipeline.system.model import ElementKind
from pipeline.system.rules.clauses import Phrase
from pipeline.system.rules.deeds import clauses_of
from pipeline.system.rules.drawn_words import kind_of
from pipeline.system.rules.lexicon import load_lexicon, singular
from pipeline.system.rules.promises import quotes_or_advises
from pipeline.system.rules.told_words import modality_told

_LOCAL = re.compile(
    r"\b(?:self-?hosted|on[- ]prem\w*|locally|in-house|own (?:gpus?|servers?|hardware|cluster|machines?)"
    r"|on (?:our|the) (?:own )?(?:gpus?|servers?|cluster|premises|device)"
    r"|on[- ]device|ollama|vllm|gpus?|a10|a100|h100|on the (?:edge|kiosk|tablet|phone|lanes?))\b",
    re.IGNORECASE,
)
_HOSTED_BY = re.compile(
    r"(?:,|\(|\bis|\bare|\bwhich is)? ?\b(?:hosted|operated|run|served|provided|supplied|offered|sold) (?:by|at) "
    r"(?!us\b|our\b|the (?:team|department|operations)|ourselves|hand\b|means\b)"
    r"(?:the )?([A-Z][\w&-]*(?: [A-Z][\w&-]*){0,2})"
)
_SUPPLIER = re.compile(r"\b([A-Z][\w-]{2,30}(?: [A-Z][\w-]{1,20})?)(?:,? \(|, )(?:is )?(?:our|the|a|an|their)? ?([a-z][^,.;()]{3,60})")
_IS_SUPPLIER = re.compile(r"\b([A-Z][\w-]{2,30}(?: [A-Z][\w-]{1,20})?) is (?:our|the|a|an|their) ([a-z][^,.;()]{3,60})")
_NOT_OURS = re.compile(
    r"\b(?:such as|e\.g\.|for example|like|unlike|instead of|rather than|compared (?:to|with)|versus|vs\.?|rejected"
    r"|considered|we (?:also )?(?:evaluated|compared|tried|tested)"
    r"|we looked at|alternativ\w+|competitors?|not use|supports?|supported|compatible"
    r"|any (?:llm|model)|or (?:any|another|other))\b",
    re.IGNORECASE,
)
_MOST_BRANDS = 2  # of a kind in one sentence: more are a list of what is supported
_BRAND_GOES_ON = re.compile(r"(?:[ -](?:[A-Z0-9][\w.-]{0,14}|v?\d[\w.]*)){0,2}")
_MOST_WORDS = 3
_NAMED_ONCE = 300  # sentences: papers of this length may name a part once; longer ones that never say "the" teach about such parts


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model as a sentence names it."""

    name: str
    kind: ElementKind
    told: Told
    generic: bool = False  # "the model", "the assistant": there is one, and nothing says which
    definite: bool = True  # "the damage model", and no "a detector" of whatever kind


def named_models(told: Sequence[Told]) -> list[NamedModel]:
    """Every name of a model, an agent or a vector store in what is told, in its order."""
    telling = [each for each in told if not each.passage.hidden and not _tells_nothing(each)]
    found = [model for each in telling for model in (*_by_heads(each), *_brands(each), *_suppliers(each))]
    if len(told) <= _NAMED_ONCE:
        return found
    meant = {key_of(model.name) for model in found if model.definite}
    return [model for model in found if key_of(model.name) in meant]


def _tells_nothing(told: Told) -> bool:
    sentence = told.sentence
    return (
        modality_told(sentence) in ("todo", "must_not", "will")
        or is_asked_for(told)
        or quotes_or_advises(sentence)
        or _NOT_OURS.search(sentence) is not None
    )


@lru_cache(maxsize=1)
def _heads() -> tuple[tuple[tuple[str, ...], ElementKind], ...]:
    listed = [(tuple(phrase.split()), kind) for kind, phrases in load_lexicon().named.heads.items() for phrase in phrases]
    return tuple(sorted(listed, key=lambda entry: -len(entry[0])))


def _by_heads(told: Told) -> Iterator[NamedModel]:
    """Names that end in a word for a model."""
    for clause in clauses_of(told.sentence):
        if clause.verb == "be" and clause.denied:
            continue
        for before, phrase in (("", clause.doer), ("", clause.thing), *clause.places):
            if phrase and not phrase.none:
                yield from _in_words(_without_verb(before, phrase), phrase.definite, told, phrase is clause.doer)


def _without_verb(before: str, phrase: Phrase) -> Sequence[str]:
    """The words of a phrase; "to boost chatbot sales" does something to the chatbot, "to the boost chatbot" names it."""
    is_verb = before.lower() == "to" and not phrase.definite and len(phrase.words) > 1 and phrase.words[0].islower()
    return phrase.words[1:] if is_verb else phrase.words


def _in_words(words: Sequence[str], definite: bool, told: Told, doing: bool = False) -> Iterator[NamedModel]:
    plain = [singular(word.lower().removesuffix("'s")) for word in words]
    named = load_lexicon().named
    at = ended = 0  # where the head before ended
    while at < len(plain):
        head = next(((phrase, kind) for phrase, kind in _heads() if tuple(plain[at : at + len(phrase)]) == phrase), None)
        if head is None:
            at += 1
            continue
        phrase, kind = head
        start = at
        if phrase == ("llm",) and 0 < ended == at:
            at = ended = at + len(phrase)  # "a large language model (LLM)"
            continue
        while start > ended and at - start < _MOST_WORDS - 1 and _belongs(words[start - 1], plain[start - 1]):
            start -= 1
        before = " ".join(plain[start:at])
        is_plural = words[at + len(phrase) - 1].lower() != plain[at + len(phrase) - 1]
        if phrase in (("model",), ("network",), ("agent",)) and (before in named.none or before.rpartition(" ")[2] in named.none):
            if before.rpartition(" ")[2] not in named.loose:
                at = ended = at + len(phrase)  # a threat model, a call agent: none of ours
                continue
            before, start = "", at
        name = " ".join([*words[start : at + len(phrase) - 1], words[at + len(phrase) - 1].removesuffix("'s")])
        follows = words[at + len(phrase)].lower() if at + len(phrase) < len(words) else ""
        if _is_name(phrase, kind, before, follows, is_plural):
            if kind == "hosted_llm" and _LOCAL.search(told.sentence):
                kind = "local_llm"
            generic = not before and len(phrase) == 1 and phrase[0] in named.common
            told_of = definite or (doing and phrase[0] in ("assistant", "copilot", "chatbot"))
            if not generic or (told_of and not told.in_row):
                yield NamedModel(name[:1].upper() + name[1:], kind, told, generic, definite)
        at = ended = at + len(phrase)


def _is_name(phrase: tuple[str, ...], kind: ElementKind, before: str, follows: str, is_plural: bool) -> bool:
    if follows in load_lexicon().named.goes_on and kind != "mcp_server":
        return False
    if phrase == ("network",):
        return "neural" in before or "convolutional" in before
    if is_plural:
        return bool(before) and kind != "agent" and phrase != ("model",)
    return True


_NO_PART = re.compile(
    r"[\d$\u20ac/\\]|^(?:the|a|an|and|or|of|to|by|our|its|their|this|that|each|every|with|for|from|per|all|any|no|is|are|one)$",
    re.IGNORECASE,
)


def _belongs(word: str, plain: str) -> bool:
    """Whether a word before the head is a part of the name."""
    return (
        _NO_PART.search(word) is None and plain not in load_lexicon().named.loose and not word.endswith("'s") and not plain.endswith("ly")
    )


# Products


@lru_cache(maxsize=1)
def _brand_pattern() -> re.Pattern[str]:
    prose = load_prose()
    listed = [word for group in (prose.models, prose.stores) for words in group.values() for word in words if word in prose.anywhere]
    return re.compile(rf"(?<![\w/@.-])({'|'.join(sorted(map(re.escape, listed), key=len, reverse=True))})(?![\w/@]|\.\w)", re.IGNORECASE)


def _brand_kind(word: str) -> ElementKind | None:
    prose = load_prose()
    for group in (prose.models, prose.stores):
        for kind, listed in group.items():
            if word in listed:
                return kind
    return None


_BRANDED: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "ml_model", "vector_store"})


def _brands(told: Told) -> Iterator[NamedModel]:
    """Models and vector stores by the names of products, as far as a sentence does not list them."""
    sentence = told.sentence
    clauses = clauses_of(sentence)
    spoken = " ".join(
        phrase.text
        for clause in clauses
        for phrase in (clause.doer, clause.thing, *(phrase for _before, phrase in clause.places))
        if not phrase.none
    )
    found: dict[str, NamedModel] = {}
    for match in _brand_pattern().finditer(sentence):
        brand, kind = match[1], _brand_kind(match[1].lower())
        before = sentence[: match.start()]
        if (
            kind not in _BRANDED
            or (not brand[:1].isupper() and brand.lower() not in ("pgvector",))
            or brand.split()[0].lower() not in spoken.lower()
        ):
            continue
        if re.search(r"\b(?:by|of|without|no|not) $", before) or brand.lower() in found:
            continue
        if found and re.search(
            r"\b(?:via|through|on|over|from|using|at|in) (?:the |an? )?(?:Amazon |AWS |Azure |Google |Microsoft )?$|\($", before
        ):
            continue  # "Claude via the Anthropic API" is one model
        goes_on = _BRAND_GOES_ON.match(sentence, match.end())
        name = (brand + (goes_on[0] if goes_on is not None else "")).strip(" .-")
        if kind_of(name) == "guardrail":
            continue  # what stands beside a model, under its maker's name
        if kind == "hosted_llm" and _LOCAL.search(sentence) and not re.search(r"\bapi\b", sentence, re.IGNORECASE):
            kind = "local_llm"
        found[brand.lower()] = NamedModel(name, kind, told)
    for kind in {each.kind for each in found.values()}:
        of_kind = [each for each in found.values() if each.kind == kind]
        if len(of_kind) <= _MOST_BRANDS:
            yield from of_kind


# Suppliers


def _suppliers(told: Told) -> Iterator[NamedModel]:
    """Companies that are said to run a model for the system: "Sonara (our speech vendor)", "a language model, hosted by Brightwell"."""
    sentence, named = told.sentence, load_lexicon().named
    for pattern in (_SUPPLIER, _IS_SUPPLIER):
        for match in pattern.finditer(sentence):
            said = f" {match[2].lower()} "
            if any(f" {word}" in said for word in named.supplies) and any(
                f" {word} " in said or f" {word}s " in said for word in named.supplier
            ):
                yield NamedModel(match[1], "hosted_llm", told)
    for match in _HOSTED_BY.finditer(sentence):
        said = sentence[: match.start()].lower()
        before = [model for model in _by_heads(told) if model.kind in ("hosted_llm", "ml_model", "agent") and model.name.lower() in said]
        if before and before[-1].kind != "agent":
            yield NamedModel(before[-1].name, "hosted_llm", told)
