"""Python expressions into values: one method per node type of tree-sitter-python's grammar.

Takes syntax nodes, gives value ids. Comparisons and tests become operations that carry no data; text
built by f-strings and `%` becomes `format`; displays and comprehensions become `collection`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from ingest.code.graph import APPLICATION, KEEPERS, KEYS, GraphBuilder, Scope
from ingest.code.tree import TreeReader, lines
from ingest.facts import ConstantType, Store

_MUTATORS = frozenset(
    {
        "append",
        "extend",
        "add",
        "insert",
        "update",
        "setdefault",
        "appendleft",
        "put",
        "put_nowait",
        "push",
        "add_message",
        "add_messages",
        "add_user_message",
        "add_system_message",
        "add_assistant_message",
    }
)
_MAX_LINKS = 8  # accesses between what is assigned and the variable that holds it
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", '\\"': '"', "\\'": "'", "\\\\": "\\", "\\\n": ""}
_ESCAPE = re.compile(r"\\(?:\n|.)", re.DOTALL)


class Expressions(TreeReader):
    """Reads expressions of one file; `statements.Statements` adds the statements."""

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self._readers = {
            "identifier": self._name, "string": self._string, "concatenated_string": self._concatenated,
            "integer": self._constant, "float": self._constant, "true": self._constant, "false": self._constant,
            "none": self._constant, "ellipsis": self._constant, "call": self._call, "attribute": self._attribute,
            "subscript": self._subscript, "binary_operator": self._binary, "boolean_operator": self._boolean,
            "not_operator": self._test, "unary_operator": self._unary, "comparison_operator": self._test,
            "conditional_expression": self._conditional, "lambda": self._lambda, "list": self._display, "tuple": self._display,
            "set": self._display, "expression_list": self._display, "dictionary": self._dictionary,
            "list_comprehension": self._comprehension,
            "set_comprehension": self._comprehension, "generator_expression": self._comprehension,
            "dictionary_comprehension": self._comprehension, "await": self._await, "yield": self._yield,
            "named_expression": self._named, "parenthesized_expression": self._inner, "type": self._inner, "list_splat": self._splat,
            "dictionary_splat": self._splat, "generic_type": self._generic, "pattern_list": self._display,
            "union_type": self._display, "member_type": self._inner, "interpolation": self._inner,
        }  # fmt: skip

    # Names and constants

    def _name(self, scope: Scope, node: Node) -> int:
        return self.builder.read(scope, self.text(node), lines(node))

    def _constant(self, scope: Scope, node: Node) -> int:
        kinds: dict[str, ConstantType] = {"integer": "integer", "float": "float", "true": "boolean", "false": "boolean", "none": "none"}
        return self.builder.add(scope, "constant", lines(node), self.text(node), constant=kinds.get(node.type, "ellipsis"))

    def _string(self, scope: Scope, node: Node) -> int:
        prefix = self.text(node.children[0]).rstrip("'\"").lower() if node.children else ""
        raw, parts, literal = "r" in prefix, [], ""
        start = node.start_point[0] + 1
        for child in node.children:
            if child.type == "string_content":
                literal += self.text(child) if raw else _ESCAPE.sub(_unescape, self.text(child))
            elif child.type == "interpolation":
                inner = child.child_by_field_name("expression")
                if literal:
                    parts.append(self.builder.add(scope, "constant", (start, child.start_point[0] + 1), literal, constant="string"))
                    literal = ""
                start = child.end_point[0] + 1
                if inner is not None:
                    parts.append(self.value(scope, inner))
        kind: ConstantType = "bytes" if "b" in prefix else "string"
        if not parts:
            return self.builder.add(scope, "constant", lines(node), literal, constant=kind)
        if literal:
            parts.append(self.builder.add(scope, "constant", (start, node.end_point[0] + 1), literal, constant="string"))
        return self.builder.add(scope, "format", lines(node), "f-string", tuple(parts))

    def _concatenated(self, scope: Scope, node: Node) -> int:
        parts = [self.value(scope, child) for child in node.named_children if child.type == "string"]
        if all(self.builder.kind_of(part) == "constant" for part in parts):
            joined = "".join(self.builder.text_of(part) for part in parts)
            return self.builder.add(scope, "constant", lines(node), joined, constant="string")
        return self.builder.add(scope, "format", lines(node), "concatenation", tuple(parts))

    # Access

    def path(self, node: Node) -> str | None:
        """`a.b.c` for a plain chain of attributes, else None."""
        names: list[str] = []
        while node.type == "attribute":
            attribute, inner = node.child_by_field_name("attribute"), node.child_by_field_name("object")
            if attribute is None or inner is None or len(names) > 8:
                return None
            names.append(self.text(attribute))
            node = inner
        if node.type != "identifier":
            return None
        return ".".join([self.text(node), *reversed(names)])

    def _attribute(self, scope: Scope, node: Node) -> int:
        path = self.path(node)
        if path is not None and path in scope.environment:
            return scope.environment[path]
        inner, attribute = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if inner is None or attribute is None:
            return self.unknown(scope, node)
        base = self.value(scope, inner)
        return self.builder.add(scope, "attribute", lines(attribute), self.text(attribute), (base,))

    def _subscript(self, scope: Scope, node: Node) -> int:
        inner = node.child_by_field_name("value")
        if inner is None:
            return self.unknown(scope, node)
        base = self.value(scope, inner)
        keys = [self.value(scope, key) for key in node.children_by_field_name("subscript")]
        key = self.builder.text_of(keys[0]) if len(keys) == 1 and self.builder.kind_of(keys[0]) == "constant" else ""
        return self.builder.add(scope, "index", lines(node), key, (base, *keys))

    def _generic(self, scope: Scope, node: Node) -> int:
        parts = [self.value(scope, child) for child in node.named_children]
        return self.builder.add(scope, "index", lines(node), "", tuple(parts))

    # Calls

    def _call(self, scope: Scope, node: Node) -> int:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return self.unknown(scope, node)
        if (
            function.type == "identifier"
            and self.text(function) == "getattr"
            and (read := self._getattr(scope, node, arguments)) is not None
        ):
            return read
        callee = self.value(scope, function)
        inputs, labels = [callee], [""]
        if arguments.type == "generator_expression":
            inputs.append(self.value(scope, arguments))
            labels.append("")
        else:
            for argument in arguments.named_children:
                if argument.type == "comment":
                    continue
                label, inner = "", argument
                if argument.type == "keyword_argument":
                    name, given = argument.child_by_field_name("name"), argument.child_by_field_name("value")
                    if name is None or given is None:
                        continue
                    label, inner = self.text(name), given
                elif argument.type in ("list_splat", "dictionary_splat"):
                    label = "*" if argument.type == "list_splat" else "**"
                    inner = argument.named_children[0] if argument.named_children else argument
                inputs.append(self.value(scope, inner))
                labels.append(label)
        call = self.builder.add(scope, "call", lines(node), "", tuple(inputs), tuple(labels))
        if function.type == "attribute" and self.builder.kind_of(callee) == "attribute" and self.builder.text_of(callee) in _MUTATORS:
            self._mutate(scope, function, call, tuple(inputs[1:]), tuple(labels[1:]))
        self._keep_given(scope, function, inputs)
        return call

    def _getattr(self, scope: Scope, node: Node, arguments: Node) -> int | None:
        """`getattr(app.state, "engine", None)` reads an attribute; a default other than None may come instead."""
        given = [argument for argument in arguments.named_children if argument.type != "comment"]
        if len(given) not in (2, 3) or given[1].type != "string":
            return None
        name = self.builder.text_of(self.value(scope, given[1]))
        if not name.isidentifier():
            return None
        read = self.builder.add(scope, "attribute", lines(node), name, (self.value(scope, given[0]),))
        if len(given) == 2 or given[2].type == "none":
            return read
        return self.builder.add(scope, "choice", lines(node), "", (read, self.value(scope, given[2])))

    def _keep_given(self, scope: Scope, function: Node, inputs: Sequence[int]) -> None:
        """`user_session.set("agent", agent)`"""
        holder = function.child_by_field_name("object") if function.type == "attribute" else None
        if holder is None or len(inputs) != 3 or self.builder.text_of(inputs[0]) != "set" or self.builder.kind_of(inputs[1]) != "constant":
            return
        self.keep(scope, holder, self.builder.inputs_of(inputs[0])[0], self.builder.text_of(inputs[1]), inputs[2])

    def _mutate(self, scope: Scope, function: Node, call: int, given: tuple[int, ...], labels: tuple[str, ...]) -> None:
        target = function.child_by_field_name("object")
        if target is None or not given:
            return
        callee = self.builder.inputs_of(call)[0]
        before, name = self.builder.inputs_of(callee)[0], self.builder.text_of(callee)
        if name == "setdefault" and len(given) == 2 and self.builder.kind_of(given[0]) == "constant":
            given, labels = given[1:], (self.builder.text_of(given[0]),)
        after = self.builder.add(scope, "update", self.builder.lines_of(call), name, (before, *given), ("", *labels))
        self.rebind(scope, target, after)

    def rebind(self, scope: Scope, target: Node, value: int) -> None:
        """What `target` names holds `value` from here on, where the target is a variable or an attribute."""
        if target.type == "identifier":
            self.builder.write(scope, self.text(target), value)
        elif target.type == "attribute":
            self.store(scope, target, value)
        elif target.type == "subscript":
            self._store_inside(scope, target, value)

    def _store_inside(self, scope: Scope, target: Node, value: int) -> None:
        """`calls[part.index]["arguments"] = value`: what the variable, or the attribute, at the root is from here on."""
        root: Node | None = target
        while root is not None and root.type in ("attribute", "subscript"):
            root = root.child_by_field_name("value" if root.type == "subscript" else "object")
        if root is None or root.type != "identifier":
            return  # of what a call gives, nothing is held here
        for _link in range(_MAX_LINKS):
            inner = target.child_by_field_name("value" if target.type == "subscript" else "object")
            attribute, key = target.child_by_field_name("attribute"), target.child_by_field_name("subscript")
            if inner is None:
                return
            label = self.text(attribute) if attribute is not None else "?"
            if key is not None and key.type in ("string", "integer"):
                label = self.builder.text_of(self.value(scope, key))
            value = self.builder.add(scope, "update", lines(target), "", (self.value(scope, inner), value), ("", label))
            target = inner
            if target.type == "identifier" or (target.type == "attribute" and self.path(target) is not None):
                self.rebind(scope, target, value)
                return

    def keep(self, scope: Scope, holder: Node, held: int, name: str, value: int, variable: str = "") -> None:
        """`app.config["MODEL"] = value`: what is kept by name for other functions is a field of what keeps it.

        An application's own entries may also be named by a `variable` that holds the key: `app[ENGINE] = engine`.
        """
        inner = holder.child_by_field_name("attribute") if holder.type == "attribute" else holder
        if inner is None or self.text(inner) not in (*KEEPERS, APPLICATION):
            return
        name = variable if variable and self.text(inner) == APPLICATION else name
        if name != "?":
            self.builder.stores.append(Store(held, name, value, holder.start_point[0] + 1, scope.function))

    def store(self, scope: Scope, target: Node, value: int) -> None:
        """`base.attribute = value`."""
        inner, attribute = target.child_by_field_name("object"), target.child_by_field_name("attribute")
        if inner is None or attribute is None:
            return
        base = self.value(scope, inner)
        self.builder.stores.append(Store(base, self.text(attribute), value, target.start_point[0] + 1, scope.function))
        path = self.path(target)
        if path is None:
            self._store_inside(scope, target, value)
        else:
            self.builder.write(scope, path, value)

    # Operators

    def _binary(self, scope: Scope, node: Node) -> int:
        # Long chains of + lean to the left as deep as they are long: they are walked, not recursed into.
        chain: list[Node] = []
        current = node
        while current.type == "binary_operator":
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
            sign = self.text(operator)
            other = self.value(scope, right)
            is_text = sign == "%" and (self.builder.constant_of(value) == "string" or self.builder.kind_of(value) == "format")
            is_text = is_text or (sign == "+" and "format" in (self.builder.kind_of(value), self.builder.kind_of(other)))
            is_text = is_text or (sign == "+" and "string" in (self.builder.constant_of(value), self.builder.constant_of(other)))
            value = self.builder.add(scope, "format" if is_text else "operation", lines(operation), sign, (value, other))
        return value

    def _boolean(self, scope: Scope, node: Node) -> int:
        operands: list[Node] = []
        stack = [node]
        while stack:
            current = stack.pop()
            left, right = current.child_by_field_name("left"), current.child_by_field_name("right")
            if current.type == "boolean_operator" and left is not None and right is not None:
                stack += [right, left]
            else:
                operands.append(current)
        return self.builder.add(scope, "choice", lines(node), "or", tuple(self.value(scope, operand) for operand in operands))

    def _test(self, scope: Scope, node: Node) -> int:
        operator = " ".join(self.text(child) for child in node.children if not child.is_named) or node.type
        inputs = tuple(self.value(scope, child) for child in node.named_children if child.type != "comment")
        return self.builder.add(scope, "operation", lines(node), operator, inputs)

    def _unary(self, scope: Scope, node: Node) -> int:
        argument = node.child_by_field_name("argument")
        if argument is None:
            return self.unknown(scope, node)
        value = self.value(scope, argument)
        if self.builder.kind_of(value) == "constant":
            return self.builder.add(scope, "constant", lines(node), self.text(node), constant=self.builder.constant_of(value))
        return self.builder.add(scope, "operation", lines(node), "unary", (value,))

    def _conditional(self, scope: Scope, node: Node) -> int:
        children = [child for child in node.named_children if child.type != "comment"]
        if len(children) != 3:
            return self.unknown(scope, node)
        yes, condition, no = children
        return self.conditional(scope, node, condition, yes, no)

    # Displays

    def _display(self, scope: Scope, node: Node) -> int:
        inputs: list[int] = []
        labels: list[str] = []
        for child in node.named_children:
            if child.type == "comment":
                continue
            splat = child.type in ("list_splat", "list_splat_pattern") and bool(child.named_children)
            inputs.append(self.value(scope, child.named_children[0] if splat else child))
            labels.append("*" if splat else "")
        return self.builder.add(scope, "collection", lines(node), node.type, tuple(inputs), tuple(labels))

    def _dictionary(self, scope: Scope, node: Node) -> int:
        inputs: list[int] = []
        labels: list[str] = []
        for child in node.named_children:
            if child.type == "pair":
                key, given = child.child_by_field_name("key"), child.child_by_field_name("value")
                if key is None or given is None:
                    continue
                key_value = self.value(scope, key)
                labels.append(self.builder.text_of(key_value) if self.builder.kind_of(key_value) == "constant" else "?")
                inputs.append(self.value(scope, given))
            elif child.type == "dictionary_splat" and child.named_children:
                labels.append("**")
                inputs.append(self.value(scope, child.named_children[0]))
        return self.builder.add(scope, "collection", lines(node), "dictionary", tuple(inputs), tuple(labels))

    def _comprehension(self, scope: Scope, node: Node) -> int:
        outer = dict(scope.environment)
        for clause in node.named_children:
            if clause.type == "for_in_clause":
                left, right = clause.child_by_field_name("left"), clause.child_by_field_name("right")
                if left is not None and right is not None:
                    iterated = self.value(scope, right)
                    self.assign(scope, left, self.builder.add(scope, "element_of", lines(right), "", (iterated,)))
            elif clause.type == "if_clause" and clause.named_children:
                self.guard(scope, clause.named_children[0])
        body = node.child_by_field_name("body")
        inputs: tuple[int, ...] = ()
        if body is not None:
            nodes = body.named_children if body.type == "pair" else [body]
            inputs = tuple(self.value(scope, child) for child in nodes)
        scope.environment = outer
        labels = (KEYS, "?") if len(inputs) == 2 else ("",) * len(inputs)
        return self.builder.add(scope, "collection", lines(node), "comprehension", inputs, labels)

    # The rest

    def _await(self, scope: Scope, node: Node) -> int:
        return self.builder.add(scope, "await", lines(node), "", tuple(self.value(scope, child) for child in node.named_children[:1]))

    def _yield(self, scope: Scope, node: Node) -> int:
        inner = tuple(self.value(scope, child) for child in node.named_children)
        if inner:
            element = (
                inner[0]
                if "from" not in [child.type for child in node.children]
                else self.builder.add(scope, "element_of", lines(node), "", inner)
            )
            self.builder.functions[scope.function].returns.append(
                self.builder.add(scope, "collection", lines(node), "yield", (element,), ("",))
            )
        return self.builder.add(scope, "unknown", lines(node), "yield")

    def _named(self, scope: Scope, node: Node) -> int:
        name, given = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or given is None:
            return self.unknown(scope, node)
        value = self.value(scope, given)
        self.builder.write(scope, self.text(name), value)
        return value

    def _inner(self, scope: Scope, node: Node) -> int:
        inner = [child for child in node.named_children if child.type != "comment"]
        return self.value(scope, inner[0]) if inner else self.builder.add(scope, "unknown", lines(node), node.type)

    def _splat(self, scope: Scope, node: Node) -> int:
        return self._inner(scope, node)

    def _lambda(self, scope: Scope, node: Node) -> int:
        body = node.child_by_field_name("body")
        name = f"<lambda:{node.start_point[0] + 1}:{node.start_point[1]}>"
        index, inner, qualified = self.open_function(scope, node, name, node.child_by_field_name("parameters"), (), None, False)
        if body is not None:
            self.builder.functions[index].returns.append(self.value(inner, body))
        return self.builder.add(scope, "function", lines(node), qualified)

    # Given by `Statements` and `Definitions`

    def assign(self, scope: Scope, target: Node, value: int) -> None:
        raise NotImplementedError

    def guard(self, scope: Scope, condition: Node) -> int:
        raise NotImplementedError

    def open_function(
        self, scope: Scope, node: Node, name: str, parameters: Node | None, decorators: tuple[int, ...], owner: str | None, is_async: bool
    ) -> tuple[int, Scope, str]:
        raise NotImplementedError


def _unescape(match: re.Match[str]) -> str:
    return _ESCAPES.get(match.group(), match.group())
