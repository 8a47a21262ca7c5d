"""Type annotations into values that name classes, in the shapes Python's annotations have.

`X[]` and `Promise<X>` are an index, unions an operation, decorators of parameters `Annotated`. Types that
are computed (`keyof`, conditional types, `typeof x`) name nothing.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.graph import Scope
from ingest.code.tree import lines, named
from ingest.code.typescript.statements import Statements

_PREDEFINED = frozenset({"string", "number", "bigint", "boolean", "any", "unknown", "object"})
_WRAPPERS = frozenset({"type_annotation", "parenthesized_type", "readonly_type", "optional_type", "rest_type", "type_predicate_annotation"})
_INNER = frozenset({"Promise", "Awaited", "Readonly", "Partial", "Required", "NonNullable", "PromiseLike", "Omit", "Pick"})
_CONTAINERS = {
    "Array": "@list", "ReadonlyArray": "@list", "Set": "@list", "Iterable": "@list", "AsyncIterable": "@list", "Generator": "@list",
    "AsyncGenerator": "@list", "Record": "@dict", "Map": "@dict", "ReadonlyMap": "@dict",
}  # fmt: skip
_MAX_DEPTH = 12


class Types(Statements):
    """Reads annotations."""

    def annotation(self, scope: Scope, node: Node) -> int | None:
        """The value that names an annotation's types, None where there is nothing to name."""
        return self._type(scope, node, 0)

    def _type(self, scope: Scope, node: Node, depth: int) -> int | None:
        builder = self.builder
        if depth > _MAX_DEPTH:
            return None
        match node.type:
            case "type_identifier" | "identifier":
                return builder.read(scope, self.text(node), lines(node))
            case "predefined_type":
                text = self.text(node)
                return builder.add(scope, "name", lines(node), f"@{text}") if text in _PREDEFINED else None
            case "generic_type":
                name, arguments = node.child_by_field_name("name"), node.child_by_field_name("type_arguments")
                written = self.text(name) if name is not None else ""
                if written in _INNER and arguments is not None and named(arguments):
                    return self._type(scope, named(arguments)[0], depth + 1)
                if written in _CONTAINERS and arguments is not None:
                    inner_values = [self._type(scope, child, depth + 1) for child in named(arguments)]
                    container = builder.add(scope, "name", lines(node), _CONTAINERS[written])
                    return builder.add(scope, "index", lines(node), "", (container, *(v for v in inner_values if v is not None)))
                base = self._type(scope, name, depth + 1) if name is not None else None
                if base is None:
                    return None
                given = [self._type(scope, child, depth + 1) for child in (named(arguments) if arguments is not None else [])]
                return builder.add(scope, "index", lines(node), "", (base, *(value for value in given if value is not None)))
            case "array_type":
                inner = named(node)
                element = self._type(scope, inner[0], depth + 1) if inner else None
                container = builder.add(scope, "name", lines(node), "@list")
                return builder.add(scope, "index", lines(node), "", (container,) if element is None else (container, element))
            case "nested_type_identifier":
                module, member = node.child_by_field_name("module"), node.child_by_field_name("name")
                base = self._type(scope, module, depth + 1) if module is not None else None
                if base is None or member is None:
                    return None
                return builder.add(scope, "attribute", lines(node), self.text(member), (base,))
            case "nested_identifier":
                owner, part = node.child_by_field_name("object"), node.child_by_field_name("property")
                base = self._type(scope, owner, depth + 1) if owner is not None else None
                if base is None or part is None:
                    return None
                return builder.add(scope, "attribute", lines(node), self.text(part), (base,))
            case "union_type" | "intersection_type":
                parts = [self._type(scope, child, depth + 1) for child in named(node)]
                known = tuple(part for part in parts if part is not None)
                return builder.add(scope, "operation", lines(node), "|", known) if known else None
            case "literal_type":
                inner = named(node)
                value = self.value(scope, inner[0]) if inner else None
                if value is None or builder.constant_of(value) == "none":
                    return value
                literal = builder.add(scope, "name", lines(node), "@Literal")
                return builder.add(scope, "index", lines(node), "", (literal, value))
            case "object_type":
                for member in named(node)[:40]:
                    typed = member.child_by_field_name("type")
                    if typed is not None:
                        self._type(scope, typed, depth + 1)
                return builder.add(scope, "unknown", lines(node), "object_type")
            case _:
                inner = named(node) if node.type in _WRAPPERS else []
                return self._type(scope, inner[-1], depth + 1) if inner else None
