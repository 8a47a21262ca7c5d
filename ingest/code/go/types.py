"""Go types into values that name classes, in the shapes Python's annotations have.

A pointer is what it points to; `[]T`, channels and `...T` are an index of a list, `map[K]V` one of a dictionary. Type parameters and
types of functions name nothing.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.go.jumps import Jumps
from ingest.code.go.names import PLAIN, PLAIN_OF_PACKAGES
from ingest.code.graph import Scope
from ingest.code.tree import lines, named

_MAX_DEPTH = 10
_SEQUENCES = frozenset({"slice_type", "array_type", "implicit_length_array_type", "channel_type"})


class Types(Jumps):
    """Reads types."""

    def type_value(self, scope: Scope, node: Node, depth: int = 0) -> int | None:
        """The value that names a type, None where there is nothing to name."""
        builder, text = self.builder, self.text(node)
        if depth > _MAX_DEPTH:
            return None
        if node.type == "type_identifier":
            if any(text in known for known in self.type_names):
                return None
            if text in PLAIN and text not in self.defined:
                return builder.add(scope, "name", lines(node), PLAIN[text])
            return self.value(scope, node)
        if node.type == "qualified_type":
            plain = PLAIN_OF_PACKAGES.get(text)
            return builder.add(scope, "name", lines(node), plain) if plain is not None else self.value(scope, node)
        if node.type in _SEQUENCES:
            element = node.child_by_field_name("element") or node.child_by_field_name("value")
            if element is not None and self.text(element) == "byte":
                return builder.add(scope, "name", lines(node), "@str")
            return self._container(scope, node, "@list", [element], depth)
        if node.type == "map_type":
            return self._container(scope, node, "@dict", [node.child_by_field_name("key"), node.child_by_field_name("value")], depth)
        if node.type == "generic_type":
            base = node.child_by_field_name("type")
            return self.type_value(scope, base, depth + 1) if base is not None else None
        if node.type in ("pointer_type", "parenthesized_type"):
            inner = named(node)
            return self.type_value(scope, inner[0], depth + 1) if inner else None
        if node.type == "interface_type":
            return builder.add(scope, "name", lines(node), "@object")
        if node.type == "parameter_list":
            return self._results(scope, node, depth)
        return None

    def _container(self, scope: Scope, node: Node, name: str, inner: list[Node | None], depth: int) -> int:
        given = [self.type_value(scope, child, depth + 1) for child in inner if child is not None]
        base = self.builder.add(scope, "name", lines(node), name)
        return self.builder.add(scope, "index", lines(node), "", (base, *(value for value in given if value is not None)))

    def _results(self, scope: Scope, node: Node, depth: int) -> int | None:
        """What several results are: a collection of their types."""
        types = [child.child_by_field_name("type") for child in named(node)]
        given = [self.type_value(scope, typed, depth + 1) for typed in types if typed is not None]
        known = tuple(value for value in given if value is not None)
        return self.builder.add(scope, "collection", lines(node), "tuple", known, ("",) * len(known)) if known else None
