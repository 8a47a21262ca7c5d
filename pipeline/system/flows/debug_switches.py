"""Lines that are only written where somebody has asked for them: `if (DEBUG) console.log(reply)`, `if not self.verbose: return`.

Takes a call that writes, says whether a test on the way to it asks for debugging by its name, for a machine of a developer, or for
logging that is off as it is shipped. A switch that the code itself leaves on is none. Tests around the calls of a function that
writes are not looked at, only those inside of it.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.switches import off_by
from pipeline.system.rules.words import words_of

_FOR_DEBUGGING = frozenset({"debug", "debugging", "verbose", "verbosity", "trace", "tracing"})
_FOR_LOGS = frozenset({"log", "logs", "logging", "dump", "print", "record"})
_OF_DEVELOPERS = frozenset({"debug", "trace", "development", "dev"})
_OF_USERS = frozenset({"production", "prod"})
_EQUAL, _UNEQUAL = frozenset({"==", "===", "is"}), frozenset({"!=", "!==", "is not"})
_MOST = 6  # levels of a test that are taken apart


def is_on_demand(assembly: Assembly, call: Node) -> bool:
    """Whether a call only runs where debugging, or logging that is off by default, was switched on."""
    facts = assembly.program.files[call[0]]
    for number in facts.conditions.get(call[1], ()):
        branch = facts.branches[number]
        came_out = branch.side(call[1])
        if came_out is None and branch.exits_when:
            came_out = branch.exits_when == "fails"
        if came_out is None:
            continue
        condition = (call[0], branch.condition)
        if _asks(assembly, condition, came_out, 0) or (_speaks_of_logs(assembly, condition) and off_by(assembly, condition, came_out)):
            return True
    return False


def _asks(assembly: Assembly, node: Node, holds: bool, depth: int) -> bool:
    program, value = assembly.program, assembly.program.value(node)
    inner = [(node[0], given) for given in value.inputs]
    if depth > _MOST:
        return False
    if value.kind == "operation" and value.text in ("not", "!") and inner:
        return _asks(assembly, inner[0], not holds, depth + 1)
    if value.kind == "guarded" and inner:
        return _asks(assembly, inner[0], holds, depth + 1)
    if value.kind == "choice" and value.text in ("and", "or"):
        return (value.text == "and") == holds and any(_asks(assembly, part, holds, depth + 1) for part in inner)
    if value.kind == "operation" and value.text in _EQUAL | _UNEQUAL and len(inner) == 2:
        said = {str(program.constant(part)).lower() for part in inner}
        equal = (value.text in _EQUAL) == holds
        return bool(said & (_OF_DEVELOPERS if equal else _OF_USERS)) or (
            equal and bool(said & {"true", "1", "yes", "on"}) and any(_is_switch(assembly, part) for part in inner)
        )
    return holds and any(_is_switch(assembly, part) for part in (inner if value.kind == "operation" else [node]))


def _is_switch(assembly: Assembly, node: Node) -> bool:
    """Whether a value is called by a word for debugging, or was read from what is, and is not left on by the code itself."""
    origins = assembly.program.origins(node)
    if any(assembly.program.constant(origin) is True for origin in origins):
        return False
    return any(_words(assembly, part) & _FOR_DEBUGGING for part in (node, *origins))


def _speaks_of_logs(assembly: Assembly, node: Node) -> bool:
    return bool(_words(assembly, node) & _FOR_LOGS)


def _words(assembly: Assembly, node: Node) -> set[str]:
    """Words of a value's name: of a variable, a field, a called function and of the texts that it is given."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "call":
        return set(words_of(value.text)) if value.kind in ("name", "attribute", "index", "parameter", "choice") else set()
    callee, *given = ((node[0], part) for part in value.inputs)
    texts = [program.value(callee).text, *(str(program.constant(part)) for part in given), *(program.value(part).text for part in given)]
    return {word for text in texts for word in words_of(text[:80])}
