"""Names of one thing in several places: whether a name in a drawing is that of something found.

Takes a name as people write it and what was found under other names, gives the one element that is meant and the reason, or no element and
why. Compared are words, whatever their case, their joints (`camelCase`, `snake_case`), their number and the abbreviations and aliases of
`knowledge/drawn.yaml`; initials; the technology both name; telling words of one that all stand in the other; spelling, where
names are long and all but equal. A name that fits two elements equally well fits none: a wrong match is worse than none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from pipeline.system.draft import Draft
from pipeline.system.model import ElementKind
from pipeline.system.rules.drawn_words import load_drawn_words, parts_of, technology_of
from pipeline.system.rules.words import words_of

COMMON = frozenset({"the", "and", "get", "post", "put", "api", "app", "main", "in", "of", "a", "to", "for", "by", "model", "models",
"tool", "tools", "agent", "data",
                     "service", "server", "client", "system", "user", "users", "run", "list", "search", "chat", "text", "id", "file",
                     "files", "all", "call", "calls", "new", "is",
                     "command", "commands", "process", "subprocess", "executor", "handler", "manager", "result", "page", "pages",
                     "langchain", "openai", "support", "http", "clients", "write", "read", "send", "message", "code", "python", "sql",
                     "database"})  # fmt: skip
_EMPTY = frozenset({"the", "a", "an", "of", "and", "for", "to", "our", "my"})
_LEAST_SPELLED = 7  # letters of names that may differ in one
_LEAST_TELLING = 4
_SPOKEN_AS = ("product", "provider", "model", "service", "collection", "path", "framework")  # attributes that name an element too
# Kinds that drawings do not tell apart.
_FAMILIES: tuple[frozenset[ElementKind], ...] = (
    frozenset({"hosted_llm", "local_llm", "inference_server"}),
    frozenset({"vector_store", "retriever"}),
    frozenset({"data_store", "file_store"}),
    frozenset({"end_user", "anonymous_public", "operator"}),
    frozenset({"tool", "mcp_tool"}),
    frozenset({"ml_model", "model_file"}),
)
# Places in code and files that nobody draws a box for.
_NEVER_DRAWN: frozenset[ElementKind] = frozenset({"log", "prompt", "secret", "package", "ci_job", "renderer", "interpreter", "model_file"})
# Kinds of which a system mostly has one, so that a drawing that says the kind says which.
_TOLD_BY_KIND: frozenset[ElementKind] = frozenset(
    {"agent", "hosted_llm", "local_llm", "vector_store", "mcp_server", "ml_model", "embedding_model", "queue", "retriever", "memory"}
)


@dataclass(frozen=True, slots=True)
class Known:
    """Something found, with the words of the names it goes by."""

    element: str
    kind: ElementKind
    name: str  # without what it was told apart by: `Order (SQL database)`, `gpt-4o in server`
    said: frozenset[frozenset[str]]
    telling: frozenset[str]
    pieces: frozenset[frozenset[str]]  # telling words of the parts of a dotted name: the module, the function
    technology: str | None
    spelled: tuple[str, ...]  # its names as one text each, long enough to be compared by their letters

    @classmethod
    def of(cls, draft: Draft) -> Known:
        name = draft.name.split(" (")[0].split(" in ")[0]
        beside = draft.name.rpartition("(")[2].rstrip(")") if "(" in draft.name else ""
        also = [value for key in _SPOKEN_AS if isinstance(value := draft.attributes.get(key), str)]
        said = frozenset(filter(None, map(said_words, (name, name.rpartition(".")[2], beside))))
        pieces = frozenset(filter(None, map(_telling, name.split("."))))
        spelled = tuple(sorted(text for own in said if len(text := " ".join(sorted(own))) >= _LEAST_SPELLED - 1))
        return cls(draft.id, draft.kind, name, said, _telling(name), pieces, technology_of(name, beside, *also), spelled)


class Found:
    """All that was found, in order, by what a name can be compared by: thousands of boxes are held against hundreds of things."""

    def __init__(self, known: Sequence[Known]) -> None:
        self.known = tuple(known)
        self._by_sign: dict[str, list[int]] = {}
        for index, one in enumerate(self.known):
            words = {word for said in one.said for word in said} | {word for piece in one.pieces for word in piece} | one.telling
            spelled = {f"#{len(text)}" for text in one.spelled}
            for sign in {*words, *spelled, f"={one.name.casefold()}", f"!{_first_letters(one.name)}", f"~{one.technology}"}:
                self._by_sign.setdefault(sign, []).append(index)

    def near(self, name: str, technology: str) -> list[Known]:
        """What may be meant by a name at all."""
        said = said_words(name)
        length = len(" ".join(said))
        signs = {*said, *_telling(name), f"={name.strip().casefold()}", f"={_first_letters(name)}", f"!{name.strip().casefold()}"}
        signs |= {f"~{technology_of(name, technology)}"} | {f"#{length + more}" for more in (-1, 0, 1) if length >= _LEAST_SPELLED}
        return [self.known[index] for index in sorted({index for sign in signs for index in self._by_sign.get(sign, ())})]


@dataclass(frozen=True, slots=True)
class Match:
    """The element a name means, or None, and why."""

    element: str | None
    reason: str


NOTHING = Match(None, "nothing found bears this name")


def match_name(name: str, technology: str, kind: ElementKind, found: Found) -> Match:
    """The one found element of the kind that bears the name."""
    related = [known for known in found.near(name, technology) if _related(kind, known.kind)]
    for reason, holds in _ways(name, technology, kind) if related else ():
        fitting = [known for known in related if holds(known)]
        fitting = [known for known in fitting if known.kind == kind] or fitting
        if len(fitting) == 1:
            return Match(fitting[0].element, reason.format(name=fitting[0].name))
        if fitting:
            return Match(None, "may be any of " + ", ".join(dict.fromkeys(known.element for known in fitting[:4])))
    return NOTHING


def only_of_kind(name: str, kind: ElementKind, found: Sequence[Known]) -> Match:
    """The one element of a kind, where a drawing has one box of that kind, tells no more of it, and there is one to be meant."""
    if kind not in _TOLD_BY_KIND or not _telling(name) <= {stem(word) for word in COMMON}:
        return NOTHING
    same = [known for known in found if known.kind == kind] or [known for known in found if _related(kind, known.kind)]
    if len(same) == 1:
        return Match(same[0].element, f"the only {kind.replace('_', ' ')} that was found")
    return NOTHING


def stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word


def _ways(name: str, technology: str, kind: ElementKind) -> Iterator[tuple[str, Callable[[Known], bool]]]:
    """Ways to be the same, the surest first: what to say of an element, and whether it holds for it."""
    said = said_words(name)
    yield "the same name", lambda known: known.name.casefold() == name.strip().casefold()
    if kind != "component" or len(said) > 1:  # one plain word in another number is that of many things
        yield "the same words as {name}, written otherwise", lambda known: said in known.said
    yield "initials, of {name} or its own", lambda known: _initials(name, known.name) or _initials(known.name, name)
    if kind == "component":
        return  # what a drawing does not say the kind of is matched by its whole name alone
    used = technology_of(name, technology)
    if used is not None:
        yield f"both name {used}", lambda known: known.technology == used
    telling = _telling(name)
    if telling:
        yield "its telling words are those of {name}", lambda known: telling == known.telling
        yield "all telling words of one name stand in the other, {name}", lambda known: _within(telling, known)
    spelled = " ".join(sorted(said))
    if len(spelled) >= _LEAST_SPELLED:
        yield "spelled like {name}", lambda known: any(_alike(spelled, own) for own in known.spelled)


def _related(kind: ElementKind, other: ElementKind) -> bool:
    if kind == "component":
        return other not in _NEVER_DRAWN
    return kind == other or any(kind in family and other in family for family in _FAMILIES)


@lru_cache(maxsize=1 << 13)
def said_words(name: str) -> frozenset[str]:
    """The words of a name: lower case, singular, abbreviations written out."""
    aliases = load_drawn_words().aliases
    plain = [word.lower() for word in name.replace("_", " ").replace("-", " ").split()]
    words = [word for part in plain if (word := part.strip(".,:;()[]{}'\"/"))]
    cut = words_of(name) if len(words_of(name)) > len(words) or not words else words
    written = " ".join(aliases.get(word, word) for word in cut).split()
    return frozenset(_singular(word) for word in written if word not in _EMPTY)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


@lru_cache(maxsize=1 << 13)
def _telling(name: str) -> frozenset[str]:
    """The words of a name that tell it from others of its kind; what explains the name is no part of it."""
    first = next(iter(parts_of(name)), "")
    generic = {*load_drawn_words().generic}
    return frozenset(stem(word) for word in said_words(first) if word not in generic and len(word) > 2)


def _within(telling: frozenset[str], known: Known) -> bool:
    """Whether all telling words of the drawn name stand in the other, or all of a part of the other in the drawn name."""
    pieces = [piece for piece in (known.telling, *known.pieces) if piece and piece <= telling]
    smaller = telling if telling <= known.telling else max(pieces, key=len, default=frozenset())
    return bool(smaller) and all(len(word) >= _LEAST_TELLING for word in smaller)


def _alike(first: str, second: str) -> bool:
    return abs(len(first) - len(second)) <= 1 and DamerauLevenshtein.distance(first, second, score_cutoff=1) <= 1


def _initials(short: str, long: str) -> bool:
    letters = short.strip().casefold()
    return letters.isalpha() and 3 <= len(letters) <= 5 and letters == _first_letters(long)


@lru_cache(maxsize=1 << 13)
def _first_letters(name: str) -> str:
    return "".join(word[0] for word in words_of(name) if word not in _EMPTY)
