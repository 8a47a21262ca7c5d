"""Whether something is done because of a verdict, or it is only shown: `return {"label": "spam" if p > 0.5 else "ham"}` does nothing.

Takes a place where a prediction is tested. A deed is a call that pays, sends, deletes, stores or starts something, or is named like one
(`refuse(claim)`, `gate.open()`); a refusal (`raise HTTPException(403)`); and an answer that says what was done (`{"status": "blocked"}`,
`{"granted": False}`), by the words of `knowledge/words.yaml`. A label by another name, and a text that a page shows, are what the model
thinks, and no deed. Functions of the program that are called in a branch are looked into; what callers elsewhere make of an answer is not
known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.code.program import FunctionRef, Node
from ingest.facts import Branch, CodeFacts
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.model import SinkRole
from pipeline.system.rules.words import load_words, mentions, words_of

_DOES: frozenset[SinkRole] = frozenset({"payment", "message", "deletion", "store_write", "process_arguments", "memory_write"})
_SAYS_WHAT_IS_DONE = frozenset({"action", "status", "state", "decision", "outcome", "disposition"})
_REFUSES = frozenset({"HTTPException", "abort", "HttpResponseForbidden", "PermissionDenied", "Forbidden", "HTTPError", "createError"})
_REFUSED = frozenset({"400", "401", "402", "403", "406", "409", "422", "451"})
_SHOWS = re.compile(
    r"(?i)^(?:print|echo|log|info|debug|warning|warn|error|success|write|markdown|title|header|text|metric|format|append|add)$"
)
_OF_PROGRAMS = frozenset({"remove", "drop", "cancel", "release", "hold", "accept", "allow", "pass", "open", "capture"})
_PAYS_ALONE = frozenset({"refund", "pay", "payout", "disburse", "reimburse", "charge", "credit"})  # said of nothing but money
_WRITTEN = re.compile(r"(?is)\b(?:update|insert\s+into|merge\s+into)\b")
_IN_QUOTES = re.compile(r"'(\w{2,28})'")
_KEEPS: frozenset[SinkRole] = frozenset({"query", "query_parameters", "store_write"})
_MOST_VALUES = 400
_DEPTH = 2


def is_paid(assembly: Assembly, test: Node) -> bool:
    """Whether money moves, or does not, as a test comes out: then the verdict is about money, whatever the model is called."""
    return _pays(assembly, test, frozenset(load_words().effects["payment"]))


def releases(assembly: Assembly, test: Node) -> bool:
    """Whether a deed that nobody takes back follows a test of what a model wrote: money moves, or what is kept says how it was decided.

    Agents hand a talk over by `transfer_to_sales(...)` and guards refuse a text that is out of place: neither is counted.
    """
    facts = assembly.program.files[test[0]]
    return _pays(assembly, test, _PAYS_ALONE) or any(
        store.scope == branch.scope and branch.side(store.value) is not None and _says_outcome(facts, store.value, store.attribute)
        for branch in facts.branches
        if branch.condition == test[1]
        for store in facts.stores
    ) or keeps_outcome(assembly, test)  # fmt: skip


def _pays(assembly: Assembly, test: Node, words: frozenset[str]) -> bool:
    facts = assembly.program.files[test[0]]
    branches = [branch for branch in facts.branches if branch.condition == test[1]]
    calls = ((test[0], value) for branch in branches for value in following(facts, branch) if facts.values[value].kind == "call")
    return any(
        not words.isdisjoint(words_of(callee_text(assembly, call))[:1]) or any(s.role == "payment" for s in assembly.sinks.get(call, ()))
        for call in calls
    )


def is_acted_on(assembly: Assembly, test: Node) -> bool:
    """Whether a deed follows from how a test comes out."""
    facts = assembly.program.files[test[0]]
    branches = [branch for branch in facts.branches if branch.condition == test[1]]
    if not branches:
        return _becomes_a_deed(assembly, facts, test)
    return any(
        _is_deed(assembly, (test[0], value)) or _is_answered(facts, value) for b in branches for value in following(facts, b)
    ) or any(
        _is_outcome(store.attribute) or _says_outcome(facts, store.value, store.attribute)
        for branch in branches
        for store in facts.stores
        if store.scope == branch.scope and branch.side(store.value) is not None
    )


def following(facts: CodeFacts, branch: Branch) -> Iterator[int]:
    """Values that are made on one side of a branch alone; behind a side that leaves, all that comes after in the function."""
    yield from (value for side in (branch.held, branch.failed) for value in range(*side))
    if branch.exits_when:
        behind = max(branch.held[1], branch.failed[1])
        rest = range(behind, min(len(facts.values), behind + _MOST_VALUES))
        yield from (value for value in rest if facts.values[value].scope == branch.scope)


# Calls


def _is_deed(assembly: Assembly, node: Node, depth: int = 0) -> bool:
    value = assembly.program.value(node)
    if value.kind != "call":
        return False
    if any(sink.role in _DOES for sink in assembly.sinks.get(node, ())) or _writes_outcome(assembly, node, frozenset()):
        return True
    text = callee_text(assembly, node) or assembly.program.value((node[0], value.inputs[0])).text
    if text in _REFUSES:
        given = (assembly.program.value((node[0], one)).text for one in value.inputs[1:])
        return any(word.rpartition("_")[2] in _REFUSED or any(code in words_of(word) for code in _REFUSED) for word in given)
    if _is_named_like_one(assembly, node, text):
        return True
    if depth >= _DEPTH:
        return False
    called = (target.function for target in assembly.program.targets(node))
    return any(_is_deed(assembly, inner, depth + 1) for function in called for inner in _calls(assembly, function))


def _calls(assembly: Assembly, function: FunctionRef) -> Iterable[Node]:
    return assembly.calls_in(function)[:_MOST_VALUES]


def _is_named_like_one(assembly: Assembly, call: Node, text: str) -> bool:
    """`refuse(claim)`, `send_refund(...)`, `gate.open()`: what is called begins with a deed, or belongs to a thing that moves."""
    words, said = load_words(), words_of(text)
    if not said or _SHOWS.match(text):
        return False
    deeds = {*words.outcomes, *(verb.split("_")[0] for verb in (*words.effects["payment"], *words.effects["deletion"]))}
    if said[0] in deeds - _OF_PROGRAMS and (len(said) > 1 or said[0] not in (*words.effects["deletion"], "block")):
        return True
    if mentions([text], words.effects["message"]):
        return True
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    thing = assembly.program.value((call[0], callee.inputs[0])).text if callee.kind == "attribute" else ""
    return mentions([thing if thing else text], (*words.physical, "gate")) is not None and (bool(thing) or len(said) > 1)


# Answers


def _is_outcome(name: str) -> bool:
    return mentions([name], load_words().outcomes) is not None


def _says_outcome(facts: CodeFacts, value: int, name: str) -> bool:
    """`status = "blocked"`: a word of few that says what was done, under a name that says what is done."""
    found = facts.values[value]
    return (
        found.kind == "constant"
        and found.constant_type == "string"
        and len(found.text) < 30
        and not _SAYS_WHAT_IS_DONE.isdisjoint(words_of(name))
        and _is_outcome(found.text)
    )


def _is_answered(facts: CodeFacts, value: int) -> bool:
    """`{"status": "blocked"}`, `{"granted": False}`, `Answer(decision="reject")`."""
    found = facts.values[value]
    if found.kind not in ("collection", "call"):
        return False
    return any(
        _says_outcome(facts, given, label) or _grants(facts, given, label)
        for given, label in zip(found.inputs, found.labels, strict=False)
        if label
    )


def _grants(facts: CodeFacts, given: int, label: str) -> bool:
    value = facts.values[given]
    return value.kind == "constant" and value.constant_type == "boolean" and _is_outcome(label)


def _writes_outcome(assembly: Assembly, call: Node, chosen: frozenset[int]) -> bool:
    """A statement that keeps what was done: `UPDATE shows SET state = 'rejected'`, or one that is handed the word for it."""
    sinks = assembly.sinks.get(call, ())
    if not any(sink.role in _KEEPS for sink in sinks):
        return False
    values, given = assembly.program.files[call[0]].values, assembly.program.value(call).inputs[1:]
    texts = [text for one in given[:2] for origin in assembly.program.origins((call[0], one))
             if isinstance(text := assembly.program.constant(origin), str)]  # fmt: skip
    written = any(_WRITTEN.search(text) for text in texts)
    if written and any(_is_outcome(word) for text in texts for word in _IN_QUOTES.findall(text)):
        return True
    handed = {one for outer in given for one in (outer, *(values[outer].inputs if values[outer].kind == "collection" else ()))}
    return (written or any(sink.role == "store_write" for sink in sinks)) and not chosen.isdisjoint(handed)


def keeps_outcome(assembly: Assembly, test: Node) -> bool:
    """Whether a statement keeps what was decided: in a branch, or as the word that the test chose."""
    facts = assembly.program.files[test[0]]
    branches = [branch for branch in facts.branches if branch.condition == test[1]]
    following = ((test[0], value) for branch in branches for side in (branch.held, branch.failed) for value in range(*side))
    if any(facts.values[value].kind == "call" and _writes_outcome(assembly, (file, value), frozenset()) for file, value in following):
        return True
    chosen = _chosen_words(facts, test)
    calls = assembly.calls_in((test[0], facts.values[test[1]].scope)) if chosen else ()
    return any(call[1] > test[1] and _writes_outcome(assembly, call, chosen) for call in calls)


def _chosen_words(facts: CodeFacts, test: Node) -> frozenset[int]:
    """Values that are one of two words as a test comes out, of which one says what is done: `"rejected" if score > 0.8 else "listed"`."""
    made, scope = set[int](), facts.values[test[1]].scope
    for value in range(test[1] + 1, min(len(facts.values), test[1] + _MOST_VALUES)):
        found = facts.values[value]
        if found.scope != scope or found.kind != "choice" or len(found.inputs) != 2:
            continue
        words = [facts.values[one] for one in found.inputs]
        asked = any(facts.values[before].kind == "guarded" and test[1] in facts.values[before].inputs for before in range(test[1], value))
        if asked and all(word.kind == "constant" and word.constant_type == "string" for word in words):
            made.update({value} if any(_is_outcome(word.text) for word in words) else ())
    return frozenset(made)


def _becomes_a_deed(assembly: Assembly, facts: CodeFacts, test: Node) -> bool:
    """`{"approved": score > 0.5}`, `status = "declined" if score > 0.8 else "approved"`: what a comparison without a branch becomes."""
    scope, made = facts.values[test[1]].scope, {test[1]}
    chosen = False
    for value in range(test[1] + 1, min(len(facts.values), test[1] + _MOST_VALUES)):
        found = facts.values[value]
        if found.scope != scope:
            continue
        if found.kind == "guarded" and test[1] in found.inputs:
            chosen = True
        elif chosen and found.kind == "constant":
            made.add(value)
        elif found.kind == "choice" and not made.isdisjoint(found.inputs):
            chosen = False
            made.update(one for one in found.inputs if facts.values[one].kind == "constant")
            made.add(value)
        elif found.kind in ("operation", "call") and not made.isdisjoint(found.inputs) and len(found.inputs) < 4:
            if found.kind == "call" and any(
                _is_outcome(label) for given, label in zip(found.inputs, found.labels, strict=False) if label and given in made
            ):
                return True
            made.add(value)
        elif found.kind == "collection":
            for given, label in zip(found.inputs, found.labels, strict=False):
                if label and given in made and (_is_outcome(label) or _chooses_outcome(facts, given, label)):
                    return True
    return any(
        store.value in made
        and store.scope == scope
        and (_is_outcome(store.attribute) or _chooses_outcome(facts, store.value, store.attribute))
        for store in facts.stores
    ) or keeps_outcome(assembly, test)


def _chooses_outcome(facts: CodeFacts, given: int, label: str) -> bool:
    value = facts.values[given]
    return value.kind == "choice" and any(_says_outcome(facts, one, label) for one in value.inputs)
