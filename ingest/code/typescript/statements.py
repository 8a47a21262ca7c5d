"""TypeScript and JavaScript statements into a value graph: blocks, branches, loops.

Branches give each side its own variables and join them afterwards; a test that leaves the function or
loop makes its outcome known for what follows (`guarded` values).
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from ingest.code.graph import Environment, Loop, Scope
from ingest.code.tree import Clause, jumps, lines, named
from ingest.code.typescript.patterns import Patterns
from ingest.facts import Branch

_LEAVES = frozenset({"return_statement", "throw_statement", "continue_statement", "break_statement"})
_COMPARISONS = frozenset({"===", "!==", "==", "!=", "<", ">", "<=", ">=", "in", "instanceof"})
_WRAPS = frozenset({"parenthesized_expression", "non_null_expression", "as_expression", "await_expression", "satisfies_expression"})
_CHECKS = ("validate", "check", "ensure", "assert", "verify", "require", "guard")
_DEFINITIONS = frozenset({
    "function_declaration", "generator_function_declaration", "class_declaration", "abstract_class_declaration", "enum_declaration",
    "interface_declaration", "type_alias_declaration", "internal_module", "module", "function_signature", "ambient_declaration",
})  # fmt: skip


class Statements(Patterns):
    """Reads statements; `definitions.Definitions` adds functions and classes, imports and exports."""

    own_object = frozenset({"this"})
    narrows_free_names = False  # what is on top of a module is not narrowed

    # Blocks

    def block(self, scope: Scope, node: Node) -> bool:
        """Reads statements in order; True where control surely leaves before the end."""
        if node.type != "statement_block":
            return self.statement(scope, node)
        self._blocks.append({})
        left = self.run(scope, node.named_children)
        for name, hidden in self._blocks.pop().items():
            if hidden is None:
                scope.environment.pop(name, None)
            else:
                scope.environment[name] = hidden
        return left

    def run(self, scope: Scope, statements: list[Node]) -> bool:
        known = len(scope.branches)
        left = False
        self.hoist(scope, statements)
        for statement in statements:
            if self.statement(scope, statement):
                left = True
        del scope.branches[known:]
        return left

    def _statement(self, scope: Scope, node: Node) -> bool:
        kind = node.type
        match kind:
            case "expression_statement":
                for child in named(node):
                    if child.type in _DEFINITIONS:
                        self.define(scope, child)
                    else:
                        value = self.value(scope, child)
                        self._checked(scope, child, value)
            case "lexical_declaration" | "variable_declaration":
                self._declare(scope, node)
            case "return_statement":
                for child in named(node):
                    self.builder.functions[scope.function].returns.append(self.value(scope, child))
            case "if_statement":
                return self.choose(scope, self._clauses(node))
            case "for_in_statement" | "for_statement" | "while_statement" | "do_statement":
                self._loop(scope, node)
            case "try_statement":
                return self._try(scope, node)
            case "switch_statement":
                self._switch(scope, node)
            case "statement_block":
                return self.block(scope, node)
            case "labeled_statement":
                body = node.child_by_field_name("body")
                if body is not None:
                    self.statement(scope, body)
            case "import_statement" | "export_statement":
                self.module_statement(scope, node)
            case "ERROR":
                self.builder.errors.append(f"line {node.start_point[0] + 1}: syntax error")
                for child in node.named_children:
                    self.statement(scope, child)
            case "comment" | "empty_statement" | "debugger_statement" | "hash_bang_line" | "html_comment":
                pass
            case _ if kind in _DEFINITIONS:
                self.define(scope, node)
            case _ if kind in _LEAVES:
                jumps(self.builder, scope, node)
                for child in named(node):
                    if child.type != "statement_identifier":
                        value = self.value(scope, child)
                        if kind == "throw_statement":
                            self._thrown.append((scope.function, value))
            case _:
                self.value(scope, node)
        return kind in _LEAVES

    def _checked(self, scope: Scope, node: Node, value: int) -> None:
        """`validatePath(x)` as a statement leaves where x is not valid: what follows works on a checked x."""
        call = named(node)[0] if node.type == "await_expression" and named(node) else node
        function = call.child_by_field_name("function") if call.type == "call_expression" else None
        if function is None:
            return
        name = self.text(function).rsplit(".", 1)[-1].lstrip("_").lower()
        condition = self.builder.inputs_of(value)[0] if self.builder.kind_of(value) == "await" else value
        if name.startswith(_CHECKS) and self.builder.kind_of(condition) == "call":
            self.narrow(scope, call, condition, "holds")

    # Branches

    def tested_path(self, scope: Scope, operand: Node) -> str | None:
        return self.path(operand)

    def operands(self, condition: Node) -> list[Node]:
        found: list[Node] = []
        stack = [(condition, False)]
        while stack and len(found) < 16:
            node, compared = stack.pop()
            kind = node.type
            if kind in ("identifier", "member_expression", "this"):
                if compared:
                    inner = node.child_by_field_name("object") if kind == "member_expression" else None
                    attribute = node.child_by_field_name("property") if kind == "member_expression" else None
                    if inner is not None and attribute is not None and self.text(attribute) in ("length", "size"):
                        stack.append((inner, True))
                    elif kind != "this":
                        found.append(node)
                continue
            if kind == "call_expression":
                arguments, function = node.child_by_field_name("arguments"), node.child_by_field_name("function")
                if function is not None and function.type == "member_expression":
                    inner = function.child_by_field_name("object")
                    stack += [(inner, True)] if inner is not None else []
                stack += [(child, True) for child in (arguments.named_children if arguments is not None else [])]
            elif kind == "binary_expression":
                operator = node.child_by_field_name("operator")
                is_comparison = operator is not None and operator.type in _COMPARISONS
                stack += [(child, compared or is_comparison) for child in node.named_children]
            elif kind in ("template_string", "template_substitution", "unary_expression", "subscript_expression", "ternary_expression"):
                stack += [(child, compared) for child in node.named_children]
            elif kind in _WRAPS:
                stack += [(child, compared) for child in named(node)[:1]]
        return found

    def _clauses(self, node: Node) -> Iterator[Clause]:
        current: Node | None = node
        while current is not None and current.type == "if_statement":
            condition, alternative = current.child_by_field_name("condition"), current.child_by_field_name("alternative")
            if condition is None:
                return
            yield condition, current.child_by_field_name("consequence")
            inner = named(alternative)[:1] if alternative is not None else []
            current = inner[0] if inner else None
        if current is not None:
            yield None, current

    def _loop(self, scope: Scope, node: Node) -> None:
        left, right, body = (node.child_by_field_name(name) for name in ("left", "right", "body"))
        condition, increment = node.child_by_field_name("condition"), node.child_by_field_name("increment")
        initializer = node.child_by_field_name("initializer")
        self._blocks.append({})
        if initializer is not None:
            self.statement(scope, initializer)
        iterated = self.value(scope, right) if right is not None else None
        before = dict(scope.environment)
        scope.loops.append(Loop())
        known = len(scope.branches)
        if left is not None and right is not None and iterated is not None:
            self.declare(scope, left)
            keys = any(child.type == "in" for child in node.children)
            given = self.builder.add(
                scope, "unknown" if keys else "element_of", lines(right), "key" if keys else "", () if keys else (iterated,)
            )
            self.assign(scope, left, given, declared=node.child_by_field_name("kind") is not None)
        if condition is not None and node.type != "do_statement" and condition.type != "empty_statement":
            test = named(condition)[0] if condition.type == "expression_statement" and named(condition) else condition
            value, number = self.branch(scope, test)
            scope.branches.append(number)
            self.narrow(scope, test, value, "holds")
        if body is not None:
            self.block(scope, body)
        if increment is not None:
            self.value(scope, increment)
        if condition is not None and node.type == "do_statement":
            self.branch(scope, condition)
        del scope.branches[known:]
        self.builder.close_loop(scope, before)
        for name, hidden in self._blocks.pop().items():
            if hidden is None:
                scope.environment.pop(name, None)
            else:
                scope.environment[name] = hidden

    def _try(self, scope: Scope, node: Node) -> bool:
        before = dict(scope.environment)
        body, handler, finalizer = (node.child_by_field_name(name) for name in ("body", "handler", "finalizer"))
        outside, self._thrown = self._thrown, []
        begun = self.builder.next_value
        left = self.block(scope, body) if body is not None else False
        tried = begun, self.builder.next_value
        thrown = [value for function, value in self._thrown if function == scope.function]
        self._thrown = outside if handler is not None else outside + self._thrown
        after_body = scope.environment
        ends = [] if left else [scope.environment]
        if handler is not None:
            # An exception may come before or after any assignment of the body.
            self.builder.join(scope, dict(before), dict(after_body))
            parameter, inner, error = handler.child_by_field_name("parameter"), handler.child_by_field_name("body"), None
            if parameter is not None:
                self.declare(scope, parameter)
                caught = error = self.builder.add(scope, "unknown", lines(parameter), "exception")
                if thrown:  # what is thrown right here, besides what calls throw
                    caught = self.builder.add(scope, "choice", lines(parameter), "", (*dict.fromkeys(thrown), caught))
                self.assign(scope, parameter, caught, declared=True)
            if not self.handled(scope, tried, inner, error):
                ends.append(scope.environment)
        if ends:
            self.builder.join(scope, *ends)
        else:
            scope.environment = after_body
        for child in named(finalizer) if finalizer is not None else []:
            if self.block(scope, child):
                return True
        return not ends

    def _switch(self, scope: Scope, node: Node) -> None:
        subject, body = node.child_by_field_name("value"), node.child_by_field_name("body")
        value = self.value(scope, subject) if subject is not None else None
        before = dict(scope.environment)
        ends: list[Environment] = []
        has_default = False
        self._blocks.append({})
        through: Environment | None = None  # where the case above falls through
        for case in named(body) if body is not None else []:
            scope.environment = dict(before)
            known = len(scope.branches)
            test = case.child_by_field_name("value")
            if case.type == "switch_default":
                has_default = True
            elif test is not None and value is not None and subject is not None:
                wanted = self.value(scope, test)
                condition = self.builder.add(scope, "operation", lines(test), "==", (value, wanted))
                self.builder.branches.append(Branch(condition, test.start_point[0] + 1, scope.function, ""))
                scope.branches.append(len(self.builder.branches) - 1)
                inner = named(subject)[0] if subject.type == "parenthesized_expression" and named(subject) else subject
                name = self.path(inner)
                if name is not None and name in scope.environment:
                    guarded = self.builder.add(scope, "guarded", lines(inner), "holds", (scope.environment[name], condition))
                    self.builder.bind(scope, name, guarded)
            if through is not None:
                self.builder.join(scope, scope.environment, through)
            held = self.builder.next_value
            statements = case.children_by_field_name("body")
            self.hoist(scope, statements)
            left = ""
            for statement in statements:
                if self.statement(scope, statement):
                    last = named(statement)[-1] if statement.type == "statement_block" and named(statement) else statement
                    left = left or last.type
            if through is None:
                for number in scope.branches[known:]:
                    self.builder.place_branch(number, held, self.builder.next_value)
            del scope.branches[known:]
            if left in ("", "break_statement"):
                ends.append(scope.environment)
            through = scope.environment if not left else None
        self._blocks.pop()
        if not has_default or not ends:
            ends.append(dict(before))
        self.builder.join(scope, *ends)

    # Given by `Definitions`

    def hoist(self, scope: Scope, statements: list[Node]) -> None:
        raise NotImplementedError

    def define(self, scope: Scope, node: Node) -> None:
        raise NotImplementedError

    def module_statement(self, scope: Scope, node: Node) -> None:
        raise NotImplementedError
