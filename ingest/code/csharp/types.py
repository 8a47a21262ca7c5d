"""C# types into values that name classes, in the shapes Python's annotations have.

`List<X>` and `X[]` are an index of a list, what an attribute says of a parameter is `Annotated`; `Task<X>` and `X?` are X. Type parameters
name nothing. A parameter that is an interface can only be injected where a framework fills parameters: it is marked so.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from ingest.code.csharp.names import CONTAINERS, PLAIN
from ingest.code.csharp.statements import Statements
from ingest.code.graph import Scope
from ingest.code.tree import lines, named

_INNER = frozenset({"Task", "ValueTask", "Nullable", "Lazy", "Func", "IOptions", "IOptionsSnapshot", "IOptionsMonitor",
                    "ActionResult"})  # fmt: skip
_INTERFACE = re.compile(r"I[A-Z][a-z]\w*$")
_FILLED = frozenset({"IFormFile", "IFormFileCollection", "IFormCollection"})
_MAX_DEPTH = 10


class Types(Statements):
    """Reads types."""

    def type_value(self, scope: Scope, node: Node, depth: int = 0) -> int | None:
        """The value that names a type, None where there is nothing to name."""
        builder = self.builder
        if depth > _MAX_DEPTH:
            return None
        match node.type:
            case "identifier" | "predefined_type":
                text = self.text(node)
                if text in ("var", "void") or any(text in known for known in self.type_names):
                    return None
                if text in PLAIN and not self.is_own(text):
                    return builder.add(scope, "name", lines(node), PLAIN[text])
                return self._type_name(scope, node) if node.type == "identifier" else None
            case "qualified_name" | "alias_qualified_name":
                return self.value(scope, node)
            case "generic_name":
                inner = named(node)
                name = self.text(inner[0]) if inner else ""
                given = [self.type_value(scope, child, depth + 1) for child in (named(inner[1]) if len(inner) > 1 else [])]
                known = tuple(value for value in given if value is not None)
                if name in CONTAINERS and not self.is_own(name):
                    base: int | None = builder.add(scope, "name", lines(node), CONTAINERS[name])
                elif name in _INNER and known:
                    return known[-1]
                else:
                    base = self._type_name(scope, inner[0]) if inner else None
                if base is None:
                    return None
                return builder.add(scope, "index", lines(node), "", (base, *known)) if known else base
            case "array_type":
                inner_type = node.child_by_field_name("type")
                element = self.type_value(scope, inner_type, depth + 1) if inner_type is not None else None
                base = builder.add(scope, "name", lines(node), "@list")
                return builder.add(scope, "index", lines(node), "", (base,) if element is None else (base, element))
            case "nullable_type" | "ref_type" | "scoped_type":
                inner_type = node.child_by_field_name("type") or next(iter(named(node)), None)
                return self.type_value(scope, inner_type, depth + 1) if inner_type is not None else None
            case _:
                return None

    def _type_name(self, scope: Scope, node: Node) -> int:
        """A type's name names a type, also where a member has the same: `public Kernel Kernel`."""
        name = self.text(node).removeprefix("@")
        for cls in reversed(self.classes):
            if name in cls.nested:
                return cls.nested[name]
            if name == cls.name:
                return self.class_value(scope, cls, lines(node))
        return self.builder.add(scope, "name", lines(node), name)

    def decorated_type(self, scope: Scope, node: Node, typed: int | None, marks: tuple[int, ...] | None = None) -> int | None:
        """A type with the attributes of the parameter or field it stands at."""
        marks = self.attributes(scope, node) if marks is None else marks
        if not marks:
            return typed
        base = self.builder.add(scope, "name", lines(node), "@Annotated")
        if typed is None:
            said: tuple[int, ...] = ()
        elif self.builder.kind_of(typed) == "index":  # `ILogger<X>`: its own name says more than what it is of
            said = self.builder.inputs_of(typed)
        else:
            said = (typed,)
        return self.builder.add(scope, "index", lines(node), "", (base, *said, *marks))

    def parameter_type(self, scope: Scope, node: Node, typed: Node | None) -> int | None:
        """What a parameter says of itself."""
        annotation = self.type_value(scope, typed) if typed is not None else None
        marks = self.attributes(scope, node)
        text = self.plain(typed) if typed is not None else ""
        if _INTERFACE.match(text) and text not in _FILLED and text not in CONTAINERS:
            mark = self.builder.add(scope, "name", lines(node), "@injected")
            marks = (*marks, self.builder.add(scope, "call", lines(node), "", (mark,), ("",)))
        return self.decorated_type(scope, node, annotation, marks)

    def attributes(self, scope: Scope, node: Node) -> tuple[int, ...]:
        found = (child for part in node.named_children if part.type == "attribute_list" for child in part.named_children)
        return tuple(self.value(scope, child) for child in found if child.type == "attribute")
