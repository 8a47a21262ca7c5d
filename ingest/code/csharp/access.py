"""What C# names and accesses mean: variables, members of the classes around, `a.b`, `a?.b` and `a[k]`.

A name that no variable has is a member of the class around; what a class inherits, or has in other files, cannot be told from a name of
outside, so that it is either.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tree_sitter import Node

from ingest.code.csharp.names import KNOWN
from ingest.code.graph import GraphBuilder, Scope
from ingest.code.tree import TreeReader, lines, named

# What web frameworks' base classes give to the classes built on them.
_INHERITED = frozenset({"Request", "Response", "User", "HttpContext", "Context", "Clients", "Groups", "ModelState", "Url", "RouteData",
                        "ViewBag", "ViewData", "TempData"})  # fmt: skip


@dataclass(slots=True)
class OpenClass:
    """A class whose body is being read: what its names mean inside."""

    name: str
    qualified: str
    derived: bool  # it has bases or other parts, whose members it may use
    primary: bool = False  # its constructor's parameters stand behind its name: what fields are given is made of them
    is_open: bool = False  # a framework calls its public methods by name
    fields: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    nested: dict[str, int] = field(default_factory=dict)  # classes in it, as values
    types: dict[str, Node] = field(default_factory=dict)  # declared types of fields
    late: list[tuple[str, int | None, int | None, int]] = field(default_factory=list)  # what static code puts into its fields


class Access(TreeReader):
    """Reads names and accesses; `expressions.Expressions` adds the rest."""

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self.receivers: list[int] = []  # what stands before `?.`
        self.classes: list[OpenClass] = []

    # Names

    def _name(self, scope: Scope, node: Node) -> int:
        name = self.text(node).removeprefix("@")
        where = lines(node)
        if self.known(scope, name):
            return self.builder.read(scope, name, where)
        for cls in reversed(self.classes):
            if name in cls.nested:
                return cls.nested[name]
            if name in cls.fields or name in cls.methods:
                return self._of(scope, cls, name, where)
            if name == cls.name:
                return self.class_value(scope, cls, where)
        if self.classes and self.classes[-1].derived and name not in KNOWN and name not in self.builder.variables:
            inherited = name[:1].islower() or name[:1] == "_" or name in _INHERITED
            member = self._of(scope, self.classes[-1], name, where)
            return member if inherited else self.builder.add(scope, "choice", where, "or", (self.free_name(scope, name, where), member))
        return self.free_name(scope, name, where)

    def free_name(self, scope: Scope, name: str, where: tuple[int, int]) -> int:
        if scope.parent is None and name in scope.environment:  # a variable of top-level statements
            return self.builder.read(scope, name, where)
        return self.builder.add(scope, "name", where, name)

    def class_value(self, scope: Scope, cls: OpenClass, where: tuple[int, int]) -> int:
        return self.builder.add(scope, "class", where, cls.qualified)

    def _of(self, scope: Scope, cls: OpenClass, name: str, where: tuple[int, int]) -> int:
        """A member of a class around, written by its bare name."""
        key = f"{cls.name}.this.{name}"
        if self.known(scope, key):
            return self.builder.read(scope, key, where)
        return self.builder.add(scope, "attribute", where, name, (self.receiver(scope, cls, where),))

    def receiver(self, scope: Scope, cls: OpenClass, where: tuple[int, int]) -> int:
        """The object of that class whose code this is; the class itself in static code."""
        key = f"{cls.name}.this"
        return self.builder.read(scope, key, where) if self.known(scope, key) else self.class_value(scope, cls, where)

    def _this(self, scope: Scope, node: Node) -> int:
        if not self.classes:
            return self.builder.add(scope, "unknown", lines(node), "this")
        return self.receiver(scope, self.classes[-1], lines(node))

    def _base(self, scope: Scope, node: Node) -> int:
        callee = self.builder.add(scope, "name", lines(node), "@super")
        return self.builder.add(scope, "call", lines(node), "", (callee,), ("",))

    def _generic(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        return self.value(scope, inner[0]) if inner else self.unknown(scope, node)

    def _qualified(self, scope: Scope, node: Node) -> int:
        qualifier, name = node.child_by_field_name("qualifier"), node.child_by_field_name("name")
        if qualifier is None or name is None:
            return self.unknown(scope, node)
        return self.builder.add(scope, "attribute", lines(node), self.plain(name), (self.value(scope, qualifier),))

    def _aliased(self, scope: Scope, node: Node) -> int:
        name = node.child_by_field_name("name")
        return self.value(scope, name) if name is not None else self.unknown(scope, node)

    def _predefined(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "name", lines(node), self.text(node))

    def plain(self, node: Node) -> str:
        """A name without its type arguments."""
        if node.type == "generic_name" and node.named_children:
            node = node.named_children[0]
        return self.text(node).removeprefix("@")

    # Access

    def path(self, scope: Scope, node: Node) -> str | None:
        """The variable a plain name, `this.name` or `a.b` is kept under, else None."""
        while node.type in ("parenthesized_expression", "postfix_unary_expression") and node.named_children:
            node = node.named_children[0]
        if node.type == "identifier":
            name = self.text(node).removeprefix("@")
            if self.known(scope, name) or (scope.parent is None and name in scope.environment):
                return name
            cls = next((cls for cls in reversed(self.classes) if name in cls.fields), None)
            return f"{cls.name}.this.{name}" if cls is not None and self.known(scope, f"{cls.name}.this") else None
        if node.type == "member_access_expression":
            inner, attribute = node.child_by_field_name("expression"), node.child_by_field_name("name")
            if inner is None or attribute is None:
                return None
            if inner.type == "this" and self.classes:
                return f"{self.classes[-1].name}.this.{self.plain(attribute)}"
            before = self.path(scope, inner)
            return f"{before}.{self.plain(attribute)}" if before is not None and len(before) < 200 else None
        return None

    def _member(self, scope: Scope, node: Node) -> int:
        inner, attribute = node.child_by_field_name("expression"), node.child_by_field_name("name")
        if inner is None or attribute is None:
            return self.unknown(scope, node)
        path = self.path(scope, node)
        if path is not None and (self.known(scope, path) or (scope.parent is None and path in scope.environment)):
            return self.builder.read(scope, path, lines(node))
        return self.part(scope, self.value(scope, inner), self.plain(attribute), lines(attribute))

    def part(self, scope: Scope, base: int, name: str, where: tuple[int, int]) -> int:
        """`base.name`."""
        if name in ("Length", "Count"):
            callee = self.builder.add(scope, "name", where, "@len")
            return self.builder.add(scope, "call", where, "", (callee, base), ("", ""))
        if name == "Result" and self.builder.kind_of(base) == "call":
            return self.builder.add(scope, "await", where, "", (base,))
        return self.builder.add(scope, "attribute", where, name, (base,))

    def _conditional(self, scope: Scope, node: Node) -> int:
        """`a?.b`: what stands behind it is read as if on `a`."""
        condition, inner = node.child_by_field_name("condition"), named(node)
        if condition is None or len(inner) < 2:
            return self.unknown(scope, node)
        self.receivers.append(self.value(scope, condition))
        value = self.value(scope, inner[-1])
        self.receivers.pop()
        return value

    def _bound_member(self, scope: Scope, node: Node) -> int:
        name = node.child_by_field_name("name")
        if name is None or not self.receivers:
            return self.unknown(scope, node)
        return self.part(scope, self.receivers[-1], self.plain(name), lines(node))

    def _bound_element(self, scope: Scope, node: Node) -> int:
        if not self.receivers:
            return self.unknown(scope, node)
        return self.entry(scope, node, self.receivers[-1], named(node))

    def _subscript(self, scope: Scope, node: Node) -> int:
        inner, index = node.child_by_field_name("expression"), node.child_by_field_name("subscript")
        if inner is None or index is None:
            return self.unknown(scope, node)
        return self.entry(scope, node, self.value(scope, inner), named(index))

    def entry(self, scope: Scope, node: Node, base: int, keys: list[Node]) -> int:
        if not keys:
            return self.builder.add(scope, "index", lines(node), "", (base, base))
        key = self.value(scope, keys[0])
        text = self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else ""
        return self.builder.add(scope, "index", lines(node), text, (base, key))
