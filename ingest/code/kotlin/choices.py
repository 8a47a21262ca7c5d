"""`if`, `when` and `try` of Kotlin, which are values too, and what their tests say of the names in them.

Each side has variables of its own, joined behind; what the last statement of a side gives, the whole gives. An entry of a `when` is known
to have passed its test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from ingest.code.graph import Environment, Scope
from ingest.code.kotlin.calls import Calls
from ingest.code.tree import Clause, lines, named
from ingest.facts import Branch

_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">=", "===", "!=="})


class Choices(Calls):
    """Reads choices; `statements.Statements` adds the rest."""

    _sides: dict[int, list[int]]  # bodies whose last value is wanted, and where it goes
    _chained: dict[int, list[int]]  # choices whose value is wanted

    # Branches

    def tested_path(self, scope: Scope, operand: Node) -> str | None:
        return self.path(scope, operand)

    def operands(self, condition: Node) -> list[Node]:
        found: list[Node] = []
        stack = [(condition, False)]
        while stack and len(found) < 16:
            node, compared = stack.pop()
            kind, inner = node.type, named(node)
            if kind == "identifier":
                if compared and not self.text(node)[:1].isupper() and self.text(node) not in ("true", "false", "null"):
                    found.append(node)
            elif kind == "navigation_expression":
                if compared:
                    found.append(node)
            elif kind == "call_expression" and inner:
                callee, _types, given, _last = self.parts(node)
                if callee.type == "navigation_expression" and named(callee):
                    stack.append((named(callee)[0], True))
                stack += [(named(child)[-1], True) for child in given if named(child)]
            elif kind == "binary_expression":
                operator = node.child_by_field_name("operator")
                test = operator is not None and operator.type in _COMPARISONS
                stack += [(child, compared or test) for child in inner]
            elif kind in ("unary_expression", "index_expression", "parenthesized_expression", "as_expression", "infix_expression"):
                stack += [(child, compared) for child in inner if child.type != "user_type"]
            elif kind in ("is_expression", "in_expression"):
                stack += [(child, True) for child in [node.child_by_field_name("left")] if child is not None]
        return found

    def clauses(self, node: Node) -> Iterator[Clause]:
        """The sides of `if (a) b else if (c) d else e`."""
        current: Node | None = node
        while current is not None and current.type == "if_expression":
            condition, yes, no = self._sides_of(current)
            if condition is None:
                return
            yield condition, yes
            if no is not None and node.id in self._chained:
                if no.type == "if_expression":
                    self._want(no, self._chained[node.id])
                else:
                    self._sides[no.id] = self._chained[node.id]
            current = no
        if current is not None:
            yield None, current

    def _sides_of(self, node: Node) -> tuple[Node | None, Node | None, Node | None]:
        condition = node.child_by_field_name("condition")
        yes: Node | None = None
        no: Node | None = None
        seen_end = seen_else = False
        for child in node.children:
            if child.type == ")" and condition is not None and child.start_byte >= condition.end_byte:
                seen_end = True
            elif child.type == "else":
                seen_else = True
            elif child.is_named and seen_end and not child.type.endswith("comment"):
                if seen_else:
                    no = no or child
                else:
                    yes = yes or child
        return condition, yes, no

    def _want(self, node: Node, values: list[int]) -> None:
        _condition, yes, _no = self._sides_of(node)
        if yes is not None:
            self._sides[yes.id] = values

    # What gives a value

    def _valued(self, scope: Scope, node: Node) -> int:
        value, _left = self._valued_statement(scope, node)
        return value if value is not None else self.builder.add(scope, "unknown", lines(node), node.type)

    def _valued_statement(self, scope: Scope, node: Node) -> tuple[int | None, bool]:
        """An `if`, `when` or `try` with what it gives, and whether control surely leaves in it."""
        if self.too_deep(node):
            return None, False
        values: list[int] = []
        self.depth += 1
        if node.type == "if_expression":
            self._chained[node.id] = values
            self._want(node, values)
            left = self.choose(scope, self.clauses(node))
            self._chained.pop(node.id, None)
        elif node.type == "when_expression":
            left = self._when(scope, node, values)
        else:
            left = self._try(scope, node, values)
        self.depth -= 1
        given = list(dict.fromkeys(values))
        if not given:
            return None, left
        if len(given) == 2 and node.type == "if_expression":
            return self.builder.either(scope, lines(node), given[0], given[1]), left
        return (given[0] if len(given) == 1 else self.builder.add(scope, "choice", lines(node), "if", tuple(given))), left

    def _when(self, scope: Scope, node: Node, values: list[int] | None) -> bool:
        """A `when`, whose entries are asked one after the other."""
        subject = next((child for child in node.named_children if child.type == "when_subject"), None)
        outer = set(scope.environment)
        declared: set[str] = set()
        value: int | None = None
        asked: Node | None = None
        if subject is not None and named(subject):
            asked = named(subject)[-1]
            value = self.value(scope, asked)
            variable = next((child for child in named(subject) if child.type == "variable_declaration"), None)
            if variable is not None:
                declared = self.bind_variable(scope, variable, value)
                asked = self.variables_in(variable)[0] if self.variables_in(variable) else asked
        entries = [child for child in node.named_children if child.type == "when_entry"]
        before = dict(scope.environment)
        ends: list[Environment] = []
        lefts: list[bool] = []
        has_else = False
        known = len(scope.branches)
        for entry in entries:
            tests = entry.children_by_field_name("condition")
            body = next((child for child in reversed(named(entry)) if child not in tests), None)
            number: int | None = None
            inside = len(scope.branches)
            if tests:
                number = self._entry(scope, asked, value, tests)
            else:
                has_else = True
            held = self.builder.next_value
            after = dict(scope.environment)
            if body is not None and values is not None:
                self._sides[body.id] = values
            left = self.block(scope, body) if body is not None else False
            if number is not None:
                if left:
                    self.builder.branches[number] = replace(self.builder.branches[number], exits_when="holds")
                self.builder.place_branch(number, held, self.builder.next_value)
            del scope.branches[inside:]
            lefts.append(left)
            if not left:
                ends.append(scope.environment)
            scope.environment = dict(before) if value is not None else after
        del scope.branches[known:]
        exhaustive = has_else or (values is not None and bool(entries))
        if not exhaustive:
            ends.append(dict(before))
        if ends:
            self.builder.join(scope, *ends)
        else:
            scope.environment = before
        for local in declared - outer:
            scope.environment.pop(local, None)
        return exhaustive and bool(lefts) and all(lefts)

    def _entry(self, scope: Scope, asked: Node | None, value: int | None, tests: list[Node]) -> int:
        """The test of one entry of a `when`, as a branch."""
        first = tests[0]
        if value is None or asked is None:
            conditions = [self.value(scope, test) for test in tests]
            condition = conditions[0] if len(conditions) == 1 else self.builder.add(scope, "choice", lines(first), "or", tuple(conditions))
        elif first.type == "type_test":
            kinds = tuple(self.value(scope, named(test)[-1]) for test in tests if named(test))
            condition = self.builder.add(scope, "operation", lines(first), "is", (value, *kinds))
        elif first.type == "range_test":
            inner = named(first)
            condition = self.builder.add(
                scope, "operation", lines(first), "in", (value, *(self.value(scope, child) for child in inner[:1]))
            )
        else:
            wanted = [self.value(scope, test) for test in tests]
            other = wanted[0] if len(wanted) == 1 else self.listed(scope, first, wanted)
            condition = self.builder.add(scope, "operation", lines(first), "==" if len(wanted) == 1 else "in", (value, other))
        self.builder.branches.append(Branch(condition, first.start_point[0] + 1, scope.function, ""))
        number = len(self.builder.branches) - 1
        scope.branches.append(number)
        if asked is None:
            for test in tests[:1]:
                self.narrow(scope, test, condition, "holds")
        else:
            name = self.path(scope, asked)
            if name is not None and name in scope.environment:
                self.builder.bind(
                    scope, name, self.builder.add(scope, "guarded", lines(asked), "holds", (scope.environment[name], condition))
                )
        return number

    def _try(self, scope: Scope, node: Node, values: list[int] | None) -> bool:
        outer = set(scope.environment)
        declared: set[str] = set()
        before = dict(scope.environment)
        body = next((child for child in node.named_children if child.type == "block"), None)
        if body is not None and values is not None:
            self._sides[body.id] = values
        begun = self.builder.next_value
        left = self.block(scope, body) if body is not None else False
        tried = begun, self.builder.next_value
        after_body = scope.environment
        ends = [] if left else [scope.environment]
        for handler in (child for child in node.named_children if child.type == "catch_block"):
            # An exception may come before or after any assignment of the body.
            self.builder.join(scope, dict(before), dict(after_body))
            inner = named(handler)
            name = next((child for child in inner if child.type == "identifier"), None)
            block = next((child for child in inner if child.type == "block"), None)
            error, types = None, list[Node]()
            if name is not None:
                declared.add(self.text(name))
                types = [child for child in inner if child.type.endswith("_type")]
                caught = tuple(self.value(scope, child) for child in types)
                error = self.builder.add(scope, "unknown", lines(name), "exception", caught)
                self.builder.write(scope, self.text(name), error)
            if block is not None and values is not None:
                self._sides[block.id] = values
            if not self.handled(scope, tried, block, error, types):
                ends.append(scope.environment)
        if ends:
            self.builder.join(scope, *ends)
        else:
            scope.environment = after_body
        left = not ends
        for final in (child for child in node.named_children if child.type == "finally_block"):
            for child in named(final):
                left = self.block(scope, child) or left
        for local in declared - outer:
            scope.environment.pop(local, None)
        return left
