"""Routes that ask nobody who calls, and answer from what is kept of the person whom the request names: `profiles.get(body.userId)`.

Takes an assembly whose entries and ties are known; marks `acts_for_named` at open routes that run a model, with the call that reads what
is kept. What the request says under a name for a person is followed as behind a login (`named_callers`); phone numbers, learners and
the like count as well. The call must say that it reads (`getUserProfile`, a query by that person's column), and a store must be asked
by it. Numbers that a browser makes up for itself tell nobody apart: what is read must be called a person's, or the program keep people in a
table, or the number be counted upwards. Routes by which another service brings messages are told of as unsigned.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.mapped_statements import snake
from pipeline.system.controls.named_callers import NamedInRoute
from pipeline.system.controls.owned_conversations import is_for_few
from pipeline.system.controls.owned_statements import OWNER
from pipeline.system.controls.table_columns import declared_tables
from pipeline.system.elements.stored_behind import asks_store, called, is_outside
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import words_of

_PERSON = re.compile(
    r"(?:\w+_)?(?P<who>user|owner|account|customer|member|author|learner|student|patient|employee|guest|client)_?(?:id|uuid|guid|email)"
    r"|(?P<uid>uid)|(?:\w+_)?(?P<phone>phone|phone_number|phone_no|mobile|mobile_number|msisdn|email|email_address)",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:target|other|friend|to|recipient|receiver|assigned?|invited?|new|admin|support|contact|business|from|bot)_", re.IGNORECASE
)
_READS = frozenset({"get", "load", "find", "fetch", "read", "retrieve", "recall", "search", "list", "select", "lookup", "query"})
_KEPT = frozenset({
    "history", "profile", "profiles", "memory", "memories", "message", "messages", "conversation", "conversations", "context", "user",
    "customer", "patient", "student", "learner", "account", "plan", "plans", "record", "records", "preferences", "orders",
    "transactions", "chat", "chats", "data", "state", "by", "recent", "turns", "employee", "member",
})  # fmt: skip
_QUERIES = frozenset(
    {"where", "filter", "filter_by", "find_one", "find_first", "find_unique", "find_by_id", "find_by_pk", "get", "find_many", "find"}
)
_PEOPLE = re.compile(r"(?:\w+_)?(?:user|account|customer|member|learner|student|patient|employee|client|profile)s?(?:_\w+)?")
_OF_A_PERSON = frozenset({"user", "profile", "customer", "patient", "student", "learner", "account", "employee", "member"})
_COUNTED = frozenset({"int", "integer", "long", "int64", "int32", "number"})
_NUMBERLESS = frozenset({"phone", "email"})
_MOST_INSIDE = 8


def mark_open_named(assembly: Assembly) -> None:
    """`acts_for_named` at each, with the line that reads what is kept."""
    keeps_people: bool | None = None
    for reference, identity in sorted(assembly.entry_of_function.items()):
        attributes = assembly.draft(identity).attributes
        if assembly.draft(identity).kind != "http_route" or attributes.get("authenticated") is not False or attributes.get("unsigned"):
            continue
        if not (attributes.get("runs_inference") is True or attributes.get("returns_model_reply") is True):
            continue
        if attributes.get("acts_for_named") or attributes.get("by_shared_key") is True or is_for_few(assembly, identity):
            continue
        route = NamedInRoute(assembly, reference, _who)
        read = _read_of(assembly, route) if route.named else None
        if read is None or route.asks_who_calls():
            continue
        node, who = read
        if keeps_people is None:
            keeps_people = any(_PEOPLE.fullmatch(table.name) for table in declared_tables(assembly.program))
        called_for_one = not _OF_A_PERSON.isdisjoint(words_of(called(assembly, node)[0]))
        if not (who in _NUMBERLESS or called_for_one or keeps_people or _is_counted(assembly, reference, route)):
            continue
        attributes["acts_for_named"] = True
        assembly.draft(identity).show(
            assembly.cite(node, "sink", "what is kept of whom the request names is read, and nobody asked who calls")
        )


def _who(name: str) -> str:
    plain = snake(name)
    said = _PERSON.fullmatch(plain)
    if said is None or _OTHERS.match(plain):
        return ""
    if said["phone"]:
        return "email" if "email" in plain else "phone"
    return said["who"] or "uid"


def _read_of(assembly: Assembly, route: NamedInRoute) -> tuple[Node, str] | None:
    """The first call that reads from a store what is kept of a named person, and of whom."""
    program = assembly.program
    for node in route.values:
        value = program.value(node)
        if value.kind != "call" or not value.inputs:
            continue
        given = [(node[0], one) for one in value.inputs]
        who = next((route.named[one] for one in given[1:] if one in route.named), None)
        if who is None:
            continue
        named, of = called(assembly, node)
        words = words_of(named)
        by_column = snake(named) in _QUERIES and any(
            one in route.named and OWNER.fullmatch(snake(label)) for one, label in zip(given, value.labels, strict=False)
        )
        if not by_column and (_READS.isdisjoint(words[:2]) or _KEPT.isdisjoint({*words[1:], *words_of(of)})):
            continue
        if is_outside(assembly, node):
            if by_column or words_of(of)[-1:] in (["repository"], ["repo"], ["dao"], ["store"], ["memory"], ["collection"]):
                return node, who
        elif any(asks_store(assembly, target.function) for target in program.targets(node) if not target.constructs):
            return node, who
    return None


def _is_counted(assembly: Assembly, reference: FunctionRef, route: NamedInRoute) -> bool:
    """Whether a named person is a number that is counted upwards."""
    program = assembly.program
    for file, number in sorted(route.named):
        for parameter in program.function(reference).parameters if file == reference[0] else ():
            if parameter.value == number and parameter.annotation is not None:
                said = (program.value(part).text.lower() for part in inside(program, (file, parameter.annotation), _MOST_INSIDE))
                if not _COUNTED.isdisjoint(said):
                    return True
    return False
