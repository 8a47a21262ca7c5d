"""Records that a tool opens by the number a model chose, in a program that knows whose they are.

Takes an assembly whose flows and controls are known; marks tools that read, change or delete a record by its number alone, with the
statement. That records have owners is seen from the program's other statements and inserts about the same table, and from how it declares
the table. The number must come of the tool's own arguments, somebody must have to sign in somewhere in the program, and nothing that the
tool runs may look at the owner's column afterwards, nor ask by what it found for what is the caller's. A tool that takes the owner himself
from the model is told of elsewhere (`identity_parameter`). Tables that only a schema outside the code declares, and rules inside the
database, are not seen.
"""

from __future__ import annotations

import re

from ingest.code.program import Node, Program
from ingest.facts import Parameter
from pipeline.system.assembly import Assembly
from pipeline.system.controls.owned_statements import NUMBER, all_statements, compares_later
from pipeline.system.controls.owning_columns import owners_of
from pipeline.system.elements.tool_parts import calls_of, entries, reach_of
from pipeline.system.program.walking import inputs_of, inside, passed_for, walk

_PEOPLE = re.compile(
    r"(?:e?mail_)?(?:user|account|customer|client|employee|member|tenant|profile|person|people|organi[sz]ation|org|compan(?:y|ie))s?",
    re.IGNORECASE,
)
_ENTRIES = frozenset({"http_route", "websocket", "chat_ui"})
_MAX_LOOKED_AT = 300
_MAX_INSIDE = 60
_INSERT = re.compile(r"\s*insert\s+into\b", re.IGNORECASE)
_MAKES = re.compile(r"insert(?:Into|One|Many|_one)?|create(?:Many|OrThrow)?")


def mark_owned_records(assembly: Assembly) -> None:
    """Marks tools that open anybody's record."""
    tools = [(reference, identity) for reference, identity in entries(assembly) if assembly.draft(identity).kind in ("tool", "mcp_tool")]
    if not tools or not _somebody_signs_in(assembly):
        return
    program = assembly.program
    statements = all_statements(assembly)
    by_call = {statement.call: statement for statement in statements if statement.number is None}
    owned = {statement.call for statement in statements if statement.is_owned}
    owners = owners_of(assembly, statements)
    for reference, identity in tools:
        own = {(reference[0], parameter.value) for parameter in program.function(reference).parameters}
        chosen = {
            node for node in own if any(s.element == identity and s.label == "tool_arguments" for s in assembly.sources.get(node, ()))
        }
        # A number carries no text of anybody, and is the model's choice all the same.
        chosen |= {(reference[0], one.value) for one in program.function(reference).parameters if _is_number(assembly, reference[0], one)}
        reached = reach_of(assembly, reference, identity)
        calls = [call for function in sorted(reached) for call in calls_of(assembly, function, identity)]
        asking = [call for call in calls if call in owned]
        for call in calls:
            statement = by_call.get(call)
            if statement is None or statement.is_owned or not (known := owners.get(statement.table)) or _PEOPLE.fullmatch(statement.table):
                continue
            numbers = [column for column in sorted(statement.compared) if _opens(column, statement.table, owners)]
            compared = [node for column, node in statement.given if column in numbers] or [call]
            if not numbers or not any(_is_chosen(assembly, node, chosen, owned) for node in compared):
                continue
            if any(compares_later(assembly, function, known) for function in sorted({reference, *reached})):
                continue
            if any(_is_made_of(program, later, call) for later in asking):
                continue
            draft = assembly.draft(identity)
            draft.attributes["anybodys_record"] = statement.table
            cited = assembly.cite(call, "sink", "whose it is, is not asked")
            draft.show(cited)


def _somebody_signs_in(assembly: Assembly) -> bool:
    known = {
        identity
        for (kind, *_rest), (protects, _cited) in assembly.controls.items()
        if kind in ("authentication", "session_identity")
        for identity in protects
    }
    return any(assembly.draft(identity).kind in _ENTRIES for identity in known if identity in assembly.drafts.by_id)


def _opens(column: str, table: str, owners: dict[str, set[str]]) -> bool:
    """Whether a column is the number of a record, or that of another record of somebody to which it belongs: no doctor's of a booking."""
    whole = re.sub(r"_?(?:id|uuid|key|slug)$", "", column, flags=re.IGNORECASE)
    return bool(NUMBER.fullmatch(column)) and (not whole or table.endswith(whole) or whole.endswith(table) or whole in owners)


# What the model chose


def _is_number(assembly: Assembly, file: int, parameter: Parameter) -> bool:
    return parameter.annotation is not None and assembly.program.is_plain(file, parameter.annotation)


def _is_chosen(assembly: Assembly, begin: Node, chosen: set[Node], owned: set[Node]) -> bool:
    """Whether the number that a statement is given comes of the arguments of the tool, and is not that of a record of one's own."""
    program = assembly.program

    def given(node: Node) -> list[Node]:
        if node != begin and program.value(node).kind == "call" and (_gives_new(program, node) or _gives_own(assembly, node, owned)):
            return []
        value = program.value(node)
        compared = [  # in C# a condition is a function: `orders.FirstAsync(order => order.Id == id)`
            (reference[0], one)
            for reference in (program.functions.get(value.text, ()) if value.kind == "function" else ())
            for one in program.function(reference).returns
        ]
        return [*_made_of(program, node), *compared]

    return any(node in chosen for node in walk(begin, given, _MAX_LOOKED_AT, nearest_first=True))


def _is_made_of(program: Program, later: Node, call: Node) -> bool:
    """Whether what a statement found goes into one that asks whose it is: the number of a folder, whose owner is compared next."""
    behind = walk(later, lambda node: _made_of(program, node), _MAX_LOOKED_AT, nearest_first=True)
    return later != call and call in behind


def _made_of(program: Program, node: Node) -> list[Node]:
    """What a value is made of, and what callers pass where it is a parameter."""
    return [*inputs_of(program, node), *(passed_for(program, node) if program.value(node).kind == "parameter" else ())]


def _gives_new(program: Program, call: Node) -> bool:
    """Whether what a function of the project gives back is of a record that it has just made: nobody chose its number."""
    returned = [(t.function[0], given) for t in program.targets(call) if not t.constructs for given in program.function(t.function).returns]
    return bool(returned) and all(any(_inserts(program, one) for one in inside(program, node, _MAX_INSIDE)) for node in returned)


def _gives_own(assembly: Assembly, call: Node, owned: set[Node]) -> bool:
    """Whether a call is a statement that asks whose the record is, or of a function that gives what such a statement found."""
    if call in owned:
        return True
    program = assembly.program
    returned = [(t.function[0], given) for t in program.targets(call) if not t.constructs for given in program.function(t.function).returns]
    return any(not owned.isdisjoint(inside(program, node, _MAX_INSIDE)) for node in returned)


def _inserts(program: Program, node: Node) -> bool:
    value = program.value(node)
    if value.kind == "constant" and value.constant_type == "string":
        return bool(_INSERT.match(value.text))
    callee = program.value((node[0], value.inputs[0])) if value.kind == "call" else value
    return value.kind == "call" and callee.kind == "attribute" and bool(_MAKES.fullmatch(callee.text))
