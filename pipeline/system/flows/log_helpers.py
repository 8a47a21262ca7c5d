"""Functions of a program that only hand on to a log: what is written is said by whoever calls them, and is told there.

Takes an assembly whose sinks are known, before flows are looked for. `logDebug(message, data)`, a method `Info` of a logger of the
program's own: each call of one is a line of the log, with a log of its own name, and the call inside is none any more for what it is
handed. A helper is known by its name, and by what it is handed reaching the log; several that call each other are moved one after the
other. Where nobody calls it the line inside stays.
"""

from __future__ import annotations

from typing import Final

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.flows.debug_switches import is_on_demand
from pipeline.system.flows.log_levels import is_below_level
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import words_of

_HELPERS: Final = frozenset(
    {"log", "logs", "logger", "logging", "debug", "info", "notice", "warn", "warning", "error", "trace", "verbose", "fatal", "print",
     "println", "debugf", "infof", "warnf", "errorf", "tracef", "printf", "logf"}
)  # fmt: skip
_WITH: Final = frozenset(
    {"log", "logs", "write", "print", "to", "kv", "f", "w", "s", "ln", "ctx", "context", "with", "message", "msg", "line", "entry", "event",
     "safe", "structured", "json", "debug", "info", "warn", "warning", "error", "trace", "verbose", "fatal", "success", "step", "detail",
     "details", "fields", "data", "image", "analysis", "tool", "call", "request", "response", "progress", "status"}
)  # fmt: skip
_ROUNDS, _MOST, _CALLERS = 3, 60, 400


def move_logs_to_callers(assembly: Assembly) -> None:
    """Sinks of logs, from helpers to their calls."""
    for _ in range(_ROUNDS):
        moved = [(call, found) for call in sorted(assembly.sinks) if (found := _handed_on(assembly, call)) is not None]
        if not moved:
            return
        for call, (function, parameters, sinks) in moved:
            if not _move(assembly, function, parameters, sinks[0]):
                continue
            kept = [sink for sink in assembly.sinks[call] if sink not in sinks]
            assembly.sinks[call] = kept
            if not kept:
                del assembly.sinks[call]


def is_helper(name: str) -> bool:
    """Whether a function is called like one that writes to a log: `logDebug`, `DebugKV`, `log_event`, `info`."""
    words = words_of(name.rpartition(".")[2])
    return bool(words) and (words[0] in _HELPERS or words[-1] in _HELPERS) and all(word in _HELPERS | _WITH for word in words)


def _handed_on(assembly: Assembly, call: Node) -> tuple[FunctionRef, frozenset[int], list[Sink]] | None:
    """The helper that a line stands in, which of its parameters reach the line, and the sinks of these."""
    program, value = assembly.program, assembly.program.value(call)
    logs = [sink for sink in assembly.sinks[call] if sink.role == "log" and 0 < sink.argument < len(value.inputs)]
    function = call[0], value.scope
    if not logs or not value.scope or function in assembly.entry_of_function or not program.callers(function):
        return None
    if is_on_demand(assembly, call) or is_below_level(assembly, call):
        return None  # a line that is only written where somebody asks for it
    facts = program.function(function)
    if not is_helper(facts.name):
        return None
    own = {(call[0], one.value): number for number, one in enumerate(facts.parameters) if one.name not in ("self", "this", "cls")}
    found, sinks = set[int](), list[Sink]()
    for sink in logs:
        met = {own[node] for node in inside(program, (call[0], value.inputs[sink.argument]), _MOST) if node in own}
        found |= met
        sinks += [sink] if met else []
    return (function, frozenset(found), sinks) if sinks else None


def _move(assembly: Assembly, function: FunctionRef, parameters: frozenset[int], sink: Sink) -> bool:
    """A log for each function that calls the helper; False where none is found."""
    program, draft = assembly.program, assembly.draft(sink.element)
    what = draft.name.partition(" (")[2].partition(")")[0] or "log"
    found = False
    for call in program.callers(function)[:_CALLERS]:
        for target in program.targets(call):
            if target.function != function:
                continue
            bound = program.bind(call, target)
            positions = sorted({position for parameter in parameters for position in bound.get(parameter, ()) if position > 0})
            if not positions:
                continue
            symbol = assembly.symbol(call)
            name = f"{'.'.join(symbol.rsplit('/', 1)[-1].split('.')[-2:])} ({what})"
            identity = assembly.drafts.put(
                "log", name, draft.zone, dict(draft.attributes), assembly.cite(call, "sink"), call, assembly.purpose(call[0]), symbol, True
            )
            known = assembly.sinks.setdefault(call, [])
            known += [Sink(position, "log", identity) for position in positions if all(
                one.role != "log" or one.argument != position for one in known
            )]  # fmt: skip
            found = True
    return found
