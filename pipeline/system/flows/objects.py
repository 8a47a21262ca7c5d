"""Which object a field belongs to, where a class is made in several places: what one instance holds is not in another.

Takes a program. Says of what a field is read of whether it may be an object that was made by a certain call. Where the field is read of
`self`, that asks which methods are run on the object: those called on what may be it, what these call on themselves, those that are
decorated, and all where the object is given away whole or its class extends one of a package. Doubt is always a yes: an object out of a
collection, of a factory, of a parameter with many or no callers in sight may be any.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.program.enclosing import around
from pipeline.system.program.walking import walk

MADE = frozenset({"@made"})
"""Stands in what is known of a context for the call that made the object whose constructor runs"""
_MOST_STEPS, _MOST_CALLERS, _FEWEST = 60, 12, 2
_ONLY_TYPES = frozenset({"abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol", "builtins.object"})
_PLAIN = frozenset({"property", "staticmethod", "classmethod", "abstractmethod", "override", "cached_property"})


class Objects:
    """Answers for one program; what is found out about an object is kept."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._made_in: dict[str, list[Node]] | None = None
        self._named: dict[str, list[tuple[Node, bool]]] = {}  # accesses by their last word, and whether they are called
        self._given_away: dict[str, list[Node]] = {}
        self._runs: dict[Node, frozenset[str] | None] = {}
        self._class_of: dict[Node, str] = {}

    def several(self, name: str) -> bool:
        """Whether objects of a class are made in more than one place."""
        return len(self._constructions().get(name, ())) >= _FEWEST

    def made(self, base: Node) -> Node | None:
        """The one call that made an object, where it is in sight and the class is made elsewhere too."""
        found = self._makers(base)
        if found is None or len(found) != 1:
            return None
        maker = next(iter(found))
        return maker if self.several(self._class_of[maker]) else None

    def of_itself(self, base: Node) -> FunctionRef | None:
        """The method of which a value is the object itself."""
        place = self._program.parameter_of(base) if self._program.value(base).kind == "parameter" else None
        return place[0] if place is not None and place[1] == 0 and self._program.function(place[0]).owner is not None else None

    def may_be(self, maker: Node, read: Node) -> bool:
        """Whether a field is read of the object that a call made."""
        base = (read[0], self._program.value(read).inputs[0])
        method = self.of_itself(base)
        if method is not None:
            runs = self._run_on(maker)
            return runs is None or self._program.function(method).name in runs
        found = self._makers(base)
        return found is None or maker in found

    def _constructions(self) -> dict[str, list[Node]]:
        """Calls that make objects, by class; what else is asked of all files is gathered on the same way."""
        if self._made_in is not None:
            return self._made_in
        program = self._program
        self._made_in = {}
        others: list[Node] = []
        for file, facts in enumerate(program.files):
            called = {value.inputs[0] for value in facts.values if value.kind == "call"}
            for identity, value in enumerate(facts.values):
                node = (file, identity)
                if value.kind == "attribute":
                    self._named.setdefault(value.text, []).append((node, identity in called))
                elif value.kind == "call":
                    made = [name for name in program.names((file, value.inputs[0])) if name in program.classes]
                    for name in made:
                        self._made_in.setdefault(name, []).append(node)
                        self._class_of[node] = name
                    if not made and not program.targets(node):
                        others.append(node)
        apart = {name for name, calls in self._made_in.items() if len(calls) >= _FEWEST}
        for call in others if apart else ():
            for given in program.value(call).inputs[1:]:
                for name in program.types((call[0], given)):
                    if name in apart:
                        self._given_away.setdefault(name, []).append((call[0], given))
        return self._made_in

    def _makers(self, node: Node) -> frozenset[Node] | None:
        """The calls that may have made an object; None where others may have."""
        self._constructions()
        program, found, steps = self._program, set[Node](), 0

        def back(current: Node) -> list[Node]:
            return [] if current in self._class_of else program.step_back(current)

        for current in walk(node, back, _MOST_STEPS):
            steps += 1
            value = program.value(current)
            if current in self._class_of:
                found.add(current)
                continue
            place = program.parameter_of(current) if value.kind == "parameter" else None
            if place is not None and len(program.callers(place[0])) >= _MOST_CALLERS:
                return None
            if value.kind == "constant" and value.constant_type == "none":
                continue
            if not program.step_back(current):
                return None
        return frozenset(found) if found and steps < _MOST_STEPS else None

    def _run_on(self, maker: Node) -> frozenset[str] | None:
        """Names of the methods that are run on an object; None where any may be."""
        if maker not in self._runs:
            self._runs[maker] = self._find_runs(maker)
        return self._runs[maker]

    def _find_runs(self, maker: Node) -> frozenset[str] | None:
        program, name = self._program, self._class_of[maker]
        family = {name, *(base for base in program.bases(name) if base in program.classes)}
        if any(base not in _ONLY_TYPES for one in family for base in program.outside_bases(one)):
            return None  # a framework calls what its own classes promise
        if any(maker in (self._makers(given) or {maker}) for given in self._given_away.get(name, ())):
            return None
        methods = {
            (file, number): function
            for file, facts in enumerate(program.files)
            for number, function in enumerate(facts.functions)
            if function.owner in family
        }
        names = {function.name for function in methods.values()}
        run = {method.name for reference, method in methods.items() if method.name.startswith("__") or self._is_decorated(reference)}
        inner: dict[str, set[str]] = {}
        for text in sorted(names):
            for access, _called in self._named.get(text, ()):
                base = (access[0], program.value(access).inputs[0])
                within = next(self._around(access), None)
                if within in methods and (self.of_itself(base) is not None or self.is_of_base(base)):
                    inner.setdefault(methods[within].name, set()).add(text)
                elif text not in run and ((found := self._makers(base)) is None or maker in found):
                    run.add(text)
        queue = sorted(run)
        while queue:
            for called in sorted(inner.get(queue.pop(), ())):
                if called not in run:
                    run.add(called)
                    queue.append(called)
        return frozenset(run)

    def is_of_base(self, base: Node) -> bool:
        """`super().ask()`."""
        value = self._program.value(base)
        return value.kind == "call" and self._program.value((base[0], value.inputs[0])).text == "super"

    def _is_decorated(self, reference: FunctionRef) -> bool:
        """Whether something else than the language is told of a method: it may be called from there."""
        program = self._program
        for decorator in program.function(reference).decorators:
            value = program.value((reference[0], decorator))
            named = program.value((reference[0], value.inputs[0])) if value.kind == "call" else value
            if named.text.lstrip("@").rpartition(".")[2] not in _PLAIN:
                return True
        return False

    def _around(self, node: Node) -> Iterator[FunctionRef]:
        """The nearest method around a value."""
        scopes = around(self._program, (node[0], self._program.value(node).scope))
        yield from islice((one for one in scopes if self._program.function(one).owner is not None), 1)
