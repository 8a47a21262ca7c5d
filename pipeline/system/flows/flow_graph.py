"""Who uses a value: reverse indexes of a program, built once.

A value graph says what each value is made of; a search forward needs the other direction: where a value
is an input, what function returns it, who reads the name or the field it was stored into, which branch
compares it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.flows.objects import Objects
from pipeline.system.program.access_paths import PLAIN, Path
from pipeline.system.program.flow_edges import Hub, Kept
from pipeline.system.program.page_state import state_stored

NOWHERE: Node = (-1, -1)
OPENED = "@opened"  # a reference that stands for what it holds


_ORDERS = frozenset({"<", ">", "<=", ">="})


class FlowGraph:
    """Reverse indexes of a program, built once: who uses a value.

    `runs` are calls that run a function handed to them, `shared` the parameters that receive the entries a function returns,
    `properties` those that calls of outside objects act on (`command.CommandText`). `kept` says what calls leave at
    places and who takes it, `started` which functions a call starts with what it is given.
    """

    def __init__(
        self, program: Program, runs: Mapping[FunctionRef, Sequence[Node]], shared: Mapping[FunctionRef, Sequence[Node]],
        properties: frozenset[str] = frozenset(), kept: Kept | None = None,
        started: Mapping[Node, Sequence[tuple[FunctionRef, Node]]] | None = None,
    ) -> None:  # fmt: skip
        self.program, self._properties = program, properties
        self._kept = kept or Kept()
        self._runs, self._shared, self._started = runs, shared, started or {}
        self._users: list[dict[int, list[tuple[int, int]]] | None] = [None] * len(program.files)
        self._returns: list[dict[int, list[int]]] = []
        self._stores: list[dict[int, list[int]]] = []
        self._reads: dict[Node, list[Node]] = {}
        self._plain_results: dict[tuple[FunctionRef, str], bool] = {}
        self._field_reads: dict[tuple[str, str], list[Node]] | None = None
        self.objects = Objects(program)
        self.tested: dict[Node, Node] = {}  # value -> the condition of a branch that compares it, or a comparison with a limit
        self.limits: set[Node] = set()  # comparisons with a limit that no branch asks for
        for index, file in enumerate(program.files):
            returns: dict[int, list[int]] = {}
            for number, function in enumerate(file.functions):
                for value in function.returns:
                    returns.setdefault(value, []).append(number)
            self._returns.append(returns)
            stores: dict[int, list[int]] = {}
            for number, store in enumerate(file.stores):
                stores.setdefault(store.value, []).append(number)
            self._stores.append(stores)
            for identity, found in enumerate(file.values):
                if found.kind == "name":
                    for node in program.lookup(index, found.text)[0]:
                        self._reads.setdefault(node, []).append((index, identity))

        for index, file in enumerate(program.files):
            for branch in file.branches:
                queue = [(branch.condition, 0)]
                while queue:
                    tested, depth = queue.pop()
                    self.tested.setdefault((index, tested), (index, branch.condition))
                    if depth < 4 and file.values[tested].kind in ("operation", "choice", "await"):
                        queue += [(given, depth + 1) for given in file.values[tested].inputs]
            # `late = score > 0.7`: held against a limit, whether or not a branch follows here.
            for identity, found in enumerate(file.values):
                if found.kind == "operation" and found.text in _ORDERS:
                    for given in found.inputs:
                        if (index, given) not in self.tested:
                            self.tested[index, given] = (index, identity)
                            self.limits.add((index, identity))

    def users(self, node: Node) -> list[tuple[int, int]]:
        file = node[0]
        table = self._users[file]
        if table is None:
            table = {}
            for identity, value in enumerate(self.program.files[file].values):
                for position, given in enumerate(value.inputs):
                    table.setdefault(given, []).append((identity, position))
            self._users[file] = table
        return table.get(node[1], [])

    def returned_by(self, node: Node) -> Iterator[FunctionRef]:
        for number in self._returns[node[0]].get(node[1], ()):
            yield node[0], number

    def as_returned(self, reference: FunctionRef, path: Path) -> Path:
        """What data of a path is where a function returns it: a number, or a list of such, where the function says so."""
        entry = path[0] if path and path[0].isdigit() else ""
        known = self._plain_results.get((reference, entry))
        if known is None:
            result = self.program.function(reference).result
            known = self._plain_results[reference, entry] = self.program.holds_no_text(reference[0], result, entry)
        return PLAIN if known else path

    def callers(self, reference: FunctionRef) -> list[Node]:
        """Calls whose result a function's return becomes: its own, and those of runners that got it."""
        return [*self.program.callers(reference), *self._runs.get(reference, ())]

    def shared_with(self, reference: FunctionRef) -> Sequence[Node]:
        return self._shared.get(reference, ())

    def started_by(self, call: Node) -> Sequence[tuple[FunctionRef, Node]]:
        """Functions that a call starts with what it is given first, each with the parameter in which that arrives."""
        return self._started.get(call, ())

    def is_left(self, call: Node, position: int) -> bool:
        """Whether a call leaves this argument at a place that others take it from."""
        return position in self._kept.left.get(call, ())

    def opens(self, node: Node) -> Iterator[Hub]:
        """Where a value lies open: as a global, and in fields it is stored into, where the objects of a class are taken for one.

        Records are not: each holds what its own maker put in; see `records`.
        """
        if node in self._reads:
            yield Hub("global", node)
        if node in self._kept.takers:
            yield Hub("kept", node)
        for number in self._stores[node[0]].get(node[1], ()):
            store = self.program.files[node[0]].stores[number]
            for owner in self.program.holders((node[0], store.base)):
                if not self.program.is_record(owner) and self._reads_of(owner, store.attribute):
                    yield Hub("field", self._object(owner, (node[0], store.base)), owner, store.attribute)

    def readers(self, hub: Hub) -> Sequence[Node]:
        """Who gets what lies open: reads of a global or field, calls whose result a function's return becomes."""
        match hub.kind:
            case "global":
                return self._reads.get(hub.place, ())
            case "field":
                reads = self._reads_of(hub.owner, hub.name)
                return reads if hub.place == NOWHERE else [read for read in reads if self.objects.may_be(hub.place, read)]
            case "result":
                return self.callers(hub.place)
            case "kept":
                return self._kept.takers[hub.place]

    def _object(self, owner: str, base: Node) -> Node:
        """The call that made what a field is stored in, or `self` where its own method stores; nowhere if any may be meant."""
        if self.objects.of_itself(base) is not None:
            return base
        return self.objects.made(base) or NOWHERE

    def records(self, node: Node) -> Iterator[tuple[Node, str]]:
        """Records, and objects of packages, that a value is stored into, and the field: `filter.source = x`."""
        for number in self._stores[node[0]].get(node[1], ()):
            store = self.program.files[node[0]].stores[number]
            base = (node[0], store.base)
            owners = [owner for owner in self.program.types(base) if owner in self.program.classes]
            if any(self.program.is_record(owner) for owner in owners) or (not owners and store.attribute in self._properties):
                yield base, store.attribute

    def states(self, node: Node) -> Iterator[tuple[Node, str]]:
        """States of pages that a value is stored into, and the field; none where it is a part of what the state holds.

        What a reference holds is read with its field and, where a page or a store opens it by itself, without.
        """
        for number in self._stores[node[0]].get(node[1], ()):
            store = self.program.files[node[0]].stores[number]
            for held, deep in state_stored(self.program, node[0], store):
                yield from ((held, name) for name in (("",) if deep else (store.attribute, OPENED)))

    def _reads_of(self, owner: str, name: str) -> list[Node]:
        if self._field_reads is None:
            table: dict[tuple[str, str], list[Node]] = {}
            stored = {store.attribute for file in self.program.files for store in file.stores}
            for index, file in enumerate(self.program.files):
                for identity, value in enumerate(file.values):
                    if value.kind == "attribute" and value.text in stored:
                        for cls in self.program.holders((index, value.inputs[0])):
                            for known in (cls, *self.program.bases(cls)):
                                table.setdefault((known, value.text), []).append((index, identity))
            self._field_reads = table
        return self._field_reads.get((owner, name), [])
