"""C# expressions into values: one method per node type of the grammar.

The graph's own words are used wherever a thing has one: an interpolated string is an `f-string`, `x is T` is `is`, `x ?? y` a choice, an
anonymous object a dictionary. Casts and `!` are nothing, `x?.y` is `x.y`. A name that no variable has is a member of the class around.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tree_sitter import Node

from ingest.code.csharp.names import KNOWN
from ingest.code.csharp.texts import interpolated_parts, literal, number
from ingest.code.graph import GraphBuilder, Scope
from ingest.code.tree import TreeReader, lines, named
from ingest.facts import ValueKind

# What web frameworks' base classes give to the classes built on them.
_INHERITED = frozenset({"Request", "Response", "User", "HttpContext", "Context", "Clients", "Groups", "ModelState", "Url", "RouteData",
                        "ViewBag", "ViewData", "TempData"})  # fmt: skip
_PLAIN_WRAPPERS = frozenset({"parenthesized_expression", "checked_expression", "ref_expression"})


@dataclass(slots=True)
class OpenClass:
    """A class whose body is being read: what its names mean inside."""

    name: str
    qualified: str
    derived: bool  # it has bases or other parts, whose members it may use
    fields: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    nested: dict[str, int] = field(default_factory=dict)  # classes in it, as values
    types: dict[str, Node] = field(default_factory=dict)  # declared types of fields
    late: list[tuple[str, int | None, int | None, int]] = field(default_factory=list)  # what static code puts into its fields


class Expressions(TreeReader):
    """Reads expressions of one file; `calls`, `statements`, `types` and `definitions` add the rest."""

    max_depth = 160
    meaningless = frozenset({"ERROR", "block", "predefined_type", "modifier"})

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self.hints: list[str] = []  # what the value being read is put into: names for functions that have none
        self.wanted: list[Node | None] = []  # the type that is declared for the value being read: what `new()` makes
        self.receivers: list[int] = []  # what stands before `?.`
        self.classes: list[OpenClass] = []
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

    # Names

    def known(self, scope: Scope, name: str) -> bool:
        """Whether a variable of this function, or of one around it, has the name."""
        inner: Scope | None = scope
        while inner is not None and inner.parent is not None:
            if not inner.is_class and name in inner.environment:
                return True
            inner = inner.parent
        return False

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
        value = self.value(scope, condition)
        before = dict(scope.environment)
        self.narrow(scope, condition, value, "holds")
        first = self.value(scope, yes)
        scope.environment = dict(before)
        self.narrow(scope, condition, value, "fails")
        second = self.value(scope, no)
        scope.environment = before
        return self.builder.either(scope, lines(node), first, second)

    # The rest

    def _cast(self, scope: Scope, node: Node) -> int:
        inner = node.child_by_field_name("value") or node.child_by_field_name("left")
        return self.value(scope, inner) if inner is not None else self.unknown(scope, node)

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

    def narrow(self, scope: Scope, condition: Node, value: int, side: str) -> None:
        raise NotImplementedError

    def function_value(self, scope: Scope, node: Node, name: str, bound: Mapping[int, int]) -> tuple[int, int]:
        raise NotImplementedError
