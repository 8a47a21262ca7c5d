"""Guards that stand before every route of a Nest application: `{ provide: APP_GUARD, useClass: AuthGuard }`, `app.useGlobalGuards(...)`;
and those that count calls, before the routes of a controller: `@UseGuards(ThrottlerGuard)`.

Takes an assembly whose entries have their elements. Which guard it is, its name says, as with `@UseGuards`; a guard of the project that
cannot refuse is none, and neither is one that lets pass who brings nothing. It refuses by its verdict, or by an exception that leaves it.
Routes that say they are for everybody (`@Public()`), or not counted (`@SkipThrottle()`), are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.optional_logins import lets_strangers_pass
from pipeline.system.controls.refusals import refusal_in
from pipeline.system.controls.refused_sides import is_raised, may_raise, raises_out
from pipeline.system.controls.unset_keys import open_while_unset
from pipeline.system.flows.switches import asked_only_if_set
from pipeline.system.model import ControlKind

_KNOWS = re.compile(r"(auth|jwt|session|role|user|key|token)[^.]*$", re.IGNORECASE)
_COUNTS = re.compile(r"(throttl|ratelimit|rate_limit)[^.]*$", re.IGNORECASE)
_OPEN = re.compile(
    r"(^|\.)(is)?_?(public|anonymous|no_?auth|skip_?auth\w*|allow_?anonymous|unauthenticated|without_?auth)(route|api)?$", re.IGNORECASE
)


_UNCOUNTED = re.compile(r"(^|\.)skip_?(throttle|rate_?limit)\w*$", re.IGNORECASE)


def add_nest_guards(assembly: Assembly) -> None:
    """Authentication, and limits, of all routes of the framework; limits of the routes of one controller."""
    everywhere = list(_guards(assembly))
    for entry in assembly.sites.entries:
        identity = assembly.entry_of_function.get(entry.function)
        if identity is None or entry.framework != "nest" or assembly.draft(identity).kind != "http_route":
            continue
        called = list(_marks(assembly, entry.function))
        for kind, place in everywhere:
            if not any((_OPEN if kind == "authentication" else _UNCOUNTED).search(name) for name, _mark in called):
                assembly.control(kind, identity, assembly.cite(place), "a guard before every route")
        for name, mark in called if not any(_UNCOUNTED.search(name) for name, _mark in called) else ():
            given = [(mark[0], argument) for argument in assembly.program.value(mark).inputs[1:]] if name == "UseGuards" else []
            if any(_kind_of(assembly, guard) == "rate_limit" for guard in given):
                assembly.control("rate_limit", identity, assembly.cite(mark), "a guard of the controller")


def _guards(assembly: Assembly) -> Iterator[tuple[ControlKind, Node]]:
    program = assembly.program
    for file, facts in enumerate(program.files):
        if not program.objects_are_entries(file) or facts.purpose in ("test", "example"):
            continue
        for identity, value in enumerate(facts.values):
            given: list[Node] = []
            if value.kind == "collection" and "provide" in value.labels:
                entries = dict(zip(value.labels, value.inputs, strict=False))
                if any(name.endswith(".APP_GUARD") for name in program.names((file, entries["provide"]))):
                    given = [(file, entries[use]) for use in ("useClass", "useExisting", "useFactory", "useValue") if use in entries]
            elif value.kind == "call" and facts.values[value.inputs[0]].text == "useGlobalGuards":
                given = [(file, argument) for argument in value.inputs[1:]]
            for node in given:
                kind = _kind_of(assembly, node)
                if kind is not None:
                    yield kind, (file, identity)


def _kind_of(assembly: Assembly, node: Node) -> ControlKind | None:
    program = assembly.program
    names = [*program.names(node), *program.types(node)]
    value = program.value(node)
    if value.kind == "call":
        names += program.names((node[0], value.inputs[0]))
        if program.value((node[0], value.inputs[0])).text == "get":  # `app.get(AuthGuard)`: the one that the application keeps
            names += [name for given in value.inputs[1:2] for name in program.names((node[0], given))]
    for name in names:
        last = name.rsplit(".", 1)[-1]
        if name in program.classes and not _may_refuse(assembly, name):
            continue
        if _COUNTS.search(last):
            return "rate_limit"
        if _KNOWS.search(last):
            return "authentication"
    return None


def _may_refuse(assembly: Assembly, name: str) -> bool:
    """Whether a guard of the project inherits its check, or has one that tests something, or throws."""
    method = assembly.program.method(name, "canActivate")
    if method is None:
        return bool(assembly.program.outside_bases(name))
    returned = [assembly.program.constant((method[0], given)) for given in assembly.program.function(method).returns]
    return not returned or any(constant is not True for constant in returned) or _throws(assembly, method)


def _throws(assembly: Assembly, method: FunctionRef) -> bool:
    """Whether a guard whose only verdict is true throws before it, at whoever brings nothing, and as shipped."""
    if not may_raise(assembly, method) or not raises_out(assembly, method):
        return False
    refusal = refusal_in(assembly, method) or next((call for call in assembly.calls_in(method) if is_raised(assembly, call)), None)
    if refusal is None:  # thrown by what it calls, `this.tokens.verified(request)`, and not caught
        return True
    if asked_only_if_set(assembly, refusal) is not None or open_while_unset(assembly, refusal) is not None:
        return False
    return lets_strangers_pass(assembly, method, refusal) is None


def _marks(assembly: Assembly, function: tuple[int, int]) -> Iterator[tuple[str, Node]]:
    """What a route and its controller are marked with, by the name each mark is called."""
    program = assembly.program
    marks = [(function[0], mark) for mark in program.function(function).decorators]
    owner = program.function(function).owner
    if owner in program.classes:
        file, cls = program.classes[owner]
        marks += [(file, mark) for mark in cls.decorators]
    for mark in marks:
        value = program.value(mark)
        callee = program.value((mark[0], value.inputs[0])) if value.kind == "call" else value
        yield callee.text, mark
