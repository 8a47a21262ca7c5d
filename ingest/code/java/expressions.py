"""Java expressions into values: one method per node type of the grammar.

The graph's own words are used wherever a thing has one: `a + "b"` is a format, `x instanceof T` is `is`, a switch that gives a
value is a choice, an array a list. Casts are nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from tree_sitter import Node

from ingest.code.graph import GraphBuilder, Scope
from ingest.code.java.access import Access, OpenClass
from ingest.code.tree import lines, named
from ingest.facts import Store, ValueKind

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "s": " ", "0": "\0", "\n": ""}


class Expressions(Access):
    """Reads expressions of one file; `calls`, `statements` and `definitions` add the rest."""

    max_depth = 160
    meaningless = frozenset({"ERROR", "void_type", "block"})

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self.hints: list[str] = []  # what the value being read is put into: names for functions that have none
        self.declared_types: dict[str, str] = {}  # variables to the types last written at them
        self.records: set[str] = set()
        self._readers = {
            "identifier": self._name, "type_identifier": self._name, "this": self._this, "super": self._super,
            "string_literal": self._string, "character_literal": self._character, "true": self._word, "false": self._word,
            "null_literal": self._word, "decimal_integer_literal": self._number, "hex_integer_literal": self._number,
            "octal_integer_literal": self._number, "binary_integer_literal": self._number, "decimal_floating_point_literal": self._number,
            "hex_floating_point_literal": self._number, "method_invocation": self._call, "object_creation_expression": self._new,
            "field_access": self._field, "scoped_identifier": self._scoped, "scoped_type_identifier": self._scoped_type,
            "array_access": self._subscript, "binary_expression": self._binary, "unary_expression": self._unary,
            "update_expression": self._update, "ternary_expression": self._ternary, "assignment_expression": self._assignment,
            "array_creation_expression": self._array, "array_initializer": self._elements,
            "element_value_array_initializer": self._elements, "cast_expression": self._cast, "instanceof_expression": self._instance,
            "parenthesized_expression": self._first, "lambda_expression": self._lambda, "method_reference": self._reference,
            "class_literal": self._first, "switch_expression": self._switch_value, "annotation": self._annotation,
            "marker_annotation": self._annotation, "generic_type": self._first, "array_type": self._first, "guard": self._first,
        }  # fmt: skip

    # Constants

    def _word(self, scope: Scope, node: Node) -> int:
        text = self.text(node)
        if text == "null":
            return self.builder.add(scope, "constant", lines(node), "None", constant="none")
        return self.builder.add(scope, "constant", lines(node), text.capitalize(), constant="boolean")

    def _number(self, scope: Scope, node: Node) -> int:
        text = self.text(node)
        whole = "integer" in node.type
        text = text.rstrip("lL") if whole or text[-1:] in "lL" else text.rstrip("fFdD") if "hex" not in node.type else text
        return self.builder.add(scope, "constant", lines(node), text, constant="integer" if whole else "float")

    def literal(self, node: Node) -> str:
        """What a string says; the margin of a text block is no part of it."""
        parts = [(child.type, self.text(child)) for child in node.named_children]
        if self.text(node).startswith('"""'):
            raw = self.text(node)[3:-3]
            rows = raw.split("\n")[1:] if "\n" in raw else [raw]
            margin = min((len(row) - len(row.lstrip()) for row in rows if row.strip()), default=0)
            return _unescaped("\n".join(row[margin:].rstrip() if row.strip() else "" for row in rows))
        return "".join(_unescaped(text) if kind == "escape_sequence" else text for kind, text in parts)

    def _string(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "constant", lines(node), self.literal(node), constant="string")

    def _character(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "constant", lines(node), _unescaped(self.text(node)[1:-1]), constant="string")

    # Operators

    def is_text(self, *values: int) -> bool:
        return any(self.builder.kind_of(v) == "format" or self.builder.constant_of(v) == "string" for v in values)

    def _binary(self, scope: Scope, node: Node) -> int:
        chain: list[Node] = []
        current = node
        while current.type == "binary_expression":
            chain.append(current)
            left = current.child_by_field_name("left")
            if left is None:
                return self.unknown(scope, node)
            current = left
        value = self.value(scope, current)
        for operation in reversed(chain):
            right, operator = operation.child_by_field_name("right"), operation.child_by_field_name("operator")
            if right is None or operator is None:
                continue
            other = self.value(scope, right)
            sign = operator.type
            if sign in ("||", "&&"):
                value = self.builder.add(scope, "choice", lines(operation), "or", (value, other))
            else:
                kind: ValueKind = "format" if sign == "+" and self.is_text(value, other) else "operation"
                value = self.builder.add(scope, kind, lines(operation), sign, (value, other))
        return value

    def _unary(self, scope: Scope, node: Node) -> int:
        operand, operator = node.child_by_field_name("operand"), node.child_by_field_name("operator")
        if operand is None or operator is None:
            return self.unknown(scope, node)
        value = self.value(scope, operand)
        if operator.type in ("-", "+") and self.builder.kind_of(value) == "constant":
            return self.builder.add(scope, "constant", lines(node), operator.type.strip("+") + self.builder.text_of(value),
                                    constant=self.builder.constant_of(value))  # fmt: skip
        return self.builder.add(scope, "operation", lines(node), "not" if operator.type == "!" else "unary", (value,))

    def _update(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        if not inner:
            return self.unknown(scope, node)
        value = self.builder.add(scope, "operation", lines(node), "unary", (self.value(scope, inner[0]),))
        self.assign(scope, inner[0], value)
        return value

    def _ternary(self, scope: Scope, node: Node) -> int:
        condition, yes, no = (node.child_by_field_name(name) for name in ("condition", "consequence", "alternative"))
        if condition is None or yes is None or no is None:
            return self.unknown(scope, node)
        return self.conditional(scope, node, condition, yes, no)

    def _assignment(self, scope: Scope, node: Node) -> int:
        left, right, operator = (node.child_by_field_name(name) for name in ("left", "right", "operator"))
        if left is None or right is None or operator is None:
            return self.unknown(scope, node)
        before = self.value(scope, left) if operator.type != "=" else None
        self.hints.append(self.text(left).rsplit(".", 1)[-1][:60] if left.type in ("identifier", "field_access") else "")
        value = self.value(scope, right)
        self.hints.pop()
        if before is not None:
            text = operator.type == "+=" and self.is_text(before, value)
            value = self.builder.add(scope, "format" if text else "operation", lines(node), operator.type[:-1], (before, value))
        self.assign(scope, left, value)
        return value

    def assign(self, scope: Scope, target: Node, value: int) -> None:
        """`target = value`."""
        while target.type == "parenthesized_expression" and target.named_children:
            target = target.named_children[0]
        if target.type == "identifier":
            name = self.text(target)
            cls = None if self.known(scope, name) else next((c for c in reversed(self.classes) if name in c.fields), None)
            if cls is None:
                self.builder.write(scope, name, value)
            else:
                self._store(scope, cls, self.receiver(scope, cls, lines(target)), name, value, target)
        elif target.type == "field_access":
            inner, attribute = target.child_by_field_name("object"), target.child_by_field_name("field")
            if inner is None or attribute is None:
                return
            cls = self.classes[-1] if inner.type == "this" and self.classes else None
            self._store(scope, cls, self.value(scope, inner), self.text(attribute), value, target)
        elif target.type == "array_access":
            inner, index = target.child_by_field_name("array"), target.child_by_field_name("index")
            if inner is not None and index is not None:
                key, before = self.value(scope, index), self.value(scope, inner)
                label = self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else "?"
                self.assign(scope, inner, self.builder.add(scope, "update", lines(target), "", (before, value), ("", label)))

    def _store(self, scope: Scope, cls: OpenClass | None, base: int, name: str, value: int, target: Node) -> None:
        if cls is not None and self.builder.kind_of(base) == "class":
            cls.late.append((name, None, value, target.start_point[0] + 1))
        else:
            self.builder.stores.append(Store(base, name, value, target.start_point[0] + 1, scope.function))
        path = self.path(scope, target)
        if path is not None:
            self.builder.write(scope, path, value)

    # The rest

    def _array(self, scope: Scope, node: Node) -> int:
        given = node.child_by_field_name("value")
        if given is not None:
            return self._elements(scope, given)
        for child in node.children_by_field_name("dimensions"):
            for size in named(child):
                self.value(scope, size)
        return self.builder.add(scope, "collection", lines(node), "list")

    def _elements(self, scope: Scope, node: Node) -> int:
        return self.listed(scope, node, [self.value(scope, child) for child in named(node)])

    def listed(self, scope: Scope, node: Node, values: list[int], kind: str = "list") -> int:
        return self.builder.add(scope, "collection", lines(node), kind, tuple(values), ("",) * len(values))

    def _cast(self, scope: Scope, node: Node) -> int:
        inner = node.child_by_field_name("value")
        return self.value(scope, inner) if inner is not None else self.unknown(scope, node)

    def _instance(self, scope: Scope, node: Node) -> int:
        left = node.child_by_field_name("left")
        if left is None:
            return self.unknown(scope, node)
        value = self.value(scope, left)
        kind, name, pattern = (node.child_by_field_name(part) for part in ("right", "name", "pattern"))
        tested = self.value(scope, kind) if kind is not None else value
        if name is not None:
            self.builder.write(scope, self.text(name), value)
        if pattern is not None:
            self.bind_pattern(scope, pattern, value)
        return self.builder.add(scope, "operation", lines(node), "is", (value, tested))

    def bind_pattern(self, scope: Scope, pattern: Node, value: int) -> None:
        """What the names of `Point(int x, var y)` and of `String s` hold."""
        stack = [pattern]
        while stack:
            node = stack.pop()
            inner = named(node)
            if node.type in ("type_pattern", "record_pattern_component") and len(inner) >= 2 and inner[-1].type == "identifier":
                given = value if node.type == "type_pattern" else self.builder.add(scope, "element_of", lines(node), "", (value,))
                self.builder.write(scope, self.text(inner[-1]), given)
            else:
                stack += [child for child in inner if child.type not in ("identifier", "type_identifier")]

    def _first(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        return self.value(scope, inner[0]) if inner else self.builder.add(scope, "unknown", lines(node), node.type)

    def _lambda(self, scope: Scope, node: Node) -> int:
        return self.function_value(scope, node, "<lambda>", {})[0]

    def _reference(self, scope: Scope, node: Node) -> int:
        """`this::render`, `Foo::new`."""
        inner = named(node)
        if not inner:
            return self.unknown(scope, node)
        base = self.value(scope, inner[0])
        if len(inner) < 2:
            return base
        return self.builder.add(scope, "attribute", lines(node), self.text(inner[-1]), (base,))

    # Given by the classes built on this one

    def _call(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _new(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _annotation(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _switch_value(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def function_value(self, scope: Scope, node: Node, name: str, bound: Mapping[int, int]) -> tuple[int, int]:
        raise NotImplementedError


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    found: list[str] = []
    position = 0
    while position < len(text):
        if text[position] != "\\" or position + 1 >= len(text):
            found.append(text[position])
            position += 1
        elif text[position + 1] == "u" and len(text) >= position + 6:
            try:
                found.append(chr(int(text[position + 2 : position + 6], 16)))
            except ValueError:
                found.append(text[position + 1])
            position += 6
        else:
            found.append(_ESCAPES.get(text[position + 1], text[position + 1]))
            position += 2
    return "".join(found).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
