"""C# values made of others, and the patterns they are taken apart with: arrays, collections, tuples, anonymous objects, `with`, `is`.

A pattern gives the names in it what they hold, and the constants and types it asks for; a test for constants is `==` or `in`.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.csharp.assignments import Assignments
from ingest.code.graph import Scope
from ingest.code.tree import lines, named


class Patterns(Assignments):
    """Reads what is made of parts; `calls.Calls` adds calls."""

    # Made of parts

    def _array(self, scope: Scope, node: Node) -> int:
        given = next((child for child in node.named_children if child.type == "initializer_expression"), None)
        return self._elements(scope, given) if given is not None else self.builder.add(scope, "collection", lines(node), "list")

    def _elements(self, scope: Scope, node: Node) -> int:
        values: list[int] = []
        labels: list[str] = []
        self.wanted.append(self.element_type())
        for child in named(node):
            spread = False
            while child.type in ("collection_element", "expression_element", "spread_element") and named(child):
                spread = spread or child.type == "spread_element"
                child = named(child)[0]
            values.append(self.value(scope, child))
            labels.append("*" if spread else "")
        self.wanted.pop()
        return self.builder.add(scope, "collection", lines(node), "list", tuple(values), tuple(labels))

    def element_type(self) -> Node | None:
        """`X` where a `List<X>` or `X[]` is wanted."""
        wanted = self.wanted[-1] if self.wanted else None
        if wanted is None:
            return None
        if wanted.type == "array_type":
            return wanted.child_by_field_name("type")
        given = next((child for child in named(wanted) if child.type == "type_argument_list"), None)
        return named(given)[-1] if given is not None and named(given) else None

    def listed(self, scope: Scope, node: Node, values: list[int], kind: str = "list") -> int:
        return self.builder.add(scope, "collection", lines(node), kind, tuple(values), ("",) * len(values))

    def _tuple(self, scope: Scope, node: Node) -> int:
        return self.listed(scope, node, [self.value(scope, child) for child in named(node)], "tuple")

    def _anonymous_object(self, scope: Scope, node: Node) -> int:
        values, labels = list[int](), list[str]()
        children = [child for child in node.children if child.is_named or child.type == "="]
        position = 0
        while position < len(children):
            child = children[position]
            if position + 2 < len(children) and children[position + 1].type == "=":
                labels.append(self.text(child))
                values.append(self.value(scope, children[position + 2]))
                position += 3
                continue
            if child.is_named and child.type != "comment":
                labels.append(self.text(child).rsplit(".", 1)[-1][:60])
                values.append(self.value(scope, child))
            position += 1
        return self.builder.add(scope, "collection", lines(node), "dictionary", tuple(values), tuple(labels))

    def _with(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        value = self.value(scope, inner[0]) if inner else self.unknown(scope, node)
        changed, labels = [value], [""]
        for part in inner[1:]:
            given = named(part)
            if len(given) == 2:
                changed.append(self.value(scope, given[1]))
                labels.append(self.text(given[0]))
        return self.builder.add(scope, "update", lines(node), "", tuple(changed), tuple(labels))

    # Patterns

    def _is(self, scope: Scope, node: Node) -> int:
        subject = node.child_by_field_name("expression") or node.child_by_field_name("left")
        pattern = node.child_by_field_name("pattern") or node.child_by_field_name("right")
        if subject is None or pattern is None:
            return self.unknown(scope, node)
        value = self.value(scope, subject)
        wanted = self.bind_pattern(scope, pattern, value)
        if not wanted:
            return self.builder.add(scope, "operation", lines(node), "is", (value, value))
        if all(self.builder.kind_of(given) == "constant" for given in wanted):
            operator = "==" if len(wanted) == 1 else "in"
            other = wanted[0] if len(wanted) == 1 else self.listed(scope, node, wanted)
            if pattern.type == "negated_pattern":
                operator = "!=" if operator == "==" else "not in"
            return self.builder.add(scope, "operation", lines(node), operator, (value, other))
        return self.builder.add(scope, "operation", lines(node), "is", (value, wanted[0]))

    def bind_pattern(self, scope: Scope, pattern: Node, value: int, depth: int = 0) -> list[int]:
        """What the names in a pattern hold; gives the constants and types it asks for."""
        if depth > 20:
            return []
        name = pattern.child_by_field_name("name")
        named_whole = pattern.type in ("declaration_pattern", "recursive_pattern", "var_pattern", "list_pattern")
        if named_whole and name is not None and name.type == "identifier":
            self.builder.write(scope, self.text(name), value)
        match pattern.type:
            case "constant_pattern":
                inner = named(pattern)
                return [self.value(scope, inner[0])] if inner else []
            case "declaration_pattern" | "type_pattern" | "recursive_pattern":
                typed = pattern.child_by_field_name("type")
                for child in named(pattern):
                    if child.type.endswith("clause"):
                        self._subpatterns(scope, child, value, depth)
                return [self.value(scope, typed)] if typed is not None and typed.type == "identifier" else []
            case "or_pattern" | "and_pattern" | "parenthesized_pattern" | "negated_pattern":
                return [given for child in named(pattern) for given in self.bind_pattern(scope, child, value, depth + 1)]
            case "list_pattern":
                for child in named(pattern):
                    self.bind_pattern(scope, child, self.builder.add(scope, "element_of", lines(child), "", (value,)), depth + 1)
                return []
            case "relational_pattern" | "discard" | "var_pattern":
                return []
            case _:
                return [self.value(scope, pattern)] if pattern.type in self._readers else []

    def _subpatterns(self, scope: Scope, clause: Node, value: int, depth: int) -> None:
        for part in named(clause):
            inner = named(part)
            if len(inner) == 2 and inner[0].type == "identifier":
                read = self.builder.add(scope, "attribute", lines(part), self.text(inner[0]), (value,))
                self.bind_pattern(scope, inner[1], read, depth + 1)
            elif inner:
                self.bind_pattern(scope, inner[-1], self.builder.add(scope, "element_of", lines(part), "", (value,)), depth + 1)
