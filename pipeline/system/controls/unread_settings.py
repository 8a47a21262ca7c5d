"""Settings that a program declares and nobody asks for: a namespace of NestJS that is loaded and never read, a field of settings in Python.

`registerAs("jwt", () => ({ secret }))` is read as `config.get("jwt.secret")` or `config.get("jwt")`, or is injected by what the file
exports (`@Inject(jwtConfig.KEY)`, `jwtConfig.asProvider()`, `jwtConfig()`). Takes the program and a value; says whether it stands in such a
namespace and nothing reads that. Where a setting is asked for by a name that is not written down, any may be meant. A field of a class of
settings is unread where its name stands nowhere else and the settings are never handed on as a whole.
"""

from __future__ import annotations

import re

from ingest.code.program import Node, Program
from pipeline.system.program.walking import inside

_MOST_PIECES, _SHORT = 20, 2
_REGISTERS = "@nestjs/config.registerAs"
_ASKS = frozenset({"get", "getOrThrow"})
_ASKED = ("@nestjs/config.ConfigService.get", "@nestjs/config.ConfigService.getOrThrow")
_AS_A_WHOLE = frozenset({"model_dump", "vars", "asdict", "from_object", "from_mapping", "getattr", "__dict__", "model_dump_json"})
_SETTINGS = re.compile(r"settings|config|conf$|^self$|^cls$", re.IGNORECASE)
_HANDED_ON = frozenset({"KEY", "asProvider"})


def stands_unread(program: Program, node: Node) -> bool:
    """Whether a value is an entry of a namespace that nothing asks for."""
    facts = program.files[node[0]]
    registered = [
        (node[0], number)
        for number, value in enumerate(facts.values)
        if value.kind == "call" and len(value.inputs) > 2 and _REGISTERS in program.names((node[0], value.inputs[0]))
    ]
    if len(registered) != 1:
        return False
    name = program.constant((node[0], program.value(registered[0]).inputs[1]))
    within = program.value((node[0], program.value(registered[0]).inputs[2]))
    begins, ends = program.value(registered[0]).line, program.value(registered[0]).end_line
    if not isinstance(name, str) or not name or within.kind != "function" or not begins <= program.value(node).line <= ends:
        return False
    return not any(_reads(program, file, name, node[0]) for file in range(len(program.files)))


def _reads(program: Program, file: int, name: str, registered_in: int) -> bool:
    """Whether a file asks for a namespace by its name, for one that is not written down, or for what the registering file exports."""
    facts = program.files[file]
    own = {statement.local for statement in facts.imports if program.file_of(statement.target, file) == registered_in}
    own |= {s.local for s in facts.imports if any(n[0] == registered_in for n in program.resolve(s.target, file)[0])}
    for number, value in enumerate(facts.values):
        if file != registered_in and value.kind == "constant" and (value.text == name or value.text.startswith(f"{name}.")):
            return True
        if value.kind == "attribute" and value.text in _HANDED_ON and facts.values[value.inputs[0]].text in own:
            return True
        if value.kind != "call":
            continue
        callee = facts.values[value.inputs[0]]
        if callee.kind == "name" and callee.text in own:
            return True
        asks = callee.kind == "attribute" and callee.text in _ASKS and len(value.inputs) > 1
        if (
            asks
            and program.constant((file, value.inputs[1])) is None
            and any(one in _ASKED for one in program.callee_names((file, number)))
        ):
            return True
    return False


def is_unread_field(program: Program, owner: str, field: str) -> bool:
    """Whether nothing of the product takes a field of a class of settings, by its name or with all the others."""
    for file, facts in enumerate(program.files):
        if facts.purpose == "test":
            continue
        for number, value in enumerate(facts.values):
            if value.kind in ("attribute", "index", "constant", "name", "parameter") and value.text.lower() == field.lower():
                return False
            if value.kind == "call" and _takes_all(program, (file, number), owner, field):
                return False
    return True


def _takes_all(program: Program, call: Node, owner: str, field: str) -> bool:
    """Whether a call takes everything that settings hold: `settings.model_dump()`, `vars(settings)`, `app.config.from_object(settings)`."""
    value = program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    if callee.text not in _AS_A_WHOLE:
        return False
    if callee.text == "getattr" and len(value.inputs) > 2:  # one, by its name, or by a name that is put together of such pieces
        named = (one for origin in program.origins((call[0], value.inputs[2])) for one in inside(program, origin, _MOST_PIECES))
        pieces = [one.text.lower() for node in named if (one := program.value(node)).kind == "constant" and one.constant_type == "string"]
        if any(len(piece) > _SHORT and piece not in field.lower() for piece in pieces):
            return False
    handed = [(call[0], one) for one in (*(callee.inputs[:1] if callee.kind == "attribute" else ()), *value.inputs[1:])]
    known = [name for node in handed for name in program.types(node)]
    return owner in known or any(_SETTINGS.search(program.value(node).text) for node in handed)
