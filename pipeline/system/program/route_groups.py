"""Groups that routes of ASP.NET are registered at, and what stands before an address: `app.MapGroup("/a").MapGroup("/b").MapGet(...)`.

Takes the call that registers a route, gives the groups around it, inner ones first, and the address with what the groups or the class of a
controller put before it. A group that a function is given to register at (`admin.MapPrompts()`) is the one that its only caller gives; what
a convention or a setting puts before is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.code.program import Node, Program

_MOST = 60
_TOKEN = re.compile(r"\[(controller|action|area)\]", re.IGNORECASE)


def receiver_of(program: Program, call: Node) -> Node:
    """What a method is called on."""
    value = program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    return call[0], callee.inputs[0] if callee.inputs else value.inputs[0]


def groups_around(program: Program, marker: Node) -> list[Node]:
    """What a route is registered at, and what that was made of, inner ones first."""
    found: dict[Node, None] = {}
    queue = [marker]
    while queue and len(found) < _MOST:
        current = queue.pop(0)
        kind = program.value(current).kind
        given = receiver_of(program, current) if kind == "call" else _given_by_caller(program, current) if kind == "parameter" else None
        inner = [node for node in program.origins(given) if node not in found] if given is not None else []
        inner += [node for made in inner for node in _given_back(program, made) if node not in found]
        found |= dict.fromkeys(inner)
        queue += inner
    return list(found)


def _given_back(program: Program, call: Node) -> list[Node]:
    """What functions of the project give back that make a group: `routes.MapOwnGroup("chat")`."""
    asked = [target for target in program.targets(call) if not target.constructs] if program.value(call).kind == "call" else []
    return [(one.function[0], returned) for one in asked for returned in program.function(one.function).returns]


def _given_by_caller(program: Program, parameter: Node) -> Node | None:
    """What the only call of a function gives for one of its parameters."""
    known = program.parameter_of(parameter)
    callers = program.callers(known[0]) if known is not None else []
    if known is None or len(callers) != 1:
        return None
    call = callers[0]
    bound = any(target.bound for target in program.targets(call) if target.function == known[0])
    if bound and known[1] == 0:
        return receiver_of(program, call)
    position = 1 + known[1] - bound  # the first input of a call is what is called
    inputs = program.value(call).inputs
    return (call[0], inputs[position]) if position < len(inputs) else None


def group_prefix(program: Program, marker: Node) -> str:
    """What the groups around a route put before its address."""
    if program.files[marker[0]].language != "csharp" or program.value(marker).kind != "call":
        return ""
    said: list[str] = []
    for node in groups_around(program, marker):
        value = program.value(node)
        if value.kind == "call" and program.value((node[0], value.inputs[0])).text == "MapGroup" and len(value.inputs) > 1:
            prefix = program.constant((node[0], value.inputs[1]))
            said.insert(0, prefix.strip("/") if isinstance(prefix, str) else "")
    return "".join(f"/{part}" for part in said if part)


def of_controller(parts: Sequence[str], name: str, owner: str, function: str) -> str:
    """The address of an action: the template of its class, then its own, which stands alone where it begins with a slash."""
    own = name.removeprefix("~")
    written = [own] if own.startswith("/") else [*parts, own]
    says = {"controller": owner.rpartition(".")[2].removesuffix("Controller"), "action": function.removesuffix("Async"), "area": "area"}
    path = "/".join(part.strip("/") for part in written if part.strip("/"))
    return "/" + _TOKEN.sub(lambda token: says[token[1].lower()].lower(), path)
