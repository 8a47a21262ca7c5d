"""Conversations that a route opens by their number alone, in a program that knows whose they are.

Takes an assembly whose entries are known and asked for their callers, marks routes that read a conversation by a number of their address
without its owner, or write over one. That conversations have owners is seen from the program's other statements: one of them compares
the owner's column of the same table. A route that looks at that column afterwards is left alone. Only statements that are written
down as text are read; what object mappers ask is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import parts

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
        if draft.kind != "http_route":
            continue
        for statement in statements:
            known = owners[statement.table]
            if not known or statement.owners or not _stands_in(assembly, statement.call, reference):
                continue
            if statement.number is not None:
                named = _is_sent(assembly, statement.number, reference)
            else:
                asked = any(_NUMBER.fullmatch(one) for one in statement.compared)
                named = asked and _IN_ADDRESS.search(str(draft.attributes.get("path", ""))) is not None
            if named and _knows_caller(assembly, identity) and not _compares_later(assembly, reference, known):
                draft.attributes["anybodys_conversation"] = True
                cited = assembly.cite(statement.call, "sink", "whose it is, is not asked")
                draft.evidence += [cited] if cited is not None and cited not in draft.evidence else []


def _statements(assembly: Assembly, file: int, count: int) -> Iterator[_Statement]:
    program = assembly.program
    for identity in range(count):
        value = program.value((file, identity))
        if value.kind != "call":
            continue
        for given in value.inputs[1:3]:
            text = program.constant((file, given))
            if not isinstance(text, str) or len(text) > 4000:
                continue
            for form in (_READS, _DROPS, _OVERWRITES):
                said = form.match(text)
                if said is None:
                    continue
                table = said["table"].strip('"`').rsplit(".", 1)[-1].lower()
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


def _knows_caller(assembly: Assembly, identity: str) -> bool:
    covered = assembly.controls.items()
    return any(kind in ("authentication", "session_identity") and identity in protects for (kind, *_rest), (protects, _cited) in covered)


def _compares_later(assembly: Assembly, reference: FunctionRef, owners: set[str]) -> bool:
    """Whether the function tests the owner's column of what came back, however it is spelled."""
    plain = {owner.replace("_", "") for owner in owners}
    facts = assembly.program.files[reference[0]]
    return any(
        assembly.program.value(part).text.replace("_", "").lower() in plain
        for branch in facts.branches
        if _stands_in(assembly, (reference[0], branch.condition), reference)
        for part in parts(assembly, (reference[0], branch.condition))
    )
