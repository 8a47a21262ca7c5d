"""What Java names and accesses mean: variables, members of the classes around, packages, `a.b` and `a[i]`.

A name that no variable has is a field of the class around, as `this.name`; a whole name may begin with a package that no import names.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tree_sitter import Node

from ingest.code.graph import GraphBuilder, Scope
from ingest.code.tree import TreeReader, lines, named
from ingest.facts import Import

_MAX_PARTS = 9  # of a name whose value is followed


@dataclass(slots=True)
class OpenClass:
    """A class whose body is being read: what its names mean inside."""

    name: str
    qualified: str
    static: bool
    derived: bool  # it has a superclass, whose fields and methods it may use
    fields: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    nested: dict[str, int] = field(default_factory=dict)  # classes in it, as values
    late: list[tuple[str, int | None, int | None, int]] = field(default_factory=list)  # what static code puts into its fields


class Access(TreeReader):
    """Reads names and accesses; `expressions.Expressions` adds the rest."""

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self.classes: list[OpenClass] = []
        self.free: dict[str, int] = {}  # names that nothing in the file is known to define, and where
        self.type_names: list[set[str]] = []  # type parameters of what is open
        self.static_names: set[str] = set()  # what `import static` brings

    # Names

    def _name(self, scope: Scope, node: Node) -> int:
        name = self.text(node)
        if self.known(scope, name):
            return self.builder.read(scope, name, lines(node))
        for depth, cls in enumerate(reversed(self.classes)):
            if name in cls.nested:
                return cls.nested[name]
            if name == cls.name:
                return self.free_name(scope, name, lines(node)) if depth == len(self.classes) - 1 else self._class_value(cls)
            if name in cls.fields:
                return self._of(scope, cls, name, node)
        if name[:1].islower() and self.classes and self.classes[-1].derived and name not in self.static_names:
            return self._of(scope, self.classes[-1], name, node)
        return self.free_name(scope, name, lines(node))

    def free_name(self, scope: Scope, name: str, where: tuple[int, int]) -> int:
        self.free.setdefault(name, where[0])
        return self.builder.add(scope, "name", where, name)

    def _class_value(self, cls: OpenClass) -> int:
        for outer in self.classes:
            if outer.nested.get(cls.name) is not None:
                return outer.nested[cls.name]
        return self.builder.variables.get(cls.name, [0])[0]

    def _of(self, scope: Scope, cls: OpenClass, name: str, node: Node) -> int:
        """A field or method of a class around, written by its bare name."""
        holder = self.receiver(scope, cls, lines(node))
        key = f"{cls.name}.this.{name}"
        if self.known(scope, key):
            return self.builder.read(scope, key, lines(node))
        return self.builder.add(scope, "attribute", lines(node), name, (holder,))

    def receiver(self, scope: Scope, cls: OpenClass, where: tuple[int, int]) -> int:
        """The object of that class whose code this is; the class itself in static code."""
        key = f"{cls.name}.this"
        if self.known(scope, key):
            return self.builder.read(scope, key, where)
        inner = self.classes[-1]
        if cls is not inner and not inner.static and self.known(scope, f"{inner.name}.this"):
            own = self.builder.read(scope, f"{inner.name}.this", where)
            return self.builder.add(scope, "attribute", where, key, (own,))
        return self.builder.add(scope, "class", where, cls.qualified)

    def _this(self, scope: Scope, node: Node) -> int:
        if not self.classes:
            return self.builder.add(scope, "unknown", lines(node), "this")
        return self.receiver(scope, self.classes[-1], lines(node))

    def _super(self, scope: Scope, node: Node) -> int:
        callee = self.builder.add(scope, "name", lines(node), "@super")
        return self.builder.add(scope, "call", lines(node), "", (callee,), ("",))

    # Access

    def path(self, scope: Scope, node: Node, parts: int = _MAX_PARTS) -> str | None:
        """The variable a plain name or `this.name` is kept under, else None."""
        while node.type == "parenthesized_expression" and node.named_children:
            node = node.named_children[0]
        if node.type == "identifier":
            name = self.text(node)
            if self.known(scope, name):
                return name
            cls = next((cls for cls in reversed(self.classes) if name in cls.fields), None)
            return f"{cls.name}.this.{name}" if cls is not None and self.known(scope, f"{cls.name}.this") else None
        if node.type == "field_access":
            inner, attribute = node.child_by_field_name("object"), node.child_by_field_name("field")
            if inner is None or attribute is None or not parts:
                return None
            if inner.type == "this" and self.classes:
                return f"{self.classes[-1].name}.this.{self.text(attribute)}"
            before = self.path(scope, inner, parts - 1)
            return f"{before}.{self.text(attribute)}" if before is not None and len(before) < 200 else None
        return None

    def _field(self, scope: Scope, node: Node) -> int:
        inner, attribute = node.child_by_field_name("object"), node.child_by_field_name("field")
        if inner is None or attribute is None:
            return self.unknown(scope, node)
        name = self.text(attribute)
        if name == "this":
            cls = next((cls for cls in reversed(self.classes) if cls.name == self.text(inner)), None)
            return self.receiver(scope, cls, lines(node)) if cls is not None else self.unknown(scope, node)
        path = self.path(scope, node)
        if path is not None and self.known(scope, path):
            return self.builder.read(scope, path, lines(node))
        root = self._package_root(scope, node)
        if root is not None:
            self._whole_name(root)
        base = self.value(scope, inner)
        if name == "length":
            callee = self.builder.add(scope, "name", lines(attribute), "@len")
            return self.builder.add(scope, "call", lines(node), "", (callee, base), ("", ""))
        return self.builder.add(scope, "attribute", lines(attribute), name, (base,))

    def _package_root(self, scope: Scope, node: Node) -> str | None:
        """The first word of a name written with its package: `java` of `java.nio.file.Files`."""
        text = self.text(node)
        words = text.split(".")
        if len(words) < 2 or not all(word.isidentifier() for word in words) or not words[0][:1].islower() or words[0] in ("this", "super"):
            return None
        if self.known(scope, words[0]) or any(words[0] in cls.fields for cls in self.classes):
            return None
        return words[0] if words[0] in ("java", "javax", "jakarta", "com", "org", "dev", "io", "net", "kotlin", "software", "ai") else None

    def _whole_name(self, root: str) -> None:
        if not any(given.local == root for given in self.builder.imports):
            self.builder.imports.append(Import(root, root, 1, 0))

    def _scoped(self, scope: Scope, node: Node) -> int:
        words = self.text(node).replace(" ", "").split(".")
        if words[0][:1].islower():
            self._whole_name(words[0])
            value = self.builder.add(scope, "name", lines(node), words[0])
        else:
            found = next((cls.nested[words[0]] for cls in reversed(self.classes) if words[0] in cls.nested), None)
            value = found if found is not None else self.free_name(scope, words[0], lines(node))
        for word in words[1:]:
            value = self.builder.add(scope, "attribute", lines(node), word, (value,))
        return value

    def _scoped_type(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        if len(inner) == 2 and inner[0].type in ("generic_type", "annotated_type"):
            base = self.value(scope, inner[0])
            return self.builder.add(scope, "attribute", lines(node), self.text(inner[1]), (base,))
        return self._scoped(scope, node)

    def _subscript(self, scope: Scope, node: Node) -> int:
        inner, index = node.child_by_field_name("array"), node.child_by_field_name("index")
        if inner is None or index is None:
            return self.unknown(scope, node)
        base, key = self.value(scope, inner), self.value(scope, index)
        text = self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else ""
        return self.builder.add(scope, "index", lines(node), text, (base, key))
