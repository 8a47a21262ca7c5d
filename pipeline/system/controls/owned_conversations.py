"""Conversations that a route opens by their number alone, in a program that knows whose they are.

Takes an assembly whose entries are known and asked for their callers, marks routes that read a conversation by a number of their address
without its owner, or write over one; turns in a table of their own that name their conversation in a column count as it. That
conversations have owners is seen from the program: another statement compares the owner's column of the same table, or the table is
written or declared with one. A route for those who may open what is others', and one that looks at that column afterwards, itself or in a
function it runs, is left alone, and so is a statement about what was found by its owner before (`found_first`). Statements that are
written down as text are read, and those of object mappers that `mapped_statements` knows; a statement in a function that a route calls
counts where the address says that its number is a conversation's.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.found_first import is_found_first
from pipeline.system.controls.mapped_statements import snake
from pipeline.system.controls.owned_statements import NUMBER, Statement, all_statements, compares_later, stands_in
from pipeline.system.controls.owning_columns import owners_of
from pipeline.system.rules.words import words_of

TABLE = re.compile(
    r"(?:\w+_)?(?:chats?|conversations?|threads?|dialogues?|transcripts?|(?:chat|conversation|agent|ai)_sessions?)", re.IGNORECASE
)
OF_CONVERSATION = re.compile(r"(?:chat|conversation|thread|dialogue)(?:_?(?:id|uuid|key|number))?", re.IGNORECASE)  # of a table of turns
SENT = frozenset({"body", "params", "query", "json", "args", "form", "path_params", "query_params"})
_FOR_FEW = frozenset({"admin", "administration", "backoffice", "staff", "moderation", "internal", "support"})
_OF_FEW = frozenset({"admin", "administration", "backoffice"})
_IN_ADDRESS = re.compile(r"[:{<\[]\w")


def mark_owned_conversations(assembly: Assembly) -> None:
    """Marks routes that open or write over anybody's conversation, with the statement."""
    every = all_statements(assembly)
    statements = [found for found in every if TABLE.fullmatch(found.table) or any(map(OF_CONVERSATION.fullmatch, found.compared))]
    owners = owners_of(assembly, every) if statements else {}
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        if draft.kind != "http_route" or is_for_few(assembly, identity):
            continue
        for statement in statements:
            known = owners.get(statement.table, set())
            here = stands_in(assembly, statement.call, reference)
            if not known or statement.is_owned or not (here or _is_run(assembly, statement, reference)):
                continue
            if statement.number is None and is_found_first(assembly, statement, every, {reference, *assembly.reach(reference)}):
                continue
            if statement.number is not None:
                named = _is_sent(assembly, statement.number, reference)
            else:
                asked = any(NUMBER.fullmatch(one) or OF_CONVERSATION.fullmatch(one) for one in statement.compared)
                path = str(draft.attributes.get("path", ""))
                named = asked and (_IN_ADDRESS.search(path) is not None if here else _names_conversation(path))
            if named and knows_caller(assembly, identity) and not is_compared_later(assembly, reference, known):
                draft.attributes["anybodys_conversation"] = True
                cited = assembly.cite(statement.call, "sink", "whose it is, is not asked")
                draft.show(cited)


def _is_sent(assembly: Assembly, number: Node, reference: FunctionRef) -> bool:
    """Whether a number is what the request says, and not one that the program makes."""
    taken = {(reference[0], parameter.value) for parameter in assembly.program.function(reference).parameters}
    queue, seen = [number], set[Node]()
    while queue and len(seen) < 30:
        current = queue.pop()
        if current in seen:
            continue
        seen.add(current)
        value = assembly.program.value(current)
        if current in taken or (value.kind in ("attribute", "index") and value.text in SENT):
            return True
        if value.kind in ("attribute", "index", "await", "element_of", "guarded") and value.inputs:
            queue.append((current[0], value.inputs[0]))
        queue += [origin for origin in assembly.program.origins(current) if origin != current]
    return False


def _is_run(assembly: Assembly, statement: Statement, reference: FunctionRef) -> bool:
    """Whether a route runs a statement of an object mapper that stands in a function it calls."""
    scope = assembly.program.value(statement.call).scope
    return statement.number is None and scope is not None and (statement.call[0], scope) in assembly.reach(reference)


def _names_conversation(path: str) -> bool:
    """Whether the last number of an address is a conversation's: `/chats/{id}`, `/x/{conversation_id}`."""
    parts_of = [part for part in path.split("/") if part]
    if not parts_of or _IN_ADDRESS.match(parts_of[-1]) is None:
        return False
    before, last = (parts_of[-2] if len(parts_of) > 1 else ""), re.sub(r"\W", "", parts_of[-1])
    return bool(TABLE.fullmatch(snake(before)) or TABLE.fullmatch(re.sub(r"_?(?:id|uuid)$", "", snake(last))))


def is_compared_later(assembly: Assembly, reference: FunctionRef, owners: set[str]) -> bool:
    """Whether a route, or what it runs, tests the owner's column of what came back."""
    return any(compares_later(assembly, one, owners) for one in sorted({reference, *assembly.reach(reference)}))


def knows_caller(assembly: Assembly, identity: str) -> bool:
    """Whether a route knows who calls; one that lets guests in beside those it knows does, one behind a key that is shared does not."""
    if assembly.draft(identity).attributes.get("by_shared_key") is True:
        return False
    return assembly.draft(identity).attributes.get("login_optional") is True or not _kinds_at(assembly, identity).isdisjoint(
        ("authentication", "session_identity")
    )


def is_for_few(assembly: Assembly, identity: str) -> bool:
    """Whether a route is for those who may open what is others': its callers' rights are asked for, or its address says so."""
    draft = assembly.draft(identity)
    path = str(draft.attributes.get("path", ""))
    if "authorisation" in _kinds_at(assembly, identity) or not _FOR_FEW.isdisjoint(path.lower().split("/")):
        return True
    folders = [folder for evidence in draft.evidence[:1] for folder in evidence.path.split("/")[:-1]]  # `AdminCMS/Controllers/...`
    return any(not _OF_FEW.isdisjoint(words_of(folder)) for folder in folders)


def _kinds_at(assembly: Assembly, identity: str) -> set[str]:
    return {kind for (kind, *_rest), (protects, _cited) in assembly.controls.items() if identity in protects}
