"""Whether a rewritten program still says the same: its leaves, and of Python the tree that its own parser makes.

Raises where it does not, so that a fault of a rewriting is never taken for one of the analyst.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

from evals.variants.model import Changed, Kind, Tree
from evals.variants.syntax import PYTHON, Grammar, grammar_of, leaves, parse, text_of

_LAYOUT = frozenset({";", ","})  # a formatter may add or drop the last one


class NotTheSame(Exception):
    """A rewriting changed what a program means."""


def check(kind: Kind, before: Tree, changed: Changed) -> None:
    """Hold each program that differs against what it was.

    Raises:
        NotTheSame: the program means something else, or is none any more.
    """
    for path, data in sorted(changed.tree.items()):
        grammar = grammar_of(path, data)
        if grammar is None or before.get(path) == data:
            continue
        if kind in ("move", "dead-code"):  # nothing inside of a definition is touched
            _check_form(path, before.get(changed.paths.get(path, path), b""), data, grammar)
            continue
        if grammar is PYTHON:
            _check_python(path, before[path], data, changed.names, kind)
        if kind in ("reformat", "line-endings", "strip", "rename"):
            _check_leaves(path, before[path], data, grammar, changed.names, kind)


def _check_python(path: str, before: bytes, after: bytes, names: Mapping[str, str], kind: Kind) -> None:
    try:
        old = ast.parse(before)
    except SyntaxError:
        return  # it was no Python of this edition before
    try:
        new = ast.parse(after)
    except SyntaxError as problem:
        raise NotTheSame(f"{path}: {problem}") from problem
    said = [
        list(_said(each, {} if each is old else names, sort=kind == "reorder", bare=kind in ("strip", "reformat"))) for each in (old, new)
    ]
    if said[0] != said[1]:
        first = next((pair for pair in zip(*said, strict=False) if pair[0] != pair[1]), ("an end", "an end"))
        raise NotTheSame(f"{path}: {first[0]!s:.120} became {first[1]!s:.120}")


def _said(tree: ast.Module, names: Mapping[str, str], *, sort: bool, bare: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        for name in ("id", "name", "attr"):
            if isinstance(shown := getattr(node, name, None), str):
                setattr(node, name, names.get(shown, shown))
        body = getattr(node, "body", None)
        if bare and isinstance(body, list):
            kept = [each for each in body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
            node.body = [each for each in kept if not isinstance(each, ast.Pass)]  # type: ignore[attr-defined]
        if sort and isinstance(node, ast.ClassDef):
            node.body.sort(key=ast.dump)
    dumped = [ast.dump(each) for each in tree.body]
    yield from sorted(dumped) if sort else dumped


def _check_form(path: str, before: bytes, after: bytes, grammar: Grammar) -> None:
    if parse(after, grammar).has_error and not parse(before, grammar).has_error:
        raise NotTheSame(f"{path}: can no longer be parsed")


def _check_leaves(path: str, before: bytes, after: bytes, grammar: Grammar, names: Mapping[str, str], kind: Kind) -> None:
    if grammar is PYTHON and kind != "rename":
        return  # a formatter changes quotes and parentheses, and docstrings are leaves
    _check_form(path, before, after, grammar)
    roots = (parse(before, grammar), parse(after, grammar))
    said = [[word for leaf in leaves(root, grammar) if (word := text_of(leaf).strip()) and word not in _LAYOUT] for root in roots]
    said[1] = [names.get(word, word) for word in said[1]]
    if [" ".join(word.split()) for word in said[0]] != [" ".join(word.split()) for word in said[1]]:
        lost = Counter(said[0]) - Counter(said[1])
        raise NotTheSame(f"{path}: its words differ, from {next(iter(lost), 'their order')!r:.80}")
