"""Lines of a log that are off as the program is shipped: those for debugging, where it sets a level above them itself.

Takes a call that writes, and the program. `logging.basicConfig(level=logging.INFO)`, `logger.setLevel("WARNING")` and
`pino({level: "info"})` say so where every such setting of the program is written down and none lets lines for debugging out. A level
that a variable, an argument or a file of settings chooses says nothing.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node

_DEBUGS = frozenset({"debug", "trace", "verbose", "silly"})
_SETS = {
    "python": re.compile(r"^logging\.(?:basicConfig|Logger\.setLevel|getLogger\(\)\.setLevel)$"),
    "typescript": re.compile(r"^(?:pino|winston\.createLogger)$"),
}
_CALLED = frozenset({"basicConfig", "setLevel", "pino", "createLogger"})
_ABOVE = re.compile(r"(?:^|[.])(?:info|warn|warning|error|critical|fatal|notice)$", re.IGNORECASE)


def is_below_level(assembly: Assembly, call: Node) -> bool:
    """Whether a call writes for debugging only, and debugging is off."""
    program = assembly.program
    callee = program.value((call[0], program.value(call).inputs[0]))
    if callee.text.rpartition(".")[2].lower() not in _DEBUGS:
        return False
    language = program.files[call[0]].language
    known = assembly.memo.debug_off
    if language not in known:
        known[language] = _is_off(assembly, language)
    return known[language]


def _is_off(assembly: Assembly, language: str) -> bool:
    """Whether the program sets levels, and all of them are written down and above debugging."""
    program, asked, found = assembly.program, _SETS.get(language), False
    for file, facts in enumerate(program.files) if asked is not None else ():
        for number, value in enumerate(facts.values):
            if value.kind != "call" or facts.language != language:
                continue
            callee = facts.values[value.inputs[0]]
            sets = callee.kind in ("name", "attribute") and callee.text.rpartition(".")[2] in _CALLED
            if not sets or asked is None or not any(map(asked.search, program.callee_names((file, number)))):
                continue
            level = argument_node(program, (file, number), "level|0" if callee.text.endswith("setLevel") else "level")
            if level is None:
                continue
            said = (*program.names(level), str(program.constant(level) or ""))
            if not any(map(_ABOVE.search, said)):
                return False
            found = True
    return found
