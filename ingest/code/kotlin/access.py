"""What Kotlin names and accesses mean: variables, members of the classes around, receivers of lambdas, packages, `a.b` and `a[i]`.

A name that no variable has is a member of the class around, of what a lambda is the receiver of, or of the package. A property of an
object is a field of it, or what its `getX()` gives: classes of Java have nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from ingest.code.graph import GraphBuilder, Scope
from ingest.code.java import access as java
from ingest.code.java.access import OpenClass
from ingest.code.kotlin.names import ROOTS, global_name
from ingest.code.tree import lines, named

_MAX_PARTS = 9  # of a name whose value is followed
_MOST_PARTS = 40  # of a chain that is looked through for a class or a package
_WRAPPED = frozenset({"parenthesized_expression", "unary_expression", "as_expression"})
_CLASS_OBJECT = frozenset({"class", "java", "javaClass", "javaObjectType", "kotlin", "javaPrimitiveType", "Companion", "INSTANCE"})
_NO_GETTER = frozenset({"length", "size", "lastIndex", "indices", "first", "second", "third", "ordinal"})


@dataclass(slots=True)
class Receiver:
    """What a lambda's bare names may be members of: `x.apply { name = "a" }`, or the lambda of a builder."""

    variable: str  # under which its value is kept
    callee: int | None = None  # of the call that is given the lambda, where nothing else is known of it
    said: list[tuple[str, int]] | None = None  # what is called and set on it, by name


class Access(java.Access):
    """Reads names and accesses; `expressions.Expressions` adds the rest."""

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self.last = data.count(b"\n") + 1  # line of the file
        self.top: set[str] = set()  # what the file defines at its top level
        self.imported: dict[str, str] = {}  # local names to what is imported by name
        self.opened: list[str] = []  # packages and classes that are imported as a whole
        self.receivers: list[Receiver] = []
        self.computed: dict[str, set[str]] = {}  # classes to their properties that are computed when they are read
        self.bases: set[int] = set()  # nodes that are the beginning of `a.b` or `a(b)`

    def last_line(self, node: Node) -> int:
        """The last line of a node, which may end with the line break that the grammar alone is given."""
        return min(node.end_point[0] + 1, self.last)

    # Names

    def _name(self, scope: Scope, node: Node) -> int:
        return self.name_value(scope, self.text(node).strip("`"), lines(node))

    def name_value(self, scope: Scope, name: str, where: tuple[int, int]) -> int:
        """What a bare name holds."""
        builder = self.builder
        if self.known(scope, name):
            return builder.read(scope, name, where)
        if name in ("true", "false"):
            return builder.add(scope, "constant", where, name.capitalize(), constant="boolean")
        if name == "null":
            return builder.add(scope, "constant", where, "None", constant="none")
        if name == "this":
            return self.this_value(scope, where)
        for depth, cls in enumerate(reversed(self.classes)):
            if name in cls.nested:
                return cls.nested[name]
            if name == cls.name:
                return self.free_name(scope, name, where) if depth == len(self.classes) - 1 else self._class_value(cls)
            if name in cls.fields or name in cls.methods:
                return self.member(scope, cls, name, where)
        if name[:1].isupper() or name in self.top or name in self.imported:
            return self.free_name(scope, name, where)
        if name in ROOTS:
            self._whole_name(name)
            return self.free_name(scope, name, where)
        possible = [builder.add(scope, "attribute", where, name, (holder,)) for holder in self.holders(scope, where)]
        return self.either_of(scope, where, [*possible, self.free_name(scope, name, where)])

    def holders(self, scope: Scope, where: tuple[int, int]) -> list[int]:
        """Objects that a bare name may be a member of, the innermost first: receivers of lambdas, and a class that inherits."""
        found: list[int] = []
        for receiver in self.receivers[: -3 if len(self.receivers) > 2 else None : -1]:
            if self.known(scope, receiver.variable):
                found.append(self.builder.read(scope, receiver.variable, where))
            if receiver.callee is not None:
                found.append(receiver.callee)
        if self.classes and self.classes[-1].derived:
            found.append(self.receiver(scope, self.classes[-1], where))
        return list(dict.fromkeys(found))

    def either_of(self, scope: Scope, where: tuple[int, int], values: list[int]) -> int:
        return values[0] if len(values) == 1 else self.builder.add(scope, "choice", where, "", tuple(values))

    def is_own_name(self, scope: Scope, name: str) -> bool:
        """Whether the file itself says what a name is: a variable, a member of a class around, a definition, an import."""
        if name in self.top or name in self.imported or self.known(scope, name):
            return True
        return any(name in cls.methods or name in cls.fields or name in cls.nested for cls in self.classes)

    def member(self, scope: Scope, cls: OpenClass, name: str, where: tuple[int, int]) -> int:
        """A field or method of a class around, written by its bare name."""
        holder = self.receiver(scope, cls, where)
        if name in self.computed.get(cls.qualified, ()):
            return self.got(scope, name, holder, where)
        key = f"{cls.name}.this.{name}"
        if self.known(scope, key):
            return self.builder.read(scope, key, where)
        return self.builder.add(scope, "attribute", where, name, (holder,))

    def got(self, scope: Scope, name: str, holder: int, where: tuple[int, int]) -> int:
        """What `holder.getName()` gives."""
        callee = self.builder.add(scope, "attribute", where, getter_of(name), (holder,))
        return self.builder.add(scope, "call", where, "", (callee,), ("",))

    def this_value(self, scope: Scope, where: tuple[int, int]) -> int:
        if self.receivers and self.known(scope, self.receivers[-1].variable):
            return self.builder.read(scope, self.receivers[-1].variable, where)
        if not self.classes:
            return self.builder.add(scope, "unknown", where, "this")
        return self.receiver(scope, self.classes[-1], where)

    def _this(self, scope: Scope, node: Node) -> int:
        label = named(node)
        if label:
            cls = next((cls for cls in reversed(self.classes) if cls.name == self.text(label[0])), None)
            if cls is not None:
                return self.receiver(scope, cls, lines(node))
        return self.this_value(scope, lines(node))

    # Access

    def path(self, scope: Scope, node: Node, parts: int = _MAX_PARTS) -> str | None:
        """The variable a plain name or `this.name` is kept under, else None."""
        for _ in range(_MAX_PARTS):
            if node.type not in _WRAPPED or not node.named_children:
                break
            node = node.named_children[0]
        if node.type == "identifier":
            name = self.text(node).strip("`")
            if self.known(scope, name):
                return name
            cls = next((cls for cls in reversed(self.classes) if name in cls.fields), None)
            return f"{cls.name}.this.{name}" if cls is not None and self.known(scope, f"{cls.name}.this") else None
        if node.type == "navigation_expression":
            inner = named(node)
            if len(inner) != 2 or not parts:
                return None
            if inner[0].type == "this_expression" and self.classes and not self.receivers:
                return f"{self.classes[-1].name}.this.{self.text(inner[1])}"
            before = self.path(scope, inner[0], parts - 1)
            return f"{before}.{self.text(inner[1])}" if before is not None and len(before) < 200 else None
        return None

    def base(self, scope: Scope, node: Node) -> int:
        """The value of what an access or a call begins with."""
        self.bases.add(node.id)
        return self.value(scope, node)

    def _navigation(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        if len(inner) != 2:
            return self.unknown(scope, node)
        name = self.text(inner[1]).strip("`")
        path = self.path(scope, node)
        if path is not None and self.known(scope, path):
            return self.builder.read(scope, path, lines(node))
        base = self.base(scope, inner[0])
        if name in _CLASS_OBJECT:
            return base  # `Foo::class.java`, `Foo.Companion`
        if name in ("length", "size"):
            callee = self.builder.add(scope, "name", lines(inner[1]), "@len")
            return self.builder.add(scope, "call", lines(node), "", (callee, base), ("", ""))
        if inner[0].type == "this_expression" and self.classes and name in self.computed.get(self.classes[-1].qualified, ()):
            return self.got(scope, name, base, lines(inner[1]))
        read = self.builder.add(scope, "attribute", lines(inner[1]), name, (base,))
        if not self._may_be_got(inner[0], name) or self.builder.kind_of(base) == "class":
            return read
        return self.builder.add(scope, "choice", lines(inner[1]), "or", (read, self.got(scope, name, base, lines(inner[1]))))

    def _may_be_got(self, inner: Node, name: str) -> bool:
        """Whether `a.name` may be a call of Java's `a.getName()`: not of a class, a package or the object itself."""
        if not name[:1].islower() or name in _NO_GETTER or inner.type in ("this_expression", "super_expression"):
            return False
        for _ in range(_MOST_PARTS):  # no package has as many: a longer chain is one of objects
            if inner.type != "navigation_expression" or not inner.named_children:
                break
            last = self.text(inner.named_children[-1])
            if last[:1].isupper() or last in _CLASS_OBJECT:
                return False
            inner = inner.named_children[0]
        if inner.type != "identifier":
            return True
        root = self.text(inner)
        return not root[:1].isupper() and not (root in ROOTS and root not in self.imported)

    def _subscript(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        if len(inner) < 2:
            return self.unknown(scope, node)
        base, key = self.base(scope, inner[0]), self.value(scope, inner[1])
        text = self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else ""
        return self.builder.add(scope, "index", lines(node), text, (base, key))

    def is_known_to_language(self, name: str) -> bool:
        return global_name(name) is not None


def getter_of(name: str) -> str:
    """The method that a property is for Java."""
    return name if name.startswith("is") and name[2:3].isupper() else f"get{name[:1].upper()}{name[1:]}"
