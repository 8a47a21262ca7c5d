"""What a call is given, as far as its shape goes: chat messages, request bodies, lists of tools, whether the answer is used.

Questions about values of a program; nothing here decides what an element is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import Value
from pipeline.system.model import AttributeValue, ElementKind, SinkRole
from pipeline.system.program.sites import CallSite
from pipeline.system.program.symbols import symbol_of
from pipeline.system.rules.framework import CallRule, Flag
from pipeline.system.rules.shape_words import ShapeWords
from pipeline.system.rules.words import words_of

BY_SHAPE: Mapping[str, AttributeValue] = {"recognised": "shape"}
TEXT: SinkRole = "conversation"  # what becomes a turn, a prompt or the system's words is told apart where data arrives
_LIMITS = (
    Flag(argument="max_tokens", present=True, control="output_token_limit"),
    Flag(argument="max_new_tokens", present=True, control="output_token_limit"),
    Flag(argument="max_completion_tokens", present=True, control="output_token_limit"),
    Flag(argument="timeout", present=True, control="timeout"),
)
_MAX_VALUES = 80
_OWN_LIBRARY = {*sys.stdlib_module_names, "builtins"} - {"urllib"}
_PASSES_ON = frozenset({"json.dumps", "json.loads", "builtins.dict", "builtins.list", "copy.deepcopy", "copy.copy", "builtins.str"})
WITH_RECORDS = frozenset({"go", "java", "kotlin", "csharp"})
_SAME_THING = frozenset({"encode", "copy", "model_dump", "dict"})


def _is_own(name: str) -> bool:
    """Whether a name is the language's own and asks nobody: `Object.assign({ model, messages })` asks no model."""
    module = name.split(".")[0]
    if name.startswith("builtins.injected"):  # whatever a container gives
        return False
    if module == "globalThis":
        return name != "globalThis.fetch"
    return module in _OWN_LIBRARY or (module.startswith("node:") and module not in ("node:http", "node:https"))


@dataclass(frozen=True, slots=True)
class Call:
    """A call that knowledge does not know."""

    node: Node
    value: Value
    last: str  # the last part of what is called
    path: tuple[str, ...]  # words of all that stands before it: client.chat.completions
    names: tuple[str, ...]
    given: frozenset[str]  # arguments with a name: keywords, entries of `**` and of option objects


class Values:
    """Questions about values; what was asked of a file is kept."""

    def __init__(self, program: Program, words: ShapeWords) -> None:
        self.program, self.words = program, words
        self._users: dict[int, dict[int, list[int]]] = {}
        self._kept: dict[int, set[int]] = {}
        self._calls: dict[FunctionRef, list[int]] | None = None

    def call(self, node: Node) -> Call | None:
        """A call as a shape; None where it has no name or belongs to the language's own library."""
        program, value = self.program, self.program.value(node)
        if len(value.inputs) < 2:
            return None
        callee = program.value((node[0], value.inputs[0]))
        last = callee.text if callee.kind in ("attribute", "name", "parameter") else ""
        if callee.kind in ("function", "class"):
            last = callee.text.rsplit(".", 1)[-1]
        if not last:
            return None
        names = program.names((node[0], value.inputs[0]))
        if any(_is_own(name) for name in names):
            return None
        if callee.kind == "name" and names and names[0].rsplit(".", 1)[-1] != callee.text:
            last = names[0].rsplit(".", 1)[-1]  # imported under another name
        return Call(node, value, last, self._path(node[0], callee), names, self._given(node, value))

    def _path(self, file: int, callee: Value) -> tuple[str, ...]:
        found: list[str] = []
        while callee.kind in ("attribute", "call", "index", "await") and callee.inputs and len(found) < 12:
            callee = self.program.value((file, callee.inputs[0]))
            if callee.kind in ("attribute", "name", "parameter"):
                found += words_of(callee.text)
        return tuple(found)

    def _given(self, node: Node, value: Value) -> frozenset[str]:
        given = dict.fromkeys(label for label in value.labels[1:] if label not in ("", "*", "**"))
        for position, label in enumerate(value.labels):
            if position and label == "**":
                given |= dict.fromkeys(self.keys((node[0], value.inputs[position])))
        if self.program.objects_are_entries(node[0]):
            for inner in value.inputs[1:]:
                given |= dict.fromkeys(self.keys((node[0], inner)))
        return frozenset(given)

    # Displays

    def displays(self, node: Node) -> Iterator[Node]:
        """Displays a value is made of, through joins, later additions, copies and text forms of them."""
        program, queue, seen = self.program, [node], set[Node]()
        while queue and len(seen) < _MAX_VALUES:
            for origin in program.origins(queue.pop(0)):
                if origin in seen:
                    continue
                seen.add(origin)
                value = program.value(origin)
                inputs = [(origin[0], given) for given in value.inputs]
                if value.kind == "collection":
                    yield origin
                elif value.kind == "update":
                    yield origin
                    queue.append(inputs[0])
                elif value.kind in ("operation", "guarded"):
                    queue += inputs
                elif value.kind == "index" and value.text == "0":
                    queue += inputs[:1]  # the first of several results: `data, err := json.Marshal(body)`
                elif value.kind == "call":
                    callee = program.value(inputs[0])
                    if self._is_record(origin):
                        yield origin
                    elif self._only_forms(origin[0], callee):
                        queue += inputs[1:]
                    elif _PASSES_ON & set(program.names(inputs[0])):
                        yield origin
                        queue += inputs[1:2]
                    elif callee.kind == "attribute" and callee.text in ("stringify", "dumps"):
                        queue += inputs[1:2]
                    elif callee.kind == "attribute" and callee.text in _SAME_THING:
                        queue.append((origin[0], callee.inputs[0]))

    def _is_record(self, call: Node) -> bool:
        """Whether a call makes a record of the project in a language that sends records: `ChatRequest{Model: m, Messages: ms}`."""
        made = self.program.value((call[0], self.program.value(call).inputs[0]))
        if not self._has_records(call[0]):
            return False
        of_builder = made.kind == "attribute" and made.text in ("builder", "newBuilder")
        names = self.program.names((call[0], made.inputs[0] if of_builder else self.program.value(call).inputs[0]))
        return any(name in self.program.classes for name in names)

    def _has_records(self, file: int) -> bool:
        return self.program.files[file].language in WITH_RECORDS

    def _only_forms(self, file: int, callee: Value) -> bool:
        """Whether a call in such a language gives its argument only another form: `json.Marshal(body)`, `RequestBody.create(json)`."""
        if not self._has_records(file) or callee.text not in self.words.forms:
            return False
        held = self.program.value((file, callee.inputs[0])).text if callee.kind == "attribute" else ""
        return callee.text != "create" or held.endswith("Body")

    def _entries(self, display: Node) -> Iterator[tuple[str, Node]]:
        """What stands in a display or a record, by its key; fields of records by the words of their names as well (`MaxTokens`)."""
        value, found = self.program.value(display), list[tuple[str, Node]]()
        labels = value.labels
        if value.kind == "call" and not any(labels):
            labels = ("", *self._in_order(display, len(value.inputs) - 1))
        for given, label in zip(value.inputs, labels, strict=False):
            found.append((label, (display[0], given)))
            plain = "_".join(words_of(label)) if self._has_records(display[0]) and label not in ("*", "**") else label
            if plain != label:
                found.append((plain, (display[0], given)))
        return iter(found[1:] if value.kind == "call" else found)

    def _in_order(self, call: Node, count: int) -> tuple[str, ...]:
        """Names of what a constructor is given in order: `new ChatRequest(model, messages)`."""
        for name in self.program.names((call[0], self.program.value(call).inputs[0])):
            made = self.program.method(name, "__init__") if name in self.program.classes else None
            if made is not None:
                return tuple(parameter.name for parameter in self.program.function(made).parameters[1:])
            if name in self.program.classes:
                return tuple(field for field, *_rest in self.program.classes[name][1].fields)[:count]
        return ()

    def keys(self, node: Node) -> dict[str, Node]:
        """Constant keys of the dictionary, or of the record, that a value is, with what they hold."""
        found: dict[str, Node] = {}
        queue, seen = [node], 0
        while queue and seen < 8:
            seen += 1
            for display in self.displays(queue.pop(0)):
                value = self.program.value(display)
                if value.kind == "collection" and value.text != "dictionary":
                    continue
                for label, given in self._entries(display):
                    if label == "**":
                        queue.append(given)
                    elif label:
                        found.setdefault(label, given)
                    elif value.kind == "update" and given[1] != value.inputs[0]:
                        queue.append(given)  # body.update({...})
        return found

    def holds_messages(self, node: Node) -> bool:
        """Whether a value is a list of chat messages: dictionaries with role and content, or message objects."""
        speaks = False
        for element in self._members(node):
            value = self.program.value(element)
            if value.kind == "call":
                names = [name.rsplit(".", 1)[-1] for name in self.program.names((element[0], value.inputs[0]))]
                if self.words.message_classes & set(names):
                    return True
                labels = set(value.labels)
            elif value.kind == "collection" and value.text == "dictionary":
                labels = set(value.labels)
            else:
                continue
            if "role" in labels and labels & {"content", "parts"}:
                role = self.program.constants((element[0], value.inputs[value.labels.index("role")]))
                if role and not {constant.text for constant in role} <= self.words.roles:
                    return False  # another kind of role
                speaks = speaks or bool(role)
        return speaks

    def _members(self, node: Node) -> Iterator[Node]:
        queue, seen = [node], set[Node]()
        while queue and len(seen) < _MAX_VALUES:
            for display in self.displays(queue.pop(0)):
                if display in seen:
                    continue
                seen.add(display)
                value = self.program.value(display)
                if value.kind == "collection" and value.text == "dictionary":
                    if display != node:
                        yield display
                    continue
                for given in value.inputs if value.kind == "collection" else value.inputs[1:]:
                    member = (display[0], given)
                    queue.append(member)
                    for origin in self.program.origins(member):
                        if origin not in seen and self.program.value(origin).kind == "call":
                            seen.add(origin)
                            yield origin

    # Surroundings

    def is_used(self, node: Node) -> bool:
        """Whether anything is done with what a call gives back."""
        file, queue, seen = node[0], [node[1]], set[int]()
        if file not in self._users:
            facts = self.program.files[file]
            users: dict[int, list[int]] = {}
            for identity, value in enumerate(facts.values):
                for given in value.inputs:
                    users.setdefault(given, []).append(identity)
            self._users[file] = users
            self._kept[file] = {
                *(given for function in facts.functions for given in function.returns),
                *(store.value for store in facts.stores),
                *(branch.condition for branch in facts.branches),
                *(given for values in facts.variables.values() for given in values),
            }
        while queue:
            current = queue.pop()
            if current in seen:
                continue
            seen.add(current)
            if current in self._kept[file]:
                return True
            for user in self._users[file].get(current, ()):
                if self.program.value((file, user)).kind not in ("await", "choice", "guarded"):
                    return True
                queue.append(user)
        return False

    def declares_only(self, reference: FunctionRef) -> bool:
        """Whether a function has no body of its own: abstract methods, methods of protocols."""
        function = self.program.function(reference)
        decorators = [name for d in function.decorators for name in self.program.names((reference[0], d))]
        if any(name.endswith("abstractmethod") for name in decorators):
            return True
        if self._calls is None:
            self._calls = {}
            for file, facts in enumerate(self.program.files):
                for identity, value in enumerate(facts.values):
                    if value.kind == "call" and facts.values[value.inputs[0]].text != "NotImplementedError":
                        self._calls.setdefault((file, value.scope), []).append(identity)
        return not function.returns and not self._calls.get(reference)

    def has_body(self, call: Call) -> bool:
        """Whether the project says itself what the call does."""
        if any(name in self.program.classes for name in call.names):
            return True
        return any(not self.declares_only(target.function) for target in self.program.targets(call.node))

    def place(self, node: Node) -> str:
        """The function a value stands in, shortly."""
        symbol = symbol_of(self.program, (node[0], self.program.value(node).scope))
        return ".".join(symbol.rsplit("/", 1)[-1].split(".")[-2:])


def library_of(call: Call) -> str:
    """The library a call belongs to, where its name is known."""
    outside = [name for name in call.names if not name.startswith("module:")]
    return outside[0].split(".")[0] if outside else ""


def model_site(values: Values, call: Call, sinks: Mapping[str, SinkRole], name: str, kind: ElementKind = "hosted_llm") -> CallSite:
    """A call that asks a model which is known by its shape only."""
    systems: dict[str, SinkRole] = dict.fromkeys(values.words.system_arguments, "system_prompt")
    name = name if any(letter.isalnum() for letter in name) else values.place(call.node)
    rule = CallRule(
        call=call.names[:1] or ("*",), kind=kind, zone="third_party" if kind == "hosted_llm" else "application", name=name,
        attributes=dict(BY_SHAPE), sinks={**sinks, **systems}, result="model_reply", protects="element",
        relations={"tools": "has_tool", "functions": "has_tool"}, flags=_LIMITS,
    )  # fmt: skip
    return CallSite(call.node, rule, "shape", call.names, named=name)
