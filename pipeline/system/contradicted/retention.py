"""How long documents say that data is kept, and how long settings and code keep it.

Takes statements and an assembly, adds a claim of kind "retention" where everything that ends the life of the same sort of data ends it
later than the statement says, or where such data is stored and nothing in the tree ends the life of anything. Sorts of data are compared
by the words of `knowledge/kept.yaml`; spans of time where both sides spell them out, once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.facts import ConfigFacts
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.endings import Ending, endings_of, load_kept, sorts_of
from pipeline.system.contradicted.known_parties import named_parties
from pipeline.system.contradicted.quantities import said_span, spans
from pipeline.system.contradicted.stated import Statement
from pipeline.system.contradicted.subjects import subject_of_name, subjects_of
from pipeline.system.documents.documents import claim_id
from pipeline.system.model import Claim, ElementKind, Evidence

_NUMBER = r"(?:\d[\d,]*|one|two|three|four|five|six|seven|ten|twelve|fourteen|thirty|sixty|ninety)"
_SPAN = rf"{_NUMBER}[ -](?:second|minute|hour|day|week|month|year)s?"
_KEPT = re.compile(
    r"\b(?:kept|stored|retained|saved|held|preserved|archived|stays?)\b[^.;:]{0,50}?"
    rf"\b(?:for|up to|at most|no longer than|a maximum of)\b[^.;:]{{0,25}}?\b{_SPAN}"
    r"|\b(?:deleted|removed|purged|erased|expires?|expired|dropped|discarded|destroyed)\b[^.;:]{0,30}?"
    rf"\b(?:after|within)\b[^.;:]{{0,15}}?\b{_SPAN}"
    rf"|\b(?:deleted|removed|purged|erased|dropped|discarded|destroyed) {_SPAN} (?:after|later)\b"
    rf"|\bolder than {_SPAN}\b[^.;]{{0,30}}\b(?:deleted|removed|purged|erased)\b"
    rf"|\bretention(?: period| time)?\b[^.;]{{0,30}}?\b{_SPAN}|\b{_SPAN} retention\b",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(r"\b(?:at least|minimum|no less than|not less than|before)\b", re.IGNORECASE)
_AUXILIARY = re.compile(r"\s+(?:(?:is|are|gets?|will|be|must|automatically|then|only)\s+)+$", re.IGNORECASE)
_PERIOD = re.compile(
    r"\bhow long\b|\bretention\b|\b(?:kept|stored|retained)\b|\b(?:storage|keeping) (?:period|time)\b|\bdeleted after\b", re.IGNORECASE
)
_BEGINS = re.compile(
    rf"\W*(?:(?:for|after|up to|at most|max\.?|maximum of) )?{_SPAN}", re.IGNORECASE
)  # no span of something else further on
_DETAILS = re.compile(r"\([^)]*\)?")
_STORES: frozenset[ElementKind] = frozenset({"data_store", "file_store", "memory", "vector_store", "log"})
# What tells that data does not live for ever, wherever it stands; the words of the second need those of the data beside them, for logins
# and certificates end too.
_ENDED = r"retention|\bttl\b|_ttl|ttl_|purge|prune|clean_?up|older_?than|delete_?old|lifecycle|housekeep"
_ENDS = r"expir|timedelta|interval '|rotat|sweep|days|delete.{0,40}where.{0,60}<"
_WRITES = frozenset({"store_write", "memory_write", "query_parameters", "query"})
_LOGGED = frozenset({"logs", "traces"})
_TOLERANCE = 1.05


@dataclass(frozen=True, slots=True)
class _Said:
    """How long a statement says that data is kept: what sorts of data, and the things it counts."""

    seconds: float
    sorts: frozenset[str]
    subjects: frozenset[str]


def add_retention(assembly: Assembly, statements: Sequence[Statement], config: Sequence[ConfigFacts]) -> None:
    """A claim for every statement on how long data is kept that is not kept."""
    endings: list[Ending] | None = None
    for statement in statements:
        said = _in_row(statement) if statement.told.in_row else None
        said = said or _in_sentence(statement)
        if said is None or _AT_LEAST.search(statement.text) or not _speaks_of_it(statement, said):
            continue
        if endings is None:
            endings = endings_of(assembly, config)
        same = [ending for ending in endings if ending.sorts & said.sorts or ending.subject & said.subjects]
        if same and min(ending.seconds for ending in same) > said.seconds * _TOLERANCE:
            running = [ending for ending in same if ending.runs]
            if running:
                least = min(running, key=lambda ending: ending.seconds)
                _add(assembly, statement, said, [least.evidence], f"{said_span(least.seconds)}")
        elif not same and said.sorts and (stored := _stored(assembly, said.sorts)) and not _is_ended(assembly, said.sorts):
            _add(assembly, statement, said, [evidence for _identity, evidence in stored][:2], "for ever", [stored[0][0]])


def _in_sentence(statement: Statement) -> _Said | None:
    """ "Conversations are deleted after 30 days": what goes stands before."""
    match = _KEPT.search(statement.text)
    said = set(spans(match[0])) if match is not None else set()
    if match is None or len(said) != 1 or any(named_parties(text) for text in (statement.text, *statement.heads[:-1])):
        return None  # also how long a company keeps what it is sent
    before = statement.text[: match.start()]
    sorts = sorts_of(before) or sorts_of(*statement.heads[:1])
    return _Said(said.pop(), sorts, subjects_of(_AUXILIARY.sub("", before)) if not statement.told.in_row else frozenset())


def _in_row(statement: Statement) -> _Said | None:
    """A cell below "how long", beside what is kept: its first cell says it, the others where."""
    told = statement.told
    said = set(spans(told.sentence))
    if not _PERIOD.search(told.column) or len(said) != 1 or not _BEGINS.match(told.sentence) or named_parties(told.passage.text):
        return None
    what = statement.heads[0] if statement.heads else ""
    return _Said(said.pop(), sorts_of(_DETAILS.sub(" ", what)), subjects_of(what))


def _speaks_of_it(statement: Statement, said: _Said) -> bool:
    """Whether a document speaks of the whole system, or is called by the data: `photos.md`."""
    named = statement.path.rpartition("/")[2].rpartition(".")[0]
    return statement.is_of_all or (not statement.is_of_a_part and bool(sorts_of(named) & said.sorts or subjects_of(named) & said.subjects))


def _is_ended(assembly: Assembly, sorts: frozenset[str]) -> bool:
    """Whether any line of the tree may end the life of such data."""
    words = "|".join(sorted({word for sort in sorts for word in load_kept().sorts[sort]}))
    pattern = rf"{_ENDED}|\b(?:{words})\b.{{0,80}}(?:{_ENDS})|(?:{_ENDS}).{{0,80}}(?:{words})"
    return assembly.book.stands_anywhere(re.compile(pattern, re.IGNORECASE))


def _stored(assembly: Assembly, sorts: frozenset[str]) -> list[tuple[str, Evidence]]:
    """Stores by whose name such data is kept, and the places that write what outsiders send into them."""
    labels = {label for sort in sorts for label in load_kept().carries.get(sort, ())}
    found: dict[str, Evidence] = {}
    for (_source, target, role), flows in sorted(assembly.flows.items(), key=lambda item: (item[0][1], item[0][0], item[0][2] or "")):
        draft = assembly.draft(target)
        if role not in _WRITES or draft.kind not in _STORES or draft.attributes.get("stated_by") == "document":
            continue
        if sorts_of(draft.name) & sorts:
            for flow in flows:
                if set(flow.carries) & labels and flow.steps and flow.stated_by == "code":
                    found.setdefault(target, flow.steps[-1].model_copy(update={"role": "sink"}))
    return sorted(found.items())


def _add(
    assembly: Assembly, statement: Statement, said: _Said, against: Sequence[Evidence], instead: str, about: Sequence[str] = ()
) -> None:
    evidence = statement.cite(assembly)
    if evidence is None:
        return
    elements = tuple(about) or (_store(assembly, said, against[0]),)
    text = statement.told.clause if statement.told.in_row else statement.text
    identity = f"{claim_id(evidence, text)}:retention"
    assembly.claims.append(
        Claim(
            id=identity, text=text, about=elements, kept=False, evidence=(evidence,), kind="retention", against=tuple(against),
            instead=instead,
        )
    )  # fmt: skip


def _store(assembly: Assembly, said: _Said, place: Evidence) -> str:
    """The store that a place is about: one in the same file, one of the same sort, else what the place itself tells of."""
    kinds = _STORES if said.sorts & _LOGGED else _STORES - {"log"}
    stores = [(identity, draft) for identity, draft in sorted(assembly.drafts.by_id.items()) if draft.kind in kinds]
    here = [identity for identity, draft in stores if any(e.path == place.path for e in draft.evidence)]
    same = [
        identity
        for identity, draft in stores
        if (sorts_of(draft.name) & said.sorts or subject_of_name(draft.name.split(" (")[0]) & said.subjects)
        and draft.attributes.get("stated_by") != "document"
    ]
    both = [identity for identity in here if identity in same]
    if found := both or same or here:
        return found[0]
    return assembly.drafts.put("data_store", f"kept {' and '.join(sorted(said.sorts or said.subjects))}", None, {}, place, None, "product")
