"""What constant arguments of a call say, and absent ones: attributes and controls.

Takes a call and the flags of its rule (`framework.Flag`), gives `Says`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.code.literals import literal
from ingest.code.program import Node, Program
from pipeline.system.model import AttributeValue, ControlKind
from pipeline.system.program.arguments import argument_node, is_open
from pipeline.system.program.option_defaults import default_text
from pipeline.system.rules.framework import Flag


@dataclass(frozen=True, slots=True)
class Says:
    """What the flags of a rule say at one call."""

    attributes: dict[str, AttributeValue]
    controls: tuple[ControlKind, ...]


def read_flags(program: Program, node: Node, flags: tuple[Flag, ...], skip: int = 0) -> Says:
    """Constant arguments, and absent ones, as attributes and controls."""
    value = program.value(node)
    attributes: dict[str, AttributeValue] = {}
    controls: list[ControlKind] = []
    if value.kind != "call" or not flags:
        return Says(attributes, ())
    open_call = is_open(program, node, value)
    for flag in flags:
        given = argument_node(program, node, flag.argument, skip)
        if not _holds(program, flag, given, open_call):
            continue
        if flag.attribute is not None:
            attributes[flag.attribute] = flag.value
        if flag.control is not None:
            controls.append(flag.control)
    return Says(attributes, tuple(controls))


def _listed(program: Program, node: Node) -> list[str]:
    """Constant texts and names in a list display: `args=["-y", "server@1.4.2"]`, `permission_classes=[IsAuthenticated]`."""
    listed = [program.constant(element) for element in program.elements(node)]
    return [*(text for text in listed if isinstance(text, str)), *(name for one in program.elements(node) for name in program.names(one))]


def _is_passed_through(program: Program, given: Node) -> bool:
    """Whether a None is only the default of a function that nothing here calls: who calls it from outside gives the value."""
    return any(
        parameter.default == origin[1] and not program.callers((origin[0], number))
        for origin in program.origins(given)
        if program.value(origin).constant_type == "none"
        for number, function in enumerate(program.files[origin[0]].functions)
        for parameter in function.parameters
    )


def _holds(program: Program, flag: Flag, given: Node | None, open_call: bool) -> bool:
    if given is None:
        return flag.absent and not open_call
    if flag.absent:
        none = any(value.constant_type == "none" for value in program.constants(given)) and len(program.constants(given)) == 1
        return none and not _is_passed_through(program, given)
    constant = program.constant(given)
    if constant is None and (flag.not_constant or flag.matches is not None):
        constant = default_text(program, given)
    is_none = any(value.constant_type == "none" for value in program.constants(given)) and not _is_passed_through(program, given)
    if flag.present:
        return not is_none
    if flag.not_constant:
        return constant is None and not is_none
    if flag.at_most is not None:
        known = [literal(each.text, each.constant_type) for each in program.constants(given)]  # a default, and what is given for it
        if not known:  # a setting, `limits.get("steps", 100)`: that a limit is handed over says that there is one
            return program.value(given).kind != "constant" and not is_none
        return all(isinstance(each, int | float) and each <= flag.at_most for each in known)
    if flag.matches is not None:
        said = [constant] if isinstance(constant, str) else [*program.names(given), *program.types(given), *_listed(program, given)]
        return any(re.search(flag.matches, text) is not None for text in said)
    return constant is not None and constant == flag.equals and isinstance(constant, bool) == isinstance(flag.equals, bool)
