"""Kotlin functions, methods, lambdas and their parameters.

A method's receiver is its first parameter `self`, that of an extension its first one, `this`. Lambdas that name nothing they are given
have `it` where they say it; a builder's lambda has what it is called on as `this`. A method that is declared with annotations and has
no body does what its annotations say, as in Java.
"""

from __future__ import annotations

from collections.abc import Mapping

from tree_sitter import Node

from ingest.code.graph import OpenFunction, Scope
from ingest.code.java.access import OpenClass
from ingest.code.kotlin.access import Receiver
from ingest.code.kotlin.types import Types
from ingest.code.tree import lines, named
from ingest.facts import Function, Parameter

_SAYS_NOTHING = frozenset({"Override", "Deprecated", "Suppress", "JvmStatic", "Throws", "Nullable", "NonNull", "NotNull", "Transactional",
                           "Async", "Cacheable", "Validated", "PreAuthorize", "Secured", "OptIn", "JvmOverloads"})  # fmt: skip


class Functions(Types):
    """Reads functions; `definitions.Definitions` adds classes and files."""

    def name_of(self, node: Node) -> str:
        """What a definition is called."""
        name = node.child_by_field_name("name") or next((child for child in node.named_children if child.type == "identifier"), None)
        return self.text(name).strip("`")[:200] if name is not None else "<none>"

    def modifiers(self, node: Node) -> set[str]:
        """The words before a definition: `data`, `private`, `override`."""
        return {self.text(child) for part in node.named_children if part.type == "modifiers" for child in part.named_children
                if child.type.endswith("_modifier")}  # fmt: skip

    def extended(self, node: Node) -> Node | None:
        """The type that an extension function or property is written for."""
        name = node.child_by_field_name("name") or next((c for c in node.named_children if c.type.endswith("variable_declaration")), None)
        return next((child for child in named(node) if child.type.endswith("_type") and name is not None
                     and child.end_byte <= name.start_byte), None)  # fmt: skip

    def open_types(self, node: Node) -> None:
        given = next((child for child in node.named_children if child.type == "type_parameters"), None)
        names = {
            self.text(part)
            for child in (named(given) if given is not None else [])
            for part in named(child)[:2]
            if part.type == "identifier"
        }
        self.type_names.append(names)

    def method(self, scope: Scope, node: Node, cls: OpenClass | None, prefix: str, of_class: list[int]) -> int:
        """A function with a name: of a class, of its companion (`cls` is None), or of the file."""
        self.open_types(node)
        decorators = self.annotations(scope, node)
        extended = self.extended(node)
        if extended is not None:
            decorators = (*decorators, self.builder.add(scope, "name", lines(extended), "@extension"))
        receivers, self.receivers = self.receivers, []
        name = self.name_of(node)
        index = self.open_function(scope, node, name, f"{prefix}.{name}", decorators, cls, {}, of_class, None, extended)
        self.receivers = receivers
        self.type_names.pop()
        return index

    def define_function(self, scope: Scope, node: Node) -> None:
        """A function inside of another."""
        name = self.name_of(node)
        outer = self.builder.functions[scope.function].function
        prefix = self.builder.module if outer.name == "<module>" else outer.qualified_name
        qualified = self.builder.unique(f"{prefix}.{name}")
        self.builder.write(scope, name, self.builder.add(scope, "function", (node.start_point[0] + 1,) * 2, qualified))
        self.open_types(node)
        self.open_function(scope, node, name, qualified, self.annotations(scope, node), None, {}, [], None, self.extended(node))
        self.type_names.pop()

    def function_value(
        self, scope: Scope, node: Node, name: str, bound: Mapping[int, int], receiver: Receiver | None = None
    ) -> tuple[int, int]:
        """A lambda as a value, with its index; `bound` are values its parameters are known to hold."""
        hint = next((hint for hint in reversed(self.hints) if hint), "")
        called = hint if hint.isidentifier() and name == "<lambda>" else name
        outer = self.builder.functions[scope.function].function
        prefix = self.classes[-1].qualified if outer.name == "<module>" and self.classes else outer.qualified_name
        qualified = self.builder.unique(f"{prefix}.{called}")
        inner = self.lambda_literal(node) or node
        index = self.open_function(scope, inner, called, qualified, (), None, bound, [], receiver, None)
        return self.builder.add(scope, "function", (node.start_point[0] + 1,) * 2, qualified), index

    def open_function(
        self, scope: Scope, node: Node, name: str, qualified: str, decorators: tuple[int, ...], cls: OpenClass | None,
        bound: Mapping[int, int], of_class: list[int], receiver: Receiver | None, extended: Node | None,
    ) -> int:  # fmt: skip
        """Declares a function, reads its body, gives its index."""
        builder = self.builder
        index = len(builder.functions)
        start = (node.child_by_field_name("name") or node).start_point[0] + 1  # below the annotations
        end = self.last_line(node)
        owner = cls.qualified if cls is not None else None
        opened = OpenFunction(Function(name, qualified, owner, scope.function, (), decorators, (), "", start, end))
        builder.functions.append(opened)
        if self.too_deep(node):
            return index
        hints, self.hints = self.hints, []
        inside, self._inside = self._inside, []
        self.depth += 1
        inner = Scope(index, scope)
        parameters: list[Parameter] = []
        if cls is not None:
            value = builder.add(inner, "parameter", (start, start), "self")
            inner.environment[f"{cls.name}.this"] = value
            parameters.append(Parameter("self", value, None, None))
        known = len(self.receivers)
        if extended is not None:
            value = builder.add(inner, "parameter", (start, start), "this")
            inner.environment["this@extension"] = value
            parameters.append(Parameter("this", value, self.type_value(scope, extended), None))
            self.receivers.append(Receiver("this@extension"))
        parameters += self._parameters(scope, inner, node, bound, receiver)
        if receiver is not None:
            self.receivers.append(receiver)
        result = self._promised(scope, node)
        opened.function = Function(name, qualified, owner, scope.function, tuple(parameters), decorators, (), "", start, end, False, result)
        if node.type == "lambda_literal":
            value_given, left = self.run_valued(inner, [child for child in named(node) if child.type not in ("lambda_parameters", "label")])
            if value_given is not None and not left:
                opened.returns.append(value_given)
        else:
            self._body(inner, node, opened, parameters, decorators or tuple(of_class))
        del self.receivers[known:]
        self.depth -= 1
        self.hints, self._inside = hints, inside
        return index

    def _promised(self, scope: Scope, node: Node) -> int | None:
        """The type behind the parameters."""
        given = next((child for child in node.named_children if child.type == "function_value_parameters"), None)
        if given is None:
            return None
        typed = next((child for child in named(node) if child.type.endswith("_type") and child.start_byte >= given.end_byte), None)
        return self.type_value(scope, typed) if typed is not None else None

    def _body(self, scope: Scope, node: Node, opened: OpenFunction, parameters: list[Parameter], marks: tuple[int, ...]) -> None:
        body = next((child for child in node.named_children if child.type in ("function_body", "block")), None)
        if body is None:
            self._declared_only(scope, opened, parameters, marks)
            return
        inner = [body] if body.type == "block" else named(body)
        if inner and inner[0].type == "block":
            self.run(scope, named(inner[0]))
        elif inner:
            opened.returns.append(self.value(scope, inner[0]))

    def _declared_only(self, scope: Scope, opened: OpenFunction, parameters: list[Parameter], marks: tuple[int, ...]) -> None:
        builder = self.builder
        where = (opened.function.line, opened.function.end_line)
        calls: list[int] = []
        for mark in marks:
            callee = builder.inputs_of(mark)[0] if builder.kind_of(mark) == "call" else mark
            if builder.text_of(callee).rsplit(".", 1)[-1] in _SAYS_NOTHING or builder.text_of(callee).startswith("@"):
                continue
            does = builder.add(scope, "attribute", where, "implements", (callee,))
            values = tuple(parameter.value for parameter in parameters if parameter.name != "self")
            elements = builder.inputs_of(mark)[1:] if builder.kind_of(mark) == "call" else ()
            labels = builder.labels_of(mark)[1:] if elements else ()
            all_labels = ("", *("",) * len(values), *(label or "value" for label in labels))
            calls.append(builder.add(scope, "call", where, "", (does, *values, *elements), all_labels))
        if len(calls) == 1:
            opened.returns += calls
        elif calls:
            opened.returns.append(builder.add(scope, "choice", where, "", tuple(calls)))

    # Parameters

    def _parameters(self, scope: Scope, inner: Scope, node: Node, bound: Mapping[int, int], receiver: Receiver | None) -> list[Parameter]:
        if node.type == "lambda_literal":
            return self._of_lambda(scope, inner, node, bound, receiver)
        given = next((child for child in node.named_children if child.type == "function_value_parameters"), None)
        found: list[Parameter] = []
        marks: Node | None = None
        children = [child for child in given.children if not child.type.endswith("comment")] if given is not None else []
        for position, child in enumerate(children):
            if child.type == "parameter_modifiers":
                marks = child
            elif child.type == "parameter":
                has_default = position + 2 < len(children) and children[position + 1].type == "="
                default = children[position + 2] if has_default else None
                found.append(self._parameter(scope, inner, child, marks, default, bound.get(len(found))))
                marks = None
        return found

    def _parameter(
        self, scope: Scope, inner: Scope, node: Node, marks: Node | None, default: Node | None, bound: int | None
    ) -> Parameter:  # fmt: skip
        name = self.name_of(node)
        typed = next((child for child in named(node) if child.type.endswith("_type")), None)
        decorators = self.annotations(scope, marks) if marks is not None else ()
        annotation = self.decorated_type(scope, decorators, node, self.type_value(scope, typed) if typed is not None else None)
        value = self.builder.add(inner, "parameter", lines(node), name)
        given = self.value(inner, default) if default is not None else self.filled_by(decorators)
        self.builder.write(inner, name, value if bound is None else bound)
        splat = "*" if marks is not None and any(self.text(child) == "vararg" for child in marks.named_children) else ""
        return Parameter(name, value, annotation, given, "*" if splat else "")

    def _of_lambda(self, scope: Scope, inner: Scope, node: Node, bound: Mapping[int, int], receiver: Receiver | None) -> list[Parameter]:
        builder = self.builder
        written = self.parameters_of(node)
        found: list[Parameter] = []
        for position, child in enumerate(written):
            names = self.variables_in(child)
            name = self.text(names[0]).strip("`") if child.type == "variable_declaration" and names else "it"
            typed = next((part for part in named(child) if part.type.endswith("_type")), None)
            value = builder.add(inner, "parameter", lines(child), name)
            self.bind_variable(inner, child, bound.get(position, value))
            found.append(Parameter(name, value, self.type_value(scope, typed) if typed is not None else None, None))
        if written:
            return found
        if self.says_it(node):
            value = builder.add(inner, "parameter", lines(node)[:1] * 2, "it")
            builder.write(inner, "it", bound.get(0, value))
            return [Parameter("it", value, None, None)]
        if receiver is not None:
            value = builder.add(inner, "parameter", lines(node)[:1] * 2, "this")
            inner.environment[receiver.variable] = value
            return [Parameter("this", value, None, None)]
        return found
