"""Statements about records, written down as text or made by object mappers: which table, and which columns are compared with what is given.

Takes an assembly and tells which tables are wanted; what counts as an owner's column, a number, a test of an owner, stands here for all who
ask whose a record is. Conditions that are put together elsewhere are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.callers_values import says_who_calls
from pipeline.system.controls.guards import parts
from pipeline.system.controls.mapped_statements import chained, mapped_statement, snake
from pipeline.system.program.enclosing import around
from pipeline.system.program.entity_sets import chain_of, filtered_entities, is_unfiltered

_SHARED = re.compile(r"public|shared?\b|visib", re.IGNORECASE)  # some are there for everybody
_READS = re.compile(
    r"\s*select\s(?P<taken>[^;]{1,600}?)\sfrom\s+(?P<table>[\w.\"`]+)\s+(?:as\s+)?(?:\w+\s+)?where\s(?P<where>[^;]{1,600})", re.IGNORECASE
)
_DROPS = re.compile(r"\s*delete\s+from\s+(?P<table>[\w.\"`]+)\s+where\s(?P<where>[^;]{1,600})", re.IGNORECASE)
_OVERWRITES = re.compile(
    r"\s*insert\s+into\s+(?P<table>[\w.\"`]+)\s*\((?P<columns>[^)]{1,400})\)[^;]{1,600}?on\s+conflict\s*\(\s*\w*id\s*\)\s*do\s+update\s+set\s(?P<set>[^;]{1,600})",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"(?:\b\w+\.)?\b(?P<column>\w+)\s*=\s*(?:\$\d+|\?|%s|%\(\w+\)s|:\w+|@\w+)", re.IGNORECASE)
_FIGURE = re.compile(r"\s*(?:distinct\s+)?(?:count|exists|sum|avg|min|max)\s*\([^,]*$|\s*1\s*$", re.IGNORECASE)  # a number, no record
_TABLE = re.compile(r"\w+")
_MARK = re.compile(r"\$(?P<number>\d{1,3})|\?|%s")
OWNER = re.compile(
    r"(?:(?:e?mail|user|customer|client|owner)_?)?(?:user|owner|employee|account|customer|client|tenant|company|member|author|patient|student|organi[sz]ation|org)s?(?:_?(?:id|email|name))?|created_by",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?:\w+_)?(?:id|uuid|key|slug)", re.IGNORECASE)
_COMPARISONS = frozenset({"==", "!=", "===", "!==", "is", "is not", "in", "not in"})


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement about a conversation, and which columns it compares with what it is given."""

    call: Node
    table: str
    compared: frozenset[str]
    number: Node | None = None  # what is given for the number of a conversation that is written over
    of_caller: frozenset[str] = frozenset()  # columns that are compared with who calls, whatever they are named
    given: tuple[tuple[str, Node], ...] = ()  # columns with what they are compared with, where that stands in the statement

    @property
    def is_owned(self) -> bool:
        """Whether it is asked whose the record is."""
        return bool(self.owners or self.of_caller)

    @property
    def owners(self) -> frozenset[str]:
        return frozenset(column for column in self.compared if OWNER.fullmatch(column))


def all_statements(assembly: Assembly) -> list[Statement]:
    """Statements of all files, about tables whose name is one word."""
    filtered = _filtered_by_owner(assembly)
    return [
        found
        for file, facts in enumerate(assembly.program.files)
        for found in _statements_in(assembly, file, filtered if facts.language == "csharp" else {})
    ]


def _statements_in(assembly: Assembly, file: int, filtered: dict[str, set[str]]) -> Iterator[Statement]:
    program, links = assembly.program, chained(assembly.program, file)
    for identity in range(len(program.files[file].values)):
        value = program.value((file, identity))
        if value.kind != "call":
            continue
        mapped = mapped_statement(program, (file, identity)) if identity not in links else None
        if mapped is not None and _TABLE.fullmatch(mapped.table):
            if not any(_SHARED.search(column) for column in mapped.compared) and not _is_filtered(assembly, (file, identity), filtered):
                of_caller = frozenset(snake(column) for column, node in mapped.given if says_who_calls(assembly, node))
                columns = frozenset(map(snake, mapped.compared))
                given_for = tuple((snake(column), node) for column, node in mapped.given)
                yield Statement((file, identity), mapped.table.removesuffix("s"), columns, None, of_caller, given_for)
            continue
        for given in value.inputs[1:3]:
            text = program.constant((file, given))
            if not isinstance(text, str) or len(text) > 4000:
                continue
            for form in (_READS, _DROPS, _OVERWRITES):
                said = form.match(text)
                if said is None:
                    continue
                table = said["table"].strip('"`').rsplit(".", 1)[-1].lower().removesuffix("s")
                if not _TABLE.fullmatch(table) or (form is _READS and _FIGURE.match(said["taken"])):
                    continue
                if form is _OVERWRITES:
                    owned = any(OWNER.fullmatch(column.strip()) for column in said["columns"].split(","))
                    number = _number_given(assembly, (file, identity), said["columns"])
                    if owned and number is not None and not re.search(r"\bwhere\b", said["set"], re.IGNORECASE):
                        yield Statement((file, identity), table, frozenset(), number)
                elif not _SHARED.search(said["where"]):
                    columns = frozenset(one["column"].lower() for one in _COMPARED.finditer(said["where"]))
                    of_caller = frozenset(_of_caller(assembly, (file, identity), text))
                    yield Statement((file, identity), table, columns, None, of_caller)


def _filtered_by_owner(assembly: Assembly) -> dict[str, set[str]]:
    """Classes of records whose owner is compared in every query."""
    found = filtered_entities(assembly.program)
    return {entity: columns for entity, columns in found.items() if any(OWNER.fullmatch(snake(one)) for one in columns)}


def _is_filtered(assembly: Assembly, call: Node, filtered: dict[str, set[str]]) -> bool:
    chain = chain_of(assembly.program, call) if filtered else None
    return chain is not None and chain[0] in filtered and not is_unfiltered(assembly.program, chain[1])


def _number_given(assembly: Assembly, call: Node, columns: str) -> Node | None:
    """What a call gives for the column of the number."""
    names = [name.strip().lower() for name in columns.split(",")]
    at = next((position for position, name in enumerate(names) if name == "id"), None)
    for given in assembly.program.value(call).inputs[2:3]:
        values = assembly.program.value((call[0], given))
        if values.kind == "collection" and at is not None and at < len(values.inputs):
            return call[0], values.inputs[at]
    return None


def _of_caller(assembly: Assembly, call: Node, text: str) -> Iterator[str]:
    """Columns that a written statement compares with who calls, where its values stand in one list in the order of their marks."""
    for given in assembly.program.value(call).inputs[2:3]:
        values = assembly.program.value((call[0], given))
        marks = list(_MARK.finditer(text))
        if values.kind != "collection" or len(values.inputs) != len(marks):
            continue
        for compared in _COMPARED.finditer(text):
            at = next((position for position, mark in enumerate(marks) if mark.end() == compared.end()), None)
            numbered = marks[at]["number"] if at is not None else None
            position = int(numbered) - 1 if numbered else at
            if position is not None and 0 <= position < len(marks) and says_who_calls(assembly, (call[0], values.inputs[position])):
                yield compared["column"].lower()


def stands_in(assembly: Assembly, call: Node, reference: FunctionRef) -> bool:
    """Whether a call stands in a function or in one inside it."""
    return reference in around(assembly.program, (call[0], assembly.program.value(call).scope))


def compares_later(assembly: Assembly, reference: FunctionRef, owners: set[str]) -> bool:
    """Whether the function tests the owner's column of what came back, however it is spelled."""
    plain = {owner.replace("_", "") for owner in owners}
    for branch in assembly.program.files[reference[0]].branches:
        condition = (reference[0], branch.condition)
        if not stands_in(assembly, condition, reference):
            continue
        said = [assembly.program.value(part) for part in parts(assembly, condition)]
        # A field of the record is compared, or handed to what compares; that one of its name is there at all says nothing.
        weighed = said if any(value.kind == "operation" and value.text in _COMPARISONS for value in said) else []
        handed = assembly.program.value(condition)
        while handed.kind == "operation" and len(handed.inputs) == 1:
            handed = assembly.program.value((reference[0], handed.inputs[0]))
        if handed.kind == "call":
            weighed = [*weighed, *(assembly.program.value((reference[0], given)) for given in handed.inputs[1:])]
        if any(value.text.replace("_", "").lower() in plain for value in weighed if value.kind in ("attribute", "index")):
            return True
    return False
