"""Other names for local variables and private functions.

Takes a tree, gives it with names that nothing else in the tree has, and the map back. A name is left alone where it may also mean
something else: a parameter (callers may name it), an attribute, a name outside of functions, a word in a text, a hook a base class calls.
"""

from __future__ import annotations

import builtins
import random
import re
from collections import Counter
from collections.abc import Iterator

from tree_sitter import Node

from evals.variants.model import Changed, Tree
from evals.variants.syntax import PYTHON, Edit, Grammar, edited, grammar_of, parse, stands_as, text_of, walk

_WORDS = ("alder", "aspen", "beech", "birch", "cedar", "hazel", "larch", "linden", "maple", "rowan", "spruce", "willow")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_LOOKED_UP = re.compile(rb"\b(?:locals|vars|eval|exec|globals)\s*\(|=\}")  # names are read as words here
_TARGETS = frozenset({"identifier", "pattern_list", "tuple_pattern", "expression_list", "as_pattern_target", "list_pattern"})
_BUILTINS = frozenset(dir(builtins))


def rename(tree: Tree, rng: random.Random) -> Changed:
    """Local variables and private functions of all programs of a tree under new names."""
    taken = {word for data in tree.values() for word in _WORD.findall(data.decode("utf-8", "replace"))}
    files_with = Counter(word for data in tree.values() for word in set(_WORD.findall(data.decode("utf-8", "replace"))))
    fresh = _fresh(taken, rng)
    names: dict[str, str] = {}
    result = dict(tree)
    for path in sorted(tree):
        grammar = grammar_of(path, tree[path])
        if grammar is None:
            continue
        edits = list(_edits(parse(tree[path], grammar), grammar, files_with, fresh, names))
        result[path] = edited(tree[path], edits)
    return Changed(result, names=names)


def _fresh(taken: set[str], rng: random.Random) -> Iterator[str]:
    words = rng.sample(_WORDS, len(_WORDS))
    number = 0
    while True:
        number += 1
        for word in words:
            if f"{word}{number}" not in taken and f"_{word}{number}" not in taken:
                yield f"{word}{number}"


def _edits(root: Node, grammar: Grammar, files_with: Counter[str], fresh: Iterator[str], names: dict[str, str]) -> Iterator[Edit]:
    functions = list(_outermost(root, grammar))
    inside = {node.id for function in functions for node in walk(function)}
    outside = {text_of(node) for node in walk(root) if node.id not in inside and not node.children}
    private = _private(root, grammar, files_with)
    new = {name: ("_" if name.startswith("_") else "") + next(fresh) for name in sorted(private)}
    names.update({to: name for name, to in new.items()})
    for node in walk(root):
        if not node.children and node.is_named and text_of(node) in new:
            yield Edit(node.start_byte, node.end_byte, new[text_of(node)].encode())
    for function in functions:
        chosen = sorted(_locals(function, grammar) - outside - private - _BUILTINS)
        replaced = {name: next(fresh) for name in chosen}
        names.update({to: name for name, to in replaced.items()})
        for node in walk(function):
            if node.type in grammar.names and text_of(node) in replaced and not _belongs_elsewhere(node, grammar):
                yield Edit(node.start_byte, node.end_byte, replaced[text_of(node)].encode())


def _outermost(root: Node, grammar: Grammar) -> Iterator[Node]:
    if root.type in grammar.functions:
        yield root
        return
    for child in root.children:
        yield from _outermost(child, grammar)


def _locals(function: Node, grammar: Grammar) -> set[str]:
    """Names that are variables of this function and nothing else in it."""
    if _LOOKED_UP.search(function.text or b"") or any(node.type in grammar.unclear for node in walk(function)):
        return set()
    named = frozenset((kind, "name") for kind in grammar.functions)
    taken = frozenset((kind, name) for kind in ("arrow_function", "lambda_expression") for name in ("parameter", "parameters"))
    declared: set[str] = set()
    otherwise: set[str] = set()
    for node in walk(function):
        if node.type in grammar.puns or stands_as(node, named):
            otherwise.add(text_of(node))
        elif node.type in grammar.takes or stands_as(node, taken) or _is_key(node):
            otherwise |= {text_of(each) for each in walk(node) if each.type in grammar.names}
        elif stands_as(node, grammar.declares):
            declared |= set(_targets(node))
    return {name for name in declared - otherwise if not name.startswith("_") and not (name.isupper() and len(name) > 1)}


def _targets(node: Node) -> Iterator[str]:
    if node.type == "identifier":
        yield text_of(node)
    elif node.type in _TARGETS:
        for child in node.children:
            yield from _targets(child)


def _is_key(node: Node) -> bool:
    """The name of a field in a literal that fills a record."""
    above = node.parent
    if above is None:
        return False
    if above.type == "keyed_element":
        return above.children[0].id == node.id
    filled = above.parent is not None and above.parent.type == "initializer_expression"
    return above.type == "assignment_expression" and filled and stands_as(node, frozenset({(above.type, "left")}))


def _belongs_elsewhere(node: Node, grammar: Grammar) -> bool:
    return stands_as(node, grammar.apart)


def _private(root: Node, grammar: Grammar, files_with: Counter[str]) -> set[str]:
    """Functions that this file alone calls, and no text or comment speaks of."""
    spoken: Counter[str] = Counter(
        word for node in walk(root) if not node.children and node.type not in grammar.names for word in _WORD.findall(text_of(node))
    )
    found = {text_of(name) for name in _private_names(root, grammar)}
    return {name for name in found if files_with[name] == 1 and not spoken[name] and not name.startswith("__") and len(name) > 2}


def _private_names(root: Node, grammar: Grammar) -> Iterator[Node]:
    for node in walk(root):
        name = node.child_by_field_name("name") if node.type in grammar.functions else None
        if name is None or name.type != "identifier" or node.parent is None:
            continue
        above = node.parent
        shown = text_of(name)
        if grammar is PYTHON:
            owner = above.parent.type if above.parent is not None else ""
            plain = above.type == "module" or (owner == "class_definition" and not _has_bases(above.parent))
            if plain and shown.startswith("_"):
                yield name
        elif grammar.name == "go":
            if shown[:1].islower() and shown not in ("main", "init") and node.type == "function_declaration":
                yield name
        elif grammar.name in ("java", "csharp"):
            modifiers = _modifiers(node)
            if node.type == "method_declaration" and "private" in modifiers and "@" not in modifiers and "[" not in modifiers:
                yield name
        elif above.type == "program" and node.type == "function_declaration":
            yield name


def _has_bases(node: Node | None) -> bool:
    return node is not None and node.child_by_field_name("superclasses") is not None


def _modifiers(node: Node) -> str:
    return " ".join(text_of(child) for child in node.children if child.type in ("modifiers", "modifier", "attribute_list"))
