"""Bicep files of Azure: resources with their values, parameters with defaults, variables, and the modules they call.

Takes the text, gives a `resource` setting per resource (its ARM type without the version), parameter, variable and module; of a
`.bicepparam` file, and of a `name.parameters.json`, a module setting with the values it gives to its template. Expressions are kept as
`${...}` in their own words, names of parameters and variables in them as `var.` and `local.`; what a function, a loop or a spread gives is
unknown. `existing` resources are `data.`, nested ones name their `parent`. Nothing is evaluated, and no other file is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ingest.config.bicep_shape import declarations
from ingest.config.json_nodes import json_node
from ingest.config.nodes import BadConfig
from ingest.config.packages import environment
from ingest.config.resources import Flat, flat_node, resource
from ingest.facts import Setting
from ingest.secrets import is_placeholder
from ingest.source import Place
from ingest.text import split_lines

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Parser

_BYTES = 400_000
_DEPTH, _MOST = 60, 10_000
_BROKEN = 20_000  # characters of declarations that are not understood in a whole
_REMARKS = re.compile(r"(?:\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|(?:targetScope|output|metadata|type|func|import|extension)\b[^\n]*)*")
_VALUES = ".bicepparam"
_LONGEST = 400  # characters of an expression that is kept in its own words
_PARAM = re.compile(r"^([ \t]*)param(?=[ \t])", re.MULTILINE)
_WORD = re.compile(r"'(?:[^'\\\n]|\\.){0,400}'|(?<![\w.:])[A-Za-z_]\w{0,200}")
_ESCAPED = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_SCALARS = frozenset({"number", "boolean", "null"})
_OF_VALUES = re.compile(r"\.parameters(?:\.[\w-]{1,60})?\.json$", re.IGNORECASE)
_UNKNOWN = "${...}"  # what a spread or a loop leaves open


def read_bicep(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    if len(text) > _BYTES:
        raise BadConfig(f"Bicep larger than {_BYTES} characters")
    text = "\n".join(split_lines(text)) + "\n"
    gives = path.lower().endswith(_VALUES)
    if gives:
        text = _PARAM.sub(r"\1var", text)  # the grammar knows the word of a template alone
    reader = _Reader(_parsed(text), path)
    return tuple(reader.given() if gives else reader.settings())


def _parsed(text: str) -> list[Node]:
    """The declarations of a file; parsed one by one, with their places in the file."""
    found: list[Node] = []
    data, broken = text.encode("utf-8", "replace"), 0
    at = byte = row = 0
    for start, end in declarations(text):
        byte += len(text[at:start].encode("utf-8", "replace"))
        row += text.count("\n", at, start)
        size, rows = len(text[start:end].encode("utf-8", "replace")), text.count("\n", start, end)
        root = _parser((row, byte, rows, size)).parse(data).root_node
        found += root.named_children
        broken += end - start if root.has_error else 0
        if broken > _BROKEN:
            raise BadConfig(f"line {row + 1}: not Bicep")
        at, byte, row = end, byte + size, row + rows
    if text.strip() and not found and not _REMARKS.fullmatch(text):
        raise BadConfig("line 1: not Bicep")
    return found


def read_bicep_values(text: str, path: str) -> tuple[Setting, ...]:
    """`main.parameters.json`: what it gives to the `main.bicep` beside it. `${NAME}` is a variable of the Azure Developer CLI."""
    document = json_node(text)
    name = PurePosixPath(path).name
    values = [Flat("source", f"./{_OF_VALUES.sub('', name)}.bicep", 1)]
    for parameter, node, line in document.get("parameters").entries():
        said = node.get("value")
        values += flat_node(said, f"params.{parameter}") if said.kind != "none" else (Flat(f"params.{parameter}", _UNKNOWN, line),)
    return tuple(resource("given", "module", values, Place(path, 1, max(1, document.end_line)), "bicep"))


class _Reader:
    def __init__(self, found: list[Node], path: str) -> None:
        self._found, self._path, self._left = found, path, _MOST
        self._names = {
            _text(name): prefix
            for child in found
            for prefix in ({"parameter_declaration": "var", "variable_declaration": "local"}.get(child.type),)
            for name in (_child(child, "identifier"),)
            if prefix and name is not None
        }

    def settings(self) -> Iterator[Setting]:
        secure = False
        for child in self._found:
            if child.type == "decorators":
                secure = any(_text(one).strip("@() \t").removeprefix("sys.") == "secure" for one in child.named_children)
                continue
            if child.type == "parameter_declaration":
                yield from self._parameter(child, secure)
            elif child.type == "variable_declaration":
                yield from self._variable(child)
            elif child.type == "resource_declaration":
                yield from self._resource(child, "", "", 0)
            elif child.type == "module_declaration":
                yield from self._module(child)
            if child.type != "comment":
                secure = False

    def given(self) -> Iterator[Setting]:
        """What a file of values gives to a template, as a call of it would."""
        using = next((child for child in self._found if child.type == "using_statement"), None)
        source = _literal(using.named_children[0]) if using is not None and using.named_children else None
        values = [Flat("source", source or "", _line(using) if using is not None else 1)]
        for child in self._found:
            name = _child(child, "identifier") if child.type == "variable_declaration" else None
            if name is not None and len(child.named_children) > 1:
                values += self._value(child.named_children[-1], f"params.{_text(name)}", 1)
        if using is not None:
            yield from resource("given", "module", values, self._place(using), "bicep")

    def _parameter(self, node: Node, secure: bool) -> Iterator[Setting]:
        name = _child(node, "identifier")
        if name is None:
            return
        said = node.named_children[-1]
        values = tuple(self._value(said, f"default.{_text(name)}", 1)) if said.type not in ("identifier", "type") else ()
        values = () if _has_error(node) else values
        found = tuple(resource(f"var.{_text(name)}", "variable", values, self._place(node), "bicep"))
        yield from found
        if secure and len(found) == 1 and len(values) == 1 and _is_secret(values[0].text):
            at = Place(self._path, values[0].line, values[0].line)
            yield environment(_text(name), values[0].text, at, secret="password", resource=f"var.{_text(name)}")

    def _variable(self, node: Node) -> Iterator[Setting]:
        name = _child(node, "identifier")
        if name is not None and len(node.named_children) > 1 and not _has_error(node):
            yield from resource("local", "locals", tuple(self._value(node.named_children[-1], _text(name), 1)), self._place(node), "bicep")

    def _resource(self, node: Node, parent: str, parent_type: str, depth: int) -> Iterator[Setting]:
        """A resource, and those that are written inside of it."""
        name, said = _child(node, "identifier"), _child(node, "string")
        body, condition = self._body(node)
        if name is None or said is None or body is None or depth > _DEPTH:
            return
        kind = (_literal(said) or "").partition("@")[0]
        kind = f"{parent_type}/{kind}" if parent_type and "." not in kind.partition("/")[0] else kind
        values = [*condition, *self._object(body, "", 1)]
        if parent:
            values.append(Flat("parent", f"${{{parent}}}", _line(node)))
        existing = "data." if any(child.type == "existing" for child in node.children) else ""
        yield from resource(_text(name), f"{existing}{kind}", values, self._place(node), "bicep")
        for child in body.named_children:
            inner = child.named_children[0] if child.type == "object_property" and child.named_children else child
            if inner.type == "resource_declaration":
                yield from self._resource(inner, _text(name), kind, depth + 1)

    def _module(self, node: Node) -> Iterator[Setting]:
        name, said = _child(node, "identifier"), _child(node, "string")
        body, condition = self._body(node)
        if name is not None and said is not None and body is not None:
            values = [Flat("source", _literal(said) or "", _line(said)), *condition, *self._object(body, "", 1)]
            yield from resource(_text(name), "module", values, self._place(node), "bicep")

    def _body(self, node: Node) -> tuple[Node | None, list[Flat]]:
        """The object of a declaration, and the condition that it is made under."""
        body, condition = node.named_children[-1] if node.named_children else None, list[Flat]()
        for _ in range(3):  # a loop, and a condition in it
            if body is not None and body.type in ("if_statement", "for_statement") and body.named_children:
                if body.type == "if_statement":
                    asked = body.named_children[0]
                    asked = asked.named_children[0] if asked.type == "parenthesized_expression" and asked.named_children else asked
                    condition.append(Flat("if", self._expression(asked), _line(body)))
                body = body.named_children[-1]
        return (body if body is not None and body.type == "object" else None), condition

    def _object(self, node: Node, path: str, depth: int) -> Iterator[Flat]:
        if depth > _DEPTH:
            raise BadConfig(f"nested deeper than {_DEPTH}")
        for child in node.named_children:
            parts = child.named_children
            if child.type == "object_property" and len(parts) == 2:
                key = _text(parts[0]) if parts[0].type == "identifier" else _literal(parts[0])
                if key is not None:
                    yield from self._value(parts[1], f"{path}.{key}" if path else key, depth + 1)
                else:  # identities are named so: `'${worker.id}': {}`
                    yield Flat(path or "properties", "".join(self._parts(parts[0])), _line(child))
            elif child.type == "ERROR":
                yield Flat(path or "properties", _UNKNOWN, _line(child))

    def _value(self, node: Node, path: str, depth: int) -> Iterator[Flat]:
        if depth > _DEPTH:
            raise BadConfig(f"nested deeper than {_DEPTH}")
        self._left -= 1
        if self._left < 0:
            raise BadConfig(f"more than {_MOST} values")
        literal = _literal(node)
        if node.type == "object":
            yield from self._object(node, path, depth + 1)
        elif node.type == "array":
            for number, item in enumerate(node.named_children):
                if item.type != "comment":
                    yield from self._value(item, f"{path}.{number}" if item.type == "object" else path, depth + 1)
        elif literal is not None:
            yield Flat(path, literal, _line(node))
        elif node.type == "string":
            yield Flat(path, "".join(self._parts(node)), _line(node))
        elif node.type == "parenthesized_expression" and node.named_child_count == 1:
            yield from self._value(node.named_children[0], path, depth + 1)
        elif node.type not in ("comment", "resource_declaration"):
            yield Flat(path, self._expression(node), _line(node))

    def _parts(self, node: Node) -> Iterator[str]:
        for child in node.named_children:
            yield self._expression(child.named_children[0]) if child.type == "interpolation" and child.named_children else _plain(child)

    def _expression(self, node: Node) -> str:
        """The words of an expression, with what its names stand for."""

        def named(match: re.Match[str]) -> str:
            prefix = self._names.get(match[0])
            return f"{prefix}.{match[0]}" if prefix else match[0]

        words = " ".join(_text(node)[:_LONGEST].split())
        return "${" + _WORD.sub(named, words).replace("${", "(").replace("{", "(").replace("}", ")") + "}"

    def _place(self, node: Node) -> Place:
        return Place(self._path, _line(node), max(_line(node), node.end_point.row + (1 if node.end_point.column else 0)))


def _is_secret(text: str) -> bool:
    return bool(text.strip()) and "${" not in text and text != "null" and not is_placeholder(text)


def _literal(node: Node) -> str | None:
    """The text of a value that is one; None where something has to be worked out."""
    if node.type in _SCALARS:
        return _text(node)
    if node.type != "string" or any(child.type == "interpolation" for child in node.named_children):
        return None
    raw = _text(node)
    if raw.startswith("'''"):
        return raw[3:-3].removeprefix("\n")
    return "".join(map(_plain, node.named_children))


def _plain(node: Node) -> str:
    return _ESCAPED.sub(_unescaped, _text(node))


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        number = int(match[1], 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return _ESCAPES.get(match[2], match[2])


def _child(node: Node, kind: str) -> Node | None:
    return next((child for child in node.named_children if child.type == kind), None)


def _has_error(node: Node) -> bool:
    return any(child.type == "ERROR" for child in node.children)


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _line(node: Node) -> int:
    return node.start_point.row + 1


def _parser(span: tuple[int, int, int, int]) -> Parser:
    """The parser of what begins in a row at a byte, and goes on for so many rows and bytes."""
    from tree_sitter import Parser, Point, Range

    row, byte, rows, size = span
    return Parser(_language(), included_ranges=[Range(Point(row, 0), Point(row + rows, 0), byte, byte + size)])


@lru_cache(maxsize=1)
def _language() -> Language:
    import tree_sitter_bicep
    from tree_sitter import Language

    return Language(tree_sitter_bicep.language())
