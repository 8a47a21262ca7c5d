"""What of a conversation a log call writes: the part of its line that is text, and whether it is what was said to a model or by it.

Takes a hit of the flow search that ends in a log, gives the way of the most direct text in it, or None where all that is
written is something else: identifiers, counts, errors, a setting of the request that no model is told, a verdict of one
word. Also says of each log whether a person at a terminal reads it, and whether it is written only for debugging.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.flows.debug_switches import is_on_demand
from pipeline.system.flows.excerpts import is_cut, is_cut_short, is_run_as_query
from pipeline.system.flows.failed_answers import tells_of_failure
from pipeline.system.flows.identifiers import (
    gives_links,
    hands_on,
    is_a_path,
    is_called_other_than_text,
    is_identifier,
    is_what_a_write_tells,
    texts,
)
from pipeline.system.flows.known_words import is_known_word
from pipeline.system.flows.log_levels import is_below_level, is_off_by_default
from pipeline.system.flows.taint import TESTED, Hit
from pipeline.system.model import SinkRole
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.programs import imported
from pipeline.system.rules.words import words_of

_TOLD: frozenset[SinkRole] = frozenset({"prompt", "system_prompt", "conversation", "instructions"})
_MODELS = frozenset({"hosted_llm", "local_llm", "agent"})
_HANDED_ON = frozenset({"name", "parameter", "choice", "guarded", "await", "format", "element_of"})
_SPOKEN = frozenset(
    {"text", "texts", "query", "queries", "question", "questions", "message", "messages", "msg", "content", "contents", "prompt", "prompts",
     "input", "inputs", "topic", "task", "description", "answer", "reply", "response", "comment", "body", "feedback", "instruction",
     "instructions", "chat", "history", "conversation", "request", "data", "payload", "transcript", "document", "documents", "email",
     "args", "kwargs", "line", "turn", "turns", "word", "words", "keyword", "keywords", "term", "terms"}
)  # fmt: skip
_READ_OF = frozenset({"attribute", "index"})
_FORMS = frozenset({"part", "type", "object", "array", "record", "message", "call", "result", "response", "event", "instance", "string",
                    "chunk", "block", "item", "node", "format", "shape", "schema"})  # fmt: skip
_CONSOLE = "globalThis.console."
_LINES = re.compile(r"^(?:node:)?readline(?:/promises)?\.createInterface$")
_ASKS_THERE = re.compile(r"^@clack/prompts\.|^@inquirer/|^(?:inquirer|prompts|enquirer)(?:\.|$)")
_STAYS = frozenset({"listen", "serve", "on", "once", "setInterval", "schedule", "createServer", "launch", "login", "addListener", "watch",
                    "subscribe", "consume", "Worker", "process"})  # fmt: skip
_FOR_DEBUGGING = frozenset({"debug", "trace", "verbose", "debugf", "tracef", "debugw", "debugcontext", "logdebug", "logtrace"})
_SWITCHES = frozenset({"debug", "debugging", "verbose", "trace"})
_COMPARES = frozenset({"==", "!=", "===", "!==", "in", "not in"})
_ASKS = frozenset({"contains", "includes", "startswith", "endswith", "equals", "equalsignorecase", "matches", "hasprefix", "equalfold"})
_WORD = 24  # characters of what a verdict of one word is compared with


@dataclass(slots=True)
class Said:
    """What is known of one group of sources: which of their fields a model is told, and which replies are verdicts only."""

    fields: dict[Node, set[str]] = field(default_factory=dict)
    verdicts: frozenset[Node] = frozenset()


def said(assembly: Assembly, hits: Iterable[Hit]) -> Said:
    """Reads off where the data of sources goes, before it is asked what of it is logged."""
    found, tested, used = Said(), set[Node](), set[Node]()
    for hit in hits:
        source = hit.key[2]
        roles = {sink.role for sink in assembly.sinks.get(hit.call, ()) if sink.argument == hit.argument}
        if roles & _TOLD:
            found.fields.setdefault(source, set()).add(_field(assembly, hit.trace))
        if hit.argument == TESTED:
            if _asks_for_a_word(assembly, hit.call):
                tested.add(source)
        elif roles - {"log"} or not roles:
            used.add(source)
    found.verdicts = frozenset(tested - used)
    return found


def written(assembly: Assembly, hit: Hit, known: Said) -> Hit | None:
    """The hit by the way of the text it writes; None where it writes no text of a conversation."""
    if _is_of_no_known_form(assembly, hit) or is_below_level(assembly, hit.call) or tells_of_failure(assembly.program, hit):
        return None
    parts = texts(assembly, hit.call)
    ways = [way for part in parts if (way := hit.by_way_of(part))]
    if not ways and not parts:
        return None
    spoken = [way for way in ways if _is_spoken(assembly, way, hit.key[2], known) and not is_cut_short(assembly, way[-1])]
    if ways and not spoken:
        return None
    if not spoken:
        return hit if not set(hit.trace).isdisjoint(parts) else None
    best = min(spoken, key=lambda way: (not _is_named_text(assembly, way), len(way)))
    rest = hit.trace[hit.trace.index(best[-1]) + 1 :] if best[-1] in hit.trace else ()
    trace = (*best, *rest)
    return replace(hit, _walk=lambda: trace)


def how_much(assembly: Assembly, hit: Hit) -> int:
    """How little of a text a line prints: 0 for all of it, 1 for a part, 2 where nothing sets a level at which it is written."""
    if is_off_by_default(assembly, hit.call):
        return 2
    return int(any(is_cut(assembly, node) for node in hit.trace[1:]))


def _is_of_no_known_form(assembly: Assembly, hit: Hit) -> bool:
    """Whether a line is only written of what is none of the things it should be: `if (!isTextPart(part)) log("unknown", part)`."""
    program, scope = assembly.program, assembly.program.value(hit.call).scope
    for node in hit.trace:
        value = program.value(node)
        if node[0] != hit.call[0] or value.scope != scope or value.kind != "guarded" or value.text not in ("holds", "fails"):
            continue
        asked, holds = (node[0], value.inputs[1]), value.text == "holds"
        while program.value(asked).kind == "operation" and program.value(asked).text == "not":
            asked, holds = (asked[0], program.value(asked).inputs[0]), not holds
        if holds or program.value(asked).kind != "call":
            continue
        words = words_of(_callee(assembly, asked))
        if words[:1] == ["is"] and words[-1] in _FORMS:
            return True
    return False


def _is_spoken(assembly: Assembly, way: tuple[Node, ...], source: Node, known: Said) -> bool:
    if (
        source in known.verdicts
        or is_run_as_query(assembly, way[-1])
        or is_known_word(assembly, way[-1])
        or any(is_identifier(assembly, node) or gives_links(assembly, node) or is_what_a_write_tells(assembly, node) for node in way[1:])
        or is_a_path(assembly, way)
    ):
        return False
    if not known.fields and assembly.program.value(source).text == "name":
        return False  # no model is told it, and a name is no conversation
    for place, node in reversed(tuple(enumerate(way))):
        if is_called_other_than_text(assembly, node):
            return False
        value = assembly.program.value(node)
        after = assembly.program.value(way[place + 1]) if place + 1 < len(way) else None
        put_in = after is not None and after.kind in _READ_OF and after.text in value.labels  # `Entry{Detail: detail}.Detail`
        read = value.kind in _READ_OF and place > 0 and value.text in assembly.program.value(way[place - 1]).labels
        if not put_in and not read and value.kind not in _HANDED_ON and not hands_on(assembly, node):
            break
    if not known.fields or _is_named_text(assembly, way):
        return True
    told, own = known.fields.get(source, set()), _field(assembly, way)
    return bool(told) and (own == "" or "" in told or own in told)


def _is_named_text(assembly: Assembly, way: tuple[Node, ...]) -> bool:
    """Whether what is written, or the entry it was taken from, is called by a word for what people say."""
    value = assembly.program.value(way[-1])
    names = (value.text if value.kind in ("name", "parameter", "attribute", "index", "choice") else "", _field(assembly, way))
    return any(words_of(name)[-1:] and words_of(name)[-1] in _SPOKEN for name in names)


def _field(assembly: Assembly, way: tuple[Node, ...]) -> str:
    """The entry that is taken of a source first; empty where it goes on as a whole."""
    program = assembly.program
    for node in way[1:]:
        value = program.value(node)
        if value.kind in ("attribute", "index"):
            return value.text
        if value.kind == "call":
            key = program.constant((node[0], value.inputs[1])) if len(value.inputs) > 1 else None
            if program.value((node[0], value.inputs[0])).text in ("get", "pop") and isinstance(key, str):
                return key
        elif value.kind in ("format", "operation", "collection", "update"):
            return ""
    return ""


def _asks_for_a_word(assembly: Assembly, test: Node) -> bool:
    """Whether a test compares with a short constant: a yes, a label."""
    program, queue, seen = assembly.program, [test], 0
    while queue and seen < 12:
        node = queue.pop()
        seen += 1
        value = program.value(node)
        inner = [(node[0], given) for given in value.inputs]
        asks = value.kind == "operation" and value.text in _COMPARES
        if value.kind == "call":
            asks = program.value(inner[0]).text.lower() in _ASKS
        if asks and any(isinstance(said := program.constant(given), str) and 1 < len(said) <= _WORD for given in inner):
            return True
        if value.kind in ("operation", "choice", "await"):
            queue += inner
    return False


# Logs


def mark_logs(assembly: Assembly) -> None:
    """Says of each log who reads it, where that is the person who started the program, and whether it is written for debugging only,
    or only where somebody has switched it on."""
    calls: dict[str, list[Node]] = {}
    for call, sinks in assembly.sinks.items():
        for element in {sink.element for sink in sinks if sink.role == "log"}:
            calls.setdefault(element, []).append(call)
    started = _started_by_hand(assembly) | _talked_in(assembly) if calls else set[FunctionRef]()
    for element, written_by in sorted(calls.items()):
        if all(_is_at_a_terminal(assembly, call, started) for call in written_by):
            assembly.draft(element).attributes["terminal"] = True
        if all(_callee(assembly, call).lower() in _FOR_DEBUGGING or _is_switched_on(assembly, call) for call in written_by):
            assembly.draft(element).attributes["debugging"] = True
        if all(is_on_demand(assembly, call) for call in written_by):
            assembly.draft(element).attributes["on_demand"] = True


def mark_told_by(assembly: Assembly) -> None:
    """Says of what brings messages in, and is no entry that is known, that a model is told them: `asks_model`."""
    for (source, target, role), ways in assembly.flows.items():
        told = role in _TOLD and assembly.draft(source).kind == "component" and assembly.draft(target).kind in _MODELS
        if told and any("user_input" in way.carries for way in ways):
            assembly.draft(source).attributes["asks_model"] = True


def _callee(assembly: Assembly, call: Node) -> str:
    return assembly.program.value((call[0], assembly.program.value(call).inputs[0])).text


def _is_switched_on(assembly: Assembly, call: Node) -> bool:
    """Whether the call runs only where somebody asked for it: `if Debug { fmt.Printf(...) }`, `if (log.isDebugEnabled())`."""
    program, facts = assembly.program, assembly.program.files[call[0]]
    for number in facts.conditions.get(call[1], ()):
        branch = facts.branches[number]
        asked = (call[0], branch.condition)
        if program.value(asked).kind == "call":
            asked = (call[0], program.value(asked).inputs[0])
        if branch.side(call[1]) is True and not _SWITCHES.isdisjoint(words_of(program.value(asked).text)):
            return True
    return False


def _is_at_a_terminal(assembly: Assembly, call: Node, started: Collection[FunctionRef]) -> bool:
    names = assembly.program.names((call[0], assembly.program.value(call).inputs[0]))
    return any(name.startswith(_CONSOLE) for name in names) and (call[0], assembly.program.value(call).scope) in started


def _started_by_hand(assembly: Assembly) -> set[FunctionRef]:
    """Functions that a file nobody imports runs when it is started, where it does its work and ends, and serves nobody."""
    program, found, served = assembly.program, set[FunctionRef](), set[FunctionRef]()
    files = [file for file in range(len(program.files)) if program.objects_are_entries(file)]
    taken = {other for file in files for other in imported(program, file)}
    for file in files:
        run = {inner for reference in assembly.reach((file, 0)) for inner in (reference, *_inside(assembly, reference))}
        calls = (call for reference in run for call in assembly.calls_in(reference))
        serves = not run.isdisjoint(assembly.entry_of_function) or any(_callee(assembly, call) in _STAYS for call in calls)
        if file in taken or serves:
            served |= run if serves else set()
        else:
            found |= run
    return found - served


def _talked_in(assembly: Assembly) -> set[FunctionRef]:
    """Functions that open a conversation at the terminal, and what stands inside them: what they print is the reply to who types."""
    program, found = assembly.program, set[FunctionRef]()
    for file, facts in enumerate(program.files):
        if not program.objects_are_entries(file):
            continue
        for number, value in enumerate(facts.values):
            if value.kind == "call" and value.scope and _opens_terminal(program, (file, number)):
                found.add((file, value.scope))
        for number, function in enumerate(facts.functions):  # those inside stand behind those around them
            if function.parent is not None and (file, function.parent) in found:
                found.add((file, number))
    return found


def _opens_terminal(program: Program, call: Node) -> bool:
    """Whether a call asks at the terminal; a file is read line by line by the same function."""
    names = program.names((call[0], program.value(call).inputs[0]))
    if any(map(_LINES.search, names)):
        given = argument_node(program, call, "input|0")
        return given is not None and any(name.endswith("process.stdin") for name in program.names(given))
    return any(map(_ASKS_THERE.search, names))


def _inside(assembly: Assembly, reference: FunctionRef) -> Iterator[FunctionRef]:
    """Functions without a name that stand in a function: what it hands to others to call."""
    for number, function in enumerate(assembly.program.files[reference[0]].functions):
        if function.parent == reference[1] and function.name.startswith("<") and number != reference[1]:
            yield reference[0], number
            yield from _inside(assembly, (reference[0], number))
