"""Conversations that a route goes on with by a number of its body, in functions that it hands the number to: `lastTurns(body.chatId)`.

Takes an assembly whose entries are known and asked for their callers; marks routes that know who calls, with the statement that opens the
conversation or its turns by the number alone. That conversations have owners is seen from the program, for turns from the table of their
conversations. A route that asks whose it is anywhere on its way is left alone: by another statement about that table, by a comparison of
the owner, or by a call that looks up the number together with who calls.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.conversation_keys import asks_whose
from pipeline.system.controls.mapped_statements import snake
from pipeline.system.controls.owned_conversations import OF_CONVERSATION, SENT, TABLE, is_compared_later, is_for_few, knows_caller
from pipeline.system.controls.owned_statements import NUMBER, Statement, all_statements, stands_in
from pipeline.system.controls.owning_columns import owners_of
from pipeline.system.program.walking import inputs_of, passed_by, walk

_NUMBER_OF = re.compile(r"(?:chat|conversation|thread|dialogue|session)_?(?:id|uuid|key|number)", re.IGNORECASE)
_MOST, _MOST_BEHIND = 80, 30


def mark_handed_conversations(assembly: Assembly) -> None:
    """Marks routes that hand on the number of anybody's conversation."""
    every = all_statements(assembly)
    owners = owners_of(assembly, every)
    opening = [found for found in every if found.number is None and not found.is_owned and _tables(found, owners)]
    for reference, identity in sorted(assembly.entry_of_function.items()) if opening else ():
        draft = assembly.draft(identity)
        if draft.kind != "http_route" or draft.attributes.get("anybodys_conversation"):
            continue
        if is_for_few(assembly, identity) or not knows_caller(assembly, identity):
            continue
        reached = assembly.reach(reference)
        for statement in opening:
            scope = (statement.call[0], assembly.program.value(statement.call).scope)
            if scope not in reached or stands_in(assembly, statement.call, reference):
                continue
            tables = _tables(statement, owners)
            known = {column for table in tables for column in owners[table]}
            asked = _is_asked(assembly, every, tables, reached) or is_compared_later(assembly, reference, known)
            if asked or asks_whose(assembly, reached) or not _is_handed(assembly, statement.call, reference, reached):
                continue
            draft.attributes["anybodys_conversation"] = True
            cited = assembly.cite(statement.call, "sink", "whose it is, is not asked")
            draft.show(cited)
            break


def _tables(statement: Statement, owners: dict[str, set[str]]) -> frozenset[str]:
    """Tables that say whose a statement's records are: that of the conversations it opens, or that of those its turns belong to."""
    found: set[str] = set()
    if TABLE.fullmatch(statement.table) and any(NUMBER.fullmatch(column) for column in statement.compared):
        found.add(statement.table)
    for column in statement.compared:
        if OF_CONVERSATION.fullmatch(column):
            whole = re.sub(r"_?(?:id|uuid|key|number)$", "", column)
            found |= {table for table in owners if table == whole or table.endswith(f"_{whole}")}
    return frozenset(table for table in found if owners.get(table))


def _is_asked(assembly: Assembly, every: Sequence[Statement], tables: Set[str], reached: Set[FunctionRef]) -> bool:
    """Whether another statement on the way compares the owner of the conversations."""
    return any(
        found.is_owned and found.table in tables and (found.call[0], assembly.program.value(found.call).scope) in reached for found in every
    )


def _is_handed(assembly: Assembly, call: Node, route: FunctionRef, reached: Set[FunctionRef]) -> bool:
    """Whether a statement is given what the route was sent as the number of a conversation."""
    program = assembly.program

    def onward(node: Node) -> list[Node]:
        value = program.value(node)
        if value.kind == "parameter":
            place = program.parameter_of(node)
            calls = program.callers(place[0]) if place is not None else []
            near = [one for one in calls if (one[0], program.value(one).scope) in reached]
            return [given for one in near for given in passed_by(program, one, place)] if place is not None else []
        return [*inputs_of(program, node), *(one for one in program.origins(node) if one != node and value.kind == "name")]

    for node in walk(call, onward, _MOST, nearest_first=True):
        value = program.value(node)
        named = value.kind in ("attribute", "index", "parameter") and _NUMBER_OF.fullmatch(snake(value.text))
        if named and stands_in(assembly, node, route) and _is_sent(assembly, node, route):
            return True
    return False


def _is_sent(assembly: Assembly, node: Node, route: FunctionRef) -> bool:
    """Whether a value is read of what the request says."""
    program = assembly.program
    own = {(route[0], parameter.value) for parameter in program.function(route).parameters}

    def behind(current: Node) -> list[Node]:
        value = program.value(current)
        read = value.kind in ("attribute", "index", "await", "guarded", "element_of", "call")
        return [*(inputs_of(program, current) if read else ()), *(one for one in program.origins(current) if one != current)]

    for one in walk(node, behind, _MOST_BEHIND, nearest_first=True):
        value = program.value(one)
        labels = {source.label for source in assembly.sources.get(one, ())}
        if "identity" in labels:
            return False
        if "user_input" in labels or one in own or (value.kind in ("attribute", "index") and value.text in SENT):
            return True
    return False
