"""Documents into the model: what they promise, held against the code. What they draw is read in `drawn.py`.

A promise is a sentence that says a control is there. It is about the elements its words can be matched
to; it is kept where each of them has a control that keeps it, broken where one has none, and open where
nothing could be matched.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from ingest.documents.position import cell_place
from ingest.facts import DocumentFacts, Passage
from pipeline.system.assembly import Assembly
from pipeline.system.documents.denials import all_described
from pipeline.system.documents.told import TOLD_ELSEWHERE, TOLD_OF_OTHERS
from pipeline.system.draft import Draft
from pipeline.system.model import Claim, ControlKind, Evidence, Flow, Label
from pipeline.system.name_matching import COMMON, stem
from pipeline.system.rules.plain_promises import is_meant, is_plain, is_spared
from pipeline.system.rules.promises import (
    Promise,
    exempted,
    is_wished,
    lists_settings,
    load_promises,
    modality_of,
    promised,
    says_word,
    sentences,
    speaks_of_another,
    speaks_of_calls_outward,
    speaks_of_others,
)
from pipeline.system.rules.words import mentions, words_of

_ALL = re.compile(r"\b(all|every|each|any|no|whatever)\b(?: [\w-]+){0,3}? $", re.IGNORECASE)  # just before the word that names a kind
_ONE = re.compile(r"\b(this|that|following|listed|some|several|most)\b(?: [\w-]+){0,2}? $", re.IGNORECASE)
_ENDPOINTS = re.compile(r"(?:endpoint|route|handler|webhook)s?", re.IGNORECASE)
# The page's own: what is said of its requests is said of no other's.
_OWN = re.compile(r"\b(?:this|that|the) (?:[\w/-]+ ){0,2}?(?:endpoint|route|handler|webhook)\b(?!s)", re.IGNORECASE)
# "for chat endpoints", "on admin routes": some, by what they are for.
_PART = re.compile(r"(?:^|\b(?:for|on|of|to|in|at|by|behind|from) )(?:the )?([a-z][\w-]*) $", re.IGNORECASE)
_WHOLE = frozenset(
    {
        "all",
        "every",
        "each",
        "any",
        "our",
        "its",
        "the",
        "these",
        "those",
        "api",
        "http",
        "https",
        "rest",
        "backend",
        "server",
        "public",
        "exposed",
    }
)
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_COUNTED = re.compile(rf"\b(\d{{1,3}}|{'|'.join(_NUMBERS)}) (?:[\w-]+ )?(?:endpoints|routes|tools|agents|models)\b", re.IGNORECASE)
_ALWAYS = re.compile(r"\b(always|never|only)\b", re.IGNORECASE)
# Where code is tried out: nobody keeps promises there.
_TRIED_OUT = frozenset({"experiments", "experiment", "notebooks", "notebook", "playground", "research", "scratch"})


def add_claims(assembly: Assembly, documents: Sequence[DocumentFacts]) -> None:
    """What the sentences of documents promise of what was found."""
    for document in documents:
        if document.purpose in TOLD_OF_OTHERS:
            continue
        for passage in document.passages:
            if passage.kind in ("paragraph", "list_item", "table_row", "caption") and not passage.hidden:
                for sentence in sentences(passage.text):
                    _claim(assembly, passage, sentence)


def _claim(assembly: Assembly, passage: Passage, sentence: str) -> None:
    own = assembly.index.own_promises
    promises = promised(sentence, own) if 15 <= len(sentence) <= 600 and not lists_settings(sentence) else []
    if not promises or is_wished(sentence, passage.section):
        return
    known: dict[ControlKind, Promise] = {**load_promises().promises, **own}
    evidence = assembly.cite_place(cell_place(passage, sentence), "claim")
    if evidence is None or speaks_of_others(evidence.quote):
        return
    about: dict[str, None] = {}
    described: list[str] = []
    kept: bool | None = None
    for kind in promises:
        promise = known[kind]
        outward = (kind == "authentication" and speaks_of_calls_outward(sentence)) or speaks_of_another(sentence)
        possible = [] if outward else candidates(assembly, sentence, promise, passage.place.path)
        found = [identity for identity in possible if assembly.draft(identity).attributes.get("stated_by") != "document"]
        covered = [identity for identity in found if _covered(assembly, identity, promise, sentence)]
        plain = is_plain(sentence, kind, passage.place.path, passage.section)
        meant = [identity for identity in found if plain and _is_meant(assembly, assembly.draft(identity), sentence, promise)]
        broken = [i for i in meant if i not in covered and not is_spared(sentence, passage.text, assembly.draft(i))]
        if broken and not _speaks_of_each(sentence, promise) and _kept_elsewhere(assembly, promise, broken):
            broken = [i for i in broken if _named_exactly(assembly.draft(i), sentence)]
        if broken:
            kept = False
            about.update(dict.fromkeys(broken))
        elif covered and kept is None:
            kept = True
            about.update(dict.fromkeys(covered))
        elif not outward and not found:  # of what is only drawn, a promise is a part of the description
            described += possible
            for identity in possible or all_described(assembly, promise.about, kind):
                assembly.control(kind, identity, evidence, "promised in a document")
    about.update(dict.fromkeys(described))
    assembly.claims.append(
        Claim(id=claim_id(evidence, sentence), text=sentence, about=tuple(about), promises=tuple(promises),
              modality=modality_of(sentence), kept=kept, evidence=(evidence,))
    )  # fmt: skip


def claim_id(evidence: Evidence, sentence: str) -> str:
    """The id of what a document says in a sentence."""
    return "claim:" + hashlib.sha256(f"{evidence.path}\n{' '.join(sentence.split())}".encode()).hexdigest()[:12]


def speaks_of(document: str, draft: Draft) -> bool:
    """A document inside a folder of the code speaks of what lies there; one at the top or in a documents folder of all."""
    if TOLD_ELSEWHERE & set(words_of(document.rsplit(".", 1)[0])):
        return False
    folder = document.rsplit("/", 1)[0] if "/" in document else ""
    if not folder or set(folder.lower().split("/")) & {"docs", "doc", "documentation", "design", "adr", "architecture", "specs"}:
        return True
    return any(evidence.path.startswith(folder + "/") for evidence in draft.evidence)


_ANSWER = frozenset({"http_route", "websocket", "chat_ui", "webhook"})
_OF_AN_API = re.compile(r"\bAPI (?:endpoints?|routes?|calls?|requests?)\b")
_API = re.compile(r"(?:^|[/ ])(?:api|v\d{1,2})(?:/|$)")
_FOR_TOOLS = re.compile(r"\bfor (?:[\w-]+ ){0,4}tools?\b", re.IGNORECASE)
# "The profile caps traffic": of what is run to try or measure the program.
_OF_SCRIPTS = re.compile(
    r"^\W*(?:the|this) (?:profile|(?:[\w-]+ )?(?:probe|script|suite|benchmark|harness|test runner|smoke test))\b", re.IGNORECASE
)


def candidates(assembly: Assembly, sentence: str, promise: Promise, document: str) -> list[str]:
    """Elements the sentence can be about: those it names; else all of a kind it names as such. What it exempts is none of them."""
    without, sentence = exempted(sentence)
    possible = [
        draft for _, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind in promise.about and draft.evidence and draft.attributes.get("examples_only") is not True
        and speaks_of(document, draft) and is_built(draft) and _narrowed(draft, promise)
        and not mentions([draft.name], promise.except_named)
        and (not promise.via or _arriving(assembly, draft.id, promise, sentence))
    ]  # fmt: skip
    if without:  # "the others" are those of the same part of the system
        exempt = {draft.id: _folder(draft) for draft in possible if _names(assembly, draft, without)}
        possible = [draft for draft in possible if draft.id not in exempt and (not exempt or _folder(draft) in exempt.values())]
    named = [draft.id for draft in possible if _names(assembly, draft, sentence)]
    if named:
        return named
    # A sentence about one thing that bears no name found here is about nothing that can be held against it.
    said = [word for word in promise.words if (says_word(sentence, word) if promise.via else _says_all(sentence, word))]
    if isinstance(promise.words, dict):
        kinds = {kind for word in said for kind in promise.words[word]}
        possible = [draft for draft in possible if draft.kind in kinds]
    if _OF_SCRIPTS.search(sentence) or _FOR_TOOLS.search(sentence):
        possible = [draft for draft in possible if draft.kind not in _ANSWER]  # what it speaks of is none of the program's entries
    elif _OF_AN_API.search(sentence):
        possible = [draft for draft in possible if _is_of_an_api(draft)] or possible  # pages for people are none of it
    return [draft.id for draft in possible] if said and not _counts_fewer(sentence, len(possible)) else []


def _is_of_an_api(draft: Draft) -> bool:
    address = str(draft.attributes.get("path") or draft.name)
    return draft.kind not in _ANSWER or _API.search(address.lower()) is not None


def _counts_fewer(sentence: str, there_are: int) -> bool:
    """Whether a sentence speaks of so many, and there are more: "all five endpoints"."""
    counted = _COUNTED.search(sentence)
    if counted is None:
        return False
    said = counted[1].lower()
    return (int(said) if said.isdecimal() else _NUMBERS.index(said) + 2) < there_are


def _folder(draft: Draft) -> str:
    """The folder at the top in which an element stands: a backend, beside others."""
    return draft.evidence[0].path.partition("/")[0] if draft.evidence and "/" in draft.evidence[0].path else ""


def _speaks_of_each(sentence: str, promise: Promise) -> bool:
    """Whether the sentence says in so many words that it leaves none out: "every endpoint", not "endpoints"."""
    return any(
        _ALL.search(sentence[: match.start()])
        for word in promise.words
        for match in re.finditer(rf"\b(?:{word})\b", sentence, re.IGNORECASE)
    )


def _kept_elsewhere(assembly: Assembly, promise: Promise, broken: Sequence[str]) -> bool:
    """Whether something else of the kinds a promise is for has the control: the sentence may well speak of that."""
    others = {draft.id for draft in assembly.drafts.by_id.values() if draft.kind in promise.about and is_built(draft)} - set(broken)
    others |= {flow.id for (source, target, _role), flows in assembly.flows.items() if {source, target} & others for flow in flows}
    return any(kind in promise.kept_by and covered & others for (kind, _place), (covered, _cited) in assembly.controls.items())


def _named_exactly(draft: Draft, sentence: str) -> bool:
    """Whether the sentence has the element's path or its name in code, not only a word of it."""
    name, path = draft.name.split(" (")[0], str(draft.attributes.get("path") or "")
    if len(path) > 2 and re.search(rf"(?<![\w/}}]){re.escape(path)}(?![\w{{]|/[\w{{])", sentence):
        return True
    return len(name) > 5 and ("_" in name or "." in name) and name in sentence


def _says_all(sentence: str, word: str) -> bool:
    """Whether the word stands for all of its kind: "every endpoint", "endpoints", "the API always".

    Not "this endpoint ... all chats", "all requests to this endpoint", "the following endpoints" nor "for chat endpoints".
    """
    of_one = _OWN.search(sentence) is not None
    for match in re.finditer(rf"\b(?:{word})\b", sentence, re.IGNORECASE):
        before = sentence[: match.start()]
        is_endpoint = _ENDPOINTS.fullmatch(match.group()) is not None
        part = _PART.search(before) if is_endpoint else None
        if (of_one and not is_endpoint) or (part is not None and part[1].lower() not in _WHOLE):
            continue
        if _ALL.search(before):
            return True
        if not _ONE.search(before) and (match.group().lower().endswith("s") or _ALWAYS.search(sentence)):
            return True
    return False


def is_built(draft: Draft) -> bool:
    """Whether an element stands in code that is built on, not in a notebook or a folder where something was tried out."""
    return not draft.evidence or any(
        not e.path.endswith(".ipynb") and not _TRIED_OUT & set(e.path.lower().split("/")[:-1]) for e in draft.evidence
    )


def _narrowed(draft: Draft, promise: Promise) -> bool:
    if not promise.only_where:
        return True
    for name, wanted in promise.only_where.items():
        actual = draft.attributes.get(name)
        options = wanted if isinstance(wanted, tuple) else (wanted,)
        values: tuple[object, ...] = actual if isinstance(actual, tuple) else (actual,)
        if (wanted == "present" and actual is not None) or any(value == option for value in values for option in options):
            return True
    return False


def _is_meant(assembly: Assembly, draft: Draft, sentence: str, promise: Promise) -> bool:
    """Whether an element is one of a kind that the sentence names as such, or is named by more than a word that may be any."""
    of_kind = not _names(assembly, draft, sentence) or any(_says_all(sentence, word) for word in promise.words)
    return of_kind or is_meant(sentence, draft)


_NAMED_KINDS = frozenset(
    {"tool", "mcp_tool", "http_route", "websocket", "chat_ui", "webhook", "data_store", "vector_store", "memory", "agent", "dataset",
     "training_job", "model_registry", "mcp_server", "external_service"}
)  # fmt: skip


def _names(assembly: Assembly, draft: Draft, sentence: str) -> bool:
    """Whether the sentence names the element: by its code name, its path, or a telling word of its name."""
    if _named_exactly(draft, sentence):
        return True
    name = draft.name.split(" (")[0]
    said = {stem(word) for word in words_of(sentence)}
    own = {stem(word) for word in words_of(name.rsplit("/", 1)[-1]) if word not in COMMON and len(word) > 3}
    # What has a name of its own in the world (a tool, a route, a store) is named by one word of it; a place in the code by two.
    return len(own & said) >= (1 if draft.kind in _NAMED_KINDS else min(2, len(own) or 1))


_ABOUT_LABEL: dict[str, tuple[Label, ...]] = {
    "wiki|pages?|sites?|web|articles?": ("web_content",),
    "feedback|ratings?|corrections?|transcripts?|conversations?": ("user_input", "user_feedback"),
    "uploads?|uploaded files?": ("uploaded_file",),
}  # fmt: skip


def _arriving(assembly: Assembly, identity: str, promise: Promise, sentence: str) -> list[Flow]:
    """Outsiders' data that arrives at an element, of the sort the sentence speaks of where it says."""
    named = {label for word, labels in _ABOUT_LABEL.items() if says_word(sentence, word) for label in labels}
    wanted = named or {"web_content", "user_input", "uploaded_file", "user_feedback"}
    described = assembly.draft(identity).attributes.get("stated_by") == "document"
    return [
        flow for (_s, target, role), flows in assembly.flows.items() if target == identity and role in promise.via
        for flow in flows if set(flow.carries) & wanted and (described or flow.stated_by != "document")
    ]  # fmt: skip


def _covered(assembly: Assembly, identity: str, promise: Promise, sentence: str) -> bool:
    kept_by: tuple[ControlKind, ...] = promise.kept_by
    if promise.via:
        return all(
            any(kind in kept_by and {flow.id, flow.source} & covered for (kind, _place), (covered, _cited) in assembly.controls.items())
            for flow in _arriving(assembly, identity, promise, sentence)
        )
    # A tool that runs code in a sandbox is in one as far as the promise goes: all of the kind that it calls are covered.
    called = {
        target for source, relation, target in assembly.relations
        if source == identity and relation == "calls" and assembly.draft(target).kind in promise.about
    }  # fmt: skip
    if called and all(_covered(assembly, target, promise, sentence) for target in called - {identity}):
        return True
    around = {identity, *(flow.id for flows in assembly.flows.values() for flow in flows if identity in (flow.source, flow.target))}
    return any(kind in kept_by and covered & around for (kind, _place), (covered, _cited) in assembly.controls.items())
