"""C# switches, as statements and as values: each case with what its labels say of the subject.

A label of constants is a test of the subject that holds in its case; patterns give their names what they take out. Cases that are jumped
to, and `default`, run for other values too.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.csharp.calls import Calls
from ingest.code.graph import Environment, Scope
from ingest.code.tree import lines, named
from ingest.facts import Branch


class Switches(Calls):
    """Reads switches; `statements.Statements` adds the rest."""

    def _switch(self, scope: Scope, node: Node) -> None:
        subject, body = node.child_by_field_name("value"), node.child_by_field_name("body")
        value = self.value(scope, subject) if subject is not None else self.unknown(scope, node)
        before = dict(scope.environment)
        ends: list[Environment] = []
        has_default = False
        waiting: list[Node] = []  # labels that stand above the next statements
        jumps = body is not None and b"goto " in (body.text or b"")  # a case that another one jumps to runs for other values, too
        others = False  # whether one of these labels is `default`
        for section in named(body) if body is not None else []:
            parts = named(section)
            tests = [part for part in parts if part.type.endswith("pattern") or part.type == "when_clause" or part.type in self._readers]
            others = others or any(child.type == "default" for child in section.children)
            has_default = has_default or others
            waiting += tests
            rest = [part for part in parts if part not in tests]
            if not rest:
                continue
            scope.environment = dict(before)
            known = len(scope.branches)
            self._case(scope, subject, value, waiting)
            alone = not jumps and not others and all(map(_asks_for_constants, waiting))
            held = self.builder.next_value
            waiting, others = [], False
            left = ""
            for part in rest:
                if self.statement(scope, part):
                    inner = named(part)[-1] if part.type == "block" and named(part) else part
                    left = left or inner.type
            if alone:
                self._place(scope, known, held)
            del scope.branches[known:]
            if left in ("", "break_statement", "goto_statement"):
                ends.append(scope.environment)
        if not has_default or not ends:
            ends.append(dict(before))
        self.builder.join(scope, *ends)

    def _switch_value(self, scope: Scope, node: Node) -> int:
        """`x switch { ... }`: a choice of what its arms give."""
        inner = named(node)
        if not inner:
            return self.unknown(scope, node)
        value = self.value(scope, inner[0])
        before = dict(scope.environment)
        given: list[int] = []
        for arm in inner[1:]:
            parts = named(arm)
            if not parts:
                continue
            scope.environment = dict(before)
            known = len(scope.branches)
            self._case(scope, inner[0], value, [part for part in parts[:-1] if part.type != "discard"])
            held = self.builder.next_value
            result = self.value(scope, parts[-1])
            if all(map(_asks_for_constants, parts[:-1])):
                self._place(scope, known, held)
            if parts[-1].type != "throw_expression":
                given.append(result)
            del scope.branches[known:]
        scope.environment = before
        if not given:
            return self.builder.add(scope, "unknown", lines(node), "switch")
        return self.builder.add(scope, "choice", lines(node), "if", tuple(dict.fromkeys(given)))

    def _place(self, scope: Scope, known: int, held: int) -> None:
        """Says of the tests of a case which values were computed where they hold."""
        for number in scope.branches[known:]:
            self.builder.place_branch(number, held, self.builder.next_value)

    def _case(self, scope: Scope, subject: Node | None, value: int, tests: list[Node]) -> None:
        wanted: list[int] = []
        for test in tests:
            if test.type == "when_clause":
                for part in named(test):
                    self.narrow(scope, part, self.value(scope, part), "holds")
            else:
                wanted += [one for one in self.bind_pattern(scope, test, value) if self.builder.kind_of(one) == "constant"]
        if not wanted or subject is None:
            return
        other = wanted[0] if len(wanted) == 1 else self.listed(scope, tests[0], wanted)
        condition = self.builder.add(scope, "operation", lines(tests[0]), "==" if len(wanted) == 1 else "in", (value, other))
        self.builder.branches.append(Branch(condition, tests[0].start_point[0] + 1, scope.function, ""))
        scope.branches.append(len(self.builder.branches) - 1)
        name = self.path(scope, subject)
        if name is not None and name in scope.environment:
            guarded = self.builder.add(scope, "guarded", lines(subject), "holds", (scope.environment[name], condition))
            self.builder.bind(scope, name, guarded)


def _asks_for_constants(test: Node) -> bool:
    """Whether a label is met by the constants in it alone; `when` asks for more, a type or `not` for something else."""
    if test.type in ("or_pattern", "parenthesized_pattern"):
        return all(map(_asks_for_constants, named(test)))
    return test.type in ("constant_pattern", "when_clause", "discard")
