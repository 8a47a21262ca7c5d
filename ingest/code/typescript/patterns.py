"""Variables and patterns: what `const { a, b: [c = 1], ...rest } = value` binds, and where a name belongs.

Names declared in a block end with it. A variable of an enclosing function that a closure assigns may hold the
new value there too; one of the module is a variable of the module.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.graph import GraphBuilder, Scope
from ingest.code.tree import lines, named
from ingest.code.typescript.calls import Calls


class Patterns(Calls):
    """Binds names; `statements.Statements` adds the rest."""

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self._blocks: list[dict[str, int | None]] = []  # names declared in the open blocks, with what they hid
        self._thrown: list[tuple[int, int]] = []  # (function, value) of what the open `try` throws
        self._own: dict[int, set[str]] = {}  # names each function declares

    # Variables

    def _declare(self, scope: Scope, node: Node) -> None:
        is_var = node.type == "variable_declaration"
        for declarator in node.named_children:
            if declarator.type != "variable_declarator":
                continue
            target, given, annotation = (declarator.child_by_field_name(name) for name in ("name", "value", "type"))
            if target is None:
                continue
            self.declare(scope, target, is_var)
            if given is None:
                if annotation is not None:
                    self.annotation(scope, annotation)
                if target.type == "identifier" and scope.parent is not None:  # closures below may be what sets it
                    self.builder.bind(scope, self.text(target), self.builder.add(scope, "unknown", lines(target), "unset"))
                continue
            self.hints.append(self.text(target) if target.type == "identifier" else "")
            value = self.value(scope, given)
            self.hints.pop()
            if annotation is not None:
                self.annotation(scope, annotation)
            self.assign(scope, target, value, declared=True)

    def declare(self, scope: Scope, pattern: Node, is_var: bool = False) -> None:
        """The names of a pattern belong to this function, and to the block that is open unless `var`."""
        for name in self.names_in(pattern):
            self._own.setdefault(scope.function, set()).add(name)
            if self._blocks and not is_var and name not in self._blocks[-1]:
                self._blocks[-1][name] = scope.environment.pop(name, None)

    def names_in(self, pattern: Node) -> list[str]:
        found: list[str] = []
        stack = [pattern]
        while stack and len(found) < 200:
            node = stack.pop()
            if node.type in ("identifier", "shorthand_property_identifier_pattern"):
                found.append(self.text(node))
            elif node.type in ("assignment_pattern", "object_assignment_pattern"):
                stack += [child for child in [node.child_by_field_name("left")] if child is not None]
            elif node.type == "pair_pattern":
                stack += [child for child in [node.child_by_field_name("value")] if child is not None]
            elif node.type in ("object_pattern", "array_pattern", "rest_pattern"):
                stack += node.named_children
        return found

    def set_variable(self, scope: Scope, name: str, value: int) -> None:
        """`name = value` where the name may be one of an enclosing function or of the module."""
        if name not in self._own.get(scope.function, ()):
            outer = scope.parent
            while outer is not None and outer.parent is not None and name not in outer.environment:
                outer = outer.parent
            if outer is None or outer.parent is None:
                if scope.parent is not None:
                    scope.global_names.add(name)
            else:
                before = outer.environment[name]
                outer.environment[name] = self.builder.add(outer, "choice", self.builder.lines_of(value), name, (before, value))
        self.builder.write(scope, name, value)

    def assign(self, scope: Scope, target: Node, value: int, declared: bool = False) -> None:
        """`target = value` for names, properties and patterns of them."""
        if self.too_deep(target):
            return
        self.depth += 1
        self._assign(scope, target, value, declared)
        self.depth -= 1

    def _assign(self, scope: Scope, target: Node, value: int, declared: bool) -> None:
        match target.type:
            case "identifier" | "shorthand_property_identifier_pattern":
                self._assign_name(scope, target, value, declared)
            case "member_expression":
                self.store(scope, target, value)
                self.exported(scope, target, value)
            case "subscript_expression":
                inner, index = target.child_by_field_name("object"), target.child_by_field_name("index")
                if inner is None or index is None:
                    return
                key, before = self.value(scope, index), self.value(scope, inner)
                label = self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else "?"
                self.rebind(scope, inner, self.builder.add(scope, "update", lines(target), "", (before, value), ("", label)))
            case "array_pattern" | "array":
                self._assign_elements(scope, target, value, declared)
            case "object_pattern" | "object":
                taken: list[str] = []
                for part in target.named_children:
                    rest = part.type in ("rest_pattern", "spread_element")
                    self._assign_member(scope, part, self._without(scope, part, value, taken) if rest else value, declared)
                    taken += self._keys_taken(scope, part)
            case "assignment_pattern" | "object_assignment_pattern" | "assignment_expression":
                left, right = target.child_by_field_name("left"), target.child_by_field_name("right")
                if left is not None and right is not None:
                    other = self.value(scope, right)
                    self.assign(scope, left, self.builder.add(scope, "choice", lines(target), "or", (value, other)), declared)
            case "rest_pattern" | "parenthesized_expression" | "non_null_expression" | "as_expression" | "spread_element":
                for child in named(target)[:1]:
                    self.assign(scope, child, value, declared)
            case _:
                self.value(scope, target)

    def _assign_elements(self, scope: Scope, target: Node, value: int, declared: bool) -> None:
        given = self.builder.inputs_of(value) if self.builder.kind_of(value) == "collection" else ()
        position = 0
        for part in target.children:
            if part.type == ",":
                position += 1
            elif part.type in ("[", "]", "comment"):
                continue
            elif part.type == "rest_pattern":
                self.assign(scope, part, value, declared)
            elif position < len(given):
                self.assign(scope, part, given[position], declared)
            else:
                self.assign(scope, part, self.builder.add(scope, "index", lines(part), str(position), (value,)), declared)

    def _assign_member(self, scope: Scope, part: Node, value: int, declared: bool) -> None:
        """One member of an object pattern."""
        match part.type:
            case "shorthand_property_identifier_pattern" | "shorthand_property_identifier":
                self._assign_name(scope, part, self._property(scope, part, self.text(part), value), declared)
            case "object_assignment_pattern":
                left, right = part.child_by_field_name("left"), part.child_by_field_name("right")
                if left is not None and right is not None:
                    found = self._property(scope, left, self.text(left), value)
                    other = self.value(scope, right)
                    self._assign_name(scope, left, self.builder.add(scope, "choice", lines(part), "or", (found, other)), declared)
            case "pair_pattern" | "pair":
                key, inner = part.child_by_field_name("key"), part.child_by_field_name("value")
                if key is not None and inner is not None:
                    self.assign(scope, inner, self._property(scope, key, self.key(scope, key), value), declared)
            case "rest_pattern" | "spread_element":
                self.assign(scope, part, value, declared)
            case _:
                return

    def _keys_taken(self, scope: Scope, part: Node) -> list[str]:
        """The property that one member of an object pattern takes out."""
        inner = part.child_by_field_name("left") if part.type == "object_assignment_pattern" else part
        if inner is not None and inner.type in ("shorthand_property_identifier_pattern", "shorthand_property_identifier"):
            return [self.text(inner)]
        key = part.child_by_field_name("key") if part.type in ("pair_pattern", "pair") else None
        return [self.key(scope, key)] if key is not None else []

    def _without(self, scope: Scope, part: Node, value: int, taken: list[str]) -> int:
        """`{ a, ...rest }`: the rest is the object with nothing left in what was taken out."""
        if not taken:
            return value
        nothing = self.builder.add(scope, "constant", lines(part), "undefined", constant="none")
        return self.builder.add(scope, "update", lines(part), "", (value, *(nothing,) * len(taken)), ("", *taken))

    def _assign_name(self, scope: Scope, node: Node, value: int, declared: bool) -> None:
        if declared:
            self.builder.write(scope, self.text(node), value)
        else:
            self.set_variable(scope, self.text(node), value)

    def _property(self, scope: Scope, node: Node, name: str, value: int) -> int:
        if name == "?":
            return self.builder.add(scope, "index", lines(node), "", (value,))
        return self.builder.add(scope, "attribute", lines(node), name, (value,))

    # Given by the classes built on this one

    def exported(self, scope: Scope, target: Node, value: int) -> None:
        raise NotImplementedError

    def annotation(self, scope: Scope, node: Node) -> int | None:
        raise NotImplementedError
