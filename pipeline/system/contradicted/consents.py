"""What people said about the use of their data, where documents say that it counts and no code asks for it.

Takes statements and an assembly, adds a claim of kind "promise" where a sentence says that who opted out or did not consent is left out of
what is trained on or kept, and the tree declares a field for that answer which nothing reads: it stands in a schema, a class or a list of
columns, and in no condition. A line that is not known to be a declaration counts as one that reads it. Left out: systems that declare no
such field, whose data may come filtered, and answers about cookies, terms or letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.endings import sorts_of
from pipeline.system.contradicted.stated import Statement
from pipeline.system.documents.documents import claim_id, is_built
from pipeline.system.model import Claim, ElementKind, Evidence
from pipeline.system.rules.words import words_of

_ANSWER = (
    r"opt(?:s|ed)?[- ]?out|opt(?:s|ed)?[- ]?in|consent\w*|agreed|objected|said (?:yes|no)|switched (?:it |that )?off|refused|withdr\w+"
    r"|declined"
)
_LEFT_OUT = r"left out|excluded|not (?:used|kept|stored|trained|part)|skipped|never"
_COUNTS = (
    re.compile(rf"\b(?:who|whose|that)\b[^.;]{{0,50}}\b(?:{_ANSWER})\b[^.;]{{0,120}}\b(?:{_LEFT_OUT})\b", re.IGNORECASE),
    re.compile(
        rf"\b(?:only|never|not)\b[^.;]{{0,60}}\b(?:who|whose|that|after|with|without)\b[^.;]{{0,40}}\b(?:{_ANSWER})\b", re.IGNORECASE
    ),
)
_USE = re.compile(
    r"\b(?:train\w*|learn\w*|tun(?:e|ed|ing)|improv\w*|kept|stored|recorded|collected|exported|used|left out|excluded)\b", re.IGNORECASE
)
_FIELD = r"[a-z]{0,24}(?:consent|opt_?(?:out|in)|allow_?(?:training|improvement))(?:ed)?(?:_?(?:given|at|flag|training))?"
_NAMED = re.compile(rf"(?<![\w.-])(?:\w+\.)?((?:[a-z]+_){{0,3}}{_FIELD}|[a-z]+(?:Opt(?:Out|In)|Consent(?:ed)?))(?![\w-])")
_OTHER_ANSWERS = frozenset({"cookie", "cookies", "marketing", "newsletter", "email", "mail", "sms", "terms", "tos", "legal"})
_TYPED = r"(?:bool(?:ean|ean\b)?|z\.|t\.|Mapped|Column|models\.|sa\.|Optional|field|Field|integer|timestamp|text|varchar|tinyint)"
_COMMENT = re.compile(r"^\s*(?:#|//|\*|/\*|--)")
_LEARNS: frozenset[ElementKind] = frozenset({"training_job"})
_KEEPS: frozenset[ElementKind] = frozenset({"data_store", "file_store", "memory", "log"})
_MOST = 12  # places of a field that are looked at; more are read somewhere


def add_consents(assembly: Assembly, statements: Sequence[Statement]) -> None:
    """A claim for every statement that lets people's answers count where the field that holds them is read by nothing."""
    unread: Evidence | None = None
    looked = False
    for statement in statements:
        text = statement.text
        if not _USE.search(text) or not any(pattern.search(text) for pattern in _COUNTS):
            continue
        if not looked:
            unread, looked = _unread(assembly), True
        about = _about(assembly, text) if unread is not None else ()
        evidence = statement.cite(assembly) if about else None
        if unread is not None and evidence is not None:
            used = [assembly.draft(identity).evidence[0].model_copy(update={"role": "sink"}) for identity in about]
            assembly.claims.append(
                Claim(
                    id=f"{claim_id(evidence, text)}:consent", text=text, about=about, kept=False, evidence=(evidence,),
                    against=tuple(dict.fromkeys((unread, *used))), instead="nothing reads the field that holds the answer",
                )
            )  # fmt: skip


def _unread(assembly: Assembly) -> Evidence | None:
    """The first declaration of a field for such an answer, where every line that names it declares or selects it."""
    first: Evidence | None = None
    names = {found[1] for _path, _line, found in assembly.book.lines_that(_NAMED)}
    names = {name for name in names if _OTHER_ANSWERS.isdisjoint(words_of(name.lower()))}
    places = list(assembly.book.lines_that(_any_of(names))) if names else []
    if not places or len(places) > _MOST:
        return None
    declared = {words for name in names if (words := "".join(words_of(name)).lower())}
    if len(declared) != 1:
        return None  # which of several answers is meant is not known
    for path, number, found in places:
        line = found.string
        if _COMMENT.match(line):
            continue
        if not _declares(line, found[0]):
            return None
        first = first or assembly.cite_place(Place(path, number, number), "missing", "nothing reads it")
    return first


def _any_of(names: set[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(names, key=lambda name: (-len(name), name))))})(?![\w-])")


def _declares(line: str, name: str) -> bool:
    """Whether a line gives a field its type, is a column of a table, or lists it among what is selected."""
    quoted = rf"[\"'`]?{re.escape(name)}[\"'`]?"
    return (
        re.search(rf"{quoted}\s*[?!]?\s*[:=]\s*{_TYPED}", line) is not None
        or re.search(rf"^\s*(?:add column (?:if not exists )?)?{quoted}\s+{_TYPED}|,\s*{quoted}\s+{_TYPED}", line, re.IGNORECASE)
        is not None
        or re.search(rf"\bselect\b(?:(?!\bwhere\b).)*{quoted}(?:(?!\bwhere\b).)*\bfrom\b(?!.*{quoted})", line, re.IGNORECASE) is not None
    )


def _about(assembly: Assembly, text: str) -> tuple[str, ...]:
    """What learns from the data, and the store of the sort that the sentence names."""
    built = [
        (identity, draft)
        for identity, draft in sorted(assembly.drafts.by_id.items())
        if draft.evidence and draft.attributes.get("stated_by") != "document" and draft.attributes.get("examples_only") is not True
        and is_built(draft)
    ]  # fmt: skip
    sorts = sorts_of(text)
    learns = [identity for identity, draft in built if draft.kind in _LEARNS][:1]
    kept = [identity for identity, draft in built if draft.kind in _KEEPS and sorts_of(draft.name) & sorts][:1]
    return (*learns, *kept)
