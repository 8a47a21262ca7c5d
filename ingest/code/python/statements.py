"""Python statements into a value graph: assignments, branches, loops, exceptions, matches.

Branches give each side its own variables and join them afterwards; a test that leaves the function
or loop makes its outcome known for what follows (`guarded` values), so that a check that really lies
on the way of data can be told from one that does not.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.graph import Environment, Loop, Scope
from ingest.code.python.expressions import Expressions
from ingest.code.tree import Clause, lines
from ingest.facts import Branch

_LEAVES = frozenset({"return_statement", "raise_statement", "continue_statement", "break_statement"})
_COMPARED = frozenset({"comparison_operator", "call"})


class Statements(Expressions):
    """Reads statements; `definitions.Definitions` adds functions, classes and imports."""

    own_object = frozenset({"self", "cls"})
    narrows_free_names = False  # what is on top of a module is not narrowed

    # Blocks

    def block(self, scope: Scope, node: Node) -> bool:
        """Reads statements in order; True where control surely leaves before the end."""
        known = len(scope.branches)
        left = False
        for statement in node.named_children:
            if self.statement(scope, statement):
                left = True
                if scope.parent is not None:
                    break  # what stands behind never runs; at the top of a notebook other cells may
        del scope.branches[known:]
        return left

    def _statement(self, scope: Scope, node: Node) -> bool:
        match node.type:
            case "expression_statement":
                for child in node.named_children:
                    self._expression(scope, child)
            case "return_statement":
                for child in node.named_children:
                    if child.type != "comment":
                        self.builder.functions[scope.function].returns.append(self.value(scope, child))
            case "if_statement":
                return self.choose(scope, self._clauses(node))
            case "for_statement" | "while_statement":
                self._loop(scope, node)
            case "with_statement":
                return self._with(scope, node)
            case "try_statement":
                return self._try(scope, node)
            case "function_definition" | "class_definition" | "decorated_definition":
                self._definition(scope, node)
            case "import_statement" | "import_from_statement":
                self._import(scope, node)
            case "match_statement":
                return self._match(scope, node)
            case "global_statement":
                scope.global_names.update(self.text(child) for child in node.named_children)
            case "assert_statement":
                if node.named_children:
                    self._follow(scope, node.named_children[0], "holds")
            case "block":
                return self.block(scope, node)
            case "comment" | "pass_statement" | "future_import_statement" | "nonlocal_statement":
                pass
            case "ERROR":
                self.builder.errors.append(f"line {node.start_point[0] + 1}: syntax error")
                for child in node.named_children:
                    self.statement(scope, child)
            case _ if node.type not in _LEAVES:
                self.value(scope, node)
            case _:
                for child in node.named_children:
                    if child.type != "comment":
                        given = self.value(scope, child)
                        if node.type == "raise_statement" and child == node.named_children[0]:
                            self._raised(scope, child, given)
                if node.type in ("break_statement", "continue_statement"):
                    self.builder.jump(scope, leaves=node.type == "break_statement", only_outer=False)
        return node.type in _LEAVES

    def _raised(self, scope: Scope, node: Node, given: int) -> None:
        """`raise TooMany` makes one: a class that is raised is called without arguments."""
        if node.type in ("identifier", "attribute") and self.text(node).rpartition(".")[2][:1].isupper():
            self.builder.add(scope, "call", lines(node), "", (given,), ("",))

    def _expression(self, scope: Scope, node: Node) -> None:
        if node.type == "assignment":
            self._assignment(scope, node)
        elif node.type == "augmented_assignment":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            operator = node.child_by_field_name("operator")
            if left is None or right is None or operator is None:
                return
            before, added = self.value(scope, left), self.value(scope, right)
            sign = self.text(operator)[:-1]
            text = sign == "+" and any(
                self.builder.constant_of(v) == "string" or self.builder.kind_of(v) == "format" for v in (before, added)
            )
            self.assign(scope, left, self.builder.add(scope, "format" if text else "operation", lines(node), sign, (before, added)))
        elif node.type != "comment":
            value = self.value(scope, node)
            self._checked(scope, node, value)

    def _checked(self, scope: Scope, node: Node, value: int) -> None:
        """`validate_path(x)` as a statement leaves where x is not valid: what follows works on a checked x."""
        call = node.named_children[0] if node.type == "await" and node.named_children else node
        function = call.child_by_field_name("function") if call.type == "call" else None
        name = self.text(function).rsplit(".", 1)[-1].lstrip("_") if function is not None else ""
        if name.startswith(("validate", "check", "ensure", "assert", "verify", "require", "guard")):
            condition = value if self.builder.kind_of(value) == "call" else self.builder.inputs_of(value)[0]
            self.narrow(scope, call, condition, "holds")

    def _assignment(self, scope: Scope, node: Node) -> None:
        left, right, annotation = (node.child_by_field_name(name) for name in ("left", "right", "type"))
        if left is None:
            return
        if right is None:
            return
        targets = [left]
        while right.type == "assignment":  # a = b = c
            inner_left, inner_right = right.child_by_field_name("left"), right.child_by_field_name("right")
            if inner_left is None or inner_right is None:
                break
            targets.append(inner_left)
            right = inner_right
        value = self.value(scope, right)
        if annotation is not None:
            self.value(scope, annotation)
        for target in targets:
            self.assign(scope, target, value)

    def assign(self, scope: Scope, target: Node, value: int) -> None:
        """`target = value` for names, attributes, subscripts and patterns of them."""
        if self.too_deep(target):
            return
        self.depth += 1
        self._assign(scope, target, value)
        self.depth -= 1

    def _assign(self, scope: Scope, target: Node, value: int) -> None:
        match target.type:
            case "identifier":
                self.builder.write(scope, self.text(target), value)
            case "attribute":
                self.store(scope, target, value)
            case "subscript":
                inner = target.child_by_field_name("value")
                keys = [self.value(scope, key) for key in target.children_by_field_name("subscript")]
                if inner is not None:
                    label = self.builder.text_of(keys[0]) if keys and self.builder.kind_of(keys[0]) == "constant" else "?"
                    before = self.value(scope, inner)
                    after = self.builder.add(scope, "update", lines(target), "", (before, value), ("", label))
                    named = self.builder.text_of(keys[0]) if label == "?" and keys and self.builder.kind_of(keys[0]) == "name" else ""
                    self.keep(scope, inner, before, label, value, named)
                    self.rebind(scope, inner, after)
            case "pattern_list" | "tuple_pattern" | "list_pattern" | "tuple" | "list":
                parts = [child for child in target.named_children if child.type != "comment"]
                given = self.builder.inputs_of(value) if self.builder.kind_of(value) == "collection" else ()
                for position, part in enumerate(parts):
                    if len(given) == len(parts):
                        self.assign(scope, part, given[position])
                    else:
                        self.assign(scope, part, self.builder.add(scope, "index", lines(part), str(position), (value,)))
            case "list_splat_pattern" | "parenthesized_expression" | "as_pattern_target":
                for child in target.named_children:
                    self.assign(scope, child, value)
            case _:
                self.value(scope, target)

    # Branches

    def guard(self, scope: Scope, condition: Node) -> int:
        """Inside the branch where `condition` holds, its operands are known to satisfy it."""
        value = self.value(scope, condition)
        self.narrow(scope, condition, value, "holds")
        return value

    def tested_path(self, scope: Scope, operand: Node) -> str | None:
        return self.path(operand)

    def operands(self, condition: Node) -> list[Node]:
        found: list[Node] = []
        stack = [(condition, False)]
        while stack and len(found) < 16:
            node, compared = stack.pop()
            if node.type in ("identifier", "attribute"):
                if compared:
                    found.append(node)
                continue
            if node.type == "call":
                arguments = node.child_by_field_name("arguments")
                function = node.child_by_field_name("function")
                if function is not None and function.type == "attribute":
                    stack += [(child, True) for child in function.named_children[:1]]
                stack += [(child, True) for child in (arguments.named_children if arguments is not None else [])]
                continue
            if node.type in ("string", "interpolation", "binary_operator"):
                stack += [
                    (child, compared) for child in node.named_children if child.type not in ("string_start", "string_content", "string_end")
                ]
                continue
            if node.type in ("comparison_operator", "not_operator", "boolean_operator", "parenthesized_expression", "keyword_argument",
            "subscript",
                             "named_expression"):  # fmt: skip
                stack += [(child, compared or node.type == "comparison_operator") for child in node.named_children]
        return found

    def _clauses(self, node: Node) -> list[Clause]:
        clauses: list[Clause] = [(node.child_by_field_name("condition"), node.child_by_field_name("consequence"))]
        for clause in node.children_by_field_name("alternative"):
            if clause.type == "elif_clause":
                clauses.append((clause.child_by_field_name("condition"), clause.child_by_field_name("consequence")))
            else:
                clauses.append((None, clause.child_by_field_name("body")))
        return clauses

    def _follow(self, scope: Scope, condition: Node, side: str) -> None:
        value, branch = self.branch(scope, condition)
        self.builder.branches[branch] = Branch(value, condition.start_point[0] + 1, scope.function, "fails")
        self.narrow(scope, condition, value, side)
        scope.branches.append(branch)

    def _loop(self, scope: Scope, node: Node) -> None:
        left, right, condition, body = (node.child_by_field_name(name) for name in ("left", "right", "condition", "body"))
        iterated = self.value(scope, right) if right is not None else None
        before = dict(scope.environment)
        scope.loops.append(Loop())
        known = len(scope.branches)
        if left is not None and right is not None and iterated is not None:
            self.assign(scope, left, self.builder.add(scope, "element_of", lines(right), "", (iterated,)))
        if condition is not None:
            value, branch = self.branch(scope, condition)
            scope.branches.append(branch)
            self.narrow(scope, condition, value, "holds")
        if body is not None:
            self.block(scope, body)
        del scope.branches[known:]
        self.builder.close_loop(scope, before, only_outer=False)
        for clause in node.children_by_field_name("alternative"):
            inner = clause.child_by_field_name("body")
            if inner is not None:
                self.block(scope, inner)

    def _with(self, scope: Scope, node: Node) -> bool:
        for clause in node.named_children:
            if clause.type != "with_clause":
                continue
            for item in clause.named_children:
                given = item.child_by_field_name("value") if item.type == "with_item" else item
                if given is None:
                    continue
                if given.type == "as_pattern":
                    parts = given.named_children
                    value = self.value(scope, parts[0])
                    for target in parts[1:]:
                        self.assign(scope, target, value)
                else:
                    self.value(scope, given)
        body = node.child_by_field_name("body")
        return self.block(scope, body) if body is not None else False

    def _try(self, scope: Scope, node: Node) -> bool:
        before = dict(scope.environment)
        body, begun = node.child_by_field_name("body"), self.builder.next_value
        left = self.block(scope, body) if body is not None else False
        tried = begun, self.builder.next_value
        ends = [] if left else [scope.environment]
        after_body = scope.environment
        all_left = left
        for clause in node.named_children:
            if clause.type in ("except_clause", "except_group_clause"):
                # An exception may come before or after any assignment of the body.
                self.builder.join(scope, dict(before), dict(after_body))
                error, kinds = None, [child for child in clause.named_children if child.type not in ("block", "comment")]
                if not any(child.type == "as_pattern" for child in clause.named_children):
                    self.builder.add(scope, "unknown", lines(clause), "exception")  # caught, and given no name
                for child in clause.named_children:
                    if child.type == "block":
                        handler_left = self.handled(scope, tried, child, error, kinds)
                        if handler_left:
                            self.builder.add(scope, "unknown", lines(clause), "left")  # what was caught ends what was begun
                        all_left = all_left and handler_left
                        if not handler_left:
                            ends.append(scope.environment)
                    elif child.type == "as_pattern":
                        caught = (self.value(scope, child.named_children[0]),) if child.named_children else ()
                        for target in child.named_children[1:]:
                            error, kinds = self.builder.add(scope, "unknown", lines(child), "exception", caught), child.named_children[:1]
                            self.assign(scope, target, error)
            elif clause.type == "else_clause":
                inner = clause.child_by_field_name("body")
                if inner is not None and not left:
                    scope.environment = ends[0]
                    all_left = self.block(scope, inner) and all_left
                    ends[0] = scope.environment
        if ends:
            self.builder.join(scope, *ends)
        else:
            scope.environment = after_body
        for clause in node.named_children:
            if clause.type == "finally_clause":
                for child in clause.named_children:
                    if child.type == "block" and self.block(scope, child):
                        return True
        return all_left and not ends

    def _match(self, scope: Scope, node: Node) -> bool:
        subject = node.child_by_field_name("subject")
        value = self.value(scope, subject) if subject is not None else None
        before = dict(scope.environment)
        ends: list[Environment] = []
        takes_all = False
        body = node.child_by_field_name("body")
        for case in body.named_children if body is not None else []:
            if case.type != "case_clause":
                continue
            takes_all = takes_all or (case.child_by_field_name("guard") is None and _takes_all(case))
            scope.environment = dict(before)
            known = len(scope.branches)
            for pattern in (child for child in case.named_children if child.type == "case_pattern"):
                whole = pattern.named_children[:1] if pattern.named_child_count == 1 else []
                for name in _captures(pattern):
                    if value is None:
                        break
                    is_whole = bool(whole) and name.parent == whole[0] and whole[0].type == "dotted_name"
                    part = value if is_whole else self.builder.add(scope, "element_of", lines(name), "", (value,))
                    self.builder.write(scope, self.text(name), part)
                if subject is not None and value is not None:
                    self._case(scope, subject, value, pattern)
            held = self.builder.next_value
            inner = case.child_by_field_name("consequence")
            if inner is not None and not self.block(scope, inner):
                ends.append(scope.environment)
            for number in scope.branches[known:]:
                self.builder.place_branch(number, held, self.builder.next_value)
            del scope.branches[known:]
        leaves = takes_all and not ends
        if not takes_all or leaves:
            ends.append(before)
        self.builder.join(scope, *ends)
        return leaves

    def _case(self, scope: Scope, subject: Node, value: int, pattern: Node) -> None:
        """`case "a":` and `case "a" | "b":` ask whether the subject is one of constants; other patterns ask for its shape."""
        inner = pattern.named_children[0] if pattern.named_children else pattern
        tests = inner.named_children if inner.type == "union_pattern" else [inner]
        if not all(test.type in ("string", "integer", "true", "false", "none") for test in tests):
            return
        wanted = tuple(self.value(scope, test) for test in tests)
        other = (
            wanted[0] if len(wanted) == 1 else self.builder.add(scope, "collection", lines(pattern), "tuple", wanted, ("",) * len(wanted))
        )
        condition = self.builder.add(scope, "operation", lines(pattern), "==" if len(wanted) == 1 else "in", (value, other))
        self.builder.branches.append(Branch(condition, pattern.start_point[0] + 1, scope.function, ""))
        scope.branches.append(len(self.builder.branches) - 1)
        name = self.text(subject)
        if subject.type == "identifier" and name in scope.environment:
            self.builder.bind(
                scope, name, self.builder.add(scope, "guarded", lines(subject), "holds", (scope.environment[name], condition))
            )

    # Given by `Definitions`

    def _definition(self, scope: Scope, node: Node) -> None:
        raise NotImplementedError

    def _import(self, scope: Scope, node: Node) -> None:
        raise NotImplementedError


def _takes_all(case: Node) -> bool:
    """`case _:` and `case other:` match whatever there is."""
    patterns = [child for child in case.named_children if child.type == "case_pattern"]
    inner = patterns[0].named_children if len(patterns) == 1 else []
    if not inner:  # `_` has no node of its own
        return len(patterns) == 1
    return inner[0].type == "dotted_name" and len(inner[0].named_children) == 1


def _captures(pattern: Node) -> list[Node]:
    found: list[Node] = []
    stack = [pattern]
    while stack:
        node = stack.pop()
        if node.type == "identifier":
            found.append(node)
        elif node.type not in ("attribute", "keyword_pattern"):
            stack += [child for child in node.named_children if not (child.type == "dotted_name" and len(child.named_children) > 1)]
    return found
