"""One tree for YAML and JSON, with lines: what configuration readers walk.

A `Node` is a mapping, a list or a scalar; scalars keep their text as written (readers of configuration
compare words, not types). `weight` counts what the node would be with every alias written out, so that
exploding documents are refused while they are read. Access never raises: what is missing is an empty node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

MAX_DEPTH = 100
MAX_WEIGHT = 200_000


class BadConfig(ValueError):
    """The file is not of its format, or is built to exhaust its reader."""


@dataclass(frozen=True, slots=True)
class Node:
    kind: Literal["map", "list", "scalar", "none"]
    line: int = 1
    end_line: int = 1
    text: str = ""
    pairs: tuple[tuple[Node, Node], ...] = ()
    items: tuple[Node, ...] = ()
    weight: int = 1
    tag: str = ""  # as written, `!Ref`; it is not resolved

    def get(self, *names: str) -> Node:
        """The value under the first of these keys that is there; merge keys (`<<`) are looked through, the last duplicate wins."""
        for name in names:
            found = self._find(name, 5)
            if found is not None:
                return found
        return NOTHING

    def _find(self, name: str, depth: int) -> Node | None:
        for key, value in reversed(self.pairs):
            if key.text == name and key.kind == "scalar":
                return value
        if depth:
            for key, value in self.pairs:
                if key.text == "<<":
                    for merged in value.items or (value,):
                        found = merged._find(name, depth - 1)
                        if found is not None:
                            return found
        return None

    def entries(self) -> Iterator[tuple[str, Node, int]]:
        """Key, value and the key's line, of a mapping and what is merged into it."""
        seen: set[str] = set()
        pending = [(self, 5)]
        while pending:
            node, depth = pending.pop(0)
            for key, value in node.pairs:
                if key.text == "<<" and depth:
                    pending += [(merged, depth - 1) for merged in value.items or (value,)]
                elif key.kind == "scalar" and key.text not in seen:
                    seen.add(key.text)
                    yield key.text, value, key.line

    def texts(self) -> tuple[str, ...]:
        """The scalars of a list, or the one scalar."""
        nodes = self.items if self.kind == "list" else (self,)
        return tuple(node.text for node in nodes if node.kind == "scalar")

    def scalars(self) -> Iterator[Node]:
        """Every scalar below, keys left out."""
        pending = [self]
        while pending:
            node = pending.pop()
            if node.kind == "scalar":
                yield node
            pending += reversed(node.items)
            pending += reversed([value for _, value in node.pairs])

    @property
    def is_true(self) -> bool:
        return self.text.lower() in {"true", "yes", "on"}


NOTHING = Node("none")

Kind = Literal["map", "list", "scalar"]
_KINDS: Mapping[str, str] = MappingProxyType({"map": "a mapping", "list": "a list", "scalar": "a single value"})
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_LONGEST_NAME = 60


def shaped(node: Node, name: str, *kinds: Kind, write: str) -> Node:
    """The node, where its kind is one its format allows; the empty node where it says nothing.

    Only for what the format's own program refuses too: what is read as empty here would be silence about the whole file.

    Raises:
        BadConfig: which part is wrong, where, and what to write instead.
    """
    if node.kind == "scalar" and node.text in _NULLS and "scalar" not in kinds:
        return NOTHING
    if node.kind == "none" or node.kind in kinds:
        return node
    raise misshapen(name, _KINDS[node.kind], " or ".join(_KINDS[kind] for kind in kinds), write, node.line)


def misshapen(name: str, found: str, wanted: str, write: str, line: int) -> BadConfig:
    """The error of a part that has another shape than its format gives it."""
    shown = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return BadConfig(f"line {line}: {shown} is {found}, not {wanted}: write {write}")


def built(kind: Literal["map", "list"], children: list[Node], line: int, end_line: int, tag: str = "") -> Node:
    """A mapping of alternating keys and values, or a list; refuses what has grown too heavy."""
    weight = 1 + sum(child.weight for child in children)
    if weight > MAX_WEIGHT:
        raise BadConfig("expands to too many values")
    if kind == "list":
        return Node("list", line, end_line, items=tuple(children), weight=weight, tag=tag)
    return Node("map", line, end_line, pairs=tuple(zip(children[::2], children[1::2], strict=True)), weight=weight, tag=tag)
