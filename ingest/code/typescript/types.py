"""Type annotations into values that name classes, in the shapes Python's annotations have.

`X[]` and `Promise<X>` are an index, unions an operation, decorators of parameters `Annotated`. Types that are taken of values
(`typeof x`, `ReturnType<typeof make>`, `Made["db"]`) are those values; what is computed otherwise (`keyof`, conditional types)
names nothing.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.graph import RESULT_OF, TYPE_OF, Scope
from ingest.code.tree import lines, named
from ingest.code.typescript.statements import Statements

_PREDEFINED = frozenset({"string", "number", "bigint", "boolean", "any", "unknown", "object"})
_WRAPPERS = frozenset({"type_annotation", "parenthesized_type", "readonly_type", "optional_type", "rest_type", "type_predicate_annotation"})
_INNER = frozenset({"Promise", "Awaited", "Readonly", "Partial", "Required", "NonNullable", "PromiseLike", "Omit", "Pick"})
_OF_FUNCTIONS = frozenset({"ReturnType"})
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
            case "type_query" | "lookup_type":
                taken = self._taken_of(scope, node, depth)
                return builder.add(scope, "unknown", lines(node), TYPE_OF, (taken,)) if taken is not None else None
            case "generic_type":
                name, arguments = node.child_by_field_name("name"), node.child_by_field_name("type_arguments")
                written = self.text(name) if name is not None else ""
                if written in _OF_FUNCTIONS:
                    taken = self._taken_of(scope, node, depth)
                    return builder.add(scope, "unknown", lines(node), TYPE_OF, (taken,)) if taken is not None else None
                if written in _INNER and arguments is not None and named(arguments):
                    return self._type(scope, named(arguments)[0], depth + 1)
                if written in _CONTAINERS and arguments is not None:
                    inner_values = [self._type(scope, child, depth + 1) for child in named(arguments)]
                    container = builder.add(scope, "name", lines(node), _CONTAINERS[written])
                    return builder.add(scope, "index", lines(node), "", (container, *(v for v in inner_values if v is not None)))
                base = self._type(scope, name, depth + 1) if name is not None else None
                if base is None:
                    return None
                # What a schema makes of a value is no schema: `z.infer<typeof Question>`.
                said = [child for child in (named(arguments) if arguments is not None else []) if child.type != "type_query"]
                given = [self._type(scope, child, depth + 1) for child in said]
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

    def _taken_of(self, scope: Scope, node: Node, depth: int) -> int | None:
        """The value whose type a type is: of `typeof x` it is `x`, of `ReturnType<typeof make>` what `make` gives, of `T["db"]` a part."""
        inner = named(node)
        if node.type in ("type_identifier", "nested_type_identifier"):
            return self._type(scope, node, depth + 1)
        if depth > _MAX_DEPTH or not inner:
            return None
        if node.type == "type_query":
            of = inner[0]
            return self.value(scope, of) if of.type in ("identifier", "member_expression") else None
        if node.type == "lookup_type" and len(inner) == 2:
            base, key = self._taken_of(scope, inner[0], depth + 1), named(inner[1])[:1] if inner[1].type == "literal_type" else []
            if base is None or not key or key[0].type != "string":
                return None
            return self.builder.add(scope, "attribute", lines(node), self.literal(key[0]), (base,))
        if node.type == "parenthesized_type":
            return self._taken_of(scope, inner[0], depth + 1)
        if node.type != "generic_type":
            return None
        name, arguments = node.child_by_field_name("name"), node.child_by_field_name("type_arguments")
        written, given = self.text(name) if name is not None else "", named(arguments) if arguments is not None else []
        taken = self._taken_of(scope, given[0], depth + 1) if given and written in _INNER | _OF_FUNCTIONS else None
        if taken is None or written not in _OF_FUNCTIONS:
            return taken
        return self.builder.add(scope, "unknown", lines(node), RESULT_OF, (taken,))
