"""Which promises are held against code: those that say plainly of what, and that it is so.

Takes a sentence that promises a control (`promises.promised`) and where it stands. "Every tool call is logged" is held against every tool;
"the authenticated user", "sandbox containers need more room", a condition, a default, a known limit and a plan are words about the control,
not that it is there. What a system is only described by is read more widely, as there is nothing to hold it against.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.system.draft import Draft
from pipeline.system.model import ControlKind
from pipeline.system.name_matching import COMMON, stem
from pipeline.system.rules.promises import load_promises
from pipeline.system.rules.words import words_of

_CONDITION = re.compile(
    r"\b(?:you (?:only |still |also )?need"
    r"|whether|if|except|e\.g\.|for example|such as|can be|may be|optional(?:ly)?|by default|defaults? to|default:|should"
    r"|recommend\w*|when(?:ever)? (?!a person|somebody|it is called|called)|known limitations?)\b|\(default\b|\bconfigurable\b"
    r"|(?-i:`?[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+`?\s*(?:[:|=(]|\*\*))",
    re.IGNORECASE,
)
_OTHER_SECTIONS = re.compile(
    r"\b(?:limitations?|known issues?|not (?:yet )?(?:verified|executed|done|tested|implemented)|gaps?|troubleshooting|migrat\w+"
    r"|benchmark\w*|changelog|release notes|test(?:s|ing| cases?| plan)?|alternatives?|comparison|examples?|playgrounds?|faq"
    r"|implementation plan|tasks?|glossary|terminology|verification|why|(?:phase|milestone|sprint|iteration) \d+)\b",
    re.IGNORECASE,
)
_OTHER_DOCUMENTS = re.compile(
    r"(?:^|/)(?:plans?|stories|changelog|proposals|archived?|archives|old|obsolete|superseded|deprecated)/|(?:^|/)(?:AGENTS|CLAUDE|CHANGELOG|GEMINI)\.md$|_[a-z]{2}\.md$|(?:^|/)\d{4}-\d\d-\d\d-[^/]*$",
    re.IGNORECASE,
)
# What all of is spoken of: "every refund", "refunds must ..."; "all agent runs" speaks of agents.
_QUANTIFIED = re.compile(r"\b(?:every|each|all|any|no)\s+(?:(?:of|the|an?|single|such|new)\s+)*[`*_]*([\w-]+)", re.IGNORECASE)
_BOUND = re.compile(r"((?:[\w-]+[`*_]*\s+){1,4})(?:always|never|only|must)\b", re.IGNORECASE)
_ANSWERED = re.compile(r"\bin (?:the |its |api )*(?:responses?|repl(?:y|ies)|answers?)\b", re.IGNORECASE)
# "All other routes require a login": those that are named are the others' exception, and without one it is not known who is meant.
_REST = re.compile(
    r"\b(?:other|others|remaining)\b|\brest of\b|\b(?:apart from|aside from|excluding|save for|with the exception of)\b", re.IGNORECASE
)
_TOO = re.compile(
    r"\band (?:so do |as do )?(?:all |any |every |the )*others?\b|\b(?:like|as do) (?:all |any |every |the )*others?\b", re.IGNORECASE
)
_OPEN = re.compile(
    r"\b(?:public(?:ly)?|open to|anonymous(?:ly)?|unauthenticated|unprotected|exempt(?:ed)?|excluded"
    r"|(?:without|no|needs? no|not) (?:an? |any )?(?:login|log-in|auth\w*|token|api key|limits?|protected))\b",
    re.IGNORECASE,
)
_CLAUSES = re.compile(r"[;:.]\s|,\s(?:but|while|whereas|and (?:all|every|the))\b|\s(?:but|while|whereas)\s")
# Policies on rows stand in the database, whichever route asks it.
_IN_THE_DATABASE = re.compile(r"\brow[- ]level (?:security|access|polic\w+|permissions?)|(?-i:\bRLS\b)", re.IGNORECASE)
_STORES = frozenset({"data_store", "vector_store", "memory", "dataset"})
_VIRTUAL = re.compile(r"\b(?:virtual env\w*|virtualenv|venv|conda)\b", re.IGNORECASE)
_ENGLISH = re.compile(r"\b(?:the|is|are|be|every|each|all|any|no|only|must|a|an|of|by|in|with)\b", re.IGNORECASE)


def is_plain(sentence: str, kind: ControlKind, path: str, section: Sequence[str]) -> bool:
    """Whether a sentence says without condition that a control is there, in a place where a system is told of as it is."""
    if _OTHER_DOCUMENTS.search(path) or any(_OTHER_SECTIONS.search(title) for title in section):
        return False
    if _CONDITION.search(sentence) or not _ENGLISH.search(sentence):
        return False
    if kind == "redaction" and _ANSWERED.search(sentence):  # what a caller is shown is neither a log nor a prompt
        return False
    if kind == "sandbox" and _VIRTUAL.search(sentence):  # keeps packages apart, and no code from the machine
        return False
    known = load_promises().promises.get(kind)  # of a control of the user's own, the phrases are the user's
    said = known.plainly if known is not None else ()
    return not said or any(re.search(phrase, sentence.lower()) for phrase in said)


def is_spared(sentence: str, passage: str, draft: Draft) -> bool:
    """Whether a sentence, or the passage it stands in, leaves an element out: "`/health` is public; other routes require a login"."""
    if _IN_THE_DATABASE.search(sentence) and draft.kind not in _STORES:
        return True
    names = [name for name in (draft.name.split(" (")[0], str(draft.attributes.get("path") or "")) if len(name) > 2]
    named = [re.compile(rf"(?<![\w/]){re.escape(name)}(?![\w/])") for name in names]
    rest = _REST.search(sentence) is not None and _TOO.search(sentence) is None
    if rest and any(name.search(passage) for name in named):
        return True
    if any(name.search(clause) and _OPEN.search(clause) for name in named for clause in _CLAUSES.split(passage)):
        return True
    return rest and not _OPEN.search(passage)


def is_meant(sentence: str, draft: Draft) -> bool:
    """Whether a sentence speaks of all there are of its kind, or bears the whole name of an element."""
    name, path = draft.name.split(" (")[0], str(draft.attributes.get("path") or "")
    if (len(name) > 5 and name in sentence) or (len(path) > 2 and path in sentence):
        return True
    own = {stem(word) for word in words_of(name.rsplit("/", 1)[-1]) if word not in COMMON and len(word) > 3}
    spoken = " ".join(match[1] for pattern in (_QUANTIFIED, _BOUND) for match in pattern.finditer(sentence))
    if own & {stem(word) for word in words_of(spoken)}:
        return True
    return len(own & {stem(word) for word in words_of(sentence)}) >= max(2, len(own))
