"""Steps of data through calls: into project functions, and over what outside functions and methods do with what they are given.

Calls of outside functions carry their arguments into their result unless knowledge says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ingest.code.program import Node, Target
from ingest.code.queued import queued
from ingest.facts import Function, Parameter, Value
from pipeline.system.flows.computed_keys import constant_ends
from pipeline.system.flows.filled_records import fields_filled
from pipeline.system.flows.flow_graph import FlowGraph
from pipeline.system.flows.rebuilding import rebuilt
from pipeline.system.program import speakers
from pipeline.system.program.access_paths import (
    COPIES,
    SELECTS,
    SERIALISES,
    VIEWS,
    WRITES_JSON,
    Change,
    Path,
    anywhere,
    gathered,
    inside_only,
    part_of_entry,
    putting,
    same,
    swallowed,
    taking,
    taking_like,
    to_plain,
    unless_overwritten,
    viewed,
    written_down,
)
from pipeline.system.program.filed_again import filed_again
from pipeline.system.program.flow_edges import Arrive, CallBehaviour, Enter, Step
from pipeline.system.program.members import fitting

_TEXT_CALLS = frozenset({
    "format", "join", "encode", "decode", "strip", "replace", "dumps", "str", "b64encode", "get", "append", "concat", "format_map",
    "model_dump",
})  # fmt: skip
_MADE_OF_IT = frozenset({"java.nio.file.Paths.get"})  # no table is asked for a key
# Of query builders and repositories: what is given only chooses records.
_CHOOSES = frozenset({
    "where", "andWhere", "orWhere", "whereIn", "having", "eq", "neq", "limit", "offset", "orderBy", "order_by", "filter_by",
    "findUnique", "findUniqueOrThrow", "findFirst", "findFirstOrThrow", "findMany", "findOne", "findOneBy", "findById", "findByPk",
    "findAll", "findAllById", "selectById", "selectByIds", "selectBatchIds", "selectOne", "selectList", "selectPage", "listByIds",
    "getById", "getOne", "lambdaQuery",
    "id",  # of Mongoose, one of the documents within another: `message.attachments.id(number)`
})  # fmt: skip
# What a text is asked, whose answer is a truth or a number.
_TELLS = frozenset({
    "startswith", "startsWith", "StartsWith", "endswith", "endsWith", "EndsWith", "isdigit", "isalpha", "isalnum", "isdecimal", "isnumeric",
    "isidentifier", "isspace", "islower", "isupper", "istitle", "isascii", "rfind", "rindex", "indexOf", "lastIndexOf", "IndexOf",
    "LastIndexOf", "charCodeAt", "codePointAt", "localeCompare", "compareTo", "compareToIgnoreCase", "CompareTo", "equals", "Equals",
    "equalsIgnoreCase", "contentEquals", "isEmpty", "isBlank", "hashCode", "GetHashCode", "hasOwnProperty", "IsMatch",
})  # fmt: skip
_BY_KEY = frozenset({"get", "pop", "setdefault", "getOrDefault", "GetValueOrDefault"})
_FILLS = frozenset({"Format", "FormatPrompt"})  # what they give back is text
_ENCODERS = frozenset({"Marshal", "MarshalIndent", "MarshalToString"})  # in Go a function of another package has a capital: these give text
_SEARCHES = ("search", "query", "similarity_search", "similaritySearch", "find_", "retrieve", "lookup", "max_marginal", "maxMarginal")
_ANSWERS = frozenset({"results", "execute", "fetch", "search_results", "get_results"})  # what a request that was made before is given to
_ASKED = frozenset({"query", "q", "search_query", "keywords"})
_CONTENT = ("", "content", "text", "Content", "Text")


class CallSteps:
    """Steps into and over calls; see `flow_steps.FlowSteps` for what its settings mean."""

    def __init__(self, graph: FlowGraph, behaviour: Callable[[Node, int], CallBehaviour], only_text: bool, bare: bool) -> None:
        self._graph, self._program = graph, graph.program
        self._behaviour, self._only_text, self._bare = behaviour, only_text, bare
        self._meant: dict[Node, tuple[Target, ...]] = {}

    def of_method(self, node: Node, method: Node, call: Node) -> Iterator[Step | Enter | Arrive]:
        """Where an object goes whose method is called; `method` is the access that names it."""
        value, targets = self._program.value(method), self._targets(call)
        if targets:
            for target in targets:
                parameters = self._program.function(target.function).parameters
                # An object is not tainted as a whole by what was once given to it: only data in a known field enters with it.
                if target.bound and parameters:
                    change = same if self._is_data(node) else inside_only
                    yield self._entered(call, target, (target.function[0], parameters[0].value), change, targets)
            return
        behaviour = self._behaviour(call, 0)
        if behaviour.sink:
            yield Arrive(call, 0)
        yield from self._left(call, 0)
        if not behaviour.carries or (self._only_text and value.text not in _TEXT_CALLS) or (self._bare and behaviour.cleans):
            return
        if value.text in _TELLS:
            yield Step(call, to_plain)
        elif value.text in ("get", "pop", "getlist", "setdefault", "at", "getOrDefault"):
            inputs = self._program.value(call).inputs
            key = self._program.value((call[0], inputs[1])) if len(inputs) > 1 else None
            ends = constant_ends(self._program, (call[0], inputs[1])) if key is not None and key.kind != "constant" else ("", "")
            named = taking(key.text if key is not None and key.kind == "constant" else "*")
            yield Step(call, taking_like(*ends) if any(ends) else named)
        elif value.text in VIEWS:
            yield Step(call, viewed(VIEWS[value.text]))
            if value.text == "items":
                yield from (Step(filed, same) for filed in filed_again(self._program, self._graph.users, call))
        elif value.text in ("getKey", "getValue"):
            yield Step(call, part_of_entry(value.text))
        elif value.text in ("model_copy", "_replace"):
            yield Step(call, unless_overwritten(self._set_anew(call), anywhere))
        else:
            yield Step(call, anywhere)  # what a method gives back may hold what its object holds, elsewhere

    def of_argument(self, call: Node, position: int) -> Iterator[Step | Enter | Arrive]:
        """Where an argument of a call goes."""
        value = self._program.value(call)
        callee = self._program.value((call[0], value.inputs[0]))
        behaviour = self._behaviour(call, position)
        if behaviour.sink:
            yield Arrive(call, position)
        yield from self._left(call, position)
        if self._bare and behaviour.cleans:
            return
        targets = self._targets(call)
        is_key = callee.kind == "attribute" and callee.text in _BY_KEY and position == 1
        is_key = is_key and _MADE_OF_IT.isdisjoint(self._program.callee_names(call))
        if is_key and not behaviour.sink and not targets:
            return  # a key chooses a value; it does not become part of it
        for target in targets:
            yield from self._into(call, target, position, targets)
        if behaviour.calls_argument is not None:
            called = list(self._called_back(call, value, position))
            yield from called
            if called and not behaviour.sink:
                return  # what comes back is what the function makes of it
        sent = [one for one in queued(self._program, call, value) if one.argument == position] if not targets else []
        for one in sent:
            if one.parameter is not None:
                parameter = self._program.function(one.function).parameters[one.parameter]
                change = _entry(self._program.value((call[0], value.inputs[position])), parameter.name, one.entry) if one.whole else same
                change = putting(one.under) if one.under else change
                yield Enter(call, one.function, (one.function[0], parameter.value), change, None, True)
        if sent:
            return  # what comes back is a ticket
        if position == 1:  # a graph gives each of its functions the state that it is started with
            for function, arrives in self._graph.started_by(call):
                yield Enter(call, function, arrives, same, None, True)
        if not targets or all(target.constructs for target in targets):
            yield from self._over(call, value, position, behaviour, bool(targets))

    def _left(self, call: Node, position: int) -> Iterator[Step]:
        """To the call itself where it leaves the data at a place: whoever takes it from there gets it from the call."""
        if not self._only_text and self._graph.is_left(call, position):
            yield Step(call, anywhere)

    def _over(self, call: Node, value: Value, position: int, behaviour: CallBehaviour, constructs: bool) -> Iterator[Step]:
        """Into what a call of the outside, or of a class, gives back."""
        callee = self._program.value((call[0], value.inputs[0]))
        label = value.labels[position] if position < len(value.labels) else ""
        if behaviour.numbers:
            yield Step(call, to_plain)
            return
        said = label or (speakers.field_in_order(self._program, call, position) if value.labels[:1] == ("",) else "")
        speaker = speakers.message_role(self._program, call, value) if said.lower() in ("content", "text") else ""
        classes = [name for name in self._program.names((call[0], value.inputs[0])) if name in self._program.classes]
        if classes:
            if any(self._program.is_enumeration(name) for name in classes):
                yield Step(call, to_plain)
            elif not constructs:
                field = self._field_name(classes[0], label, position)
                held: Change = to_plain if self._program.field_is_plain(classes[0], field) else same
                yield Step(call, _then(held, putting(f"{field}@{speaker}" if speaker else field)))
            else:
                for field in fields_filled(self._program, call, position, self._targets(call)):
                    yield Step(call, _then(to_plain if self._program.field_is_plain(classes[0], field) else same, putting(field)))
            return
        if callee.kind == "attribute" and any(
            self._program.is_enumeration(name) for name in self._program.names((call[0], callee.inputs[0]))
        ):
            yield Step(call, to_plain)  # `Kind.valueOf(text)`
            return
        if callee.kind == "attribute" and callee.text in _TELLS:
            yield Step(call, to_plain)
            return
        made = None if behaviour.sink else rebuilt(self._program, self._graph.users, call, position)
        if made is not None:
            yield from (Step(node, change) for node, change in made)
            return
        chooses = callee.text.lstrip("_a").startswith(_SEARCHES) or callee.text in _CHOOSES
        if behaviour.carries and chooses and not behaviour.sink and not self._is_pattern(call, value) and not self._is_told(call, value):
            return  # what is searched for is not what comes back
        if behaviour.carries and (not self._only_text or callee.text in _TEXT_CALLS):
            names = self._program.names((call[0], value.inputs[0]))
            last = [name.rsplit(".", 1)[-1] for name in names]
            capital = any(name[:1].isupper() and name not in _ENCODERS for name in last)
            builds = capital and callee.text not in _FILLS  # in Go a method is written like a class
            # `X.builder().name(text).build()` is one call with named arguments: what it makes has them.
            filled = label not in ("", "*", "**") and callee.text.endswith(("builder", "Builder"))
            constructor = builds or filled or not COPIES.isdisjoint(names)
            speaker = speaker or speakers.of_classes(last)
            speaker = speaker or (speakers.speaker_given(self._program, call, value) if label == "" else "")
            if speaker and label in _CONTENT:
                yield Step(call, putting(f"{label or 'content'}@{speaker}"))
            elif constructor:
                yield Step(call, same if label in ("", "*", "**") else putting(label))
            elif label not in SELECTS:  # the name of a model does not come back as its words
                writes = not SERIALISES.isdisjoint((*last, callee.text)) or not WRITES_JSON.isdisjoint(names)
                yield Step(call, written_down if writes else _answered if callee.text in _ANSWERS else swallowed)

    def _targets(self, call: Node) -> tuple[Target, ...]:
        found = self._meant.get(call)
        if found is None:
            found = self._meant[call] = fitting(self._program, call, self._program.targets(call))
        return found

    def _is_data(self, node: Node) -> bool:
        """Whether the value itself is the data, not an object of the project that works with it."""
        return not any(name in self._program.classes for name in self._program.types(node))

    def _set_anew(self, call: Node) -> tuple[str, ...]:
        """Fields that a copying method is told to give other values: `m.model_copy(update={"content": text})`."""
        value = self._program.value(call)
        given = [self._program.value((call[0], value.inputs[at])) for at, label in enumerate(value.labels) if label == "update"]
        return (*value.labels, *(label for display in given if display.kind == "collection" for label in display.labels))

    def _is_pattern(self, call: Node, value: Value) -> bool:
        """Whether a search is one in the text given, by a regular expression: what it finds is of that text."""
        return any(name.split(".")[0] in ("re", "regex", "re2") for name in self._program.names((call[0], value.inputs[0])))

    def _is_told(self, call: Node, value: Value) -> bool:
        """Whether a builder of a request is told what to search for: `request.query(text)` asks nothing yet, and holds the text."""
        return any(name.rsplit(".", 2)[-2:-1] == ["Builder"] for name in self._program.names((call[0], value.inputs[0])))

    def _field_name(self, cls: str, label: str, position: int) -> str:
        if label not in ("", "*", "**"):
            return label
        fields = self._program.declared_fields(cls)
        return fields[position - 1] if label == "" and position - 1 < len(fields) else "*"

    # Into functions of the project

    def _entered(self, call: Node, target: Target, parameter: Node, change: Change, targets: tuple[Target, ...]) -> Enter:
        meant = [other for other in targets if other.function == target.function]
        return Enter(call, target.function, parameter, change, target if len(meant) == 1 else None)

    def _into(self, call: Node, target: Target, position: int, targets: tuple[Target, ...]) -> Iterator[Enter]:
        function, labels = self._program.function(target.function), self._program.value(call).labels
        labels = ("", "**", *labels[2:]) if target.keyed else labels
        for parameter, arguments in self._program.bind(call, target).items():
            if position in arguments:
                given = function.parameters[parameter]
                is_plain = self._program.holds_no_text(target.function[0], given.annotation)
                change = _bound(given, labels, arguments, position, is_plain)
                yield self._entered(call, target, (target.function[0], given.value), change, targets)

    def _called_back(self, call: Node, value: Value, position: int) -> Iterator[Enter]:
        """`run(function, argument)`: the function's parameters receive the other arguments."""
        label, targets = value.labels[position], self._targets(call)
        for argument in range(1, len(value.inputs)):
            if argument == position:
                continue
            for name in self._program.names((call[0], value.inputs[argument])):
                for reference in self._program.functions.get(name, ()):
                    function = self._program.function(reference)
                    wanted = position - argument - 1 + _own_parameters(function)
                    meant = [target for target in targets if target.function == reference]
                    for index, parameter in enumerate(function.parameters):
                        if parameter.name == label or (label == "" and index == wanted) or label in ("args", "kwargs"):
                            change = same if label == "" else _whole
                            target = meant[0] if len(meant) == 1 else None
                            yield Enter(call, reference, (reference[0], parameter.value), change, target)


def _own_parameters(function: Function) -> int:
    """Parameters that are bound before a function is handed over: a method's object."""
    return 1 if function.owner is not None and function.parameters and function.parameters[0].name in ("self", "cls") else 0


def _answered(path: Path) -> Path | None:
    """`client.results(Search(query=text))`: what is searched for is not what comes back, here either."""
    return None if path[-1:] and path[-1] in _ASKED else swallowed(path)


def _entry(given: Value, parameter: str, place: int) -> Change:
    """What of a list, or a table, of arguments is one parameter."""
    if given.kind != "collection":
        return _whole
    return taking(parameter if given.text == "dictionary" else str(place))


def _whole(_path: Path) -> Path:
    return ()


def _bound(parameter: Parameter, labels: Sequence[str], arguments: Sequence[int], position: int, is_plain: bool) -> Change:
    """What becomes of an argument's path where it is bound, with others, to a parameter."""
    held: Change = to_plain if is_plain else same
    label = labels[position]
    if parameter.splat == "**":
        return held if label == "**" else _then(held, putting(label))
    if parameter.splat == "*":
        return _then(held, lambda path: gathered(path, labels, arguments, position))
    return _then(held, taking(parameter.name)) if label == "**" else held


def _then(first: Change, second: Change) -> Change:
    if first is same:
        return second

    def change(path: Path) -> Path | None:
        between = first(path)
        return None if between is None else second(between)

    return change
