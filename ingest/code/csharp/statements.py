"""C# statements into a value graph: blocks, branches, loops, exceptions.

Branches give each side its own variables and join them afterwards; a test that leaves the method or loop makes its outcome known for
what follows (`guarded` values). Names declared in a block end with it. The sides of `#if` are read one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from ingest.code.csharp.switches import Switches
from ingest.code.graph import Loop, Scope
from ingest.code.tree import Clause, jumps, lines, named

_LEAVES = frozenset({"return_statement", "throw_statement", "continue_statement", "break_statement", "goto_statement"})
_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})
_CHECKS = ("validate", "check", "ensure", "assert", "verify", "require", "guard", "throwif")
_INSIDE = frozenset({"checked_statement", "unsafe_statement", "lock_statement", "labeled_statement", "fixed_statement", "global_statement",
                     "preproc_if", "preproc_elif", "preproc_else", "preproc_if_in_top_level"})  # fmt: skip
_BLOCKS = frozenset({"block"})


class Statements(Switches):
    """Reads statements; `definitions.Definitions` adds methods and classes."""

    _yields: list[int]

    def block(self, scope: Scope, node: Node) -> bool:
        """Reads statements in order; True where control surely leaves before the end."""
        return self.run(scope, named(node)) if node.type in _BLOCKS else self.statement(scope, node)

    def run(self, scope: Scope, statements: list[Node]) -> bool:
        known = len(scope.branches)
        before = set(scope.environment)
        declared: set[str] = set()
        left = False
        for statement in statements:
            if statement.type == "local_function_statement":  # callable above the place it stands at
                declared |= self.declare_function(scope, statement)
        for statement in statements:
            declared |= self._declared(statement)
            left = self.statement(scope, statement) or left
        for name in declared - before:
            if scope.parent is not None:
                scope.environment.pop(name, None)
        del scope.branches[known:]
        return left

    def _declared(self, node: Node) -> set[str]:
        if node.type not in ("local_declaration_statement", "variable_declaration"):
            return set()
        inside = node if node.type == "variable_declaration" else next(
            (child for child in node.named_children if child.type == "variable_declaration"), None)  # fmt: skip
        names = (child.child_by_field_name("name") for child in (named(inside) if inside is not None else []))
        return {self.text(name) for name in names if name is not None}

    def _statement(self, scope: Scope, node: Node) -> bool:
        kind = node.type
        match kind:
            case "expression_statement":
                for child in named(node):
                    self._checked(scope, child, self.value(scope, child))
            case "local_declaration_statement":
                for child in named(node):
                    if child.type == "variable_declaration":
                        self._declare(scope, child)
            case "variable_declaration":
                self._declare(scope, node)
            case "return_statement":
                for child in named(node):
                    self.builder.functions[scope.function].returns.append(self.value(scope, child))
            case "yield_statement":
                for child in named(node):
                    self.builder.functions[scope.function].returns.append(self.listed(scope, node, [self.value(scope, child)]))
                return not named(node)
            case "if_statement":
                return self.choose(scope, self._clauses(node))
            case "for_statement" | "foreach_statement" | "while_statement" | "do_statement":
                self._loop(scope, node)
            case "try_statement":
                return self._try(scope, node)
            case "using_statement":
                return self._using(scope, node)
            case "switch_statement":
                self._switch(scope, node)
            case "block":
                return self.block(scope, node)
            case "local_function_statement":
                self.define(scope, node)
            case "ERROR":
                self.builder.errors.append(f"line {node.start_point[0] + 1}: syntax error")
                for child in named(node):
                    if child.type.endswith(("_statement", "_expression")):
                        self.statement(scope, child)
            case "empty_statement" | "comment":
                pass
            case _ if kind in _INSIDE:
                left = False
                for child in named(node):
                    if child.type.endswith(("statement", "block", "expression", "declaration")) or child.type in _INSIDE:
                        left = self.statement(scope, child)
                return left and not kind.startswith("preproc")
            case _ if kind.startswith("preproc"):
                pass
            case _ if kind.endswith("_declaration"):
                self.define(scope, node)
            case _ if kind in _LEAVES:
                jumps(self.builder, scope, node)
                for child in named(node):
                    if kind == "throw_statement":
                        self.value(scope, child)
            case _:
                self.value(scope, node)
        return kind in _LEAVES

    def _declare(self, scope: Scope, node: Node) -> None:
        typed = node.child_by_field_name("type")
        explicit = typed if typed is not None and typed.type != "implicit_type" else None
        for declarator in named(node):
            if declarator.type != "variable_declarator":
                continue
            name = declarator.child_by_field_name("name")
            inner = [
                child for child in named(declarator) if child != name and child.type not in ("bracketed_argument_list", "tuple_pattern")
            ]
            pattern = next((child for child in named(declarator) if child.type == "tuple_pattern"), None)
            called = self.text(name) if name is not None else ""
            if explicit is not None and called:
                self.declared_types[called] = explicit
            elif called:
                self.declared_types.pop(called, None)
            if not inner:
                value = self.builder.add(scope, "unknown", lines(declarator), "unset")
            else:
                value = self.read_into(scope, inner[-1], called, explicit)
            if pattern is not None:
                self.unpack(scope, pattern, value)
            elif called:
                self.builder.write(scope, called.removeprefix("@"), value)

    def _checked(self, scope: Scope, node: Node, value: int) -> None:
        """`ValidatePath(x)` as a statement leaves where x is not valid: what follows works on a checked x."""
        function = node.child_by_field_name("function") if node.type == "invocation_expression" else None
        if function is None or self.builder.kind_of(value) != "call":
            return
        name = self.text(function.child_by_field_name("name") or function).lower()
        arguments = node.child_by_field_name("arguments")
        if name.startswith(_CHECKS) and "null" not in name and arguments is not None and named(arguments):
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
            if kind in ("identifier", "member_access_expression"):
                if compared:
                    found.append(node)
                    inner = node.child_by_field_name("expression")
                    stack += [(inner, True)] if inner is not None and inner.type == "identifier" else []
            elif kind == "invocation_expression":
                arguments, function = node.child_by_field_name("arguments"), node.child_by_field_name("function")
                inner = function.child_by_field_name("expression") if function is not None else None
                stack += [(inner, True)] if inner is not None else []
                stack += [(part, True) for child in (named(arguments) if arguments is not None else []) for part in named(child)[-1:]]
            elif kind == "binary_expression":
                operator = node.child_by_field_name("operator")
                test = operator is not None and operator.type in _COMPARISONS
                stack += [(child, compared or test) for child in node.named_children]
            elif kind in ("prefix_unary_expression", "postfix_unary_expression", "element_access_expression", "parenthesized_expression",
                          "conditional_expression", "cast_expression", "await_expression"):  # fmt: skip
                stack += [(child, compared) for child in node.named_children]
            elif kind in ("is_pattern_expression", "is_expression"):
                stack += [(child, True) for child in named(node)[:1]]
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
        target, iterated, body, condition = (node.child_by_field_name(part) for part in ("left", "right", "body", "condition"))
        outer = set(scope.environment)
        for start in node.children_by_field_name("initializer"):
            self.statement(scope, start)
        given = self.value(scope, iterated) if iterated is not None else None
        before = dict(scope.environment)
        scope.loops.append(Loop())
        known = len(scope.branches)
        if target is not None and given is not None and iterated is not None:
            element = self.builder.add(scope, "element_of", lines(iterated), "", (given,))
            typed = node.child_by_field_name("type")
            if target.type == "identifier":
                if typed is not None and typed.type != "implicit_type":
                    self.declared_types[self.text(target)] = typed
                self.builder.write(scope, self.text(target), element)
            else:
                self.unpack(scope, target, element)
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
        for local in set(scope.environment) - outer:
            if "." not in local:
                scope.environment.pop(local, None)

    def _using(self, scope: Scope, node: Node) -> bool:
        outer = set(scope.environment)
        body = node.child_by_field_name("body")
        for child in named(node):
            if child == body:
                continue
            if child.type == "variable_declaration":
                self._declare(scope, child)
            else:
                self.value(scope, child)
        left = self.block(scope, body) if body is not None else False
        for local in set(scope.environment) - outer:
            if "." not in local:
                scope.environment.pop(local, None)
        return left

    def _try(self, scope: Scope, node: Node) -> bool:
        before = dict(scope.environment)
        body, begun = node.child_by_field_name("body"), self.builder.next_value
        left = self.block(scope, body) if body is not None else False
        tried = begun, self.builder.next_value
        after_body = scope.environment
        ends = [] if left else [scope.environment]
        for handler in (child for child in node.named_children if child.type == "catch_clause"):
            # An exception may come before or after any assignment of the body.
            self.builder.join(scope, dict(before), dict(after_body))
            name, inner = None, handler.child_by_field_name("body")
            error, kinds = None, list[Node]()
            for child in named(handler):
                if child.type == "catch_declaration":
                    name = child.child_by_field_name("name")
                    typed = child.child_by_field_name("type")
                    kinds += [typed] if typed is not None else []
                    caught = self.type_value(scope, typed) if typed is not None and name is not None else None
                    if name is not None:
                        error = self.builder.add(scope, "unknown", lines(name), "exception", () if caught is None else (caught,))
                        self.builder.write(scope, self.text(name), error)
                elif child.type == "catch_filter_clause":
                    kinds.append(child)  # only what passes the test is caught
                    for test in named(child):
                        self.value(scope, test)
            if not self.handled(scope, tried, inner, error, kinds):
                if name is not None:
                    scope.environment.pop(self.text(name), None)
                ends.append(scope.environment)
        if ends:
            self.builder.join(scope, *ends)
        else:
            scope.environment = after_body
        left = not ends
        for final in (child for child in node.named_children if child.type == "finally_clause"):
            for child in named(final):
                left = self.block(scope, child) or left
        return left

    # Given by `Types` and `Definitions`

    def type_value(self, scope: Scope, node: Node, depth: int = 0) -> int | None:
        raise NotImplementedError

    def define(self, scope: Scope, node: Node) -> None:
        raise NotImplementedError

    def declare_function(self, scope: Scope, node: Node) -> set[str]:
        raise NotImplementedError
