"""What is stored behind a route: whether the functions it runs ask a store, a statement, or a collection that the program keeps itself.

Takes an assembly whose entries and ties are known. A store is known as an element, or told by a call that asks one and that a package does
(`repository.findAll()`, whose method is only declared); what the project implements itself is looked into instead. A collection of the
program's own is a field or a variable of a module that one function fills and another reads. A route that hands its request on to another
service keeps nothing: that service may ask who calls.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly

STORES = frozenset({"data_store", "memory", "file_store", "vector_store", "dataset"})
_ELSEWHERE = frozenset({"external_service", "web_content", "api"})
_ASKS_STORE = re.compile(
    r"(?:find|list|select|scan|delete|remove|query|aggregate|hget|smembers|lrange|zrange|mget|exec|read)(?:_?[a-z0-9]\w*|[A-Z]\w*)?|keys|all"
    r"|get_?all\w*|scalars?|get\w*Query\w*|read\w*item\w*|\w+_?to_?list(?:_?async)?",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    r"\s*(?:(?P<deed>select|delete|update|truncate|insert|replace)\s+(?:\S[\s\S]{0,400}?\s+from|from|\w+[\s\S]{0,40}?\s+set|table|into)\s)",
    re.IGNORECASE,
)
_FETCHES = frozenset({"fetchall", "fetchAll", "fetch_all"})  # of what a statement gave, whatever ran it
_HANDS_ON = frozenset({"fetch", "axios", "requests", "got", "httpx", "proxy"})
_HANDS_ON_BY = re.compile(r"(?:rest|web|http)_?(?:template|client)", re.IGNORECASE)
_DECLARED = "implements"  # all that a method does which a framework implements
_FILLS = frozenset({"TryAdd", "AddOrUpdate", "GetOrAdd", "Add", "append", "push", "set", "put", "putIfAbsent", "computeIfAbsent"})
_ALL_OF = frozenset({"Keys", "Values", "values", "items", "keys", "entries"})
MOST = 60  # functions behind a route that are read


def stores_behind(assembly: Assembly, identity: str) -> frozenset[str]:
    """Elements of stores that a route is known to ask."""
    return frozenset(t for (s, kind, t) in assembly.relations if s == identity and kind == "calls" and assembly.draft(t).kind in STORES)


def is_stored(assembly: Assembly, reference: FunctionRef, identity: str) -> bool:
    """Whether a store is asked behind a route, and no other service instead of it."""
    kinds = {assembly.draft(t).kind for (s, kind, t) in assembly.relations if s == identity and kind == "calls"}
    if kinds & STORES:
        return True
    if kinds & _ELSEWHERE:
        return False
    asks = False
    for function in sorted(assembly.reach(reference))[:MOST]:
        asks = asks or _reads_own(assembly, function)
        for call in assembly.calls_in(function):
            named, of = called(assembly, call)
            if statement_of(assembly, call):
                asks = True
                continue
            if hands_on(named, of):
                return False
            asks = asks or named in _FETCHES or bool(of and _ASKS_STORE.fullmatch(named) and is_outside(assembly, call))
    return asks


def asks_store(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function, or one that it runs, asks a store by itself; nothing is said of other services."""
    for one in sorted(assembly.reach(function))[:MOST]:
        if _reads_own(assembly, one):
            return True
        for call in assembly.calls_in(one):
            named, of = called(assembly, call)
            asked = named in _FETCHES or bool(of and _ASKS_STORE.fullmatch(named) and is_outside(assembly, call))
            kind = assembly.draft(assembly.element_of_call[call]).kind if call in assembly.element_of_call else ""
            if asked or kind in STORES or statement_of(assembly, call) == "select":
                return True
    return False


def statement_of(assembly: Assembly, call: Node) -> str:
    """The first word of a statement that a call is given as text: `connection.fetch("SELECT ...")`; empty where it is given none."""
    for given in assembly.program.value(call).inputs[1:3]:
        text = assembly.program.constant((call[0], given))
        said = _STATEMENT.match(text) if isinstance(text, str) else None
        if said is not None:
            return said["deed"].lower()
    return ""


def hands_on(named: str, of: str) -> bool:
    """Whether a call hands a request on to another service."""
    return named in _HANDS_ON or of in _HANDS_ON or _HANDS_ON_BY.search(of) is not None


def is_outside(assembly: Assembly, call: Node) -> bool:
    """Whether a package does what is called: nothing of the project is meant, or only the declaration of a method (a repository's)."""
    return all(_is_declared(assembly, target.function) for target in assembly.program.targets(call))


def called(assembly: Assembly, call: Node) -> tuple[str, str]:
    """The method that is called, and what it is called of."""
    program = assembly.program
    callee = program.value((call[0], program.value(call).inputs[0]))
    owner = program.value((call[0], callee.inputs[0])).text if callee.kind == "attribute" and callee.inputs else ""
    return callee.text, owner


def _is_declared(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a method has no body of its own: it does nothing, or what its marks say."""
    calls = assembly.calls_in(function)
    if any(called(assembly, call)[0] != _DECLARED for call in calls):
        return False
    return bool(calls) or not assembly.program.function(function).returns


def _reads_own(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function reads what others put into a field of its object: `for _, r := range m.records`, `self.notes.values()`."""
    facts = assembly.program.files[function[0]]
    filled = {
        store.attribute for store in facts.stores if store.scope != function[1] and facts.values[store.value].kind == "update"
    }  # a constructor that makes it empty fills nothing
    for value in facts.values:
        callee = facts.values[value.inputs[0]] if value.kind == "call" and value.inputs else None
        if callee is not None and callee.kind == "attribute" and callee.text in _FILLS and value.scope != function[1] and callee.inputs:
            held = facts.values[callee.inputs[0]]
            if held.kind == "attribute":
                filled.add(held.text)
    for value in facts.values if filled else ():
        if value.scope != function[1] or not value.inputs:
            continue
        held = facts.values[value.inputs[0]]
        reads = value.kind in ("element_of", "index") or (value.kind == "attribute" and value.text in _ALL_OF)
        if reads and held.kind == "attribute" and held.text in filled:
            return True
    return False
