"""Definitions in another order: neighbouring functions of a module, methods of a class.

What is needed while a module is loaded (decorators, default values, base classes) keeps its order, and so do routes with a parameter in
their path, which are tried one after the other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from tree_sitter import Node

from evals.variants.model import Changed, Tree
from evals.variants.syntax import PYTHON, Edit, Grammar, edited, grammar_of, parse, text_of, walk

_BODIES = frozenset({"module", "program", "block", "class_body", "source_file", "declaration_list", "compilation_unit"})
_DEFINED = frozenset({
    "function_definition", "decorated_definition", "function_declaration", "method_definition", "method_declaration",
})  # fmt: skip


def reorder(tree: Tree, rng: random.Random) -> Changed:
    """Programs whose neighbouring definitions stand in another order."""
    result = dict(tree)
    for path in sorted(tree):
        grammar = grammar_of(path, tree[path])
        if grammar is not None:
            result[path] = edited(tree[path], _edits(tree[path], grammar, rng))
    return Changed(result)


def _edits(data: bytes, grammar: Grammar, rng: random.Random) -> Iterator[Edit]:
    root = parse(data, grammar)
    if root.has_error:
        return
    for body in _bodies(root, grammar):
        for run in _runs(body, grammar):
            order = rng.sample(run, len(run))
            if [node.id for node in order] == [node.id for node in run]:
                order = order[1:] + order[:1]
            for place, node in zip(run, order, strict=True):
                yield Edit(place.start_byte, place.end_byte, data[node.start_byte : node.end_byte])


def _bodies(root: Node, grammar: Grammar) -> Iterator[Node]:
    """The module, and the bodies of its classes; not of functions, whose order is what they do. What moves with an outer body stays."""
    moved: list[Node] = []
    for node in walk(root):
        if node.type not in _BODIES or any(above.start_byte <= node.start_byte < above.end_byte for above in moved):
            continue
        owner = node.parent.type if node.parent is not None else ""
        if node is root or node.parent is None or owner.startswith(("class", "impl", "interface", "namespace")):
            runs = list(_runs(node, grammar))
            moved += [each for run in runs for each in run]
            if runs:
                yield node


def _runs(body: Node, grammar: Grammar) -> Iterator[list[Node]]:
    run: list[Node] = []
    for child in [*body.children, None]:
        if child is not None and _moves(child, grammar):
            run.append(child)
        elif child is None or child.type not in grammar.comments:
            if len(run) > 1 and not _needed(run, grammar):
                yield run
            run = []
        else:  # a comment belongs to what follows it, and would come to stand at something else
            if len(run) > 1 and not _needed(run, grammar):
                yield run
            run = []


def _moves(node: Node, grammar: Grammar) -> bool:
    if node.type not in _DEFINED and (node.type != "export_statement" or _definition(node).type != "function_declaration"):
        return False
    return not any(mark in text_of(node).split("def ", 1)[0] for mark in ("{", "<")) if grammar is PYTHON else True


def _needed(run: list[Node], grammar: Grammar) -> bool:
    """Whether one of a run is used while another is defined, or defined twice."""
    names = [text_of(name) for node in run if (name := _definition(node).child_by_field_name("name")) is not None]
    if len(set(names)) != len(names) or len(names) != len(run):
        return True
    heads = [
        text_of(node)[: len(text_of(node)) - len(text_of(body))] for node in run if (body := _definition(node).child_by_field_name("body"))
    ]
    words = {word for head, name in zip(heads, names, strict=False) for word in _words(head) if word != name}
    return grammar is PYTHON and bool(words & set(names))


def _definition(node: Node) -> Node:
    return node.child_by_field_name("definition") or node.child_by_field_name("declaration") or node


def _words(text: str) -> set[str]:
    return set("".join(letter if letter.isalnum() or letter == "_" else " " for letter in text).split())
