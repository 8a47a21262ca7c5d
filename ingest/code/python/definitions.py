"""Python modules, functions, classes and imports.

`Definitions` reads a module: parameters with what stands at them, decorators, fields of class bodies, methods, and what imports bind.
"""

from __future__ import annotations

from dataclasses import replace

from tree_sitter import Node

from ingest.code.graph import OpenFunction, Scope
from ingest.code.python.statements import Statements
from ingest.code.tree import lines
from ingest.facts import Class, Function, Import, Parameter


class Definitions(Statements):
    """Reads a module: `read_module(root)` fills the builder."""

    def read_module(self, root: Node) -> None:
        end = root.end_point[0] + 1
        top = Function("<module>", f"{self.builder.module}.<module>", None, None, (), (), (), self._docstring(root), 1, end)
        self.builder.functions.append(OpenFunction(top))
        scope = Scope(0, None)
        self.block(scope, root)

    # Definitions

    def _definition(self, scope: Scope, node: Node) -> None:
        decorators: tuple[int, ...] = ()
        definition: Node | None = node
        if node.type == "decorated_definition":
            decorators = tuple(
                self.value(scope, child.named_children[0])
                for child in node.named_children
                if child.type == "decorator" and child.named_children
            )
            definition = node.child_by_field_name("definition")
        if definition is None:
            return
        name_node = definition.child_by_field_name("name")
        if name_node is None:
            return
        name = self.text(name_node)
        if definition.type == "class_definition":
            self._class(scope, definition, name, decorators, node)
            return
        self._function(scope, definition, name, decorators, node, None)

    def _function(self, scope: Scope, node: Node, name: str, decorators: tuple[int, ...], whole: Node, owner: str | None) -> int:
        is_async = bool(node.children) and node.children[0].type == "async"
        index, inner, qualified = self.open_function(scope, node, name, node.child_by_field_name("parameters"), decorators, owner, is_async)
        returns = node.child_by_field_name("return_type")
        if returns is not None:
            opened = self.builder.functions[index]
            opened.function = replace(opened.function, result=self.value(scope, returns))
        value = self.builder.add(scope, "function", (whole.start_point[0] + 1, node.start_point[0] + 1), qualified, decorators)
        self.builder.write(scope, name, value)
        body = node.child_by_field_name("body")
        if body is not None:
            self.block(inner, body)
        return index

    def open_function(
        self, scope: Scope, node: Node, name: str, parameters: Node | None, decorators: tuple[int, ...], owner: str | None, is_async: bool
    ) -> tuple[int, Scope, str]:
        """Declares a function and gives its index, its scope with the parameters bound, and its qualified name."""
        enclosing = self.builder.functions[scope.function].function
        prefix = owner or (self.builder.module if enclosing.name == "<module>" else enclosing.qualified_name)
        qualified = f"{prefix}.{name}"
        index = len(self.builder.functions)
        body = node.child_by_field_name("body")
        start = (
            node.parent.start_point[0] + 1
            if node.parent is not None and node.parent.type == "decorated_definition"
            else node.start_point[0] + 1
        )
        docstring = self._docstring(body) if body is not None and body.type == "block" else ""
        self.builder.functions.append(
            OpenFunction(
                Function(name, qualified, owner, scope.function, (), decorators, (), docstring, start, node.end_point[0] + 1, is_async)
            )
        )
        inner = Scope(index, scope)
        bound = tuple(self._parameter(scope, inner, child) for child in (parameters.named_children if parameters is not None else []))
        given = tuple(parameter for parameter in bound if parameter is not None)
        self.builder.functions[index].function = Function(
            name, qualified, owner, scope.function, given, decorators, (), docstring, start, node.end_point[0] + 1, is_async
        )
        return index, inner, qualified

    def _parameter(self, scope: Scope, inner: Scope, node: Node) -> Parameter | None:
        name_node, annotation, default, splat = node, node.child_by_field_name("type"), node.child_by_field_name("value"), ""
        if node.type in ("default_parameter", "typed_default_parameter"):
            named = node.child_by_field_name("name")
            if named is None:
                return None
            name_node = named
        elif node.type == "typed_parameter" and node.named_children:
            name_node = node.named_children[0]
        if name_node.type in ("list_splat_pattern", "dictionary_splat_pattern") and name_node.named_children:
            splat = "*" if name_node.type == "list_splat_pattern" else "**"
            name_node = name_node.named_children[0]
        if name_node.type != "identifier":
            return None
        name = self.text(name_node)
        value = self.builder.add(inner, "parameter", lines(name_node), name)
        inner.environment[name] = value
        return Parameter(
            name, value, None if annotation is None else self.value(scope, annotation), None if default is None else self.value(scope,
            default),
            "*" if splat == "*" else "**" if splat == "**" else "",
        )  # fmt: skip

    def _class(self, scope: Scope, node: Node, name: str, decorators: tuple[int, ...], whole: Node) -> None:
        enclosing = self.builder.functions[scope.function].function
        prefix = self.builder.module if enclosing.name == "<module>" else enclosing.qualified_name
        qualified = f"{prefix}.{name}"
        bases: list[int] = []
        keywords: list[tuple[str, int]] = []
        arguments = node.child_by_field_name("superclasses")
        for argument in arguments.named_children if arguments is not None else []:
            if argument.type == "keyword_argument":
                label, given = argument.child_by_field_name("name"), argument.child_by_field_name("value")
                if label is not None and given is not None:
                    keywords.append((self.text(label), self.value(scope, given)))
            elif argument.type != "comment":
                bases.append(self.value(scope, argument))
        value = self.builder.add(scope, "class", (whole.start_point[0] + 1, node.start_point[0] + 1), qualified, decorators)
        self.builder.write(scope, name, value)
        inner = Scope(scope.function, scope, is_class=True)
        fields: list[tuple[str, int | None, int | None, int]] = []
        methods: list[int] = []
        body = node.child_by_field_name("body")
        for statement in body.named_children if body is not None else []:
            self._class_statement(inner, statement, qualified, fields, methods)
        self.builder.classes.append(
            Class(name, qualified, tuple(bases), tuple(keywords), decorators, tuple(fields), tuple(methods),
                  self._docstring(body) if body is not None else "", whole.start_point[0] + 1, node.end_point[0] + 1)
        )  # fmt: skip

    def _class_statement(
        self, scope: Scope, node: Node, owner: str, fields: list[tuple[str, int | None, int | None, int]], methods: list[int]
    ) -> None:
        definition, decorators = node, tuple[int, ...]()
        if node.type == "decorated_definition":
            inner = node.child_by_field_name("definition")
            if inner is None:
                return
            definition = inner
        if definition.type == "function_definition":
            if node.type == "decorated_definition":
                decorators = tuple(
                    self.value(scope, child.named_children[0])
                    for child in node.named_children
                    if child.type == "decorator" and child.named_children
                )
            name = definition.child_by_field_name("name")
            if name is not None and self.depth <= self.max_depth:
                self.depth += 1
                methods.append(self._function(scope, definition, self.text(name), decorators, node, owner))
                self.depth -= 1
            return
        inner_node = node.named_children[0] if node.type == "expression_statement" and node.named_children else node
        if inner_node.type == "assignment":
            left, right, annotation = (inner_node.child_by_field_name(part) for part in ("left", "right", "type"))
            if left is not None and left.type == "identifier":
                given = None if right is None else self.value(scope, right)
                typed = None if annotation is None else self.value(scope, annotation)
                fields.append((self.text(left), typed, given, left.start_point[0] + 1))
                if given is not None:
                    self.builder.write(scope, self.text(left), given)
                return
        self.statement(scope, node)

    # Imports

    def _import(self, scope: Scope, node: Node) -> None:
        line = node.start_point[0] + 1
        if node.type == "import_statement":
            for child in node.children_by_field_name("name"):
                if child.type == "aliased_import":
                    name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                    if name is not None and alias is not None:
                        self.builder.imports.append(Import(self.text(alias), self.text(name), line, scope.function))
                else:
                    # `import a.b` binds `a`; a.b is reached through it.
                    full = self.text(child)
                    self.builder.imports.append(Import(full.split(".")[0], full.split(".")[0], line, scope.function))
            return
        source = node.child_by_field_name("module_name")
        if source is None:
            return
        module = self._absolute(self.text(source))
        names = node.children_by_field_name("name")
        for child in names:
            if child.type == "aliased_import":
                name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                if name is not None and alias is not None:
                    self.builder.imports.append(Import(self.text(alias), f"{module}.{self.text(name)}", line, scope.function))
            else:
                self.builder.imports.append(Import(self.text(child), f"{module}.{self.text(child)}", line, scope.function))
        if not names:
            self.builder.imports.append(Import("*", module, line, scope.function))

    def _absolute(self, module: str) -> str:
        """`..utils` in `src/agents/desk.py` -> `src.utils`: by folders, as whether `src` is a package itself is not seen from here."""
        dots = len(module) - len(module.lstrip("."))
        if not dots:
            return module
        folders = self.builder.path.split("/")[:-1]
        return ".".join([*folders[: max(len(folders) + 1 - dots, 0)], *([module[dots:]] if module[dots:] else [])])

    def _docstring(self, block: Node) -> str:
        first = next((child for child in block.named_children if child.type != "comment"), None)
        if first is None or first.type != "expression_statement" or not first.named_children or first.named_children[0].type != "string":
            return ""
        return "".join(self.text(child) for child in first.named_children[0].children if child.type == "string_content")
