"""Sentences of design documents as clauses: who does what with which thing and where, and whether that is denied.

Takes a sentence and the clause before it, gives `Clause`s whose parts carry the classes of `knowledge/lexicon.yaml`. This is a shallow
reading over closed lists of words, no parser of language: verb groups are found first, what stands between two of them is shared out at
the last word that joins clauses. Active and passive voice come out alike; a clause without a subject goes on with the one before it. What
is wished, asked or advised is not told apart here: the caller leaves such sentences out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.system.rules.grammar import BREAKS, grammar
from pipeline.system.rules.lexicon import classes_of, verb_classes
from pipeline.system.rules.verb_groups import VerbGroup, verb_groups

_TOKEN = re.compile(
    r"[A-Za-z\u00c0-\u024f][\w\u00c0-\u024f'\u2019./\\-]*[\w\u00c0-\u024f]|[A-Za-z]|[$\u20ac]?\d[\d.,]*\d|[$\u20ac]?\d|[,;:()\u2014\u2013\u2192|]|(?<=\s)-(?=\s)|/[\w/{}.-]+|\.\w+"
)
_MARKUP = re.compile(r"!?\[([^\]\n]{1,300})\]\([^)\s]{1,500}\)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|[\"\u201c\u201d]")
_CONTRACTED = (
    ("n't", " not"),
    ("n\u2019t", " not"),
    ("can not", "cannot"),
    ("cannot", "can not"),
    ("won not", "will not"),
    ("ca not", "can not"),
    ("wo not", "will not"),
    ("'re", " are"),
    ("'ve", " have"),
    ("'ll", " will"),
)
_IS = re.compile(r"\b(it|there|that|what|who|he|she|here)['\u2019]s\b", re.IGNORECASE)
_STOP = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)(?<!\bca)(?<!\bvs)(?<!\betc)(?<!\bapprox)(?<!\bincl)(?<!\bno)(?<!\bfig)\.\s+(?=[a-z/])", re.IGNORECASE
)  # names in lower case begin sentences, too
_MAY = re.compile(r"(?<=[a-z] )May\b")  # the month
_BY = frozenset({"by"})
_MOST_TOKENS = 160


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: its words as written, the classes of the nouns in it, and whether it says that there is none of it."""

    words: tuple[str, ...] = ()
    classes: frozenset[str] = frozenset()
    none: bool = False
    definite: bool = False  # "the model", "our model"

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def __bool__(self) -> bool:
        return bool(self.words)


@dataclass(frozen=True, slots=True)
class Clause:
    """One verb with what stands around it; a fragment has no verb, and what it names is its thing."""

    verb: str = ""
    kinds: frozenset[str] = frozenset()  # classes of the verb
    doer: Phrase = field(default_factory=Phrase)
    thing: Phrase = field(default_factory=Phrase)
    places: tuple[tuple[str, Phrase], ...] = ()  # with the word before them
    negated: bool = False
    modal: str = ""
    passive: bool = False
    conditional: bool = False
    last: Phrase = field(default_factory=Phrase)  # what was named last

    @property
    def place(self) -> frozenset[str]:
        """Classes of all that stands behind a preposition."""
        return frozenset(name for _before, phrase in self.places for name in phrase.classes)

    @property
    def everything(self) -> frozenset[str]:
        return self.doer.classes | self.thing.classes | self.place

    @property
    def denied(self) -> bool:
        """Whether what it tells does not happen: by its verb, or as nobody does it or to nothing."""
        return self.negated or self.doer.none or self.thing.none

    @property
    def without(self) -> frozenset[str]:
        """Classes of what there is none of: "without a clerk", "no limit"."""
        phrases = (self.thing, self.doer, *(phrase for _before, phrase in self.places))
        found = {name for phrase in phrases if phrase.none for name in phrase.classes}
        return frozenset(found | {name for before, phrase in self.places if before == "without" for name in phrase.classes})

    @property
    def absent(self) -> frozenset[str]:
        """Classes of what is said not to be there, not to be needed or not to be done."""
        found = set(self.without)
        if self.negated or "lack" in self.kinds:
            found |= self.thing.classes
            if self.verb == "be":
                found |= self.doer.classes
        if self.verb == "be" and "gone" in self.thing.classes:
            found |= self.doer.classes
        return frozenset(found)


def read_clauses(sentence: str, before: Clause | None = None) -> list[Clause]:
    """The clauses of a sentence, in their order."""
    tokens = _tokens(sentence)
    if not tokens or len(tokens) > _MOST_TOKENS:
        return []
    groups = verb_groups([token.lower() for token in tokens])
    if not groups:
        return list(_fragments(tokens))
    made: list[Clause] = []
    for index, group in enumerate(groups):
        start = groups[index - 1].end if index else 0
        end = groups[index + 1].start if index + 1 < len(groups) else len(tokens)
        if index + 1 < len(groups):
            end = group.end + _shared_out(tokens[group.end : end], groups[index + 1])
        first = start if not index else start + _shared_out(tokens[start : group.start], group)
        if not index:
            apart = next((at for at in range(1, group.start) if tokens[at].lower() in grammar().cuts), 0)
            if apart:  # "Name and class, if the school has entered them": what stands before is told of nobody
                made += _fragments(tokens[:apart])
                first = apart
        left, joined = _left(tokens[first : group.start], not index)
        clause = _clause(group, left, tokens[group.end : end], made[-1] if made else before, joined)
        made.append(clause)
    return made


def _tokens(sentence: str) -> list[str]:
    text = _MARKUP.sub(lambda match: match[1] or "", sentence).replace("\u2019", "'")
    for short, full in _CONTRACTED:
        text = text.replace(short, full)
    text = _STOP.sub(" ; ", _MAY.sub("Month", _IS.sub(r"\1 is", text)))
    return [token.rstrip(".") if len(token) > 2 else token for token in _TOKEN.findall(text)]


# What stands around


def _shared_out(region: Sequence[str], following: VerbGroup) -> int:
    """How much of what stands between two verbs belongs to the first of them."""
    lowered = [token.lower() for token in region]
    if following.reduced:
        at = len(lowered)
        while at and lowered[at - 1] not in BREAKS | grammar().joins | (grammar().prepositions - {"of"}) | grammar().determiners:
            at -= 1
        return at if not at or lowered[at - 1] not in grammar().determiners else at - 1
    for at in range(len(lowered) - 1, -1, -1):
        if lowered[at] in BREAKS or lowered[at] in grammar().joins:
            return at
    if lowered and lowered[-1] in grammar().subjects:
        return len(lowered) - 1
    if following.modal == "to":
        return len(lowered)
    for at in range(len(lowered) - 1, 0, -1):
        if lowered[at] in grammar().determiners and lowered[at - 1] not in grammar().prepositions | grammar().determiners:
            return at
    return len(lowered)


def _left(region: Sequence[str], is_first: bool) -> tuple[list[str], str]:
    """The words of a subject, and the word that joins its clause to the one before."""
    words = list(region)
    joined = ""
    while words and (words[0].lower() in grammar().joins or words[0] in BREAKS):
        joined = words[0].lower() if words[0].lower() in grammar().joins else joined or ","
        words = words[1:]
    if is_first:
        lowered = [word.lower() for word in words]
        if "," in words and (
            lowered[0] in grammar().prepositions | grammar().openings
            or (lowered[0] in ("every", "each") and set(lowered[1:3]) & grammar().times)
        ):
            words = words[lowered.index(",") + 1 :]
        elif ":" in words and words[-1] != ":":
            words = words[len(words) - words[::-1].index(":") :]
    return words, joined


def _clause(group: VerbGroup, left: list[str], right: Sequence[str], before: Clause | None, joined: str) -> Clause:
    subject = _phrase(left)
    if before is not None and (not subject or _stands_for_another(left)):
        if (joined in grammar().relative or group.reduced) and before.last:
            subject = before.last
        else:
            subject = (before.thing if before.passive or (before.verb and not before.doer) else before.doer) or before.thing
    what, places = _right(right)
    if what and before is not None and _stands_for_another(what.words):
        what = before.thing or before.doer
    kinds = verb_classes().get(group.base, frozenset())
    if not what and not group.passive and kinds & {"lie", "go"}:
        what = subject  # what lies or goes somewhere is what it is done with
    negated = group.negated
    conditional = joined in grammar().conditions
    last = places[-1][1] if places else what or subject
    if group.passive:
        doer = next((phrase for word, phrase in places if word in _BY), Phrase())
        rest = tuple((word, phrase) for word, phrase in places if word not in _BY)
        if what:
            rest = (("", what), *rest)
        return Clause(group.base, kinds, doer, subject, rest, negated, group.modal, True, conditional, last)
    return Clause(group.base, kinds, subject, what, places, negated, group.modal, False, conditional, last)


def _stands_for_another(words: Sequence[str]) -> bool:
    """Whether words only stand for what was named before: "it", "them together", "all of it"."""
    lowered = [word.lower() for word in words]
    return (lowered[0] in grammar().pronouns and not set(lowered[1:]) - grammar().empty) or (
        lowered[-1] in grammar().pronouns and set(lowered[:-1]) <= grammar().empty
    )


def _right(region: Sequence[str]) -> tuple[Phrase, tuple[tuple[str, Phrase], ...]]:
    """What stands behind a verb: the object, and what follows each preposition."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for token in region:
        lowered = token.lower()
        if lowered in grammar().prepositions and lowered not in ("of", "like", "up", "out", "than"):
            parts.append((lowered, []))
        elif token in ("(", ")"):
            parts.append((parts[-1][0], []))
        else:
            parts[-1][1].append(token)
    first = _phrase(parts[0][1])
    rest = tuple((word, phrase) for word, tokens in parts[1:] if (phrase := _phrase(tokens)))
    return first, rest


def _phrase(tokens: Sequence[str]) -> Phrase:
    words = [token for token in tokens if token not in BREAKS]
    while words and words[-1].lower() in grammar().joins | {"also", "already"}:
        words = words[:-1]
    if not words:
        return Phrase()
    lowered = tuple(word.lower() for word in words)
    none = bool(set(lowered[:2]) & grammar().none) or lowered[:2] == ("in", "no") or lowered[:2] == ("not", "a") or lowered[:1] == ("not",)
    bare = [
        word
        for at, word in enumerate(words)
        if not (at < 4 and word.lower() in grammar().determiners and all(w.lower() in grammar().determiners for w in words[:at]))
    ]
    definite = bool(set(lowered[:2]) & {"the", "our", "its", "this", "their", "both"})
    return Phrase(tuple(bare or words), classes_of(lowered), none, definite)


def _fragments(tokens: Sequence[str]) -> Iterator[Clause]:
    """What a sentence without a verb names, cut at its commas: "No login, no limit"."""
    part: list[str] = []
    said: list[Phrase] = []
    for token in (*tokens, ","):
        if token in BREAKS or token.lower() in ("and", "but", "nor"):
            phrase, places = _right(part)
            if said and " ".join(part).lower() in grammar().none_at_all:  # "Checks before training: none"
                yield Clause(thing=Phrase(said[0].words, said[0].classes, none=True))
            elif phrase or places:
                yield Clause(thing=phrase, places=places)
                whole = _phrase(part)
                said = said or [whole]
            part = []
        else:
            part.append(token)
