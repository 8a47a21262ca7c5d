"""Walking a syntax tree into a value graph: what the readers of all languages do alike.

`TreeReader` finds what reads a node by its type, bounds how deep it goes, and joins the sides of a choice. A language
says which node types there are, what they mean, and what a test says of the names in it. Nothing here knows a grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar

from tree_sitter import Node

from ingest.code.graph import Environment, GraphBuilder, Scope
from ingest.facts import Branch, Handler

_COMMENTS = frozenset({"comment", "html_comment", "line_comment", "block_comment"})
Clause = tuple[Node | None, Node | None]
"""(condition, body) of one side of a choice; the condition of an `else` is None"""


_LOOPS = ("for", "while", "do_", "enhanced_for")
_MAX_ABOVE = 60  # syntax between a jump and its loop
_THROWS = frozenset({"raise_statement", "throw_statement", "throw_expression"})
_MAKES_FUNCTION = re.compile(r"lambda|function|method_declaration|local_function|class_|object_literal$")
_MAX_LOOKED_AT = 2000  # syntax of one block


def jumps(builder: GraphBuilder, scope: Scope, node: Node) -> None:
    """`break` and `continue` without a label: what variables are there, they are behind the loop or in its next round.

    A `break` that leaves a choice among many is none of the loop's.
    """
    leaves = node.type == "break_statement"
    if (not leaves and node.type != "continue_statement") or not scope.loops or node.named_child_count:
        return
    above = node.parent
    for _ in range(_MAX_ABOVE):
        if above is None or (leaves and ("switch" in above.type or above.type == "select_statement")):
            return
        if above.type.startswith(_LOOPS) and above.type.endswith("statement"):
            builder.jump(scope, leaves=leaves)
            return
        above = above.parent


def throws(block: Node | None) -> bool:
    """Whether something is thrown in a block; what functions that it only makes throw is theirs."""
    queue, seen = [block] if block is not None else [], 0
    while queue and seen < _MAX_LOOKED_AT:
        node = queue.pop()
        seen += 1
        if node.type in _THROWS:
            return True
        queue += [child for child in node.named_children if not _MAKES_FUNCTION.search(child.type)]
    return False


class TreeReader:
    """Reads one file; the readers of a language are subclasses."""

    max_depth: ClassVar[int] = 180  # nested syntax deeper than this is recorded as not read
    meaningless: ClassVar[frozenset[str]] = frozenset({"ERROR"})  # node types that make up no value
    own_object: ClassVar[frozenset[str]] = frozenset()  # names of the object a method is called on: a check of a part says nothing of it
    narrows_free_names: ClassVar[bool] = True  # whether a test tells something of names that no function around it has
    _readers: dict[str, Callable[[Scope, Node], int]]

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        self.builder = builder
        self.data = data
        self.depth = 0

    def handled(self, scope: Scope, tried: tuple[int, int], block: Node | None, caught: int | None, kinds: Iterable[Node] = ()) -> bool:
        """Reads what is done about an error, and says what it is done for; whether control surely leaves in it."""
        begun = self.builder.next_value
        left = self.block(scope, block) if block is not None else False
        named_kinds = tuple(self.text(kind)[:200] for kind in kinds)
        does = begun, self.builder.next_value
        self.builder.handlers.append(Handler(tried, scope.function, caught, named_kinds, throws(block), does))
        return left

    def text(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    # The two ways in

    def value(self, scope: Scope, node: Node) -> int:
        """The value of an expression."""
        reader = self._readers.get(node.type)
        if reader is None or self.depth > self.max_depth:
            return self.unknown(scope, node)
        self.depth += 1
        try:
            return reader(scope, node)
        finally:
            self.depth -= 1

    def statement(self, scope: Scope, node: Node) -> bool:
        """Reads a statement; True where control surely leaves."""
        if self.too_deep(node):
            return False
        self.depth += 1
        try:
            return self._statement(scope, node)
        finally:
            self.depth -= 1

    def too_deep(self, node: Node) -> bool:
        """Whether a node lies deeper than is read; it is then noted."""
        if self.depth <= self.max_depth:
            return False
        self.builder.errors.append(f"line {node.start_point[0] + 1}: nested more than {self.max_depth} deep, not read further")
        return True

    def unknown(self, scope: Scope, node: Node) -> int:
        """A value of syntax without a meaning for data flow, made of what is in it."""
        inputs = () if self.too_deep(node) else tuple(self.value(scope, c) for c in named(node) if c.type not in self.meaningless)
        return self.builder.add(scope, "unknown", lines(node), node.type, inputs)

    # Branches

    def branch(self, scope: Scope, condition: Node) -> tuple[int, int]:
        """A test's value, and the number of the branch it decides."""
        value = self.value(scope, condition)
        self.builder.branches.append(Branch(value, condition.start_point[0] + 1, scope.function, ""))
        return value, len(self.builder.branches) - 1

    def choose(self, scope: Scope, clauses: Iterable[Clause]) -> bool:
        """`if`, `else if` and `else`: each side with variables of its own, joined behind. True where every side leaves."""
        before = dict(scope.environment)
        ends: list[Environment] = []
        leaves: list[bool] = []
        branches: list[int] = []
        sides: list[tuple[int, int, int]] = []
        has_else = False
        known = len(scope.branches)
        for condition, body in clauses:
            if condition is None:
                has_else = True
                left = self.block(scope, body) if body is not None else False
                if not left:
                    ends.append(scope.environment)
                leaves.append(left)
                continue
            value, number = self.branch(scope, condition)
            held = self.builder.next_value
            branches.append(number)
            after_test = dict(scope.environment)
            scope.branches.append(number)
            self.narrow(scope, condition, value, "holds")
            left = self.block(scope, body) if body is not None else False
            leaves.append(left)
            if not left:
                ends.append(scope.environment)
            # What follows runs where the test failed.
            scope.environment = after_test
            self.narrow(scope, condition, value, "fails")
            if left:
                self.builder.branches[number] = Branch(value, condition.start_point[0] + 1, scope.function, "holds")
            sides.append((number, held, self.builder.next_value))
        for number, held, failed in sides:
            self.builder.place_branch(number, held, failed)
        del scope.branches[known:]
        if not has_else:
            ends.append(scope.environment)
            leaves.append(False)
        elif leaves[-1] and not any(leaves[:-1]):
            for number in branches:
                old = self.builder.branches[number]
                self.builder.branches[number] = replace(old, exits_when="fails")
        if not ends:
            scope.environment = before
            return True
        if len(ends) == 1:
            scope.environment = ends[0]
        else:
            self.builder.join(scope, *ends)
        if any(leaves):
            scope.branches.extend(branches)  # the rest of the block runs only as these tests came out
        return all(leaves)

    def conditional(self, scope: Scope, node: Node, condition: Node, yes: Node, no: Node) -> int:
        """`condition ? yes : no`: each side is read as its outcome says."""
        value = self.value(scope, condition)
        before = dict(scope.environment)
        self.narrow(scope, condition, value, "holds")
        first = self.value(scope, yes)
        scope.environment = dict(before)
        self.narrow(scope, condition, value, "fails")
        second = self.value(scope, no)
        scope.environment = before
        return self.builder.either(scope, lines(node), first, second)

    def narrow(self, scope: Scope, condition: Node, value: int, side: str) -> None:
        """On the side where `condition` holds or fails, its operands are known to have passed it."""
        for operand in self.operands(condition):
            name = self.tested_path(scope, operand)
            if name is None:
                continue
            root = name.split(".")[0]
            if root != name and root in scope.environment and root not in self.own_object:
                # A check of one part may vouch for the whole (its digest, its owner); which checks do, is judged later.
                whole = scope.environment[root]
                scope.environment[root] = self.builder.add(scope, "guarded", lines(operand), f"{side}:part", (whole, value))
            current = scope.environment.get(name)
            if current is None:
                if operand.type == "identifier" and not self.narrows_free_names:
                    continue
                current = self.value(scope, operand)
            guarded = self.builder.add(scope, "guarded", lines(operand), side, (current, value))
            for loop in scope.loops:
                loop.seen.add(name)
            self.builder.bind(scope, name, guarded)

    # Names

    def known(self, scope: Scope, name: str) -> bool:
        """Whether a variable of this function, or of one around it, has the name; those of a class are members."""
        inner: Scope | None = scope
        while inner is not None and inner.parent is not None:
            if not inner.is_class and name in inner.environment:
                return True
            inner = inner.parent
        return False

    # Given by the language

    def block(self, scope: Scope, node: Node) -> bool:
        raise NotImplementedError

    def operands(self, condition: Node) -> list[Node]:
        """What a test says something of, a few at most."""
        raise NotImplementedError

    def tested_path(self, scope: Scope, operand: Node) -> str | None:
        """`a.b.c` for an operand that is a plain chain of names, else None."""
        raise NotImplementedError

    def _statement(self, scope: Scope, node: Node) -> bool:
        raise NotImplementedError


def lines(node: Node) -> tuple[int, int]:
    """First and last line of a node, counted from 1."""
    return node.start_point[0] + 1, node.end_point[0] + 1


def named(node: Node) -> list[Node]:
    """Children with a meaning."""
    return [child for child in node.named_children if child.type not in _COMMENTS]


def first_error(root: Node) -> int:
    """The line of the first syntax error in a tree that has one."""
    node = root
    while node.type != "ERROR" and not node.is_missing:
        inner = next((child for child in node.children if child.has_error or child.is_missing or child.type == "ERROR"), None)
        if inner is None:
            break
        node = inner
    return node.start_point[0] + 1
