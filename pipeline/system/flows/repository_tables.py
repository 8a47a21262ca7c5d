"""Which table a method of a shared base class is about: `documents.create(record)`, where `create` stands in `Repository[Model]`.

Repositories that share a base class tell it their class of records: between brackets, to its constructor, or where the object is made. A
statement in the base class is about no table of its own; which one it is says the repository through which the way went. Takes hits of the
flow search and gives the elements in which they begin and end: the database as a whole where a way leaves open which table is meant. That
a method asks another of its own object is followed, that an object is chosen as the program runs is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.flow_graph import FlowGraph
from pipeline.system.flows.taint import Hit
from pipeline.system.model import Label
from pipeline.system.program.record_classes import classes_given, record_class

_Calls = Callable[[Node, FunctionRef], Node | None]


class RepositoryTables:
    """Tells tables of one database apart, on ways that begin or end in it as a whole."""

    def __init__(self, assembly: Assembly, graph: FlowGraph) -> None:
        self._assembly, self._graph, self._program = assembly, graph, graph.program

    def begins(self, source: str, label: Label, hit: Hit) -> str:
        """The element that a way begins with."""
        if label != "stored_data" or not self._is_of_no_table(source):
            return source
        return self._table(source, self._asked_by(hit.trace[0], pairwise(hit.trace), self._calls_back), hit.trace[0])

    def ends(self, target: str, hit: Hit) -> str:
        """The element that a way ends in."""
        if hit.argument < 0 or not self._is_of_no_table(target):
            return target
        return self._table(target, self._asked_by(hit.call, pairwise(reversed(hit.trace)), self._calls_with), hit.call)

    def _is_of_no_table(self, element: str) -> bool:
        draft = self._assembly.drafts.by_id.get(element)
        return draft is not None and draft.kind == "data_store" and "(" not in draft.name

    def _table(self, database: str, records: str | None, node: Node) -> str:
        if records is None:
            return database
        name = f"{records} ({self._assembly.draft(database).name})"
        return self._assembly.drafts.put("data_store", name, "data", {}, self._assembly.cite(node), node)

    def _asked_by(self, statement: Node, pairs: Iterable[tuple[Node, Node]], calls: _Calls) -> str | None:
        """What the first repository on the way says, from the statement outwards."""
        function = self._method_of(statement)
        for inner, outer in pairs:
            if function is None or self._method_of(inner) != function or self._method_of(outer) == function:
                continue
            call = calls(outer, function)
            callee = self._program.value((call[0], self._program.value(call).inputs[0])) if call is not None else None
            if call is None or callee is None or callee.kind != "attribute":
                return None
            receiver = (call[0], callee.inputs[0])
            if self._graph.objects.of_itself(receiver) is None and not self._graph.objects.is_of_base(receiver):
                return self._of_object(receiver)
            function = self._method_of(call)
            owner = self._program.function(function).owner if function is not None else None
            if owner is not None and (told := record_class(self._program, owner)) is not None:
                return told
        return None

    def _calls_with(self, given: Node, function: FunctionRef) -> Node | None:
        """The call of a function that passes a value."""
        users = ((given[0], user) for user, at in self._graph.users(given) if at > 0)
        return next((user for user in users if self._calls_back(user, function) is not None), None)

    def _calls_back(self, call: Node, function: FunctionRef) -> Node | None:
        """The call, where it is one of the function."""
        is_call = self._program.value(call).kind == "call"
        return call if is_call and any(target.function == function for target in self._program.targets(call)) else None

    def _method_of(self, node: Node) -> FunctionRef | None:
        scope = node[0], self._program.value(node).scope
        return scope if self._program.function(scope).owner is not None else None

    # What a repository is about

    def _of_object(self, receiver: Node) -> str | None:
        """The class of records of a repository that is at hand."""
        program = self._program
        made = [origin for origin in program.origins(receiver) if program.value(origin).kind == "call"]
        found = {told for call in made for told in list(classes_given(program, call))[:1]}
        if not found:
            types = [name for name in program.types(receiver) if name in program.classes]
            told_of = {record_class(program, name) for name in types}
            found = {told for told in told_of if told is not None} if None not in told_of else set()
        return next(iter(found)) if len(found) == 1 else None
