"""Which columns of a table a way may write or read, by the names that the program gives them.

Takes a hit of the flow search, gives names in small letters: of a write all that the record it ends in has, of a read all that the
functions on the way take of anything. So two ways without a name in common have nothing to do with each other; where a record goes on
as a whole, or is put together elsewhere, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.code.program import FunctionRef, Node
from ingest.facts import Value
from pipeline.system.assembly import Assembly
from pipeline.system.flows.bound_columns import bound_column, read_column
from pipeline.system.flows.row_filters import columns_back, only_chooses
from pipeline.system.flows.taint import Hit
from pipeline.system.model import Label, SinkRole
from pipeline.system.program.entity_sets import chain_of
from pipeline.system.rules.words import words_of

CATALOGUE = "@catalogue"
"""Stands for all columns of what a database tells of itself: nobody's records come out of there."""
FILTER = "@filter"
"""Stands for no column: what only says which rows are meant is in none of them."""
NAMES = "@names"
"""Stands beside columns, or for them, where no more is written than a number or the name of a file: no model reads a text there."""

_MAX_DEPTH = 4
_FROM = re.compile(r"\b(?:from|join)\s+([\w.\"`\[\]]+)", re.IGNORECASE)
_OF_CATALOGUE = re.compile(r"[\"`\[]?(information_schema|pg_catalog|pg_\w+|sqlite_(master|schema)|sys|mysql)\b", re.IGNORECASE)
_SHOWS = re.compile(r"\s*(show\s+(tables|columns|databases|create|index)|describe|pragma\s+table_info)\b", re.IGNORECASE)
_NO_COLUMNS = frozenset({"data", "where", "create", "update", "upsert", "set", "values", "connect", "connectorcreate", "createmany",
                         "select", "include", "list", "id"})  # fmt: skip
_ROWS = frozenset(
    {"first", "one", "one_or_none", "all", "fetchone", "fetchall", "fetchmany", "scalars", "scalar_one", "scalar_one_or_none"}
)
_OF_ROWS = frozenset({"rows", "recordset", "recordsets"})  # where drivers put the rows of an answer
_COMPARES = frozenset({"==", "!=", "<", ">", "<=", ">="})
_HANDED_ON = frozenset({"await", "guarded", "choice", "name", "parameter", "element_of"})


def columns_of(assembly: Assembly, hit: Hit, label: Label, role: SinkRole) -> tuple[str, ...]:
    """The columns that may be written, where the way ends in a table, or read, where it begins in one; empty where any may be."""
    if role == "store_write":
        return _written(assembly, hit)
    if role in ("query", "query_parameters") and hit.argument > 0 and only_chooses(assembly.program, hit, role == "query"):
        return (FILTER,)
    if role == "query_parameters" and hit.argument > 0 and (bound := bound_column(assembly.program, hit.call, hit.argument, hit.path)):
        return _plain([bound])
    return columns_read(assembly, hit, label) if role not in ("query", "query_parameters") else ()


def columns_read(assembly: Assembly, hit: Hit, label: Label) -> tuple[str, ...]:
    """The columns that may be read where the way begins in a table, whatever it ends in."""
    if label != "stored_data":
        return ()
    if _asks_for_catalogue(assembly, hit.trace[0]):
        return (CATALOGUE,)
    if (back := columns_back(assembly.program, hit.trace[0])) is not None:
        return _plain(back) or (CATALOGUE,)
    column = read_column(assembly.program, hit.trace) or _of_record(assembly, hit)
    return _plain([column]) if column else _read(assembly, hit)


def _asks_for_catalogue(assembly: Assembly, read: Node) -> bool:
    """Whether a query is written down that asks a database what tables it has, and nothing of what is in them."""
    program, value = assembly.program, assembly.program.value(read)
    if value.kind != "call":
        return False
    texts = [program.constant((read[0], given)) for given in value.inputs[1:3]]
    asked = next((text for text in texts if isinstance(text, str) and text.strip()), "")
    tables = _FROM.findall(asked)
    return bool(_SHOWS.match(asked)) or (bool(tables) and all(_OF_CATALOGUE.match(table) for table in tables))


def _written(assembly: Assembly, hit: Hit) -> tuple[str, ...]:
    value = assembly.program.value(hit.call)
    if not 0 < hit.argument < len(value.inputs):
        return ()
    record = (hit.call[0], value.inputs[hit.argument])
    if hit.path and hit.path[0].isidentifier() and (_is_made_as_record(assembly, record) or _is_of_entities(assembly, hit.call)):
        return _plain(hit.path[:1])  # each object of a class holds what it was made with, under the names of its fields
    names = list(_entries(assembly, record, 0))
    return () if "" in names else tuple(name for name in _plain(names) if name not in _NO_COLUMNS)


def _of_record(assembly: Assembly, hit: Hit) -> str | None:
    """The field that is first taken of a record of Entity Framework: `note.Text` of what `db.Notes.Where(...)` gave."""
    program, read = assembly.program, hit.trace[0]
    chain = chain_of(program, read) if program.files[read[0]].language == "csharp" else None
    if chain is None:
        return None
    declared = {
        field for name, (_file, cls) in program.classes.items() if name.rsplit(".", 1)[-1] == chain[0] for field, *_rest in cls.fields
    }
    taken = (value.text for node in hit.trace[1:] if (value := program.value(node)).kind == "attribute")
    return next((name for name in taken if name in declared), None)


def _is_of_entities(assembly: Assembly, call: Node) -> bool:
    """Whether what is given to a set of records is one of them: `db.Notes.Update(note)`."""
    return assembly.program.files[call[0]].language == "csharp" and chain_of(assembly.program, call) is not None


def _is_made_as_record(assembly: Assembly, record: Node) -> bool:
    """Whether an object of a class of the project is stored: `session.add(Note(owner=owner, text=text))`."""
    program, origins = assembly.program, assembly.program.origins(record)
    return bool(origins) and all(
        program.value(one).kind == "call" and any(name in program.classes for name in program.callee_names(one)) for one in origins
    )


def _entries(assembly: Assembly, record: Node, depth: int) -> Iterator[str]:
    """Keys of a display and of those in it; an empty one where there may be others."""
    for origin in assembly.program.origins(record):
        value = assembly.program.value(origin)
        if value.kind != "collection" or value.text == "comprehension" or depth > _MAX_DEPTH:
            if depth == 0:
                yield ""  # put together by other code
            continue
        for label, given in zip(value.labels or ("",) * len(value.inputs), value.inputs, strict=False):
            yield "" if label in ("**", "*", "?") else label or "@list"
            yield from _entries(assembly, (origin[0], given), depth + 1)


def _read(assembly: Assembly, hit: Hit) -> tuple[str, ...]:
    taken = False
    for node in hit.trace[1:]:
        value = assembly.program.value(node)
        if value.text in _OF_ROWS or (value.kind == "index" and value.text.isdigit()):
            continue  # one of the rows is a record as a whole
        taken = value.kind in ("attribute", "index") and value.text.isidentifier()
        if taken or not (value.kind in _HANDED_ON or (value.kind == "call" and _hands_rows_on(assembly, node))):
            break
    if not taken:
        return ()
    scopes = {(node[0], assembly.program.value(node).scope) for node in hit.trace}
    return _plain(name for scope in scopes for name in _taken_in(assembly, scope))


def _hands_rows_on(assembly: Assembly, call: Node) -> bool:
    """Whether a call gives records as they came: a function of the project, or a method of what a database answered."""
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    return bool(assembly.program.targets(call)) or (callee.kind == "attribute" and callee.text in _ROWS)


def _taken_in(assembly: Assembly, function: FunctionRef) -> frozenset[str]:
    """Names that a function takes of anything."""
    known = assembly.memo.taken_in
    if not known:
        found: dict[FunctionRef, set[str]] = {}
        for file, facts in enumerate(assembly.program.files):
            compared = {given for value in facts.values if value.kind == "operation" and value.text in _COMPARES for given in value.inputs}
            for identity, value in enumerate(facts.values):
                if value.kind not in ("attribute", "index") or not value.text.isidentifier():
                    continue
                if identity not in compared or not _of_a_class(assembly, file, value):
                    found.setdefault((file, value.scope), set()).add(value.text)
        known.update((scope, frozenset(names)) for scope, names in found.items())
    return known.get(function, frozenset())


def _of_a_class(assembly: Assembly, file: int, value: Value) -> bool:
    """Whether a name is taken of a class, as by a query that compares a column: `select(Note).where(Note.owner == owner)`."""
    base = assembly.program.files[file].values[value.inputs[0]]
    return (
        base.kind == "name"
        and base.text[:1].isupper()
        and any(name in assembly.program.classes for name in assembly.program.names((file, value.inputs[0])))
    )


def _plain(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({"".join(words_of(name)) for name in names} - {""}))
