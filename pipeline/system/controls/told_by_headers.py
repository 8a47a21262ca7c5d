"""Who asks, taken from a header that nobody vouches for: `x-forwarded-email`, `X-Tenant-Id`, `X-Acting-User`.

Takes an assembly whose entries are protected and the settings of proxies; adds a `component` for each function that reads such a header
and takes what it says for a person, a group or a tenant: keeps it for the request, makes an identity of it, looks somebody up by it,
compares an owner with it, or hands it on under such a name. Left alone is a header beside which something else is verified (a key of the
gateway, a token, a membership), one that is read where a setting trusts a proxy or where the program is tried out, one that every public
proxy of the tree writes anew, and headers that a platform takes away from strangers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node
from ingest.facts import ConfigFacts, Setting
from ingest.source import parts_of
from pipeline.system.assembly import Assembly
from pipeline.system.controls.header_reads import HeaderRead, header_reads
from pipeline.system.controls.refusals import refusal_in
from pipeline.system.controls.taken_for_somebody import taken_for_somebody
from pipeline.system.controls.unknown_callers import AUTH_NAME, snake
from pipeline.system.draft import MAX_EVIDENCE
from pipeline.system.model import AttributeValue, ControlKind
from pipeline.system.program.enclosing import around
from pipeline.system.program.symbols import symbol_of
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import words_of

_PROVES: frozenset[ControlKind] = frozenset({"authentication", "session_identity", "signature_check", "authorisation"})
_COMPARES_SECRETS = re.compile(
    r"compare_?digest|timing_?safe_?equal|constant_?time_?compare|isEqual|hash_equals|fixedtimeequals", re.IGNORECASE
)
_SECRET = frozenset({"secret", "token", "key", "apikey", "signature", "jwt", "hmac", "claims", "credential", "credentials", "password"})
_VERIFIED = frozenset({"principal", "claims", "jwt", "authentication", "membership", "memberships"})
_EQUALS = frozenset({"==", "!=", "===", "!=="})
_TRUSTED = frozenset({"trust", "trusts", "trusted"})
_TRIED_OUT = frozenset({"dev", "development", "debug", "test", "testing", "local", "mock", "demo", "e2e"})
_DEEPEST, _MOST_PARTS, _MOST_CALLERS = 3, 60, 12


@dataclass(frozen=True, slots=True)
class _Proving:
    """Calls that verify who asks, and the functions they stand in."""

    calls: frozenset[Node]
    functions: frozenset[FunctionRef]
    believing: frozenset[FunctionRef]  # what reads such a header, or asks by what does


def add_told_by_headers(assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
    """Adds the functions that take a header for who asks."""
    proxies = [setting for file in config for setting in file.settings if setting.kind == "proxy" and setting.attributes.get("public")]
    proving: _Proving | None = None
    reads = list(header_reads(assembly))
    for read in reads:
        at = taken_for_somebody(assembly, read)
        proving = proving or _proving(assembly, _believing(assembly, reads))
        if at is None or _is_vouched_for(assembly, read.node, proving):
            continue
        setting_it = [one for one in proxies if read.header in parts_of(one.attributes.get("headers"))]
        passing = [one for one in proxies if one not in setting_it and one.name in {other.name for other in setting_it}]
        if setting_it and not passing:
            continue  # whoever comes by these proxies does not write it
        _add(assembly, read, at, passing)


def _add(assembly: Assembly, read: HeaderRead, at: Node, passing: Sequence[Setting]) -> None:
    function = _read_in(assembly, read.node)
    said: dict[str, AttributeValue] = {"identity_header": True, "names": (read.header,)}
    cited = assembly.cite(read.node, "sink", "the caller may write this header")
    identity = assembly.drafts.put(
        "component", symbol_of(assembly.program, function), None, said, cited, None, assembly.purpose(read.node[0])
    )
    draft = assembly.draft(identity)
    names = parts_of(draft.attributes.get("names"))
    if said["names"] != names:
        draft.attributes["names"] = tuple(dict.fromkeys((*names, read.header)))
    more = [assembly.cite(at, note="what it says is taken for who asks")]
    more += [assembly.cite_place(one.place, note="hands on what the caller writes") for one in passing]
    for evidence in more:
        draft.show(evidence, MAX_EVIDENCE)


# What vouches for a header


def _is_vouched_for(assembly: Assembly, read: Node, proving: _Proving) -> bool:
    function = _read_in(assembly, read)
    return (
        any(_stands_beside(assembly, proof, read) for proof in _proofs(assembly, function, proving))
        or _is_conditional(assembly, function, read)
        or _entries_are_protected(assembly, function)
    )


def _believing(assembly: Assembly, reads: Sequence[HeaderRead]) -> frozenset[FunctionRef]:
    reading = {_read_in(assembly, read.node) for read in reads}
    outer = {(call[0], assembly.program.value(call).scope) for one in reading for call in assembly.program.callers(one)[:_MOST_CALLERS]}
    return frozenset(reading | outer)


def _read_in(assembly: Assembly, read: Node) -> FunctionRef:
    """The function that reads a header; a parameter that a framework fills stands in the function it belongs to."""
    return (read[0], assembly.program.value(read).scope)


def _proofs(assembly: Assembly, function: FunctionRef, proving: _Proving) -> Iterator[Node]:
    """Calls and comparisons in a function that verify something, themselves or in what they run."""
    for call in assembly.calls_in(function):
        runs = {target.function for target in assembly.program.targets(call)}
        below = {inner for one in sorted(runs)[:4] for inner in assembly.reach(one)}
        named = any(source.label == "identity" for source in assembly.sources.get(call, ()))
        named = named or any(_asks_who_calls(assembly, one, proving) for one in sorted(runs)[:4])
        if named or call in proving.calls or not below.isdisjoint(proving.functions):
            yield call
    facts = assembly.program.files[function[0]]
    for identity, value in enumerate(facts.values):
        if value.scope != function[1]:
            continue
        compared = value.kind == "operation" and value.text in _EQUALS
        node = (function[0], identity)
        if compared and any(_is_secret(assembly, part) for part in inside(assembly.program, node, _MOST_PARTS)):
            yield node
        elif value.kind in ("attribute", "parameter", "name", "index") and (
            not _VERIFIED.isdisjoint(words_of(value.text)) or any(one.label == "identity" for one in assembly.sources.get(node, ()))
        ):
            yield node  # a membership is looked up for whoever is signed in


def _asks_who_calls(assembly: Assembly, reference: FunctionRef, proving: _Proving) -> bool:
    """Whether a function of the project is named for asking who calls, refuses strangers, and takes nobody's word in a header for it."""
    named = AUTH_NAME.search(snake(assembly.program.function(reference).name)) is not None
    return named and reference not in proving.believing and refusal_in(assembly, reference) is not None


def _proving(assembly: Assembly, believing: frozenset[FunctionRef]) -> _Proving:
    calls = {site.node for site in assembly.sites.calls if site.rule.control in _PROVES and site.rule.kind is None}
    for file, facts in enumerate(assembly.program.files):
        calls |= {
            (file, identity)
            for identity, value in enumerate(facts.values)
            if value.kind == "call" and _COMPARES_SECRETS.search(facts.values[value.inputs[0]].text)
        }
    return _Proving(frozenset(calls), frozenset(_read_in(assembly, call) for call in calls), believing)


def _is_secret(assembly: Assembly, node: Node) -> bool:
    value = assembly.program.value(node)
    return value.kind in ("name", "attribute", "index", "parameter") and not _SECRET.isdisjoint(words_of(value.text))


def _stands_beside(assembly: Assembly, proof: Node, read: Node) -> bool:
    """Whether both are run together: not where the header is read because there is no token."""
    if proof[0] != read[0] or assembly.program.value(proof).scope != assembly.program.value(read).scope:
        return True
    sides = [(branch.side(proof[1]), branch.side(read[1])) for branch in assembly.program.files[read[0]].branches]
    return all(one is None or other is None or one == other for one, other in sides)


def _is_conditional(assembly: Assembly, function: FunctionRef, read: Node) -> bool:
    """Whether the header counts only where a setting says that a proxy is trusted, or where the program is tried out."""
    queue, seen = [(read, 0)], set[Node]()
    while queue:
        node, depth = queue.pop()
        if node in seen:
            continue
        seen.add(node)
        facts = assembly.program.files[node[0]]
        conditions = [facts.branches[number].condition for number in facts.conditions.get(node[1], ())]
        scope = assembly.program.value(node).scope
        conditions += [b.condition for b in facts.branches if b.scope == scope and b.side(node[1]) is not None]
        words = {
            word
            for condition in conditions
            for part in inside(assembly.program, (node[0], condition), _MOST_PARTS)
            for word in words_of(assembly.program.value(part).text[:60])
        }
        if not words.isdisjoint(_TRIED_OUT | _TRUSTED):
            return True
        if depth < _DEEPEST:
            outer = [(node[0], scope), *around(assembly.program, (node[0], scope))]
            queue += [(call, depth + 1) for one in outer for call in assembly.program.callers(one)[:_MOST_CALLERS]]
    return False


def _entries_are_protected(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether all entries that read the header themselves ask by other means who calls: then it may come of a service that is known."""
    entries = {identity for reference, identity in assembly.entry_of_function.items() if function in assembly.reach(reference)}
    asked = {
        covered
        for (kind, _place), (protects, cited) in assembly.controls.items()
        if kind == "authentication"
        for covered in protects
        if not any(_is_inside(assembly, evidence.path, evidence.start_line, function) for evidence in cited)
    }
    return bool(entries) and entries <= asked


def _is_inside(assembly: Assembly, path: str, line: int | None, function: FunctionRef) -> bool:
    facts, known = assembly.program.files[function[0]], assembly.program.function(function)
    last = max((value.end_line for value in facts.values if value.scope == function[1]), default=0)
    return facts.path == path and line is not None and known.line <= line <= last
