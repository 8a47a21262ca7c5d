"""One step of data through the program: what a value that holds data is used for.

Given a value, `FlowSteps.edges` says where its data goes next: into another value of the same function, into a parameter of a
project function, out of the function by return, into the open (a field or global that anyone may read), or into an argument
knowledge calls a sink. Each step says what becomes of the access path under which the data is held (which field of an object;
Deutsch 1994). Edges depend on nothing but the value, so they are found once, whatever comes along them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ingest.code.program import FunctionRef, Node
from ingest.facts import Value
from pipeline.system.flows.computed_keys import constant_ends
from pipeline.system.flows.flow_calls import CallSteps
from pipeline.system.flows.flow_graph import OPENED, FlowGraph
from pipeline.system.flows.kept_by_methods import keeping_fields, methods_of_a_class
from pipeline.system.flows.label_fields import takes_a_label
from pipeline.system.flows.promoted_fields import promoted_fields, through_embedded
from pipeline.system.flows.type_tests import as_tested
from pipeline.system.program import access_paths, speakers
from pipeline.system.program.access_paths import (
    NUMBERS,
    Change,
    Path,
    after_update,
    anywhere,
    as_text,
    member,
    putting,
    same,
    take,
    taking,
    taking_number,
    unless_overwritten,
)
from pipeline.system.program.filed_again import pairs_of
from pipeline.system.program.flow_edges import RETURNED, TESTED, Arrive, CallBehaviour, Edges, Enter, Step
from pipeline.system.program.gone_through import gone_through
from pipeline.system.program.page_state import state_set

_TOLD = frozenset({"system", "user", "assistant"})  # what the builder of a prompt is told, by whose words it is
_NO_CARRY = frozenset({"==", "!=", "<", ">", "<=", ">=", "in", "not in", "is", "is not", "not", "<>"})
_LARGEST = frozenset({"argmax", "argmin"})


class FlowSteps:
    """Steps from values; `behaviour(call, argument)` is what knowledge says of outside calls.

    With `only_text` the data passes outside calls only where they put text together: a credential that is
    given to a client does not come back as the client's answers. With `bare` it passes no test and nothing that cleans:
    a way beside all checks is not to be hidden by a shorter one through a check.
    """

    def __init__(
        self,
        graph: FlowGraph,
        behaviour: Callable[[Node, int], CallBehaviour],
        return_sinks: frozenset[FunctionRef],
        only_text: bool,
        bare: bool,
    ) -> None:
        self._graph, self._program = graph, graph.program
        self._return_sinks, self._bare = return_sinks, bare
        self._calls = CallSteps(graph, behaviour, only_text, bare)
        self._promoted = promoted_fields(graph.program)
        self._edges: dict[Node, Edges] = {}

    def edges(self, node: Node) -> Edges:
        found = self._edges.get(node)
        if found is None:
            found = self._edges[node] = self._find(node)
        return found

    def _find(self, node: Node) -> Edges:
        arrivals = [Arrive(self._graph.tested[node], TESTED)] if node in self._graph.tested else []
        steps: list[Step] = []
        enters: list[Enter] = []
        for identity, position in self._graph.users(node):
            label = position == 0 and takes_a_label(self._program, self._graph.users, (node[0], identity))
            for edge in self._use(node, (node[0], identity), position):
                if isinstance(edge, Step):
                    steps.append(edge._replace(label=True) if label else edge)
                elif isinstance(edge, Enter):
                    enters.append(edge)
                else:
                    arrivals.append(edge)
        steps += (Step(record, putting(name)) for record, name in self._graph.records(node))
        steps += (Step(held, same if name == OPENED else putting(name) if name else anywhere) for held, name in self._graph.states(node))
        leaves = tuple(self._graph.returned_by(node))
        arrivals += (Arrive((file, -1 - number), RETURNED) for file, number in leaves if (file, number) in self._return_sinks)
        return Edges(tuple(dict.fromkeys(arrivals)), tuple(steps), tuple(enters), tuple(self._graph.opens(node)), leaves)

    def _use(self, node: Node, user: Node, position: int) -> Iterator[Step | Enter | Arrive]:
        value = self._program.value(user)
        match value.kind:
            case "attribute":
                yield from self._attribute(node, user, value)
            case "index" if position == 0:
                yield Step(user, self._indexed(node, user, value))
            case "index" if position == 1 and self._names_a_class(node, user, value):
                yield Step(user, _chosen)
            case "call" if position == 0:
                yield Step(user, same)
            case "call":
                yield from self._calls.of_argument(user, position)
                yield from (Step(held, same) for held in state_set(self._program, user))
            case "format":
                yield Step(user, as_text)
            case "operation":
                if value.text == "number":  # `+text`
                    yield Step(user, access_paths.to_plain)
                elif value.text not in _NO_CARRY and not value.text.startswith(("not", "is")):
                    yield Step(user, anywhere if position else same)
            case "choice" | "await" | "unknown":
                yield Step(user, same)
            case "element_of":
                yield Step(user, _members_of_table(seen) if (seen := gone_through(self._program, node)) else _element)
            case "guarded" if position == 0 and not self._bare:
                yield Step(user, as_tested(self._program, user, value))
            case "update" if position and (methods := methods_of_a_class(self._program, user)):
                yield from (Step(user, putting(field)) for field in keeping_fields(self._program, methods))
            case "collection" if pairs_of(self._program, user) is not None:
                return  # each entry comes by itself, under its key
            case "collection" | "update":
                yield Step(user, self._put(user, value, position))
            case _:
                return

    def _attribute(self, node: Node, user: Node, value: Value) -> Iterator[Step | Enter | Arrive]:
        uses = [(user[0], identity) for identity, position in self._graph.users(user) if position == 0]
        method_calls = [use for use in uses if self._program.value(use).kind == "call"]
        for call in method_calls:
            yield from self._calls.of_method(node, user, call)
        if method_calls:
            return
        owners = [name for name in self._program.types((user[0], value.inputs[0])) if name in self._program.classes]
        # A number or a date holds no text of anybody.
        plain = bool(owners) and all(self._program.field_is_plain(owner, value.text) for owner in owners)
        taken = taking_number(value.text) if plain or value.text in NUMBERS else taking(value.text)
        embedded = self._promoted.get(value.text)
        yield Step(user, taken if embedded is None else through_embedded(taken, embedded, self._promoted))

    def _indexed(self, node: Node, user: Node, value: Value) -> Change:
        if self._is_slice(user, value):
            return anywhere  # a part of a list is a list
        if not value.text and len(value.inputs) > 1 and any(ends := constant_ends(self._program, (user[0], value.inputs[1]))):
            return access_paths.taking_like(*ends)
        key = access_paths.from_the_front(self._program.value(node), value.text or "*")
        return taking_number(key) if value.text in NUMBERS else taking(key)

    def _names_a_class(self, key: Node, user: Node, value: Value) -> bool:
        """`LABELS[int(scores.argmax())]`: the verdict by its name, out of a list that is written down."""
        current = self._program.value(key)
        for _ in range(4):  # `int(...)`, `.item()`
            if current.kind != "call":
                return False
            callee = self._program.value((key[0], current.inputs[0]))
            if callee.text.rpartition(".")[2] in _LARGEST:
                break
            inner = current.inputs[1] if len(current.inputs) > 1 else callee.inputs[0] if callee.inputs else None
            if inner is None:
                return False
            current = self._program.value((key[0], inner))
        else:
            return False
        lists = [(made, self._program.value(made)) for made in self._program.origins((user[0], value.inputs[0]))]
        return bool(lists) and all(
            found.kind == "collection" and all(self._program.value((made[0], i)).kind == "constant" for i in found.inputs)
            for made, found in lists
        )

    def _put(self, user: Node, value: Value, position: int) -> Change:
        """Where data is in an object that is built of it, or that something is put into."""
        if value.kind == "update" and position == 0:
            later = self._later_keys(user, value, position) if "**" in value.labels else ()
            return unless_overwritten(later, lambda path: after_update(path, value))
        label = value.labels[position] if position < len(value.labels) else ""
        if label in ("*", "**"):
            return unless_overwritten(self._later_keys(user, value, position), anywhere)
        if value.kind == "update" and label in _TOLD and label in self._program.value((user[0], value.inputs[0])).labels:
            return putting(f"{label}@{label}")  # `prompt("ask") { system(rules); user(text) }`
        if value.text == "dictionary" and (role := speakers.message_role(self._program, user, value)):
            return putting(f"{label}@{role}")
        if value.text == "tuple" and position == 1 and len(value.inputs) == 2:
            role = speakers.speaker_of_pair(self._program, (user[0], value.inputs[0]))
            if role:
                return putting(f"1@{role}")
        return putting(label or member(value, position))

    def _later_keys(self, user: Node, value: Value, position: int) -> list[str]:
        """Keys that are set behind a spliced object, by themselves or by displays spliced in as well."""
        found: list[str] = []
        for label, given in zip(value.labels[position + 1 :], value.inputs[position + 1 :], strict=False):
            inner = self._program.value((user[0], given))
            found += inner.labels if label == "**" and inner.kind == "collection" and inner.text == "dictionary" else (label,)
        return found

    def _is_slice(self, node: Node, value: Value) -> bool:
        key = self._program.value((node[0], value.inputs[1])) if len(value.inputs) > 1 else None
        return key is not None and key.kind == "unknown" and key.text == "slice"


def _chosen(_path: Path) -> Path:
    """Which of a list's members it is: a verdict, and nobody's words."""
    return access_paths.NAMED


def _members_of_table(seen: str) -> Change:
    """What comes of a table that is gone through, as the language sees it."""
    view = access_paths.viewed(seen)

    def change(path: Path) -> Path | None:
        among = view(path)
        return None if among is None else _element(among)

    return change


def _element(path: Path) -> Path:
    """A member of a list; of what is no list as far as is known, the thing itself."""
    rest = take(path, "*")
    return path if rest is None else rest
