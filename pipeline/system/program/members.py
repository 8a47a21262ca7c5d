"""Which classes an object may be of, where everything that could be put in its place is in sight.

A call of an abstract method may mean any implementation. Where the object comes out of a collection, and the program shows
all that goes into it (`tools["bash"] = Bash()`, `Tools(Bash(), Search())`), it means one of those. Takes the receiver of a
call, gives the classes, or None as soon as anything else may be there: what a function gives back, a value of unknown origin.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program, Target

_TAKES_OUT = frozenset({"get", "pop", "setdefault", "popitem"})
_VIEWS = frozenset({"values", "items", "copy"})
_COPIES = frozenset({"list", "tuple", "iter", "sorted", "reversed", "set", "enumerate", "dict"})
_JOINS = frozenset({"extend", "update", "+=", "+", "__add__"})
_MOST = 300  # values looked at


class _Open(Exception):
    """Something may be there that is not in sight."""


def fitting(program: Program, call: Node, targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """Of the implementations that a call of an abstract method may mean, those of the members in sight; all where not all are."""
    callee = (call[0], program.value(call).inputs[0])
    value = program.value(callee)
    receiver = (call[0], value.inputs[0]) if value.kind == "attribute" else callee
    if len({target.function for target in targets}) < 2 or any(target.constructs or not target.bound for target in targets):
        return targets
    classes = classes_of(program, receiver)
    if not classes or any(
        program.subclasses.get(cls) for cls in classes
    ):  # the zero value of an interface stands for what is assigned later
        return targets
    methods = {method for cls in classes for target in targets if (method := program.method(cls, program.function(target.function).name))}
    return tuple(target for target in targets if target.function in methods) or targets


def classes_of(program: Program, node: Node) -> frozenset[str] | None:
    """The classes of the project that a value was made of; None where another may be there."""
    try:
        return frozenset(_Walk(program).made(node)) or None
    except _Open:
        return None


class _Walk:
    """Looks at each value once, in the two ways it can be asked: for itself, and for what it holds."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._seen: set[tuple[Node, bool]] = set()

    def made(self, node: Node) -> Iterator[str]:
        """Classes that a value was constructed as."""
        for origin in self._behind(node, False):
            value = self._program.value(origin)
            names = self._program.callee_names(origin) if value.kind == "call" else ()
            constructed = [name for name in names if name in self._program.classes]
            if constructed:
                yield from constructed
            elif value.kind in ("element_of", "index"):
                yield from self.held((origin[0], value.inputs[0]))
            elif value.kind == "call":
                yield from self.held(self._container(origin, _TAKES_OUT))
            elif value.constant_type != "none":
                yield from self._passed(origin)

    def held(self, node: Node) -> Iterator[str]:
        """Classes of what a collection holds."""
        for origin in self._behind(node, True):
            value = self._program.value(origin)
            inner = [(origin[0], given) for given in value.inputs]
            if value.kind == "collection" and value.text == "comprehension":
                yield from self.made(inner[-1])  # of a key and a value, the value
            elif value.kind == "collection":
                for label, given in zip(value.labels or ("",) * len(inner), inner, strict=False):
                    yield from self.held(given) if label in ("*", "**") else self.made(given)
            elif value.kind in ("update", "operation") and inner:
                yield from self.held(inner[0])
                for given in inner[1:]:
                    yield from self.held(given) if value.text in _JOINS or value.kind == "operation" else self.made(given)
            elif value.kind == "call":
                yield from self.held(self._container(origin, _VIEWS))
            else:
                yield from self._passed(origin)

    def _behind(self, node: Node, for_members: bool) -> Iterator[Node]:
        """What a value is, through names, fields, joins and parameters: not into collections, where later additions count as well."""
        queue = [node]
        while queue:
            current = queue.pop()
            if (current, for_members) in self._seen:
                continue
            self._seen.add((current, for_members))
            if len(self._seen) > _MOST:
                raise _Open
            before = self._before(current)
            if before is None:
                yield current
            else:
                queue += before

    def _before(self, node: Node) -> list[Node] | None:
        program, value = self._program, self._program.value(node)
        if value.kind in ("choice", "await", "guarded"):
            return [(node[0], given) for given in value.inputs[: 1 if value.kind == "guarded" else None]]
        if value.kind == "name":
            nodes, outside = program.lookup(node[0], value.text)
            if outside or not nodes:
                raise _Open
            return [other for other in nodes if other != node]
        if value.kind == "attribute":
            owners = [owner for owner in program.types((node[0], value.inputs[0])) if owner in program.classes]
            stored = [field for owner in owners for field in program.fields(owner, value.text)]
            if not stored:
                raise _Open
            return stored
        place = program.parameter_of(node)
        if place is None or program.function(place[0]).parameters[place[1]].splat:
            return None
        given = list(self._arguments(*place))
        if not given or any(label in ("*", "**") for _call, _given, label in given):
            raise _Open
        default = program.function(place[0]).parameters[place[1]].default
        return [(call[0], one) for call, one, _label in given] + ([(node[0], default)] if default is not None else [])

    def _container(self, call: Node, methods: frozenset[str]) -> Node:
        """The collection that a call takes something out of, or gives another view of."""
        value = self._program.value(call)
        callee = self._program.value((call[0], value.inputs[0]))
        if callee.kind == "attribute" and callee.text in methods:
            return call[0], callee.inputs[0]
        if callee.kind == "name" and callee.text in _COPIES and methods is _VIEWS and len(value.inputs) > 1:
            return call[0], value.inputs[1]
        raise _Open

    def _passed(self, node: Node) -> Iterator[str]:
        """What the project's calls give for `*members`."""
        program, place = self._program, self._program.parameter_of(node)
        if place is None or program.function(place[0]).parameters[place[1]].splat != "*":
            raise _Open
        for call, given, label in self._arguments(*place):
            yield from self.held((call[0], given)) if label == "*" else self.made((call[0], given))

    def _arguments(self, reference: FunctionRef, parameter: int) -> Iterator[tuple[Node, int, str]]:
        program = self._program
        for call in program.callers(reference):
            value = program.value(call)
            for target in program.targets(call):
                if target.function == reference:
                    for position in program.bind(call, target).get(parameter, ()):
                        yield call, value.inputs[position], value.labels[position]
