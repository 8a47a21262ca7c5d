"""One step of data through the program: what a value that holds data is used for.

Given a value and the access path under which the data is held (which field of an object; Deutsch 1994),
`FlowSteps.moves` says where it goes next: into another value of the same function, into a parameter of a
project function, out of the function by return, into the open (a field or global that anyone may read), or
into an argument knowledge calls a sink. Steps depend on nothing but the place, so they are found once.
Calls of outside functions carry their arguments into their result unless knowledge says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node, Target
from ingest.facts import Value
from pipeline.system import access_paths
from pipeline.system.access_paths import COPIES, MAX_PATH, NUMBERS, PLAIN, SELECTS, Path, take, under
from pipeline.system.flow_graph import FlowGraph
from pipeline.system.members import fitting
from pipeline.system.rebuilding import rebuilt

RETURNED, TESTED = -1, -2  # instead of an argument: the data was returned; a branch depends on it
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
_VIEWS = ("keys", "values", "items")
# Of query builders and repositories: what is given only chooses records.
_CHOOSES = frozenset({
    "where", "andWhere", "orWhere", "having", "limit", "offset", "orderBy", "order_by", "filter_by", "findUnique", "findUniqueOrThrow",
    "findFirst", "findFirstOrThrow", "findMany", "findOne", "findOneBy", "findById", "findByPk", "findAll", "findAllById", "selectById",
    "selectByIds", "selectBatchIds", "selectOne", "selectList", "selectPage", "listByIds", "getById", "getOne", "lambdaQuery",
})  # fmt: skip
_SEARCHES = ("search", "query", "similarity_search", "find_", "retrieve", "lookup", "max_marginal")
_NO_CARRY = frozenset({"==", "!=", "<", ">", "<=", ">=", "in", "not in", "is", "is not", "not", "<>"})
_SPEAKERS = {
    "SystemMessage": "system",
    "AIMessage": "assistant",
    "AssistantMessage": "assistant",
    "HumanMessage": "user",
    "UserMessage": "user",
    "NewUserMessage": "user",
    "NewAssistantMessage": "assistant",
}
_NAMED_SPEAKER = re.compile(r"[A-Za-z](?:Role|MessageType)_?(System|Developer|User|Human|Generic|Assistant|AI|Model|Tool|Function)$")


Place = tuple[Node, Path]
"""a value, and which part of it is the data"""


@dataclass(frozen=True, slots=True)
class Step:
    """Into another value of the same function."""

    place: Place


@dataclass(frozen=True, slots=True)
class Enter:
    """Into a parameter of a project function, through a call."""

    call: Node
    function: FunctionRef
    place: Place


@dataclass(frozen=True, slots=True)
class Leave:
    """Out of a function, as what it returns."""

    function: FunctionRef
    path: Path


@dataclass(frozen=True, slots=True)
class Open:
    """To readers of a global or field: who called is not known any more."""

    place: Place


@dataclass(frozen=True, slots=True)
class Arrive:
    """At an argument of a call, at a function's return (RETURNED) or at a branch (TESTED)."""

    call: Node
    argument: int


Move = Step | Enter | Leave | Open | Arrive


@dataclass(frozen=True, slots=True)
class CallBehaviour:
    """What knowledge says of an outside call, for one argument."""

    carries: bool = True
    sink: bool = False
    calls_argument: str | None = None
    cleans: bool = False


class FlowSteps:
    """Steps from places; `behaviour(call, argument)` is what knowledge says of outside calls.

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
        self.graph, self.program = graph, graph.program
        self._behaviour, self._return_sinks, self._only_text, self._bare = behaviour, return_sinks, only_text, bare
        self._targets: dict[Node, tuple[Target, ...]] = {}
        self._moves: dict[Place, tuple[Move, ...]] = {}

    def moves(self, place: Place) -> tuple[Move, ...]:
        found = self._moves.get(place)
        if found is None:
            found = self._moves[place] = tuple(dict.fromkeys(self._next(place)))
        return found

    def _next(self, place: Place) -> Iterator[Move]:
        node, path = place
        file = node[0]
        if node in self.graph.tested:
            yield Arrive(self.graph.tested[node], TESTED)
        for identity, position in self.graph.users(node):
            yield from self._use(place, (file, identity), position)
        for read in self.graph.global_reads(node):
            yield Open((read, path))
        for read in self.graph.field_reads(node):
            yield Open((read, path))
        for record, name in self.graph.records(node):
            yield Step((record, under(name, path)))
        for reference in self.graph.returned_by(node):
            if reference in self._return_sinks:
                yield Arrive((reference[0], -1 - reference[1]), RETURNED)
            yield Leave(reference, path)

    def _use(self, place: Place, user: Node, position: int) -> Iterator[Move]:
        value, path = self.program.value(user), place[1]
        match value.kind:
            case "attribute":
                yield from self._attribute(place, user, value)
            case "index":
                if position == 0 and self._is_slice(user, value):
                    yield Step((user, access_paths.anywhere(path)))  # a part of a list is a list
                elif position == 0:
                    rest = take(path, access_paths.from_the_front(self.program.value(place[0]), value.text or "*"))
                    if rest is not None:
                        yield Step((user, PLAIN if value.text in NUMBERS else rest))
            case "call":
                if position == 0:
                    yield Step((user, path))
                else:
                    yield from self._argument(path, user, value, position)
            case "format":
                yield Step((user, PLAIN if "#" in path else ()))
            case "operation":
                if value.text not in _NO_CARRY and not value.text.startswith(("not", "is")):
                    yield Step((user, access_paths.anywhere(path) if position else path))
            case "choice" | "await" | "unknown":
                yield Step((user, path))
            case "element_of":
                rest = take(path, "*")
                yield Step((user, path if rest is None else rest))
            case "guarded" if position == 0 and not self._bare:
                yield Step((user, path))
            case "collection" | "update":
                after = self._put(path, user, value, position)
                if after is not None:
                    yield Step((user, after))
            case _:
                return

    def _put(self, path: Path, user: Node, value: Value, position: int) -> Path | None:
        """Where data is in an object that is built of it, or that something is put into."""
        if value.kind == "update" and position == 0:
            overwritten = "**" in value.labels and access_paths.is_overwritten(path, self._later_keys(user, value, position))
            return None if overwritten else access_paths.after_update(path, value)
        label = value.labels[position] if position < len(value.labels) else ""
        if label in ("*", "**"):
            return None if access_paths.is_overwritten(path, self._later_keys(user, value, position)) else access_paths.anywhere(path)
        if value.text == "dictionary" and (role := self._message_role(user, value)):
            return under(f"{label}@{role}", path)
        if value.text == "tuple" and position == 1 and len(value.inputs) == 2 and (role := self._speaker((user[0], value.inputs[0]))):
            return under(f"1@{role}", path)
        return under(label or access_paths.member(value, position), path)

    def _later_keys(self, user: Node, value: Value, position: int) -> list[str]:
        """Keys that are set behind a spliced object, by themselves or by displays spliced in as well."""
        found: list[str] = []
        for label, given in zip(value.labels[position + 1 :], value.inputs[position + 1 :], strict=False):
            inner = self.program.value((user[0], given))
            found += inner.labels if label == "**" and inner.kind == "collection" and inner.text == "dictionary" else (label,)
        return found

    def _is_slice(self, node: Node, value: Value) -> bool:
        key = self.program.value((node[0], value.inputs[1])) if len(value.inputs) > 1 else None
        return key is not None and key.kind == "unknown" and key.text == "slice"

    def _is_data(self, node: Node) -> bool:
        """Whether the value itself is the data, not an object of the project that works with it."""
        return not any(name in self.program.classes for name in self.program.types(node))

    def _message_role(self, node: Node, value: Value) -> str:
        """The constant `role` of a chat message: turns by different speakers are kept apart on the way."""
        label = next((label for label in value.labels if label in ("role", "Role")), None)
        if label is None:
            return ""
        given = (node[0], value.inputs[value.labels.index(label)])
        roles = {role.text for role in self.program.constants(given)} or self._named_speakers(given)
        return "?" if not roles else roles.pop() if len(roles) == 1 else "user"  # one of several constants: not the caller's choice

    def _named_speakers(self, node: Node) -> set[str]:
        """Speakers that constants of packages are named for: `openai.ChatMessageRoleUser`, `llms.ChatMessageTypeHuman`."""
        found = [_NAMED_SPEAKER.search(name) for name in self.program.names(node)]
        said = {match.group(1).lower() for match in found if match is not None}
        return {{"human": "user", "generic": "user", "ai": "assistant", "model": "assistant"}.get(speaker, speaker) for speaker in said}

    def _speaker_given(self, call: Node, value: Value) -> str:
        """The speaker that another argument names: `TextParts(ChatMessageTypeHuman, text)`."""
        for position in range(1, min(len(value.inputs), 4)):
            for speaker in self._named_speakers((call[0], value.inputs[position])):
                return speaker
        return ""

    def _speaker(self, node: Node) -> str:
        """Of a pair (speaker, text): the constant speaker, `?` where the data itself says who speaks."""
        value = self.program.value(node)
        if value.kind == "constant":
            return value.text if value.text in ("system", "developer", "user", "human", "assistant", "ai") else ""
        return "?" if value.kind in ("attribute", "index") and value.text in ("role", "speaker", "sender", "author") else ""

    def _attribute(self, place: Place, user: Node, value: Value) -> Iterator[Move]:
        node, path = place
        method_calls = [
            (user[0], identity)
            for identity, position in self.graph.users(user)
            if position == 0 and self.program.value((user[0], identity)).kind == "call"
        ]
        if not method_calls:
            rest = take(path, value.text)
            if rest is None:
                return
            owners = [name for name in self.program.types((user[0], value.inputs[0])) if name in self.program.classes]
            # A number or a date holds no text of anybody.
            plain = bool(owners) and all(self.program.field_is_plain(owner, value.text) for owner in owners)
            yield Step((user, PLAIN if plain or value.text in NUMBERS else rest))
            return
        for call in method_calls:
            targets = self._targets_of(call)
            if targets:
                for target in targets:
                    function = self.program.function(target.function)
                    # An object is not tainted as a whole by what was once given to it: only data in a known field enters with it.
                    if target.bound and function.parameters and (path or self._is_data(node)):
                        parameter = (target.function[0], function.parameters[0].value)
                        yield Enter(call, target.function, (parameter, path))
                continue
            behaviour = self._behaviour(call, 0)
            if behaviour.sink:
                yield Arrive(call, 0)
            if not behaviour.carries or (self._only_text and value.text not in _TEXT_CALLS) or (self._bare and behaviour.cleans):
                continue
            if value.text in ("get", "pop", "getlist", "setdefault", "at"):
                inputs = self.program.value(call).inputs
                key = self.program.value((call[0], inputs[1])) if len(inputs) > 1 else None
                rest = take(path, key.text if key is not None and key.kind == "constant" else "*")
                if rest is not None:
                    yield Step((call, rest))
            elif value.text in _VIEWS and path and "#" not in path:
                # Data under a key is no key; `items` gives pairs of both.
                if value.text != "keys":
                    inside = ("1", *path[1:]) if value.text == "items" else path[1:]
                    yield Step((call, ("*", *inside)[:MAX_PATH]))
            elif not (value.text in ("model_copy", "_replace") and access_paths.is_overwritten(path, self._set_anew(call))):
                yield Step((call, access_paths.anywhere(path)))  # what a method gives back may hold what its object holds, elsewhere

    def _set_anew(self, call: Node) -> tuple[str, ...]:
        """Fields that a copying method is told to give other values: `m.model_copy(update={"content": text})`."""
        value = self.program.value(call)
        given = [self.program.value((call[0], value.inputs[at])) for at, label in enumerate(value.labels) if label == "update"]
        return (*value.labels, *(label for display in given if display.kind == "collection" for label in display.labels))

    def _argument(self, path: Path, call: Node, value: Value, position: int) -> Iterator[Move]:
        callee = self.program.value((call[0], value.inputs[0]))
        behaviour = self._behaviour(call, position)
        if behaviour.sink:
            yield Arrive(call, position)
        if self._bare and behaviour.cleans:
            return
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
            yield from self._enter(call, target, position, path)
        if behaviour.calls_argument is not None:
            yield from self._called_back(call, value, position, path)
        if targets and not all(target.constructs for target in targets):
            return
        classes = [name for name in self.program.names((call[0], value.inputs[0])) if name in self.program.classes]
        label = value.labels[position] if position < len(value.labels) else ""
        speaker = self._message_role(call, value) if label.lower() in ("content", "text") else ""
        if classes:
            if not targets:
                field = self._field_name(classes[0], label, position)
                yield Step((call, under(f"{field}@{speaker}" if speaker else field, path)))
            return
        made = None if behaviour.sink else rebuilt(self.program, self.graph.users, call, position, path)
        if made is not None:
            yield from (Step(place) for place in made)
            return
        if (
            behaviour.carries
            and (callee.text.lstrip("_a").startswith(_SEARCHES) or callee.text in _CHOOSES)
            and not behaviour.sink
            and not self._is_pattern(call, value)
        ):
            return  # what is searched for is not what comes back
        if behaviour.carries and (not self._only_text or callee.text in _TEXT_CALLS):
            names = self.program.names((call[0], value.inputs[0]))
            last = [name.rsplit(".", 1)[-1] for name in names]
            constructor = any(name[:1].isupper() for name in last) or not COPIES.isdisjoint(names)
            speaker = speaker or next((_SPEAKERS[name] for name in last if name in _SPEAKERS), "")
            speaker = speaker or (self._speaker_given(call, value) if label == "" else "")
            if speaker and label in ("", "content", "text", "Content", "Text"):
                yield Step((call, under(f"{label or 'content'}@{speaker}", path)))
            elif constructor and label not in ("", "*", "**"):
                yield Step((call, under(label, path)))
            elif constructor or not SELECTS.intersection((label, *path[-1:])):  # the name of a model does not come back as its words
                yield Step((call, path if constructor or "#" in path else ()))

    def _is_pattern(self, call: Node, value: Value) -> bool:
        """Whether a search is one in the text given, by a regular expression: what it finds is of that text."""
        return any(name.split(".")[0] in ("re", "regex", "re2") for name in self.program.names((call[0], value.inputs[0])))

    def _field_name(self, cls: str, label: str, position: int) -> str:
        if label not in ("", "*", "**"):
            return label
        fields = self.program.declared_fields(cls)
        return fields[position - 1] if label == "" and position - 1 < len(fields) else "*"

    def _enter(self, call: Node, target: Target, position: int, path: Path) -> Iterator[Move]:
        function = self.program.function(target.function)
        for parameter, arguments in self.program.bind(call, target).items():
            if position not in arguments:
                continue
            given = function.parameters[parameter]
            held = PLAIN if self.program.is_plain(target.function[0], given.annotation) else path
            inner = held
            if given.splat == "**":
                label = self.program.value(call).labels[position]
                inner = held if label == "**" else (label, *held)[:MAX_PATH]
            elif given.splat == "*":
                inner = ("*", *held)[:MAX_PATH]
            elif self.program.value(call).labels[position] == "**":
                rest = take(held, given.name)
                if rest is None:
                    continue
                inner = rest
            yield Enter(call, target.function, ((target.function[0], given.value), inner))

    def _called_back(self, call: Node, value: Value, position: int, path: Path) -> Iterator[Move]:
        """`run(function, argument)`: the function's parameters receive the other arguments."""
        for argument in range(1, len(value.inputs)):
            for name in self.program.names((call[0], value.inputs[argument])):
                for reference in self.program.functions.get(name, ()):
                    function = self.program.function(reference)
                    if argument == position:
                        continue
                    offset = (
                        1 if function.owner is not None and function.parameters and function.parameters[0].name in ("self", "cls") else 0
                    )
                    label = value.labels[position]
                    wanted = position - argument - 1 + offset
                    for index, parameter in enumerate(function.parameters):
                        if parameter.name == label or (label == "" and index == wanted) or label in ("args", "kwargs"):
                            yield Enter(call, reference, ((reference[0], parameter.value), path if label == "" else ()))

    def _targets_of(self, call: Node) -> tuple[Target, ...]:
        found = self._targets.get(call)
        if found is None:
            found = self._targets[call] = fitting(self.program, call, self.program.targets(call))
        return found
