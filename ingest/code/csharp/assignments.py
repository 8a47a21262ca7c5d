"""C# assignments: what variables, fields, entries and deconstructed names hold from here on.

`x.P = v` is a store, `x[k] = v` an update of x, `(a, b) = v` takes v apart. The type that is declared for the target is what `new()` makes.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.csharp.access import OpenClass
from ingest.code.csharp.expressions import Expressions
from ingest.code.graph import Scope
from ingest.code.tree import lines, named
from ingest.facts import Store


class Assignments(Expressions):
    """Reads assignments; `patterns.Patterns` adds what is made of parts."""

    def _assignment(self, scope: Scope, node: Node) -> int:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None:
            return self.unknown(scope, node)
        sign = self.text(operator) if operator is not None else "="
        before = self.value(scope, left) if sign != "=" else None
        value = self.read_into(scope, right, self.text(left).rsplit(".", 1)[-1][:60] if left.type in (
            "identifier", "member_access_expression") else "", self.type_of(left))  # fmt: skip
        if sign == "??=" and before is not None:
            value = self.builder.add(scope, "choice", lines(node), "or", (before, value))
        elif before is not None:
            text = sign == "+=" and self.is_text(before, value)
            value = self.builder.add(scope, "format" if text else "operation", lines(node), sign[:-1], (before, value))
        self.assign(scope, left, value)
        return value

    def read_into(self, scope: Scope, node: Node, name: str, typed: Node | None) -> int:
        """The value of what is put into something of that name and type."""
        self.hints.append(name)
        self.wanted.append(typed)
        value = self.value(scope, node)
        self.wanted.pop()
        self.hints.pop()
        return value

    def type_of(self, node: Node) -> Node | None:
        """The type written at a variable or field."""
        name = self.text(node).removeprefix("this.")
        own = next((cls.types[name] for cls in reversed(self.classes) if name in cls.types), None)
        return self.declared_types.get(name, own)

    def assign(self, scope: Scope, target: Node, value: int) -> None:
        """`target = value`."""
        while target.type in ("parenthesized_expression", "postfix_unary_expression") and target.named_children:
            target = target.named_children[0]
        if target.type == "identifier":
            name = self.text(target).removeprefix("@")
            cls = None if self.known(scope, name) else next((c for c in reversed(self.classes) if name in c.fields), None)
            if cls is None and self.classes and self.classes[-1].derived and not self.known(scope, name) and scope.parent is not None:
                cls = self.classes[-1]
            if name == "_":
                return
            if cls is None:
                self.builder.write(scope, name, value)
            else:
                self._store(scope, cls, self.receiver(scope, cls, lines(target)), name, value, target)
        elif target.type == "member_access_expression":
            inner, attribute = target.child_by_field_name("expression"), target.child_by_field_name("name")
            if inner is not None and attribute is not None:
                cls = self.classes[-1] if inner.type == "this" and self.classes else None
                self._store(scope, cls, self.value(scope, inner), self.plain(attribute), value, target)
        elif target.type == "element_access_expression":
            inner, index = target.child_by_field_name("expression"), target.child_by_field_name("subscript")
            if inner is not None and index is not None and named(index):
                key, before = self.value(scope, named(index)[0]), self.value(scope, inner)
                label = self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else "?"
                self.assign(scope, inner, self.builder.add(scope, "update", lines(target), "", (before, value), ("", label)))
        elif target.type in ("tuple_expression", "tuple_pattern", "declaration_expression", "argument"):
            self.unpack(scope, target, value)

    def unpack(self, scope: Scope, target: Node, value: int) -> None:
        """`(a, var b) = value`."""
        if target.type == "declaration_expression":
            name = target.child_by_field_name("name")
            if name is not None and name.type == "identifier":
                self.builder.write(scope, self.text(name), value)
            return
        for position, part in enumerate(named(target)):
            inner = named(part)[-1] if part.type == "argument" and named(part) else part
            element = self.builder.add(scope, "index", lines(part), str(position), (value, value))
            if inner.type == "identifier" and target.type == "tuple_pattern":
                self.builder.write(scope, self.text(inner), element)
            elif inner.type in ("identifier", "member_access_expression", "declaration_expression", "tuple_expression", "tuple_pattern"):
                self.assign(scope, inner, element)

    def _store(self, scope: Scope, cls: OpenClass | None, base: int, name: str, value: int, target: Node) -> None:
        if cls is not None and self.builder.kind_of(base) == "class":
            cls.late.append((name, None, value, target.start_point[0] + 1))
        else:
            self.builder.stores.append(Store(base, name, value, target.start_point[0] + 1, scope.function))
        path = self.path(scope, target)
        if path is not None:
            self.builder.write(scope, path, value)
