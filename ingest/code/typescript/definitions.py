"""Functions, classes and everything else that TypeScript and JavaScript files define.

A method's receiver is its first parameter `self` and its constructor `__init__`, as in every language of
the graph; a getter carries the mark of a property. Functions without a name are called after what they
are put into or handed to. Interfaces and object types are classes without bodies.
"""

from __future__ import annotations

from collections.abc import Mapping

from tree_sitter import Node

from ingest.code.graph import GraphBuilder, OpenFunction, Scope
from ingest.code.tree import lines, named
from ingest.code.typescript.expressions import FUNCTIONS
from ingest.code.typescript.types import Types
from ingest.facts import Class, Function, Parameter, Store

_Field = tuple[str, int | None, int | None, int]
_GENERIC = frozenset({"execute", "func", "handler", "run", "call", "invoke", "fn", "callback", "default"})
CLASSES = frozenset({"class_declaration", "abstract_class_declaration"})
NAMED_FUNCTIONS = frozenset({"function_declaration", "generator_function_declaration"})


class Definitions(Types):
    """Reads functions and classes; `exports.ModuleReader` adds what modules share."""

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self._hoisted: dict[int, str] = {}  # where a function stands to the name it was given above

    # Functions

    def hoist(self, scope: Scope, statements: list[Node]) -> None:
        """Functions of a block may be used above the place they stand at."""
        if scope.parent is None and not self._blocks:
            return  # what the module defines is found by its name
        for statement in statements:
            if statement.type in NAMED_FUNCTIONS:
                name = statement.child_by_field_name("name")
                if name is not None:
                    qualified = self._qualified(scope, self.text(name))
                    self._hoisted[statement.start_byte] = qualified
                    self.declare(scope, name)
                    self.builder.write(scope, self.text(name), self.builder.add(scope, "function", lines(name), qualified))

    def _qualified(self, scope: Scope, name: str, owner: str | None = None) -> str:
        enclosing = self.builder.functions[scope.function].function
        prefix = owner or (self.builder.module if enclosing.name == "<module>" else enclosing.qualified_name)
        hints = [hint for hint in self.hints if hint and hint != "?"] if owner is None else []
        if hints and hints[-1] == name:
            hints.pop()
        qualified = ".".join([prefix, *(hint.replace(".", "_") for hint in hints[-3:]), name.replace(".", "_")])
        if owner is not None:
            return qualified
        return self.builder.unique(qualified)

    def function_value(self, scope: Scope, node: Node, name: str, bound: Mapping[int, int]) -> tuple[int, int]:
        """A function as a value, with its index; `bound` are values its parameters are known to hold."""
        own = node.child_by_field_name("name") if node.type != "method_definition" else None
        hint = next((hint for hint in reversed(self.hints) if hint and hint != "?"), "")
        if node.type == "method_definition":
            own, hint = None, name
        called = self.text(own) if own is not None else name if name.startswith("<") or not hint else hint
        if called in _GENERIC:  # tools: {weather: tool({execute: ...})}
            outer = self.builder.functions[scope.function].function.name.rsplit(".", 1)[-1]
            outer = called if outer.startswith("<") else outer
            called = next((hint for hint in reversed(self.hints) if hint and hint not in _GENERIC and hint != "?"), outer)
        index = self._open(scope, node, called or "<lambda>", (), None, bound)
        qualified = self.builder.functions[index].function.qualified_name
        return self.builder.add(scope, "function", (node.start_point[0] + 1, node.start_point[0] + 1), qualified), index

    def _open(
        self, scope: Scope, node: Node, name: str, decorators: tuple[int, ...], owner: str | None, bound: Mapping[int, int],
        qualified: str = "", is_static: bool = False,
    ) -> int:  # fmt: skip
        """Declares a function, reads its body, gives its index."""
        builder = self.builder
        qualified = qualified or self._qualified(scope, name, owner)
        index = len(builder.functions)
        start, end = node.start_point[0] + 1, node.end_point[0] + 1
        is_async = any(child.type == "async" for child in node.children[:3])
        owned = owner if not is_static else None
        opened = OpenFunction(Function(name, qualified, owned, scope.function, (), decorators, (), "", start, end, is_async))
        builder.functions.append(opened)
        if self.too_deep(node):
            return index
        hints, self.hints = self.hints, []
        blocks, self._blocks = self._blocks, []
        self.depth += 1
        inner = Scope(index, scope)
        parameters: list[Parameter] = []
        if owned is not None:
            receiver = builder.add(inner, "parameter", (start, start), "self")
            inner.environment["this"] = receiver
            parameters.append(Parameter("self", receiver, None, None))
        given = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        written = [given] if given is not None and given.type == "identifier" else named(given) if given is not None else []
        fields: list[tuple[Node, int]] = []
        for position, child in enumerate(written):
            parameter, target = self._parameter(scope, inner, child, bound.get(position))
            parameters.append(parameter)
            if name == "__init__" and target is not None and any(c.type in ("accessibility_modifier", "readonly") for c in child.children):
                fields.append((target, parameter.value))
        promised = node.child_by_field_name("return_type")
        result = self.annotation(scope, promised) if promised is not None else None
        opened.function = Function(
            name, qualified, owned, scope.function, tuple(parameters), decorators, (), "", start, end, is_async, result
        )
        for target, value in fields:
            self._property_of_parameter(inner, target, value)
        body = node.child_by_field_name("body")
        if body is not None and body.type == "statement_block":
            self.run(inner, body.named_children)
        elif body is not None:
            opened.returns.append(self.value(inner, body))
        self.depth -= 1
        self.hints, self._blocks = hints, blocks
        return index

    def _parameter(self, scope: Scope, inner: Scope, node: Node, bound: int | None) -> tuple[Parameter, Node | None]:
        target, annotation, default, splat = node, None, None, False
        if node.type in ("required_parameter", "optional_parameter"):
            pattern, typed = node.child_by_field_name("pattern"), node.child_by_field_name("type")
            default = node.child_by_field_name("value")
            target = pattern if pattern is not None else node
            annotation = self.annotation(scope, typed) if typed is not None else None
            marks = [
                self.value(scope, child.named_children[0]) for child in node.children if child.type == "decorator" and child.named_children
            ]
            if marks:
                base = self.builder.add(scope, "name", lines(node), "@Annotated")
                inputs = (base, *([annotation] if annotation is not None else []), *marks)
                annotation = self.builder.add(scope, "index", lines(node), "", inputs)
        elif node.type == "assignment_pattern":
            left, default = node.child_by_field_name("left"), node.child_by_field_name("right")
            target = left if left is not None else node
        if target.type == "rest_pattern" and target.named_children:
            target, splat = target.named_children[0], True
        is_name = target.type == "identifier"
        name = self.text(target) if is_name else "{}"
        value = self.builder.add(inner, "parameter", lines(target), name)
        other = self.value(scope, default) if default is not None else None
        self._own.setdefault(inner.function, set())
        self.declare(inner, target)
        given = value if bound is None else bound
        if other is not None:
            given = self.builder.add(inner, "choice", lines(target), "or", (given, other))
        self.assign(inner, target, given, declared=True)
        return Parameter(name, value, annotation, other, "*" if splat else ""), target if is_name else None

    def _property_of_parameter(self, scope: Scope, target: Node, value: int) -> None:
        name = self.text(target)
        self.builder.stores.append(Store(scope.environment["this"], name, value, target.start_point[0] + 1, scope.function))
        self.builder.write(scope, f"this.{name}", value)

    # Definitions

    def define(self, scope: Scope, node: Node) -> None:
        self._define(scope, node, ())

    def _define(self, scope: Scope, node: Node, decorators: tuple[int, ...]) -> str:
        """Reads a definition, gives the name it has in its scope."""
        kind = node.type
        if kind == "ambient_declaration":
            return ""
        name_node = node.child_by_field_name("name")
        if kind in NAMED_FUNCTIONS:
            name = self.text(name_node) if name_node is not None else "default"
            hints, self.hints = self.hints, []
            qualified = self._hoisted.get(node.start_byte) or self._qualified(scope, name)
            self.hints = hints
            value = self.builder.add(scope, "function", (node.start_point[0] + 1, node.start_point[0] + 1), qualified)
            self.declare_name(scope, name)
            self.builder.write(scope, name, value)
            self._open(scope, node, name, (), None, {}, qualified)
            return name
        if kind in CLASSES:
            return self._read_class(scope, node, decorators)[0]
        if name_node is None:
            return ""
        name = self.text(name_node)
        body = node.child_by_field_name("body")
        if kind == "enum_declaration":
            self.builder.write(scope, name, self._enum(scope, node, body))
        elif kind == "interface_declaration":
            self._shape(scope, node, name, body)
        elif kind == "type_alias_declaration":
            given = node.child_by_field_name("value")
            if given is not None and given.type == "object_type":
                self._shape(scope, node, name, given)
            elif given is not None:
                typed = self.annotation(scope, given)
                if typed is not None and scope.parent is None and name not in self.builder.variables:
                    self.builder.variables.setdefault(name, []).append(typed)
        elif kind in ("internal_module", "module") and body is not None and name_node.type == "identifier":
            self._namespace(scope, node, name, body)
        return name

    def declare_name(self, scope: Scope, name: str) -> None:
        self._own.setdefault(scope.function, set()).add(name)

    def _enum(self, scope: Scope, node: Node, body: Node | None) -> int:
        inputs: list[int] = []
        labels: list[str] = []
        for member in named(body) if body is not None else []:
            with_value = member.type == "enum_assignment"
            key = member.child_by_field_name("name") if with_value else member
            given = member.child_by_field_name("value") if with_value else None
            if key is not None:
                labels.append(self.literal(key) if key.type == "string" else self.text(key))
                inputs.append(
                    self.value(scope, given) if given is not None
                    else self.builder.add(scope, "constant", lines(member), str(len(inputs)), constant="integer")
                )  # fmt: skip
        return self.builder.add(scope, "collection", lines(node), "dictionary", tuple(inputs), tuple(labels))

    def _namespace(self, scope: Scope, node: Node, name: str, body: Node) -> None:
        inner = Scope(scope.function, scope)
        blocks, self._blocks = self._blocks, []
        self.run(inner, body.named_children)
        self._blocks = blocks
        known = {key: value for key, value in inner.environment.items() if "." not in key}
        value = self.builder.add(scope, "collection", lines(node), "dictionary", tuple(known.values()), tuple(known))
        self.builder.write(scope, name, value)

    # Classes

    def _class(self, scope: Scope, node: Node) -> int:
        return self._read_class(scope, node, ())[1]

    def _read_class(self, scope: Scope, node: Node, decorators: tuple[int, ...]) -> tuple[str, int]:
        name_node = node.child_by_field_name("name")
        name = self.text(name_node) if name_node is not None else next((hint for hint in reversed(self.hints) if hint), "default")
        hints, self.hints = self.hints, []
        qualified = self._qualified(scope, name)
        decorators = (*decorators, *self._decorators(scope, node))
        bases: list[int] = []
        for heritage in (child for child in node.named_children if child.type == "class_heritage"):
            for clause in named(heritage):
                if clause.type == "extends_clause":
                    bases += [self.value(scope, base) for base in clause.children_by_field_name("value")]
                elif clause.type == "implements_clause":
                    bases += [typed for child in named(clause) if (typed := self.annotation(scope, child)) is not None]
                else:
                    bases.append(self.value(scope, clause))
        value = self.builder.add(scope, "class", (node.start_point[0] + 1, node.start_point[0] + 1), qualified, decorators)
        self.declare_name(scope, name)
        self.builder.write(scope, name, value)
        inner = Scope(scope.function, scope, is_class=True)
        fields: list[_Field] = []
        methods: list[int] = []
        body = node.child_by_field_name("body")
        waiting: list[int] = []
        for member in body.named_children if body is not None else []:
            if member.type == "decorator":
                waiting += self._decorator(scope, member)
                continue
            if member.type != "comment":
                self._member_of_class(inner, member, qualified, (*waiting, *self._decorators(scope, member)), fields, methods)
                waiting = []
        self.hints = hints
        self.builder.classes.append(
            Class(name, qualified, tuple(bases), (), decorators, tuple(fields), tuple(methods), "", node.start_point[0] + 1,
                  node.end_point[0] + 1)
        )  # fmt: skip
        return name, value

    def _decorators(self, scope: Scope, node: Node) -> tuple[int, ...]:
        return tuple(value for child in node.children if child.type == "decorator" for value in self._decorator(scope, child))

    def _decorator(self, scope: Scope, node: Node) -> list[int]:
        return [self.value(scope, child) for child in named(node)[:1]]

    def _member_of_class(
        self, scope: Scope, node: Node, owner: str, decorators: tuple[int, ...], fields: list[_Field], methods: list[int]
    ) -> None:
        marks = {child.type for child in node.children[:6]}
        if node.type in ("method_definition", "abstract_method_signature", "method_signature"):
            name_node = node.child_by_field_name("name")
            if name_node is None:
                return
            name = self.key(scope, name_node)
            name = "__init__" if name == "constructor" else name
            if "get" in marks:
                decorators = (*decorators, self.builder.add(scope, "name", lines(name_node), "@property"))
            methods.append(self._open(scope, node, name, decorators, owner, {}, is_static="static" in marks))
        elif node.type in ("public_field_definition", "field_definition"):
            self._field(scope, node, owner, fields, methods, "static" in marks)
        elif node.type == "class_static_block":
            body = node.child_by_field_name("body")
            if body is not None:
                self.block(scope, body)

    def _field(self, scope: Scope, node: Node, owner: str, fields: list[_Field], methods: list[int], is_static: bool) -> None:
        name_node = node.child_by_field_name("name") or node.child_by_field_name("property")
        if name_node is None:
            return
        name = self.key(scope, name_node)
        given, annotation = node.child_by_field_name("value"), node.child_by_field_name("type")
        typed = self.annotation(scope, annotation) if annotation is not None else None
        if given is not None and given.type in FUNCTIONS:  # `ask = async () => {...}` is a method in all but name
            methods.append(self._open(scope, given, name, (), owner, {}, is_static=is_static))
            return
        self.hints.append(name)
        value = self.value(scope, given) if given is not None else None
        self.hints.pop()
        fields.append((name, typed, value, name_node.start_point[0] + 1))

    def _shape(self, scope: Scope, node: Node, name: str, body: Node | None) -> None:
        """An interface, or an object type with a name: a class that only declares."""
        hints, self.hints = self.hints, []
        qualified = self._qualified(scope, name)
        bases = [
            typed
            for clause in node.named_children
            if clause.type == "extends_type_clause"
            for child in named(clause)
            if (typed := self.annotation(scope, child)) is not None
        ]
        value = self.builder.add(scope, "class", lines(node)[:1] * 2, qualified)
        if name not in scope.environment:  # a value of the same name is what expressions mean
            self.builder.write(scope, name, value)
        fields: list[_Field] = []
        methods: list[int] = []
        for member in named(body)[:400] if body is not None else []:
            if member.type == "property_signature":
                key, annotation = member.child_by_field_name("name"), member.child_by_field_name("type")
                if key is not None:
                    typed = self.annotation(scope, annotation) if annotation is not None else None
                    fields.append((self.key(scope, key), typed, None, key.start_point[0] + 1))
            elif member.type == "method_signature":
                key = member.child_by_field_name("name")
                if key is not None:
                    methods.append(self._open(scope, member, self.key(scope, key), (), qualified, {}))
        self.hints = hints
        self.builder.classes.append(Class(name, qualified, tuple(bases), (), (), tuple(fields), tuple(methods), "", *lines(node)))
