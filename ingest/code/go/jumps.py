"""Go's loops, switches and selects into a value graph."""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.go.statements import Statements
from ingest.code.graph import Environment, Loop, Scope
from ingest.code.tree import Clause, lines, named
from ingest.facts import Branch

_COUNTERS = frozenset({"i", "j", "k", "n", "idx", "index", "pos", "key", "_"})
_CASES = frozenset({"expression_case", "type_case", "communication_case", "default_case"})


class Jumps(Statements):
    """Reads loops and choices among many."""

    def _loop(self, scope: Scope, node: Node) -> None:
        parts = [child for child in named(node) if child.type != "block"]
        body = node.child_by_field_name("body")
        head = parts[0] if parts else None
        outer = dict(scope.environment)
        declared: set[str] = set()
        start = head.child_by_field_name("initializer") if head is not None and head.type == "for_clause" else None
        if start is not None:
            declared |= self._declared(start)
            self.statement(scope, start)
        right = head.child_by_field_name("right") if head is not None and head.type == "range_clause" else None
        given = self.value(scope, right) if right is not None else None
        before = dict(scope.environment)
        scope.loops.append(Loop())
        known = len(scope.branches)
        if head is not None and head.type == "range_clause" and given is not None:
            declared |= self._range(scope, head, given)
        condition = head if head is not None and head.type not in ("for_clause", "range_clause") else None
        if head is not None and head.type == "for_clause":
            condition = head.child_by_field_name("condition")
        if condition is not None:
            value, number = self.branch(scope, condition)
            scope.branches.append(number)
            self.narrow(scope, condition, value, "holds")
        if body is not None:
            self.block(scope, body)
        step = head.child_by_field_name("update") if head is not None else None
        if step is not None:
            self.statement(scope, step)
        del scope.branches[known:]
        self.builder.close_loop(scope, before)
        self._forget(scope, declared, outer)

    def _range(self, scope: Scope, head: Node, given: int) -> set[str]:
        """Positions and keys are no data; what lies there is. A channel, and a function that goes through something, gives it first."""
        left = head.child_by_field_name("left")
        targets = named(left) if left is not None else []
        names = [self.text(target) for target in targets]
        first = len(targets) == 1 and names[0] not in _COUNTERS
        first = first or (len(targets) == 2 and names[1].lower().endswith("err"))
        if not targets or (len(targets) == 1 and not first):
            self.builder.add(scope, "element_of", lines(head), "", (given,))  # nobody takes it, and it says how often: `for range rounds`
        for position, target in enumerate(targets[:2]):
            if position == (0 if first else 1):
                value = self.builder.add(scope, "element_of", lines(head), "", (given,))
            else:
                value = self.builder.add(scope, "unknown", lines(head), "position")
            self.assign(scope, target, value, declares=any(child.type == ":=" for child in head.children))
        return set(names) if any(child.type == ":=" for child in head.children) else set()

    def _switch(self, scope: Scope, node: Node) -> bool:
        outer = dict(scope.environment)
        declared: set[str] = set()
        start, subject = node.child_by_field_name("initializer"), node.child_by_field_name("value")
        if start is not None:
            declared |= self._declared(start)
            self.statement(scope, start)
        cases = [child for child in named(node) if child.type in _CASES]
        if node.type == "expression_switch_statement" and subject is None:
            left = self._conditions(scope, cases)
        else:
            left = self._cases(scope, node, subject, cases, declared)
        self._forget(scope, declared, outer)
        return left

    def _conditions(self, scope: Scope, cases: list[Node]) -> bool:
        """`switch { case a > b: ... }`: a chain of tests."""
        clauses: list[Clause] = []
        last: Clause | None = None
        for case in cases:
            given = case.child_by_field_name("value")
            tests = named(given) if given is not None else []
            if case.type == "default_case":
                last = (None, case)
            elif tests:
                clauses.append((tests[0], case))
        return self.choose(scope, [*clauses, *([last] if last is not None else [])])

    def block(self, scope: Scope, node: Node) -> bool:
        return self._case_body(scope, node) if node.type in _CASES else super().block(scope, node)

    def _case_body(self, scope: Scope, case: Node) -> bool:
        """The statements of a case; `break` leaves the switch, and nothing else."""
        inner = [child for part in named(case) if part.type == "statement_list" for child in named(part)]
        left = self.run(scope, inner)
        return left and not (inner and inner[-1].type == "break_statement")

    def _cases(self, scope: Scope, node: Node, subject: Node | None, cases: list[Node], declared: set[str]) -> bool:
        value = self.value(scope, subject) if subject is not None else None
        alias = node.child_by_field_name("alias")
        name = self.text(named(alias)[0]) if alias is not None and named(alias) else ""
        if name and value is not None:
            declared.add(name)
            self.builder.write(scope, name, value)
        before = dict(scope.environment)
        ends: list[Environment] = []
        complete = node.type == "select_statement"
        through = False  # whether the case above runs on into this one, for values that it does not name
        for case in cases:
            scope.environment = dict(before)
            known = len(scope.branches)
            complete = complete or case.type == "default_case"
            self._case(scope, subject, value, case)
            held = self.builder.next_value
            left = self._case_body(scope, case)
            if not through:
                for number in scope.branches[known:]:
                    self.builder.place_branch(number, held, self.builder.next_value)
            through = _falls_through(case)
            if not left:
                ends.append(scope.environment)
            del scope.branches[known:]
        if not complete or not cases:
            ends.append(before)
        if not ends:
            scope.environment = before
            return True
        self.builder.join(scope, *ends)
        return False

    def _case(self, scope: Scope, subject: Node | None, value: int | None, case: Node) -> None:
        received = case.child_by_field_name("communication")
        if received is not None:
            self.statement(scope, received)
        given = case.child_by_field_name("value")
        if case.type != "expression_case" or given is None or value is None or subject is None:
            return
        wanted = [self.value(scope, test) for test in named(given)]
        other = wanted[0] if len(wanted) == 1 else self.listed(scope, given, wanted)
        condition = self.builder.add(scope, "operation", lines(given), "==" if len(wanted) == 1 else "in", (value, other))
        self.builder.branches.append(Branch(condition, given.start_point[0] + 1, scope.function, ""))
        scope.branches.append(len(self.builder.branches) - 1)
        name = self.path(scope, subject)
        if name is not None and name in scope.environment:
            guarded = self.builder.add(scope, "guarded", lines(subject), "holds", (scope.environment[name], condition))
            self.builder.bind(scope, name, guarded)


def _falls_through(case: Node) -> bool:
    inner = [child for part in named(case) if part.type == "statement_list" for child in named(part)]
    return bool(inner) and inner[-1].type == "fallthrough_statement"
