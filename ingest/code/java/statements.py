"""Java statements into a value graph: blocks, branches, loops, switches.

Branches give each side its own variables and join them afterwards; a test that leaves the method or
loop makes its outcome known for what follows (`guarded` values). Names declared in a block end with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from ingest.code.graph import Environment, Loop, Scope
from ingest.code.java.calls import Calls
from ingest.code.tree import Clause, jumps, lines, named
from ingest.facts import Branch

_LEAVES = frozenset({"return_statement", "throw_statement", "continue_statement", "break_statement"})
_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})
_CHECKS = ("validate", "check", "ensure", "assert", "verify", "require", "guard")
_DEFINITIONS = frozenset({"class_declaration", "interface_declaration", "record_declaration", "enum_declaration",
                          "annotation_type_declaration"})  # fmt: skip


class Statements(Calls):
    """Reads statements; `definitions.Definitions` adds methods and classes."""

    def block(self, scope: Scope, node: Node) -> bool:
        """Reads statements in order; True where control surely leaves before the end."""
        return self.run(scope, named(node)) if node.type in ("block", "constructor_body") else self.statement(scope, node)

    def run(self, scope: Scope, statements: list[Node]) -> bool:
        known = len(scope.branches)
        before = set(scope.environment)
        declared: set[str] = set()
        left = False
        for statement in statements:
            declared |= self._declared(statement)
            left = self.statement(scope, statement) or left
        for name in declared - before:
            scope.environment.pop(name, None)
        del scope.branches[known:]
        return left

    def _declared(self, node: Node) -> set[str]:
        if node.type != "local_variable_declaration":
            return set()
        names = (child.child_by_field_name("name") for child in node.children_by_field_name("declarator"))
        return {self.text(name) for name in names if name is not None}

    def _statement(self, scope: Scope, node: Node) -> bool:
        kind = node.type
        match kind:
            case "expression_statement":
                for child in named(node):
                    self._checked(scope, child, self.value(scope, child))
            case "local_variable_declaration":
                self._declare(scope, node)
            case "return_statement":
                for child in named(node):
                    self.builder.functions[scope.function].returns.append(self.value(scope, child))
            case "if_statement":
                return self.choose(scope, self._clauses(node))
            case "for_statement" | "enhanced_for_statement" | "while_statement" | "do_statement":
                self._loop(scope, node)
            case "try_statement" | "try_with_resources_statement":
                return self._try(scope, node)
            case "switch_expression" | "switch_statement":
                self._switch(scope, node)
            case "block" | "constructor_body":
                return self.block(scope, node)
            case "labeled_statement" | "synchronized_statement":
                left = False
                for child in named(node):
                    if child.type != "identifier":
                        left = self.statement(scope, child)
                return left
            case "yield_statement":
                for child in named(node):
                    self._yields.append(self.value(scope, child))
                return True
            case "explicit_constructor_invocation":
                self._construct(scope, node)
            case "assert_statement":
                for child in named(node):
                    self.value(scope, child)
            case "ERROR":
                self.builder.errors.append(f"line {node.start_point[0] + 1}: syntax error")
            case "line_comment" | "block_comment" | ";":
                pass
            case _ if kind in _DEFINITIONS:
                self.define(scope, node)
            case _ if kind in _LEAVES:
                jumps(self.builder, scope, node)
                for child in named(node):
                    if kind == "throw_statement":
                        self.value(scope, child)
            case _:
                self.value(scope, node)
        return kind in _LEAVES

    def _construct(self, scope: Scope, node: Node) -> None:
        """`super(...)` and `this(...)`."""
        which, arguments = node.child_by_field_name("constructor"), node.child_by_field_name("arguments")
        if which is None or arguments is None:
            return
        callee = self.builder.add(scope, "attribute", lines(which), "__init__", (self.value(scope, which),))
        given = tuple(self.value(scope, child) for child in named(arguments))
        self.builder.add(scope, "call", lines(node), "", (callee, *given), ("",) * (len(given) + 1))

    def _declare(self, scope: Scope, node: Node) -> None:
        typed = node.child_by_field_name("type")
        for declarator in node.children_by_field_name("declarator"):
            name, given = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
            if name is None:
                continue
            self.declared_types[self.text(name)] = self.text(typed) if typed is not None else ""
            if given is None:
                value = self.builder.add(scope, "unknown", lines(name), "unset")
            else:
                self.hints.append(self.text(name))
                value = self.value(scope, given)
                self.hints.pop()
            self.builder.write(scope, self.text(name), value)

    def _checked(self, scope: Scope, node: Node, value: int) -> None:
        """`validatePath(x)` as a statement leaves where x is not valid: what follows works on a checked x."""
        name = node.child_by_field_name("name") if node.type == "method_invocation" else None
        if name is not None and self.text(name).lower().startswith(_CHECKS) and self.builder.kind_of(value) == "call":
            self.narrow(scope, node, value, "holds")

    # Branches

    def tested_path(self, scope: Scope, operand: Node) -> str | None:
        return self.path(scope, operand)

    def operands(self, condition: Node) -> list[Node]:
        found: list[Node] = []
        stack = [(condition, False)]
        while stack and len(found) < 16:
            node, compared = stack.pop()
            kind = node.type
            if kind in ("identifier", "field_access"):
                if compared and not (kind == "identifier" and self.text(node)[:1].isupper()):
                    found.append(node)
            elif kind == "method_invocation":
                arguments, inner = node.child_by_field_name("arguments"), node.child_by_field_name("object")
                stack += [(inner, True)] if inner is not None else []
                stack += [(child, True) for child in (arguments.named_children if arguments is not None else [])]
            elif kind == "binary_expression":
                operator = node.child_by_field_name("operator")
                test = operator is not None and operator.type in _COMPARISONS
                stack += [(child, compared or test) for child in node.named_children]
            elif kind in ("unary_expression", "array_access", "parenthesized_expression", "ternary_expression", "cast_expression"):
                stack += [(child, compared) for child in node.named_children]
            elif kind == "instanceof_expression":
                stack += [(child, True) for child in [node.child_by_field_name("left")] if child is not None]
        return found

    def _clauses(self, node: Node) -> Iterator[Clause]:
        current: Node | None = node
        while current is not None and current.type == "if_statement":
            condition = current.child_by_field_name("condition")
            if condition is None:
                return
            yield condition, current.child_by_field_name("consequence")
            current = current.child_by_field_name("alternative")
        if current is not None:
            yield None, current

    def _loop(self, scope: Scope, node: Node) -> None:
        name, iterated, body, condition = (node.child_by_field_name(part) for part in ("name", "value", "body", "condition"))
        outer = set(scope.environment)
        declared: set[str] = set()
        for start in node.children_by_field_name("init"):
            declared |= self._declared(start)
            self.statement(scope, start)
        given = self.value(scope, iterated) if iterated is not None else None
        before = dict(scope.environment)
        scope.loops.append(Loop())
        known = len(scope.branches)
        if name is not None and given is not None and iterated is not None:
            declared.add(self.text(name))
            self.builder.write(scope, self.text(name), self.builder.add(scope, "element_of", lines(iterated), "", (given,)))
        if condition is not None and node.type != "do_statement":
            value, number = self.branch(scope, condition)
            scope.branches.append(number)
            self.narrow(scope, condition, value, "holds")
        if body is not None:
            self.block(scope, body)
        for step in node.children_by_field_name("update"):
            self.value(scope, step)
        if condition is not None and node.type == "do_statement":
            self.branch(scope, condition)
        del scope.branches[known:]
        self.builder.close_loop(scope, before)
        for local in declared - outer:
            scope.environment.pop(local, None)

    def _try(self, scope: Scope, node: Node) -> bool:
        outer = set(scope.environment)
        declared: set[str] = set()
        resources, begun = node.child_by_field_name("resources"), self.builder.next_value
        for resource in named(resources) if resources is not None else []:
            name, given = resource.child_by_field_name("name"), resource.child_by_field_name("value")
            if name is not None and given is not None:
                declared.add(self.text(name))
                self.builder.write(scope, self.text(name), self.value(scope, given))
        before = dict(scope.environment)
        body = node.child_by_field_name("body")
        left = self.block(scope, body) if body is not None else False
        tried = begun, self.builder.next_value
        after_body = scope.environment
        ends = [] if left else [scope.environment]
        for handler in (child for child in node.named_children if child.type == "catch_clause"):
            # An exception may come before or after any assignment of the body.
            self.builder.join(scope, dict(before), dict(after_body))
            parameter = next((child for child in handler.named_children if child.type == "catch_formal_parameter"), None)
            name, inner = parameter.child_by_field_name("name") if parameter is not None else None, handler.child_by_field_name("body")
            error, types = None, list[Node]()
            if name is not None:
                declared.add(self.text(name))
                types = [kind for child in named(parameter) if child.type == "catch_type" for kind in named(child)] if parameter else []
                caught = tuple(self.value(scope, kind) for kind in types)
                error = self.builder.add(scope, "unknown", lines(name), "exception", caught)
                self.builder.write(scope, self.text(name), error)
            if not self.handled(scope, tried, inner, error, types):
                ends.append(scope.environment)
        if ends:
            self.builder.join(scope, *ends)
        else:
            scope.environment = after_body
        left = not ends
        for final in (child for child in node.named_children if child.type == "finally_clause"):
            for child in named(final):
                left = self.block(scope, child) or left
        for local in declared - outer:
            scope.environment.pop(local, None)
        return left

    # Switches

    def _switch_value(self, scope: Scope, node: Node) -> int:
        return self._switch(scope, node)

    def _switch(self, scope: Scope, node: Node) -> int:
        """A switch, and the choice it gives where it stands for a value."""
        subject, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
        value = self.value(scope, subject) if subject is not None else self.unknown(scope, node)
        before = dict(scope.environment)
        ends: list[Environment] = []
        yields, self._yields = self._yields, []
        has_default = False
        through: Environment | None = None  # where the case above falls through
        for case in named(body) if body is not None else []:
            scope.environment = dict(before)
            known = len(scope.branches)
            parts = named(case)
            labels = [part for part in parts if part.type == "switch_label"]
            tests = [test for label in labels for test in named(label)]
            has_default = has_default or any(self.text(label).strip().startswith("default") for label in labels)
            self._case(scope, subject, value, tests)
            if through is not None:
                self.builder.join(scope, scope.environment, through)
            held = self.builder.next_value
            left = ""
            for part in parts[len(labels) :]:
                if case.type == "switch_rule" and part.type == "expression_statement":
                    self._yields += [self.value(scope, child) for child in named(part)]
                elif self.statement(scope, part):
                    inner = named(part)[-1] if part.type == "block" and named(part) else part
                    left = left or inner.type
            if through is None:
                for number in scope.branches[known:]:
                    self.builder.place_branch(number, held, self.builder.next_value)
            del scope.branches[known:]
            if left in ("", "break_statement", "yield_statement"):
                ends.append(scope.environment)
            through = scope.environment if not left and case.type != "switch_rule" else None
        if not has_default or not ends:
            ends.append(dict(before))
        self.builder.join(scope, *ends)
        given, self._yields = tuple(dict.fromkeys(self._yields)), yields
        if not given:
            return self.builder.add(scope, "unknown", lines(node), "switch")
        return self.builder.add(scope, "choice", lines(node), "if", given)

    def _case(self, scope: Scope, subject: Node | None, value: int, tests: list[Node]) -> None:
        constants = [test for test in tests if test.type not in ("pattern", "guard")]
        for test in tests:
            if test.type == "pattern":
                self.bind_pattern(scope, test, value)
            elif test.type == "guard":
                self.value(scope, test)
        if not constants or subject is None:
            return
        wanted = [
            self.builder.add(scope, "constant", lines(test), self.text(test), constant="string") if test.type == "identifier"
            else self.value(scope, test)
            for test in constants
        ]  # fmt: skip
        other = wanted[0] if len(wanted) == 1 else self.listed(scope, constants[0], wanted)
        condition = self.builder.add(scope, "operation", lines(constants[0]), "==" if len(wanted) == 1 else "in", (value, other))
        self.builder.branches.append(Branch(condition, constants[0].start_point[0] + 1, scope.function, ""))
        scope.branches.append(len(self.builder.branches) - 1)
        name = self.path(scope, subject)
        if name is not None and name in scope.environment:
            guarded = self.builder.add(scope, "guarded", lines(subject), "holds", (scope.environment[name], condition))
            self.builder.bind(scope, name, guarded)

    # Given by `Definitions`

    _yields: list[int]

    def define(self, scope: Scope, node: Node) -> None:
        raise NotImplementedError
