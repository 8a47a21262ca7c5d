"""The project's code as one program: names resolved across files.

Takes the facts of all files and gives, for any value, the qualified names it denotes, the types it is
an instance of, the project's functions a call reaches, where a value comes from, and its constant.
What a framework's call returns is knowledge of a later room and is passed in. Results are kept, so
that asking twice costs once; recursion is cut where a value depends on itself. The questions stand in files of
their own (`names`, `instances`, `classes`, `calls`, `origins`); here the callers are found that all of them ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from ingest.code.answers import Node
from ingest.code.calls import Calls
from ingest.code.classes import Classes
from ingest.code.decorating import decorating
from ingest.code.instances import Instances
from ingest.code.names import Names
from ingest.code.origins import Origins
from ingest.code.questions import EXTENSION, STATE, FunctionRef, Target
from ingest.code.queued import queued
from ingest.code.runners import handed_on
from ingest.facts import CodeFacts, ConfigFacts, Value

_MAX_CALLERS = 12  # calls whose arguments tell what a parameter is

__all__ = ["EXTENSION", "STATE", "FunctionRef", "Node", "Program", "Target"]


class Program(Names, Instances, Classes, Calls, Origins):
    """Questions about the code of one project. See the module's docstring."""

    def __init__(
        self,
        files: Sequence[CodeFacts],
        returned_type: Callable[[str], str | None] = lambda _name: None,
        configuration: Sequence[ConfigFacts] = (),
        receivers: Callable[[Program], Iterable[tuple[FunctionRef, int, str]]] = lambda _program: (),
        injections: Callable[[Program], Iterable[tuple[Node, Node]]] = lambda _program: (),
    ) -> None:
        super().__init__(files, returned_type, configuration)
        self._injections = injections  # parameters and annotations of fields that are filled from outside: with what
        self._receivers = receivers  # functions handed to frameworks: function, parameter, type it will have
        for name in self.classes:
            for base in self._bases_of(name):
                self.subclasses.setdefault(base, []).append(name)
        for language in dict.fromkeys(self._languages):
            for base, name in language.implementations(self.files):
                if name not in self.subclasses.setdefault(base, []):
                    self.subclasses[base].append(name)

    def link(self) -> None:
        """Finds the callers of every function; twice, so that types passed as arguments help the second round."""
        for _ in range(2):
            callers: dict[FunctionRef, list[Node]] = {}
            passed: dict[tuple[FunctionRef, int], list[Node]] = {}
            given: dict[tuple[str, str], list[Node]] = {}
            self._forget()
            for file, facts in enumerate(self.files):
                for identity, value in enumerate(facts.values):
                    if value.kind != "call":
                        continue
                    call = (file, identity)
                    for field_of, argument in self._constructed(call, value):
                        kept = given.setdefault(field_of, [])
                        if len(kept) < _MAX_CALLERS:
                            kept.append(argument)
                    reached = self.targets(call)
                    for reference, position, argument in handed_on(self, call, value) if not reached else ():
                        passed.setdefault((reference, position), []).append(argument)
                    for sent in queued(self, call, value) if not reached else ():
                        if sent.parameter is not None and not sent.whole and not sent.under:
                            passed.setdefault((sent.function, sent.parameter), []).append((file, value.inputs[sent.argument]))
                    for target in reached:
                        known = callers.setdefault(target.function, [])
                        known.append(call)
                        if len(known) <= _MAX_CALLERS:
                            for position, arguments in self.bind(call, target).items():
                                given_here = [(file, value.inputs[a]) for a in arguments]
                                if target.keyed:
                                    key = self.function(target.function).parameters[position].name
                                    given_here = [node for table in given_here for node in self._elements_at(table, key)]
                                passed.setdefault((target.function, position), []).extend(given_here)
            for reference, position, argument in decorating(self):
                passed.setdefault((reference, position), []).append(argument)
            self._callers, self._passed, self._given = callers, passed, given
            handed: dict[Node, dict[str, None]] = {}
            for reference, position, name in self._receivers(self):
                parameters = self.function(reference).parameters
                if position < len(parameters):
                    handed.setdefault((reference[0], parameters[position].value), {})[name] = None
            self._handed = {node: tuple(names) for node, names in handed.items()}
            made: dict[Node, dict[Node, None]] = {}
            for place, given_there in self._injections(self):
                made.setdefault(place, {})[given_there] = None
            self._injected = {place: tuple(nodes) for place, nodes in made.items()}
        self._forget()

    def _constructed(self, call: Node, value: Value) -> Iterator[tuple[tuple[str, str], Node]]:
        """The fields a construction fills where the class declares them and writes no constructor: dataclasses, pydantic models."""
        for name in self.names((call[0], value.inputs[0])):
            if name not in self.classes or self.method(name, "__init__") is not None:
                continue
            declared = self.declared_fields(name)
            for position in range(1, len(value.inputs)):
                label = value.labels[position]
                field_name = label if label else declared[position - 1] if position <= len(declared) else ""
                if field_name in declared:
                    yield (name, field_name), (call[0], value.inputs[position])

    def _forget(self) -> None:
        """Drops what depends on what calls pass."""
        for table in (self._names, self._types, self._origins, self._changes, self._targets):
            table.passing.clear()
        self._bases.passing.clear()
        self._plain_fields.clear()
        self._enumerations.clear()
        self._fields = None
