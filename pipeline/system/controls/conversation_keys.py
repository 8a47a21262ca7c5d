"""Conversations of frameworks that a route goes on with by a key of the caller's choice: `{"configurable": {"thread_id": body.thread_id}}`.

Takes an assembly whose flows are known and whose entries were asked for their callers; marks routes that know who calls, and hand what the
caller sent on as the key of a conversation that is kept. Left alone is a route by which a key is made of who calls and what was sent, or
something looks up or compares both: whether that is a good test is not judged, so that doubt is silence. Routes for those who may open what
is others' are left alone as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.owned_conversations import is_for_few, knows_caller
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import load_words, words_of

_COMPARES = frozenset({"==", "!=", "===", "!==", "is", "is not", "in", "not in", "+", "%"})
_MOST_VALUES = 80


def mark_conversation_keys(assembly: Assembly) -> None:
    """Marks routes by which a caller goes on with anybody's conversation, with the line that hands on the key."""
    for (source, target, role), flows in assembly.flows_in_order():
        if role != "conversation_key" or not any("user_input" in flow.carries for flow in flows) or not _is_kept(assembly, target):
            continue
        draft = assembly.draft(source)
        if draft.kind != "http_route" or is_for_few(assembly, source) or not knows_caller(assembly, source):
            continue
        functions = [reference for reference, identity in assembly.entry_of_function.items() if identity == source]
        if asks_whose(assembly, {reached for reference in functions for reached in assembly.reach(reference)}):
            continue
        draft.attributes["anybodys_conversation"] = True
        last = flows[0].steps[-1].model_copy(update={"role": "sink", "note": "whose it is, is not asked"})
        draft.show(last)
    # What a key chooses is asked here alone: to everybody else it is no text that reaches the model.
    for key in [key for key in assembly.flows if key[2] == "conversation_key"]:
        del assembly.flows[key]


def _is_kept(assembly: Assembly, target: str) -> bool:
    return assembly.draft(target).kind == "memory" or any(
        source == target and kind == "uses_memory" for source, kind, _other in assembly.relations
    )


def asks_whose(assembly: Assembly, functions: Set[FunctionRef]) -> bool:
    """Whether one of the functions compares, joins or looks up a key together with who calls."""
    words = load_words().whose_conversation
    for file in sorted({file for file, _scope in functions}):
        facts = assembly.program.files[file]
        for identity, value in enumerate(facts.values):
            if value.kind not in ("format", "operation", "call") or (file, value.scope) not in functions:
                continue
            if value.kind == "operation" and value.text not in _COMPARES:
                continue
            node = (file, identity)
            if value.kind == "call":
                callee = words_of(facts.values[value.inputs[0]].text) if value.inputs else []
                if words.looks_up.isdisjoint(callee) or _adds(assembly, node):
                    continue
            said = set(_said(assembly, node))
            if not said.isdisjoint(words.keys) and not said.isdisjoint(words.callers):
                return True
    return False


def _adds(assembly: Assembly, call: Node) -> bool:
    """Whether a call runs a statement that only adds a record."""
    given = (assembly.program.constant((call[0], one)) for one in assembly.program.value(call).inputs[1:2])
    return any(isinstance(text, str) and text.lstrip().lower().startswith("insert") for text in given)


def _said(assembly: Assembly, node: Node) -> Iterator[str]:
    """The words of the names that an expression is made of."""
    for part in inside(assembly.program, node, _MOST_VALUES):
        value = assembly.program.value(part)
        if value.kind in ("name", "attribute", "parameter", "index") or (value.kind == "constant" and len(value.text) < 60):
            yield from words_of(value.text)
