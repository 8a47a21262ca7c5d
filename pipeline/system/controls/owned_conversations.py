"""Conversations that a route opens by their number alone, in a program that knows whose they are.

Takes an assembly whose entries are known and asked for their callers, marks routes that read a conversation by a number of their address
without its owner, or write over one. That conversations have owners is seen from the program's other statements: one of them compares
the owner's column of the same table. A route for those who may open what is others', and one that looks at that column afterwards,
itself or in a function it runs, is left alone. Statements that are written down as text are read, and those of object mappers that
`mapped_statements` knows; a statement in a function that a route calls counts where the address says that its number is a conversation's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import parts
from pipeline.system.controls.mapped_statements import chained, mapped_statement, snake

_TABLE = re.compile(
    r"(?:\w+_)?(?:chats?|conversations?|threads?|dialogues?|transcripts?|(?:chat|conversation|agent|ai)_sessions?)", re.IGNORECASE
)
_SHARED = re.compile(r"public|shared?\b|visib", re.IGNORECASE)  # some are there for everybody
_SENT = frozenset({"body", "params", "query", "json", "args", "form", "path_params", "query_params"})
_READS = re.compile(
    r"\s*select\s(?P<taken>[^;]{1,600}?)\sfrom\s+(?P<table>[\w.\"`]+)\s+(?:as\s+)?(?:\w+\s+)?where\s(?P<where>[^;]{1,600})", re.IGNORECASE
)
_DROPS = re.compile(r"\s*delete\s+from\s+(?P<table>[\w.\"`]+)\s+where\s(?P<where>[^;]{1,600})", re.IGNORECASE)
_OVERWRITES = re.compile(
    r"\s*insert\s+into\s+(?P<table>[\w.\"`]+)\s*\((?P<columns>[^)]{1,400})\)[^;]{1,600}?on\s+conflict\s*\(\s*\w*id\s*\)\s*do\s+update\s+set\s(?P<set>[^;]{1,600})",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"(?:\b\w+\.)?\b(?P<column>\w+)\s*=\s*(?:\$\d|\?|%s|%\(\w+\)s|:\w+|@\w+)", re.IGNORECASE)
_OWNER = re.compile(
    r"(?:user|owner|employee|account|customer|client|tenant|company|member|author|patient|student|organi[sz]ation|org)(?:_?(?:id|email|name))?|created_by",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:\w+_)?(?:id|uuid|key|slug)", re.IGNORECASE)
_FOR_FEW = frozenset({"admin", "administration", "backoffice", "staff", "moderation", "internal", "support"})
_COMPARISONS = frozenset({"==", "!=", "===", "!==", "is", "is not", "in", "not in"})
_IN_ADDRESS = re.compile(r"[:{<\[]\w")


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement about a conversation, and which columns it compares with what it is given."""

    call: Node
    table: str
    compared: frozenset[str]
    number: Node | None = None  # what is given for the number of a conversation that is written over

    @property
    def owners(self) -> frozenset[str]:
        return frozenset(column for column in self.compared if _OWNER.fullmatch(column))


def mark_owned_conversations(assembly: Assembly) -> None:
    """Marks routes that open or write over anybody's conversation, with the statement."""
    statements = [found for file, facts in enumerate(assembly.program.files) for found in _statements(assembly, file, len(facts.values))]
    owners: dict[str, set[str]] = {}
    for statement in statements:
        owners.setdefault(statement.table, set()).update(statement.owners)
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        if draft.kind != "http_route" or _is_for_few(assembly, identity):
            continue
        for statement in statements:
            known = owners[statement.table]
            here = _stands_in(assembly, statement.call, reference)
            if not known or statement.owners or not (here or _is_run(assembly, statement, reference)):
                continue
            if statement.number is not None:
                named = _is_sent(assembly, statement.number, reference)
            else:
                asked = any(_NUMBER.fullmatch(one) for one in statement.compared)
                path = str(draft.attributes.get("path", ""))
                named = asked and (_IN_ADDRESS.search(path) is not None if here else _names_conversation(path))
            if named and _knows_caller(assembly, identity) and not _is_compared_later(assembly, reference, known):
                draft.attributes["anybodys_conversation"] = True
                cited = assembly.cite(statement.call, "sink", "whose it is, is not asked")
                draft.evidence += [cited] if cited is not None and cited not in draft.evidence else []


def _statements(assembly: Assembly, file: int, count: int) -> Iterator[_Statement]:
    program, links = assembly.program, chained(assembly.program, file)
    for identity in range(count):
        value = program.value((file, identity))
        if value.kind != "call":
            continue
        mapped = mapped_statement(program, (file, identity)) if identity not in links else None
        if mapped is not None and _TABLE.fullmatch(mapped.table):
            if not any(_SHARED.search(column) for column in mapped.compared):
                yield _Statement((file, identity), mapped.table.removesuffix("s"), frozenset(map(snake, mapped.compared)))
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
                if not _TABLE.fullmatch(table):
                    continue
                if form is _OVERWRITES:
                    owned = any(_OWNER.fullmatch(column.strip()) for column in said["columns"].split(","))
                    number = _number_given(assembly, (file, identity), said["columns"])
                    if owned and number is not None and not re.search(r"\bwhere\b", said["set"], re.IGNORECASE):
                        yield _Statement((file, identity), table, frozenset(), number)
                elif not _SHARED.search(said["where"]):
                    columns = frozenset(one["column"].lower() for one in _COMPARED.finditer(said["where"]))
                    yield _Statement((file, identity), table, columns)


def _number_given(assembly: Assembly, call: Node, columns: str) -> Node | None:
    """What a call gives for the column of the number."""
    names = [name.strip().lower() for name in columns.split(",")]
    at = next((position for position, name in enumerate(names) if name == "id"), None)
    for given in assembly.program.value(call).inputs[2:3]:
        values = assembly.program.value((call[0], given))
        if values.kind == "collection" and at is not None and at < len(values.inputs):
            return call[0], values.inputs[at]
    return None


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
        if current in taken or (value.kind in ("attribute", "index") and value.text in _SENT):
            return True
        if value.kind in ("attribute", "index", "await", "element_of", "guarded") and value.inputs:
            queue.append((current[0], value.inputs[0]))
        queue += [origin for origin in assembly.program.origins(current) if origin != current]
    return False


def _stands_in(assembly: Assembly, call: Node, reference: FunctionRef) -> bool:
    """Whether a call stands in a function or in one inside it."""
    scope: int | None = assembly.program.value(call).scope
    while call[0] == reference[0] and scope is not None and scope != reference[1]:
        scope = assembly.program.function((call[0], scope)).parent
    return call[0] == reference[0] and scope == reference[1]


def _is_run(assembly: Assembly, statement: _Statement, reference: FunctionRef) -> bool:
    """Whether a route runs a statement of an object mapper that stands in a function it calls."""
    scope = assembly.program.value(statement.call).scope
    return statement.number is None and scope is not None and (statement.call[0], scope) in assembly.reach(reference)


def _names_conversation(path: str) -> bool:
    """Whether the last number of an address is a conversation's: `/chats/{id}`, `/x/{conversation_id}`."""
    parts_of = [part for part in path.split("/") if part]
    if not parts_of or _IN_ADDRESS.match(parts_of[-1]) is None:
        return False
    before, last = (parts_of[-2] if len(parts_of) > 1 else ""), re.sub(r"\W", "", parts_of[-1])
    return bool(_TABLE.fullmatch(snake(before)) or _TABLE.fullmatch(re.sub(r"_?(?:id|uuid)$", "", snake(last))))


def _is_compared_later(assembly: Assembly, reference: FunctionRef, owners: set[str]) -> bool:
    return any(_compares_later(assembly, one, owners) for one in sorted({reference, *assembly.reach(reference)}))


def _knows_caller(assembly: Assembly, identity: str) -> bool:
    return not _kinds_at(assembly, identity).isdisjoint(("authentication", "session_identity"))


def _is_for_few(assembly: Assembly, identity: str) -> bool:
    """Whether a route is for those who may open what is others': its callers' rights are asked for, or its address says so."""
    path = str(assembly.draft(identity).attributes.get("path", ""))
    return "authorisation" in _kinds_at(assembly, identity) or not _FOR_FEW.isdisjoint(path.lower().split("/"))


def _kinds_at(assembly: Assembly, identity: str) -> set[str]:
    return {kind for (kind, *_rest), (protects, _cited) in assembly.controls.items() if identity in protects}


def _compares_later(assembly: Assembly, reference: FunctionRef, owners: set[str]) -> bool:
    """Whether the function tests the owner's column of what came back, however it is spelled."""
    plain = {owner.replace("_", "") for owner in owners}
    for branch in assembly.program.files[reference[0]].branches:
        condition = (reference[0], branch.condition)
        if not _stands_in(assembly, condition, reference):
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
