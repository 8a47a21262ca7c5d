"""Java types into values that name classes, in the shapes Python's annotations have.

`List<X>` and `X[]` are an index of a list, what an annotation says of a parameter is `Annotated`. Type parameters name nothing.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.graph import Scope
from ingest.code.java.names import CONTAINERS, FILLED, PLAIN
from ingest.code.java.statements import Statements
from ingest.code.tree import lines, named

_INNER = frozenset({"Optional", "CompletableFuture", "Mono", "Supplier", "Callable", "Future", "CompletionStage"})
_MAX_DEPTH = 10


class Types(Statements):
    """Reads types."""

    def type_value(self, scope: Scope, node: Node, depth: int = 0) -> int | None:
        """The value that names a type, None where there is nothing to name."""
        builder = self.builder
        if depth > _MAX_DEPTH:
            return None
        match node.type:
            case "type_identifier" | "integral_type" | "floating_point_type" | "boolean_type":
                text = self.text(node)
                if text == "var" or any(text in known for known in self.type_names):
                    return None
                if text in PLAIN and not self._is_own(text):
                    return builder.add(scope, "name", lines(node), PLAIN[text])
                return self.value(scope, node) if node.type == "type_identifier" else None
            case "scoped_type_identifier":
                return self.value(scope, node)
            case "generic_type":
                inner = named(node)
                name = self.text(inner[0]) if inner else ""
                given = [self.type_value(scope, child, depth + 1) for child in (named(inner[1]) if len(inner) > 1 else [])]
                known = tuple(value for value in given if value is not None)
                if name in CONTAINERS and not self._is_own(name):
                    base: int | None = builder.add(scope, "name", lines(node), CONTAINERS[name])
                elif name in _INNER and known:
                    return known[0]
                else:
                    base = self.type_value(scope, inner[0], depth + 1) if inner else None
                if base is None:
                    return None
                return builder.add(scope, "index", lines(node), "", (base, *known)) if known else base
            case "array_type":
                inner_type = node.child_by_field_name("element")
                element = self.type_value(scope, inner_type, depth + 1) if inner_type is not None else None
                base = builder.add(scope, "name", lines(node), "@list")
                return builder.add(scope, "index", lines(node), "", (base,) if element is None else (base, element))
            case "annotated_type" | "wildcard":
                parts = [child for child in named(node) if not child.type.endswith("annotation")]
                return self.type_value(scope, parts[-1], depth + 1) if parts else None
            case _:
                return None

    def decorated_type(self, scope: Scope, node: Node, typed: int | None) -> int | None:
        """A type with the annotations of the parameter or field it stands at."""
        marks = self.annotations(scope, node)
        if not marks:
            return typed
        base = self.builder.add(scope, "name", lines(node), "@Annotated")
        return self.builder.add(scope, "index", lines(node), "", (base, *([typed] if typed is not None else []), *marks))

    def filled_by(self, decorated: int | None) -> int | None:
        """The annotation that says what a container puts into a field or parameter: `@Value("${database.password}")`."""
        if decorated is None or self.builder.kind_of(decorated) != "index":
            return None
        for mark in self.builder.inputs_of(decorated)[1:]:
            callee = self.builder.inputs_of(mark)[:1] if self.builder.kind_of(mark) == "call" else ()
            if callee and self.builder.text_of(callee[0]) in FILLED:
                return mark
        return None

    def annotations(self, scope: Scope, node: Node) -> tuple[int, ...]:
        found = (child for part in node.named_children if part.type == "modifiers" for child in part.named_children)
        return tuple(self.value(scope, child) for child in found if child.type in ("annotation", "marker_annotation"))
