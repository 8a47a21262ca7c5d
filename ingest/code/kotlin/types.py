"""Kotlin types into values that name classes, in the shapes Python's annotations have.

`List<X>` and `Array<X>` are an index of a list, what an annotation says of a parameter is `Annotated`. Type parameters name nothing, a
type that may be null is that type.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.graph import Scope
from ingest.code.java.names import FILLED
from ingest.code.kotlin.names import CONTAINERS, PLAIN
from ingest.code.kotlin.statements import Statements
from ingest.code.tree import lines, named

_INNER = frozenset({
    "Optional", "CompletableFuture", "Mono", "Supplier", "Callable", "Future", "CompletionStage", "Deferred", "Result", "Lazy",
    "StateFlow", "ResponseEntity_",
})  # fmt: skip
_WRAPPED = frozenset({"nullable_type", "parenthesized_type", "type_projection", "non_nullable_type"})
_MAX_DEPTH = 10


class Types(Statements):
    """Reads types."""

    def type_value(self, scope: Scope, node: Node, depth: int = 0) -> int | None:
        """The value that names a type, None where there is nothing to name."""
        builder = self.builder
        if depth > _MAX_DEPTH:
            return None
        if node.type in _WRAPPED:
            inner = [child for child in named(node) if child.type.endswith("_type")]
            return self.type_value(scope, inner[-1], depth + 1) if inner else None
        if node.type != "user_type":
            return None
        name_node = next((child for child in named(node) if child.type == "identifier"), None)
        if name_node is None:
            return None
        name = self.text(name_node)
        single = sum(child.type == "identifier" for child in named(node)) == 1
        if single and any(name in known for known in self.type_names):
            return None
        arguments = next((child for child in named(node) if child.type == "type_arguments"), None)
        given = [self.type_value(scope, child, depth + 1) for child in (named(arguments) if arguments is not None else [])]
        known = tuple(value for value in given if value is not None)
        own = self._is_own(name)
        if single and not own and name in PLAIN:
            return builder.add(scope, "name", lines(node), PLAIN[name])
        if single and not own and name in CONTAINERS:
            base = builder.add(scope, "name", lines(node), CONTAINERS[name])
        elif single and name in _INNER and known:
            return known[0]
        else:
            base = self.value(scope, node)
        return builder.add(scope, "index", lines(node), "", (base, *known)) if known else base

    def decorated_type(self, scope: Scope, marks: tuple[int, ...], node: Node, typed: int | None) -> int | None:
        """A type with the annotations of the parameter or property it stands at."""
        if not marks:
            return typed
        base = self.builder.add(scope, "name", lines(node), "@Annotated")
        return self.builder.add(scope, "index", lines(node), "", (base, *([typed] if typed is not None else []), *marks))

    def filled_by(self, marks: tuple[int, ...]) -> int | None:
        """The annotation that says what a container puts into a property or parameter: `@Value("\\${database.password}")`."""
        for mark in marks:
            callee = self.builder.inputs_of(mark)[:1] if self.builder.kind_of(mark) == "call" else ()
            if callee and self.builder.text_of(callee[0]) in FILLED:
                return mark
        return None

    def annotations(self, scope: Scope, node: Node) -> tuple[int, ...]:
        """The annotations among the modifiers of a definition, or in the modifiers themselves."""
        holders = [node] if node.type.endswith("modifiers") else [part for part in node.named_children if part.type.endswith("modifiers")]
        found = (child for part in holders for child in part.named_children)
        return tuple(self.value(scope, child) for child in found if child.type == "annotation")
