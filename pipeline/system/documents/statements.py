"""Sentences of design documents as statements: who sends, calls, reads, stores, trains or decides what.

Takes a sentence and who was spoken of last, gives `Statement`s of names as they are written. It is a small grammar, not a
parser of language: a sentence is cut into clauses at its known verbs, subject and objects are what stands around them, a
clause without a subject goes on with the last one, "it" and "they" stand for it. Left out: questions, conditions, what is to be
done or is denied (`promises.modality_of` says which), and verbs that `knowledge/prose.yaml` does not list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from pipeline.system.model import ElementKind, Frozen, Label
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.system.rules.words import words_of

_FILE = KNOWLEDGE / "prose.yaml"
StatementKind = Literal["sends", "calls", "reads", "stores", "trains", "decides", "acts"]

_MARKUP = re.compile(r"!?\[([^\]\n]{1,300})\]\([^)\s]{1,500}\)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|\([^()]{0,300}\)")
_BREAK = re.compile(
    r"[,;:]\s+(?:and |then |which |who |that |but )*|\s+(?:and|then|or|but)\s+(?:then\s+|also\s+)?|\s+(?:which|that|who)\s+"
)
_AUXILIARY = (
    r"(?:(?:can|may|will|must|shall|could|is|are|was|were|be|been|being|gets?|has|have|to"
    r"|also|then|automatically|directly|now|only|periodically|regularly)\s+){0,4}"
)
_PASSIVE = re.compile(r"\b(is|are|was|were|be|been|being|gets?)\s+(?:\w+ly\s+|also\s+|then\s+)?$", re.IGNORECASE)
_END = re.compile(
    r"\s(?:over|with|for|by|at|during|every|each|when|whenever|if|unless|so|before|after|without|within|as|in order|per|daily|weekly"
    r"|nightly|hourly|using|via|through|up to|un\w+ed|directly|automatically|verbatim|unchanged|immediately|once|while|because|until"
    r"|where|to (?!the |a |an |our |its |their ))\s?.*$",
    re.IGNORECASE,
)
_DETERMINER = re.compile(
    r"^(?:(?:the|a|an|our|its|their|his|her|your|this|these|those|every|each|all|some|any|new|following|same|which|that|who|then|also|and|only)\s+)+",
    re.IGNORECASE,
)
_PRONOUN = frozenset({"it", "they", "this", "that", "which", "who", "these", "he", "she"})
_THEM = frozenset({"it", "them", "these", "those"})
_WE = frozenset({"we", "the system", "system", "the product", "the application", "our system", "the solution"})
_CONDITION = re.compile(r"^\W*(?:if|when|whenever|unless|once|while|until|where|although|because)\b[^,]{0,200},\s*", re.IGNORECASE)
_LABEL = re.compile(r"^([A-Za-z][\w.&' -]{1,50}?)(?::|\s[-\u2013\u2014|])\s+(\S.*)$")
# What comes before the subject: when, where, why.
_OPENING = re.compile(
    r"^\W*(?:(?:every|each) (?:night|day|week|hour|month|morning|evening|quarter|\w+day)s?,?\s+"
    r"|(?:nightly|daily|weekly|hourly|monthly|today|then|finally|first|second|next|afterwards|internally|optionally|currently),?\s+"
    r"|(?:in|on|at|for|during|after|before|from|once|with|through|via|by|as)\s[^,]{2,80},\s+)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"(?:^|\s)(?:the|a|an|our|its|their|this|these|each|every|all|of|for|\d+)$", re.IGNORECASE
)  # before a noun, not a verb
_MAY = re.compile(r"(.{2,60}?)\s+(?:can|may|will)\s(?!(?:also )?(?:not|never)\b)", re.IGNORECASE)
_USED_TO = re.compile(
    r"^(?:to|for|as)\s+(?:the\s+)?(?:re-?)?(?:train(?:ing)?|fine-?tun(?:e|ing))(?:\s+data)?(?:\s+(?:for|of))?\s*(.*)$", re.IGNORECASE
)
_NAME = re.compile(r"(?=.*[A-Za-z]{2})[A-Za-z0-9][\w.+&'\u2019/-]*(?: (?:&|[A-Za-z0-9][\w.+&'\u2019/-]*)){0,5}")  # of six words at most
_NO_NAME = re.compile(
    r"(?:by|of|to|in|on|at|for|from|with|when|if|as|into|using|via|per|not|no|both|either|more|most|than|how|what|where|why"
    r"|let|lets|await|return|requires?|see|once|\w+ing (?:the|a|an|right|available|new|all|any)"
    r"|(?:call|choos|describ|bypass|includ|runn|creat|return|follow|depend|work|mean|allow)ing"
    r"|affected|given|existing|corresponding|relevant|appropriate|specific|certain|other|different|incorrect|invalid|missing"
    r"|delete|create|update|ship|ensure|add|remove|install|configure|enable|make|use)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"(?<!from)(?<!\sof)(?<!\sin)(?<!\son)(?<!\sby)(?<!\sat)\s(?:the|a|an|its|this)\s|\s(?:or|causes?|drives?|when|if|then|back)\s|\b(?:is|are|was|were|has|have|does|do|can|may|will|must|should)\b|[\w-]/|/[\w-]|\w\.\w+\(|_",
    re.IGNORECASE,
)  # a clause, a path, code
_FROM = re.compile(r"^(.*?)\s+(?:from|of)\s+(.+)$", re.IGNORECASE)
OWN = "the system itself"
"""Who "we" and "the system" are."""


class Verbs(Frozen):
    verbs: tuple[tuple[str, ...], ...]
    toward: tuple[str, ...] = ()


class Effect(Frozen):
    verbs: tuple[str, ...]
    of: tuple[str, ...]


class Prose(Frozen):
    """What `knowledge/prose.yaml` says."""

    verbs: dict[StatementKind, Verbs]
    effects: dict[str, Effect]
    actors: tuple[str, ...]
    public_actors: tuple[str, ...]
    entries: dict[ElementKind, tuple[str, ...]]
    stores: dict[ElementKind, tuple[str, ...]]
    models: dict[ElementKind, tuple[str, ...]]
    anywhere: tuple[str, ...]
    sources: dict[ElementKind, tuple[str, ...]]
    components: tuple[str, ...]
    data: dict[Label, tuple[str, ...]]
    open_to_all: tuple[str, ...]
    exposed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One clause: names as written, without determiners; empty where the clause names none."""

    kind: StatementKind
    verb: str  # base form
    subject: str  # who does it; of a passive clause who is named by "by"
    object: str  # what it is done with
    other: str  # from, to, into or on what


@lru_cache(maxsize=1)
def load_prose() -> Prose:
    return read_knowledge(_FILE, Prose)


@dataclass(frozen=True, slots=True)
class _Form:
    kind: StatementKind
    base: str
    participle: bool  # can be the verb of a passive clause
    past: bool  # and of one that tells of the past
    present: bool


@lru_cache(maxsize=1)
def _forms() -> Mapping[str, tuple[_Form, ...]]:
    """Every form of every verb; a form may be of several verbs."""
    forms: dict[str, list[_Form]] = {}
    for kind, listed in load_prose().verbs.items():
        for verb in listed.verbs:
            base = verb[0]
            first, _, rest = base.partition(" ")
            rest = f" {rest}" if rest else ""
            ending = "es" if first.endswith(("s", "sh", "ch", "x", "z")) else "s"
            third = f"{first[:-1]}ies" if first.endswith("y") and first[-2] not in "aeiou" else first + ending
            regular = f"{first}d" if first.endswith("e") else f"{first}ed"
            past = verb[1:] if len(verb) > 1 else (regular + rest, regular + rest)
            for form, participle in ((base, False), (third + rest, False), (past[0], False), (past[1], True)):
                made = _Form(kind, base, participle or form == past[1], form == past[0], form in (base, third + rest))
                if made not in forms.setdefault(form, []):
                    forms[form].append(made)
    return {form: tuple(made) for form, made in forms.items()}


@lru_cache(maxsize=1)
def _verb_pattern() -> re.Pattern[str]:
    listed = "|".join(sorted(map(re.escape, _forms()), key=len, reverse=True))
    return re.compile(rf"(?<![\w-])({listed})(?![\w-])", re.IGNORECASE)


def statements(sentence: str, before: str = "") -> Iterator[Statement]:
    """What a sentence states, clause by clause; `before` is who the sentence before it spoke of."""
    text = " ".join(_MARKUP.sub(lambda match: match[1] or " ", sentence).split()).strip(" .!")
    labelled = _LABEL.match(text)
    if labelled is not None:  # "Crawler: fetches pages" is said of the crawler, "Storage: The crawler keeps pages" is not said of storage
        before, text = name_of(labelled[1]) or before, labelled[2]
    text = _OPENING.sub("", _CONDITION.sub("", text))
    subject, data, passive = before, "", False
    made: list[Statement] = []
    for clause in _clauses(text):
        found = _statement(clause, subject, data, passive)
        if found is None:
            continue
        statement, passive = found
        subject = statement.subject or subject
        data = statement.object or data
        made.append(statement)
    yield from _with_shared_objects(made)


def _with_shared_objects(found: Sequence[Statement]) -> Iterator[Statement]:
    """What verbs that stand together share: "books, moves and cancels appointments" does all three with appointments."""
    after: Statement | None = None
    shared: list[Statement] = []
    for statement in reversed(found):
        if (
            after is not None
            and statement.kind == "acts" == after.kind
            and not statement.object
            and not statement.other
            and statement.subject == after.subject
        ):
            statement = replace(statement, object=after.object, other=after.other)
        after = statement
        shared.append(statement)
    yield from reversed(shared)


def _clauses(text: str) -> Iterator[str]:
    """Parts with one verb each: broken where a new verb follows, so that a list of objects stays together."""
    pending = ""
    for part, gap in _parts(text):
        if pending and _verb_pattern().search(part) and _verb_pattern().search(pending):
            yield pending
            pending = part
        else:
            pending = f"{pending}{gap}{part}" if pending else part
    if pending:
        yield pending


def _parts(text: str) -> Iterator[tuple[str, str]]:
    at, gap = 0, ""
    for match in _BREAK.finditer(text):
        yield text[at : match.start()], gap
        at, gap = match.end(), match.group()
    yield text[at:], gap


def _statement(clause: str, subject: str, data: str, passive_before: bool) -> tuple[Statement, bool] | None:
    """The statement of a clause, and whether it is passive."""
    for match in _verb_pattern().finditer(clause):
        left, right = clause[: match.start()].strip(), clause[match.end() :].strip()
        if _ARTICLE.search(left):
            continue
        forms = _forms()[match[1].lower()]
        passive = _PASSIVE.search(left + " ") is not None or (
            bool(data) and not left and any(form.participle and (passive_before or not (form.past or form.present)) for form in forms)
        )
        for form in forms:
            if not (form.participle if passive else form.present):
                continue  # documents tell in the present what a system does: "crawled pages" says what pages they are
            made = _passive(form, left, right, data) if passive else _active(form, left, right, subject, data)
            if made is not None:
                return made, passive
    return None


def _active(form: _Form, left: str, right: str, before: str, data: str) -> Statement | None:
    subject = _subject(re.sub(rf"\s*\b{_AUXILIARY}$", "", left + " ", flags=re.IGNORECASE), before)
    if subject is None:
        return None
    what, other = _divided(right, load_prose().verbs[form.kind].toward)
    return Statement(form.kind, form.base, subject, _meant(name_of(what), data), _meant(name_of(other), data))


def _passive(form: _Form, left: str, right: str, data: str) -> Statement | None:
    what = _subject(_PASSIVE.sub("", left + " "), data)
    if not what:
        return None
    used = _USED_TO.match(right) if form.base == "use" else None
    if used is not None:
        return Statement("trains", "train", "", name_of(used[1]), what)
    by = re.search(r"\bby\s+((?:the |a |an |our )?[\w -]{2,60})", right, re.IGNORECASE)
    _, other = _divided(right, load_prose().verbs[form.kind].toward)
    return Statement(form.kind, form.base, name_of(by[1]) if by else "", what, _meant(name_of(other), data))


def _meant(name: str, data: str) -> str:
    return data if name.lower() in _THEM else name


def _subject(left: str, before: str) -> str | None:
    """The name before a verb; the last one where there is none or a pronoun, None where it is no name."""
    text = left.strip(" ,;:")
    text = re.sub(rf"\b{_AUXILIARY}$", "", text + " ", flags=re.IGNORECASE).strip()
    if not text or text.lower() in _PRONOUN:
        return before
    if text.lower() in _WE:
        return OWN
    may = _MAY.match(text)  # "The agent can open breakers, close orders": what the verbs before do is not known, who does it is
    return name_of(text) or (name_of(may[1]) if may is not None else "") or None


def _divided(right: str, toward: tuple[str, ...]) -> tuple[str, str]:
    """What stands before and after the first word that says whereto or wherefrom."""
    if not toward:
        return right, ""
    match = re.search(rf"(?:^|\s)(?:{'|'.join(toward)})\s+(?=\S)", right, re.IGNORECASE)
    return (right, "") if match is None else (right[: match.start()], right[match.end() :])


def name_of(text: str) -> str:
    """A name without determiners and without what is said about it; empty where what is left is no name."""
    bare = _DETERMINER.sub("", re.split(r"[,;:]", text.strip(" .,;:"), maxsplit=1)[0])
    bare = _END.sub("", f"{bare} ").strip(" .,;:")
    bare = re.sub(r"\s(?:that|which|who)\s.*$|\s+(?:and|or)$", "", bare)
    if _NAME.fullmatch(bare) is None or bare.lower() in _PRONOUN or _NO_NAME.match(bare) or _SAYS.search(bare):
        return ""
    return bare


def effect_of(verb: str, done_to: str) -> str | None:
    """The effect on the world of what an agent does, by the verb and what it is done to."""
    words = set(words_of(done_to))
    for effect, listed in load_prose().effects.items():
        if verb in listed.verbs and (not listed.of or words & {part for word in listed.of for part in words_of(word)}):
            return effect
    return None


def base_of(word: str) -> str:
    """The base form of a verb that documents use; empty for other words."""
    return next((form.base for form in _forms().get(word.lower(), ()) if form.present), "")


def parted(name: str) -> tuple[str, str]:
    """`feedback from patients` -> the data and whose it is; the second is empty where it is not said."""
    match = _FROM.match(name)
    return (name, "") if match is None else (match[1].strip(), name_of(match[2]))
