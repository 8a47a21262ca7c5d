"""Kotlin calls into values.

Arguments have their names; a lambda behind the parentheses is the last of them, and types in `call<A>()` are arguments `<0>`. A chain
that begins at a builder of Java's and ends in `build()` is one call with named arguments, and so is the lambda of a builder:
`prompt("x") { system(text) }` has an argument `system`. Lambdas of collections see their elements, `it` or by name; what they give
is what the call gives. A function that is imported by name may be an extension: `call.receive<T>()`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from ingest.code.graph import Scope
from ingest.code.kotlin import words
from ingest.code.kotlin.access import Receiver
from ingest.code.kotlin.scoped import Scoped
from ingest.code.tree import lines, named

_GETTER = re.compile(r"get[A-Z]")
_ROUTES = ".routing"  # packages whose functions are called by themselves alone: `map.get(x)` is no route
_MAX_SAID = 60  # of a builder's lambda


class Calls(Scoped):
    """Reads calls; `statements.Statements` adds the rest."""

    def parts(self, node: Node) -> tuple[Node, Node | None, list[Node], Node | None]:
        """What a call is made of: callee, types, arguments, and the lambda behind them."""
        inner = named(node)
        callee = inner[0]
        types = next((child for child in inner[1:] if child.type == "type_arguments"), None)
        given = next((child for child in inner[1:] if child.type == "value_arguments"), None)
        last = next((child for child in inner[1:] if child.type in ("annotated_lambda", "lambda_literal")), None)
        if last is not None and given is None and callee.type == "call_expression":
            before = named(callee)
            if before and before[-1].type == "value_arguments":
                callee = before[0]
                types = next((child for child in before[1:] if child.type == "type_arguments"), types)
                given = before[-1]
        return callee, types, named(given) if given is not None else [], last

    def _call(self, scope: Scope, node: Node) -> int:
        if not named(node):
            return self.unknown(scope, node)
        callee, types, given, last = self.parts(node)
        if callee.type == "navigation_expression" and len(named(callee)) == 2 and not any(child.type == "::" for child in callee.children):
            return self._method(scope, node, callee, types, given, last)
        if callee.type == "identifier":
            return self._function(scope, node, callee, types, given, last)
        value = self.base(scope, callee)
        return self._called(scope, node, value, "", given, types, last, None, None)

    # Bare calls

    def _function(self, scope: Scope, node: Node, callee: Node, types: Node | None, given: list[Node], last: Node | None) -> int:
        name = self.text(callee).strip("`")
        own = self.is_own_name(scope, name)
        if not own or self.imported.get(name, "").startswith(_OF_KOTLIN):
            made = self._of_language(scope, node, name, given, last)
            if made is not None:
                return made
            block = self.block_call(scope, node, name, given, last)
            if block is not None:
                return block
        value = self.callee_value(scope, callee)
        call = self._called(scope, node, value, name, given, types, last, None, None)
        if not own and name[:1].islower():
            self._said(scope, name, call, given, last)
        return call

    def callee_value(self, scope: Scope, node: Node) -> int:
        """The function that a bare name means: a variable, a method around, one of the file, one of a receiver, or from elsewhere."""
        name, where = self.text(node).strip("`"), lines(node)
        if self.known(scope, name) or name[:1].isupper():
            return self.name_value(scope, name, where)
        cls = next((cls for cls in reversed(self.classes) if name in cls.methods or name in cls.fields), None)
        if cls is not None:
            return self.builder.add(scope, "attribute", where, name, (self.receiver(scope, cls, where),))
        return self.name_value(scope, name, where)

    def _of_language(self, scope: Scope, node: Node, name: str, given: list[Node], last: Node | None) -> int | None:
        """Calls of Kotlin's own functions that make a value the graph has a word for."""
        if name in words.LISTS or (name in words.NEW_LISTS and last is None):
            values, _labels = self.arguments(scope, given)
            values = [value for value in values if name in words.LISTS or self.builder.constant_of(value) != "integer"]
            spread = tuple("*" if name in words.NEW_LISTS or self._spread(child) else "" for child in given[: len(values)])
            return self.builder.add(scope, "collection", lines(node), "list", tuple(values), spread or ())
        if name in words.MAPS or (name in words.NEW_MAPS and last is None):
            return self._mapped(scope, node, given, name in words.NEW_MAPS)
        if name in ("Pair", "Triple"):
            return self.listed(scope, node, self.arguments(scope, given)[0], "tuple")
        if name in ("requireNotNull", "checkNotNull") and given:
            return self.arguments(scope, given)[0][0]
        if name in ("lazyOf", "completedFuture") and given:
            return self.arguments(scope, given)[0][0]
        return None

    def _spread(self, argument: Node) -> bool:
        return bool(argument.named_children) and argument.named_children[-1].type == "spread_expression"

    def _mapped(self, scope: Scope, node: Node, given: list[Node], copied: bool) -> int:
        """`mapOf("a" to 1)`."""
        values, labels = list[int](), list[str]()
        for value in self.arguments(scope, given)[0]:
            pair = self.builder.inputs_of(value)
            if self.builder.kind_of(value) == "collection" and self.builder.text_of(value) == "tuple" and len(pair) == 2:
                labels.append(self.builder.text_of(pair[0]) if self.builder.kind_of(pair[0]) == "constant" else "?")
                values.append(pair[1])
            elif self.builder.constant_of(value) != "integer":
                labels.append("**")
                values.append(value)
        return self.builder.add(scope, "collection", lines(node), "dictionary", tuple(values), tuple(labels))

    def _said(self, scope: Scope, name: str, call: int, given: list[Node], last: Node | None) -> None:
        """A bare call inside of a builder's lambda says something of what is built; in `apply`, it changes the object."""
        receiver = self.receivers[-1] if self.receivers else None
        if receiver is None or self.builder.kind_of(call) != "call":
            return
        inputs = [value for value, label in zip(self.builder.inputs_of(call)[1:], self.builder.labels_of(call)[1:], strict=True)
                  if not label.startswith("<")]  # fmt: skip
        where = self.builder.lines_of(call)
        said = inputs[0] if len(inputs) == 1 and last is None else call
        if not inputs:
            said = self.builder.add(scope, "constant", where, "True", constant="boolean")
        if receiver.said is not None and len(receiver.said) < _MAX_SAID:
            receiver.said.append((name, said))
        if self.known(scope, receiver.variable) and inputs and receiver.said is None:
            current = self.builder.read(scope, receiver.variable, where)
            label = "" if name in words.MUTATORS else name[3].lower() + name[4:] if name.startswith("set") and name[3:4].isupper() else name
            if name in ("put", "set") and len(inputs) == 2:
                label = self.builder.text_of(inputs[0]) if self.builder.kind_of(inputs[0]) == "constant" else "?"
                inputs = inputs[1:]
            labels = ("", *("*" if name == "addAll" else "**" if name == "putAll" else label for _ in inputs))
            self.builder.write(scope, receiver.variable, self.builder.add(scope, "update", where, "", (current, *inputs), labels))

    # Calls of methods

    def _method(self, scope: Scope, node: Node, callee: Node, types: Node | None, given: list[Node], last: Node | None) -> int:
        inner, name_node = named(callee)
        name = self.text(name_node).strip("`")
        builder = self.builder
        built = self._built(scope, node) if name == "build" and not given and last is None else None
        if built is not None:
            return built
        special = self._static(scope, node, inner, name, given)
        if special is not None:
            return special
        base = self.base(scope, inner)
        scoped = self.scope_call(scope, node, inner, base, name, given, last)
        if scoped is not None:
            return scoped
        if not given and last is None:
            if name in words.SAME:
                return base
            if name in ("trimIndent", "trimMargin"):
                return self.trimmed(scope, inner, base)
            if name in words.SETTLES:
                return builder.add(scope, "await", lines(node), "", (base,))
            if name in ("size", "length", "count"):
                function = builder.add(scope, "name", lines(name_node), "@len")
                return builder.add(scope, "call", lines(node), "", (function, base), ("", ""))
            if name in ("isEmpty", "isBlank", "isNullOrEmpty", "isNullOrBlank"):
                return builder.add(scope, "operation", lines(node), "not", (base,))
            if name in words.ONE:
                return builder.add(scope, "element_of", lines(node), "", (base,))
        if name in ("format", "formatted") and last is None and self.is_text(base):
            return builder.add(scope, "format", lines(node), "%", (base, *self.arguments(scope, given)[0]))
        if name == "equals" and given:
            return builder.add(scope, "operation", lines(node), "==", (base, self.arguments(scope, given)[0][0]))
        if name in ("contains", "containsKey") and len(given) == 1 and last is None:
            return builder.add(scope, "operation", lines(node), "in", (self.arguments(scope, given)[0][0], base))
        if name == "orElse" and len(given) == 1:
            return builder.add(scope, "choice", lines(node), "or", (base, self.arguments(scope, given)[0][0]))
        if name == "copy" and given and all(self._label(child) for child in given):
            values, labels = self.arguments(scope, given)
            return builder.add(scope, "update", lines(node), "", (base, *values), ("", *labels))
        if name == "joinToString":
            return self._joined(scope, node, base, given, last)
        if name in ("addLast", "also_") and not given:
            return base
        value = builder.add(scope, "attribute", lines(name_node), name, (base,))
        value = self._or_extension(scope, name, value, lines(name_node))
        call = self._called(scope, node, value, name, given, types, last, inner, base)
        if _GETTER.match(name) and not given and last is None and builder.kind_of(call) == "call":
            read = builder.add(scope, "attribute", lines(name_node), name[3].lower() + name[4:], (base,))
            return builder.add(scope, "choice", lines(node), "or", (call, read))
        return call

    def _or_extension(self, scope: Scope, name: str, value: int, where: tuple[int, int]) -> int:
        """A method, or the function of that name that is imported: extensions are."""
        target = self.imported.get(name)
        wild = [opened for opened in self.opened if opened.startswith(_WITH_EXTENSIONS) and not opened.endswith(_ROUTES)]
        if (target is None and not wild) or (target is not None and _ROUTES + "." in target) or self.known(scope, name):
            return value
        return self.builder.add(scope, "choice", where, "", (value, self.free_name(scope, name, where)))

    def _joined(self, scope: Scope, node: Node, base: int, given: list[Node], last: Node | None) -> int:
        """`rows.joinToString("\\n") { it.text }`: a text of the rows, or of what the lambda makes of each."""
        element = self.builder.add(scope, "element_of", lines(node), "", (base,))
        parts = self.arguments(scope, [child for child in given if not self._lambda_of(child)])[0]
        function = last or next((found for child in given if (found := self._lambda_of(child)) is not None), None)
        made: list[int] = []
        if function is not None:
            _value, index = self.function_value(scope, function, "<joinToString>", {0: element})
            made = self.builder.functions[index].returns
        return self.builder.add(scope, "format", lines(node), "%", (*(made or (base,)), *parts))

    def _lambda_of(self, argument: Node) -> Node | None:
        inner = argument.named_children[-1] if argument.named_children else None
        return inner if inner is not None and inner.type == "lambda_literal" else None

    def _static(self, scope: Scope, node: Node, inner: Node, name: str, given: list[Node]) -> int | None:
        """Calls of Java's own classes that make a value the graph has a word for."""
        if inner.type != "identifier" or not self.text(inner)[:1].isupper() or self._is_own(self.text(inner)):
            return None
        whole = f"{self.text(inner)}.{name}"
        if whole in ("String.format", "MessageFormat.format", "String.join") and given:
            return self.builder.add(scope, "format", lines(node), "%", tuple(self.arguments(scope, given)[0]))
        if whole in words.LISTS_OF:
            return self.listed(scope, node, self.arguments(scope, given)[0])
        if whole in words.MAPS_OF and len(given) % 2 == 0:
            values = self.arguments(scope, given)[0]
            labels = tuple(self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else "?" for key in values[::2])
            return self.builder.add(scope, "collection", lines(node), "dictionary", tuple(values[1::2]), labels)
        if whole in ("Objects.requireNonNull", "Optional.of", "Optional.ofNullable", "String.valueOf", "Mono.just", "Result.success",
                     "CompletableFuture.completedFuture", "List.copyOf", "Set.copyOf", "Objects.toString") and given:  # fmt: skip
            return self.builder.add(scope, "await", lines(node), "", (self.arguments(scope, given)[0][0],))
        return None

    def _is_own(self, name: str) -> bool:
        return name in self.top or any(name in cls.nested for cls in self.classes)

    def _built(self, scope: Scope, node: Node) -> int | None:
        """`X.builder().a(1).b(2).build()` as a call of `X.builder` with `a=1, b=2`."""
        links: list[tuple[str, list[Node], Node | None]] = []
        current = named(named(node)[0])[0]
        while current.type == "call_expression" and len(links) < 200:
            callee, _types, given, last = self.parts(current)
            if callee.type == "identifier" and self.text(callee).endswith("Builder") and not self._is_own(self.text(callee)):
                return self._collapsed(scope, node, self.name_value(scope, self.text(callee), lines(callee)), given, links)
            inner = named(callee)
            if callee.type != "navigation_expression" or len(inner) != 2:
                return None
            name = self.text(inner[1])
            if name in words.BUILDERS or name.endswith("Builder"):
                before = self.text(inner[0]).rsplit(".", 1)[-1]
                if not before[:1].isupper() or self._is_own(before):
                    return None
                function = self.builder.add(scope, "attribute", lines(inner[1]), name, (self.value(scope, inner[0]),))
                return self._collapsed(scope, node, function, given, links)
            links.append((name, given, last))
            current = inner[0]
        return None

    def _collapsed(self, scope: Scope, node: Node, callee: int, given: list[Node], links: list[tuple[str, list[Node], Node | None]]) -> int:
        values, given_labels = self.arguments(scope, given)
        inputs, labels = [callee, *values], ["", *given_labels]
        for name, arguments, last in reversed(links):
            self.hints.append(name)
            said, _labels = self.arguments(scope, arguments)
            if last is not None:
                said.append(self.function_value(scope, last, f"<{name}>", {})[0])
            self.hints.pop()
            if not said:
                said.append(self.builder.add(scope, "constant", lines(node), "True", constant="boolean"))
            inputs.append(said[0] if len(said) == 1 else self.listed(scope, node, said))
            labels.append(name)
        return self.builder.add(scope, "call", lines(node), "", tuple(inputs), tuple(labels))

    # Arguments

    def _label(self, argument: Node) -> str:
        if any(child.type == "=" for child in argument.children):
            inner = named(argument)
            return self.text(inner[0]).strip("`") if len(inner) > 1 else ""
        return ""

    def arguments(self, scope: Scope, given: Sequence[Node]) -> tuple[list[int], list[str]]:
        values, labels = list[int](), list[str]()
        for argument in given:
            inner = [child for child in named(argument) if child.type != "annotation"]
            if not inner:
                continue
            label = self._label(argument)
            self.hints.append(label)
            values.append(self.value(scope, inner[-1]))
            self.hints.pop()
            labels.append(label or ("*" if inner[-1].type == "spread_expression" else ""))
        return values, labels

    def type_arguments(self, scope: Scope, node: Node | None) -> tuple[list[int], list[str]]:
        """The types in `name<A, B>(...)` as arguments `<0>` and `<1>`."""
        values, labels = list[int](), list[str]()
        for position, child in enumerate(named(node) if node is not None else []):
            typed = self.type_value(scope, child)
            if typed is not None:
                values.append(typed)
                labels.append(f"<{position}>")
        return values, labels

    def _called(
        self, scope: Scope, node: Node, callee: int, name: str, given: list[Node], types: Node | None, last: Node | None,
        holder: Node | None, base: int | None,
    ) -> int:  # fmt: skip
        inputs, labels, results = [callee], [""], list[int]()
        said: list[tuple[str, int]] = []
        for position, argument in enumerate([*given, *([last] if last is not None else [])]):
            function = argument if argument is last else self._lambda_of(argument)
            label = "" if argument is last else self._label(argument)
            if function is None:
                values, found = self.arguments(scope, [argument])
                if base is not None and position == 0 and name in words.ELEMENT and values:
                    results += self._applied(scope, argument, values[0], base, name)
                inputs += values
                labels += found
                continue
            inputs.append(self._given_function(scope, function, callee, name, position, inputs, base, results, said))
            labels.append(label)
        types_given, type_labels = self.type_arguments(scope, types)
        for said_name, value in said[:_MAX_SAID]:
            inputs.append(value)
            labels.append(said_name)
        call = self.builder.add(scope, "call", lines(node), "", (*inputs, *types_given), (*labels, *type_labels))
        if said and not results and name[:1].islower():  # what a function builds holds what is said to it
            built, built_labels = [value for _name, value in said[:_MAX_SAID]], [one for one, _value in said[:_MAX_SAID]]
            return self.builder.add(scope, "update", lines(node), "", (call, *built), ("", *built_labels))
        if holder is not None and base is not None and len(inputs) > 1:
            self._mutate(scope, holder, name, base, inputs[1:], call)
        if results:
            values_given = tuple(dict.fromkeys(results))
            if name in words.GIVES:
                return self.builder.add(scope, "collection", lines(node), "comprehension", values_given, ("",) * len(values_given))
            return self.builder.add(scope, "choice", lines(node), "", (*values_given, call))
        if base is not None and name in words.PASSES:
            return self.builder.add(scope, "choice", lines(node), "", (base, call))
        if base is not None and name in words.ONE and last is not None:
            element = self.builder.add(scope, "element_of", lines(node), "", (base,))
            return self.builder.add(scope, "choice", lines(node), "", (element, call))
        return call

    def _applied(self, scope: Scope, argument: Node, function: int, base: int, name: str) -> list[int]:
        """`rows.map(::render)`."""
        if not argument.named_children or argument.named_children[-1].type not in ("callable_reference", "navigation_expression"):
            return []
        element = self.builder.add(scope, "element_of", lines(argument), "", (base,))
        applied = self.builder.add(scope, "call", lines(argument), "", (function, element), ("", ""))
        return [applied] if name in words.GIVES or name in words.RUNS else []

    def _given_function(
        self, scope: Scope, function: Node, callee: int, name: str, position: int, inputs: list[int], base: int | None, results: list[int],
        said: list[tuple[str, int]],
    ) -> int:  # fmt: skip
        """The value of a lambda that a call is given, with what the call gives back by it and what it says to a builder."""
        bound: dict[int, int] = {}
        if base is not None and name in words.ELEMENT:
            element = self.builder.add(scope, "element_of", lines(function), "", (base,))
            bound = {1: element} if name.endswith("Indexed") or name in ("fold", "runningFold") else {0: element}
        if base is not None and name in ("reduce", "runningReduce"):
            bound = dict.fromkeys((0, 1), self.builder.add(scope, "element_of", lines(function), "", (base,)))
        first = self.builder.next_value
        self.builder.beside(name, inputs[1:])
        builds = not bound and not self.has_parameters(function) and name not in words.RUNS
        receiver = Receiver(f"this@{name}{len(self.receivers)}", callee, said) if builds else None
        value, index = self.function_value(scope, function, f"<{name}>" if name else "<lambda>", bound, receiver)
        returned = self.builder.functions[index].returns
        if (name in words.GIVES and bound) or name in words.RUNS or name in ("fold", "reduce"):
            results += returned
        elif name in words.FILLED_IN:
            made = (
                list(returned)
                if len(returned) == 1
                else [v for v in range(first, self.builder.next_value) if self.builder.kind_of(v) == "call"]
            )
            return made[0] if len(made) == 1 else self.builder.add(scope, "choice", lines(function), "", tuple(made)) if made else value
        return value

    def _mutate(self, scope: Scope, target: Node, name: str, before: int, given: list[int], call: int) -> None:
        """`list.add(x)`, `map.put(k, v)`, `bean.setName(x)`: what the object is from here on."""
        for _ in range(200):  # text.append(a).append(b)
            if target.type != "call_expression" or not named(target):
                break
            inner = named(named(target)[0])
            if named(target)[0].type != "navigation_expression" or len(inner) != 2 or self.text(inner[1]) not in words.MUTATORS:
                return
            target = inner[0]
        path = self.path(scope, target)
        if path is None:
            return
        where = self.builder.lines_of(call)
        if name in words.MUTATORS:
            labels = ["*" if name == "addAll" else "**" if name == "putAll" else ""] * len(given)
            if name in ("put", "putIfAbsent", "set") and len(given) == 2:
                key = self.builder.text_of(given[0]) if self.builder.kind_of(given[0]) == "constant" else "?"
                given, labels = given[1:], [key]
        elif name.startswith("set") and name[3:4].isupper() and len(given) == 1:
            labels = [name[3].lower() + name[4:]]
        else:
            return
        current = self.builder.read(scope, path, where) if self.known(scope, path) else before
        after = self.builder.add(scope, "update", where, "", (current, *given), ("", *labels))
        self.builder.write(scope, path, after)
        if ".this." in path:
            self.assign(scope, target, after)

    # Annotations

    def _annotation(self, scope: Scope, node: Node) -> int:
        """An annotation as the call it is in Java's reader too, with its elements as named arguments; none where it has none."""
        inner = [child for child in named(node) if child.type != "use_site_target"]
        if not inner:
            return self.unknown(scope, node)
        marked = self.value(scope, inner[-1])
        return marked if self.builder.kind_of(marked) == "call" else self.builder.add(scope, "call", lines(node), "", (marked,), ("",))

    def _annotation_call(self, scope: Scope, node: Node) -> int:
        """`Foo(a, b = c)` of an annotation, or of a class that is built on."""
        inner = named(node)
        if not inner:
            return self.unknown(scope, node)
        values, labels = self.arguments(scope, named(inner[-1]) if inner[-1].type == "value_arguments" else [])
        callee = self.value(scope, inner[0])
        return self.builder.add(scope, "call", lines(node), "", (callee, *values), ("", *labels))

    # Given by the classes built on this one

    def type_value(self, scope: Scope, node: Node, depth: int = 0) -> int | None:
        raise NotImplementedError


_OF_KOTLIN = ("kotlin.", "kotlinx.", "org.jetbrains.exposed.")  # whose blocks are read in place
_WITH_EXTENSIONS = ("io.ktor.", "org.jetbrains.exposed.", "kotlinx.", "io.modelcontextprotocol.", "ai.koog.", "com.aallam.")
