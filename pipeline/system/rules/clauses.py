"""Sentences of design documents as clauses: who does what with which thing and where, and whether that is denied.

Takes a sentence and the clause before it, gives `Clause`s whose parts carry the classes of `knowledge/lexicon.yaml`. This is a shallow reading over
closed lists of words, no parser of language: verb groups are found first, what stands between two of them is shared out at the last word
that joins clauses. Active and passive voice come out alike; a clause without a subject goes on with the one before it. What is wished, asked
or advised is not told apart here: the caller leaves such sentences out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.system.rules.lexicon import VerbForm, classes_of, verb_classes, verb_forms

_TOKEN = re.compile(
    r"[A-Za-z\u00c0-\u024f][\w\u00c0-\u024f'\u2019./\\-]*[\w\u00c0-\u024f]|[A-Za-z]|[$\u20ac]?\d[\d.,]*\d|[$\u20ac]?\d|[,;:()\u2014\u2013\u2192|]|(?<=\s)-(?=\s)|/[\w/{}.-]+|\.\w+"
)
_MARKUP = re.compile(r"!?\[([^\]\n]{1,300})\]\([^)\s]{1,500}\)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|[\"\u201c\u201d]")
_BREAKS = frozenset({",", ";", ":", "(", ")", "\u2014", "\u2013", "\u2192", "|", "-"})
_JOINS = frozenset(
    {"and", "but", "or", "nor", "which", "that", "who", "whom", "whose", "because", "since", "so", "while", "whereas", "although", "though", "if", "unless",
     "when", "whenever", "where", "until", "before", "after", "once", "then", "yet"}
)  # fmt: skip
_RELATIVE = frozenset({"which", "that", "who", "whom", "whose", "where"})
_CUTS = frozenset({"if", "unless", "when", "whenever", "once", "because", "while", "although", "though", "whereas"})
_CONDITION = frozenset({"if", "unless", "when", "whenever", "once", "until"})
_BE = frozenset(
    {"is", "are", "was", "were", "be", "been", "being", "am", "'s", "remains", "remain", "stays", "gets", "get", "got", "becomes", "become"}
)
_HAVE = frozenset({"has", "have", "had"})
_DO = frozenset({"do", "does", "did"})
_MODAL = frozenset({"can", "may", "will", "must", "shall", "could", "should", "might", "would", "cannot", "to", "need", "needs"})
_PLAN = frozenset({"will", "shall", "could", "should", "might", "would"})
_NOT = frozenset({"not", "never", "no longer", "hardly", "neither", "nor"})
_ADVERBS = frozenset(
    {"not", "never", "also", "always", "only", "then", "already", "still", "yet", "just", "now", "simply", "ever", "often", "sometimes", "usually", "currently", "today",
     "even", "both", "all", "again", "thereby", "longer", "no", "far", "so", "together", "either", "in", "fact"}
)  # fmt: skip
_DETERMINERS = frozenset(
    {"the", "a", "an", "our", "its", "their", "his", "her", "your", "my", "this", "these", "those", "every", "each", "all", "any", "some", "no", "which", "whatever", "both",
     "several", "many", "most", "such", "own", "another", "what", "whose"}
)  # fmt: skip
_PREPOSITIONS = frozenset(
    {"to", "into", "onto", "in", "on", "at", "from", "with", "without", "by", "for", "over", "via", "through", "within", "inside", "behind", "under", "between", "against", "of", "about",
     "per", "above", "below", "during", "across", "upon", "among", "beyond", "out", "towards", "toward", "up", "before", "after", "until", "than", "as", "like", "beside", "besides", "instead",
     "near", "off", "outside", "regarding", "despite", "except", "using", "based"}
)  # fmt: skip
_PRONOUNS = frozenset({"it", "they", "them", "this", "that", "these", "those", "he", "she", "him", "her", "which", "who", "both", "one"})
_SUBJECTS = frozenset(
    {
        "it",
        "they",
        "he",
        "she",
        "we",
        "you",
        "i",
        "nobody",
        "anybody",
        "anyone",
        "everyone",
        "everybody",
        "somebody",
        "someone",
        "one",
        "none",
    }
)
_NONE = frozenset({"no", "none", "nobody", "nothing", "neither", "zero", "without"})
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
_OPENINGS = frozenset(
    {
        "today",
        "then",
        "currently",
        "finally",
        "first",
        "second",
        "next",
        "internally",
        "afterwards",
        "here",
        "optionally",
        "technically",
        "honestly",
    }
)
_TIMES = frozenset(
    {
        "night",
        "day",
        "week",
        "hour",
        "month",
        "morning",
        "evening",
        "quarter",
        "time",
        "year",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    }
)
_EMPTY = frozenset(
    {
        "all",
        "of",
        "both",
        "each",
        "some",
        "most",
        "none",
        "together",
        "also",
        "then",
        "too",
        "only",
        "straight",
        "automatically",
        "directly",
        "again",
    }
)
_NONE_AT_ALL = frozenset({"none", "no", "nothing", "never", "n/a", "no one", "nobody", "not at all", "missing", "none yet"})
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


@dataclass(frozen=True, slots=True)
class _Group:
    """A verb with its auxiliaries, by its first token and the one behind its last."""

    start: int
    end: int
    base: str
    negated: bool
    passive: bool
    modal: str
    reduced: bool = False  # "photos uploaded by users"
    copula: bool = False


def read_clauses(sentence: str, before: Clause | None = None) -> list[Clause]:
    """The clauses of a sentence, in their order."""
    tokens = _tokens(sentence)
    if not tokens or len(tokens) > _MOST_TOKENS:
        return []
    groups = _groups(tokens)
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
            apart = next((at for at in range(1, group.start) if tokens[at].lower() in _CUTS), 0)
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


# Verb groups


def _groups(tokens: Sequence[str]) -> list[_Group]:
    lowered = [token.lower() for token in tokens]
    found: list[_Group] = []
    at = 0
    while at < len(tokens):
        group = _group_at(lowered, at, found[-1] if found else None)
        if group is None:
            at += 1
        else:
            found.append(group)
            at = group.end
    return found


def _group_at(lowered: Sequence[str], at: int, earlier: _Group | None) -> _Group | None:
    word = lowered[at]
    if word in _MODAL and not (word in ("to", "need", "needs") and not _is_plain_verb(lowered, at + 1)):
        return _after_auxiliary(lowered, at)
    if word in _DO and at + 1 < len(lowered) and (lowered[at + 1] in _NOT or _is_plain_verb(lowered, at + 1)):
        return _after_auxiliary(lowered, at)
    if (
        word in ("not", "never")
        and (not at or lowered[at - 1] in _BREAKS or lowered[at - 1] in _JOINS)
        and _has_participle(lowered, at + 1)
    ):
        forms, length = _forms_at(lowered, at + 1)
        return _Group(at, at + 1 + length, forms[0].base, True, True, "") if forms else None  # "Versions: not tracked"
    if word in _BE or (word in _HAVE and _has_participle(lowered, at + 1)):
        return _after_auxiliary(lowered, at)
    return _bare(lowered, at, earlier)


def _after_auxiliary(lowered: Sequence[str], at: int) -> _Group:
    """A verb group that begins with an auxiliary: as far as auxiliaries and adverbs go, with the verb that ends it."""
    negated, be, have, modal, end = False, False, False, "", at
    while end < len(lowered):
        word = lowered[end]
        if word in _NOT or (word == "no" and end + 1 < len(lowered) and lowered[end + 1] == "longer"):
            negated = True
        elif word in _BE:
            be = True
        elif word in _HAVE and not (modal and not _has_participle(lowered, end + 1)):
            have = True
        elif (word in _MODAL and word not in ("need", "needs")) or word in _DO or (end == at and word in _MODAL):
            if word == "to" and be and end > at:
                break
            modal = "can" if word == "cannot" else word
            negated = negated or word == "cannot"
        elif not (word in _ADVERBS and word != "in") and not word.endswith("ly"):
            break
        elif word == "no":
            break
        end += 1
    forms, length = _forms_at(lowered, end)
    fitting = [form for form in forms if (form.participle if be or have else form.plain) or (be and form.going)]
    if be and end < len(lowered) and lowered[end] in ("a", "an", "the"):
        fitting = []
    if fitting:
        form = fitting[0]
        return _Group(at, end + length, form.base, negated, be and form.participle, modal)
    base = "have" if have and not be else "be"
    return _Group(at, end, base, negated, False, modal, copula=base == "be")


def _forms_at(lowered: Sequence[str], at: int) -> tuple[tuple[VerbForm, ...], int]:
    """What forms begin at a token, and of how many words; the longest."""
    for length in (3, 2, 1):
        forms = verb_forms().get(tuple(lowered[at : at + length]))
        if forms is not None and at + length <= len(lowered):
            return forms, length
    return (), 1


def _is_plain_verb(lowered: Sequence[str], at: int) -> bool:
    return at < len(lowered) and (any(form.plain for form in _forms_at(lowered, at)[0]) or lowered[at] in ("be", "have"))


def _has_participle(lowered: Sequence[str], at: int) -> bool:
    while at < len(lowered) and (lowered[at] in _ADVERBS or lowered[at].endswith("ly")) and lowered[at] not in ("no", "all", "both"):
        at += 1
    return at < len(lowered) and (lowered[at] == "been" or any(form.participle and not form.plain for form in _forms_at(lowered, at)[0]))


_ENDS_NO_SUBJECT = _PREPOSITIONS | _DETERMINERS | {"and", "or", "of", "very", "more"}


def _bare(lowered: Sequence[str], at: int, earlier: _Group | None) -> _Group | None:
    """A verb without an auxiliary, where what stands before and behind it lets it be one and no noun."""
    forms, length = _forms_at(lowered, at)
    if not forms:
        return None
    before = lowered[at - 1] if at else ""
    behind = lowered[at + length] if at + length < len(lowered) else ""
    begin, since = at, earlier.end if earlier is not None else 0
    while begin > since and lowered[begin - 1] not in _BREAKS and lowered[begin - 1] not in _JOINS:
        begin -= 1
    left = lowered[begin:at]
    opened = at > 0 and lowered[begin - 1] in _JOINS | {",", ";"} if begin else False
    if before.endswith("'s") or (left and before in _ENDS_NO_SUBJECT - {"which", "all", "both"} - _SUBJECTS):
        return None
    if left and before.endswith("ly") and len(left) > 1:
        before = left[-2]
    if left and left[0] in _PREPOSITIONS and not set(left) & {","} and len(left) < 4 and begin:
        return None
    participle = next((form for form in forms if form.participle and not form.plain), None)
    if (
        participle is not None
        and not left
        and opened
        and not (lowered[at - 1] == "," and behind in _AFTER_PARTICIPLES)
        and earlier is not None
        and (earlier.passive or earlier.copula)
        and lowered[at - 1] in ("and", "or", ",", "then", "but")
    ):
        return _Group(at, at + length, participle.base, False, True, earlier.modal)  # "is stored and sent"
    if participle is not None and behind in _AFTER_PARTICIPLES and (left or (at and lowered[at - 1] in (",", "("))):
        told = behind != "by" and (before in _SUBJECTS or (participle.past and earlier is None and not _later_verb(lowered, at + length)))
        if not told:
            return _Group(at, at + length, participle.base, False, True, "", reduced=True)
    paired = begin > 1 and lowered[begin - 1] in ("and", "or") and begin - 1 > since  # "essays and feedback go"
    plural = bool(left) and (
        paired
        or before in ("they", "we", "you", "i", "both", "who", "these", "those")
        or (before.endswith("s") and not before.endswith(("ss", "'s", "us")))
        or before in _PLURALS
    )
    single = bool(left) and (not plural or paired)
    inherits = (not left or left[-1] in _RELATIVE) and opened
    if not inherits and before in ("who", "which", "that"):
        inherits = True
    for form in forms:
        noun_like = bool(classes_of((lowered[at],))) or form.base in _NOUNS_TOO
        if form.third and (single or inherits) and _goes_on(behind, noun_like):
            return _Group(at, at + length, form.base, False, False, "", copula=False)
        if (
            form.plain
            and (plural or before in _SUBJECTS or (inherits and not noun_like))
            and _goes_on(behind, noun_like)
            and left + ([1] if inherits else [])
        ):
            return _Group(at, at + length, form.base, False, False, "")
        if (
            form.past
            and not form.plain
            and (left or inherits)
            and not (form.participle and behind in ("", ",", ";", ":") and not inherits and len(left) < 2)
        ):
            return _Group(at, at + length, form.base, False, False, "")
    return None


_AFTER_PARTICIPLES = frozenset({"by", "on", "in", "at", "from", "to", "with", "into", "for", "over", "as", "through", "via"})
_PLURALS = frozenset({"people", "children", "staff", "data", "police", "media", "men", "women", "customers", "everyone's"})
_NOUNS_TOO = frozenset(
    {
        "use",
        "answer",
        "mark",
        "label",
        "rank",
        "call",
        "limit",
        "test",
        "release",
        "result",
        "stop",
        "change",
        "share",
        "process",
        "run",
        "place",
        "check",
        "request",
        "need",
        "demand",
        "trigger",
        "order",
        "display",
        "host",
        "present",
        "supply",
        "file",
    }
)


def _later_verb(lowered: Sequence[str], at: int) -> bool:
    """Whether a verb with an auxiliary follows before the sentence ends: then a form in -ed before it describes its subject."""
    return any(word in _BE | _MODAL - {"to"} for word in lowered[at:])


def _goes_on(behind: str, noun_like: bool) -> bool:
    """Whether what follows can follow a verb; of a word that is a noun as well, more is asked."""
    if behind in _BE | _HAVE | _MODAL - {"to"} or behind == "of":
        return False
    if not noun_like:
        return True
    return (
        behind in _DETERMINERS | _PREPOSITIONS | _PRONOUNS | {"every", "nothing", "nobody"}
        or behind[:1].isdigit()
        or behind.endswith("s")
        or (len(behind) > 1 and not behind.isalpha())
        or bool(classes_of((behind,)))
    )


# What stands around


def _shared_out(region: Sequence[str], following: _Group) -> int:
    """How much of what stands between two verbs belongs to the first of them."""
    lowered = [token.lower() for token in region]
    if following.reduced:
        at = len(lowered)
        while at and lowered[at - 1] not in _BREAKS | _JOINS | (_PREPOSITIONS - {"of"}) | _DETERMINERS:
            at -= 1
        return at if not at or lowered[at - 1] not in _DETERMINERS else at - 1
    for at in range(len(lowered) - 1, -1, -1):
        if lowered[at] in _BREAKS or lowered[at] in _JOINS:
            return at
    if lowered and lowered[-1] in _SUBJECTS:
        return len(lowered) - 1
    if following.modal == "to":
        return len(lowered)
    for at in range(len(lowered) - 1, 0, -1):
        if lowered[at] in _DETERMINERS and lowered[at - 1] not in _PREPOSITIONS | _DETERMINERS:
            return at
    return len(lowered)


def _left(region: Sequence[str], is_first: bool) -> tuple[list[str], str]:
    """The words of a subject, and the word that joins its clause to the one before."""
    words = list(region)
    joined = ""
    while words and (words[0].lower() in _JOINS or words[0] in _BREAKS):
        joined = words[0].lower() if words[0].lower() in _JOINS else joined or ","
        words = words[1:]
    if is_first:
        lowered = [word.lower() for word in words]
        if "," in words and (lowered[0] in _PREPOSITIONS | _OPENINGS or (lowered[0] in ("every", "each") and set(lowered[1:3]) & _TIMES)):
            words = words[lowered.index(",") + 1 :]
        elif ":" in words and words[-1] != ":":
            words = words[len(words) - words[::-1].index(":") :]
    return words, joined


def _clause(group: _Group, left: list[str], right: Sequence[str], before: Clause | None, joined: str) -> Clause:
    subject = _phrase(left)
    if before is not None and (not subject or _stands_for_another(left)):
        if (joined in _RELATIVE or group.reduced) and before.last:
            subject = before.last
        else:
            subject = (before.thing if before.passive or (before.verb and not before.doer) else before.doer) or before.thing
    what, places = _right(right)
    if what and before is not None and _stands_for_another(what.words):
        what = before.thing or before.doer
    kinds = verb_classes().get(group.base, frozenset())
    negated = group.negated
    conditional = joined in _CONDITION
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
    return (lowered[0] in _PRONOUNS and not set(lowered[1:]) - _EMPTY) or (lowered[-1] in _PRONOUNS and set(lowered[:-1]) <= _EMPTY)


def _right(region: Sequence[str]) -> tuple[Phrase, tuple[tuple[str, Phrase], ...]]:
    """What stands behind a verb: the object, and what follows each preposition."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for token in region:
        lowered = token.lower()
        if lowered in _PREPOSITIONS and lowered not in ("of", "like", "up", "out", "than"):
            parts.append((lowered, []))
        elif token in ("(", ")"):
            parts.append((parts[-1][0], []))
        else:
            parts[-1][1].append(token)
    first = _phrase(parts[0][1])
    rest = tuple((word, phrase) for word, tokens in parts[1:] if (phrase := _phrase(tokens)))
    return first, rest


def _phrase(tokens: Sequence[str]) -> Phrase:
    words = [token for token in tokens if token not in _BREAKS]
    while words and words[-1].lower() in _JOINS | {"also", "already"}:
        words = words[:-1]
    if not words:
        return Phrase()
    lowered = tuple(word.lower() for word in words)
    none = bool(set(lowered[:2]) & _NONE) or lowered[:2] == ("in", "no") or lowered[:2] == ("not", "a") or lowered[:1] == ("not",)
    bare = [
        word
        for at, word in enumerate(words)
        if not (at < 4 and word.lower() in _DETERMINERS and all(w.lower() in _DETERMINERS for w in words[:at]))
    ]
    definite = bool(set(lowered[:2]) & {"the", "our", "its", "this", "their", "both"})
    return Phrase(tuple(bare or words), classes_of(lowered), none, definite)


def _fragments(tokens: Sequence[str]) -> Iterator[Clause]:
    """What a sentence without a verb names, cut at its commas: "No login, no limit"."""
    part: list[str] = []
    said: list[Phrase] = []
    for token in (*tokens, ","):
        if token in _BREAKS or token.lower() in ("and", "but", "nor"):
            phrase, places = _right(part)
            if said and " ".join(part).lower() in _NONE_AT_ALL:  # "Checks before training: none"
                yield Clause(thing=Phrase(said[0].words, said[0].classes, none=True))
            elif phrase or places:
                yield Clause(thing=phrase, places=places)
                whole = _phrase(part)
                said = said or [whole]
            part = []
        else:
            part.append(token)
