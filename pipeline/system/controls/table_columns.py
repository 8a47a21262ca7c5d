"""Columns of tables, as a program declares and fills them: classes of mappers, tables of query builders, inserts, schemas of documents.

Takes a program, gives per table its name in words joined by underscores, for one record, and its columns with where each is declared and
what is said of it there. What only a schema outside the code declares is not seen, unless the program writes the column itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.code.program import Node, Program
from ingest.facts import Class
from pipeline.system.controls.mapped_statements import snake
from pipeline.system.program.entity_sets import entities

_INSERTS = re.compile(r"\s*insert\s+into\s+(?P<table>[\w.\"`]+)\s*\((?P<columns>[^)]{1,600})\)", re.IGNORECASE)
_DECLARES = re.compile(
    r"\s*create\s+table\s+(?:if\s+not\s+exists\s+)?(?P<table>[\w.\"`]+)\s*\((?P<columns>.{1,3000})", re.IGNORECASE | re.DOTALL
)
_TABLES = frozenset({"pgTable", "mysqlTable", "sqliteTable"})
_MODELS = frozenset({"model", "define"})
_CREATES = frozenset({"create", "upsert", "insertOne"})


@dataclass(frozen=True, slots=True)
class Column:
    name: str  # as it is written
    file: int
    line: int
    said: tuple[Node, ...] = ()  # its type with what marks it, and its default


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    bases: tuple[Node, ...] = ()  # of a class
    marks: tuple[Node, ...] = ()  # what is said of it as a whole


def declared_tables(program: Program) -> Iterator[Table]:
    """Classes of object mappers, and tables of query builders: `class Note(Base): user_id = ...`, `pgTable("Note", {userId: ...})`."""
    records = entities(program)
    for file, facts in enumerate(program.files):
        for cls in facts.classes:
            if cls.bases or cls.decorators or (facts.language == "csharp" and cls.name in records):
                columns = tuple(
                    Column(
                        name, file, line, (*_marks(program, file, cls, annotation), *((file, one) for one in (annotation, default) if one))
                    )
                    for name, annotation, default, line in cls.fields
                )
                yield Table(
                    snake(cls.name), columns, tuple((file, base) for base in cls.bases), tuple((file, mark) for mark in cls.decorators)
                )
        for variable, values in facts.variables.items():
            for identity in values:
                value = facts.values[identity]
                if value.kind == "call" and facts.values[value.inputs[0]].text in _TABLES and len(value.inputs) > 2:
                    yield Table(snake(variable), _labelled(program, (file, value.inputs[2])))


def _said(file: int, *values: int | None) -> tuple[Node, ...]:
    return tuple((file, one) for one in values if one is not None)


def _marks(program: Program, file: int, cls: Class, annotation: int | None) -> Iterator[Node]:
    """Decorators of a field in TypeScript, which are read before its type and behind that of the field before."""
    facts = program.files[file]
    if facts.language != "typescript" or annotation is None:
        return
    before = max((one for _name, one, _default, _line in cls.fields if one is not None and one < annotation), default=-1)
    for number in range(annotation - 1, before, -1):
        if facts.values[number].line <= cls.line:
            return
        if facts.values[number].kind == "call":
            yield file, number


def filled_tables(program: Program) -> Iterator[Table]:
    """`prisma.note.create({data: {userId}})`, `db.insert(note).values({userId})`, and statements that are written down."""
    for file, facts in enumerate(program.files):
        for number, value in enumerate(facts.values):
            if value.kind != "call":
                continue
            callee = facts.values[value.inputs[0]]
            given = [facts.values[one] for one in value.inputs[1:3]]
            if callee.kind == "attribute" and callee.text in _CREATES and given[:1] and given[0].kind == "collection":
                holder, options = facts.values[callee.inputs[0]], dict(zip(given[0].labels, given[0].inputs, strict=False))
                yield Table(snake(holder.text), _labelled(program, (file, options.get("data", value.inputs[1]))))
            elif callee.kind == "attribute" and callee.text == "values" and given[:1] and given[0].kind == "collection":
                made = facts.values[callee.inputs[0]]
                method = facts.values[made.inputs[0]] if made.kind == "call" else made
                if method.kind == "attribute" and method.text == "insert" and len(made.inputs) > 1:
                    yield Table(snake(facts.values[made.inputs[1]].text), _labelled(program, (file, value.inputs[1])))
            for text in (one.text for one in given if one.kind == "constant" and one.constant_type == "string" and len(one.text) < 6000):
                for said in (form.match(text) for form in (_INSERTS, _DECLARES)):
                    if said is not None:
                        table = said["table"].strip('"`').rsplit(".", 1)[-1].lower()
                        line = program.value((file, number)).line
                        names = re.findall(r"(?:^|,|\()\s*[\"`]?(\w+)", said["columns"])
                        yield Table(table, tuple(Column(name, file, line) for name in names))


def schema_tables(program: Program) -> Iterator[Table]:
    """Schemas of documents and models of query builders: `model("User", new Schema({...}))`, `define("User", {...})`."""
    for file, facts in enumerate(program.files):
        for value in facts.values:
            if value.kind == "call" and len(value.inputs) > 2 and facts.values[value.inputs[0]].text.rsplit(".", 1)[-1] in _MODELS:
                name = program.constant((file, value.inputs[1]))
                for origin in program.origins((file, value.inputs[2])) if isinstance(name, str) else ():
                    fields, options = _schema(program, origin), tuple((file, option) for option in value.inputs[3:4])
                    if fields is not None:
                        yield Table(snake(str(name)), _labelled(program, fields[0]), marks=(*fields[1:], *options))


def _schema(program: Program, made: Node) -> tuple[Node, ...] | None:
    """The fields of a schema, and behind them its options."""
    value = program.value(made)
    if value.kind == "collection":
        return (made,)
    if value.kind != "call" or not program.value((made[0], value.inputs[0])).text.endswith("Schema"):
        return None
    return tuple((made[0], given) for given in value.inputs[1:3]) or None


def _labelled(program: Program, collection: Node) -> tuple[Column, ...]:
    value = program.value(collection)
    file = collection[0]
    return tuple(
        Column(label, file, program.value((file, given)).line, ((file, given),))
        for label, given in zip(value.labels, value.inputs, strict=False)
        if label and not label.startswith("*")
    )
