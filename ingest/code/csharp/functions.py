"""C# methods, local functions, lambdas and accessors: parameters, bodies, what is given back.

A static method has no receiver; an extension method is a function with the decorator `@extension` whose first parameter is what it is
called on. A method that only declares (of an interface, abstract) has no results, so that those that implement it are looked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from tree_sitter import Node

from ingest.code.csharp.access import OpenClass
from ingest.code.csharp.types import Types
from ingest.code.graph import GraphBuilder, OpenFunction, Scope
from ingest.code.tree import lines, named
from ingest.facts import Function, Parameter


class Functions(Types):
    """Reads functions; `definitions.Definitions` adds classes."""

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self._local: dict[int, str] = {}  # local functions by their node, as they are called in the graph
        self._qualified_names: dict[int, str] = {}
        self.class_marks: tuple[int, ...] = ()  # attributes of the class that hold for its methods

    def has(self, node: Node, modifier: str) -> bool:
        return any(child.type == "modifier" and self.text(child) == modifier for child in node.children)

    def open_types(self, node: Node) -> None:
        given = node.child_by_field_name("type_parameters") or next(
            (child for child in node.named_children if child.type == "type_parameter_list"), None
        )
        names: set[str] = set()
        for child in named(given) if given is not None else []:
            name = child.child_by_field_name("name")
            if name is not None:
                names.add(self.text(name))
        self.type_names.append(names)

    # Methods

    def method_of(self, scope: Scope, node: Node, cls: OpenClass) -> int:
        self.open_types(node)
        is_method = node.type == "method_declaration"
        name_node = node.child_by_field_name("name")
        name = "__init__" if node.type == "constructor_declaration" else self.plain(name_node) if name_node is not None else "<operator>"
        static = self.has(node, "static")
        if name == "__init__" and static:
            name = "<static>"
        decorators = self.attributes(scope, node)
        if decorators and self.class_marks and is_method:
            decorators = self._with_class_marks(decorators)
        if cls.is_open and is_method and (not self.has(node, "public") or self.has(node, "override")):
            decorators = (*decorators, self.builder.add(scope, "name", lines(node)[:1] * 2, "@private"))
        given = node.child_by_field_name("parameters")
        first = next(iter(named(given)), None) if given is not None else None
        if static and first is not None and self.has(first, "this"):
            decorators = (*decorators, self.builder.add(scope, "name", lines(first), "@extension"))
        index = self._open(scope, node, name, f"{cls.qualified}.{name}", decorators, None if static else cls, {})
        self.type_names.pop()
        return index

    def _with_class_marks(self, decorators: tuple[int, ...]) -> tuple[int, ...]:
        names = {self.builder.text_of(self.builder.inputs_of(mark)[0]) for mark in decorators}
        of_class = [mark for mark in self.class_marks if self.builder.text_of(self.builder.inputs_of(mark)[0]) not in names]
        if "AllowAnonymous" in names:
            of_class = [mark for mark in of_class if self.builder.text_of(self.builder.inputs_of(mark)[0]) != "Authorize"]
        return (*decorators, *of_class)

    def accessor(
        self, scope: Scope, node: Node, body: Node, cls: OpenClass, name: str, annotation: int | None, sets: bool = False
    ) -> int:  # fmt: skip
        """What a property computes, or does when it is set."""
        builder, where = self.builder, lines(node)
        index = len(builder.functions)
        static = self.has(node, "static")
        marks = () if sets else (builder.add(scope, "name", where, "@property"),)
        inner = Scope(index, scope)
        parameters: list[Parameter] = []
        if not static:
            receiver = builder.add(inner, "parameter", where, "self")
            inner.environment[f"{cls.name}.this"] = receiver
            parameters.append(Parameter("self", receiver, None, None))
        if sets:
            given = builder.add(inner, "parameter", where, "value")
            inner.environment["value"] = given
            parameters.append(Parameter("value", given, annotation, None))
        keys = node.child_by_field_name("parameters")
        parameters += [self.parameter(scope, inner, part, None) for part in (named(keys) if keys is not None else [])]
        owner = None if static else cls.qualified
        builder.functions.append(
            OpenFunction(Function(name, f"{cls.qualified}.{name}", owner, scope.function, tuple(parameters), marks, (), "", *where, False,
                                  None if sets else annotation))
        )  # fmt: skip
        self._body(inner, builder.functions[index], body)
        return index

    # Local functions and lambdas

    def declare_function(self, scope: Scope, node: Node) -> set[str]:
        name_node = node.child_by_field_name("name")
        if name_node is None:
            return set()
        name = self.text(name_node)
        self._local[node.id] = self._inside(scope, name)
        self.builder.write(scope, name, self.builder.add(scope, "function", (node.start_point[0] + 1,) * 2, self._local[node.id]))
        return {name}

    def local_function(self, scope: Scope, node: Node) -> None:
        if node.id not in self._local:
            self.declare_function(scope, node)
        self.open_types(node)
        name = self.text(node.child_by_field_name("name") or node)[:100]
        self._open(scope, node, name, self._local.get(node.id) or self._inside(scope, name), self.attributes(scope, node), None, {})
        self.type_names.pop()

    def _inside(self, scope: Scope, name: str) -> str:
        outer = self.builder.functions[scope.function].function
        prefix = self.builder.module if outer.name == "<module>" else outer.qualified_name
        if outer.name == "<module>" and self.classes:
            prefix = self.classes[-1].qualified
        return self.builder.unique(f"{prefix}.{name}", ":")

    def function_value(self, scope: Scope, node: Node, name: str, bound: Mapping[int, int]) -> tuple[int, int]:
        """A lambda as a value, with its index; `bound` are values its parameters are known to hold."""
        hint = next((hint for hint in reversed(self.hints) if hint), "")
        called = hint if hint.isidentifier() and name == "<lambda>" else name
        qualified = self._inside(scope, called)
        index = self._open(scope, node, called, qualified, self.attributes(scope, node), None, bound)
        return self.builder.add(scope, "function", (node.start_point[0] + 1,) * 2, qualified), index

    # What all have

    def _open(
        self, scope: Scope, node: Node, name: str, qualified: str, decorators: tuple[int, ...], cls: OpenClass | None,
        bound: Mapping[int, int],
    ) -> int:  # fmt: skip
        """Declares a function, reads its body, gives its index."""
        builder = self.builder
        index = len(builder.functions)
        own = node.child_by_field_name("name") or node  # below the attributes
        start, end = own.start_point[0] + 1, node.end_point[0] + 1
        owner = cls.qualified if cls is not None else None
        is_async = self.has(node, "async")
        opened = OpenFunction(Function(name, qualified, owner, scope.function, (), decorators, (), "", start, end, is_async))
        builder.functions.append(opened)
        if self.too_deep(node):
            return index
        inner = Scope(index, scope)
        parameters: list[Parameter] = []
        if cls is not None:
            receiver = builder.add(inner, "parameter", (start, start), "self")
            inner.environment[f"{cls.name}.this"] = receiver
            parameters.append(Parameter("self", receiver, None, None))
        given = node.child_by_field_name("parameters")
        written = [] if given is None else [given] if given.type in ("identifier", "implicit_parameter") else self._written(given)
        parameters += [self.parameter(scope, inner, child, bound.get(position)) for position, child in enumerate(written)]
        decorators = (*decorators, *self._triggers(parameters))
        promised = node.child_by_field_name("returns") or (node.child_by_field_name("type") if "function" in node.type else None)
        result = self.type_value(scope, promised) if promised is not None else None
        opened.function = Function(
            name, qualified, owner, scope.function, tuple(parameters), decorators, (), "", start, end, is_async, result
        )
        passed = next((child for child in node.named_children if child.type == "constructor_initializer"), None)
        if passed is not None:
            for child in named(passed):
                self.construct(inner, child, "this" if any(part.type == "this" for part in passed.children) else "base")
        body = node.child_by_field_name("body") or next((c for c in node.named_children if c.type == "block"), None)
        if body is not None:
            self._body(inner, opened, body)
        return index

    def _triggers(self, parameters: list[Parameter]) -> list[int]:
        """Attributes of parameters that say when a platform calls the function: `[HttpTrigger("post")] HttpRequest request`."""
        builder, found = self.builder, list[int]()
        for parameter in parameters:
            if parameter.annotation is not None and builder.kind_of(parameter.annotation) == "index":
                marks = [mark for mark in builder.inputs_of(parameter.annotation)[2:] if builder.kind_of(mark) == "call"]
                found += [mark for mark in marks if builder.text_of(builder.inputs_of(mark)[0]).endswith("Trigger")]
        return found

    def _written(self, given: Node) -> list[Node]:
        """Parameters; the grammar spreads the parts of a `params` one over the list."""
        found: list[Node] = []
        for child in named(given):
            if child.type in ("parameter", "implicit_parameter"):
                found.append(child)
        spread = given.child_by_field_name("name")
        return [*found, spread] if spread is not None and spread.type == "identifier" else found

    def _body(self, scope: Scope, opened: OpenFunction, body: Node) -> None:
        if self.too_deep(body):
            return
        hints, self.hints = self.hints, []
        wanted, self.wanted = self.wanted, []
        receivers, self.receivers = self.receivers, []
        self.depth += 1
        if body.type == "block":
            self.run(scope, named(body))
        elif body.type == "arrow_expression_clause":
            opened.returns += [self.value(scope, child) for child in named(body)[:1]]
        else:
            opened.returns.append(self.value(scope, body))
        self.depth -= 1
        self.hints, self.wanted, self.receivers = hints, wanted, receivers

    def construct(self, scope: Scope, arguments: Node, which: str) -> None:
        """`: base(...)` and `: this(...)`."""
        where = lines(arguments)
        if which == "this" and self.classes:
            holder = self.receiver(scope, self.classes[-1], where)
        else:
            callee = self.builder.add(scope, "name", where, "@super")
            holder = self.builder.add(scope, "call", where, "", (callee,), ("",))
        method = self.builder.add(scope, "attribute", where, "__init__", (holder,))
        values, labels = self.arguments(scope, named(arguments))
        self.builder.add(scope, "call", where, "", (method, *values), ("", *labels))

    def default_of(self, scope: Scope, node: Node) -> int | None:
        given = [child for child in node.children if child.is_named or child.type == "="]
        at = next((i for i, child in enumerate(given) if child.type == "="), None)
        return self.value(scope, given[at + 1]) if at is not None and at + 1 < len(given) else None

    def parameter(self, scope: Scope, inner: Scope, node: Node, bound: int | None) -> Parameter:
        name_node, typed = node.child_by_field_name("name"), node.child_by_field_name("type")
        is_spread = node.type == "identifier" or self.has(node, "params")
        name = self.text(name_node if name_node is not None else node).removeprefix("@")[:200]
        annotation = self.parameter_type(scope, node, typed)
        default = self.default_of(scope, node) if node.type == "parameter" else None
        if typed is not None:
            self.declared_types[name] = typed
        else:
            self.declared_types.pop(name, None)
        value = self.builder.add(inner, "parameter", lines(node), name)
        self.builder.write(inner, name, value if bound is None else bound)
        return Parameter(
            name, value, annotation, default, "*" if is_spread and node.parent is not None and "lambda" not in node.parent.type else ""
        )
