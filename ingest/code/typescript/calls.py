"""Calls and elements of markup into values.

`new X()` is a call of X; a tag of a template is called with the constant pieces and each substitution, a
component of JSX with one object. Functions written into the calls of the usual array and promise methods see
the elements as their parameters; methods that put something into their object give it a new value.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from ingest.code.graph import DECORATED, Scope
from ingest.code.tree import lines, named
from ingest.code.typescript.expressions import FUNCTIONS, Expressions
from ingest.code.typescript.names import specifier
from ingest.facts import Import, Store

_MUTATORS = frozenset({"push", "unshift", "add", "append", "set", "fill", "splice", "enqueue", "write"})
_ELEMENT = {"map": 0, "flatMap": 0, "filter": 0, "forEach": 0, "find": 0, "findLast": 0, "some": 0, "every": 0, "findIndex": 0,
            "sort": 0, "toSorted": 0, "reduce": 1, "reduceRight": 1}  # fmt: skip
_ACCESSES = frozenset({"member_expression", "subscript_expression", "non_null_expression", "parenthesized_expression"})
_MAX_LINKS = 8  # accesses between what is assigned and the variable that holds it
_SETTLED = frozenset({"then", "catch", "finally"})
_NAMED = frozenset({"name", "attribute", "index", "parameter", "function"})  # functions that are handed over by their names
_RUNS = frozenset({"useMemo", "useCallback", "cache", "memo", "memoize", "once", "lazy", "pRetry", "retry", "backOff", "withRetry", "limit",
                   "startTransition", "$transaction", "transaction", "nextTick", "run"})  # fmt: skip
_INSIDE = re.compile(r"with[A-Z]")  # `await settings.withModel(model, () => ask(text))`: what is done inside is what is waited for
_MAKES_MAKERS = frozenset({"defineStore", "createGlobalState", "createSharedComposable"})  # what is made is called to get what it gives
_DECORATES = frozenset({"decorate"})  # `fastify.decorate("search", client)`: from then on there is `fastify.search`
_SAME = frozenset({"Promise.all", "Promise.allSettled", "Promise.race", "Promise.any", "Promise.resolve", "Object.freeze",
                   "structuredClone", "Array.from", "storeToRefs", "toRefs", "toRaw", "toValue", "unref", "readonly",
                   "markRaw"})  # fmt: skip
_MARKUP = frozenset({"innerHTML", "outerHTML", "srcdoc"})
_TELLING = frozenset({"dangerouslySetInnerHTML", "srcDoc", "href", "src", "action", "formAction"})


class Calls(Expressions):
    """Reads calls; `patterns.Patterns` adds variables."""

    # Calls

    def _new(self, scope: Scope, node: Node) -> int:
        callee, arguments = node.child_by_field_name("constructor"), node.child_by_field_name("arguments")
        if callee is None:
            return self.unknown(scope, node)
        value = self.value(scope, callee)
        return self._called(scope, node, callee, value, named(arguments) if arguments is not None else [])

    def _call(self, scope: Scope, node: Node) -> int:
        # Fluent chains are as deep as they are long: `a.b().c().d()`.
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return self.unknown(scope, node)
        if function.type == "import":
            return self._module(scope, node, arguments)
        if function.type == "identifier" and self.text(function) == "require":
            return self._module(scope, node, arguments)
        if arguments.type == "template_string":
            return self._tagged(scope, node, function, arguments)
        if function.type == "super":
            base = self._super(scope, function)
            callee = self.builder.add(scope, "attribute", lines(function), "__init__", (base,))
            return self._called(scope, node, function, callee, named(arguments))
        given = named(arguments)
        if function.type == "member_expression":
            attribute = function.child_by_field_name("property")
            name = self.text(attribute) if attribute is not None else ""
            if name in ("includes", "has") and len(given) == 1:
                return self._contains(scope, node, function, given[0])
            if name in ("call", "apply", "bind") and given and name != "bind":
                inner = function.child_by_field_name("object")
                if inner is not None and inner.type in ("identifier", "member_expression"):
                    return self._called(scope, node, inner, self.value(scope, inner), given[1:])
            if name in ("bind",) and len(given) == 1:
                inner = function.child_by_field_name("object")
                if inner is not None:
                    return self.value(scope, inner)
            if self.text(function) in _SAME and len(given) >= 1:
                self.value(scope, function)
                return self.builder.add(scope, "await", lines(node), "", (self.value(scope, given[0]),))
            if self.text(function) == "Object.assign" and given:
                return self._merge(scope, node, given)
        callee = self.value(scope, function)
        return self._called(scope, node, function, callee, given)

    def _called(self, scope: Scope, node: Node, function: Node, callee: int, given: list[Node]) -> int:
        inputs, labels = [callee], [""]
        name = self.builder.text_of(callee) if self.builder.kind_of(callee) in ("attribute", "name") else ""
        receiver = self.builder.inputs_of(callee)[0] if self.builder.kind_of(callee) == "attribute" else None
        results: list[int] = []
        for position, argument in enumerate(given):
            label, inner = "", argument
            if argument.type == "spread_element":
                label, inner = "*", argument.named_children[0] if argument.named_children else argument
            if inner.type in FUNCTIONS:
                value = self._callback(scope, inner, name, receiver, position, given, results, inputs[1:])
            else:
                value = self.value(scope, inner)
            inputs.append(value)
            labels.append(label)
        call = self.builder.add(scope, "call", lines(node), "", tuple(inputs), tuple(labels))
        if name in _MUTATORS and receiver is not None and len(inputs) > 1 and function.type == "member_expression":
            self._mutate(scope, function, call, receiver, inputs[1:], labels[1:])
        if name in _DECORATES and receiver is not None and len(inputs) == 3 and self.builder.kind_of(inputs[1]) == "constant":
            kept = self.builder.add(scope, "attribute", lines(node), DECORATED, (receiver,))
            self.builder.stores.append(Store(kept, self.builder.text_of(inputs[1]), inputs[2], node.start_point[0] + 1, scope.function))
        if results:
            values = tuple(dict.fromkeys(results))
            if name in ("map", "flatMap"):
                return self.builder.add(scope, "collection", lines(node), "comprehension", values, ("",) * len(values))
            return self.builder.add(scope, "choice", lines(node), "", (*values, call) if name != "reduce" else values)
        if name in _ELEMENT and receiver is not None and len(inputs) == 2 and self.builder.kind_of(inputs[1]) in ("name", "attribute"):
            return self._applied(scope, node, name, receiver, inputs[1])
        named_one = len(inputs) > 1 and given[0].type not in FUNCTIONS and self.builder.kind_of(inputs[1]) in _NAMED
        if name == "then" and receiver is not None and named_one:
            return self._settled(scope, node, call, receiver, inputs[1])
        return call

    def _settled(self, scope: Scope, node: Node, call: int, receiver: int, function: int) -> int:
        """`load().then(setItems)`: a call of the named function with what was waited for."""
        waited = self.builder.add(scope, "await", lines(node), "", (receiver,))
        given = self.builder.add(scope, "call", lines(node), "", (function, waited), ("", ""))
        return self.builder.add(scope, "choice", lines(node), "", (given, call))

    def _callback(
        self, scope: Scope, node: Node, name: str, receiver: int | None, position: int, given: list[Node], results: list[int],
        beside: list[int],
    ) -> int:  # fmt: skip
        """A function written into a call; what the usual methods give it is bound to its parameters, what it gives back noted."""
        bound: dict[int, int] = {}
        if receiver is not None and position == 0 and name in _ELEMENT:
            bound[_ELEMENT[name]] = self.builder.add(scope, "element_of", lines(node), "", (receiver,))
            if name in ("sort", "toSorted"):
                bound[1] = bound[0]
            if _ELEMENT[name] == 1:
                first = self.value(scope, given[1]) if len(given) > 1 else bound[1]
                bound[0] = self.builder.add(scope, "choice", lines(node), "", (first, receiver))
        elif receiver is not None and name == "then" and position == 0:
            bound[0] = self.builder.add(scope, "await", lines(node), "", (receiver,))
        before = self.builder.next_value
        self.builder.beside(name, beside)
        value, index = self.function_value(scope, node, f"<{name or 'lambda'}>", bound)
        returned = self.builder.functions[index].returns
        if name == "Promise" and position == 0:
            results += self._settled_with(index, before)
        elif _INSIDE.match(name) and _is_awaited(node):
            results += returned
        if (name in ("map", "flatMap", "reduce", "reduceRight") and bound) or name in _RUNS or (name in _SETTLED and receiver is not None):
            results += returned
            if name.startswith("reduce") and 0 in bound:
                results.append(bound[0])
        elif name in _MAKES_MAKERS:
            results.append(value)
        return value

    def _settled_with(self, function: int, before: int) -> list[int]:
        """What `new Promise((resolve) => resolve(x))` is waited for, wherever in the function it is handed over."""
        parameters = self.builder.functions[function].function.parameters
        if not parameters:
            return []
        calls = (value for value in range(before, self.builder.next_value) if self.builder.kind_of(value) == "call")
        given = (self.builder.inputs_of(call) for call in calls)
        return [inputs[1] for inputs in given if inputs[0] == parameters[0].value and len(inputs) == 2]

    def _applied(self, scope: Scope, node: Node, name: str, receiver: int, function: int) -> int:
        """`items.map(render)`: a call of the named function with each element."""
        element = self.builder.add(scope, "element_of", lines(node), "", (receiver,))
        given = (element, element) if name.startswith("reduce") else (element,)
        call = self.builder.add(scope, "call", lines(node), "", (function, *given), ("",) * (len(given) + 1))
        if name in ("map", "flatMap"):
            return self.builder.add(scope, "collection", lines(node), "comprehension", (call,), ("",))
        if name == "filter":  # what is left are members of which the function says yes
            return self.builder.add(scope, "guarded", lines(node), "holds", (receiver, call))
        return call if name.startswith("reduce") else self.builder.add(scope, "choice", lines(node), "", (receiver,))

    def _contains(self, scope: Scope, node: Node, function: Node, wanted: Node) -> int:
        inner = function.child_by_field_name("object")
        if inner is None:
            return self.unknown(scope, node)
        where, what = self.value(scope, inner), self.value(scope, wanted)
        return self.builder.add(scope, "operation", lines(node), "in", (what, where))

    def _merge(self, scope: Scope, node: Node, given: list[Node]) -> int:
        values = [self.value(scope, argument) for argument in given]
        after = self.builder.add(scope, "update", lines(node), "", tuple(values), ("", *("**",) * (len(values) - 1)))
        self.rebind(scope, given[0], after)
        return after

    def _tagged(self, scope: Scope, node: Node, function: Node, template: Node) -> int:
        """A tag is called with the constant pieces, then with each substitution."""
        callee = self.value(scope, function)
        parts, filled = self._pieces(scope, template)
        constant = [part for part in parts if part not in filled]
        pieces = self.builder.add(scope, "collection", lines(template), "list", tuple(constant), ("",) * len(constant))
        return self.builder.add(scope, "call", lines(node), "", (callee, pieces, *filled), ("",) * (len(filled) + 2))

    def _module(self, scope: Scope, node: Node, arguments: Node) -> int:
        """`require('x')` and `import('x')`: the module as a value."""
        given = named(arguments)
        if (
            not given
            or given[0].type not in ("string", "template_string")
            or (given[0].type == "template_string" and len(given[0].named_children) > 1)
        ):
            values = tuple(self.value(scope, argument) for argument in given)
            callee = self.builder.add(scope, "name", lines(node), "require")
            return self.builder.add(scope, "call", lines(node), "", (callee, *values), ("",) * (len(values) + 1))
        written = self.literal(given[0])
        local = f"@module {written}"
        if local not in self._required:
            self._required.add(local)
            target = specifier(written, self.builder.path)
            self.builder.imports.append(Import(local, target, node.start_point[0] + 1, scope.function))
            function = node.child_by_field_name("function")
            if function is not None and function.type != "import":  # `module.exports = x` is what require gives
                self.builder.imports.append(Import(local, f"{target}.default", node.start_point[0] + 1, scope.function))
        return self.builder.add(scope, "name", lines(node), local)

    def _mutate(self, scope: Scope, function: Node, call: int, before: int, given: list[int], labels: list[str]) -> None:
        target = function.child_by_field_name("object")
        if target is None or target.type not in ("identifier", "member_expression"):
            return
        name = self.builder.text_of(self.builder.inputs_of(call)[0])
        if name == "set" and len(given) == 2:
            key = self.builder.text_of(given[0]) if self.builder.kind_of(given[0]) == "constant" else "?"
            given, labels = given[1:], [key]
        after = self.builder.add(scope, "update", self.builder.lines_of(call), name, (before, *given), ("", *labels))
        self.rebind(scope, target, after)

    def rebind(self, scope: Scope, target: Node, value: int) -> None:
        """What `target` names holds `value` from here on, where the target is a variable or a property."""
        if target.type == "identifier":
            self.set_variable(scope, self.text(target), value)
        elif target.type == "member_expression":
            self.store(scope, target, value)
        elif target.type == "subscript_expression":
            self._store_inside(scope, target, value)

    def _store_inside(self, scope: Scope, target: Node, value: int) -> None:
        """`calls[part.index].arguments = value`: what the variable, or the property, at the root is from here on."""
        root: Node | None = target
        while root is not None and root.type in _ACCESSES:
            root = root.child_by_field_name("object") or next(iter(root.named_children), None)
        if root is None or root.type not in ("identifier", "this"):
            return  # of what a call gives, nothing is held here
        for _link in range(_MAX_LINKS):
            inner = target.child_by_field_name("object")
            if inner is None:
                return
            label = "?"
            if target.type == "member_expression" and (attribute := target.child_by_field_name("property")) is not None:
                label = self.text(attribute)
            elif (index := target.child_by_field_name("index")) is not None and index.type in ("string", "number"):
                label = self.builder.text_of(self.value(scope, index))
            value = self.builder.add(scope, "update", lines(target), "", (self.value(scope, inner), value), ("", label))
            target = inner
            while target.type in ("non_null_expression", "parenthesized_expression") and target.named_children:
                target = target.named_children[0]
            if target.type in ("identifier", "this") or (target.type == "member_expression" and self.path(target) is not None):
                self.rebind(scope, target, value)
                return

    def store(self, scope: Scope, target: Node, value: int) -> None:
        """`base.property = value`."""
        inner, attribute = target.child_by_field_name("object"), target.child_by_field_name("property")
        if inner is None or attribute is None:
            return
        base = self.value(scope, inner)
        name = self.text(attribute)
        self.builder.stores.append(Store(base, name, value, target.start_point[0] + 1, scope.function))
        if name in _MARKUP:  # what is put there is rendered
            callee = self.builder.add(scope, "name", lines(attribute), f"@jsx.{name}")
            self.builder.add(scope, "call", lines(target), "", (callee, value), ("", ""))
        path = self.path(target)
        if path is None:
            self._store_inside(scope, target, value)
        else:
            self.builder.write(scope, path, value)
        if inner.type == "identifier" and self.text(inner) != "module":
            # What the object is from here on: its entry of that name is the new one.
            known = scope.environment.get(self.text(inner))
            if known is not None:
                after = self.builder.add(scope, "update", lines(target), "", (known, value), ("", name))
                self.builder.bind(scope, self.text(inner), after)

    # Elements of JSX

    def _jsx(self, scope: Scope, node: Node) -> int:
        """`<Name a={x}>y</Name>` is a call of Name with one object; what stands in plain markup is passed on as a collection."""
        opening = node.child_by_field_name("open_tag") or node
        tag = opening.child_by_field_name("name")
        name = self.text(tag) if tag is not None else ""
        known = name[:1].isupper() or "." in name
        inputs: list[int] = []
        labels: list[str] = []
        for child in opening.named_children:
            if child.type == "jsx_attribute":
                parts = child.named_children
                if len(parts) > 1:
                    label = self.text(parts[0])
                    self.hints.append(label)
                    inputs.append(self.value(scope, parts[1]))
                    self.hints.pop()
                    labels.append(label)
            elif child.type == "jsx_expression":
                spread = self._jsx_inner(scope, child)
                if known:
                    inputs.append(spread)
                    labels.append("**")
        children: list[int] = []
        if node.type != "jsx_self_closing_element":
            for child in node.named_children:
                if child.type in ("jsx_expression", "jsx_element", "jsx_self_closing_element", "jsx_fragment"):
                    children.append(self.value(scope, child))
        if not known and not any(label in _TELLING for label in labels):
            return self.builder.add(scope, "collection", lines(node), "list", (*children, *inputs), ("",) * (len(children) + len(inputs)))
        if children:
            inputs.append(self.builder.add(scope, "collection", lines(node), "list", tuple(children), ("",) * len(children)))
            labels.append("children")
        given = self.builder.add(scope, "collection", lines(opening), "dictionary", tuple(inputs), tuple(labels))
        callee = self.value(scope, tag) if known and tag is not None else self.builder.add(scope, "name", lines(opening), f"@jsx.{name}")
        return self.builder.add(scope, "call", lines(opening), "", (callee, given), ("", ""))

    def _jsx_inner(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        return self.value(scope, inner[0]) if inner else self.builder.add(scope, "constant", lines(node), "None", constant="none")


def _is_awaited(node: Node) -> bool:
    """Whether the call that a function is written into is waited for."""
    call = node.parent.parent if node.parent is not None else None
    return call is not None and call.parent is not None and call.parent.type == "await_expression"
