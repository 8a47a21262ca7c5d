"""Go expressions into values: one method per node type of the grammar.

The graph's own words are used wherever a thing has one: `a + "b"` is a format, a composite literal a call of its type with named
arguments, a literal of a map a dictionary, one of a slice a list. Pointers are what they point to, conversions and assertions of
types what they convert, `<-c` is an element of what was sent.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from ingest.code.graph import GraphBuilder, Scope
from ingest.code.tree import TreeReader, lines, named
from ingest.facts import ValueKind

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a"}
_ARRAYS = frozenset({"slice_type", "array_type", "implicit_length_array_type"})
_METHOD = re.compile(r"net/http\.Method(Get|Head|Post|Put|Patch|Delete|Connect|Options|Trace)")
_MAPS_WITH_METHODS = frozenset({"net/url.Values", "net/http.Header", "net/textproto.MIMEHeader"})


class Expressions(TreeReader):
    """Reads expressions of one file; `calls`, `statements`, `types` and `definitions` add the rest."""

    max_depth = 90
    meaningless = frozenset({"ERROR", "block", "type_arguments"})

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self.hints: list[str] = []  # what the value being read is put into: names for functions that have none
        self.packages: dict[str, str] = {}  # names of imported packages to their paths
        self.defined: set[str] = set()  # what the file defines at its top
        self.free: dict[str, int] = {}  # names that nothing in the file is known to define, and where
        self.type_names: list[set[str]] = []  # type parameters of what is open
        self.declared_types: dict[str, str] = {}  # variables to the types last written at them
        self.iota = 0
        self._readers = {
            "identifier": self._name, "type_identifier": self._name, "package_identifier": self._name,
            "interpreted_string_literal": self._string, "raw_string_literal": self._string, "rune_literal": self._string,
            "int_literal": self._number, "float_literal": self._number, "imaginary_literal": self._number, "true": self._word,
            "false": self._word, "nil": self._word, "iota": self._iota, "selector_expression": self._selector,
            "qualified_type": self._qualified, "generic_type": self._inner_type, "pointer_type": self._first,
            "index_expression": self._subscript, "slice_expression": self._slice, "binary_expression": self._binary,
            "unary_expression": self._unary, "parenthesized_expression": self._first, "call_expression": self._call,
            "composite_literal": self._composite, "literal_value": self._bare_literal, "literal_element": self._first,
            "func_literal": self._closure, "type_assertion_expression": self._converted,
            "type_conversion_expression": self._converted, "variadic_argument": self._first,
            "type_instantiation_expression": self._first, "parenthesized_type": self._first,
        }  # fmt: skip

    # Names

    def _name(self, scope: Scope, node: Node) -> int:
        name = self.text(node)
        if self.known(scope, name):
            return self.builder.read(scope, name, lines(node))
        return self.free_name(scope, name, lines(node))

    def free_name(self, scope: Scope, name: str, where: tuple[int, int]) -> int:
        self.free.setdefault(name, where[0])
        return self.builder.add(scope, "name", where, name)

    def is_package(self, scope: Scope, node: Node) -> bool:
        return node.type in ("identifier", "package_identifier") and self.text(node) in self.packages and not self.known(
            scope, self.text(node)
        )  # fmt: skip

    def package_member(self, scope: Scope, node: Node) -> str:
        """`fmt.Sprintf` as its import path and name, "" for everything else."""
        operand, field = node.child_by_field_name("operand"), node.child_by_field_name("field")
        if node.type != "selector_expression" or operand is None or field is None or not self.is_package(scope, operand):
            return ""
        return f"{self.packages[self.text(operand)]}.{self.text(field)}"

    # Constants

    def _word(self, scope: Scope, node: Node) -> int:
        text = self.text(node)
        if text == "nil":
            return self.builder.add(scope, "constant", lines(node), "None", constant="none")
        return self.builder.add(scope, "constant", lines(node), text.capitalize(), constant="boolean")

    def _iota(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "constant", lines(node), str(self.iota), constant="integer")

    def _number(self, scope: Scope, node: Node) -> int:
        kind = "integer" if node.type == "int_literal" else "float"
        return self.builder.add(scope, "constant", lines(node), self.text(node), constant="integer" if kind == "integer" else "float")

    def literal(self, node: Node) -> str:
        """What a string says."""
        text = self.text(node)
        if node.type == "raw_string_literal":
            return text[1:-1].replace("\r", "")
        return _unescaped(text[1:-1])

    def _string(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "constant", lines(node), self.literal(node), constant="string")

    # Access

    def path(self, scope: Scope, node: Node) -> str | None:
        """The variable that a name, or a field of a variable, is kept under, else None."""
        while node.type in ("parenthesized_expression", "unary_expression") and node.named_children:
            operator = node.child_by_field_name("operator")
            if operator is not None and operator.type not in ("&", "*"):
                return None
            node = node.named_children[0]
        if node.type == "identifier":
            return self.text(node) if self.known(scope, self.text(node)) else None
        if node.type == "selector_expression":
            inner, field = node.child_by_field_name("operand"), node.child_by_field_name("field")
            before = self.path(scope, inner) if inner is not None else None
            return f"{before}.{self.text(field)}" if before is not None and field is not None and len(before) < 200 else None
        return None

    def _selector(self, scope: Scope, node: Node) -> int:
        inner, field = node.child_by_field_name("operand"), node.child_by_field_name("field")
        if inner is None or field is None:
            return self.unknown(scope, node)
        path = self.path(scope, node)
        if path is not None and self.known(scope, path):
            return self.builder.read(scope, path, lines(node))
        method = _METHOD.fullmatch(self.package_member(scope, node))
        if method is not None:  # `http.MethodPost` is "POST"
            return self.builder.add(scope, "constant", lines(node), method[1].upper(), constant="string")
        return self.builder.add(scope, "attribute", lines(field), self.text(field), (self.value(scope, inner),))

    def _qualified(self, scope: Scope, node: Node) -> int:
        package, name = node.child_by_field_name("package"), node.child_by_field_name("name")
        if package is None or name is None:
            return self.unknown(scope, node)
        return self.builder.add(scope, "attribute", lines(name), self.text(name), (self.value(scope, package),))

    def _subscript(self, scope: Scope, node: Node) -> int:
        inner, index = node.child_by_field_name("operand"), node.child_by_field_name("index")
        if inner is None or index is None:
            return self.unknown(scope, node)
        return self.index(scope, node, self.value(scope, inner), self.value(scope, index))

    def index(self, scope: Scope, node: Node, base: int, key: int) -> int:
        text = self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else ""
        return self.builder.add(scope, "index", lines(node), text, (base, key))

    def part(self, scope: Scope, node: Node, base: int, position: int) -> int:
        """One of several results."""
        key = self.builder.add(scope, "constant", lines(node), str(position), constant="integer")
        return self.builder.add(scope, "index", lines(node), str(position), (base, key))

    def _slice(self, scope: Scope, node: Node) -> int:
        inner = node.child_by_field_name("operand")
        if inner is None:
            return self.unknown(scope, node)
        bounds = tuple(self.value(scope, child) for child in named(node)[1:])
        key = self.builder.add(scope, "unknown", lines(node), "slice", bounds)
        return self.builder.add(scope, "index", lines(node), "", (self.value(scope, inner), key))

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
            if right is not None and operator is not None:
                value = self.operated(scope, operation, operator.type, value, self.value(scope, right))
        return value

    def operated(self, scope: Scope, node: Node, sign: str, left: int, right: int) -> int:
        if sign in ("||", "&&"):
            return self.builder.add(scope, "choice", lines(node), "or", (left, right))
        kind: ValueKind = "format" if sign == "+" and self.is_text(left, right) else "operation"
        return self.builder.add(scope, kind, lines(node), sign, (left, right))

    def _unary(self, scope: Scope, node: Node) -> int:
        operand, operator = node.child_by_field_name("operand"), node.child_by_field_name("operator")
        if operand is None or operator is None:
            return self.unknown(scope, node)
        value, sign = self.value(scope, operand), operator.type
        if sign in ("&", "*"):
            return value
        if sign == "<-":
            return self.builder.add(scope, "element_of", lines(node), "", (value,))
        if sign in ("-", "+") and self.builder.kind_of(value) == "constant":
            return self.builder.add(scope, "constant", lines(node), sign.strip("+") + self.builder.text_of(value),
                                    constant=self.builder.constant_of(value))  # fmt: skip
        return self.builder.add(scope, "operation", lines(node), "not" if sign == "!" else sign, (value,))

    # Literals

    def _composite(self, scope: Scope, node: Node) -> int:
        typed, body = node.child_by_field_name("type"), node.child_by_field_name("body")
        if typed is None or body is None:
            return self.unknown(scope, node)
        return self._made(scope, body, typed)

    def _bare_literal(self, scope: Scope, node: Node) -> int:
        return self._made(scope, node, None)

    def _made(self, scope: Scope, body: Node, typed: Node | None) -> int:
        """What `{...}` of a type is; elements that leave their type out have that of the whole."""
        while typed is not None and typed.type in ("pointer_type", "parenthesized_type") and named(typed):
            typed = named(typed)[0]
        if typed is not None and typed.type in _ARRAYS:
            return self.listed(scope, body, [self._element(scope, child, typed.child_by_field_name("element")) for child in named(body)])
        if typed is not None and typed.type == "map_type":
            return self._dictionary(scope, body, typed.child_by_field_name("value"))
        keys = [child.child_by_field_name("key") for child in named(body) if child.type == "keyed_element"]
        fields = all(key is not None and named(key) and named(key)[0].type == "identifier" for key in keys)
        if typed is None or typed.type == "struct_type" or (keys and not fields):
            made = self._dictionary(scope, body, None) if keys else self.listed(scope, body, [self._element(scope, c) for c in named(body)])
            if typed is None or not self._has_methods(typed):
                return made
            return self.builder.add(scope, "call", lines(typed), "", (self.value(scope, typed), made), ("", ""))
        inputs, labels = [self.value(scope, typed)], [""]
        for child in named(body):
            key = child.child_by_field_name("key") if child.type == "keyed_element" else None
            labels.append(self.text(key) if key is not None else "")
            inputs.append(self._element(scope, child))
        return self.builder.add(scope, "call", lines(typed), "", tuple(inputs), tuple(labels))

    def _has_methods(self, typed: Node) -> bool:
        """Whether a map's type is one on which is called what depends on the type: `url.Values{"q": {text}}.Encode()`."""
        package, name = typed.child_by_field_name("package"), typed.child_by_field_name("name")
        if typed.type != "qualified_type" or package is None or name is None:
            return False
        return f"{self.packages.get(self.text(package), '')}.{self.text(name)}" in _MAPS_WITH_METHODS

    def _element(self, scope: Scope, node: Node, typed: Node | None = None) -> int:
        key = node.child_by_field_name("key") if node.type == "keyed_element" else None
        inner = node.child_by_field_name("value") if node.type == "keyed_element" else node
        while inner is not None and inner.type == "literal_element" and named(inner):
            inner = named(inner)[0]
        if inner is None:
            return self.unknown(scope, node)
        self.hints.append(self.text(key)[:60].strip('"`') if key is not None else "")
        try:
            if inner.type == "literal_value" and self.too_deep(inner):
                return self.builder.add(scope, "unknown", lines(inner), inner.type)
            self.depth += 1
            return self._made(scope, inner, typed) if inner.type == "literal_value" else self.value(scope, inner)
        finally:
            self.depth -= 1
            self.hints.pop()

    def _dictionary(self, scope: Scope, body: Node, typed: Node | None) -> int:
        values: list[int] = []
        labels: list[str] = []
        for child in named(body):
            key = child.child_by_field_name("key") if child.type == "keyed_element" else None
            inner = named(key)[0] if key is not None and named(key) else None
            if inner is None or (inner.type == "identifier" and typed is None):
                labels.append(self.text(inner) if inner is not None else "")
            else:
                given = self.value(scope, inner)
                labels.append(self.builder.text_of(given) if self.builder.kind_of(given) == "constant" else "?")
            values.append(self._element(scope, child, typed))
        return self.builder.add(scope, "collection", lines(body), "dictionary", tuple(values), tuple(labels))

    def listed(self, scope: Scope, node: Node, values: list[int], kind: str = "list") -> int:
        return self.builder.add(scope, "collection", lines(node), kind, tuple(values), ("",) * len(values))

    # The rest

    def _first(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        return self.value(scope, inner[0]) if inner else self.builder.add(scope, "unknown", lines(node), node.type)

    def _inner_type(self, scope: Scope, node: Node) -> int:
        inner = node.child_by_field_name("type")
        return self.value(scope, inner) if inner is not None else self.unknown(scope, node)

    def _converted(self, scope: Scope, node: Node) -> int:
        inner, typed = node.child_by_field_name("operand"), node.child_by_field_name("type")
        if inner is None:
            return self.unknown(scope, node)
        if node.type == "type_conversion_expression" and typed is not None and typed.type == "generic_type":  # or a call of `g[string]`
            return self.builder.add(scope, "call", lines(node), "", (self.value(scope, typed), self.value(scope, inner)), ("", ""))
        return self.value(scope, inner)

    def _closure(self, scope: Scope, node: Node) -> int:
        first = self.builder.next_value
        value, index = self.function_value(scope, node)
        given = self._handed_to_yield(index, first)
        if not given:
            return value
        whole = self.builder.add(scope, "collection", lines(node), "list", given, ("",) * len(given))
        return self.builder.add(scope, "choice", lines(node), "", (whole, value))

    def _handed_to_yield(self, index: int, first: int) -> tuple[int, ...]:
        """What a function gives to its only parameter `yield`: it is an `iter.Seq`, and these are its elements."""
        parameters = self.builder.functions[index].function.parameters
        if [parameter.name for parameter in parameters] != ["yield"]:
            return ()
        calls = (one for one in range(first, self.builder.next_value) if self.builder.kind_of(one) == "call")
        inputs = (self.builder.inputs_of(one) for one in calls)
        return tuple(dict.fromkeys(one[-1] for one in inputs if len(one) > 1 and one[0] == parameters[0].value))

    # Given by the classes built on this one

    def _call(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def function_value(self, scope: Scope, node: Node) -> tuple[int, int]:
        raise NotImplementedError

    def type_value(self, scope: Scope, node: Node, depth: int = 0) -> int | None:
        raise NotImplementedError


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    found: list[str] = []
    position = 0
    while position < len(text):
        sign = text[position + 1] if position + 1 < len(text) else ""
        if text[position] != "\\" or not sign:
            found.append(text[position])
            position += 1
            continue
        width = {"x": 2, "u": 4, "U": 8}.get(sign, 0)
        try:
            found.append(chr(int(text[position + 2 : position + 2 + width], 16)) if width else _ESCAPES.get(sign, sign))
        except (ValueError, OverflowError):
            found.append(sign)
        position += 2 + width
    return "".join(found).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
