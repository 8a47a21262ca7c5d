"""Following data forward through the program: from a source to every place its data becomes something.

A search over the value graph with access paths (which field of an object holds the data; Deutsch 1994)
and call strings (which calls were entered; Sharir and Pnueli 1981), both cut at a fixed length. Calls of
the project's own functions are entered and left through their summaries' edges; calls of outside
functions carry their arguments into their result unless knowledge says otherwise.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node, Program, Target
from ingest.facts import Value

Path = tuple[str, ...]
_MAX_PATH = 3
_MAX_CALLS = 3
PLAIN: Path = ("#",)  # the data is a number, a date or the like: it can be learned from, not read as text
RETURNED, TESTED = -1, -2  # instead of an argument: the data was returned; a branch depends on it
MAX_STATES = 60_000
_TEXT_CALLS = frozenset(
    {
        "format",
        "join",
        "encode",
        "decode",
        "strip",
        "replace",
        "dumps",
        "str",
        "b64encode",
        "get",
        "append",
        "concat",
        "format_map",
        "model_dump",
    }
)
_SEARCHES = ("search", "query", "similarity_search", "find_", "retrieve", "lookup", "max_marginal")
_NO_CARRY = frozenset({"==", "!=", "<", ">", "<=", ">=", "in", "not in", "is", "is not", "not", "<>"})
_SPEAKERS = {
    "SystemMessage": "system",
    "AIMessage": "assistant",
    "AssistantMessage": "assistant",
    "HumanMessage": "user",
    "UserMessage": "user",
}


@dataclass(frozen=True, slots=True)
class State:
    node: Node
    path: Path
    calls: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """Data arrived at an argument of a call, or at a function's return."""

    call: Node
    argument: int  # position in the call's inputs; RETURNED or TESTED
    trace: tuple[Node, ...]  # from the source to the argument, inclusive
    path: Path
    guards: tuple[Node, ...]  # guarded values the data passed through


@dataclass(frozen=True, slots=True)
class CallBehaviour:
    """What knowledge says of an outside call, for one argument."""

    carries: bool = True
    sink: bool = False
    calls_argument: str | None = None


class FlowGraph:
    """Reverse indexes of a program, built once: who uses a value."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._users: list[dict[int, list[tuple[int, int]]] | None] = [None] * len(program.files)
        self._returns: list[dict[int, list[int]]] = []
        self._stores: list[dict[int, list[int]]] = []
        self._reads: dict[Node, list[Node]] = {}
        self._field_reads: dict[tuple[str, str], list[Node]] | None = None
        self.tested: dict[Node, Node] = {}  # value -> the condition of a branch that compares it
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

    def global_reads(self, node: Node) -> list[Node]:
        return self._reads.get(node, [])

    def field_reads(self, node: Node) -> Iterator[Node]:
        """Reads of the fields a value is stored into."""
        for number in self._stores[node[0]].get(node[1], ()):
            store = self.program.files[node[0]].stores[number]
            for owner in self.program.types((node[0], store.base)):
                if owner in self.program.classes:
                    yield from self._reads_of(owner, store.attribute)

    def _reads_of(self, owner: str, name: str) -> list[Node]:
        if self._field_reads is None:
            table: dict[tuple[str, str], list[Node]] = {}
            stored = {store.attribute for file in self.program.files for store in file.stores}
            for index, file in enumerate(self.program.files):
                for identity, value in enumerate(file.values):
                    if value.kind == "attribute" and value.text in stored:
                        for cls in self.program.types((index, value.inputs[0])):
                            if cls in self.program.classes:
                                for known in (cls, *self.program.bases(cls)):
                                    table.setdefault((known, value.text), []).append((index, identity))
            self._field_reads = table
        return self._field_reads.get((owner, name), [])


class FlowSearch:
    """Searches from sources; `behaviour(call, argument)` is what knowledge says of outside calls."""

    def __init__(
        self, graph: FlowGraph, behaviour: Callable[[Node, int], CallBehaviour], return_sinks: frozenset[FunctionRef] = frozenset()
    ) -> None:
        self.graph, self.program = graph, graph.program
        self._behaviour = behaviour
        self._return_sinks = return_sinks
        self._only_text = False
        self.cut = False  # whether a search was ended by its bound
        self._targets: dict[Node, tuple[Target, ...]] = {}

    def search(self, sources: Mapping[Node, Path], only_text: bool = False) -> list[Hit]:
        """Every place the data of these sources arrives, each by a shortest way.

        With `only_text` the data passes outside calls only where they put text together: a credential that is
        given to a client does not come back as the client's answers.
        """
        self._only_text = only_text
        parents: dict[State, State | None] = {}
        queue: deque[State] = deque()
        for node, path in sorted(sources.items()):
            state = State(node, path, ())
            parents[state] = None
            queue.append(state)
        hits: dict[tuple[Node, int, Node, Path], Hit] = {}
        origin: dict[State, Node] = {state: state.node for state in queue}
        while queue:
            if len(parents) > MAX_STATES:
                self.cut = True
                break
            state = queue.popleft()
            for found in self._next(state):
                if isinstance(found, State):
                    if found not in parents:
                        parents[found] = state
                        origin[found] = origin[state]
                        queue.append(found)
                else:
                    call, argument = found
                    key = (call, argument, origin[state], tuple(part for part in state.path if "@" in part))
                    if key not in hits:
                        hits[key] = self._hit(call, argument, state, parents)
        return list(hits.values())

    def _hit(self, call: Node, argument: int, state: State, parents: Mapping[State, State | None]) -> Hit:
        trace: list[Node] = []
        guards: list[Node] = []
        current: State | None = state
        while current is not None:
            trace.append(current.node)
            if self.program.value(current.node).kind == "guarded":
                guards.append(current.node)
            current = parents[current]
        return Hit(call, argument, tuple(reversed(trace)), state.path, tuple(reversed(guards)))

    # One step

    def _next(self, state: State) -> Iterator[State | tuple[Node, int]]:
        node, path, calls = state.node, state.path, state.calls
        file = node[0]
        if node in self.graph.tested:
            yield self.graph.tested[node], TESTED
        for identity, position in self.graph.users(node):
            yield from self._use(state, (file, identity), position)
        for read in self.graph.global_reads(node):
            yield State(read, path, ())
        for read in self.graph.field_reads(node):
            yield State(read, path, ())
        for reference in self.graph.returned_by(node):
            if reference in self._return_sinks:
                yield (reference[0], -1 - reference[1]), -1
            yield from self._leave(reference, path, calls)

    def _leave(self, reference: FunctionRef, path: Path, calls: tuple[Node, ...]) -> Iterator[State]:
        callers = self.program.callers(reference)
        if calls and calls[-1] in callers:
            yield State(calls[-1], path, calls[:-1])
        elif not calls:
            for caller in callers[:40]:
                yield State(caller, path, ())

    def _use(self, state: State, user: Node, position: int) -> Iterator[State | tuple[Node, int]]:
        value, path, calls = self.program.value(user), state.path, state.calls
        match value.kind:
            case "attribute":
                yield from self._attribute(state, user, value)
            case "index":
                if position == 0:
                    rest = _take(path, value.text or "*")
                    if rest is not None:
                        yield State(user, rest, calls)
            case "call":
                if position == 0:
                    yield State(user, path, calls)
                else:
                    yield from self._argument(state, user, value, position)
            case "format":
                yield State(user, PLAIN if "#" in path else (), calls)
            case "operation":
                if value.text not in _NO_CARRY and not value.text.startswith(("not", "is")):
                    yield State(user, path, calls)
            case "choice" | "await" | "unknown":
                yield State(user, path, calls)
            case "element_of":
                rest = _take(path, "*")
                yield State(user, path if rest is None else rest, calls)
            case "guarded" if position == 0:
                yield State(user, path, calls)
            case "collection" | "update":
                if value.kind == "update" and position == 0:
                    yield State(user, path, calls)
                    return
                label = value.labels[position] if position < len(value.labels) else ""
                if label in ("*", "**"):
                    yield State(user, path, calls)
                elif value.text == "dictionary" and (role := self._message_role(user, value)):
                    yield State(user, (f"{label}@{role}", *path)[:_MAX_PATH], calls)
                elif (
                    value.text == "tuple"
                    and position == 1
                    and len(value.inputs) == 2
                    and (role := self._speaker((user[0], value.inputs[0])))
                ):
                    yield State(user, (f"1@{role}", *path)[:_MAX_PATH], calls)
                elif label == "" and value.text in ("tuple", "expression_list"):
                    yield State(user, (str(position), *path)[:_MAX_PATH], calls)
                else:
                    yield State(user, (label or "*", *path)[:_MAX_PATH], calls)
            case _:
                return

    def _is_data(self, node: Node) -> bool:
        """Whether the value itself is the data, not an object of the project that works with it."""
        return not any(name in self.program.classes for name in self.program.types(node))

    def _message_role(self, node: Node, value: Value) -> str:
        """The constant `role` of a chat message: turns by different speakers are kept apart on the way."""
        if "role" not in value.labels:
            return ""
        role = self.program.constants((node[0], value.inputs[value.labels.index("role")]))
        return role[0].text if role else "?"

    def _speaker(self, node: Node) -> str:
        """Of a pair (speaker, text): the constant speaker, `?` where the data itself says who speaks."""
        value = self.program.value(node)
        if value.kind == "constant":
            return value.text if value.text in ("system", "developer", "user", "human", "assistant", "ai") else ""
        return "?" if value.kind in ("attribute", "index") and value.text in ("role", "speaker", "sender", "author") else ""

    def _attribute(self, state: State, user: Node, value: Value) -> Iterator[State | tuple[Node, int]]:
        path, calls = state.path, state.calls
        method_calls = [
            (user[0], identity)
            for identity, position in self.graph.users(user)
            if position == 0 and self.program.value((user[0], identity)).kind == "call"
        ]
        if not method_calls:
            owners = [name for name in self.program.types((user[0], value.inputs[0])) if name in self.program.classes]
            if owners and all(self.program.field_is_plain(owner, value.text) for owner in owners):
                yield State(user, PLAIN, calls)  # a number or a date holds no text of anybody
                return
            rest = _take(path, value.text)
            if rest is not None:
                yield State(user, rest, calls)
            return
        for call in method_calls:
            targets = self._targets_of(call)
            if targets:
                for target in targets:
                    function = self.program.function(target.function)
                    # An object is not tainted as a whole by what was once given to it: only data in a known field enters with it.
                    if target.bound and function.parameters and call not in calls and (path or self._is_data(state.node)):
                        parameter = (target.function[0], function.parameters[0].value)
                        yield State(parameter, path, (*calls, call)[-_MAX_CALLS:])
                continue
            behaviour = self._behaviour(call, 0)
            if behaviour.sink:
                yield call, 0
            if not behaviour.carries or (self._only_text and value.text not in _TEXT_CALLS):
                continue
            if value.text in ("get", "pop", "getlist", "setdefault"):
                inputs = self.program.value(call).inputs
                key = self.program.value((call[0], inputs[1])) if len(inputs) > 1 else None
                rest = _take(path, key.text if key is not None and key.kind == "constant" else "*")
                if rest is not None:
                    yield State(call, rest, calls)
            else:  # what a method gives back may hold what its object holds
                yield State(call, path, calls)

    def _argument(self, state: State, call: Node, value: Value, position: int) -> Iterator[State | tuple[Node, int]]:
        path, calls = state.path, state.calls
        callee = self.program.value((call[0], value.inputs[0]))
        behaviour = self._behaviour(call, position)
        if behaviour.sink:
            yield call, position
        targets = self._targets_of(call)
        if (
            callee.kind == "attribute"
            and callee.text in ("get", "pop", "setdefault")
            and position == 1
            and not behaviour.sink
            and not targets
        ):
            return  # a key chooses a value; it does not become part of it
        for target in targets:
            yield from self._enter(call, target, position, path, calls)
        if behaviour.calls_argument is not None:
            yield from self._called_back(call, value, position, path, calls)
        if targets and not all(target.constructs for target in targets):
            return
        classes = [name for name in self.program.names((call[0], value.inputs[0])) if name in self.program.classes]
        label = value.labels[position] if position < len(value.labels) else ""
        speaker = self._message_role(call, value) if label in ("content", "text") else ""
        if classes:
            if not targets:
                field = self._field_name(classes[0], label, position)
                yield State(call, (f"{field}@{speaker}" if speaker else field, *path)[:_MAX_PATH], calls)
            return
        if behaviour.carries and callee.text.lstrip("_a").startswith(_SEARCHES) and not behaviour.sink:
            return  # what is searched for is not what comes back
        if behaviour.carries and (not self._only_text or callee.text in _TEXT_CALLS):
            names = self.program.names((call[0], value.inputs[0]))
            last = [name.rsplit(".", 1)[-1] for name in names]
            constructor = any(name[:1].isupper() for name in last)
            speaker = speaker or next((_SPEAKERS[name] for name in last if name in _SPEAKERS), "")
            if speaker and label in ("", "content", "text"):
                yield State(call, (f"content@{speaker}", *path)[:_MAX_PATH], calls)
            elif constructor and label not in ("", "*", "**"):
                yield State(call, (label, *path)[:_MAX_PATH], calls)
            else:
                yield State(call, path if constructor or "#" in path else (), calls)

    def _field_name(self, cls: str, label: str, position: int) -> str:
        if label not in ("", "*", "**"):
            return label
        fields = [name for name, annotation, _default, _line in self.program.classes[cls][1].fields if annotation is not None]
        return fields[position - 1] if label == "" and position - 1 < len(fields) else "*"

    def _enter(self, call: Node, target: Target, position: int, path: Path, calls: tuple[Node, ...]) -> Iterator[State]:
        if call in calls:
            return
        function = self.program.function(target.function)
        for parameter, arguments in self.program.bind(call, target).items():
            if position not in arguments:
                continue
            given = function.parameters[parameter]
            if self.program.is_plain(target.function[0], given.annotation):
                path = PLAIN
            inner = path
            if given.splat == "**":
                label = self.program.value(call).labels[position]
                inner = path if label == "**" else (label, *path)[:_MAX_PATH]
            elif given.splat == "*":
                inner = ("*", *path)[:_MAX_PATH]
            elif self.program.value(call).labels[position] == "**":
                rest = _take(path, given.name)
                if rest is None:
                    continue
                inner = rest
            yield State((target.function[0], given.value), inner, (*calls, call)[-_MAX_CALLS:])

    def _called_back(self, call: Node, value: Value, position: int, path: Path, calls: tuple[Node, ...]) -> Iterator[State]:
        """`run(function, argument)`: the function's parameters receive the other arguments."""
        for argument in range(1, len(value.inputs)):
            for name in self.program.names((call[0], value.inputs[argument])):
                for reference in self.program.functions.get(name, ()):
                    function = self.program.function(reference)
                    if argument == position or call in calls:
                        continue
                    offset = (
                        1 if function.owner is not None and function.parameters and function.parameters[0].name in ("self", "cls") else 0
                    )
                    label = value.labels[position]
                    wanted = position - argument - 1 + offset
                    for index, parameter in enumerate(function.parameters):
                        if parameter.name == label or (label == "" and index == wanted) or label in ("args", "kwargs"):
                            yield State((reference[0], parameter.value), path if label == "" else (), (*calls, call)[-_MAX_CALLS:])

    def _targets_of(self, call: Node) -> tuple[Target, ...]:
        found = self._targets.get(call)
        if found is None:
            found = self._targets[call] = self.program.targets(call)
        return found


def _take(path: Path, key: str) -> Path | None:
    """The path behind `key`; None where the data is in another field."""
    if not path:
        return ()
    if path == PLAIN:
        return PLAIN
    head = path[0].split("@")[0]
    if head == key or head in ("?",) or key == "*":
        return path[1:]
    if head == "*":
        return path[1:] if key.lstrip("-").isdigit() or key == "" else _take(path[1:], key)
    return None
