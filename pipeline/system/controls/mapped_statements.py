"""Statements that object mappers and query builders make: which table they are about, and which columns they compare.

Takes a call that ends a chain, gives a `Mapped` where its shape says so: a member of a client (`prisma.chat.findUnique({where: {id}})`,
`Chat.findById(id)`, `Chat.objects.get(pk=id)`), a table that a link was given (`select(Chat).where(Chat.id == id)`,
`db.select().from(chat).where(eq(chat.id, id))`, `session.get(Chat, id)`, `get_object_or_404(Chat, pk=id)`); what Entity Framework is asked
in C# stands in `entity_sets`. The table is named by the
word the code uses, in small letters. Clients of Supabase are left out: there the database compares owners itself. What a function
inside the condition compares (`where: (chat, { eq }) => ...`), and conditions put together elsewhere, are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.code.program import Node, Program
from ingest.facts import Value
from pipeline.system.program.entity_sets import chain_of, compared_in, links_in

_OPENS = frozenset({
    "findUnique", "findUniqueOrThrow", "findFirst", "findFirstOrThrow", "findMany", "findOne", "findOneBy", "findOneOrFail",
    "findById", "findByPk", "findByIdAndUpdate", "findByIdAndDelete", "findOneAndUpdate", "findOneAndDelete", "deleteOne", "updateOne",
    "find", "findAll", "delete", "deleteMany", "update", "updateMany",
})  # fmt: skip
_BY_NUMBER = frozenset({"findById", "findByPk", "findByIdAndUpdate", "findByIdAndDelete"})
_HOLDS_TABLE = frozenset({"select", "query", "from", "delete", "update", "get", "get_one", "get_object_or_404", "aget_object_or_404"})
_KEYWORDS = frozenset({"filter", "filter_by", "get", "get_object_or_404", "aget_object_or_404", "exclude", "aget"})
_CONDITIONS = frozenset({"where", "filter", "andWhere"})
_EQUALS = frozenset({"eq", "equals"})
_JOINS = frozenset({"and", "and_", "or", "or_", "cast"})
_NOT_TABLES = frozenset(
    {"prisma", "db", "tx", "client", "database", "query", "session", "objects", "repository", "supabase", "this", "self"}
)
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_MOST_LINKS, _DEEPEST = 12, 4


@dataclass(frozen=True, slots=True)
class Mapped:
    """One statement of an object mapper."""

    table: str  # `chat_session` of `ChatSession`
    compared: frozenset[str]  # columns, as the code spells them
    given: tuple[tuple[str, Node], ...] = ()  # columns again, each with what it is compared with where that stands there


def mapped_statement(program: Program, call: Node) -> Mapped | None:
    """The statement that a chain of calls makes; None for a call that is none, or a link of a longer chain's condition."""
    if program.files[call[0]].language == "csharp":
        return _of_entities(program, call)
    table, compared, given_for, opens = "", set[str](), list[tuple[str, Node]](), False
    current = call
    for _ in range(_MOST_LINKS):
        value = program.value(current)
        if value.kind in ("await", "guarded") and value.inputs:
            current = (current[0], value.inputs[0])
            continue
        if value.kind != "call":
            break
        callee = program.value((current[0], value.inputs[0]))
        method, given = callee.text, [(current[0], one) for one in value.inputs[1:]]
        if callee.kind == "name":
            if method in _HOLDS_TABLE and given:
                table, opens = _word(program, given[0]) or table, True
                given_for += _keywords(value, current[0], 2) if method in _KEYWORDS else []
            break
        if callee.kind != "attribute":
            break
        if method in _HOLDS_TABLE and given and (named := _word(program, given[0])):
            table, opens = named, True
            if method in ("get", "get_one") and len(given) > 1:
                compared.add("id")
        owner = program.value((current[0], callee.inputs[0]))
        if method in _OPENS and not table and owner.kind in ("attribute", "name") and owner.text not in _NOT_TABLES:
            table, opens = snake(owner.text), True
            compared |= {"id"} if method in _BY_NUMBER else set()
            given_for += () if method in _BY_NUMBER else _of_options(program, given[:1])
        if method in _KEYWORDS:
            given_for += _keywords(value, current[0], 1)
            if owner.kind == "attribute" and owner.text == "objects":  # Chat.objects.get(...)
                table, opens = _word(program, (current[0], owner.inputs[0])) or table, True
        if method in _CONDITIONS:
            given_for += [found for one in given for found in _compared(program, one, 0)]
        current = (current[0], callee.inputs[0])
    compared |= {column for column, _node in given_for}
    return Mapped(table, frozenset(compared), tuple(given_for)) if opens and table and compared else None


def _of_entities(program: Program, call: Node) -> Mapped | None:
    """A statement of Entity Framework."""
    chain = chain_of(program, call)
    given = tuple(compared_in(program, chain[1])) if chain is not None else ()
    return Mapped(snake(chain[0]), frozenset(column for column, _node in given), given) if chain is not None and given else None


def chained(program: Program, file: int) -> frozenset[int]:
    """Calls of a file that others of the same chain are called on: only the last one says what is asked."""
    found: set[int] = set(links_in(program, file)) if program.files[file].language == "csharp" else set()
    for value in program.files[file].values:
        callee = program.value((file, value.inputs[0])) if value.kind == "call" else value
        if value.kind == "call" and callee.kind == "attribute" and callee.inputs:
            found.add(callee.inputs[0])
    return frozenset(found)


def snake(name: str) -> str:
    """`ChatSession`, `chatSession` and `chat_session` are one table."""
    return "_".join(_WORD.findall(name)).lower()


def _word(program: Program, node: Node) -> str:
    value = program.value(node)
    return snake(value.text.rsplit(".", 1)[-1]) if value.kind in ("name", "attribute") and value.text not in _NOT_TABLES else ""


def _column(label: str) -> str:
    name = label.split("__", 1)[0]
    return "id" if name == "pk" else name


def _keywords(call: Value, file: int, first: int) -> list[tuple[str, Node]]:
    """Columns of `filter_by(id=number, owner=user)`, from one argument on."""
    named = zip(call.labels[first:], call.inputs[first:], strict=False)
    return [(_column(label), (file, given)) for label, given in named if label and label != "defaults"]


def _of_options(program: Program, given: list[Node]) -> Iterator[tuple[str, Node]]:
    """Columns of `{ where: { id, userId } }`, or of a condition that is the argument itself."""
    for node in given:
        options = program.value(node)
        if options.kind != "collection":
            continue
        inner = [(node[0], one) for one, label in zip(options.inputs, options.labels, strict=False) if label == "where"]
        for condition in inner or [node]:
            value = program.value(condition)
            if value.kind == "collection":
                for label, one in zip(value.labels, value.inputs, strict=False):
                    if label:
                        yield label.lstrip("_"), (condition[0], one)
                    nested = program.value((condition[0], one))
                    if nested.kind == "collection":  # `id_userId: {...}`, `user: { email }`
                        named = zip(nested.labels, nested.inputs, strict=False)
                        yield from ((inner, (condition[0], given)) for inner, given in named if inner)
            else:
                yield from _compared(program, condition, 0)


def _compared(program: Program, node: Node, depth: int) -> Iterator[tuple[str, Node]]:
    """Columns of `Chat.id == number`, `eq(chat.id, number)`, `and(...)`, each with the other side."""
    value = program.value(node)
    inputs = [(node[0], one) for one in value.inputs]
    if depth >= _DEEPEST:
        return
    if value.kind == "operation" and value.text in ("==", "===", "&", "|", "and", "or"):
        for one in inputs:
            side = program.value(one)
            if side.kind == "attribute" and value.text in ("==", "==="):
                yield side.text, next((other for other in inputs if other != one), one)
            else:
                yield from _compared(program, one, depth + 1)
    elif value.kind == "call" and inputs:
        named = program.value(inputs[0]).text
        if named in _EQUALS:
            columns = [one for one in inputs[1:2] if program.value(one).kind == "attribute"]
            yield from ((program.value(one).text, inputs[2] if len(inputs) > 2 else one) for one in columns)
        elif named in _JOINS:
            for one in inputs[1:]:
                yield from _compared(program, one, depth + 1)
    elif value.kind == "collection" and value.labels:
        yield from ((label, one) for label, one in zip(value.labels, inputs, strict=False) if label)
