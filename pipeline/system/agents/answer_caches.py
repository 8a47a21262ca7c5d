"""Answers of a model that a program keeps by itself under the question alone, and gives to whoever asks the same.

Takes an assembly whose flows are known and adds a memory for each function that looks a question up, answers with what is found there,
and keeps the reply of a model under the same question afterwards, where neither the look-up nor the keeping is told who asks, though the
function knows it: by a parameter of its own that goes into the answer. Caches whose key is made elsewhere, and functions that know nobody,
are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.closed_lists import runs_for_callers
from pipeline.system.flows.made_of import callee_text
from pipeline.system.program.symbols import symbol_of
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.words import words_of

_LOOKS_UP = frozenset(
    {"get", "find", "lookup", "look", "cached", "fetch", "load", "search", "read", "recall", "known", "match", "check", "try"}
)
_KEEPS = frozenset({"put", "set", "keep", "store", "save", "add", "cache", "remember", "write", "insert", "update", "record"})
_OF_ANSWERS = frozenset({"cache", "cached", "caches", "answer", "answers", "reply", "replies", "response", "responses"})
_ASKED = frozenset({"question", "query", "prompt", "text", "message", "input", "utterance", "q", "ask", "request", "content"})
_WHO = frozenset(
    {"user", "caller", "customer", "tenant", "account", "principal", "member", "employee", "patient", "student", "role", "roles", "claims",
     "identity", "client", "department", "group", "groups", "org", "organization", "organisation", "owner"}
)  # fmt: skip
_MODELS = frozenset({"hosted_llm", "local_llm", "agent"})
_MOST = 80


def add_answer_caches(assembly: Assembly) -> None:
    """Adds the caches, each with the look-up and the keeping as evidence."""
    for file, facts in enumerate(assembly.program.files):
        for number, function in enumerate(facts.functions):
            scope = (file, number)
            who = [one.value for one in function.parameters if _WHO & set(words_of(one.name))]
            if not who or (found := next(_pairs(assembly, scope, who), None)) is None:
                continue
            looked, kept = found
            name = f"answers kept in {symbol_of(assembly.program, scope).rsplit('/', 1)[-1]}"
            identity = assembly.drafts.put(
                "memory", name, "data", {"semantic_cache": True}, assembly.cite(looked, "sink"), looked, assembly.purpose(file)
            )
            evidence = assembly.cite(kept, "sink")
            if evidence is not None and evidence not in assembly.draft(identity).evidence:
                assembly.draft(identity).evidence.append(evidence)


def _pairs(assembly: Assembly, function: FunctionRef, who: list[int]) -> Iterator[tuple[Node, Node]]:
    """A look-up whose find is given back, and the call that keeps a reply under the same question."""
    calls = assembly.calls_in(function)
    looking = [call for call in calls if _is_named(assembly, call, _LOOKS_UP)]
    keeping = [call for call in calls if _is_named(assembly, call, _KEEPS)]
    if not looking or not keeping or not runs_for_callers(assembly, calls[0]) or not _asks_a_model(assembly, function):
        return
    known = {(function[0], one) for one in who}
    for looked in looking:
        key = _key(assembly, looked)
        if key is None or known & _told(assembly, looked) or not _answers_with(assembly, function, looked):
            continue
        for kept in keeping:
            if kept[1] <= looked[1] or known & _told(assembly, kept):
                continue
            if _key(assembly, kept) == key and any(known & _made_of(assembly, call) for call in calls if looked[1] < call[1] < kept[1]):
                yield looked, kept


def _is_named(assembly: Assembly, call: Node, deeds: frozenset[str]) -> bool:
    """`cache.get(...)`, `get_cached(...)`, `answers.find(...)`: a deed, and answers or a cache by its name, or by its owner's."""
    value = assembly.program.value(call)
    callee = assembly.program.value((call[0], value.inputs[0]))
    said = set(words_of(callee_text(assembly, call)))
    owner = assembly.program.value((call[0], callee.inputs[0])) if callee.kind == "attribute" else None
    about = said | (set(words_of(owner.text)) if owner is not None else set())
    return len(value.inputs) > 1 and not deeds.isdisjoint(said) and not _OF_ANSWERS.isdisjoint(about)


def _key(assembly: Assembly, call: Node) -> frozenset[Node] | None:
    """What the first argument is, where it is what somebody asked, as it came or cleaned."""
    program, given = assembly.program, (call[0], assembly.program.value(call).inputs[1])
    origins = frozenset({given, *program.origins(given)} if program.value(given).kind == "name" else {given})
    parts = (program.value(part) for node in origins for part in _made_of(assembly, node))
    named = (part.text for part in parts if part.kind in ("name", "parameter", "attribute"))
    return origins if any(_ASKED & set(words_of(text)) for text in named) else None


def _answers_with(assembly: Assembly, function: FunctionRef, looked: Node) -> bool:
    """Whether a branch asks if something was found, and what was found is given back."""
    facts = assembly.program.files[function[0]]
    asked = any(branch.scope == function[1] and looked in _made_of(assembly, (function[0], branch.condition)) for branch in facts.branches)
    return asked and any(looked in _made_of(assembly, (function[0], one)) for one in assembly.program.function(function).returns)


def _asks_a_model(assembly: Assembly, function: FunctionRef) -> bool:
    return any(
        assembly.draft(identity).kind in _MODELS
        for reached in assembly.reach(function)
        for call in assembly.calls_in(reached)
        if (identity := assembly.element_of_call.get(call)) is not None
    )


def _told(assembly: Assembly, call: Node) -> frozenset[Node]:
    """What a call is given and what that is put together of, without what other calls make of it."""

    def onward(current: Node) -> list[Node]:
        value = assembly.program.value(current)
        if current == call:
            return inputs_of(assembly.program, current)[1:]
        return [] if value.kind == "call" else inputs_of(assembly.program, current)

    return frozenset(walk(call, onward, _MOST))


def _made_of(assembly: Assembly, node: Node) -> frozenset[Node]:
    """What a value is made of in its function."""

    def onward(current: Node) -> list[Node]:
        origins = assembly.program.origins(current) if assembly.program.value(current).kind == "name" else ()
        return [*inputs_of(assembly.program, current), *(one for one in origins if one[0] == node[0])]

    return frozenset(walk(node, onward, _MOST))
