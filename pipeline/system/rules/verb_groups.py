"""Verbs of a sentence with their auxiliaries: where each begins and ends, and whether it is denied, passive or only possible.

Takes the words of a sentence in lower case, gives `VerbGroup`s in their order. A word that can be a noun as well counts as a verb only
where what stands around it agrees: a subject in the number that the form asks for, and after it something that can follow a verb.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.system.rules.grammar import BREAKS, grammar
from pipeline.system.rules.lexicon import VerbForm, classes_of, verb_forms


@dataclass(frozen=True, slots=True)
class VerbGroup:
    """A verb with its auxiliaries, by its first word and the one behind its last."""

    start: int
    end: int
    base: str
    negated: bool = False
    passive: bool = False
    modal: str = ""
    reduced: bool = False  # "photos uploaded by users"
    copula: bool = False


def verb_groups(lowered: Sequence[str]) -> list[VerbGroup]:
    """The verb groups of a sentence."""
    found: list[VerbGroup] = []
    at = 0
    while at < len(lowered):
        group = _group_at(lowered, at, found[-1] if found else None)
        if group is None:
            at += 1
        else:
            found.append(group)
            at = group.end
    return found


def _group_at(lowered: Sequence[str], at: int, earlier: VerbGroup | None) -> VerbGroup | None:
    word, words = lowered[at], grammar()
    begins = not at or lowered[at - 1] in BREAKS or lowered[at - 1] in words.joins
    if word in words.modals and not (word in ("to", "need", "needs") and not _is_plain_verb(lowered, at + 1)):
        return _after_auxiliary(lowered, at)
    if word in words.do and at + 1 < len(lowered) and (lowered[at + 1] in words.negations or _is_plain_verb(lowered, at + 1)):
        return _after_auxiliary(lowered, at)
    if word in ("not", "never") and begins and _has_participle(lowered, at + 1):
        forms, length = _forms_at(lowered, at + 1)
        return VerbGroup(at, at + 1 + length, forms[0].base, True, True) if forms else None  # "Versions: not tracked"
    if word in words.be or (word in words.have and _has_participle(lowered, at + 1)):
        return _after_auxiliary(lowered, at)
    return _bare(lowered, at, earlier)


def _after_auxiliary(lowered: Sequence[str], at: int) -> VerbGroup:
    """A verb group that begins with an auxiliary: as far as auxiliaries and adverbs go, with the verb that ends it."""
    words = grammar()
    negated, be, have, modal, end = False, False, False, "", at
    while end < len(lowered):
        word = lowered[end]
        if word in words.negations or (word == "no" and lowered[end + 1 : end + 2] == ["longer"]):
            negated = True
        elif word in words.be:
            be = True
        elif word in words.have and not (modal and not _has_participle(lowered, end + 1)):
            have = True
        elif (word in words.modals and (end == at or word not in ("need", "needs"))) or word in words.do:
            if word == "to" and be and end > at:
                break
            modal = "can" if word == "cannot" else word
            negated = negated or word == "cannot"
        elif word == "no" or (word not in words.adverbs and not word.endswith("ly")):
            break
        end += 1
    forms, length = _forms_at(lowered, end)
    fitting = [form for form in forms if (form.participle if be or have else form.plain) or (be and form.going)]
    if fitting and not (be and lowered[end] in ("a", "an", "the")):
        return VerbGroup(at, end + length, fitting[0].base, negated, be and fitting[0].participle, modal)
    base = "have" if have and not be else "be"
    return VerbGroup(at, end, base, negated, False, modal, copula=base == "be")


def _forms_at(lowered: Sequence[str], at: int) -> tuple[tuple[VerbForm, ...], int]:
    """What forms begin at a word, and of how many words; the longest."""
    for length in (3, 2, 1):
        forms = verb_forms().get(tuple(lowered[at : at + length]))
        if forms is not None and at + length <= len(lowered):
            return forms, length
    return (), 1


def _is_plain_verb(lowered: Sequence[str], at: int) -> bool:
    return at < len(lowered) and (any(form.plain for form in _forms_at(lowered, at)[0]) or lowered[at] in ("be", "have"))


def _has_participle(lowered: Sequence[str], at: int) -> bool:
    while (
        at < len(lowered) and (lowered[at] in grammar().adverbs or lowered[at].endswith("ly")) and lowered[at] not in ("no", "all", "both")
    ):
        at += 1
    return at < len(lowered) and (lowered[at] == "been" or any(form.participle and not form.plain for form in _forms_at(lowered, at)[0]))


def _bare(lowered: Sequence[str], at: int, earlier: VerbGroup | None) -> VerbGroup | None:
    """A verb without an auxiliary, where what stands before and behind it lets it be one and no noun."""
    words = grammar()
    forms, length = _forms_at(lowered, at)
    if not forms:
        return None
    end = at + length
    before = lowered[at - 1] if at else ""
    behind = lowered[end] if end < len(lowered) else ""
    begin, since = at, earlier.end if earlier is not None else 0
    while begin > since and (lowered[begin - 1] == ")" or (lowered[begin - 1] not in BREAKS and lowered[begin - 1] not in words.joins)):
        begin = _before_brackets(lowered, begin - 1) if lowered[begin - 1] == ")" else begin - 1
    left = [word for word in lowered[begin:at] if word not in ("(", ")")]
    before = left[-1] if before == ")" and left else before
    joint = lowered[begin - 1] if begin else ""
    opened = joint in words.joins or joint in (",", ";")
    no_subject = (words.prepositions | words.determiners | {"and", "or", "very", "more"}) - {"which", "all", "both"} - words.subjects
    if before.endswith("'s") or (left and before in no_subject):
        return None
    if len(left) > 1 and before.endswith("ly"):
        before = left[-2]
    if left and left[0] in words.prepositions and len(left) < 4 and begin:
        return None
    told = _participle(lowered, at, end, forms, left, opened, earlier)
    if told is not None:
        return told
    paired = begin - 1 > since and begin > 1 and joint in ("and", "or")  # "essays and feedback go"
    in_s = before.endswith("s") and not before.endswith(("ss", "'s", "us"))
    plural = bool(left) and (paired or before in words.many or in_s or before in words.plurals)
    single = bool(left) and (not plural or paired)
    inherits = (opened and (not left or left[-1] in words.relative)) or before in ("who", "which", "that")
    for form in forms:
        noun_like = bool(classes_of((lowered[at],))) or form.base in words.nouns_too
        fits_third = form.third and (single or inherits)
        fits_plain = form.plain and (plural or (bool(left) and before in words.subjects) or (inherits and not noun_like))
        ends_there = form.participle and behind in ("", ",", ";", ":") and not inherits and len(left) < 2
        fits_past = form.past and not form.plain and (bool(left) or inherits) and not ends_there
        if fits_past or ((fits_third or fits_plain) and _goes_on(behind, noun_like)):
            return VerbGroup(at, end, form.base)
    return None


def _before_brackets(lowered: Sequence[str], at: int) -> int:
    """Where the brackets open that close at a word: what stands in them interrupts its sentence."""
    while at > 0 and lowered[at] != "(":
        at -= 1
    return at


def _participle(
    lowered: Sequence[str], at: int, end: int, forms: Sequence[VerbForm], left: Sequence[str], opened: bool, earlier: VerbGroup | None
) -> VerbGroup | None:
    """A participle that goes on with a passive ("is stored and sent") or describes what stands before it ("photos uploaded by users")."""
    words = grammar()
    behind = lowered[end] if end < len(lowered) else ""
    form = next((form for form in forms if form.participle and not form.plain), None)
    if form is None:
        return None
    joint = lowered[at - 1] if at else ""
    follows = behind in words.after_participles
    goes_on = earlier is not None and (earlier.passive or earlier.copula) and joint in ("and", "or", ",", "then", "but")
    if earlier is not None and goes_on and not left and opened and not (joint == "," and follows):
        return VerbGroup(at, end, form.base, False, True, earlier.modal)
    if not follows or not (left or joint in (",", "(")):
        return None
    is_past = behind != "by" and (
        (bool(left) and left[-1] in words.subjects) or (form.past and earlier is None and not _later_verb(lowered, end))
    )
    return None if is_past else VerbGroup(at, end, form.base, False, True, "", reduced=True)


def _later_verb(lowered: Sequence[str], at: int) -> bool:
    """Whether a verb with an auxiliary follows before the sentence ends: then a form in -ed before it describes its subject."""
    words = grammar()
    return any(word in words.be or (word in words.modals and word != "to") for word in lowered[at:])


def _goes_on(behind: str, noun_like: bool) -> bool:
    """Whether what follows can follow a verb; of a word that is a noun as well, more is asked."""
    words = grammar()
    if behind in words.be or behind in words.have or (behind in words.modals and behind != "to") or behind == "of":
        return False
    if not noun_like:
        return True
    if behind in words.determiners | words.prepositions | words.pronouns | {"every", "nothing", "nobody"}:
        return True
    return behind[:1].isdigit() or behind.endswith("s") or (len(behind) > 1 and not behind.isalpha()) or bool(classes_of((behind,)))
