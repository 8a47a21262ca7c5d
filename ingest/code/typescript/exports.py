"""What a module takes from others and gives to them: ES modules and CommonJS, as one way of naming things."""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.graph import OpenFunction, Scope
from ingest.code.tree import lines, named
from ingest.code.typescript.definitions import CLASSES, NAMED_FUNCTIONS, Definitions
from ingest.code.typescript.names import specifier
from ingest.facts import OFFERED, Function, Import


class ModuleReader(Definitions):
    """Reads a file: `read_module(root)` fills the builder."""

    def read_module(self, root: Node) -> None:
        top = Function("<module>", f"{self.builder.module}.<module>", None, None, (), (), (), "", 1, root.end_point[0] + 1)
        self.builder.functions.append(OpenFunction(top))
        self.run(Scope(0, None), root.named_children)

    def module_statement(self, scope: Scope, node: Node) -> None:
        if node.type == "import_statement":
            self._import(scope, node)
        else:
            self._export(scope, node)

    def _add_import(self, scope: Scope, local: str, target: str, node: Node) -> None:
        self.builder.imports.append(Import(local, target, node.start_point[0] + 1, scope.function))

    def _import(self, scope: Scope, node: Node) -> None:
        source = node.child_by_field_name("source")
        for clause in named(node):
            if clause.type == "import_require_clause":
                inner = clause.child_by_field_name("source")
                if inner is not None and clause.named_children:
                    module = specifier(self.literal(inner), self.builder.path)
                    self._add_import(scope, self.text(clause.named_children[0]), module, node)
                    self._add_import(scope, self.text(clause.named_children[0]), f"{module}.default", node)
            elif clause.type == "import_clause" and source is not None:
                module = specifier(self.literal(source), self.builder.path)
                for part in named(clause):
                    if part.type == "identifier":
                        self._add_import(scope, self.text(part), f"{module}.default", node)
                    elif part.type == "namespace_import" and part.named_children:
                        self._add_import(scope, self.text(part.named_children[-1]), module, node)
                    elif part.type == "named_imports":
                        for given in named(part):
                            self._named_import(scope, given, module, node)

    def _named_import(self, scope: Scope, given: Node, module: str, node: Node) -> None:
        name, alias = given.child_by_field_name("name"), given.child_by_field_name("alias")
        if name is not None:
            written = self.literal(name) if name.type == "string" else self.text(name)
            self._add_import(scope, self.text(alias) if alias is not None else written, f"{module}.{written}", node)

    def _export(self, scope: Scope, node: Node) -> None:
        source = node.child_by_field_name("source")
        declaration, given = node.child_by_field_name("declaration"), node.child_by_field_name("value")
        is_default = any(child.type == "default" for child in node.children)
        if source is not None:
            self._reexport(scope, node, specifier(self.literal(source), self.builder.path))
            return
        if declaration is not None:
            decorators = self._decorators(scope, node)
            if declaration.type in CLASSES or declaration.type in NAMED_FUNCTIONS:
                name = self._define(scope, declaration, decorators)
                self._exported_name(name, node)
                if is_default and name and name != "default":
                    self._offer(scope, "default", scope.environment.get(name))
                    self._exported_name("default", node)
            else:
                before = set(self.builder.variables)
                self.statement(scope, declaration)
                for name in [name for name in self.builder.variables if name not in before]:  # in the order they are written
                    self._exported_name(name, node)
            return
        if given is not None:
            self.hints.append("default")
            self._offer(scope, "default", self.value(scope, given))
            self._exported_name("default", node)
            self.hints.pop()
            return
        for clause in named(node):
            if clause.type == "export_clause":
                for part in named(clause):
                    name_node, alias = part.child_by_field_name("name"), part.child_by_field_name("alias")
                    if name_node is not None:
                        name = self.text(name_node)
                        outer = self.text(alias) if alias is not None else name
                        self._exported_name(outer, node)
                        if outer != name or name not in self.builder.variables:
                            self._offer(scope, outer, self.builder.read(scope, name, lines(name_node)))

    def _reexport(self, scope: Scope, node: Node, module: str) -> None:
        stars = True
        for clause in named(node):
            if clause.type == "export_clause":
                stars = False
                for part in named(clause):
                    self._named_import(scope, part, module, node)
            elif clause.type == "namespace_export" and clause.named_children:
                stars = False
                self._add_import(scope, self.text(clause.named_children[-1]), module, node)
        if stars:
            self._add_import(scope, "*", module, node)

    def _offer(self, scope: Scope, name: str, value: int | None) -> None:
        """What other files get under a name; `export { a }` of an import is found through the import."""
        if value is not None and not (self.builder.kind_of(value) == "name" and self.builder.text_of(value) == name):
            self.builder.variables.setdefault(name, []).append(value)

    def exported(self, scope: Scope, target: Node, value: int) -> None:
        """`module.exports = x`, `exports.name = x`."""
        path = self.path(target)
        if path is None or not path.startswith(("module.exports", "exports.")):
            return
        name = path.removeprefix("module.").removeprefix("exports").removeprefix(".")
        self._offer(scope, name or "default", value)
        self._exported_name(name or "default", target)
        if not name and self.builder.kind_of(value) == "collection" and self.builder.text_of(value) == "dictionary":
            for label, member in zip(self.builder.labels_of(value), self.builder.inputs_of(value), strict=False):
                if label not in ("?", "**"):
                    self._offer(scope, label, member)
                    self._exported_name(label, target)

    def _exported_name(self, name: str | None, node: Node) -> None:
        """Notes that a module variable is offered to other files; the rest of them is the file's own."""
        if name:
            self.builder.imports.append(Import(OFFERED, name, node.start_point[0] + 1, 0))
