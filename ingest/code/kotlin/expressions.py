"""Kotlin expressions into values: one method per node type of the grammar.

The graph's own words are used wherever a thing has one: a text with `$names` is a format, `a ?: b` a choice, `x is T` is `is`.
Casts and `!!` are nothing. `a ?: return b` is a test that leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tree_sitter import Node

from ingest.code.graph import GraphBuilder, Scope
from ingest.code.java.access import OpenClass
from ingest.code.kotlin.access import Access, Receiver
from ingest.code.kotlin.texts import Named, number, parts_of, without_margin
from ingest.code.tree import lines, named
from ingest.facts import Branch, Store, ValueKind

_LEAVES = frozenset({"return_expression", "throw_expression"})
_CHAIN = frozenset({"navigation_expression", "call_expression", "index_expression"})


class Expressions(Access):
    """Reads expressions of one file; `calls`, `statements` and `definitions` add the rest."""

    max_depth = 120  # a call in a call takes twice the frames it takes in other languages
    meaningless = frozenset({"ERROR", "block", "lambda_parameters", "type_arguments"})

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self.hints: list[str] = []  # what the value being read is put into: names for functions that have none
        self._readers = {
            "identifier": self._name, "this_expression": self._this, "super_expression": self._super, "string_literal": self._string,
            "multiline_string_literal": self._string, "character_literal": self._character, "number_literal": self._number,
            "float_literal": self._number, "collection_literal": self._elements, "call_expression": self._chain,
            "navigation_expression": self._chain, "index_expression": self._chain, "binary_expression": self._binary,
            "infix_expression": self._infix, "unary_expression": self._unary, "as_expression": self._cast, "is_expression": self._instance,
            "type_test": self._first, "in_expression": self._contained, "range_expression": self._range,
            "parenthesized_expression": self._first,
            "if_expression": self._valued, "when_expression": self._valued, "try_expression": self._valued,
            "return_expression": self._leaving,
            "throw_expression": self._leaving, "lambda_literal": self._lambda, "annotated_lambda": self._lambda,
            "anonymous_function": self._lambda, "object_literal": self._object, "callable_reference": self._reference,
            "assignment": self._assignment, "labeled_expression": self._last, "annotated_expression": self._last,
            "spread_expression": self._first, "annotation": self._annotation, "constructor_invocation": self._annotation_call,
            "user_type": self._type_name, "nullable_type": self._first, "parenthesized_type": self._first,
            "qualified_identifier": self._type_name,
        }  # fmt: skip

    # Constants

    def _number(self, scope: Scope, node: Node) -> int:
        text, kind = number(self.text(node))
        return self.builder.add(scope, "constant", lines(node), text, constant=kind)

    def _string(self, scope: Scope, node: Node) -> int:
        parts: list[int] = []
        filled = False
        for part in parts_of(node, self.data):
            if isinstance(part, Node):
                filled = True
                parts.append(self.value(scope, part))
            elif isinstance(part, Named):
                filled = True
                parts.append(self.name_value(scope, str(part), lines(node)))
            else:
                parts.append(self.builder.add(scope, "constant", lines(node), part, constant="string"))
        if not filled:
            return parts[0] if parts else self.builder.add(scope, "constant", lines(node), "", constant="string")
        return self.builder.add(scope, "format", lines(node), "f-string", tuple(parts))

    def trimmed(self, scope: Scope, node: Node, value: int) -> int:
        """`\"\"\"...\"\"\".trimIndent()`."""
        if self.builder.kind_of(value) != "constant" or self.builder.constant_of(value) != "string":
            return value
        text = without_margin(self.builder.text_of(value))
        return self.builder.add(scope, "constant", self.builder.lines_of(value), text, constant="string")

    def _character(self, scope: Scope, node: Node) -> int:
        text = "".join(part for part in parts_of(node, self.data) if isinstance(part, str))
        return self.builder.add(scope, "constant", lines(node), text, constant="string")

    # Operators

    def is_text(self, *values: int) -> bool:
        return any(self.builder.kind_of(v) == "format" or self.builder.constant_of(v) == "string" for v in values)

    def _binary(self, scope: Scope, node: Node) -> int:
        chain: list[Node] = []
        current = node
        while current.type == "binary_expression":
            left = current.child_by_field_name("left")
            if left is None:
                return self.unknown(scope, node)
            chain.append(current)
            current = left
        value = self.value(scope, current)
        for operation in reversed(chain):
            left, right, operator = (operation.child_by_field_name(part) for part in ("left", "right", "operator"))
            if right is None or operator is None:
                continue
            sign = operator.type
            if sign == "?:":
                value = self._or_else(scope, operation, left, value, right)
                continue
            other = self.value(scope, right)
            if sign in ("||", "&&"):
                value = self.builder.add(scope, "choice", lines(operation), "or", (value, other))
            else:
                kind: ValueKind = "format" if sign == "+" and self.is_text(value, other) else "operation"
                sign = {"===": "==", "!==": "!="}.get(sign, sign)
                value = self.builder.add(scope, kind, lines(operation), sign, (value, other))
        return value

    def _or_else(self, scope: Scope, node: Node, left: Node | None, value: int, right: Node) -> int:
        """`a ?: b`; what stands behind `a ?: return` is known to have an `a`."""
        if not self._leaves(right):
            return self.builder.add(scope, "choice", lines(node), "or", (value, self.value(scope, right)))
        builder = self.builder
        nothing = builder.add(scope, "constant", lines(node), "None", constant="none")
        missing = builder.add(scope, "operation", lines(node), "==", (value, nothing))
        builder.branches.append(Branch(missing, node.start_point[0] + 1, scope.function, "holds"))
        number = len(builder.branches) - 1
        scope.branches.append(number)
        held = builder.next_value
        before = dict(scope.environment)
        self.statement(scope, right)
        scope.environment = before
        builder.branches[number] = replace(builder.branches[number], held=(held, builder.next_value))
        return builder.add(scope, "guarded", lines(node), "fails", (value, missing))

    def _leaves(self, node: Node) -> bool:
        if node.type == "call_expression" and node.named_children and self.text(node.named_children[0]) in ("error", "TODO"):
            return True
        return node.type in _LEAVES or (node.type == "identifier" and self.text(node) in ("continue", "break"))

    def _infix(self, scope: Scope, node: Node) -> int:
        """`a to b`, `Users.id eq id`."""
        inner = named(node)
        if len(inner) != 3:
            return self.unknown(scope, node)
        name = self.text(inner[1]).strip("`")
        left, right = self.value(scope, inner[0]), self.value(scope, inner[2])
        if name == "to":
            return self.listed(scope, node, [left, right], "tuple")
        if name in ("and", "or", "xor", "shl", "shr", "ushr", "until", "downTo", "step"):
            if name in ("and", "or") and name not in self.imported:
                return self.builder.add(scope, "choice", lines(node), "or", (left, right))
            return self.builder.add(scope, "operation", lines(node), name, (left, right))
        callee = self.builder.add(scope, "attribute", lines(inner[1]), name, (left,))
        return self.builder.add(scope, "call", lines(node), "", (callee, right), ("", ""))

    def _unary(self, scope: Scope, node: Node) -> int:
        operand, operator = node.child_by_field_name("argument"), node.child_by_field_name("operator")
        if operand is None or operator is None:
            return self.unknown(scope, node)
        if operator.type == "!!" or node.id in self.bases:  # `!a.b()` has its sign at `a`, for the grammar
            return self.base(scope, operand) if node.id in self.bases else self.value(scope, operand)
        value = self.value(scope, operand)
        if operator.type in ("++", "--"):
            value = self.builder.add(scope, "operation", lines(node), "unary", (value,))
            self.assign(scope, operand, value)
            return value
        return self._signed(scope, node, operator.type, value)

    def _signed(self, scope: Scope, node: Node, sign: str, value: int) -> int:
        if sign in ("-", "+") and self.builder.kind_of(value) == "constant":
            return self.builder.add(scope, "constant", lines(node), sign.strip("+") + self.builder.text_of(value),
                                    constant=self.builder.constant_of(value))  # fmt: skip
        return self.builder.add(scope, "operation", lines(node), "not" if sign == "!" else "unary", (value,))

    def _chain(self, scope: Scope, node: Node) -> int:
        """`a.b(c)[d]`; a sign before it is that of the whole."""
        inside = node.id in self.bases
        if node.type == "call_expression":
            value = self._call(scope, node)
        elif node.type == "navigation_expression":
            value = self._navigation(scope, node)
        else:
            value = self._subscript(scope, node)
        if inside:
            return value
        root = node
        while (
            root.type in _CHAIN or (root.type == "unary_expression" and root.child(root.child_count - 1).type == "!!")
        ) and root.named_children:
            root = root.named_children[0]
        sign = root.child_by_field_name("operator") if root.type == "unary_expression" else None
        if sign is None or sign.start_byte != root.start_byte or sign.type in ("++", "--"):
            return value
        return self._signed(scope, node, sign.type, value)

    def _contained(self, scope: Scope, node: Node) -> int:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return self.unknown(scope, node)
        sign = "not in" if any(child.type == "!in" for child in node.children) else "in"
        return self.builder.add(scope, "operation", lines(node), sign, (self.value(scope, left), self.value(scope, right)))

    def _range(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "operation", lines(node), "..", tuple(self.value(scope, child) for child in named(node)))

    def _cast(self, scope: Scope, node: Node) -> int:
        inner = node.child_by_field_name("left")
        return self.value(scope, inner) if inner is not None else self.unknown(scope, node)

    def _instance(self, scope: Scope, node: Node) -> int:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return self.unknown(scope, node)
        value = self.value(scope, left)
        test = self.builder.add(scope, "operation", lines(node), "is", (value, self.value(scope, right)))
        if any(child.type == "!is" for child in node.children):
            return self.builder.add(scope, "operation", lines(node), "not", (test,))
        return test

    # Assignments

    def _assignment(self, scope: Scope, node: Node) -> int:
        left, right, operator = (node.child_by_field_name(name) for name in ("left", "right", "operator"))
        if left is None or right is None or operator is None:
            return self.unknown(scope, node)
        before = self.value(scope, left) if operator.type != "=" else None
        self.hints.append(self.text(left).rsplit(".", 1)[-1][:60] if left.type in ("identifier", "navigation_expression") else "")
        value = self.value(scope, right)
        self.hints.pop()
        if before is not None:
            if operator.type == "+=" and self.is_text(before, value):
                value = self.builder.add(scope, "format", lines(node), "+", (before, value))
            elif operator.type == "+=":
                label = "*" if self.builder.kind_of(value) == "collection" else ""
                value = self.builder.add(scope, "update", lines(node), "", (before, value), ("", label))
            else:
                value = self.builder.add(scope, "operation", lines(node), operator.type[:-1], (before, value))
        self.assign(scope, left, value)
        return value

    def assign(self, scope: Scope, target: Node, value: int) -> None:
        """`target = value`."""
        for _ in range(8):
            if target.type not in ("parenthesized_expression", "unary_expression") or not target.named_children:
                break
            target = target.named_children[0]
        inner = named(target)
        if target.type == "identifier":
            name = self.text(target).strip("`")
            cls = None if self.known(scope, name) else next((c for c in reversed(self.classes) if name in c.fields), None)
            if cls is not None:
                self._store(scope, cls, self.receiver(scope, cls, lines(target)), name, value, target)
            elif self.is_own_name(scope, name) or not self.set_on_receiver(scope, name, value, lines(target)):
                if name in self.top and not self.known(scope, name):
                    scope.global_names.add(name)
                self.builder.write(scope, name, value)
        elif target.type == "navigation_expression" and len(inner) == 2:
            own = inner[0].type == "this_expression" and bool(self.classes) and not self.receivers
            name, base = self.text(inner[1]).strip("`"), self.base(scope, inner[0])
            self._store(scope, self.classes[-1] if own else None, base, name, value, target)
            if not own:
                self._set(scope, inner[0], base, name, value, lines(target))
        elif target.type == "index_expression" and len(inner) >= 2:
            key, before = self.value(scope, inner[1]), self.base(scope, inner[0])
            label = self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else "?"
            self.assign(scope, inner[0], self.builder.add(scope, "update", lines(target), "", (before, value), ("", label)))

    def _set(self, scope: Scope, holder: Node, base: int, name: str, value: int, where: tuple[int, int]) -> None:
        """`a.name = b` of a class of Java's is a call of `a.setName(b)`, and `a` another thing from there on."""
        callee = self.builder.add(scope, "attribute", where, f"set{name[:1].upper()}{name[1:]}", (base,))
        self.builder.add(scope, "call", where, "", (callee, value), ("", ""))
        path = self.path(scope, holder)
        if path is not None and self.known(scope, path):
            current = self.builder.read(scope, path, where)
            self.builder.bind(scope, path, self.builder.add(scope, "update", where, "", (current, value), ("", name)))

    def set_on_receiver(self, scope: Scope, name: str, value: int, where: tuple[int, int]) -> bool:
        """`name = value` inside of `x.apply { }` or of a builder's lambda."""
        receiver = self.receivers[-1] if self.receivers else None
        if receiver is None:
            return False
        if receiver.said is not None:
            receiver.said.append((name, value))
        if self.known(scope, receiver.variable):
            current = self.builder.read(scope, receiver.variable, where)
            self.builder.stores.append(Store(current, name, value, where[0], scope.function))
            callee = self.builder.add(scope, "attribute", where, f"set{name[:1].upper()}{name[1:]}", (current,))
            self.builder.add(scope, "call", where, "", (callee, value), ("", ""))
            self.builder.write(scope, receiver.variable, self.builder.add(scope, "update", where, "", (current, value), ("", name)))
        return True

    def _store(self, scope: Scope, cls: OpenClass | None, base: int, name: str, value: int, target: Node) -> None:
        if cls is not None and self.builder.kind_of(base) == "class":
            cls.late.append((name, None, value, target.start_point[0] + 1))
        else:
            self.builder.stores.append(Store(base, name, value, target.start_point[0] + 1, scope.function))
        path = self.path(scope, target)
        if path is not None:
            self.builder.write(scope, path, value)

    # The rest

    def _elements(self, scope: Scope, node: Node) -> int:
        return self.listed(scope, node, [self.value(scope, child) for child in named(node)])

    def listed(self, scope: Scope, node: Node, values: list[int], kind: str = "list") -> int:
        return self.builder.add(scope, "collection", lines(node), kind, tuple(values), ("",) * len(values))

    def _first(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        return self.value(scope, inner[0]) if inner else self.builder.add(scope, "unknown", lines(node), node.type)

    def _last(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        return self.value(scope, inner[-1]) if inner else self.builder.add(scope, "unknown", lines(node), node.type)

    def _type_name(self, scope: Scope, node: Node) -> int:
        """The class that a type names: `Foo`, `Outer.Inner`, `java.io.File`."""
        words = [self.text(part).strip("`") for part in named(node) if part.type == "identifier"]
        if not words:
            return self.builder.add(scope, "unknown", lines(node), node.type)
        value = self.name_value(scope, words[0], lines(node))
        for word in words[1:]:
            value = self.builder.add(scope, "attribute", lines(node), word, (value,))
        return value

    def _leaving(self, scope: Scope, node: Node) -> int:
        self.statement(scope, node)
        return self.builder.add(scope, "unknown", lines(node), "never")

    def _lambda(self, scope: Scope, node: Node) -> int:
        return self.function_value(scope, node, "<lambda>", {})[0]

    def _reference(self, scope: Scope, node: Node) -> int:
        """`::render`, `Foo::render`."""
        inner = named(node)
        if not inner:
            return self.unknown(scope, node)
        if len(inner) == 1:
            return self.callee_value(scope, inner[0])
        base = self.value(scope, inner[0])
        name = self.text(inner[-1])
        return base if name in ("class", "java") else self.builder.add(scope, "attribute", lines(node), name, (base,))

    # Given by the classes built on this one

    def callee_value(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _object(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _annotation_call(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _annotation(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _call(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _valued(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def function_value(
        self, scope: Scope, node: Node, name: str, bound: Mapping[int, int], receiver: Receiver | None = None
    ) -> tuple[int, int]:
        raise NotImplementedError
