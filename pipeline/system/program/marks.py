"""The marks that stand on what a framework calls: its decorators, those of its class, and what wraps it where its address is said.

`@method_decorator(login_required)` stands for `login_required` (`CallRule.decorates_with`), on a class for one of its methods; a mark of
`dispatch` is one of all methods. Takes an assembly whose entries have their elements.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node, argument_positions

_DISPATCH = "dispatch"  # what a class of views calls its methods by
_ADDRESSES = "urlpatterns"


def marks_on(assembly: Assembly, reference: FunctionRef) -> Iterator[Node]:
    """The marks of a function, and of the class it is a method of, as far as they are about it."""
    program = assembly.program
    function = program.function(reference)
    for decorator in function.decorators:
        yield from (mark for mark, _method in _stands_for(assembly, (reference[0], decorator)))
    if function.owner not in program.classes:
        return
    file, owner = program.classes[function.owner]
    for decorator in owner.decorators:
        yield from (mark for mark, method in _stands_for(assembly, (file, decorator)) if method in ("", _DISPATCH, function.name))
    dispatch = program.method(function.owner, _DISPATCH)
    if dispatch is not None and dispatch != reference:
        for decorator in program.function(dispatch).decorators:
            yield from (mark for mark, _method in _stands_for(assembly, (dispatch[0], decorator)))


def entries_marked(assembly: Assembly) -> dict[Node, list[str]]:
    """The entries that each mark stands on."""
    if assembly.memo.marked is None:
        found: dict[Node, list[str]] = {}
        for reference, identity in assembly.entry_of_function.items():
            for mark in marks_on(assembly, reference):
                found.setdefault(mark, []).append(identity)
        for file, facts in enumerate(assembly.program.files):
            if _ADDRESSES in facts.variables:
                for mark, identity in _put_around(assembly, file):
                    found.setdefault(mark, []).append(identity)
        assembly.memo.marked = found
    return assembly.memo.marked


def _stands_for(assembly: Assembly, mark: Node) -> list[tuple[Node, str]]:
    """The decorators that a mark puts there, itself or those it is given, each with the method it names."""
    program, value = assembly.program, assembly.program.value(mark)
    if value.kind != "call":
        return [(mark, "")]
    for known in assembly.index.for_call(program.names((mark[0], value.inputs[0]))):
        if known.rule.decorates_with is not None:
            named = argument_node(program, mark, "name")
            method = str(program.constant(named) or "") if named is not None else ""
            positions = argument_positions(value, known.rule.decorates_with)
            return [
                (given, method)
                for at in positions
                for given in _members(assembly, (mark[0], value.inputs[at]))
            ]  # fmt: skip
    return [(mark, "")]


def _members(assembly: Assembly, node: Node) -> tuple[Node, ...]:
    """What stands in a list of decorators, or the one that is given; a name stays a name."""
    program = assembly.program
    lists = [origin for origin in program.origins(node) if program.value(origin).kind == "collection"]
    made = [origin for origin in program.origins(node) if program.value(origin).kind == "call"]  # limit = ratelimit(...)
    inner = tuple((origin[0], given) for origin in lists for given in program.value(origin).inputs)
    return inner or (node, *(origin for origin in made if origin != node))


def _put_around(assembly: Assembly, file: int) -> Iterator[tuple[Node, str]]:
    """`path("ask/", login_required(Ask.as_view()))`: calls that are given a view, and the decorators that are made for it."""
    program, facts = assembly.program, assembly.program.files[file]
    views: dict[int, list[str]] = {}
    for identity, value in enumerate(facts.values):
        if value.kind != "call":
            continue
        callee = facts.values[value.inputs[0]]
        if callee.kind == "attribute" and callee.text == "as_view":
            names = program.names((file, callee.inputs[0]))
            views[identity] = [assembly.element_of_class[name] for name in names if name in assembly.element_of_class]
        elif len(value.inputs) == 2 and value.labels[1] == "":
            given = value.inputs[1]
            held = views.get(given) or [
                assembly.entry_of_function[reference]
                for name in (program.names((file, given)) if facts.values[given].kind in ("name", "attribute") else ())
                for reference in program.functions.get(name, ())
                if reference in assembly.entry_of_function
            ]
            if held:
                views[identity] = held
                mark = (file, value.inputs[0]) if callee.kind == "call" else (file, identity)
                yield from ((mark, one) for one in held)
