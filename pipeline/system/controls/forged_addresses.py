"""Limits that count callers by an address which the callers write: the first entry of `X-Forwarded-For`.

Takes an assembly and the refusals of its limits, adds a part of the program for each function that takes that entry for who calls, where
a limit's refusal runs in it or in a function that asks it, and what it gives goes into more than a line of a log. A proxy appends the
address it sees; what stands before it is the caller's. An entry counted from the end is one that a proxy wrote, one that is only believed
of known proxies comes from them, one behind a setting that trusts what stands in front is not read while that is off, and a limit that
counts signed-in users by their own number needs no address: all are left out. Whether a platform writes the header anew is not known
here. A device that the caller names in a header of its own (`X-Device-Id`) is as little who calls, where a function gives it back for
that. `req.ip` of Express is that first entry where the application trusts every proxy (`app.set("trust proxy", true)`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.controls.header_reads import header_of
from pipeline.system.controls.taken_by_default import SchemaDefaults
from pipeline.system.flows.switches import off_by
from pipeline.system.model import AttributeValue
from pipeline.system.program.walking import inputs_of, inside, passed_by, passed_for, walk
from pipeline.system.rules.words import words_of

_FORWARDED = re.compile(r"(?:http_)?x[-_]forwarded[-_]for", re.IGNORECASE)
_DEVICE = re.compile(r"x-(?:device|client|visitor|install(?:ation)?|anonymous|browser)(?:-(?:id|uuid|token))?|x-fingerprint", re.IGNORECASE)
_CUT = frozenset(
    {
        "split",
        "Split",
        "partition",
        "SplitN",
        "Cut",
        "substringBefore",
        "substring",
        "Index",
        "IndexByte",
        "IndexRune",
        "indexOf",
        "IndexOf",
    }
)
# Of an edge that writes it anew; whoever goes past the edge writes it himself.
_OF_AN_EDGE = re.compile(
    r"(?:http_)?(?:cf[-_]connecting[-_]ip|true[-_]client[-_]ip|fastly[-_]client[-_]ip|fly[-_]client[-_]ip|x[-_](?:real|client)[-_]ip)", re.I
)
_LOGS = re.compile(r"^(?:log|debug|info|warn|warning|error|trace|print|println|printf|errorf|infof)$", re.IGNORECASE)
# Taken from the end, or believed only of a proxy that is known.
_FROM_BEHIND = re.compile(
    r"^(?:pop|at|rpartition|rsplit|lastIndexOf|LastIndex|last|reversed?|toReversed)$|trusted_?prox|known_?prox|prox(?:y|ies)_?(?:count|depth|hops)",
    re.IGNORECASE,
)
_FALLBACKS = frozenset({"or", "??", "||"})
_CALLERS_NAMES = frozenset({"user", "member", "principal", "account", "identity", "customer"})
_TRUST = frozenset({"trust", "trusts", "trusted"})
_OF_EXPRESS = ("typescript", "javascript")
_INDEXED = frozenset({"-1", "-2"})
_MOST, _CALLERS = 60, 6


def add_forged_addresses(assembly: Assembly, refusals: Mapping[FunctionRef, Node], asked: Set[Node]) -> None:
    """A component for each function that a limit takes such an address from; `asked` are the refusals that are a question to a limiter."""
    taken = {**dict(_named_by_caller(assembly)), **dict(taken_first(assembly))} if refusals else {}
    trusting = _trusts_all(assembly) if refusals else {}
    for function, read in _read_as_address(assembly, trusting.keys()):
        taken.setdefault(function, read)
    taken = {reference: read for reference, read in taken.items() if not _never_comes(assembly, reference, read)}
    for refusing, refusal in sorted(refusals.items()) if taken else ():
        for reference in sorted(assembly.reach(refusing) & taken.keys()):
            keyed = refusal not in asked or _is_key(assembly, refusal, taken[reference], reference)
            if keyed and (reference == refusing or _is_counted(assembly, refusing, reference)):
                trust = trusting.get(_program_of(assembly, reference[0])) if _is_address(assembly, taken[reference]) else None
                _add(assembly, taken[reference], refusal, trust)


def _is_key(assembly: Assembly, question: Node, read: Node, reference: FunctionRef) -> bool:
    """Whether what a limiter is asked about comes of the header, there or by the function that reads it."""
    program = assembly.program

    def onward(node: Node) -> list[Node]:
        stepped = program.step_back(node) if program.value(node).kind in ("name", "attribute") else ()
        return [
            *inputs_of(program, node),
            *stepped,
            *(passed_for(program, node, _CALLERS) if program.value(node).kind == "parameter" else ()),
        ]

    for given in inputs_of(program, question)[1:]:
        for node in walk(given, onward, _MOST, nearest_first=True):
            called = program.value(node).kind == "call" and any(target.function == reference for target in program.targets(node))
            if node == read or called:
                return True
    return False


def _add(assembly: Assembly, read: Node, refusal: Node, trust: Node | None) -> None:
    name = assembly.symbol(read)
    before = _asked_before(assembly.program, read)
    if before is None:
        cited = assembly.cite(read, "sink", "the caller's own entry of the header")
    else:
        cited = assembly.cite(before, "sink", "asked first: who comes past the edge that sets it writes it as he likes")
    said: dict[str, AttributeValue] = {"counts_forged_address": True}
    identity = assembly.drafts.put("component", name, "application", said, cited, read, assembly.purpose(read[0]), name, local=True)
    behind = assembly.cite(read, note="where that is missing, the caller's own entry of the header") if before is not None else None
    if behind is not None and behind not in assembly.draft(identity).evidence:
        assembly.draft(identity).evidence.append(behind)
    counted = assembly.cite(refusal, note="who is counted is turned away here")
    if counted is not None and counted not in assembly.draft(identity).evidence:
        assembly.draft(identity).evidence.append(counted)
    believed = (
        assembly.cite(trust, note="every proxy is trusted, so the address is what the header says first") if trust is not None else None
    )
    if believed is not None and believed not in assembly.draft(identity).evidence:
        assembly.draft(identity).evidence.append(believed)


def _asked_before(program: Program, read: Node) -> Node | None:
    """The header of an edge that a function gives back before it looks at the one that every proxy appends to."""
    facts, (file, place) = program.files[read[0]], read
    if (before := _first_choice(program, read)) is not None:
        return before
    scope, line = facts.values[place].scope, facts.values[place].line
    for number, value in enumerate(facts.values):
        if (
            value.scope == scope
            and value.line < line
            and value.kind in ("constant", "attribute", "index")
            and _OF_AN_EDGE.fullmatch(value.text)
        ):
            taken = [branch for branch in facts.branches if branch.scope == scope and branch.exits_when]
            if any(value.line <= facts.values[branch.condition].line <= line for branch in taken):
                return file, number
    return None


def _first_choice(program: Program, read: Node) -> Node | None:
    """The header of an edge that stands before the read one in a row of fallbacks: `get("cf-connecting-ip") ?? forwarded ?? "unknown"`."""
    facts, scope = program.files[read[0]], program.value(read).scope
    for value in facts.values:
        if value.kind != "choice" or value.scope != scope or value.text not in _FALLBACKS:
            continue
        parts = [list(inside(program, (read[0], given), _MOST)) for given in value.inputs]
        at = next((position for position, part in enumerate(parts) if read in part), 0)
        for node in (node for part in parts[:at] for node in sorted(part)):
            if program.value(node).kind in ("constant", "attribute", "index") and _OF_AN_EDGE.fullmatch(program.value(node).text):
                return node
    return None


def _never_comes(assembly: Assembly, reference: FunctionRef, read: Node) -> bool:
    """Whether a function leaves before it reads the header: every caller says who is signed in, or a setting is off that asks for it."""
    facts = assembly.program.files[read[0]]
    for branch in facts.branches:
        if branch.scope != reference[1]:
            continue
        side = branch.side(read[1])
        if side is None and branch.exits_when and branch.condition < read[1]:
            side = branch.exits_when != "holds"
        if side is None:
            continue
        condition = (read[0], branch.condition)
        if not side and _always_given(assembly, reference, condition):
            return True
        if _is_trust(assembly, condition) and off_by(assembly, condition, side):
            return True
    return False


def _always_given(assembly: Assembly, reference: FunctionRef, condition: Node) -> bool:
    """Whether a condition is a parameter for which every caller passes a part of who is signed in: `limit(request, user.id)`."""
    program = assembly.program
    place = program.parameter_of(condition) if program.value(condition).kind == "parameter" else None
    if place is None or place[0] != reference or not (calls := program.callers(reference)):
        return False
    return all((given := passed_by(program, call, place)) and all(_is_part_of_caller(assembly, one) for one in given) for call in calls)


def _is_part_of_caller(assembly: Assembly, node: Node) -> bool:
    """`user.id`, where `user` is handed in: where nobody is signed in it fails, unless it says that there may be nobody (`user?.id`)."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "attribute" or not value.inputs:
        return False
    owner = program.value((node[0], value.inputs[0]))
    cited = assembly.cite(node)
    return (
        owner.kind == "parameter"
        and not _CALLERS_NAMES.isdisjoint(words_of(owner.text))
        and cited is not None
        and f"{owner.text}?" not in cited.quote
    )


def _is_trust(assembly: Assembly, condition: Node) -> bool:
    """Whether a condition asks for a setting by which what stands in front is believed."""
    parts = list(inside(assembly.program, condition, _MOST))
    return any(not _TRUST.isdisjoint(words_of(assembly.program.value(part).text[:60])) for part in parts)


def _program_of(assembly: Assembly, file: int) -> str:
    return assembly.drafts.programs.get(file, "")


def _is_address(assembly: Assembly, node: Node) -> bool:
    value = assembly.program.value(node)
    return value.kind == "attribute" and value.text == "ip"


def _trusts_all(assembly: Assembly) -> dict[str, Node]:
    """Programs whose Express trusts every proxy, by `true` or a setting that is so by default, with the call that says it."""
    found: dict[str, Node] = {}
    schemas: SchemaDefaults | None = None
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values if facts.language in _OF_EXPRESS and facts.purpose == "product" else ()):
            callee = facts.values[value.inputs[0]] if value.kind == "call" and value.inputs else value
            if value.kind != "call" or callee.kind != "attribute" or callee.text not in ("set", "enable") or len(value.inputs) < 2:
                continue
            if assembly.program.constant((file, value.inputs[1])) != "trust proxy":
                continue
            given = (file, value.inputs[2]) if len(value.inputs) > 2 else None
            said = assembly.program.constant(given) if given is not None else callee.text == "enable"
            if said is None and given is not None:
                schemas = schemas or SchemaDefaults(assembly)
                read = assembly.program.value(given)
                said = {assembly.program.constant(one) for one in schemas.entries.get(read.text, ())} == {True}
            if said is True:
                found.setdefault(_program_of(assembly, file), (file, identity))
    return found


def _read_as_address(assembly: Assembly, programs: Iterable[str]) -> Iterator[tuple[FunctionRef, Node]]:
    """Functions that read `req.ip`, in programs of which it is what the caller wrote."""
    known = frozenset(programs)
    for file, facts in enumerate(assembly.program.files if known else ()):
        if facts.language in _OF_EXPRESS and facts.purpose == "product" and _program_of(assembly, file) in known:
            for identity, value in enumerate(facts.values):
                if _is_address(assembly, (file, identity)) and facts.values[value.inputs[0]].kind == "parameter":
                    yield (file, value.scope), (file, identity)


def taken_first(assembly: Assembly) -> Iterator[tuple[FunctionRef, Node]]:
    """Functions that cut the header into its entries and take none from its end, each with the place that reads it."""
    for file, facts in enumerate(assembly.program.files):
        if facts.purpose == "test":
            continue
        read = {
            v.scope: (file, n)
            for n, v in enumerate(facts.values)
            if v.kind in ("constant", "attribute", "index") and _FORWARDED.fullmatch(v.text)
        }
        cut = {v.scope for v in facts.values if v.kind in ("attribute", "name") and v.text in _CUT}
        behind = {
            v.scope
            for v in facts.values
            if (v.kind in ("attribute", "name") and _FROM_BEHIND.match(v.text)) or (v.kind in ("index", "constant") and v.text in _INDEXED)
        }
        for scope, node in read.items():
            if scope in cut and scope not in behind:
                yield (file, scope), node


def _named_by_caller(assembly: Assembly) -> Iterator[tuple[FunctionRef, Node]]:
    """Functions that give back, for who calls, a header by which the caller names a device: another with each request is never counted."""
    program = assembly.program
    for file, facts in enumerate(program.files):
        if facts.purpose == "test" or not any(v.kind == "constant" and _DEVICE.fullmatch(v.text) for v in facts.values):
            continue
        for number, function in enumerate(facts.functions):
            for given in function.returns:
                for node in walk((file, given), lambda one: _same(program, one), _MOST):
                    value = program.value(node)
                    if value.kind in ("call", "index") and len(value.inputs) > 1 and _DEVICE.fullmatch(header_of(program, node)):
                        yield (file, number), node


def _same(program: Program, node: Node) -> list[Node]:
    """What a value is, whichever way a test came out."""
    value = program.value(node)
    if value.kind == "guarded":
        return inputs_of(program, node)[:1]
    if value.kind in ("choice", "await"):
        return inputs_of(program, node)
    return [one for one in program.origins(node) if one != node] if value.kind == "name" else []


def _is_counted(assembly: Assembly, refusing: FunctionRef, asked: FunctionRef) -> bool:
    """Whether what a function gives is more than told to a log where the refusal, or what it reaches, asks for it."""
    for function in (refusing, *sorted(assembly.reach(refusing) - {refusing, asked})):
        calls = [call for call in assembly.calls_in(function) if asked in {t.function for t in assembly.program.targets(call)}]
        if calls and any(_uses(assembly, function, calls)):
            return True
    return False


def _uses(assembly: Assembly, function: FunctionRef, calls: Iterable[Node]) -> Iterator[bool]:
    program, wanted = assembly.program, set(calls)
    facts = program.files[function[0]]
    for number, value in enumerate(facts.values):
        if value.scope != function[1] or value.kind not in ("call", "format", "index", "collection") or (function[0], number) in wanted:
            continue
        if value.kind == "call" and _LOGS.match(program.value((function[0], value.inputs[0])).text):
            continue
        node = (function[0], number)
        found = walk(
            node, lambda one: [*inputs_of(program, one), *(program.step_back(one) if program.value(one).kind == "name" else ())], _MOST
        )
        yield not wanted.isdisjoint(found)
