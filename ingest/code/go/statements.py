"""Go statements into a value graph: assignments, branches, loops, switches, selects.

Branches give each side its own variables and join them afterwards; a test that leaves the function or loop makes its outcome known
for what follows (`guarded` values). A test of an error, or of `ok`, is one of what gave it: what was handed to that call, or looked up,
passed it. Names declared in a block end with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from ingest.code.go.calls import Calls
from ingest.code.graph import Environment, Scope
from ingest.code.tree import Clause, jumps, lines, named
from ingest.facts import Store

_LEAVES = frozenset({"return_statement", "continue_statement", "break_statement", "goto_statement"})
_ERROR = re.compile(r"\w*[eE]rr\d?\Z")
_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})
_OUTCOME = re.compile(r"(?:\w*[eE]rr\w{0,3}|ok|found|exists|valid|e)\Z")
_ENDS = frozenset({"log.Fatal", "log.Fatalf", "log.Fatalln", "log.Panic", "log.Panicf", "os.Exit"})


class Statements(Calls):
    """Reads statements; `definitions.Definitions` adds functions and types."""

    tested: dict[str, list[Node]]  # variables that tell how something went, to what was handed to it
    named_results: list[tuple[str, ...]]
    result_counts: list[int]  # how many results the functions have that are open

    def block(self, scope: Scope, node: Node) -> bool:
        """Reads statements in order; True where control surely leaves before the end."""
        if node.type == "block":
            return self.run(scope, [child for part in named(node) for child in (named(part) if part.type == "statement_list" else [part])])
        return self.statement(scope, node)

    def run(self, scope: Scope, statements: list[Node]) -> bool:
        known = len(scope.branches)
        before = dict(scope.environment)
        declared: set[str] = set()
        left = False
        for statement in statements:
            declared |= self._declared(statement)
            left = self.statement(scope, statement) or left
        self._forget(scope, declared, before)
        del scope.branches[known:]
        return left

    def _forget(self, scope: Scope, declared: set[str], before: Environment) -> None:
        """Names of a block end with it; those they hid are seen again."""
        for name in declared:
            if name in scope.environment:
                for path in [path for path in scope.environment if path == name or path.startswith(f"{name}.")]:
                    del scope.environment[path]
            if name in before and scope.function:
                scope.environment[name] = before[name]

    def _declared(self, node: Node) -> set[str]:
        if node.type == "short_var_declaration":
            left = node.child_by_field_name("left")
            return {self.text(child) for child in named(left)} if left is not None else set()
        if node.type == "var_declaration":
            return {self.text(name) for spec in self.specs(node) for name in spec.children_by_field_name("name")}
        return set()

    def specs(self, node: Node) -> Iterator[Node]:
        for child in named(node):
            if child.type.endswith("_list"):
                yield from named(child)
            else:
                yield child

    def _statement(self, scope: Scope, node: Node) -> bool:
        kind = node.type
        match kind:
            case "expression_statement" | "go_statement" | "defer_statement":
                return self._expression(scope, node)
            case "short_var_declaration" | "assignment_statement":
                self._assign_all(scope, node)
            case "inc_statement" | "dec_statement":
                for child in named(node):
                    one = self.builder.add(scope, "constant", lines(node), "1", constant="integer")
                    self.assign(
                        scope, child, self.operated(scope, node, "+" if kind == "inc_statement" else "-", self.value(scope, child), one)
                    )
            case "var_declaration" | "const_declaration":
                self.declare(scope, node)
            case "type_declaration":
                self.define(scope, node)
            case "send_statement":
                self._send(scope, node)
            case "return_statement":
                self._return(scope, node)
            case "if_statement":
                return self._if(scope, node)
            case "for_statement":
                self._loop(scope, node)
            case "expression_switch_statement" | "type_switch_statement" | "select_statement":
                return self._switch(scope, node)
            case "block":
                return self.block(scope, node)
            case "labeled_statement":
                left = False
                for child in named(node):
                    left = (child.type != "label_name" and self.statement(scope, child)) or left
                return left
            case "receive_statement":
                self._assign_all(scope, node)
            case "ERROR":
                self.builder.errors.append(f"line {node.start_point[0] + 1}: syntax error")
            case "comment" | ";" | "empty_statement" | "fallthrough_statement":
                pass
            case _ if kind in _LEAVES:
                jumps(self.builder, scope, node)
            case _:
                self.value(scope, node)
        return kind in _LEAVES

    def _expression(self, scope: Scope, node: Node) -> bool:
        for child in named(node):
            self.value(scope, child)
            function = child.child_by_field_name("function") if child.type == "call_expression" else None
            if node.type == "expression_statement" and function is not None:
                return self.text(function) in ("panic", *_ENDS) or self.package_member(scope, function) in _ENDS
        return False

    def _return(self, scope: Scope, node: Node) -> None:
        given = [value for part in named(node) for value in (named(part) if part.type == "expression_list" else [part])]
        function = self.builder.functions[scope.function]
        if not given and self.named_results and self.named_results[-1]:
            values = [self.builder.read(scope, name, lines(node)) for name in self.named_results[-1]]
        else:
            values = [self.value(scope, child) for child in given]
        several = self.result_counts[-1] if self.result_counts else 1
        if len(values) == 1 and several > 1 and self.builder.kind_of(values[0]) == "call":  # `return load(path)`, all that it gives
            values = [self.part(scope, node, values[0], position) for position in range(several)]
        if len(values) == 1:
            function.returns += values
        elif values:
            function.returns.append(self.listed(scope, node, values, "tuple"))

    # Assignments

    def declare(self, scope: Scope, node: Node) -> None:
        """`var` and `const`, at the top of a file or in a function."""
        repeated: list[Node] = []
        for number, spec in enumerate(self.specs(node)):
            names, typed, given = spec.children_by_field_name("name"), *(spec.child_by_field_name(part) for part in ("type", "value"))
            names = [name for name in names if name.is_named]
            values = named(given) if given is not None else []
            if node.type == "const_declaration":
                self.iota = number
                values = repeated = values or repeated
            for name in names:
                self.declared_types[self.text(name)] = self.text(typed) if typed is not None else ""
            if values:
                self._give(scope, names, values)
            elif typed is not None:
                for name in names:
                    self.builder.write(scope, self.text(name), self.zero(scope, typed))

    def _assign_all(self, scope: Scope, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if right is None:
            return
        values = named(right) if right.type == "expression_list" else [right]
        if left is None:
            for value in values:
                self.value(scope, value)
            return
        operator = node.child_by_field_name("operator")
        sign = operator.type[:-1] if operator is not None and operator.type != "=" else ""
        if sign and named(left) and values:
            before, other = self.value(scope, named(left)[0]), self.value(scope, values[0])
            self.assign(scope, named(left)[0], self.operated(scope, node, sign, before, other))
            return
        self._give(scope, named(left), values, node.type == "short_var_declaration")

    def _give(self, scope: Scope, targets: list[Node], values: list[Node], declares: bool = False) -> None:
        """`a, b = x, y`, or `a, err = f()`."""
        if len(values) != 1 or len(targets) == 1:
            found = []
            for target, value in zip(targets, values, strict=False):
                self.hints.append(self.text(target).rsplit(".", 1)[-1][:60])
                found.append((target, self.value(scope, value), value))
                self.hints.pop()
            for target, given, value in found:
                if value.type == "call_expression" and _ERROR.match(self.text(target)):
                    given = self.builder.add(scope, "operation", lines(value), "is", (given,))  # how it went, not what it was given
                self._remember(target, value)
                self.assign(scope, target, given, declares)
            return
        value = values[0]
        parts = self._several(scope, value, targets)
        for target, each in zip(targets, parts, strict=False):
            self._remember(target, value)
            self.assign(scope, target, each, declares)

    def _several(self, scope: Scope, node: Node, targets: list[Node]) -> list[int]:
        """The parts of a value with several."""
        whole = self.value(scope, node)
        if node.type in ("index_expression", "type_assertion_expression", "unary_expression", "receive_statement"):
            inputs = self.builder.inputs_of(whole)
            if node.type == "index_expression" and len(inputs) == 2:
                return [whole, self.builder.add(scope, "operation", lines(node), "in", (inputs[1], inputs[0]))]
            return [whole, self.builder.add(scope, "operation", lines(node), "is", (whole,))]
        found: list[int] = []
        for position, target in enumerate(targets):
            if position and position == len(targets) - 1 and _OUTCOME.match(self.text(target)):
                found.append(self.builder.add(scope, "operation", lines(node), "is", (whole,)))  # how it went, not what it gave
            else:
                found.append(self.part(scope, node, whole, position))
        return found

    def _remember(self, target: Node, value: Node) -> None:
        name = self.text(target)
        if not _OUTCOME.match(name):
            return
        self.tested.pop(name, None)
        if value.type == "call_expression":
            arguments = value.child_by_field_name("arguments")
            self.tested[name] = named(arguments) if arguments is not None else []
        elif value.type == "index_expression":
            index = value.child_by_field_name("index")
            self.tested[name] = [index] if index is not None else []

    def assign(self, scope: Scope, target: Node, value: int, declares: bool = False) -> None:
        """`target = value`."""
        while target.type in ("parenthesized_expression", "unary_expression") and target.named_children:
            target = target.named_children[0]
        if target.type == "identifier":
            name = self.text(target)
            if name == "_":
                return
            if not declares and name in self.module_variables and not self.known(scope, name):
                scope.global_names.add(name)
            elif declares:
                scope.global_names.discard(name)
            if declares and scope.loops:
                scope.loops[-1].declared.add(name)
            self._write_outer(scope, name, value, declares)
        elif target.type == "selector_expression":
            inner, field = target.child_by_field_name("operand"), target.child_by_field_name("field")
            if inner is None or field is None:
                return
            base = self.value(scope, inner)
            self.builder.stores.append(Store(base, self.text(field), value, target.start_point[0] + 1, scope.function))
            root = inner
            while root.type == "selector_expression" and root.child_by_field_name("operand") is not None:
                root = root.child_by_field_name("operand") or root
            outer = self.path(scope, inner)
            if outer is not None and self.builder.kind_of(base) not in ("parameter", "name"):
                after = self.builder.add(scope, "update", lines(target), "", (base, value), ("", self.text(field)))
                self.builder.bind(scope, outer, after)
                self._holders(scope, inner, after)
            path = self.path(scope, target)
            if path is not None:
                self.builder.write(scope, path, value)
        elif target.type == "index_expression":
            inner, index = target.child_by_field_name("operand"), target.child_by_field_name("index")
            if inner is not None and index is not None:
                key, before = self.value(scope, index), self.value(scope, inner)
                label = self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else "?"
                self.assign(scope, inner, self.builder.add(scope, "update", lines(target), "", (before, value), ("", label)))

    def _holders(self, scope: Scope, node: Node, value: int) -> None:
        """`config.ToolsConfig.Tools = tools` changes what `config` holds, too."""
        while node.type == "selector_expression":
            outer, field = node.child_by_field_name("operand"), node.child_by_field_name("field")
            path = self.path(scope, outer) if outer is not None else None
            if outer is None or field is None or path is None:
                return
            before = self.value(scope, outer)
            if self.builder.kind_of(before) in ("parameter", "name"):
                return
            value = self.builder.add(scope, "update", lines(node), "", (before, value), ("", self.text(field)))
            self.builder.bind(scope, path, value)
            node = outer

    def _write_outer(self, scope: Scope, name: str, value: int, declares: bool) -> None:
        """A closure that assigns to a variable around it changes that variable, too."""
        self.builder.write(scope, name, value)
        outer = scope.parent
        while not declares and outer is not None and outer.parent is not None and name not in scope.global_names:
            if name in outer.environment:
                before = outer.environment[name]
                self.builder.bind(outer, name, self.builder.add(outer, "choice", self.builder.lines_of(value), name, (before, value)))
                return
            outer = outer.parent

    def _send(self, scope: Scope, node: Node) -> None:
        channel, given = node.child_by_field_name("channel"), node.child_by_field_name("value")
        if channel is not None and given is not None:
            before, value = self.value(scope, channel), self.value(scope, given)
            self.assign(scope, channel, self.builder.add(scope, "update", lines(node), "", (before, value), ("", "")))

    # Branches

    def tested_path(self, scope: Scope, operand: Node) -> str | None:
        return self.path(scope, operand)

    def operands(self, condition: Node) -> list[Node]:
        found: list[Node] = []
        stack = [(condition, False)]
        steps = 0
        while stack and len(found) < 16 and steps < 200:
            node, compared = stack.pop()
            steps += 1
            kind = node.type
            if kind in ("identifier", "selector_expression"):
                handed = self.tested.get(self.text(node), []) if kind == "identifier" else []
                if handed or self.text(node) in self.tested:
                    stack += [(child, True) for child in handed if child.type in ("identifier", "selector_expression", "call_expression")]
                elif compared:
                    found.append(node)
            elif kind == "call_expression":
                function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
                inner = function.child_by_field_name("operand") if function is not None else None
                stack += [(inner, True)] if inner is not None else []
                stack += [(child, True) for child in (arguments.named_children if arguments is not None else [])]
            elif kind == "binary_expression":
                operator = node.child_by_field_name("operator")
                test = operator is not None and operator.type in _COMPARISONS
                stack += [(child, compared or test) for child in node.named_children]
            elif kind in ("unary_expression", "parenthesized_expression", "type_conversion_expression"):
                stack += [(child, compared) for child in node.named_children]
            elif kind == "index_expression":
                index = node.child_by_field_name("index")
                stack += [(index, True)] if index is not None else []
        return found

    def _if(self, scope: Scope, node: Node) -> bool:
        before = dict(scope.environment)
        declared: set[str] = set()
        left = self.choose(scope, self._clauses(scope, node, declared))
        self._forget(scope, declared, before)
        return left

    def _clauses(self, scope: Scope, node: Node, declared: set[str]) -> Iterator[Clause]:
        current: Node | None = node
        while current is not None and current.type == "if_statement":
            start, condition = current.child_by_field_name("initializer"), current.child_by_field_name("condition")
            if start is not None:
                declared |= self._declared(start)
                self.statement(scope, start)
            if condition is None:
                return
            yield condition, current.child_by_field_name("consequence")
            current = current.child_by_field_name("alternative")
        if current is not None:
            yield None, current

    # Given by `Definitions`

    def _loop(self, scope: Scope, node: Node) -> None:
        raise NotImplementedError

    def _switch(self, scope: Scope, node: Node) -> bool:
        raise NotImplementedError

    def define(self, scope: Scope, node: Node) -> None:
        raise NotImplementedError
