"""Which tables a call of an object mapper or a query builder is about, where its own shape says so.

Five shapes: a class of the program that the chain begins with or an object of which it is called on (`Note.objects.filter`,
`note.save`), a member of the client that the method is called on (`prisma.message.create`, `db.query.notes.findMany`), what a link of
the chain before was given (`db.select().from(notes)`, `supabase.from("notes").insert`, `knex("notes")`), what the object itself is
called (`Note.findAll`, `this.noteRepository.find`), and the relations that a read asks for beside
its own table (`include: {messages: true}`, `with: {notes: true}`). A table is named by the word the code uses for it, in small letters;
what the mapper's schema calls it is not looked up, and neither is a relation whose name is not that of its table, one or many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node, Program

# Members of clients by which their methods are reached, and which are no tables.
_CLIENTS = frozenset({"prisma", "db", "tx", "client", "database", "orm", "query", "manager", "repository"})
_LINKS = frozenset({
    "from", "into", "insert", "update", "delete", "table", "collection",
    "selectFrom", "insertInto", "replaceInto", "updateTable", "deleteFrom",
})  # fmt: skip
_KINDS = re.compile(r"(?<=[A-Za-z])_?(?:repository|repo|model|collection|table)$", re.IGNORECASE)
_RELATED = frozenset({"include", "select", "with"})
_LONGEST = 60
_MOST_LINKS = 12
_DEEPEST = 3


def called_on(program: Program, call: Node) -> str | None:
    """The member of a client that names the table: `message` of `prisma.message.create`."""
    method = program.value((call[0], program.value(call).inputs[0]))
    owner = program.value((call[0], method.inputs[0])) if method.kind == "attribute" else method
    return owner.text.lower() if owner.kind == "attribute" and owner.text and owner.text not in _CLIENTS else None


def called(program: Program, call: Node) -> str | None:
    """What the object is called that a method is called on: `note` of `Note.findById`, and of `this.noteRepository.find`."""
    method = program.value((call[0], program.value(call).inputs[0]))
    owner = program.value((call[0], method.inputs[0])) if method.kind == "attribute" else method
    while owner.kind in ("guarded", "await") and owner.inputs:
        owner = program.value((call[0], owner.inputs[0]))
    plain = _KINDS.sub("", owner.text.rsplit(".", 1)[-1]).lower() if owner.kind in ("attribute", "name", "parameter") else ""
    return plain if plain and plain not in _CLIENTS else None


def mapped_class(program: Program, call: Node) -> str | None:
    """The class that stands for the table: `Note` of `Note.objects.filter(...).first()`, and of `note.save()`."""
    current = program.value(call).inputs[0], True
    for _ in range(_MOST_LINKS):
        node = (call[0], current[0])
        value = program.value(node)
        if value.kind == "call":
            current = value.inputs[0], False
        elif value.kind in ("await", "guarded"):
            current = value.inputs[0], current[1]
        elif value.kind == "attribute":
            named = [name for name in program.names((call[0], value.inputs[0])) if name in program.classes]
            made = program.types((call[0], value.inputs[0])) if current[1] and not named else ()
            found = [program.classes[name][1].name for name in (*named, *made) if name in program.classes]
            if found:
                return found[0]
            current = value.inputs[0], False
        else:
            return None
    return None


def given_before(program: Program, call: Node) -> str | None:
    """What a link of the chain was given: the table of `db.insert(notes).values(...)`; its own argument where the call is the link."""
    current = call
    for _ in range(_MOST_LINKS):
        value = program.value(current)
        if value.kind == "call":
            callee = program.value((current[0], value.inputs[0]))
            if callee.kind != "attribute":  # knex("notes")
                return _named(program, (current[0], value.inputs[1])) if callee.kind != "function" and len(value.inputs) == 2 else None
            if callee.text in _LINKS and len(value.inputs) > 1 and (found := _named(program, (current[0], value.inputs[1]))):
                return found
            current = (current[0], callee.inputs[0])
        elif value.kind in ("name", "parameter", "attribute") and len(made := _made(program, current)) == 1:
            current = made[0]  # `const notes = database.collection("notes")`
        elif value.kind in ("await", "guarded", "attribute") and value.inputs:
            current = (current[0], value.inputs[0])
        else:
            return None
    return None


def listed_first(program: Program, call: Node) -> str | None:
    """The last part of the name that the second argument lists: `pool.CopyFrom(ctx, pgx.Identifier{"app", "notes"}, columns, rows)`."""
    names: list[str] = []
    for argument in program.value(call).inputs[2:3]:
        for origin in program.origins((call[0], argument)):
            parts = program.value(origin).inputs[1:] if program.value(origin).kind == "call" else program.value(origin).inputs
            names += [text for part in parts if isinstance(text := program.constant((origin[0], part)), str)]
    return names[-1].lower() if names else None


def _made(program: Program, node: Node) -> list[Node]:
    """The calls that a variable or a field holds."""
    return [origin for origin in program.origins(node) if origin != node and program.value(origin).kind == "call"]


def joined_tables(program: Program, call: Node) -> tuple[tuple[str, ...], ...]:
    """The relations that a read asks for beside its own table, each as the way to it from what is given back."""
    value = program.value(call)
    many = ("*",) if program.value((call[0], value.inputs[0])).text.startswith("findMany") else ()
    given = [(call[0], argument) for argument in value.inputs[1:3]]
    return tuple(dict.fromkeys((*many, *way) for argument in given for way in _relations(program, argument, 0)))


def _relations(program: Program, options: Node, depth: int) -> Iterator[tuple[str, ...]]:
    for origin in program.origins(options) if depth < _DEEPEST else ():
        value = program.value(origin)
        for label, given in zip(value.labels, value.inputs, strict=False) if value.kind == "collection" else ():
            asked = program.value((origin[0], given))
            if label not in _RELATED or asked.kind != "collection":
                continue
            for name, inner in zip(asked.labels, asked.inputs, strict=False):
                nested = program.value((origin[0], inner)).kind == "collection"
                if name and (nested or label != "select"):  # `select: {id: true}` takes a column
                    yield (name,)
                    yield from ((name, *way) for way in _relations(program, (origin[0], inner), depth + 1))


def _named(program: Program, table: Node) -> str | None:
    constant = program.constant(table)
    if isinstance(constant, str):
        return constant.lower() if 0 < len(constant) <= _LONGEST and " " not in constant else None
    value = program.value(table)
    while value.kind == "guarded":
        value = program.value((table[0], value.inputs[0]))
    return value.text.rsplit(".", 1)[-1].lower() if value.kind in ("name", "attribute") and value.text else None


def same_table(relation: str, tables: frozenset[str]) -> str | None:
    """The table that a relation leads to, by its name: `messages` to `message`."""
    relation = relation.lower()
    forms = (relation, relation.removesuffix("s"), relation.removesuffix("es"), f"{relation.removesuffix('ies')}y", f"{relation}s")
    return next((form for form in forms if form in tables), None)


def mapped_as(program: Program) -> dict[str, str]:
    """Classes that say which table they stand for, `__tablename__ = "notes"`, by that name; those of one name for two are left out."""
    found: dict[str, set[str]] = {}
    for file, cls in program.classes.values():
        for name, _annotation, default, _line in cls.fields:
            table = program.constant((file, default)) if name == "__tablename__" and default is not None else None
            if isinstance(table, str):
                found.setdefault(cls.name, set()).add(table.lower())
    return {name: tables.pop() for name, tables in found.items() if len(tables) == 1}
