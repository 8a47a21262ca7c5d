"""Entries that pay, send or credit once more when the same message is delivered twice.

Takes an assembly whose entries and ties are known and marks what acts again (`acts_again`), with the act. Three things run again by their
manuals: consumers of queues that deliver at least once (`redelivered`), the hooks of payment providers and of Svix, whose events repeat
until they are answered, and a node or tool of LangGraph that is interrupted, which begins anew from its first line when a person has
answered. Deleting and overwriting twice changes nothing, so that only payments, mails and short messages, and sums that are added up,
count.

Whoever remembers is not marked but has the control `idempotency`: by a key that goes with the act, by the number of the message that is
looked up or stored, by a state that is looked at before, or by a statement that lets a record in once. Names decide there, in favour of
the program: what is remembered well is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import Value
from pipeline.system.assembly import Assembly
from pipeline.system.elements.open_logins import functions_behind
from pipeline.system.elements.tool_parts import calls_of, entries
from pipeline.system.model import DONE_AGAIN
from pipeline.system.program.walking import inside
from pipeline.system.rules.believed_messages import load_believed_messages
from pipeline.system.rules.words import words_of

_HOOKS = frozenset({"http_route", "webhook"})
_PROVES = re.compile(r"(?:^|\.)(?:construct_event|webhooks\.constructEvent(?:Async)?|svix\.(?:\w+\.)*Webhook\.verify)$")
_PROVED = re.compile(r"^(?:construct_event|constructEvent(?:Async)?|verify)$")
_RESUMED = frozenset({"langgraph.types.interrupt", "@langchain/langgraph.interrupt"})
_SENT_BY = frozenset({"mail", "phone"})
_ACTS = frozenset({"payment", "message"})
_SUM = r"(?:credits?|balance|quota|points|coins|wallet|token_balance|credit_balance)"
_ADDED = re.compile(rf"\b(?P<name>\w*{_SUM})\s*=\s*(?:\w+\.)?[\"`]?(?P=name)[\"`]?\s*\+", re.IGNORECASE)
_SUMS = re.compile(rf"(?:\w+_)?{_SUM}", re.IGNORECASE)
_INCREASES = frozenset({"increment", "$inc"})
_REMEMBERS = re.compile(
    r"idempot|de_?dup|duplicat|already|processed|handled|seen_|was_(?:sent|paid)|set_?if_?(?:absent|not_?exists)|setnx|get_or_create"
    r"|(?:event|message|delivery|webhook|receipt|msg|request)_?ids?$|unique|once\b",
    re.IGNORECASE,
)
_STATEMENT = re.compile(r"idempot|de-?dup|on\s+conflict|insert\s+(?:or\s+)?ignore|on\s+duplicate\s+key|where\s+not\s+exists", re.IGNORECASE)
_DONE = re.compile(r"(?:is_)?(?:paid|sent|credited|refunded|charged)|(?:sent|paid|processed|completed|refunded|credited)_at", re.IGNORECASE)
_STATES = re.compile(rf"(?:is_)?(?:status|state|done|completed)|{_DONE.pattern}", re.IGNORECASE)
_MESSAGES = frozenset({"event", "evt", "message", "msg", "job", "record", "delivery", "request", "task"})
_COMPARES = frozenset({"==", "!=", "in", "not in", "not", "is", "is not", "===", "!==", "!"})
_MOST = 60


def mark_acts_again(assembly: Assembly) -> None:
    """`acts_again`, or the control, at each entry whose act runs again."""
    told = _told_events(assembly)
    for reference, identity in entries(assembly):
        draft = assembly.draft(identity)
        is_redelivered = draft.attributes.get("redelivered") is True
        if not is_redelivered and (draft.kind not in _HOOKS or not told):
            continue
        behind = functions_behind(assembly, reference)
        if is_redelivered or not told.isdisjoint(behind):
            _judge(assembly, identity, behind, [act for function in behind for act in _acts(assembly, function, identity)])
    for site in assembly.sites.calls:
        if not _RESUMED.isdisjoint(site.names):
            function = (site.node[0], assembly.program.value(site.node).scope)
            identity = assembly.entry_of_function.get(function, "")
            before = [act for act in _acts(assembly, function, identity) if act[1] < site.node[1]]
            if identity in assembly.drafts.by_id:
                _judge(assembly, identity, [function], before)


def _judge(assembly: Assembly, identity: str, behind: Sequence[FunctionRef], acts: Sequence[Node]) -> None:
    acts = [act for act in acts if not _has_key(assembly, act)] if acts else []
    if not acts:
        return
    if (remembered := next(_remembered(assembly, behind), None)) is not None:
        assembly.control("idempotency", identity, assembly.cite(remembered))
    draft = assembly.draft(identity)
    draft.attributes["acts_again"] = True
    for act in acts[:3]:
        assembly.cite_of(identity, assembly.place(act), DONE_AGAIN)


def _told_events(assembly: Assembly) -> frozenset[FunctionRef]:
    """Functions that check or read the events of a provider that tells them until it is answered."""
    program, paid = assembly.program, load_believed_messages().paid
    return frozenset(
        (file, value.scope)
        for file, facts in enumerate(program.files)
        for number, value in enumerate(facts.values)
        if (value.kind == "constant" and value.text in paid)
        or (value.kind == "call" and any(_PROVES.search(name) for name in program.callee_names((file, number))))
    )


# What is done


def _acts(assembly: Assembly, function: FunctionRef, identity: str) -> Iterator[Node]:
    """Calls and statements of a function that pay, send or add to a sum."""
    program = assembly.program
    for call in calls_of(assembly, function, identity):
        effects = {sink.role for sink in assembly.sinks.get(call, ()) if sink.role in _ACTS}
        if "payment" in effects or ("message" in effects and _is_mail(assembly, call)):
            yield call
    for store in program.files[function[0]].stores:
        if store.scope == function[1] and _SUMS.fullmatch(_plain(store.attribute)) and _is_sum(assembly, (function[0], store.value)):
            yield function[0], store.value
    for number, value in enumerate(program.files[function[0]].values):
        if value.scope == function[1] and _adds(assembly, (function[0], number), value):
            yield function[0], number


def _is_mail(assembly: Assembly, call: Node) -> bool:
    drafts = (assembly.drafts.by_id.get(sink.element) for sink in assembly.sinks.get(call, ()))
    return any(draft is not None and (draft.attributes.get("channel") in _SENT_BY or "mail" in draft.name) for draft in drafts)


def _adds(assembly: Assembly, node: Node, value: Value) -> bool:
    """`credits: {increment: 5}`, `{$inc: {credits: 5}}`, `user.credits += 5`, `SET credits = credits + 5`."""
    program = assembly.program
    if value.kind == "constant":
        return value.constant_type == "string" and _ADDED.search(value.text[:4000]) is not None
    if value.kind == "collection":
        for label, given in zip(value.labels, value.inputs, strict=False):
            inner = program.value((node[0], given))
            if inner.kind == "collection" and (
                (_SUMS.fullmatch(_plain(label)) and not _INCREASES.isdisjoint(inner.labels))
                or (label in _INCREASES and any(_SUMS.fullmatch(_plain(one)) for one in inner.labels))
            ):
                return True
        return False
    if value.kind == "update" and any(_SUMS.fullmatch(_plain(label)) for label in value.labels):
        return any(_is_sum(assembly, (node[0], given)) for given in value.inputs[1:])
    return False


def _is_sum(assembly: Assembly, node: Node) -> bool:
    """Whether something is added to what stands in such a column: `user.credits + 5`."""
    made = [assembly.program.value(part) for part in inside(assembly.program, node, 6)]
    added = any(one.kind == "operation" and one.text in ("+", "+=") for one in made)
    return added and any(one.kind in ("attribute", "constant") and _SUMS.fullmatch(_plain(one.text)) for one in made)


# What is remembered


def _has_key(assembly: Assembly, act: Node) -> bool:
    """Whether an act carries a key that makes it one: `idempotency_key=...`, a header of that name, an order's own number."""
    program = assembly.program
    for node in inside(program, act, _MOST):
        value = program.value(node)
        said = (*value.labels, *((value.text,) if value.kind in ("constant", "name", "attribute") else ()))
        if any("idempot" in one.lower() or "client_order_id" in _plain(one) for one in said):
            return True
    return False


def _remembered(assembly: Assembly, behind: Sequence[FunctionRef]) -> Iterator[Node]:
    """Places where the number of a message, a state or a statement keeps an act from being done twice."""
    program = assembly.program
    for file, scope in behind:
        values = program.files[file].values
        for number, value in enumerate(values):
            if value.scope == scope and (_remembers(values, value) or _is_number(program, (file, number))):
                yield file, number


def _remembers(values: Sequence[Value], value: Value) -> bool:
    match value.kind:
        case "attribute" if _DONE.fullmatch(_plain(value.text)):
            return True
        case "name" | "attribute" | "parameter" | "index" | "function":
            return _REMEMBERS.search(_plain(value.text)) is not None
        case "collection" | "call":
            return any(one == "nx" or _REMEMBERS.search(_plain(one)) for one in value.labels)
        case "constant":
            return value.constant_type == "string" and _STATEMENT.search(value.text) is not None
        case "operation" if value.text in _COMPARES:
            compared = (values[given] for given in value.inputs)
            return any(one.kind in ("attribute", "index") and _STATES.fullmatch(_plain(one.text)) for one in compared)
    return False


def _is_number(program: Program, node: Node) -> bool:
    """Whether a value is the `id` of what was delivered: of the event as it was checked, the parameter, one of the records."""
    value = program.value(node)
    return value.kind in ("attribute", "index") and value.text == "id" and _is_message(program, (node[0], value.inputs[0]))


def _is_message(program: Program, node: Node) -> bool:
    for origin in (node, *program.origins(node)):
        value = program.value(origin)
        if value.kind == "call" and _PROVED.search(program.value((origin[0], value.inputs[0])).text):
            return True
        if value.kind == "element_of" or (value.kind in ("parameter", "name") and _plain(value.text) in _MESSAGES):
            return True
    return False


def _plain(name: str) -> str:
    return "_".join(words_of(name.rsplit(".", 1)[-1]))
