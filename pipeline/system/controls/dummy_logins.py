"""Logins that let everybody in: what is named for asking who calls, stands before routes, and gives the same person to all.

Takes an assembly whose entries are known and what authenticates them; makes a component of each such function that is injected into a route
or runs before one, and of .NET's handlers of authentication that only succeed. A function that branches, refuses, waits for something or
looks at anything it was given is left alone, whatever it looks at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.authentication import TAKING, Authenticating
from pipeline.system.controls.unknown_callers import AUTH_NAME, snake
from pipeline.system.model import AttributeValue, Evidence
from pipeline.system.program.walking import inside

_OF_TIME = frozenset({"utcnow", "now", "uuid4", "today", "time", "Date", "randomUUID"})
_GOES_ON = frozenset({"next", "done"})
_MOST = 40


def add_dummy_logins(assembly: Assembly, authenticating: Authenticating) -> None:
    """A component for each, with the line by which everybody is let in."""
    asked: set[FunctionRef] = set()
    for reference, identity in sorted(assembly.entry_of_function.items()):
        if assembly.draft(identity).kind not in ("http_route", "websocket"):
            continue
        asked |= authenticating.runs_before(reference)
        for parameter in assembly.program.function(reference).parameters:
            asked.update(authenticating.injections.of_parameter(reference, parameter.name))
    found = [(one, given) for one in sorted(asked) if (given := _given_to_all(assembly, one)) is not None]
    for reference, given in (*found, *_handlers(assembly)):
        name, evidence = assembly.program.function(reference).qualified_name, assembly.cite(given, "sink", "whoever calls is let in")
        said: dict[str, AttributeValue] = {"lets_everybody_in": True, "names": (assembly.program.function(reference).name,)}
        assembly.drafts.put("component", name, "application", said, evidence, given, assembly.purpose(reference[0]), name, local=True)


def add_unread_schemes(assembly: Assembly, unread: Mapping[Node, Evidence]) -> None:
    """A component for each scheme that takes a token out of the request, where a route has no other login and nobody looks at the token."""
    for node, evidence in sorted(unread.items()):
        schemes = {name.rpartition(".")[2] for name in _named_schemes(assembly, node)}
        function = assembly.program.function((node[0], assembly.program.value(node).scope)).qualified_name
        said: dict[str, AttributeValue] = {"lets_everybody_in": True, "names": tuple(sorted(schemes)) or ("the scheme",)}
        name = f"{'/'.join(sorted(schemes))} at {evidence.path}"
        assembly.drafts.put("component", name, "application", said, evidence, node, assembly.purpose(node[0]), function)


def _named_schemes(assembly: Assembly, node: Node) -> Iterator[str]:
    program = assembly.program
    for part in inside(program, node, _MOST):
        yield from (name for name in map(assembly.index.canonical, program.types(part)) if name.startswith(TAKING))


def _given_to_all(assembly: Assembly, reference: FunctionRef) -> Node | None:
    """What a function that is named for a login gives to everybody, where it looks at nothing."""
    program = assembly.program
    function, facts = program.function(reference), program.files[reference[0]]
    if AUTH_NAME.search(snake(function.name)) is None or any(branch.scope == reference[1] for branch in facts.branches):
        return None
    own = {parameter.value for parameter in function.parameters}
    makes = [call for call in assembly.calls_in(reference) if not _is_plain(assembly, call, own)]
    if makes or any(store.scope == reference[1] and store.value in own for store in facts.stores):
        return None
    for returned in function.returns:
        parts = [program.value(part) for part in inside(program, (reference[0], returned), _MOST)]
        value = facts.values[returned]
        person = value.kind in ("call", "collection") and any(part.kind == "constant" and part.text not in ("", "None") for part in parts)
        if (person or value.text == "True") and not any(part.kind == "parameter" for part in parts):
            return reference[0], returned
    calls = [call for call in assembly.calls_in(reference) if program.value((call[0], program.value(call).inputs[0])).text in _GOES_ON]
    return calls[0] if calls and not function.returns else None


def _is_plain(assembly: Assembly, call: Node, own: set[int]) -> bool:
    """Whether a call only makes an object, says the time, or goes on: nothing of the request is in it."""
    program, value = assembly.program, assembly.program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    if callee.text in _GOES_ON:
        return len(value.inputs) == 1
    if any(given in own for given in value.inputs):
        return False
    targets = program.targets(call)
    return callee.text in _OF_TIME or callee.text[:1].isupper() or (bool(targets) and all(target.constructs for target in targets))


def _handlers(assembly: Assembly) -> Iterator[tuple[FunctionRef, Node]]:
    """Handlers of ASP.NET that only ever succeed."""
    for file, facts in enumerate(assembly.program.files):
        for number, function in enumerate(facts.functions if facts.language == "csharp" else ()):
            if function.name != "HandleAuthenticateAsync" or any(branch.scope == number for branch in facts.branches):
                continue
            called = {facts.values[facts.values[call[1]].inputs[0]].text: call for call in assembly.calls_in((file, number))}
            if (
                "Success" in called
                and not called.keys() & {"Fail", "NoResult", "ValidateToken", "Verify"}
                and not any(value.scope == number and value.kind == "attribute" and value.text == "Request" for value in facts.values)
            ):
                yield (file, number), called["Success"]
