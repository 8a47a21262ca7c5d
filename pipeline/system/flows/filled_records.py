"""Objects that only hold what their constructor is given: `new Answer(text)` with a field, and methods that read and set it.

Frameworks write such an object out as a record, so data in a field leaves with it. Takes the program, a call that makes an object, and
which argument is meant; gives the fields that the constructor fills with it. A class whose methods do something is no such holder.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node, Program, Target
from ingest.facts import CodeFacts

_ACCESSOR = re.compile(r"(?:get|set|is|has|with)(?:[A-Z_].*)?|equals|hashCode|toString|to_dict|__init__|__repr__|__str__|__eq__|__hash__")


def fields_filled(program: Program, call: Node, position: int, targets: tuple[Target, ...]) -> list[str]:
    """The fields in which a made object holds an argument as it was given."""
    found: dict[str, None] = {}
    for target in targets:
        if not target.constructs or not _is_holder(program, target.constructs):
            continue
        for parameter, arguments in program.bind(call, target).items():
            if position in arguments:
                found.update(dict.fromkeys(_stored(program.files[target.function[0]], target.function, parameter)))
    return list(found)


def _is_holder(program: Program, name: str) -> bool:
    if name not in program.classes or program.outside_bases(name):
        return False
    file, cls = program.classes[name]
    return all(_ACCESSOR.fullmatch(program.files[file].functions[number].name) for number in cls.methods)


def _stored(facts: CodeFacts, constructor: FunctionRef, parameter: int) -> list[str]:
    value = facts.functions[constructor[1]].parameters[parameter].value
    return [store.attribute for store in facts.stores if store.scope == constructor[1] and store.value == value]
