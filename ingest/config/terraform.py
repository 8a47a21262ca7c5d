"""Terraform (and OpenTofu) files: resources with their values, and how they refer to each other.

Takes the text, gives a `resource` setting per resource, data source, module call, variable and local value: type, address, and values by
path (`resources.flat`); of a `.tfvars` file, a variable per value. Expressions are kept as `${...}` in their own words, `jsonencode` and
policies in text are read as values. Nothing is evaluated: functions, `for`, `count` and conditions are not; modules are not followed, and
no value is put into a resource.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.config.chart_releases import of_resource
from ingest.config.ecs import TASK_TYPES, task_containers
from ingest.config.nodes import BadConfig
from ingest.config.resources import Flat, flat_json, resource
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

if TYPE_CHECKING:
    from lark import Token, Tree
    from typing_extensions import TypeIs

_BYTES = 400_000
_DEPTH = 60
_VALUES = ".tfvars"  # files that give variables their values
_LONGEST = 400  # characters of an expression that is kept in its own words
_HEREDOC = re.compile(r"<<-?([\w.-]+)\r?\n(.*?)\r?\n?[ \t]*\1\s*$", re.DOTALL)
_ENCODERS = frozenset(
    {"jsonencode", "yamlencode", "toset", "tolist", "tomap", "merge", "concat", "sensitive", "nonsensitive", "base64encode"}
)
_LABELLED = {"resource": "", "data": "data.", "ephemeral": ""}


def read_terraform(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    return tuple(_Reader("\n".join(split_lines(text)) + "\n", path).settings())


class _Reader:
    def __init__(self, text: str, path: str) -> None:
        if len(text) > _BYTES:
            raise BadConfig(f"Terraform larger than {_BYTES} characters")
        self._text, self._path = text, path

    def settings(self) -> Iterator[Setting]:
        from hcl2.api import parses_to_tree  # where it is used: it brings a grammar along
        from lark.exceptions import LarkError

        try:
            tree = parses_to_tree(self._text)
        except LarkError as problem:
            raise BadConfig(f"line {getattr(problem, 'line', 1)}: not HCL") from None
        if self._path.lower().endswith(_VALUES):
            yield from self._given(tree)
            return
        for block in _blocks(tree.children[0]) if tree.children else ():
            labels = self._labels(block)
            yield from self._block(block, labels)

    def _given(self, tree: Tree[Token]) -> Iterator[Setting]:
        """Values of variables, as a file of them gives them."""
        for child in tree.children[0].children if tree.children and _is_tree(tree.children[0]) else ():
            if _is_tree(child) and child.data == "attribute":
                name = self._source(child.children[0])
                place = Place(self._path, child.meta.line, max(child.meta.line, child.meta.end_line))
                yield from resource(f"var.{name}", "variable", tuple(self._value(child.children[-1], name, 1)), place, "terraform")

    def _block(self, block: Tree[Token], labels: list[str]) -> Iterator[Setting]:
        kind, names = labels[0] if labels else "", labels[1:]
        place = Place(self._path, block.meta.line, max(block.meta.line, block.meta.end_line))
        values = tuple(self._body(block, "", 0))
        if kind in _LABELLED and len(names) == 2:
            address = f"{_LABELLED[kind]}{names[0]}.{names[1]}"
            yield from resource(address, f"{_LABELLED[kind]}{names[0]}", values, place, "terraform")
            if names[0] == "helm_release":
                yield from of_resource(values, place)
            if kind == "resource" and names[0] in TASK_TYPES:
                family = next((value.text for value in values if value.path == "family"), names[1])
                yield from task_containers(names[1] if "${" in family else family, values, place, told=False)
        elif kind in ("module", "variable", "provider") and len(names) == 1:
            yield from resource(
                f"{'var' if kind == 'variable' else kind}.{names[0]}", kind, _named(values, kind, names[0]), place, "terraform"
            )
        elif kind == "terraform":  # where its state is kept, with the key to it
            yield from resource("terraform", "terraform", values, place, "terraform")
        elif kind == "locals":
            yield from resource("local", "locals", values, place, "terraform")

    def _labels(self, block: Tree[Token]) -> list[str]:
        found = []
        for child in block.children:
            if not _is_tree(child):
                break
            if child.data in ("identifier", "keyword", "string", "literal_value"):
                found.append(self._source(child).strip('"'))
        return found

    def _body(self, block: Tree[Token], path: str, depth: int) -> Iterator[Flat]:
        if depth > _DEPTH:
            raise BadConfig(f"nested deeper than {_DEPTH}")
        body = next((child for child in block.children if _is_tree(child) and child.data == "body"), None)
        counted: Counter[str] = Counter()
        for child in body.children if body is not None else ():
            if not _is_tree(child):
                continue
            if child.data == "attribute":
                name = self._source(child.children[0])
                yield from self._value(child.children[-1], f"{path}.{name}" if path else name, depth + 1)
            elif child.data == "block":
                labels = self._labels(child)
                inner = ".".join(labels[1:] if labels[:1] == ["dynamic"] else labels)
                counted[inner] += 1
                inner += f".{counted[inner] - 1}"
                yield from self._body(child, f"{path}.{inner}" if path else inner, depth + 1)

    def _value(self, node: Tree[Token] | Token, path: str, depth: int) -> Iterator[Flat]:
        """The texts of an expression."""
        if depth > _DEPTH:
            raise BadConfig(f"nested deeper than {_DEPTH}")
        if not _is_tree(node):
            return
        inner = [child for child in node.children if _is_tree(child) and child.data != "new_line_or_comment"]
        if node.data == "expr_term" and len(inner) == 1:
            yield from self._value(inner[0], path, depth)
        elif node.data == "tuple":
            for number, item in enumerate(inner):
                yield from self._value(item, f"{path}.{number}" if self._source(item).startswith("{") else path, depth + 1)
        elif node.data == "object":
            for element in inner:
                parts = [child for child in element.children if _is_tree(child)]
                if len(parts) == 2:
                    name = self._source(parts[0]).strip('"()')
                    yield from self._value(parts[1], f"{path}.{name}", depth + 1)
        elif node.data == "function_call" and self._source(inner[0]) in _ENCODERS and len(inner) == 2:
            for argument in inner[1].children:
                yield from self._value(argument, path, depth + 1)
        elif node.data in ("heredoc_template", "heredoc_template_trim"):
            match = _HEREDOC.match(self._source(node))
            text = match[2] if match is not None else ""
            yield from flat_json(text, path, node.meta.line + 1) or (Flat(path, text, node.meta.line + 1),)
        elif node.data == "string":
            text = self._source(node)[1:-1]
            plain = text.replace('\\"', '"').replace("\\n", "\n")
            yield from flat_json(plain, path, node.meta.line) or (Flat(path, plain, node.meta.line),)
        elif node.data in ("int_lit", "float_lit", "literal_value"):
            yield Flat(path, self._source(node), node.meta.line)
        else:
            yield Flat(path, f"${{{' '.join(self._source(node)[:_LONGEST].split())}}}", node.meta.line)

    def _source(self, node: Tree[Token] | Token) -> str:
        if _is_tree(node):
            return self._text[node.meta.start_pos : node.meta.end_pos] if not node.meta.empty else ""
        return str(node)


def _named(values: tuple[Flat, ...], kind: str, name: str) -> tuple[Flat, ...]:
    """A default of a variable is told by the variable's name, which says whether it is a secret."""
    if kind != "variable":
        return values
    return tuple(Flat(f"default.{name}" if value.path == "default" else value.path, value.text, value.line) for value in values)


def _blocks(body: Tree[Token] | Token) -> Iterator[Tree[Token]]:
    for child in body.children if _is_tree(body) else ():
        if _is_tree(child) and child.data == "block":
            yield child


def _is_tree(node: Tree[Token] | Token) -> TypeIs[Tree[Token]]:
    return hasattr(node, "children")
