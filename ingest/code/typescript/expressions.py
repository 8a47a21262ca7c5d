"""TypeScript and JavaScript expressions into values: one method per node type of the grammars.

Takes syntax nodes, gives value ids. The graph's own words are used wherever a thing has one: `new X()` is
a call of X, an object literal is a `dictionary` collection, a template literal an f-string, `x.length` a
call of `len`, `===` is `==`, `a.includes(b)` is `b in a`. Casts and `!` are nothing. Functions written into
the calls of the usual array and promise methods see the elements as their parameters.
"""

from __future__ import annotations

from collections.abc import Mapping

from tree_sitter import Node

from ingest.code.graph import GraphBuilder, Scope
from ingest.code.tree import lines, named
from ingest.code.typescript.texts import Texts

FUNCTIONS = frozenset({"arrow_function", "function_expression", "function", "generator_function"})
_OPERATORS = {"===": "==", "!==": "!=", "instanceof": "is"}
_WORDS = frozenset({"==", "!=", "===", "!==", "<", ">", "<=", ">=", "in", "instanceof"})


class Expressions(Texts):
    """Reads expressions of one file; `statements` and `definitions` add the rest."""

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self.hints: list[str] = []  # what the value being read is put into: names for functions that have none
        self._required: set[str] = set()  # modules asked for by `require` and `import()`
        self._readers = {
            "identifier": self._name, "this": self._this, "super": self._super, "string": self._string, "template_string": self._template,
            "number": self._number, "true": self._word, "false": self._word, "null": self._word, "undefined": self._word,
            "regex": self._regex, "call_expression": self._call, "new_expression": self._new, "member_expression": self._member,
            "subscript_expression": self._subscript, "binary_expression": self._binary, "unary_expression": self._unary,
            "update_expression": self._update, "ternary_expression": self._ternary, "assignment_expression": self._assignment,
            "augmented_assignment_expression": self._augmented, "object": self._object, "array": self._array,
            "await_expression": self._await, "yield_expression": self._yield, "as_expression": self._first,
            "satisfies_expression": self._first, "non_null_expression": self._first, "instantiation_expression": self._first,
            "parenthesized_expression": self._first, "type_assertion": self._last, "sequence_expression": self._sequence,
            "spread_element": self._first, "arrow_function": self._function, "function_expression": self._function,
            "function": self._function, "generator_function": self._function, "class": self._class,
            "jsx_element": self._jsx, "jsx_self_closing_element": self._jsx, "jsx_fragment": self._jsx, "jsx_expression": self._jsx_inner,
            "jsx_text": self._text, "shorthand_property_identifier": self._name, "meta_property": self._word,
            "template_substitution": self._first, "property_identifier": self._text, "private_property_identifier": self._text,
            "parenthesized": self._first,
        }  # fmt: skip

    # Names and constants

    def _name(self, scope: Scope, node: Node) -> int:
        name = self.text(node)
        if name == "undefined":
            return self._word(scope, node)
        return self.builder.read(scope, name, lines(node))

    def _this(self, scope: Scope, node: Node) -> int:
        return self.builder.read(scope, "this", lines(node))

    def _super(self, scope: Scope, node: Node) -> int:
        callee = self.builder.add(scope, "name", lines(node), "@super")
        return self.builder.add(scope, "call", lines(node), "", (callee,), ("",))

    def _word(self, scope: Scope, node: Node) -> int:
        text = self.text(node)
        if text in ("true", "false"):
            return self.builder.add(scope, "constant", lines(node), text.capitalize(), constant="boolean")
        if text in ("null", "undefined"):
            return self.builder.add(scope, "constant", lines(node), "None", constant="none")
        return self.builder.add(scope, "name", lines(node), text)

    def _number(self, scope: Scope, node: Node) -> int:
        text = self.text(node).rstrip("n")
        whole = text[:2].lower() in ("0x", "0b", "0o") or text.replace("_", "").isdigit()
        return self.builder.add(scope, "constant", lines(node), text, constant="integer" if whole else "float")

    def _regex(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "unknown", lines(node), self.text(node)[:200])

    def _text(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "constant", lines(node), self.text(node), constant="string")

    # Access

    def path(self, node: Node) -> str | None:
        """`a.b.c` for a plain chain of properties, else None."""
        names: list[str] = []
        while node.type in ("member_expression", "non_null_expression", "parenthesized_expression", "as_expression"):
            if node.type != "member_expression":
                inner = node.named_children[0] if node.named_children else None
            else:
                inner, attribute = node.child_by_field_name("object"), node.child_by_field_name("property")
                if attribute is None or len(names) > 8:
                    return None
                names.append(self.text(attribute))
            if inner is None:
                return None
            node = inner
        if node.type not in ("identifier", "this"):
            return None
        return ".".join([self.text(node), *reversed(names)])

    def _member(self, scope: Scope, node: Node) -> int:
        # Chains of accesses lean to the left as deep as they are long: they are walked, not recursed into.
        links: list[tuple[Node, Node]] = []
        current = node
        while current.type == "member_expression":
            inner, attribute = current.child_by_field_name("object"), current.child_by_field_name("property")
            if inner is None or attribute is None:
                break
            links.append((current, attribute))
            current = inner
        if not links:
            return self.unknown(scope, node)
        path = self.text(current) if current.type in ("identifier", "this") else None
        base = None
        for link, attribute in reversed(links):
            name = self.text(attribute)
            path = f"{path}.{name}" if path is not None and len(path) < 200 else None
            known = scope.environment.get(path) if path is not None else None
            if known is not None:
                base = known
                continue
            if base is None:
                base = self.value(scope, current)
            if name == "length":
                callee = self.builder.add(scope, "name", lines(attribute), "@len")
                base = self.builder.add(scope, "call", lines(link), "", (callee, base), ("", ""))
            else:
                base = self.builder.add(scope, "attribute", lines(attribute), name, (base,))
        assert base is not None
        return base

    def _subscript(self, scope: Scope, node: Node) -> int:
        inner, index = node.child_by_field_name("object"), node.child_by_field_name("index")
        if inner is None or index is None:
            return self.unknown(scope, node)
        base, key = self.value(scope, inner), self.value(scope, index)
        text = self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else ""
        return self.builder.add(scope, "index", lines(node), text, (base, key))

    # Operators

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
            sign = operator.type
            other = self.value(scope, right)
            if sign in ("||", "&&", "??"):
                inputs: tuple[int, ...] = (other,) if sign == "&&" and self._is_test(value) and not self._is_test(other) else (value, other)
                value = self.builder.add(scope, "choice", lines(operation), "or", inputs)
                continue
            kinds = (self.builder.kind_of(value), self.builder.kind_of(other))
            is_text = sign == "+" and ("format" in kinds or "string" in (self.builder.constant_of(value), self.builder.constant_of(other)))
            value = self.builder.add(
                scope, "format" if is_text else "operation", lines(operation), _OPERATORS.get(sign, sign), (value, other)
            )
        return value

    def _is_test(self, value: int) -> bool:
        return self.builder.kind_of(value) == "operation" and self.builder.text_of(value) in (
            "==",
            "!=",
            "<",
            ">",
            "<=",
            ">=",
            "not",
            "in",
            "is",
        )

    def _unary(self, scope: Scope, node: Node) -> int:
        argument, operator = node.child_by_field_name("argument"), node.child_by_field_name("operator")
        if argument is None or operator is None:
            return self.unknown(scope, node)
        value = self.value(scope, argument)
        sign = operator.type
        if sign in ("-", "+") and self.builder.kind_of(value) == "constant":
            return self.builder.add(scope, "constant", lines(node), self.text(node), constant=self.builder.constant_of(value))
        if sign in ("!", "typeof", "delete"):
            return self.builder.add(scope, "operation", lines(node), "not" if sign == "!" else f"is {sign}", (value,))
        return self.builder.add(scope, "operation", lines(node), "number" if sign in ("-", "+", "~") else "unary", (value,))

    def _update(self, scope: Scope, node: Node) -> int:
        argument = node.child_by_field_name("argument")
        if argument is None:
            return self.unknown(scope, node)
        value = self.builder.add(scope, "operation", lines(node), "unary", (self.value(scope, argument),))
        self.rebind(scope, argument, value)
        return value

    def _ternary(self, scope: Scope, node: Node) -> int:
        condition, yes, no = (node.child_by_field_name(name) for name in ("condition", "consequence", "alternative"))
        if condition is None or yes is None or no is None:
            return self.unknown(scope, node)
        return self.conditional(scope, node, condition, yes, no)

    def _assignment(self, scope: Scope, node: Node) -> int:
        targets: list[Node] = []
        current = node
        while current.type == "assignment_expression":
            left, right = current.child_by_field_name("left"), current.child_by_field_name("right")
            if left is None or right is None:
                return self.unknown(scope, node)
            targets.append(left)
            current = right
        self.hints.append(self.text(targets[-1]).rsplit(".", 1)[-1][:60] if targets[-1].type in ("identifier", "member_expression") else "")
        value = self.value(scope, current)
        self.hints.pop()
        for target in targets:
            self.assign(scope, target, value)
        return value

    def _augmented(self, scope: Scope, node: Node) -> int:
        left, right, operator = (node.child_by_field_name(name) for name in ("left", "right", "operator"))
        if left is None or right is None or operator is None:
            return self.unknown(scope, node)
        before, added = self.value(scope, left), self.value(scope, right)
        sign = operator.type[:-1]
        if sign in ("||", "&&", "??"):
            value = self.builder.add(scope, "choice", lines(node), "or", (before, added))
        else:
            text = sign == "+" and any(
                self.builder.constant_of(v) == "string" or self.builder.kind_of(v) == "format" for v in (before, added)
            )
            value = self.builder.add(scope, "format" if text else "operation", lines(node), sign, (before, added))
        self.assign(scope, left, value)
        return value

    # Displays

    def _array(self, scope: Scope, node: Node) -> int:
        inputs: list[int] = []
        labels: list[str] = []
        for child in named(node):
            splat = child.type == "spread_element"
            inputs.append(self._first(scope, child) if splat else self.value(scope, child))
            labels.append("*" if splat else "")
        return self.builder.add(scope, "collection", lines(node), "list", tuple(inputs), tuple(labels))

    def _object(self, scope: Scope, node: Node) -> int:
        inputs: list[int] = []
        labels: list[str] = []
        for child in node.named_children:
            match child.type:
                case "pair":
                    key, given = child.child_by_field_name("key"), child.child_by_field_name("value")
                    if key is None or given is None:
                        continue
                    known = self._keys(scope, key)
                    self.hints.append(known[0])
                    value = self.value(scope, given)
                    self.hints.pop()
                    inputs += [value] * len(known)
                    labels += known
                case "shorthand_property_identifier":
                    labels.append(self.text(child))
                    inputs.append(self._name(scope, child))
                case "spread_element":
                    labels.append("**")
                    inputs.append(self._first(scope, child))
                case "method_definition":
                    name = child.child_by_field_name("name")
                    label = self.key(scope, name) if name is not None else "?"
                    method, index = self.function_value(scope, child, label, {})
                    if any(part.type == "get" for part in child.children):
                        inputs += self.builder.functions[index].returns
                        labels += [label] * len(self.builder.functions[index].returns)
                    else:
                        inputs.append(method)
                        labels.append(label)
                case _:
                    continue
        return self.builder.add(scope, "collection", lines(node), "dictionary", tuple(inputs), tuple(labels))

    def key(self, scope: Scope, node: Node) -> str:
        """The constant name of a property, `?` where it is computed."""
        known = self._keys(scope, node)
        return known[0] if len(known) == 1 else "?"

    def _keys(self, scope: Scope, node: Node) -> list[str]:
        """The names that a property may have: both of `[isHtml ? "html" : "text"]`, `?` where it is computed otherwise."""
        if node.type == "string":
            return [self.literal(node)]
        if node.type == "computed_property_name":
            value = self._first(scope, node)
            known = self.builder.inputs_of(value) if self.builder.kind_of(value) == "choice" else (value,)
            if all(self.builder.kind_of(one) == "constant" for one in known):
                return list(dict.fromkeys(self.builder.text_of(one) for one in known))
            return ["?"]
        return [self.text(node)]

    # The rest

    def _await(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "await", lines(node), "", (self._first(scope, node),))

    def _yield(self, scope: Scope, node: Node) -> int:
        inner = [self.value(scope, child) for child in named(node)]
        if inner:
            delegated = any(child.type == "*" for child in node.children)
            element = self.builder.add(scope, "element_of", lines(node), "", (inner[0],)) if delegated else inner[0]
            self.builder.functions[scope.function].returns.append(
                self.builder.add(scope, "collection", lines(node), "yield", (element,), ("",))
            )
        return self.builder.add(scope, "unknown", lines(node), "yield")

    def _first(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        return self.value(scope, inner[0]) if inner else self.builder.add(scope, "unknown", lines(node), node.type)

    def _last(self, scope: Scope, node: Node) -> int:
        inner = named(node)
        return self.value(scope, inner[-1]) if inner else self.builder.add(scope, "unknown", lines(node), node.type)

    def _sequence(self, scope: Scope, node: Node) -> int:
        values = [self.value(scope, child) for child in named(node)]
        return values[-1] if values else self.builder.add(scope, "unknown", lines(node), node.type)

    def _function(self, scope: Scope, node: Node) -> int:
        return self.function_value(scope, node, "", {})[0]

    # Given by the classes built on this one

    def _call(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _new(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _jsx(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def _jsx_inner(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError

    def rebind(self, scope: Scope, target: Node, value: int) -> None:
        raise NotImplementedError

    def assign(self, scope: Scope, target: Node, value: int) -> None:
        raise NotImplementedError

    def set_variable(self, scope: Scope, name: str, value: int) -> None:
        raise NotImplementedError

    def function_value(self, scope: Scope, node: Node, name: str, bound: Mapping[int, int]) -> tuple[int, int]:
        raise NotImplementedError

    def _class(self, scope: Scope, node: Node) -> int:
        raise NotImplementedError
