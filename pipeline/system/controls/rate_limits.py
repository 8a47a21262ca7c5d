"""Limits of the project's own: somebody is counted, and turned away with 429 or an exception that says so.

Takes an assembly whose entries are known, adds the control to the entries that such a refusal stands before: in the
handler, in a function it calls, in an injected dependency, in middleware or in a file that runs before all routes.
A 429 that only hands on what a provider answered counts nobody. What is counted may be rows of a database: messages of this user since
yesterday; or a function of the project keeps count by itself (`own_counters`). Whether the number is a sensible one is not judged.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.authentication import Authenticating
from pipeline.system.controls.forged_addresses import add_forged_addresses
from pipeline.system.controls.front_doors import frameworks_of, refusing_doors
from pipeline.system.controls.guards import parts
from pipeline.system.controls.own_counters import OwnCounters
from pipeline.system.controls.refusals import answers
from pipeline.system.elements.entries import ENTRY_KINDS

_TOO_MANY = re.compile(r"^429$|TOO_MANY_REQUESTS|TooManyRequests")
_NAMED = re.compile(
    r"rate_?limit|too_?many|throttl|quota|(?:limit|budget|allowance|credits?)_?(?:exceeded|spent|reached|exhausted|used)"
    r"|(?:over|out_?of|no|exceeded)_?(?:limit|budget|allowance|credits?)",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(r"(Error|Exception|Exceeded|Requests|Throttled|Limited)$|^TooMany")
# How a limit of the project's own is told, whatever the answer's number: 403, 402, an error of its own.
_TOO_MUCH_USED = re.compile(
    r"rate[ _-]?limit|too many (requests|messages|questions)|(insufficient|not enough|out of|no( more)?) credits"
    r"|(limit|quota|budget|allowance)( has been| was| is)? (reached|exceeded|hit|used up)"
    r"|(reached|exceeded|hit|used up) (your|the)( \w+){0,2} (limit|quota|budget|allowance)",
    re.IGNORECASE,
)
_COUNTS = ("<", "<=", ">", ">=")
_SAYS = re.compile(r"limit|hit|allow|acquire|consume|exceed|quota|budget|throttl|too_?many|count|remaining|used", re.IGNORECASE)
# What is asked for leave: `check_limits(user)`, `limiter.hit(key)`; it raises where there was too much.
_ASKS = re.compile(
    r"(^|_)(check|enforce|verify|apply|consume|take|use|test|hit|acquire|increment|ensure|assert)\w*_(rate_?)?(limit|quota|budget)s?"
    r"|^(a?hit|a?consume|a?acquire|try_acquire|a?check|enforce|increment)$"
)
_ALLOWS = re.compile(
    r"a?(?:check|consume|hit|acquire|take)|(?:is_?)?allow(?:s|ed)?|isAllowed|try_?(?:acquire|consume|take)|can_?(?:proceed|pass)",
    re.IGNORECASE,
)
_LIMITERS = re.compile(r"rate_?limit|(?:^|[._a-z])limiter|throttl|token_?bucket", re.IGNORECASE)
_LIMITER = re.compile(r"limit|quota|throttl|bucket|budget", re.IGNORECASE)


def add_rate_limits(assembly: Assembly, authenticating: Authenticating) -> None:
    """Entries that turn away who asks too often."""
    refusals: dict[FunctionRef, Node] = {}
    questions: set[Node] = set()
    counters = OwnCounters(assembly)
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values):
            if value.kind == "call" and _refuses((file, identity), assembly) and is_counted(assembly, (file, identity)):
                refusals.setdefault((file, value.scope), (file, identity))
        for branch in facts.branches:
            condition = (file, branch.condition)
            asked = (_limiter_asked(assembly, condition) or counters.asked_by(condition)) if branch.exits_when else None
            if asked is not None and refusals.setdefault((file, branch.scope), asked) == asked:
                questions.add(asked)
    if not refusals:
        return
    add_forged_addresses(assembly, refusals, questions)
    doors, frameworks = refusing_doors(assembly, refusals), frameworks_of(assembly)
    for reference, entry in sorted(assembly.entry_of_function.items()):
        if assembly.draft(entry).kind not in ENTRY_KINDS:
            continue
        route = assembly.draft(entry).attributes
        for door in doors:
            address, method = str(route.get("path", "")), str(route.get("method", ""))
            path = assembly.program.files[reference[0]].path
            assembly.control("rate_limit", entry, door.before(path, address, method, frameworks.get(reference, "")))
        before = authenticating.runs_before(reference)
        for function in sorted({inner for one in (reference, *before) for inner in assembly.reach(one)} & refusals.keys()):
            assembly.control("rate_limit", entry, assembly.cite(refusals[function]))


def _limiter_asked(assembly: Assembly, condition: Node) -> Node | None:
    """The call by which a test that leaves asks a limiter about somebody, whatever is answered then: `if (!limiter.check(ip)) return`."""
    program = assembly.program
    for part in parts(assembly, condition):
        value = program.value(part)
        callee = program.value((part[0], value.inputs[0])) if value.kind == "call" and len(value.inputs) > 1 else value
        if callee.kind == "attribute" and callee.inputs and _ALLOWS.fullmatch(callee.text):
            base = (part[0], callee.inputs[0])
            if any(_LIMITERS.search(name) for name in (program.value(base).text, *program.types(base))):
                return part
    return None


def is_counted(assembly: Assembly, call: Node) -> bool:
    """Whether a call depends on a comparison, or on what a limiter says; not only on which error came."""
    facts = assembly.program.files[call[0]]
    for branch in facts.conditions.get(call[1], ()):
        for part in parts(assembly, (call[0], facts.branches[branch].condition)):
            value = assembly.program.value(part)
            if value.kind == "operation" and value.text in _COUNTS:
                return True
            if value.kind in ("name", "attribute") and _SAYS.search(value.text):
                return True
    return _asked_before(assembly, call)


def _asked_before(assembly: Assembly, call: Node) -> bool:
    """Whether the call before a refusal asks a limiter that raises: `try: check_limits(user)`, `except LimitExceeded: raise ...`.

    Where it asks a provider, the refusal only hands on an answer.
    """
    program, given = assembly.program, set(assembly.program.value(call).inputs)
    scope = program.value(call).scope
    before = [other for other in assembly.calls_in((call[0], scope)) if other < call and other[1] not in given]
    before = [other for other in before if not _only_describes(assembly, other)]
    if not before:
        return False
    callee = program.value((call[0], program.value(max(before)).inputs[0]))
    name = callee.text if callee.kind in ("name", "attribute") else ""
    if not _ASKS.search(name) or max(before) in assembly.element_of_call:
        return False
    base = program.value((call[0], callee.inputs[0])).text if callee.kind == "attribute" else ""
    return _LIMITER.search(name) is not None or _LIMITER.search(base) is not None


def _only_describes(assembly: Assembly, call: Node) -> bool:
    """Calls that stand in the handler itself: the text of the error, a line in the log."""
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    return callee.text in ("str", "repr", "format", "int", "warning", "info", "error", "debug", "exception", "log", "print")


def _refuses(call: Node, assembly: Assembly) -> bool:
    """An answer 429, or an exception of the project that is named for it."""
    program, value = assembly.program, assembly.program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    if callee.kind not in ("name", "attribute"):
        return False
    raised = _EXCEPTION.search(callee.text) is not None or _is_exception(assembly, (call[0], value.inputs[0]))
    if (answers(callee.text) or raised) and any(_TOO_MUCH_USED.search(text) for text in _told(assembly, call)):
        return True
    if answers(callee.text):
        for given in value.inputs[1:]:
            inner = program.value((call[0], given))
            if inner.kind == "collection" and "status" in inner.labels:  # new Response(text, {status: 429})
                inner = program.value((call[0], inner.inputs[inner.labels.index("status")]))
            if inner.kind == "call" and inner.inputs:  # HttpStatus.TOO_MANY_REQUESTS.value()
                method = program.value((call[0], inner.inputs[0]))
                inner = program.value((call[0], method.inputs[0])) if method.kind == "attribute" and method.text == "value" else inner
            if inner.kind in ("constant", "attribute", "name") and _TOO_MANY.search(inner.text):
                return True
        return False
    told = any(  # new ChatError("rate_limit:chat"), new ApiException(ErrorCode.OutOfQuota)
        (given.kind == "attribute" or (given.kind == "constant" and given.constant_type == "string" and len(given.text) < 60))
        and _NAMED.search(given.text)
        for given in (program.value((call[0], identity)) for identity in value.inputs[1:3])
    )
    if not raised or not (told or _NAMED.search(callee.text)):
        return False
    known = ("werkzeug.", "rest_framework.", "starlette.", "fastapi.", "slowapi.")
    return any(name in program.classes or name.startswith(known) for name in program.names((call[0], value.inputs[0])))


def _is_exception(assembly: Assembly, callee: Node) -> bool:
    """Whether a class of the project is an error by what it is made of, whatever it is called: `class BudgetSpent(Exception)`."""
    program = assembly.program
    return any(
        base.rpartition(".")[2].endswith(("Exception", "Error"))
        for name in program.names(callee)
        if name in program.classes
        for base in program.outside_bases(name)
    )


def _told(assembly: Assembly, call: Node) -> list[str]:
    """The constant texts that an answer or an error is made with, those in its displays included."""
    program, found = assembly.program, list[str]()
    queue = [(given, 0) for given in program.value(call).inputs[1:]]
    while queue:
        given, depth = queue.pop()
        value = program.value((call[0], given))
        if value.kind == "constant" and value.constant_type == "string":
            found.append(value.text)
        elif value.kind in ("collection", "format") and depth < 2:
            queue += [(inner, depth + 1) for inner in value.inputs[:20]]
    return found
