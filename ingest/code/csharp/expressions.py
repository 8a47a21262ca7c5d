"""C# expressions into values: one method per node type of the grammar.

The graph's own words are used wherever a thing has one: an interpolated string is an `f-string`, `x is T` is `is`, `x ?? y` a choice, an
anonymous object a dictionary. Casts and `!` are nothing, but for types that are made by a cast; `x?.y` is `x.y`.
"""

from __future__ import annotations

from collections.abc import Mapping

from tree_sitter import Node

from ingest.code.csharp.access import Access
from ingest.code.csharp.names import MADE_BY_CAST
from ingest.code.csharp.texts import interpolated_parts, literal, number
from ingest.code.graph import GraphBuilder, Scope
from ingest.code.tree import lines, named
from ingest.facts import ValueKind

_PLAIN_WRAPPERS = frozenset({"parenthesized_expression", "checked_expression", "ref_expression"})


class Expressions(Access):
    """Reads expressions of one file; `calls`, `statements`, `types` and `definitions` add the rest."""

    max_depth = 160
    meaningless = frozenset({"ERROR", "block", "predefined_type", "modifier"})

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self.hints: list[str] = []  # what the value being read is put into: names for functions that have none
        self.wanted: list[Node | None] = []  # the type that is declared for the value being read: what `new()` makes
        self.type_names: list[set[str]] = []  # type parameters of what is open
        self.opens_members = False  # the file has `using static`
        self.declared_types: dict[str, Node] = {}  # variables to the types last written at them
        self._readers = {
            "identifier": self._name, "generic_name": self._generic, "qualified_name": self._qualified, "this": self._this,
            "alias_qualified_name": self._aliased, "base": self._base, "string_literal": self._string, "raw_string_literal": self._string,
            "verbatim_string_literal": self._string, "character_literal": self._string, "boolean_literal": self._word,
            "null_literal": self._word, "integer_literal": self._number, "real_literal": self._number, "predefined_type": self._predefined,
            "interpolated_string_expression": self._interpolated, "invocation_expression": self._call,
            "object_creation_expression": self._new, "implicit_object_creation_expression": self._new,
            "anonymous_object_creation_expression": self._anonymous_object, "member_access_expression": self._member,
            "conditional_access_expression": self._conditional, "member_binding_expression": self._bound_member,
            "element_binding_expression": self._bound_element, "element_access_expression": self._subscript,
            "binary_expression": self._binary, "prefix_unary_expression": self._unary, "postfix_unary_expression": self._postfix,
            "conditional_expression": self._ternary, "assignment_expression": self._assignment, "array_creation_expression": self._array,
            "implicit_array_creation_expression": self._array, "initializer_expression": self._elements,
            "collection_expression": self._elements, "tuple_expression": self._tuple, "cast_expression": self._cast,
            "as_expression": self._cast, "is_pattern_expression": self._is, "is_expression": self._is, "await_expression": self._await,
            "lambda_expression": self._lambda, "anonymous_method_expression": self._lambda, "typeof_expression": self._type_of,
            "default_expression": self._default, "throw_expression": self._throw, "with_expression": self._with,
            "switch_expression": self._switch_value, "query_expression": self._query, "attribute": self._attribute,
            "declaration_expression": self._declared_here, "argument": self._last, "nullable_type": self._first,
            **dict.fromkeys(_PLAIN_WRAPPERS, self._first),
        }  # fmt: skip

    # Constants

    def _word(self, scope: Scope, node: Node) -> int:
        text = self.text(node)
        if text == "null":
            return self.builder.add(scope, "constant", lines(node), "None", constant="none")
        return self.builder.add(scope, "constant", lines(node), text.capitalize(), constant="boolean")

    def _number(self, scope: Scope, node: Node) -> int:
        text, kind = number(self.text(node))
        return self.builder.add(scope, "constant", lines(node), text, constant=kind)

    def _string(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "constant", lines(node), literal(self.text(node)), constant="string")

    def _interpolated(self, scope: Scope, node: Node) -> int:
        values: list[int] = []
        for part in interpolated_parts(node, self.text):
            if isinstance(part, str):
                values.append(self.builder.add(scope, "constant", lines(node), part, constant="string"))
            else:
                values.append(self.value(scope, part))
        return self.builder.add(scope, "format", lines(node), "f-string", tuple(values))

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
            if sign in ("||", "&&", "??"):
                value = self.builder.add(scope, "choice", lines(operation), "or", (value, other))
            else:
                kind: ValueKind = "format" if sign == "+" and self.is_text(value, other) else "operation"
                value = self.builder.add(scope, kind, lines(operation), sign, (value, other))
        return value

    def _unary(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        if not inner:
            return self.unknown(scope, node)
        value, sign = self.value(scope, inner[0]), node.children[0].type
        if sign in ("-", "+") and self.builder.kind_of(value) == "constant":
            return self.builder.add(scope, "constant", lines(node), sign.strip("+") + self.builder.text_of(value),
                                    constant=self.builder.constant_of(value))  # fmt: skip
        changed = self.builder.add(scope, "operation", lines(node), "not" if sign == "!" else "unary", (value,))
        if sign in ("++", "--"):
            self.assign(scope, inner[0], changed)
        return changed

    def _postfix(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        if not inner:
            return self.unknown(scope, node)
        value = self.value(scope, inner[0])
        if node.children[-1].type not in ("++", "--"):
            return value  # x!
        self.assign(scope, inner[0], self.builder.add(scope, "operation", lines(node), "unary", (value,)))
        return value

    def _ternary(self, scope: Scope, node: Node) -> int:
        condition, yes, no = (node.child_by_field_name(name) for name in ("condition", "consequence", "alternative"))
        if condition is None or yes is None or no is None:
            return self.unknown(scope, node)
        return self.conditional(scope, node, condition, yes, no)

    # The rest

    def _cast(self, scope: Scope, node: Node) -> int:
        inner, typed = node.child_by_field_name("value") or node.child_by_field_name("left"), node.child_by_field_name("type")
        if inner is None:
            return self.unknown(scope, node)
        value = self.value(scope, inner)
        if typed is None or self.text(typed).rsplit(".", 1)[-1] not in MADE_BY_CAST:
            return value
        return self.builder.add(scope, "call", lines(node), "", (self.value(scope, typed), value), ("", ""))

    def _await(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        value = self.value(scope, inner[0]) if inner else self.unknown(scope, node)
        return self.builder.add(scope, "await", lines(node), "", (value,))

    def _first(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        return self.value(scope, inner[0]) if inner else self._last(scope, node)

    def _last(self, scope: Scope, node: Node) -> int:
        """An argument: its name, where it has one, stands before its value."""
        inner = named(node)
        if inner:
            return self.value(scope, inner[-1])
        word = next((child for child in node.children if child.type in ("this", "base")), None)
        return self.value(scope, word) if word is not None else self.builder.add(scope, "unknown", lines(node), node.type)

    def _lambda(self, scope: Scope, node: Node) -> int:
        return self.function_value(scope, node, "<lambda>", {})[0]

    def _type_of(self, scope: Scope, node: Node) -> int:
        typed = node.child_by_field_name("type")
        return self.value(scope, typed) if typed is not None else self.unknown(scope, node)

    def _default(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "constant", lines(node), "None", constant="none")

    def _throw(self, scope: Scope, node: Node) -> int:
        for child in named(node):
            self.value(scope, child)
        return self.builder.add(scope, "unknown", lines(node), "throw")

    def _declared_here(self, scope: Scope, node: Node) -> int:
        """`out var x`: until the call is known, an empty place."""
        name = node.child_by_field_name("name")
        value = self.builder.add(scope, "unknown", lines(node), "out")
        if name is not None and name.type == "identifier":
            self.builder.write(scope, self.text(name), value)
        return value

    # Given by the classes built on this one

    def _assignment(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def assign(self, scope: Scope, target: Node, value: int) -> None:
        raise NotImplementedError

    def _is(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _array(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _elements(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _tuple(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _anonymous_object(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _with(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _call(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _new(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _attribute(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _query(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _switch_value(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def function_value(self, scope: Scope, node: Node, name: str, bound: Mapping[int, int]) -> tuple[int, int]:
        raise NotImplementedError
