"""Java calls into values.

`new X()` is a call of X. A chain that begins at a builder and ends in `build()` is one call of the builder with named arguments, which
is what it says. `String.format` is a format, `a.equals(b)` is `==`, `s.contains(x)` is `in`, `x.size()` a call of `len`. Functions
written into the calls of streams see the elements as their parameters; methods that put something into their object give it a new value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from ingest.code.graph import Scope
from ingest.code.java.expressions import Expressions
from ingest.code.tree import lines, named

_MUTATORS = frozenset({"add", "addAll", "put", "putAll", "append", "push", "offer", "addFirst", "addLast", "insert", "putIfAbsent"})
_ELEMENT = frozenset({"map", "flatMap", "filter", "forEach", "anyMatch", "allMatch", "noneMatch", "mapToObj", "peek", "ifPresent",
                      "ifPresentOrElse", "takeWhile", "dropWhile", "removeIf", "doOnNext", "concatMap", "thenApply", "thenAccept",
                      "thenCompose", "mapMulti", "flatMapMany", "flatMapSequential", "flatMapIterable", "concatMapIterable", "switchMap",
                      "mapNotNull", "doOnSuccess", "zipWhen", "filterWhen", "subscribe", "onPartialResponse",
                      "onCompleteResponse"})  # fmt: skip
_GIVES = frozenset({"map", "flatMap", "mapToObj", "concatMap", "flatMapMany", "flatMapSequential", "flatMapIterable", "concatMapIterable",
                    "switchMap", "mapNotNull"})  # fmt: skip
# What these give is what they are called on, watched or done elsewhere: steps of streams, and those of Reactor and RxJava.
_PASSES = frozenset({"filter", "peek", "takeWhile", "dropWhile", "limit", "skip", "sorted", "subscribeOn", "publishOn", "observeOn",
                     "onErrorMap", "doOnNext", "doOnError", "doOnSuccess", "doOnComplete", "doOnCancel", "doOnTerminate",
                     "doOnSubscribe", "doFinally", "contextWrite", "retryWhen", "delayElements", "collectList", "onErrorResume",
                     "onErrorReturn", "switchIfEmpty", "defaultIfEmpty", "filterWhen", "onPartialResponse",
                     "onCompleteResponse"})  # fmt: skip
_RUNS = frozenset({"supplyAsync", "runAsync", "submit", "execute", "call", "orElseGet", "computeIfAbsent", "thenApply", "thenCompose",
                   "callInTransaction", "doPrivileged", "fromCallable", "fromSupplier", "defer", "deferContextual"})  # fmt: skip
# A text that is given as a function which fills it in: `user(u -> u.text("Say {q}").param("q", question))` says what that function made.
_FILLED_IN = frozenset({"user", "system", "defaultUser", "defaultSystem"})
_SAME = frozenset({"stream", "parallelStream", "toList", "iterator", "boxed", "sequential", "parallel", "orElseThrow", "intern",
                   "values", "sorted", "distinct"})  # fmt: skip
_SETTLES = frozenset({"join", "block", "blockOptional", "toFuture"})
_LISTS = frozenset({"List.of", "Set.of", "Stream.of", "Arrays.asList", "Collections.singletonList", "Collections.singleton", "Flux.just",
                    "ImmutableList.of", "ImmutableSet.of", "Arrays.stream", "Lists.newArrayList", "EnumSet.of"})  # fmt: skip
_MAPS = frozenset({"Map.of", "ImmutableMap.of", "Collections.singletonMap"})
_NEW_LISTS = frozenset({"ArrayList", "LinkedList", "HashSet", "LinkedHashSet", "TreeSet", "ArrayDeque", "CopyOnWriteArrayList", "Vector"})
_NEW_MAPS = frozenset({"HashMap", "LinkedHashMap", "TreeMap", "ConcurrentHashMap", "EnumMap"})
_GETTER = re.compile(r"get[A-Z]")
_BEAN = re.compile(r"(Request|Dto|DTO|Record|Command|Input|Payload|Body|Form)$")
_NO_PART = frozenset({"toString", "hashCode", "clone", "validate", "build", "close", "sanitized", "escaped", "getClass"})
_BUILDERS = frozenset({"builder", "newBuilder", "Builder"})
_MAX_LINKS = 8  # steps by which a builder was filled before


def _begins(name: str) -> bool:
    """Whether a method of a class begins a chain that ends in `build()`: `X.builder()`, `AgenticServices.agentBuilder(Writer.class)`."""
    return name in _BUILDERS or name.endswith("Builder")


class Calls(Expressions):
    """Reads calls; `statements.Statements` adds the rest."""

    def _call(self, scope: Scope, node: Node) -> int:
        inner, name_node, arguments = (node.child_by_field_name(part) for part in ("object", "name", "arguments"))
        if name_node is None or arguments is None:
            return self.unknown(scope, node)
        name, given = self.text(name_node), named(arguments)
        if inner is None:
            return self._called(scope, node, self._own_method(scope, name_node), given, name, None)
        built = self._built(scope, node) if name == "build" and not given else None
        if built is not None:
            return built
        special = self._special(scope, node, inner, name, given)
        if special is not None:
            return special
        base = self.value(scope, inner)
        if not given and name in _SAME:
            return base
        if not given and name in _SETTLES:
            return self.builder.add(scope, "await", lines(node), "", (base,))
        if not given and name in ("size", "length"):
            callee = self.builder.add(scope, "name", lines(name_node), "@len")
            return self.builder.add(scope, "call", lines(node), "", (callee, base), ("", ""))
        if not given and name in ("isEmpty", "isBlank"):
            return self.builder.add(scope, "operation", lines(node), "not", (base,))
        if name == "formatted":
            return self.builder.add(scope, "format", lines(node), "%", (base, *(self.value(scope, child) for child in given)))
        if len(given) == 1 and name in ("equals", "equalsIgnoreCase", "contentEquals"):
            return self.builder.add(scope, "operation", lines(node), "==", (base, self.value(scope, given[0])))
        if len(given) == 1 and name in ("contains", "containsKey"):
            return self.builder.add(scope, "operation", lines(node), "in", (self.value(scope, given[0]), base))
        if name == "orElse" and len(given) == 1:
            return self.builder.add(scope, "choice", lines(node), "or", (base, self.value(scope, given[0])))
        callee = self.builder.add(scope, "attribute", lines(name_node), name, (base,))
        call = self._called(scope, node, callee, given, name, inner)
        part = self._part_read(inner, name) if not given else ""
        if part:
            read = self.builder.add(scope, "attribute", lines(name_node), part, (base,))
            return self.builder.add(scope, "choice", lines(node), "or", (call, read))
        return call

    def _part_read(self, inner: Node, name: str) -> str:
        """The field that `bean.getName()`, or `record.name()`, reads."""
        if _GETTER.match(name):
            return name[3].lower() + name[4:]
        declared = self.declared_types.get(self.text(inner), "") if inner.type == "identifier" else ""
        return name if declared and (declared in self.records or _BEAN.search(declared)) and name not in _NO_PART else ""

    def _own_method(self, scope: Scope, name_node: Node) -> int:
        """The method that a bare `name(...)` means: of the class around that has it, inherited, or imported."""
        name = self.text(name_node)
        cls = next((cls for cls in reversed(self.classes) if name in cls.methods), None)
        if cls is None and (name in self.static_names or "*" in self.static_names or not self.classes):
            return self.free_name(scope, name, lines(name_node))
        holder = self.receiver(scope, cls or self.classes[-1], lines(name_node))
        return self.builder.add(scope, "attribute", lines(name_node), name, (holder,))

    def _special(self, scope: Scope, node: Node, inner: Node, name: str, given: list[Node]) -> int | None:
        """Calls of the language's own classes that make a value the graph has a word for."""
        if inner.type != "identifier" or not self.text(inner)[:1].isupper() or self._is_own(self.text(inner)):
            return None
        whole = f"{self.text(inner)}.{name}"
        if whole in ("String.format", "MessageFormat.format", "String.join") and given:
            return self.builder.add(scope, "format", lines(node), "%", tuple(self.value(scope, child) for child in given))
        if whole in _LISTS:
            values = [self.value(scope, child) for child in given]
            if whole == "Arrays.stream" and values:
                return values[0]
            return self.listed(scope, node, values)
        if whole in _MAPS and len(given) % 2 == 0:
            keys = [self.value(scope, child) for child in given[::2]]
            values = [self.value(scope, child) for child in given[1::2]]
            labels = tuple(self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else "?" for key in keys)
            return self.builder.add(scope, "collection", lines(node), "dictionary", tuple(values), labels)
        if whole in ("Objects.equals",) and len(given) == 2:
            return self.builder.add(scope, "operation", lines(node), "==", tuple(self.value(scope, child) for child in given))
        if whole in ("Objects.requireNonNull", "Optional.of", "Optional.ofNullable", "String.valueOf", "Mono.just",
                     "CompletableFuture.completedFuture", "List.copyOf", "Set.copyOf", "Objects.toString") and given:  # fmt: skip
            return self.builder.add(scope, "await", lines(node), "", (self.value(scope, given[0]),))
        return None

    def _is_own(self, name: str) -> bool:
        return name in self.builder.variables or any(name in cls.nested for cls in self.classes)

    def _built(self, scope: Scope, node: Node) -> int | None:
        """`X.builder().a(1).b(2).build()` as a call of `X.builder` with `a=1, b=2`."""
        links: list[tuple[str, list[Node]]] = []
        current = node.child_by_field_name("object")
        while current is not None and current.type == "method_invocation":
            name_node, arguments = current.child_by_field_name("name"), current.child_by_field_name("arguments")
            inner = current.child_by_field_name("object")
            if name_node is None or arguments is None or inner is None:
                return None
            if _begins(self.text(name_node)) and inner.type in ("identifier", "field_access"):
                last = self.text(inner).rsplit(".", 1)[-1]
                if not last[:1].isupper() or self._is_own(last):
                    return None
                callee = self.builder.add(scope, "attribute", lines(name_node), self.text(name_node), (self.value(scope, inner),))
                return self._collapsed(scope, node, callee, named(arguments), links)
            links.append((self.text(name_node), named(arguments)))
            current = inner
        if current is not None and current.type == "object_creation_expression":
            made, arguments = current.child_by_field_name("type"), current.child_by_field_name("arguments")
            if made is not None and arguments is not None and self.text(made).endswith("Builder") and not self._is_own(self.text(made)):
                return self._collapsed(scope, node, self.value(scope, made), named(arguments), links)
        return None

    def _collapsed(self, scope: Scope, node: Node, callee: int, given: list[Node], links: list[tuple[str, list[Node]]]) -> int:
        inputs = [callee, *(self.value(scope, child) for child in given)]
        labels = ["", *("" for _ in given)]
        for name, arguments in reversed(links):
            values: list[int] = []
            self.hints.append(name)
            for argument in arguments:
                values.append(self.value(scope, argument))
            self.hints.pop()
            if not values:
                values = [self.builder.add(scope, "constant", lines(node), "True", constant="boolean")]
            inputs.append(values[0] if len(values) == 1 else self.listed(scope, node, values))
            labels.append(name)
        return self.builder.add(scope, "call", lines(node), "", tuple(inputs), tuple(labels))

    def _called(self, scope: Scope, node: Node, callee: int, given: list[Node], name: str, receiver_node: Node | None) -> int:
        receiver = self.builder.inputs_of(callee)[0] if receiver_node is not None else None
        inputs = [callee]
        results: list[int] = []
        for position, argument in enumerate(given):
            if argument.type == "lambda_expression":
                bound: dict[int, int] = {}
                if receiver is not None and position == 0 and name in _ELEMENT:
                    bound[0] = self.builder.add(scope, "element_of", lines(argument), "", (receiver,))
                if receiver is not None and name == "reduce":
                    bound = dict.fromkeys((0, 1), self.builder.add(scope, "element_of", lines(argument), "", (receiver,)))
                first = self.builder.next_value
                self.builder.beside(name, inputs[1:])
                value, index = self.function_value(scope, argument, f"<{name}>", bound)
                returned = self.builder.functions[index].returns
                if (name in _GIVES and bound) or name in _RUNS or name == "reduce":
                    results += returned
                elif name in _FILLED_IN:
                    value = self._filled_in(scope, argument, value, returned, range(first, self.builder.next_value))
            else:
                value = self.value(scope, argument)
                if argument.type == "method_reference" and receiver is not None and position == 0 and name in _ELEMENT:
                    element = self.builder.add(scope, "element_of", lines(argument), "", (receiver,))
                    applied = self.builder.add(scope, "call", lines(argument), "", (value, element), ("", ""))
                    results += [applied] if name in _GIVES or name in _RUNS else []
            inputs.append(value)
        call = self.builder.add(scope, "call", lines(node), "", tuple(inputs), ("",) * len(inputs))
        if receiver_node is not None and receiver is not None and len(inputs) > 1:
            self._mutate(scope, receiver_node, name, receiver, inputs[1:], call)
        if results:
            values = tuple(dict.fromkeys(results))
            if name in _GIVES:
                return self.builder.add(scope, "collection", lines(node), "comprehension", values, ("",) * len(values))
            return self.builder.add(scope, "choice", lines(node), "", (*values, call))
        if name in _PASSES and receiver is not None:
            return self.builder.add(scope, "choice", lines(node), "", (receiver, call))
        return call

    def _filled_in(self, scope: Scope, node: Node, function: int, returned: Sequence[int], inside: Sequence[int]) -> int:
        """What a function makes of the text it is given to fill in: what it returns, else all it calls."""
        made = list(returned) if len(returned) == 1 else [value for value in inside if self.builder.kind_of(value) == "call"]
        return made[0] if len(made) == 1 else self.builder.add(scope, "choice", lines(node), "", tuple(made)) if made else function

    def _mutate(self, scope: Scope, target: Node, name: str, before: int, given: list[int], call: int) -> None:
        """`list.add(x)`, `map.put(k, v)`, `bean.setName(x)`: what the object is from here on."""
        while target.type == "method_invocation":  # text.append(a).append(b)
            inner, link = target.child_by_field_name("object"), target.child_by_field_name("name")
            if inner is None or link is None or self.text(link) not in _MUTATORS:
                return
            target = inner
        path = self.path(scope, target)
        if path is None:
            return
        where = self.builder.lines_of(call)
        if name in _MUTATORS:
            labels = ["*" if name == "addAll" else "**" if name == "putAll" else ""] * len(given)
            if name in ("put", "putIfAbsent") and len(given) == 2:
                key = self.builder.text_of(given[0]) if self.builder.kind_of(given[0]) == "constant" else "?"
                given, labels = given[1:], [key]
        elif name.startswith("set") and name[3:4].isupper() and len(given) == 1:
            labels = [name[3].lower() + name[4:]]
        elif name.startswith("add") and name[3:4].isupper() and len(given) == 1 and self._is_builder(target, before):
            labels = [name]  # params.addUserMessage(question)
        else:
            return
        current = self.builder.read(scope, path, where) if self.known(scope, path) else before
        after = self.builder.add(scope, "update", where, "", (current, *given), ("", *labels))
        self.builder.write(scope, path, after)
        if ".this." in path:
            self.assign(scope, target, after)

    def _is_builder(self, target: Node, held: int) -> bool:
        """Whether a variable holds a builder: by its type, or by what it was made by. A service that adds something holds nothing of it."""
        if self.declared_types.get(self.text(target), "").endswith("Builder"):
            return True
        for _link in range(_MAX_LINKS):
            if self.builder.kind_of(held) != "update":
                break
            held = self.builder.inputs_of(held)[0]
        return self.builder.kind_of(held) == "call" and _begins(self.builder.text_of(self.builder.inputs_of(held)[0]))

    # Constructions

    def _new(self, scope: Scope, node: Node) -> int:
        made, arguments = node.child_by_field_name("type"), node.child_by_field_name("arguments")
        if made is None:
            return self.unknown(scope, node)
        given = [self.value(scope, child) for child in named(arguments)] if arguments is not None else []
        body = next((child for child in node.named_children if child.type == "class_body"), None)
        plain = self.text(made).split("<", 1)[0]
        if body is None and not self._is_own(plain) and plain in _NEW_LISTS | _NEW_MAPS:
            given = [value for value in given if self.builder.constant_of(value) != "integer"]
            kind, label = ("dictionary", "**") if plain in _NEW_MAPS else ("list", "*")
            return self.builder.add(scope, "collection", lines(node), kind, tuple(given), (label,) * len(given))
        callee = self.value(scope, made)
        if body is not None:
            callee = self.anonymous(scope, node, made, callee, body)
        return self.builder.add(scope, "call", lines(node), "", (callee, *given), ("",) * (len(given) + 1))

    def _annotation(self, scope: Scope, node: Node) -> int:
        """An annotation as the decorator it is: a name, or a call with its elements as named arguments."""
        name, arguments = node.child_by_field_name("name"), node.child_by_field_name("arguments")
        if name is None:
            return self.unknown(scope, node)
        callee = self.value(scope, name)
        inputs, labels = [callee], [""]
        for child in named(arguments) if arguments is not None else []:
            key, given = child.child_by_field_name("key"), child.child_by_field_name("value")
            pair = child.type == "element_value_pair" and key is not None and given is not None
            inputs.append(self.value(scope, given if pair and given is not None else child))
            labels.append(self.text(key) if pair and key is not None else "")
        return self.builder.add(scope, "call", lines(node), "", tuple(inputs), tuple(labels))

    # Given by the classes built on this one

    def anonymous(self, scope: Scope, node: Node, made: Node, base: int, body: Node) -> int:
        raise NotImplementedError
