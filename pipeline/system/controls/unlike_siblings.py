"""Routes that open a record by the number of their address and ask nobody whose it is, where a route beside them does ask.

Takes an assembly whose entries are known and asked for their callers; marks `anybodys_conversation` at routes that know who calls, look
at that nowhere on their way, and hand the number on, where another route of the same file and the same beginning of the address, up to
that number, compares the caller with what it opened or looks the number up together with who calls. Where only routes that change
something ask, one that reads is left alone: what is there for all to read is changed by few.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.mapped_statements import snake
from pipeline.system.controls.named_callers import NamedInRoute, says_who
from pipeline.system.controls.owned_conversations import is_for_few, knows_caller
from pipeline.system.elements.address_segments import VARIABLE
from pipeline.system.program.marks import marks_on
from pipeline.system.program.walking import inside

_OF_A_PERSON = re.compile(r"(?:user|account|customer|member|tenant|org\w*)?_?(?:id|name|email)?|me|slug|token|code|key", re.IGNORECASE)
_COMPARES = frozenset({"==", "!=", "===", "!==", "is not"})
_ASKED_BEFORE = re.compile(
    r"own(?:s|ed|er)?_|_own|access|permi|is_member|membership|belong|polic|may_|can_|allow|ensure|verify|check", re.IGNORECASE
)
_FOR_ALL = re.compile(r"public|shared?|feed|catalog|product|article|post|template|community", re.IGNORECASE)
_READS = frozenset({"GET", ""})
_MOST_INSIDE = 30


def mark_unlike_siblings(assembly: Assembly) -> None:
    """Marks the routes that forgot to ask."""
    beside: dict[tuple[int, str], list[tuple[FunctionRef, str]]] = {}
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        path = str(draft.attributes.get("path") or "")
        number = _up_to_number(path)
        if draft.kind == "http_route" and number and not _FOR_ALL.search(path) and knows_caller(assembly, identity):
            beside.setdefault((reference[0], number), []).append((reference, identity))
    for routes in beside.values():
        if len(routes) < 2:
            continue
        looked_at = {identity: NamedInRoute(assembly, reference) for reference, identity in routes}
        asking = [identity for _reference, identity in routes if _compares(assembly, looked_at[identity])]
        if not asking:
            continue
        read_by_few = any(_is_reading(assembly, identity) for identity in asking)
        for reference, identity in routes:
            draft, route = assembly.draft(identity), looked_at[identity]
            if identity in asking or draft.attributes.get("anybodys_conversation") or is_for_few(assembly, identity):
                continue
            if (_is_reading(assembly, identity) and not read_by_few) or route.asks_who_calls() or _is_asked_before(assembly, reference):
                continue
            call = _handed_on(assembly, reference, draft.attributes.get("path"))
            if call is not None:
                draft.attributes["anybodys_conversation"] = True
                draft.show(assembly.cite(call, "sink", "whose it is, is not asked, though a route beside it asks"))


def _up_to_number(path: str) -> str:
    """The address up to its first variable, which is the number of a record and no person's: `/tickets/{}`."""
    parts = path.strip("/").split("/")
    at = next((place for place, part in enumerate(parts) if VARIABLE.match(part)), None)
    if at is None:
        return ""
    name = _name(parts[at])
    before = [part.lower() for part in parts[:at]]
    plain = _OF_A_PERSON.fullmatch(name) is not None and snake(name) != "id"
    return "/".join([*before, "{}"]) if not plain else ""


def _name(variable: str) -> str:
    return re.sub(r"^\W*(?:\w+:(?=\w))?(\w*).*$", r"\1", variable)


def _is_reading(assembly: Assembly, identity: str) -> bool:
    return str(assembly.draft(identity).attributes.get("method") or "") in _READS


def _compares(assembly: Assembly, route: NamedInRoute) -> bool:
    """Whether a route compares who calls with a field of something, in a test or in a condition of a statement."""
    program = assembly.program
    for node in route.values:
        value = program.value(node)
        if value.kind != "operation" or value.text not in _COMPARES or len(value.inputs) != 2:
            continue
        sides = [(node[0], one) for one in value.inputs]
        of_caller = [one for one in sides if _is_of_caller(assembly, one, route)]
        other = [one for one in sides if one not in of_caller]
        if len(of_caller) == 1 and other and program.value(other[0]).kind == "attribute":
            return True
    return False


def _is_of_caller(assembly: Assembly, node: Node, route: NamedInRoute) -> bool:
    parts = list(inside(assembly.program, node, _MOST_INSIDE))
    return any(part in route.injected or says_who(assembly, part, route.sent) for part in parts)


def _is_asked_before(assembly: Assembly, reference: FunctionRef) -> bool:
    """Whether something named for a check of rights stands before a route: a decorator, a middleware, what is injected."""
    program = assembly.program
    marks = [*marks_on(assembly, reference), *(entry.marker for entry in assembly.sites.entries if entry.function == reference)]
    injected = [(reference[0], one.default) for one in program.function(reference).parameters if one.default is not None]
    annotated = [(reference[0], one.annotation) for one in program.function(reference).parameters if one.annotation is not None]
    given = [
        (mark[0], one)
        for annotation in annotated  # `Annotated[Ticket, Depends(owned_ticket)]`, without the names of types
        for mark in inside(program, annotation, _MOST_INSIDE)
        if program.value(mark).kind == "call"
        for one in program.value(mark).inputs
    ]
    said = [
        program.value(part).text
        for mark in (*marks, *injected, *given)
        for part in inside(program, mark, _MOST_INSIDE)
        if program.value(part).kind in ("name", "attribute")
    ]
    return any(_ASKED_BEFORE.search(snake(text)) for text in said)


def _handed_on(assembly: Assembly, reference: FunctionRef, path: object) -> Node | None:
    """The call that is given the number of the address."""
    program = assembly.program
    variable = next((_name(part) for part in str(path).split("/") if VARIABLE.match(part)), "")
    for call in assembly.calls_in(reference):
        for given in program.value(call).inputs[1:]:
            parts = [program.value(part) for part in inside(program, (call[0], given), 12)]
            numbered = any(one.kind in ("parameter", "attribute", "index") and snake(one.text) == snake(variable) for one in parts)
            if numbered and (program.targets(call) or program.value((call[0], program.value(call).inputs[0])).kind == "attribute"):
                if not program.targets(call) and all(one.kind != "call" for one in parts) and _is_plain(assembly, call):
                    continue
                return call
    return None


def _is_plain(assembly: Assembly, call: Node) -> bool:
    """Whether a call only writes a number in another form, or writes it to a log."""
    program = assembly.program
    callee = program.value((call[0], program.value(call).inputs[0]))
    holder = program.value((call[0], callee.inputs[0])).text if callee.inputs else ""
    return bool(
        re.fullmatch(r"(?i)uuid|log\w*|logger|console|parse\w*|int|str|guid|number|toString|ObjectId|Types", callee.text)
        or re.fullmatch(r"(?i)uuid|log\w*|logger|console|guid|integer|long|mongoose|types|bson", holder)
    )
