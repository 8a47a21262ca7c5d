"""Which tables say whose their records are, and in which columns: seen from statements, inserts and declarations of a program.

Takes an assembly and its statements, gives the owner's columns by table, which is named in small letters and for one record. What only a
schema outside the code declares is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.system.assembly import Assembly
from pipeline.system.controls.mapped_statements import snake
from pipeline.system.controls.owned_statements import OWNER, Statement
from pipeline.system.program.entity_sets import entities

_INSERTS = re.compile(r"\s*insert\s+into\s+(?P<table>[\w.\"`]+)\s*\((?P<columns>[^)]{1,600})\)", re.IGNORECASE)
_DECLARES = re.compile(
    r"\s*create\s+table\s+(?:if\s+not\s+exists\s+)?(?P<table>[\w.\"`]+)\s*\((?P<columns>.{1,3000})", re.IGNORECASE | re.DOTALL
)
_TABLES = frozenset({"pgTable", "mysqlTable", "sqliteTable"})


def owners_of(assembly: Assembly, statements: Sequence[Statement]) -> dict[str, set[str]]:
    """Columns that say whose a record is, by table."""
    found: dict[str, set[str]] = {}
    for statement in statements:
        found.setdefault(statement.table, set()).update(statement.owners)
    for table, columns in (*_declared(assembly), *_inserted(assembly)):
        found.setdefault(table.removesuffix("s"), set()).update(column for column in map(snake, columns) if OWNER.fullmatch(column))
    return {table: columns for table, columns in found.items() if columns}


def _declared(assembly: Assembly) -> Iterator[tuple[str, list[str]]]:
    """Classes of object mappers, and tables of query builders: `class Note(Base): user_id = ...`, `pgTable("Note", {userId: ...})`."""
    records = entities(assembly.program)
    for facts in assembly.program.files:
        for cls in facts.classes:
            if cls.bases or cls.decorators or (facts.language == "csharp" and cls.name in records):
                yield snake(cls.name), [name for name, _annotation, _default, _line in cls.fields]
        for variable, values in facts.variables.items():
            for identity in values:
                value = facts.values[identity]
                if value.kind == "call" and facts.values[value.inputs[0]].text in _TABLES and len(value.inputs) > 2:
                    yield snake(variable), [label for label in facts.values[value.inputs[2]].labels if label]


def _inserted(assembly: Assembly) -> Iterator[tuple[str, list[str]]]:
    """`prisma.note.create({data: {userId}})`, `db.insert(note).values({userId})`, and statements that are written down."""
    for facts in assembly.program.files:
        for value in facts.values:
            if value.kind != "call":
                continue
            callee = facts.values[value.inputs[0]]
            given = [facts.values[one] for one in value.inputs[1:3]]
            if (
                callee.kind == "attribute"
                and callee.text in ("create", "upsert", "insertOne")
                and given[:1]
                and given[0].kind == "collection"
            ):
                holder, options = facts.values[callee.inputs[0]], dict(zip(given[0].labels, given[0].inputs, strict=False))
                inner = facts.values[options["data"]] if "data" in options else given[0]
                yield snake(holder.text), list(inner.labels)
            elif callee.kind == "attribute" and callee.text == "values" and given[:1] and given[0].kind == "collection":
                made = facts.values[callee.inputs[0]]
                method = facts.values[made.inputs[0]] if made.kind == "call" else made
                if method.kind == "attribute" and method.text == "insert" and len(made.inputs) > 1:
                    yield snake(facts.values[made.inputs[1]].text), list(given[0].labels)
            for text in (one.text for one in given if one.kind == "constant" and one.constant_type == "string" and len(one.text) < 6000):
                for said in (form.match(text) for form in (_INSERTS, _DECLARES)):
                    if said is not None:
                        table = said["table"].strip('"`').rsplit(".", 1)[-1].lower()
                        yield table, re.findall(r"(?:^|,|\()\s*[\"`]?(\w+)", said["columns"])
