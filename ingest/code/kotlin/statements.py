"""Kotlin statements into a value graph: blocks, declarations, jumps, tests that leave, loops.

Branches give each side its own variables and join them afterwards; a test that leaves the function or loop makes its outcome known
for what follows (`guarded` values). `require(x)` and `check(x)` are such tests. Names declared in a block end with it.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.graph import Loop, Scope
from ingest.code.kotlin.choices import Choices
from ingest.code.tree import lines, named
from ingest.facts import Branch

_LEAVES = frozenset({"return_expression", "throw_expression"})
_CHECKS = ("validate", "check", "ensure", "assert", "verify", "require", "guard")
_CLASSES = frozenset({"class_declaration", "object_declaration", "type_alias"})
_VALUED = frozenset({"if_expression", "when_expression", "try_expression"})
_JUMPS = frozenset({"break", "continue"})


class Statements(Choices):
    """Reads statements; `definitions.Definitions` adds functions and classes."""

    # Blocks

    def block(self, scope: Scope, node: Node) -> bool:
        """Reads statements in order; True where control surely leaves before the end."""
        wanted = self._sides.pop(node.id, None)
        if wanted is None:
            return self.run(scope, named(node)) if node.type == "block" else self.statement(scope, node)
        value, left = self.run_valued(scope, named(node) if node.type == "block" else [node])
        if value is not None and not left:
            wanted.append(value)
        return left

    def run(self, scope: Scope, statements: list[Node]) -> bool:
        known = len(scope.branches)
        before = set(scope.environment)
        declared: set[str] = set()
        left = False
        for statement in statements:
            declared |= self.declared(statement)
            left = self.statement(scope, statement) or left
        for name in declared - before:
            scope.environment.pop(name, None)
        del scope.branches[known:]
        return left

    def run_valued(self, scope: Scope, statements: list[Node]) -> tuple[int | None, bool]:
        """Statements of which the last is a value; whether control surely leaves."""
        before = set(scope.environment)
        declared: set[str] = set()
        left = False
        value: int | None = None
        for position, statement in enumerate(statements):
            declared |= self.declared(statement)
            if position == len(statements) - 1 and self._is_value(statement):
                if statement.type in _VALUED:
                    value, left_here = self._valued_statement(scope, statement)
                    left = left or left_here
                else:
                    value = self.value(scope, statement)
            else:
                left = self.statement(scope, statement) or left
        for name in declared - before:
            scope.environment.pop(name, None)
        return value, left

    def _is_value(self, node: Node) -> bool:
        kind = node.type
        if kind in _LEAVES or kind in _CLASSES or kind in ("assignment", "property_declaration", "function_declaration", "ERROR", "block"):
            return False
        return not kind.endswith("_statement") and not (kind == "identifier" and self.text(node) in _JUMPS)

    def declared(self, node: Node) -> set[str]:
        """The names that a statement declares."""
        if node.type == "property_declaration":
            return {self.text(part) for child in named(node) for part in self.variables_in(child)}
        return set()

    def variables_in(self, node: Node) -> list[Node]:
        """The identifiers of `a` and of `(a, b)`."""
        if node.type == "variable_declaration":
            return [child for child in named(node) if child.type == "identifier"][:1]
        if node.type == "multi_variable_declaration":
            return [part for child in named(node) for part in self.variables_in(child)]
        return []

    def bind_variable(self, scope: Scope, node: Node, value: int) -> set[str]:
        """`a` or `(a, b)` hold a value, or its parts."""
        if node.type == "multi_variable_declaration":
            for position, child in enumerate(named(node)):
                for name in self.variables_in(child):
                    part = self.builder.add(scope, "index", lines(child), str(position), (value,))
                    self.builder.write(scope, self.text(name), part)
        else:
            for name in self.variables_in(node):
                self.builder.write(scope, self.text(name).strip("`"), value)
        return {self.text(name) for name in self.variables_in(node)}

    def _statement(self, scope: Scope, node: Node) -> bool:
        kind = node.type
        match kind:
            case "property_declaration":
                self._declare(scope, node)
            case "assignment":
                self._assignment(scope, node)
            case "if_expression":
                return self.choose(scope, self.clauses(node))
            case "when_expression":
                return self._when(scope, node, None)
            case "try_expression":
                return self._try(scope, node, None)
            case "for_statement" | "while_statement" | "do_while_statement":
                self._loop(scope, node)
            case "return_expression":
                self._return(scope, node)
                return True
            case "throw_expression":
                for child in named(node):
                    self.value(scope, child)
                return True
            case "block":
                return self.block(scope, node)
            case "labeled_expression" | "annotated_expression":
                label = next((child for child in node.named_children if child.type == "label"), None)
                if label is not None and self.text(label).rstrip("@") in _JUMPS:
                    return True
                inner = named(node)
                return self.statement(scope, inner[-1]) if inner and inner[-1].type != "label" else False
            case "identifier" if self.text(node) in _JUMPS:
                self.builder.jump(scope, leaves=self.text(node) == "break")
                return True
            case "function_declaration":
                self.define_function(scope, node)
            case "ERROR":
                self.builder.errors.append(f"line {node.start_point[0] + 1}: syntax error")
                for child in named(node):
                    self.statement(scope, child)
            case "label" | "modifiers" | "annotation":
                pass
            case _ if kind in _CLASSES:
                self.define(scope, node)
            case _:
                self._checked(scope, node, self.value(scope, node))
                return kind == "call_expression" and self._leaves(node)
        return False

    def _return(self, scope: Scope, node: Node) -> None:
        """`return x` leaves the function around; `return@name x` the lambda of that name, which is read in place or is a function."""
        label = node.child_by_field_name("label")
        inner = [child for child in named(node) if child != label]
        value = self.value(scope, inner[-1]) if inner else None
        place = next((one for one in reversed(self._inside) if one.label == self.text(label)), None) if label is not None else None
        if value is None:
            return
        if place is not None:
            place.given.append(value)
        else:
            self.builder.functions[scope.function].returns.append(value)

    def _declare(self, scope: Scope, node: Node) -> None:
        """`val a = b`, `val (a, b) = c`, `val a by lazy { b }`."""
        target = next((child for child in named(node) if child.type.endswith("variable_declaration")), None)
        if target is None:
            return
        given = self.initial(node)
        if given is None:
            value = self.builder.add(scope, "unknown", lines(target), "unset")
        else:
            names = self.variables_in(target)
            self.hints.append(self.text(names[0]) if names else "")
            value = self.value(scope, given)
            self.hints.pop()
        self.bind_variable(scope, target, value)

    def initial(self, node: Node) -> Node | None:
        """What a property is declared with: the value behind `=`, or the delegate behind `by`."""
        delegate = next((child for child in node.named_children if child.type == "property_delegate"), None)
        if delegate is not None:
            return named(delegate)[-1] if named(delegate) else None
        equals = next((child for child in node.children if child.type == "="), None)
        if equals is None:
            return None
        return next(
            (child for child in named(node) if child.start_byte > equals.start_byte and child.type not in ("getter", "setter")), None
        )

    def _checked(self, scope: Scope, node: Node, value: int) -> None:
        """`validatePath(x)` as a statement leaves where x is not valid; `require(x.ok)` where that is not so."""
        if node.type != "call_expression" or not named(node):
            return
        callee, _types, given, _last = self.parts(node)
        name = self.text(named(callee)[-1] if callee.type == "navigation_expression" and named(callee) else callee)[:60]
        if name in ("require", "check", "assert") and callee.type == "identifier" and given and named(given[0]):
            condition = named(given[0])[-1]
            tested = self.builder.inputs_of(value)[1] if len(self.builder.inputs_of(value)) > 1 else value
            self.builder.branches.append(Branch(tested, node.start_point[0] + 1, scope.function, "fails"))
            scope.branches.append(len(self.builder.branches) - 1)
            self.narrow(scope, condition, tested, "holds")
        elif name.lower().startswith(_CHECKS) and self.builder.kind_of(value) == "call":
            self.narrow(scope, node, value, "holds")

    # Loops

    def _loop(self, scope: Scope, node: Node) -> None:
        outer = set(scope.environment)
        declared: set[str] = set()
        condition = node.child_by_field_name("condition")
        inner = [child for child in named(node) if child.type != "label"]
        given: int | None = None
        variable: Node | None = None
        body: Node | None = None
        if node.type == "for_statement":
            variable = next((child for child in inner if child.type.endswith("variable_declaration")), None)
            rest = [child for child in inner if child != variable and child.type != "annotation"]
            given = self.value(scope, rest[0]) if rest else None
            body = rest[1] if len(rest) > 1 else None
        else:
            body = next((child for child in inner if child != condition), None)
        before = dict(scope.environment)
        scope.loops.append(Loop())
        known = len(scope.branches)
        if variable is not None and given is not None:
            element = self.builder.add(scope, "element_of", lines(variable), "", (given,))
            declared |= self.bind_variable(scope, variable, element)
        if condition is not None and node.type == "while_statement":
            value, number = self.branch(scope, condition)
            scope.branches.append(number)
            self.narrow(scope, condition, value, "holds")
        if body is not None:
            self.block(scope, body)
        if condition is not None and node.type == "do_while_statement":
            self.branch(scope, condition)
        del scope.branches[known:]
        self.builder.close_loop(scope, before)
        for local in declared - outer:
            scope.environment.pop(local, None)

    # Given by `Definitions`

    def define(self, scope: Scope, node: Node) -> None:
        raise NotImplementedError

    def define_function(self, scope: Scope, node: Node) -> None:
        raise NotImplementedError
