"""The scripts of a component taken apart: what belongs to the module, what to each instance, and the names they declare.

Takes the text of a script and the line it begins in; gives its statements with their lines. A statement is told by the grammar of
TypeScript, what stands in it is read later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

_OF_THE_MODULE = frozenset({
    "import_statement", "interface_declaration", "type_alias_declaration", "enum_declaration", "ambient_declaration", "comment",
})  # fmt: skip
_DECLARES = frozenset({"lexical_declaration", "variable_declaration"})
_MAX_NAMES = 400


@dataclass(frozen=True, slots=True)
class Script:
    """The content of a `<script>` block."""

    line: int  # of the file, where its content begins, counted from 0
    text: str
    markup: bool = False  # `lang="tsx"`


@dataclass(frozen=True, slots=True)
class Statement:
    row: int  # of the file, counted from 0
    node: Node
    text: str


class Taken:
    """A script and its statements."""

    def __init__(self, script: Script) -> None:
        self._data = script.text.encode("utf-8", "replace")
        self._line = script.line
        self.root = Parser(grammar(script.markup)).parse(self._data).root_node

    def text(self, node: Node) -> str:
        return self._data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def row(self, node: Node) -> int:
        return self._line + node.start_point[0]

    def statements(self) -> Iterator[Statement]:
        for node in self.root.children:
            if node.is_named:
                yield Statement(self.row(node), node, self.text(node))


def grammar(markup: bool) -> Language:
    return Language(tree_sitter_typescript.language_tsx() if markup else tree_sitter_typescript.language_typescript())


def is_of_the_module(node: Node) -> bool:
    """Whether a statement stands outside of what is made anew for each instance: imports and types."""
    if node.type == "export_statement":
        declaration = node.child_by_field_name("declaration")
        return declaration is None or declaration.type in _OF_THE_MODULE
    return node.type in _OF_THE_MODULE


def declared(taken: Taken, node: Node) -> list[str]:
    """Names that a statement of the top declares."""
    if node.type == "export_statement":
        inner = node.child_by_field_name("declaration")
        return declared(taken, inner) if inner is not None else []
    if node.type == "import_statement":
        return _imported(taken, node)
    if node.type in _DECLARES:
        targets = [child.child_by_field_name("name") for child in node.named_children if child.type == "variable_declarator"]
        return [name for target in targets if target is not None for name in bound(taken, target)]
    if node.type == "labeled_statement":  # `$: total = a + b` of Svelte
        inner = next((child for child in node.named_children if child.type == "expression_statement"), None)
        assigned = inner.named_children[0] if inner is not None and inner.named_children else None
        left = assigned.child_by_field_name("left") if assigned is not None and assigned.type == "assignment_expression" else None
        return bound(taken, left) if left is not None else []
    name = node.child_by_field_name("name")
    return [taken.text(name)] if name is not None else []


def bound(taken: Taken, pattern: Node) -> list[str]:
    """Names that a pattern binds."""
    found: list[str] = []
    stack = [pattern]
    while stack and len(found) < _MAX_NAMES:
        node = stack.pop()
        if node.type in ("identifier", "shorthand_property_identifier_pattern"):
            found.append(taken.text(node))
        elif node.type in ("assignment_pattern", "object_assignment_pattern"):
            left = node.child_by_field_name("left")
            stack += [left] if left is not None else []
        elif node.type == "pair_pattern":
            inner = node.child_by_field_name("value")
            stack += [inner] if inner is not None else []
        elif node.type in ("object_pattern", "array_pattern", "rest_pattern"):
            stack += reversed(node.named_children)
    return found


def _imported(taken: Taken, node: Node) -> list[str]:
    found: list[str] = []
    stack = [child for child in node.named_children if child.type == "import_clause"]
    while stack and len(found) < _MAX_NAMES:
        one = stack.pop()
        if one.type == "identifier":
            found.append(taken.text(one))
        elif one.type == "import_specifier":
            local = one.child_by_field_name("alias") or one.child_by_field_name("name")
            found += [taken.text(local)] if local is not None else []
        else:
            stack += one.named_children
    return found
