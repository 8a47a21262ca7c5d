"""Checks that are installed where a tool is made and act wherever it is used.

An unpickler that chooses which classes it builds, and an HTTP client whose hook, adapter, transport or own
`send` refuses addresses, stand on the way of data that never meets a test in the code around the call.
Takes an assembly whose elements are known, adds controls to them. Whether a list of classes or addresses
is the right one is not judged; a hook that only looks on is no check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import checked_kind, condition_kind
from pipeline.system.model import Evidence
from pipeline.system.program.arguments import argument_positions

_CLIENT = re.compile(r"^(httpx2?\.(Async)?Client|requests\.(sessions\.)?[Ss]ession)$")
_EXCEPTION = re.compile(r"(Error|Exception|Refused|Denied|Forbidden|Blocked|Rejected|Unauthori[sz]ed)$")
_LOOKS_UP = frozenset({"find_class", "getattr", "import_module", "__import__"})
_SENDS = ("send", "request", "handle_request", "handle_async_request")
_CHOSEN = ("allow_list", "input_validation")


def add_installed_checks(assembly: Assembly) -> None:
    """Controls of loaders, and of the requests of clients."""
    for node, identity in sorted(assembly.element_of_call.items()):
        if assembly.draft(identity).kind == "model_file":
            for evidence in _chooses_classes(assembly, node):
                assembly.control("safe_loader", identity, evidence)
    requests = _requests(assembly)
    if not requests:
        return
    for client, scope, check, place in _guarded_clients(assembly):
        for node, made_by in requests:
            if client in made_by and scope in (None, (node[0], assembly.program.value(node).scope)):
                assembly.control(checked_kind(assembly, check), assembly.element_of_call[node], assembly.cite(place))
    for node, _made_by in requests:
        for check in _own_send(assembly, assembly.program.types(_receiver(assembly, node))):
            assembly.control(checked_kind(assembly, check), assembly.element_of_call[node], assembly.function_evidence(check))


# Unpicklers


def _chooses_classes(assembly: Assembly, node: Node) -> Iterator[Evidence]:
    """`SafeUnpickler(f).load()`: a class of the project whose `find_class` builds only what it lists."""
    program = assembly.program
    if not _is_method(assembly, node):
        return
    owners = [name for name in program.types(_receiver(assembly, node)) if name in program.classes]
    found = [program.method(owner, "find_class") for owner in owners]
    if owners and all(method is not None and _restricts(assembly, method) for method in found):
        for method in found:
            evidence = assembly.function_evidence(method) if method is not None else None
            if evidence is not None:
                yield evidence


def _restricts(assembly: Assembly, find_class: FunctionRef) -> bool:
    """Every class it looks up by name passed a list first."""
    for function in sorted(assembly.reach(find_class)):
        for call in assembly.calls_in(function):
            callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
            if callee.kind in ("name", "attribute") and callee.text in _LOOKS_UP and not _listed(assembly, call):
                return False
    return True


def _listed(assembly: Assembly, call: Node) -> bool:
    """Whether a call runs only for what a test on the way found in a list."""
    program, facts = assembly.program, assembly.program.files[call[0]]
    sides: dict[int, bool] = {}
    for given in program.value(call).inputs[1:]:
        value = program.value((call[0], given))
        while value.kind == "guarded":
            side, _, part = value.text.partition(":")
            if not part:
                sides[value.inputs[1]] = side == "holds"
            value = facts.values[value.inputs[0]]
    for branch in facts.conditions.get(call[1], ()):
        test = facts.branches[branch]
        # Operands inside a tuple are not narrowed: what is raised before the call says that the test failed here.
        raised = any(_is_exception(assembly, (call[0], between)) for between in range(test.condition, call[1]))
        sides.setdefault(test.condition, not (raised and test.exits_when == "holds"))
    return any(condition_kind(assembly, (call[0], condition), side) in _CHOSEN for condition, side in sides.items())


def _is_exception(assembly: Assembly, node: Node) -> bool:
    value = assembly.program.value(node)
    if value.kind != "call":
        return False
    for name in assembly.program.names((node[0], value.inputs[0])):
        known = (name, *assembly.program.outside_bases(name)) if name in assembly.program.classes else (name,)
        if any(_EXCEPTION.search(given.rsplit(".", 1)[-1]) for given in known):
            return True
    return False


# HTTP clients


def _requests(assembly: Assembly) -> list[tuple[Node, tuple[Node, ...]]]:
    """Calls of methods that send a request, each with what its client was made by."""
    return [
        (node, assembly.program.origins(_receiver(assembly, node)))
        for node, identity in sorted(assembly.element_of_call.items())
        if assembly.draft(identity).kind in ("web_content", "external_service") and _is_method(assembly, node)
    ]


def _is_method(assembly: Assembly, node: Node) -> bool:
    value = assembly.program.value(node)
    return value.kind == "call" and assembly.program.value((node[0], value.inputs[0])).kind == "attribute"


def _guarded_clients(assembly: Assembly) -> Iterator[tuple[Node, FunctionRef | None, FunctionRef, Node]]:
    """Clients that refuse: what made one, the only function the check is for (None: all), the check, and where it is installed."""
    program = assembly.program
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            node = (file, identity)
            if value.kind != "call" or len(value.inputs) < 2:
                continue
            if {"event_hooks", "transport", "mounts"} & set(value.labels) and _is_client(assembly, node):
                for position in argument_positions(value, "event_hooks"):
                    for check in _hooks(assembly, (file, value.inputs[position])):
                        yield node, None, check, node
                for position in (*argument_positions(value, "transport"), *argument_positions(value, "mounts")):
                    for check in _own_sends(assembly, (file, value.inputs[position])):
                        yield node, None, check, node
            callee = facts.values[value.inputs[0]]
            if callee.kind == "attribute" and callee.text == "mount" and len(value.inputs) == 3:
                for client, scope in _clients_at(assembly, (file, callee.inputs[0]), value.scope):
                    for check in _own_sends(assembly, (file, value.inputs[2])):
                        yield client, scope, check, node
        for store in facts.stores:
            if store.attribute == "event_hooks":
                for client, scope in _clients_at(assembly, (file, store.base), store.scope):
                    for check in _hooks(assembly, (file, store.value)):
                        yield client, scope, check, (file, store.value)


def _clients_at(assembly: Assembly, base: Node, scope: int) -> Iterator[tuple[Node, FunctionRef | None]]:
    """What an object that is changed in a function was made by; a local one is changed for that function only."""
    top = assembly.program.function((base[0], scope)).name == "<module>"
    shared = top or assembly.program.value(base).kind in ("name", "attribute")
    for origin in assembly.program.origins(base):
        if _is_client(assembly, origin):
            yield origin, None if shared else (base[0], scope)


def _is_client(assembly: Assembly, call: Node) -> bool:
    value = assembly.program.value(call)
    if value.kind != "call":
        return False
    names = assembly.program.names((call[0], value.inputs[0]))
    outside = [base for name in names if name in assembly.program.classes for base in assembly.program.outside_bases(name)]
    return any(_CLIENT.match(name) for name in (*names, *outside))


def _hooks(assembly: Assembly, given: Node) -> Iterator[FunctionRef]:
    """Refusing functions under `request`; those on the answer come too late."""
    program = assembly.program
    for origin in program.origins(given):
        value = program.value(origin)
        if value.kind == "collection" and "request" in value.labels:
            queue, seen = [(origin[0], value.inputs[value.labels.index("request")])], 0
            while queue and seen < 30:
                current = queue.pop()
                seen += 1
                inner = program.value(current)
                if inner.kind in ("collection", "update", "choice", "guarded"):
                    queue += [(current[0], part) for part in inner.inputs]
                for name in program.names(current):
                    for reference in program.functions.get(name, ()):
                        if _raises(assembly, reference):
                            yield reference


def _own_sends(assembly: Assembly, given: Node) -> Iterator[FunctionRef]:
    """The refusing methods of adapters and transports of the project that are handed over."""
    for element in assembly.program.elements(given):
        yield from _own_send(assembly, assembly.program.types(element))


def _own_send(assembly: Assembly, types: tuple[str, ...]) -> Iterator[FunctionRef]:
    for owner in types:
        for name in _SENDS if owner in assembly.program.classes else ():
            method = assembly.program.method(owner, name)
            if method is not None and _raises(assembly, method):
                yield method


def _raises(assembly: Assembly, reference: FunctionRef) -> bool:
    """Whether a function, or one it calls, builds an exception after a test."""
    return any(
        call[1] in assembly.program.files[call[0]].conditions and _is_exception(assembly, call)
        for function in sorted(assembly.reach(reference))[:40]
        for call in assembly.calls_in(function)
    )


def _receiver(assembly: Assembly, call: Node) -> Node:
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    return call[0], callee.inputs[0] if callee.inputs else assembly.program.value(call).inputs[0]
