"""Go functions, methods, structs and interfaces.

A method's receiver is its first parameter `self`; the type it belongs to may stand in another file of the package. An embedded struct
is a base and a field of its own name. What a call filled through a pointer that a function was given is among what the function gives
back, as the caller's variable holds it afterwards.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.go.names import global_name, package_names
from ingest.code.go.types import Types
from ingest.code.graph import GraphBuilder, OpenFunction, Scope
from ingest.code.tree import lines, named
from ingest.facts import Class, Function, Import, Parameter

_Field = tuple[str, int | None, int | None, int]


class Definitions(Types):
    """Reads what a file defines."""

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self.filled: list[tuple[int, str, int]] = []
        self.tested: dict[str, list[Node]] = {}
        self.named_results: list[tuple[str, ...]] = []
        self.result_counts: list[int] = []
        self.module_variables: set[str] = set()
        self._guesses: dict[str, list[tuple[str, int]]] = {}

    def read_file(self, root: Node, end: int) -> None:
        """All declarations of a file; `end` is its last line."""
        builder = self.builder
        builder.functions.append(OpenFunction(Function("<module>", f"{builder.module}.<module>", None, None, (), (), (), "", 1, end)))
        scope = Scope(0, None)
        top = named(root)
        for child in top:
            if child.type == "import_declaration":
                for spec in self.specs(child):
                    self._import(spec)
            elif child.type == "ERROR":
                builder.errors.append(f"line {child.start_point[0] + 1}: syntax error")
        self._survey(scope, top)
        for child in top:
            if child.type in ("var_declaration", "const_declaration"):
                self.declare(scope, child)
            elif child.type == "type_declaration":
                self._types(scope, child, builder.module)
        for child in top:
            if child.type in ("function_declaration", "method_declaration"):
                self._function(scope, child)
        self._name_free()

    def _import(self, spec: Node) -> None:
        path, alias = spec.child_by_field_name("path"), spec.child_by_field_name("name")
        if path is None:
            return
        target, line = self.literal(path), spec.start_point[0] + 1
        if alias is not None and alias.type == "dot":
            self.builder.imports.append(Import("*", target, line, 0))
        elif alias is not None and alias.type == "package_identifier":
            self.packages[self.text(alias)] = target
            self.builder.imports.append(Import(self.text(alias), target, line, 0))
        elif alias is None:
            for name in package_names(target):
                self.packages.setdefault(name, target)
                self._guesses.setdefault(name, []).append((target, line))

    def _survey(self, scope: Scope, top: list[Node]) -> None:
        """The names of the file, which may be used above the place they stand at."""
        for child in top:
            if child.type in ("var_declaration", "const_declaration"):
                names = [self.text(name) for spec in self.specs(child) for name in spec.children_by_field_name("name") if name.is_named]
                self.module_variables.update(names)
                self.defined.update(names)
            elif child.type == "type_declaration":
                for spec in self.specs(child):
                    name, typed = spec.child_by_field_name("name"), spec.child_by_field_name("type")
                    if name is not None and typed is not None:
                        self.defined.add(self.text(name))
                        self.builder.write(scope, self.text(name), self._type_name(scope, spec, f"{self.builder.module}.{self.text(name)}"))
            elif child.type == "function_declaration":
                name = child.child_by_field_name("name")
                if name is not None:
                    self.defined.add(self.text(name))
                    value = self.builder.add(scope, "function", lines(name), f"{self.builder.module}.{self.text(name)}")
                    self.builder.write(scope, self.text(name), value)

    def _type_name(self, scope: Scope, spec: Node, qualified: str) -> int:
        typed = spec.child_by_field_name("type")
        if spec.type == "type_alias" and typed is not None and (meant := self.type_value(scope, typed)) is not None:
            return meant
        return self.builder.add(scope, "class", (spec.start_point[0] + 1,) * 2, qualified)

    def _name_free(self) -> None:
        """What free names mean: an imported package, or something of another file of the package."""
        explicit = {given.local for given in self.builder.imports}
        for name, line in sorted(self.free.items()):
            if name in explicit or name in self.builder.variables:
                continue
            if name in self._guesses:
                self.builder.imports += [Import(name, target, at, 0) for target, at in self._guesses[name]]
            elif not name.startswith("@") and global_name(name) is None:
                stars = [given.target for given in self.builder.imports if given.local == "*"]
                targets = [f"{package}.{name}" for package in (self.builder.module, *stars)]
                self.builder.imports += [Import(name, target, line, 0) for target in targets]

    # Types

    def define(self, scope: Scope, node: Node) -> None:
        """A type inside a function."""
        for spec in self.specs(node):
            name = spec.child_by_field_name("name")
            if name is not None:
                qualified = self.builder.unique(f"{self.builder.functions[scope.function].function.qualified_name}.{self.text(name)}")
                self.builder.write(scope, self.text(name), self._type_name(scope, spec, qualified))
                self._type(scope, spec, qualified)

    def _types(self, scope: Scope, node: Node, prefix: str) -> None:
        for spec in self.specs(node):
            name = spec.child_by_field_name("name")
            if name is not None and spec.type == "type_spec":
                self._type(scope, spec, f"{prefix}.{self.text(name)}")

    def _type(self, scope: Scope, spec: Node, qualified: str) -> None:
        name, typed = spec.child_by_field_name("name"), spec.child_by_field_name("type")
        if name is None or typed is None or spec.type != "type_spec" or self.too_deep(spec):
            return
        self._open_types(spec)
        own = Scope(scope.function, scope, is_class=True)
        bases: list[int] = []
        fields: list[_Field] = []
        methods: list[int] = []
        keywords: list[tuple[str, int]] = []
        if typed.type == "struct_type":
            self._fields(own, typed, bases, fields)
            keywords.append(("struct", self.builder.add(own, "constant", lines(name), "True", constant="boolean")))
        elif typed.type == "interface_type":
            self._interface(own, typed, qualified, bases, methods)
            keywords.append(("interface", self.builder.add(own, "constant", lines(name), "True", constant="boolean")))
        elif (base := self.type_value(own, typed)) is not None and typed.type in ("type_identifier", "qualified_type"):
            bases.append(base)
        self.type_names.pop()
        self.builder.classes.append(
            Class(self.text(name), qualified, tuple(bases), tuple(keywords), (), tuple(fields), tuple(methods), "",
                  name.start_point[0] + 1, spec.end_point[0] + 1)
        )  # fmt: skip

    def _open_types(self, node: Node) -> None:
        given = node.child_by_field_name("type_parameters")
        names = {self.text(name) for child in (named(given) if given is not None else []) for name in child.children_by_field_name("name")}
        self.type_names.append(names)

    def _fields(self, scope: Scope, node: Node, bases: list[int], fields: list[_Field]) -> None:
        for child in [inner for part in named(node) for inner in named(part)]:
            typed = child.child_by_field_name("type")
            if child.type != "field_declaration" or typed is None:
                continue
            names = [self.text(name) for name in child.children_by_field_name("name")]
            annotation = self.type_value(scope, typed)
            if not names:  # embedded
                names = [self.text(typed).lstrip("*").split("[")[0].rsplit(".", 1)[-1]]
                bases += [annotation] if annotation is not None else []
            for name in names:
                if annotation is None:
                    annotation = self.builder.add(scope, "name", lines(child), "@object")
                fields.append((name, annotation, None, child.start_point[0] + 1))

    def _interface(self, scope: Scope, node: Node, qualified: str, bases: list[int], methods: list[int]) -> None:
        for child in named(node):
            name = child.child_by_field_name("name") if child.type == "method_elem" else None
            if name is not None:
                methods.append(self._open(scope, child, self.text(name), f"{qualified}.{self.text(name)}", qualified, None))
            elif child.type == "type_elem" and len(named(child)) == 1:
                base = self.type_value(scope, named(child)[0])
                bases += [base] if base is not None else []

    # Functions

    def _function(self, scope: Scope, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is None:
            return
        receiver = node.child_by_field_name("receiver")
        given = named(receiver)[0] if receiver is not None and named(receiver) else None
        typed = given.child_by_field_name("type") if given is not None else None
        self._open_types(node)
        if typed is None or given is None:
            self._open(scope, node, self.text(name), f"{self.builder.module}.{self.text(name)}", None, None)
        else:
            while typed.type in ("pointer_type", "parenthesized_type") and named(typed):
                typed = named(typed)[0]
            if typed.type == "generic_type":
                self.type_names[-1] |= {self.text(part) for part in named(typed)[1:] for part in named(part)}
                typed = typed.child_by_field_name("type") or typed
            owner = f"{self.builder.module}.{self.text(typed)}"
            called = given.child_by_field_name("name")
            self._open(scope, node, self.text(name), f"{owner}.{self.text(name)}", owner, self.text(called) if called is not None else "")
        self.type_names.pop()

    def function_value(self, scope: Scope, node: Node) -> tuple[int, int]:
        """A function that is written where it is used, as a value, with its index."""
        name = next((hint for hint in reversed(self.hints) if hint and hint != "_"), "<function>")
        qualified = self.builder.unique(f"{self.builder.functions[scope.function].function.qualified_name}.{name}")
        index = self._open(scope, node, name, qualified, None, None)
        return self.builder.add(scope, "function", (node.start_point[0] + 1,) * 2, qualified), index

    def _open(self, scope: Scope, node: Node, name: str, qualified: str, owner: str | None, receiver: str | None) -> int:
        """Declares a function, reads its body, gives its index."""
        builder = self.builder
        index = len(builder.functions)
        start, end = (node.child_by_field_name("name") or node).start_point[0] + 1, node.end_point[0] + 1
        opened = OpenFunction(Function(name, qualified, owner, scope.function, (), (), (), "", start, end))
        builder.functions.append(opened)
        if self.too_deep(node):
            return index
        hints, self.hints = self.hints, []
        tested, self.tested = self.tested, dict(self.tested)
        self.depth += 1
        inner = Scope(index, scope)
        parameters: list[Parameter] = []
        if owner is not None:
            own = builder.add(inner, "parameter", (start, start), "self")
            if receiver:
                inner.environment[receiver] = own
            parameters.append(Parameter("self", own, None, None))
        parameters += self._parameters(scope, inner, node.child_by_field_name("parameters"))
        promised = node.child_by_field_name("result")
        result = self.type_value(scope, promised) if promised is not None else None
        opened.function = Function(name, qualified, owner, scope.function, tuple(parameters), (), (), "", start, end, False, result)
        self.named_results.append(self._results_named(inner, promised))
        self.result_counts.append(_count(promised))
        body = node.child_by_field_name("body")
        if body is not None:
            self.block(inner, body)
        given = {parameter.name for parameter in parameters}
        opened.returns += [value for function, root, value in self.filled if function == index and root in given]
        self.filled = [known for known in self.filled if known[0] != index]
        self.named_results.pop()
        self.result_counts.pop()
        self.depth -= 1
        self.hints, self.tested = hints, tested
        return index

    def _results_named(self, scope: Scope, promised: Node | None) -> tuple[str, ...]:
        names: list[str] = []
        for child in named(promised) if promised is not None and promised.type == "parameter_list" else []:
            typed = child.child_by_field_name("type")
            for name in child.children_by_field_name("name"):
                names.append(self.text(name))
                value = self.zero(scope, typed) if typed is not None else self.builder.add(scope, "unknown", lines(name), "unset")
                self.builder.write(scope, self.text(name), value)
        return tuple(names)

    def _parameters(self, scope: Scope, inner: Scope, node: Node | None) -> list[Parameter]:
        found: list[Parameter] = []
        for child in named(node) if node is not None else []:
            typed = child.child_by_field_name("type")
            splat = child.type == "variadic_parameter_declaration"
            names = [name for name in child.children_by_field_name("name") if name.is_named]
            for name in names or [child]:
                text = self.text(name) if names else "_"
                annotation = self.type_value(scope, typed) if typed is not None else None
                value = self.builder.add(inner, "parameter", lines(child), text)
                if text != "_":
                    self.declared_types[text] = self.text(typed) if typed is not None else ""
                    self.builder.write(inner, text, value)
                found.append(Parameter(text, value, annotation, None, "*" if splat else ""))
        return found


def _count(promised: Node | None) -> int:
    """How many results a function has."""
    if promised is None or promised.type != "parameter_list":
        return 1
    return sum(max(1, len(child.children_by_field_name("name"))) for child in named(promised))
